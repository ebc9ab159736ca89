//! `regatta run`: measures, prints the tables and writes the report.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use jiff::Timestamp;
use regatta_reports::documents::json;
use regatta_reports::record::{self, End, Machine, Record};
use regatta_reports::{Claims, Comparison, Results};

use super::args::{RunArgs, ShowArgs};
use super::comparison;
use super::gate::Gates;
use super::report::{load_claims, names_of};
use super::verdicts::Verdicts;
use crate::baselines;
use crate::blocking;
use crate::browser;
use crate::calibration::calibrate;
use crate::capacity;
use crate::catalogue::{Catalogue, OwnServer, WithServers};
use crate::driver::{Driver, Launcher, RunTotals, Sink, Watch};
use crate::durations;
use crate::environment;
use crate::exit::Exit;
use crate::group::ReadyGroup;
use crate::guests::{Guests, Wanted, WithGuests};
use crate::header::header;
use crate::interrupt::Interrupt;
use crate::lone;
use crate::output::{Output, RESULTS};
use crate::plan::{Overrides, Plan};
use crate::progress::Progress;
use crate::recorder::busy_ns;
use crate::report::{Detail, write_failure, write_report};
use crate::sizing;
use crate::terminal::{Screen, say};
use crate::trial::{self, ReadyTrial};
use crate::verbosity::Verbosity;

/// What a run is to be, before anything is measured.
pub(super) struct Setup<'a> {
    pub(super) plan: Plan,
    /// What is judged.
    pub(super) claims: Claims,
    /// How much of the report the terminal shows.
    pub(super) detail: Detail,
    /// Workloads and runners, those of other programs included.
    pub(super) catalogue: &'a dyn Catalogue,
    pub(super) machine: Machine,
}

/// Measures what `args` ask for.
pub(crate) fn run(catalogue: &dyn Catalogue, args: &RunArgs, verbosity: Verbosity) -> anyhow::Result<Exit> {
    carry_out(catalogue, args, verbosity, |_| Ok(())).map(|(exit, _)| exit)
}

