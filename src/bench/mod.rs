//! `cargo bench`: criterion drives the cells of a plan.
//!
//! A bench target has a `main` of its own (`harness = false` in `Cargo.toml`), for it is also the program of its cells:
//!
//! ```no_run
//! # use regatta_workloads::Empty as Mine;
//! # const PLAN: &str = "";
//! fn main() -> std::process::ExitCode {
//!     regatta::Course::standard().workload::<Mine>().bench("mine", PLAN)
//! }
//! ```
//!
//! The plan is that of `regatta run --plan FILE`. A group of the plan is a group of criterion, a runner a function, its workers
//! the value: `primes/rayon/2`. `rounds` is criterion's sample size (at least 10), and `budget` bounds the time of the target.
//!
//! Every run is verified. Its wall time is what criterion sees; all of it goes to `regatta-report/<time>-<name>/results.jsonl`,
//! with a report beside. A cell that cannot run here, or fails, is named and left out; the others go on.
//!
//! # Layout
//! - `args`: what criterion was asked for.
//! - `contender`: a cell, from its first run to its last.
//! - `measurement`: what criterion adds up.
//! - `ledger`: the records of the target, and its report.
//! - `profiler`: what `--profile-time` records.

mod args;
mod contender;
mod ledger;
mod measurement;
mod profiler;

use std::any::Any;
use std::env;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context;
use criterion::{AxisScale, BenchmarkGroup, BenchmarkId, Criterion, PlotConfiguration, PlottingBackend, SamplingMode};
use jiff::Timestamp;
use regatta_reports::record::FailureKind;

pub use args::{Args, Mode};
use contender::{Contender, Left};
use ledger::Ledger;
use measurement::Walls;
use profiler::Utilisation;

use crate::catalogue::Catalogue;
use crate::driver::{Launcher, Trouble, failure};
use crate::durations;
use crate::environment;
use crate::exit::{BAD, Exit};
use crate::group::ReadyGroup;
use crate::header::header;
use crate::interrupt::Interrupt;
use crate::plan::Plan;

/// Fewest samples that criterion takes.
const FEWEST_SAMPLES: usize = 10;
/// Warm-up of each cell, unless `--warm-up-time` says otherwise.
const WARM_UP: Duration = Duration::from_millis(300);
/// Most time that a cell is measured for, unless `--measurement-time` says otherwise.
const MEASUREMENT: Duration = Duration::from_secs(1);
/// Least time that a cell is measured for, however little the plan's budget leaves it.
const LEAST_MEASUREMENT: Duration = Duration::from_millis(200);
/// What a cell takes beside warm-up and measurement: its start, criterion's analysis and its charts.
const AROUND: Duration = Duration::from_millis(500);

/// The whole of a bench target that was not started as a cell, a worker or a server.
pub(crate) fn main(catalogue: &dyn Catalogue, name: &str, plan: &str) -> ExitCode {
    match bench(catalogue, name, plan) {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("{name}: {error:#}");
            ExitCode::from(BAD)
        }
    }
}

fn bench(catalogue: &dyn Catalogue, name: &str, plan: &str) -> anyhow::Result<Exit> {
    let args = Args::of_process();
    let machine = environment::machine();
    let mut plan = Plan::parse(name, plan)?;
    // A second copy of a cell says how much rounds in turn differ by noise; criterion knows no turns.
    (plan.noise_arm, plan.reference) = (false, false);
    // Criterion runs a cell back to back: there is nothing to heat.
    plan.heat(Duration::ZERO);
    let groups = plan.ready(catalogue, environment::cores(&machine))?;
    let interrupt = Interrupt::install().context("cannot listen for Ctrl-C")?;
    let launch = Launcher::new(Vec::new(), interrupt.clone()).context("cannot find this program's own file")?;
    let titled: Vec<_> = groups.iter().zip(titles(&groups)).collect();
    let asked: Vec<_> = titled.iter().filter_map(|(ready, title)| asked_for(ready, title, &args)).collect();
    let first = header(Timestamp::now(), 0, &plan, &asked, machine, catalogue);
    let ledger = Rc::new(Ledger::new(name, first, args.mode() == Mode::Measure));

    let time = Time::of(&plan, &args, asked.iter().map(|ready| ready.group.cells.len()).sum());
    let mut criterion = configured(&plan, &time, Walls::new(Rc::clone(&ledger)))?;
    time.announce(name, &args);
    let mut target = Target { plan: &plan, args: &args, launch: &launch, ledger: &ledger };
    let outcome = titled.iter().try_for_each(|(ready, title)| target.group(&mut criterion, ready, title));
    criterion.final_summary();
    ledger.finish(outcome.is_ok(), args.is_for_machines())?;
    if args.mode() == Mode::Measure
        && args.has_plots()
        && let Some(page) = page_of_criterion()
    {
        eprintln!("Criterion's report: {}", page.display());
    }
    match outcome {
        Ok(()) => Ok(if ledger.failed() { Exit::CellsFailed } else { Exit::Well }),
        Err(Ended::Interrupted) => Ok(interrupt.signal().map_or(Exit::CellsFailed, Exit::Signal)),
        Err(Ended::Unwritable(error)) => Err(error),
        Err(Ended::Panicked(payload)) => resume_unwind(payload),
    }
}

