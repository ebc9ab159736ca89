//! `regatta verify`: every workload under every runner once, answers checked, nothing timed.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use anyhow::Context;
use regatta_reports::figures::lone;
use regatta_reports::judgement::lint::Warning;
use regatta_reports::record::{Failure, Record};
use regatta_reports::text::{gist, lines};

use super::args::VerifyArgs;
use super::verify_cell::verify_cells;
use crate::blocking;
use crate::catalogue::{Catalogue, OwnServer, WithServers};
use crate::driver::{Driver, Launcher, RunTotals, Sink};
use crate::environment;
use crate::exit::Exit;
use crate::guests::{Guests, Wanted, WithGuests};
use crate::interrupt::Interrupt;
use crate::plan::{Overrides, Plan};
use crate::progress::Progress;
use crate::terminal::Screen;
use crate::verbosity::Verbosity;

/// What is carried out.
const PLAN: &str = include_str!("../plans/verify.toml");

/// Prints what becomes of each cell.
struct Announce {
    screen: Screen,
    verbosity: Verbosity,
}

impl Sink for Announce {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        match record {
            Record::Sample(_) if self.verbosity.quiet => Ok(()),
            Record::Sample(sample) => {
                writeln!(
                    self.screen,
                    "ok       {:<10} {:<20} {} tasks",
                    sample.workload, sample.cell.runner, sample.tasks
                )
            }
            Record::Error(failure) => {
                let word = if failure.kind.is_not_run() { "not run " } else { "FAILED  " };
                let Failure { workload, cell, message, .. } = failure;
                writeln!(self.screen, "{word} {workload:<10} {:<20} {}", cell.runner, gist(message))?;
                if self.verbosity.verbose && !failure.kind.is_not_run() {
                    lines(message).try_for_each(|line| writeln!(self.screen, "         {line}"))?;
                }
                Ok(())
            }
            Record::Run(_)
            | Record::Capacity(_)
            | Record::Group(_)
            | Record::Lone(_)
            | Record::Profile(_)
            | Record::Deadlock(_)
            | Record::Trial(_)
            | Record::End(_) => Ok(()),
        }
    }
}

/// Checks every answer.
pub(crate) fn verify(catalogue: &dyn Catalogue, args: &VerifyArgs, verbosity: Verbosity) -> anyhow::Result<Exit> {
    let interrupt = Interrupt::install().context("cannot listen for Ctrl-C")?;
    let mut plan = match &args.plan {
        Some(name) => Plan::load(name)?,
        None => Plan::parse("verify", PLAN)?,
    };
    if !args.cell.is_empty() && args.plan.is_none() && args.workload.is_empty() {
        return verify_cells(catalogue, args, &plan, &interrupt, verbosity);
    }
    let cores = environment::cores(&environment::machine());
    let wanted = Wanted::by_flags(&args.python, &args.cell, cores).with_plan(&plan, &args.runner)?;
    let guests = Guests::find(&wanted, catalogue, &interrupt)?;
    let catalogue: &dyn Catalogue = &WithGuests { inner: catalogue, guests: &guests };
    let catalogue: &dyn Catalogue = &WithServers::new(catalogue, &args.server).map_err(anyhow::Error::msg)?;
    let overrides = Overrides {
        workloads: args.workload.clone(),
        params: args.param.clone(),
        runners: args.runner.clone(),
        rounds: Some(1),
        ..Overrides::default()
    };
    plan.apply(&overrides, catalogue)?;
    (plan.noise_arm, plan.reference, plan.profile) = (false, false, false);
    plan.spread(1);
    plan.heat(Duration::ZERO);
    plan.groups.iter_mut().for_each(|group| group.noise_arm = None);
    let groups = plan.ready(catalogue, cores)?;
    let launch = Launcher::new(guests.externals(), interrupt.clone()).context("cannot find this program's own file")?;
    let own = args.server.iter().map(OwnServer::external);
    let launch = launch.with_servers(guests.servers().into_iter().chain(own).collect());
    let launch = launch.with_backtraces(verbosity.verbose);
    let clock = Instant::now();
    let mut progress = Progress::new(verbosity);
    let mut announce = Announce { screen: Screen::output(), verbosity };
    let driver = Driver {
        plan: &plan,
        seed: 0,
        launch: &launch,
        clock: &clock,
        watch: &mut progress,
        sink: &mut announce,
        warm_up: false,
    };
    let tallied = driver.run(&groups)?;
    drop(progress);
    let blocking = lone::blocking(&blocking::measure(&launch, &groups));
    if let Some(warning) = Warning::of_blocking(&blocking) {
        writeln!(announce.screen, "warning  {warning}")?;
    }
    for remark in &tallied.remarks {
        writeln!(announce.screen, "{remark}.")?;
    }
    let RunTotals { samples, failed, not_run, .. } = tallied;
    writeln!(announce.screen, "{samples} answers right, {failed} cells failed, {not_run} not run")?;
    Ok(match interrupt.signal() {
        Some(signal) => Exit::Signal(signal),
        None if failed > 0 => Exit::CellsFailed,
        None => Exit::Well,
    })
}
