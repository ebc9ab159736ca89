//! `regatta list`: what there is, and whether it can run here.

use std::io::{self, Write};

use regatta_reports::Claims;

use crate::catalogue::Catalogue;
use crate::cpython::{Interpreters, WithPython};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::plan::{BUILT_IN, Plan};
use crate::recorder::Recorder;

/// Prints workloads, runners, plans, claims and the recorder's sources.
pub(crate) fn list(catalogue: &dyn Catalogue) -> anyhow::Result<Exit> {
    let interpreters = Interpreters::find(&[], &Interrupt::default())?;
    let catalogue: &dyn Catalogue = &WithPython { inner: catalogue, interpreters: &interpreters };
    let mut out = io::stdout().lock();
    writeln!(out, "Workloads")?;
    for card in catalogue.workloads() {
        writeln!(out, "  {:<22} {:<9} {}", card.name, card.kind, card.about)?;
    }
    writeln!(out, "\nRunners")?;
    for card in catalogue.runners() {
        writeln!(out, "  {:<22} {}", card.name, card.about)?;
    }
    for name in ["python-sequential", "python-gevent"] {
        if let Some(reason) =
            catalogue.missing(name).filter(|_| !catalogue.runners().iter().any(|card| card.name == name))
        {
            writeln!(out, "  {name:<22} cannot run here: {reason}")?;
        }
    }
    writeln!(out, "\nPlans (--plan)")?;
    for (name, text) in BUILT_IN {
        writeln!(out, "  {name:<22} {}", Plan::parse(name, text)?.about)?;
    }
    writeln!(out, "\nClaims")?;
    for claim in &Claims::built_in() {
        writeln!(out, "  {:<22} {}", claim.id, claim.statement)?;
    }
    writeln!(out, "\nRecorder")?;
    let per_core = Recorder::open().per_core_source();
    writeln!(out, "  {:<22} {per_core}", "CPU time per core")?;
    Ok(Exit::Well)
}