/// Criterion with this crate's defaults; flags override them.
fn configured(plan: &Plan, time: &Time, walls: Walls) -> anyhow::Result<Criterion<Walls>> {
    // Criterion's charts and the report's share one drawing library, which finds no font of the system's.
    regatta_reports::charts::register_fonts().map_err(anyhow::Error::msg)?;
    Ok(Criterion::default()
        .with_measurement(walls)
        .with_profiler(Utilisation::default())
        .plotting_backend(PlottingBackend::Plotters)
        .sample_size(samples(plan))
        .warm_up_time(WARM_UP)
        .measurement_time(time.measurement)
        .nresamples(10_000)
        .configure_from_args())
}

/// The page of criterion's own report, looked for where criterion puts it.
fn page_of_criterion() -> Option<PathBuf> {
    let page = |home: &Path| Some(home.join("report/index.html")).filter(|page| page.exists());
    if let Some(home) = env::var_os("CRITERION_HOME") {
        return page(Path::new(&home));
    }
    if let Some(target) = env::var_os("CARGO_TARGET_DIR") {
        return page(&Path::new(&target).join("criterion"));
    }
    // Under cargo it asks cargo for the target folder, in which this program is; else it takes the present one.
    let program = env::var_os("CARGO").and_then(|_| env::current_exe().ok());
    let program = program.unwrap_or_else(|| PathBuf::from("target/bench"));
    program.ancestors().find_map(|folder| page(&folder.join("criterion")))
}

fn samples(plan: &Plan) -> usize {
    usize::try_from(plan.rounds).unwrap_or(usize::MAX).max(FEWEST_SAMPLES)
}

/// Why a target ended before its plan was done.
enum Ended {
    Interrupted,
    Unwritable(anyhow::Error),
    /// Criterion did, as it does when a baseline is missing.
    Panicked(Box<dyn Any + Send>),
}

/// A target while it is carried out.
struct Target<'a> {
    plan: &'a Plan,
    args: &'a Args,
    launch: &'a Launcher,
    ledger: &'a Ledger,
}

impl Target<'_> {
    fn group(&mut self, criterion: &mut Criterion<Walls>, ready: &ReadyGroup, title: &str) -> Result<(), Ended> {
        let mut group = criterion.benchmark_group(title);
        group.sampling_mode(SamplingMode::Flat);
        // Workers, tasks and times each span orders of magnitude.
        group.plot_config(PlotConfiguration::default().summary_scale(AxisScale::Logarithmic));
        for (runner, reason) in &ready.group.skipped {
            let cell = format!("{title}/{runner}");
            if self.args.matches(&cell) && self.args.mode() != Mode::List {
                let id = regatta_reports::record::CellId { runner: runner.clone(), ..Default::default() };
                let record = failure(ready, &id, 0, None, FailureKind::Unavailable, reason.clone());
                self.ledger.failure(&cell, record).map_err(Ended::Unwritable)?;
            }
        }
        for place in 0..ready.group.cells.len() {
            self.cell(&mut group, ready, title, place)?;
        }
        Ok(())
    }

    /// Has criterion measure one cell. What goes wrong within leaves criterion by unwinding, for it knows no other way to let go
    /// of a benchmark that it has begun.
    fn cell(
        &mut self,
        group: &mut BenchmarkGroup<'_, Walls>,
        ready: &ReadyGroup,
        title: &str,
        place: usize,
    ) -> Result<(), Ended> {
        let id = &ready.group.cells[place];
        self.ledger.begin(place);
        let mut contender = Contender::new(self.launch, ready, place, self.plan.timeout);
        let benchmark = BenchmarkId::new(&id.runner, id.workers);
        let done = catch_unwind(AssertUnwindSafe(|| {
            group.bench_function(benchmark, |bencher| bencher.iter_custom(|times| contender.run(times)));
        }));
        let Err(payload) = done else { return Ok(()) };
        match payload.downcast::<Left>().map(|left| *left) {
            Ok(Left::Cell(Trouble::Failed { kind, message })) => {
                let record = failure(ready, id, 0, self.ledger.round(), kind, message);
                self.ledger.failure(&cell_name(title, id), record).map_err(Ended::Unwritable)
            }
            Ok(Left::Cell(Trouble::Interrupted)) => Err(Ended::Interrupted),
            Ok(Left::Ledger(error)) => Err(Ended::Unwritable(error)),
            Err(payload) => Err(Ended::Panicked(payload)),
        }
    }
}

