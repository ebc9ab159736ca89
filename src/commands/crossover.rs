//! `regatta crossover`: where one runner overtakes another along an axis.

use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use jiff::Timestamp;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use regatta_reports::Claims;
use regatta_reports::record::{End, Record};

use super::args::CrossoverArgs;
use crate::browser;
use crate::calibration::calibrate;
use crate::catalogue::Catalogue;
use crate::crossover::{Axis, Hunt, Measuring, Question, Search, Stop};
use crate::driver::{Launcher, Sink};
use crate::environment;
use crate::exit::Exit;
use crate::guests::{Guests, Wanted, WithGuests};
use crate::header::header;
use crate::interrupt::Interrupt;
use crate::output::{Output, RESULTS};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::report::{Detail, write_failure, write_report};
use crate::sizing;
use crate::terminal::Screen;
use crate::verbosity::Verbosity;

/// Time for all of it, unless the command line says otherwise.
const BUDGET: Duration = Duration::from_secs(30);
/// The plan without its points, which the search chooses.
const PLAN: &str = "rounds = 12\nprocesses = 4\nnoise_arm = false\nreference = false\ntarget = 0\ngroup = []\n";

/// Finds where one runner overtakes another.
pub(crate) fn crossover(catalogue: &dyn Catalogue, args: &CrossoverArgs, verbosity: Verbosity) -> anyhow::Result<Exit> {
    let (started, clock) = (Timestamp::now(), Instant::now());
    let machine = environment::machine();
    let cores = environment::cores(&machine);
    let interrupt = Interrupt::install().context("cannot listen for Ctrl-C")?;
    let wanted =
        Wanted::by_flags(&args.python, &args.cell, cores).with_runners(args.between.iter().map(String::as_str));
    let guests = Guests::find(&wanted, catalogue, &interrupt)?;
    let catalogue: &dyn Catalogue = &WithGuests { inner: catalogue, guests: &guests };
    let question = Question {
        workload: &args.workload,
        axis: &args.axis,
        between: &args.between,
        range: args.from,
        params: &args.param,
        workers: args.workers,
    };
    let axis = Axis::check(&question, catalogue, cores)?;
    let budget = args.budget.unwrap_or(BUDGET);
    let mut plan = Plan::parse("crossover", PLAN)?;
    plan.budget = Some(budget);
    plan.heat(args.hot.unwrap_or_default());
    let launch = Launcher::new(guests.externals(), interrupt.clone()).context("cannot find this program's own file")?;
    let launch = launch.with_servers(guests.servers());
    let launch = launch.with_backtraces(verbosity.verbose);
    let search = Search::new(axis.range.low, axis.range.high);
    let places: Vec<u64> = search.places().collect();
    let seed = args.seed.unwrap_or_else(rand::random);
    let random = ChaCha8Rng::seed_from_u64(seed);
    let mut measuring = Measuring::prepare(&plan, &axis, catalogue, cores, &launch, random, &places)?;
    sizing::size(&launch, catalogue, &mut measuring.groups);
    let planned = measuring.groups.iter().map(|ready| ready.group.clone()).collect();
    let mut first_line = header(started, seed, &plan, planned, machine, catalogue);
    let mut output = Output::create(args.out.as_deref(), started)?;
    let folder = output.folder.clone();
    let lost = || format!("cannot write {}; what it holds already is kept", folder.join(RESULTS).display());
    first_line.overhead = Some(calibrate(&launch, catalogue));
    output.write(&Record::Run(Box::new(first_line))).with_context(lost)?;

    let mut hunt = Hunt::new(search, measuring, budget, &clock);
    let mut progress = Progress::new(verbosity);
    let complete = match hunt.carry_out(&mut progress, &mut output) {
        Ok(()) => true,
        Err(Stop::Interrupted) => false,
        Err(Stop::Unwritable(error)) => return Err(error).with_context(lost),
        Err(Stop::Impossible(error)) => bail!(error),
    };
    drop(progress);
    let Hunt { measuring, remarks, .. } = hunt;
    let finished = Timestamp::now().to_string();
    output.write(&Record::End(End { finished, complete, remarks: remarks.clone() })).with_context(lost)?;

    let mut screen = verbosity.screen(args.json);
    let written = write_report(&folder, &folder, &Claims::default(), Detail::BreakEven, &mut screen)?;
    let mut complaints = verbosity.complaints(args.json);
    for remark in &remarks {
        writeln!(complaints, "{remark}.")?;
    }
    for failure in &written.report.results.failures {
        write_failure(failure, verbosity.verbose, &mut complaints)?;
    }
    if args.json {
        writeln!(Screen::document(), "{}", written.document(&folder))?;
    }
    if args.open {
        browser::open(&written.page);
    }
    Ok(match interrupt.signal() {
        Some(signal) => Exit::Signal(signal),
        None if measuring.failed > 0 => Exit::CellsFailed,
        None => Exit::Well,
    })
}
