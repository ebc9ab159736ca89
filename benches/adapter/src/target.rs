//! A bench target while it is carried out: criterion asks, cells answer.

use std::any::Any;
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use criterion::{AxisScale, BenchmarkGroup, BenchmarkId, Criterion, PlotConfiguration, PlottingBackend, SamplingMode};
use regatta::harness::{CellError, Exit, Session, SessionGroup};
use regatta::{Catalogue, Plan};
use regatta_reports::record::{CellId, FailureKind, Group};

use crate::args::{Args, Mode};
use crate::ledger::Ledger;
use crate::left::Left;
use crate::measurement::Walls;
use crate::names::{asked_for, cell_name, skipped_name, titles};
use crate::profiler::Utilisation;
use crate::time::{Time, WARM_UP};

/// Fewest samples that criterion takes.
const FEWEST_SAMPLES: usize = 10;

/// Has criterion measure the cells of a plan, by the arguments of this process.
pub(crate) fn carry_out(catalogue: &dyn Catalogue, name: &str, plan: &str) -> anyhow::Result<Exit> {
    let args = Args::of_process();
    let session = Session::prepare(catalogue, Plan::parse(name, plan)?)?;
    let groups: Vec<&Group> = session.groups().map(|group| group.record()).collect();
    let titles = titles(&groups);
    let asked: Vec<Group> =
        groups.iter().zip(&titles).filter_map(|(group, title)| asked_for(group, title, &args)).collect();
    let time = Time::of(session.plan(), &args, asked.iter().map(|group| group.cells.len()).sum());
    let first = session.header("criterion", catalogue, asked);
    let ledger = Rc::new(Ledger::new(name, first, args.mode() == Mode::Measure));

    let mut criterion = configured(session.plan(), &time, Walls::new(Rc::clone(&ledger)))?;
    time.announce(name, &args);
    let target = Target { args: &args, ledger: &ledger };
    let outcome =
        session.groups().zip(&titles).try_for_each(|(group, title)| target.group(&mut criterion, group, title));
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
        Err(Ended::Interrupted) => Ok(session.signal().map_or(Exit::CellsFailed, Exit::Signal)),
        Err(Ended::Unwritable(error)) => Err(error),
        Err(Ended::Panicked(payload)) => resume_unwind(payload),
    }
}

/// Returns criterion with this crate's defaults; flags override them.
fn configured(plan: &Plan, time: &Time, walls: Walls) -> anyhow::Result<Criterion<Walls>> {
    // Criterion's charts and the report's share one drawing library, which finds no font of the system's.
    regatta_reports::charts::register_fonts().map_err(anyhow::Error::msg)?;
    Ok(Criterion::default()
        .with_measurement(walls)
        .with_profiler(Utilisation::default())
        .plotting_backend(PlottingBackend::Plotters)
        .sample_size(usize::try_from(plan.rounds).unwrap_or(usize::MAX).max(FEWEST_SAMPLES))
        .warm_up_time(WARM_UP)
        .measurement_time(time.measurement)
        .nresamples(10_000)
        .configure_from_args())
}

/// Returns the page of criterion's own report, looked for where criterion puts it.
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

/// Why a target ended before its plan was done.
enum Ended {
    Interrupted,
    Unwritable(anyhow::Error),
    /// Criterion did, as it does when a baseline is missing.
    Panicked(Box<dyn Any + Send>),
}

/// A target while it is carried out.
struct Target<'a> {
    args: &'a Args,
    ledger: &'a Ledger,
}

impl Target<'_> {
    fn group(&self, criterion: &mut Criterion<Walls>, cells: SessionGroup<'_>, title: &str) -> Result<(), Ended> {
        let mut group = criterion.benchmark_group(title);
        group.sampling_mode(SamplingMode::Flat);
        // Workers, tasks and times each span orders of magnitude.
        group.plot_config(PlotConfiguration::default().summary_scale(AxisScale::Logarithmic));
        for (runner, reason) in &cells.record().skipped {
            let name = skipped_name(title, runner);
            if self.args.matches(&name) && self.args.mode() != Mode::List {
                let id = CellId { runner: runner.clone(), ..CellId::default() };
                let record = cells.failure(&id, None, FailureKind::Unavailable, reason.clone());
                self.ledger.failure(&name, record).map_err(Ended::Unwritable)?;
            }
        }
        (0..cells.record().cells.len()).try_for_each(|place| self.cell(&mut group, cells, title, place))
    }

    /// Has criterion measure one cell. What goes wrong within leaves criterion by unwinding, for it knows no other way to let go
    /// of a benchmark that it has begun.
    fn cell(
        &self,
        group: &mut BenchmarkGroup<'_, Walls>,
        cells: SessionGroup<'_>,
        title: &str,
        place: usize,
    ) -> Result<(), Ended> {
        let id = &cells.record().cells[place];
        self.ledger.begin(place);
        let mut cell = cells.cell(place);
        let mut once = || cell.run().unwrap_or_else(|trouble| Left::Cell(trouble).go());
        let benchmark = BenchmarkId::new(&id.runner, id.workers);
        let done = catch_unwind(AssertUnwindSafe(|| {
            group.bench_function(benchmark, |bencher| {
                bencher.iter_custom(|times| (0..times).map(|_| once()).collect());
            });
        }));
        let Err(payload) = done else { return Ok(()) };
        match payload.downcast::<Left>().map(|left| *left) {
            Ok(Left::Cell(CellError::Failed { kind, message })) => {
                let record = cells.failure(id, self.ledger.round(), kind, message);
                self.ledger.failure(&cell_name(title, id), record).map_err(Ended::Unwritable)
            }
            Ok(Left::Cell(CellError::Interrupted)) => Err(Ended::Interrupted),
            Ok(Left::Ledger(error)) => Err(Ended::Unwritable(error)),
            Err(payload) => Err(Ended::Panicked(payload)),
        }
    }
}