/// Measures what `args` ask for after `change`, and gives the folder of the run, too.
pub(super) fn carry_out(
    catalogue: &dyn Catalogue,
    args: &RunArgs,
    verbosity: Verbosity,
    change: impl FnOnce(&mut Setup<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<(Exit, PathBuf)> {
    let (started, clock) = (Timestamp::now(), Instant::now());
    let machine = environment::machine();
    let interrupt = Interrupt::install().context("cannot listen for Ctrl-C")?;
    let mut plan = Plan::load(&args.plan)?;
    let cores = environment::cores(&machine);
    let wanted = Wanted::by_flags(&args.python, &args.cell, cores).with_plan(&plan, &args.runner)?;
    let guests = Guests::find(&wanted, catalogue, &interrupt)?;
    for (language, why) in guests.absent().filter(|_| !verbosity.quiet) {
        say(format_args!("the cells of {language} cannot run here: {why}"));
    }
    if !guests.has_python() && !verbosity.quiet {
        say("no python3 was found, so CPython is left out; name an interpreter with --python PATH");
    }
    let catalogue: &dyn Catalogue = &WithGuests { inner: catalogue, guests: &guests };
    let catalogue: &dyn Catalogue = &WithServers::new(catalogue, &args.server).map_err(anyhow::Error::msg)?;
    let claims = load_claims(&args.claims, &names_of(catalogue))?;
    let gates = Gates(&args.fail_on);
    gates.check(&claims, args.baseline.is_some())?;
    let show = ShowArgs {
        force: args.force,
        fail_on: gates.found(),
        threshold: args.threshold,
        markdown: args.markdown.clone(),
        ..ShowArgs::default()
    };
    show.check(args.json)?;
    plan.apply(&overrides(args), catalogue)?;
    let mut setup = Setup { plan, claims, detail: verbosity.detail(args.tables), catalogue, machine };
    change(&mut setup)?;
    let Setup { mut plan, claims, detail, machine, .. } = setup;
    plan.grow_budget(cores);
    let mut groups = plan.ready(catalogue, cores)?;
    let trials = plan.ready_trials(catalogue, cores)?;
    plan.left_out.extend(plan.missing(catalogue));
    let launch = Launcher::new(guests.externals(), interrupt.clone()).context("cannot find this program's own file")?;
    let own = args.server.iter().map(OwnServer::external);
    let launch = launch.with_servers(guests.servers().into_iter().chain(own).collect());
    let launch = launch.with_backtraces(verbosity.verbose);
    sizing::size(&launch, catalogue, &mut groups);
    let seed = args.seed.unwrap_or_else(rand::random);
    let planned = groups.iter().map(|ready| ready.group.clone()).collect();
    let mut first_line = header(started, seed, &plan, planned, machine, catalogue);
    let baseline = args.baseline.as_deref().map(|name| read_baseline(name, &first_line, args.force)).transpose()?;
    if let Some(name) = &args.save_baseline {
        baselines::folder(name)?;
    }
    let mut output = Output::create(args.out.as_deref(), started)?;
    let folder = output.folder.clone();
    let lost = || {
        format!(
            "cannot write {}; what it holds already is kept: free some space, then `regatta report {}`",
            folder.join(RESULTS).display(),
            folder.display()
        )
    };

    first_line.overhead = Some(calibrate(&launch, catalogue));
    if !verbosity.quiet {
        warn_of_short_budget(&plan, &groups);
    }
    output.write(&Record::Run(Box::new(first_line))).with_context(lost)?;
    if plan.reference {
        look_at_machine(&plan, &launch, catalogue, &clock, &groups, cores, &mut output).with_context(lost)?;
    }
    let mut watch = Verdicts::new(&claims, &folder, &groups, verbosity, detail != Detail::Lesson);
    let work = Work { groups: &groups, trials: &trials };
    let totals = carry_out_work(&plan, seed, &launch, &clock, &work, &mut watch, &mut output).with_context(lost)?;
    watch.conclude();

    let mut screen = verbosity.screen(args.json);
    let written = write_report(&folder, &folder, &claims, detail, &mut screen)?;
    let mut document = args.json.then(|| written.document(&folder));
    if args.open {
        browser::open(&written.page);
    }
    conclude(&totals, &mut verbosity.complaints(args.json))?;
    if verbosity.verbose {
        let failures = &written.report.results.failures;
        failures.iter().try_for_each(|failure| write_failure(failure, true, &mut Screen::errors()))?;
    }
    let compared = match &baseline {
        Some(baseline) => {
            let comparison = Comparison::of_runs(baseline, &Results::read(&folder)?);
            let comparison = show.judged(comparison);
            if let Some(document) = &mut document {
                document["comparison"] = json::comparison(&comparison);
            }
            comparison::show(&comparison, &show, &mut screen)?
        }
        None => Exit::Well,
    };
    let found = if gates.claims_fail(&written.report.verdicts) { Exit::Regression } else { compared };
    if let Some(name) = &args.save_baseline {
        let kept = baselines::save(&folder, name)?;
        writeln!(verbosity.aside(args.json), "Baseline: {}", kept.display())?;
    }
    if let Some(document) = &document {
        writeln!(Screen::document(), "{document}")?;
    }
    let exit = match interrupt.signal() {
        Some(signal) => Exit::Signal(signal),
        None if found == Exit::Well && totals.failed > 0 => Exit::CellsFailed,
        None => found,
    };
    Ok((exit, folder))
}

/// Carries out the groups of a plan and records it, from the first line to the last.
pub(super) fn record(
    plan: &Plan,
    seed: u64,
    launch: &Launcher,
    groups: &[ReadyGroup],
    first_line: record::Run,
    verbosity: Verbosity,
    output: &mut Output,
) -> io::Result<RunTotals> {
    output.write(&Record::Run(Box::new(first_line)))?;
    let work = Work { groups, trials: &[] };
    carry_out_work(plan, seed, launch, &Instant::now(), &work, &mut Progress::new(verbosity), output)
}

/// What a plan comes to.
struct Work<'a> {
    groups: &'a [ReadyGroup],
    trials: &'a [ReadyTrial],
}

/// Carries out the groups and trials of a plan and records it, after the first line and to the last.
fn carry_out_work(
    plan: &Plan,
    seed: u64,
    launch: &Launcher,
    clock: &Instant,
    work: &Work<'_>,
    watch: &mut dyn Watch,
    output: &mut Output,
) -> io::Result<RunTotals> {
    let driver = Driver { plan, seed, launch, clock, watch: &mut *watch, sink: &mut *output, warm_up: true };
    let mut totals = driver.run(work.groups)?;
    if !totals.interrupted {
        let rounds = plan.trials.as_ref().map_or(0, |trials| trials.rounds);
        trial::carry_out(launch, work.trials, rounds, watch, output, &mut totals)?;
    }
    let (finished, complete) = (Timestamp::now().to_string(), !totals.interrupted);
    output.write(&Record::End(End { finished, complete, remarks: totals.remarks.clone() }))?;
    Ok(totals)
}

/// Records what the machine gives to several cores at once, what one task takes alone in each runner, and if it blocks its thread.
fn look_at_machine(
    plan: &Plan,
    launch: &Launcher,
    catalogue: &dyn Catalogue,
    clock: &Instant,
    groups: &[ReadyGroup],
    cores: u64,
    output: &mut Output,
) -> io::Result<()> {
    let reference = groups.iter().find_map(ReadyGroup::reference);
    let capacity =
        reference.and_then(|reference| capacity::measure(launch, clock, &busy_ns, reference, cores, plan.budget));
    if let Some(capacity) = capacity {
        output.write(&Record::Capacity(capacity))?;
    }
    let alone = lone::measure(launch, catalogue, groups).into_iter().chain(blocking::measure(launch, groups));
    alone.into_iter().try_for_each(|lone| output.write(&Record::Lone(lone)))
}

/// Says before the start if the budget cannot be enough, by what is known of the plan's costs by then.
fn warn_of_short_budget(plan: &Plan, groups: &[ReadyGroup]) {
    let needed = plan.least_time(groups);
    if let Some(budget) = plan.budget.filter(|budget| *budget < needed) {
        let [needed, budget] = [needed, budget].map(|time| durations::format(Duration::from_secs(time.as_secs())));
        say(format_args!(
            "the plan {} needs {needed} and more, for waits, warming up and starts alone; within {budget} the last of its \
             {} groups are left out. Fewer of them: --workload, --runner; a shorter plan: --plan quick",
            plan.name,
            groups.len()
        ));
    }
}

/// Reads a baseline, and refuses one with which this run cannot be compared before anything is measured.
fn read_baseline(name: &str, run: &record::Run, force: bool) -> anyhow::Result<Results> {
    let baseline = baselines::read(name)?;
    comparison::check(&baseline.run, run, force)?;
    Ok(baseline)
}

fn overrides(args: &RunArgs) -> Overrides {
    Overrides {
        workloads: args.workload.clone(),
        params: args.param.clone(),
        sweep: args.sweep.clone(),
        runners: args.runner.clone(),
        workers: args.workers.clone(),
        rounds: args.rounds,
        budget: args.budget,
        hot: args.hot,
    }
}

/// Says at the end what did not go well.
fn conclude(totals: &RunTotals, terminal: &mut impl Write) -> io::Result<()> {
    if totals.interrupted {
        writeln!(terminal, "The run was stopped before its plan was done; this is what it had measured by then.")?;
    }
    if totals.failed > 0 {
        let plural = if totals.failed == 1 { "cell" } else { "cells" };
        writeln!(terminal, "{} {plural} failed; the tables and the report say which and why.", totals.failed)?;
    }
    Ok(())
}
