//! `regatta compare --live`: two builds in the same rounds, each round with every cell of both in random order.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use jiff::Timestamp;
use regatta_reports::Results;
use regatta_reports::compare::Comparison;
use regatta_reports::documents::{html, json, markdown};
use regatta_reports::record::{Build, CellId, arms};

use super::args::CompareArgs;
use super::comparison::show;
use super::run::record;
use crate::browser;
use crate::catalogue::Catalogue;
use crate::driver::Launcher;
use crate::environment;
use crate::exit::Exit;
use crate::group::{Precise, ReadyCell, ReadyGroup};
use crate::header::header;
use crate::interrupt::Interrupt;
use crate::output::{Output, RESULTS};
use crate::plan::{Overrides, Plan};
use crate::report::write_failure;
use crate::sizing;
use crate::terminal::Screen;
use crate::verbosity::Verbosity;

/// Fresh processes of each build: what differs between processes of one build must not pass for a difference between builds.
const PROCESSES: u32 = 16;
/// Most rounds, unless the command line says otherwise.
const ROUNDS: u32 = 400;
/// Time that each cell gets, unless the command line says otherwise.
const TIME_PER_CELL: Duration = Duration::from_secs(15);

/// Measures two builds in the same rounds and compares them.
pub(crate) fn live(
    catalogue: &dyn Catalogue,
    args: &CompareArgs,
    verbosity: Verbosity,
    old: &Path,
    new: &Path,
) -> anyhow::Result<Exit> {
    let started = Timestamp::now();
    let programs = BTreeMap::from([(arms::OLD, build(old)?), (arms::NEW, build(new)?)]);
    let interrupt = Interrupt::install().context("cannot listen for Ctrl-C")?;
    let machine = environment::machine();
    let mut plan = Plan::load(&args.plan)?;
    plan.apply(&overrides(args), catalogue)?;
    (plan.reference, plan.noise_arm, plan.target) = (false, true, 0.0);
    plan.groups.iter_mut().for_each(|group| group.noise_arm = None);
    plan.spread(args.processes.unwrap_or(PROCESSES));
    plan.rounds = args.rounds.unwrap_or(ROUNDS).max(plan.processes);
    let mut groups = plan.ready(catalogue, environment::cores(&machine))?;
    let own = Launcher::new(Vec::new(), interrupt.clone()).context("cannot find this program's own file")?;
    sizing::size(&own, catalogue, &mut groups);
    groups.iter_mut().for_each(double);
    let cells = groups.iter().flat_map(|group| &group.group.cells).filter(|cell| cell.arm == arms::NEW).count();
    let time = TIME_PER_CELL * u32::try_from(cells).unwrap_or(u32::MAX);
    plan.have_at_least(args.rounds.map_or(plan.processes, |_| plan.rounds));
    plan.budget = args.budget.or_else(|| args.rounds.is_none().then_some(time));
    let seed = args.seed.unwrap_or_else(rand::random);
    let mut output = Output::create(args.out.as_deref(), started)?;
    let folder = output.folder.clone();
    let lost = || format!("cannot write {}; what it holds already is kept", folder.join(RESULTS).display());

    let planned = groups.iter().map(|ready| ready.group.clone()).collect();
    let mut run = header(started, seed, &plan, planned, machine, catalogue);
    run.builds = programs.iter().map(|(arm, build)| ((*arm).to_owned(), build.clone())).collect();
    let program_of = |arm: &str, of: &str| (arm.to_owned(), programs[of].program.clone().into());
    let launch = own.with_backtraces(verbosity.verbose).with_builds(BTreeMap::from([
        program_of(arms::OLD, arms::OLD),
        program_of(arms::AA, arms::OLD),
        program_of(arms::NEW, arms::NEW),
    ]));
    let tallied = record(&plan, seed, &launch, &groups, run, verbosity, &mut output).with_context(lost)?;

    let results = Results::read(&folder)?;
    for failure in &results.failures {
        write_failure(failure, verbosity.verbose, &mut Screen::errors())?;
    }
    let Some(comparison) = Comparison::of_live(&results) else { bail!("the records name no builds") };
    let comparison = args.show.judged(comparison);
    let page = folder.join("compare.html");
    std::fs::write(&page, html::comparison(&comparison)?).with_context(lost)?;
    std::fs::write(folder.join("compare.md"), markdown::comparison(&comparison)).with_context(lost)?;
    let shown = show(&comparison, &args.show, &mut verbosity.screen(args.json))?;
    if args.json {
        let mut document = json::comparison(&comparison);
        document["folder"] = folder.display().to_string().into();
        writeln!(Screen::document(), "{document}")?;
    }
    if args.show.open && args.show.html.is_none() {
        browser::open(&page);
    }
    if !verbosity.quiet {
        writeln!(Screen::errors(), "Records and page: {}", folder.display())?;
    }
    Ok(match interrupt.signal() {
        Some(signal) => Exit::Signal(signal),
        None if shown == Exit::Well && tallied.failed > 0 => Exit::CellsFailed,
        None => shown,
    })
}

fn overrides(args: &CompareArgs) -> Overrides {
    Overrides {
        workloads: args.workload.clone(),
        runners: args.runner.clone(),
        workers: args.workers.clone(),
        hot: args.hot,
        ..Overrides::default()
    }
}

/// Asks a program for its version, so that a wrong path is found out before anything is measured.
fn build(path: &Path) -> anyhow::Result<Build> {
    let program = path.canonicalize().with_context(|| format!("there is no program {}", path.display()))?;
    let said = Command::new(&program).arg("--version").stdin(Stdio::null()).output();
    let said = said.with_context(|| format!("{} cannot be started", program.display()))?;
    if !said.status.success() {
        bail!("{} does not answer to --version: is it a build of Regatta?", program.display());
    }
    let version = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    Ok(Build { program: program.display().to_string(), version })
}

/// Makes two cells of each, one a build. The second copy of the baseline, or of the first cell where there is no baseline, is of
/// the old build.
fn double(ready: &mut ReadyGroup) {
    let mut single = std::mem::take(&mut ready.cells);
    if !single.iter().any(|cell| cell.id.arm == arms::AA)
        && let Some(mut copy) = single.first().cloned()
    {
        arms::AA.clone_into(&mut copy.id.arm);
        single.push(copy);
    }
    for cell in single {
        let copies = if cell.id.arm.is_empty() { &[arms::OLD, arms::NEW][..] } else { &[arms::AA][..] };
        for arm in copies {
            let id = CellId { arm: (*arm).to_owned(), ..cell.id.clone() };
            ready.cells.push(ReadyCell { id, precision: Precise::Wall, ..cell.clone() });
        }
    }
    ready.write_down_cells();
}