/// The names of the groups: the workload's, and the parameters that tell it from another group of the same workload.
fn titles(groups: &[ReadyGroup]) -> Vec<String> {
    let title = |ready: &ReadyGroup| {
        let group = &ready.group;
        let plain = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let like = || groups.iter().map(|other| &other.group).filter(|other| other.workload == group.workload);
        let telling =
            group.params.iter().filter(|(name, value)| like().any(|other| other.params.get(*name) != Some(value)));
        telling.fold(group.workload.clone(), |title, (name, value)| format!("{title},{name}={}", plain(value)))
    };
    groups.iter().map(title).collect()
}

/// The group with only those cells that pass the filter; none if none does.
fn asked_for(ready: &ReadyGroup, title: &str, args: &Args) -> Option<ReadyGroup> {
    let mut ready = ready.clone();
    ready.retain(|id| args.matches(&cell_name(title, id)));
    ready.group.skipped.retain(|runner, _| args.matches(&format!("{title}/{runner}")));
    (!ready.group.cells.is_empty() || !ready.group.skipped.is_empty()).then_some(ready)
}

/// The name that criterion gives to a cell.
fn cell_name(title: &str, id: &regatta_reports::record::CellId) -> String {
    format!("{title}/{}/{}", id.runner, id.workers)
}

/// How long the target may take.
struct Time {
    cells: usize,
    /// That of each cell, unless a flag says otherwise.
    measurement: Duration,
    /// About that of all cells, whatever flags say.
    whole: Duration,
}

impl Time {
    fn of(plan: &Plan, args: &Args, cells: usize) -> Self {
        let count = u32::try_from(cells).unwrap_or(u32::MAX);
        // Criterion doubles the runs of its warm-up until the time is over, so it may take twice as long.
        let around = AROUND + 2 * args.warm_up().unwrap_or(WARM_UP);
        let share = plan.budget.map_or(Duration::MAX, |budget| budget / count.max(1));
        let measurement = share.saturating_sub(around).clamp(LEAST_MEASUREMENT, MEASUREMENT);
        let each = args.profile_time().unwrap_or(around + args.measurement().unwrap_or(measurement));
        Self { cells, measurement, whole: each.saturating_mul(count) }
    }

    /// Says what is to come.
    fn announce(&self, name: &str, args: &Args) {
        if !matches!(args.mode(), Mode::Measure | Mode::Profile) || args.is_quiet() {
            return;
        }
        let whole = durations::format(Duration::from_secs(self.whole.as_secs().max(1)));
        let plural = if self.cells == 1 { "cell" } else { "cells" };
        let mut terminal = io::stderr().lock();
        // Nobody to read it is no reason to stop.
        let _ = writeln!(terminal, "{name}: {} {plural}, about {whole}, longer where one run takes long", self.cells);
        if args.mode() == Mode::Measure {
            let _ = writeln!(terminal, "{CAUTION}");
        }
    }
}

/// What to make of criterion's comparisons.
const CAUTION: &str = "\
Where criterion says `improved` or `regressed`, it compares this block of time with an earlier one, and on a machine that is shared
or changes its clock, identical code differs as well. Before you believe it, use `regatta compare`, or `regatta run`, which
measures what it compares in turns.";
