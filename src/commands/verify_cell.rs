//! `regatta verify --cell`: whether programs in other languages keep to the protocol, for their authors.

use std::io::Write;

use super::args::VerifyArgs;
use crate::catalogue::Catalogue;
use crate::conformance::{self, Finding, Outcome};
use crate::environment;
use crate::exit::Exit;
use crate::guests::{Guests, Wanted, WithGuests};
use crate::interrupt::Interrupt;
use crate::plan::Plan;
use crate::terminal::Screen;
use crate::verbosity::Verbosity;

/// Checks the cells that `args` name.
pub(super) fn verify_cells(
    catalogue: &dyn Catalogue,
    args: &VerifyArgs,
    plan: &Plan,
    interrupt: &Interrupt,
    verbosity: Verbosity,
) -> anyhow::Result<Exit> {
    let cores = environment::cores(&environment::machine());
    let guests = Guests::find(&Wanted::by_flags(&args.python, &args.cell, cores), catalogue, interrupt)?;
    let catalogue = WithGuests { inner: catalogue, guests: &guests };
    let mut screen = Screen::output();
    for (language, why) in guests.absent() {
        writeln!(screen, "not run  {language:<22} {why}")?;
    }
    let (mut right, mut wrong, mut skipped) = (0, 0, 0);
    let mut written = Ok(());
    let mut tell = |finding: Finding| {
        match finding.outcome() {
            Outcome::Right => right += 1,
            Outcome::Wrong(_) => wrong += 1,
            Outcome::Skipped(_) => skipped += 1,
        }
        if written.is_ok() && !(verbosity.quiet && *finding.outcome() == Outcome::Right) {
            written = finding.write(&mut screen);
        }
    };
    for guest in guests.list() {
        conformance::check(guest, plan, &catalogue, cores, interrupt, &mut tell)?;
    }
    written?;
    writeln!(screen, "{right} checks right, {wrong} failed, {skipped} not made")?;
    Ok(match interrupt.signal() {
        Some(signal) => Exit::Signal(signal),
        None if wrong > 0 => Exit::CellsFailed,
        None => Exit::Well,
    })
}
