//! Tests the measuring itself: how often `compare` sees a difference where there is none, and how often it finds one that is
//! there.
//!
//! The program is a harness with workloads of its own, of which a copy of it does p % more if its name ends in `-plus-p-of-WORKLOAD`.
//! So the true change is known, and every comparison goes the whole way: cells, records, statistics. In the modes `workload` and
//! `workload-live` a plan has three workloads under four runners, and one workload differs: the cells of the others must stay untouched.
//! For reference criterion compares the same code with itself, as `cargo bench` does when it is called twice.
//!
//! ```text
//! cargo run --release --example proof               # a few comparisons, some minutes
//! cargo run --release --example proof -- --full     # at least 200 of each without a difference: hours, on a quiet machine
//! cargo run --release --example proof -- --mode workload,workload-live --trials 20 --seconds 60
//! cargo run --release --example proof -- --counts 4  # changes that times are too coarse for, in counts
//! cargo run --release --example proof -- --table reports/record/proof-....jsonl
//! ```
//! Each comparison is written to `reports/record/proof-<date>-<cpu>-<revision>.jsonl` as it is done; a second call of the same
//! build on the same day goes on where the first one stopped. The summary is printed and written beside it. What ends this program
//! ends the measurement that it waits for.
//!
//! - `work`: the workloads, and how much more a copy does.
//! - `builds`: the copies, and how two of them are compared.
//! - `record`: what is recorded of a comparison.
//! - `tally`: what all of them show.
//! - `by_criterion`: the reference.
//! - `extra`, `counts`: builds that do one event more in each task, and how often counts show it.

#![allow(clippy::print_stdout, reason = "an experiment prints what it finds")]

mod builds;
mod by_criterion;
mod counts;
mod extra;
mod record;
mod tally;
mod work;

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use builds::Builds;
use clap::Parser;
use record::{Mode, Trial};
use regatta_reports::text::slug;
use signal_hook::consts::{SIGINT, SIGTERM};
use work::{NAMES, Work};

/// Tests the measuring itself.
#[derive(Debug, Parser)]
struct Args {
    /// At least 200 comparisons without a difference and 100 with each, 20 s for each.
    #[arg(long)]
    full: bool,
    /// Cells compared without a difference, in each mode.
    #[arg(long)]
    same: Option<u32>,
    /// Cells compared with each slowdown, in each mode.
    #[arg(long)]
    slowed: Option<u32>,
    /// Comparisons with each slowdown in the modes in which one workload differs.
    #[arg(long, default_value_t = 3)]
    trials: u32,
    /// Seconds that each build is measured in each comparison; of the modes of one cell, in each cell.
    #[arg(long)]
    seconds: Option<u32>,
    /// These modes (comma-separated); without it, all but those in which one workload differs.
    #[arg(long, value_enum, value_delimiter = ',')]
    mode: Vec<Mode>,
    /// Compares builds that do one event more in each task with one that does not, so many times each, and nothing else.
    #[arg(long, value_name = "N")]
    counts: Option<u32>,
    /// Prints the tables of a record, and measures nothing.
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// Has criterion measure the burn once and compare it with what it finds in this folder.
    #[arg(long, hide = true)]
    criterion: Option<PathBuf>,
    /// Where the record goes.
    #[arg(long, default_value = "reports/record")]
    record: PathBuf,
}

fn main() -> ExitCode {
    builds::end_with_parent();
    // With a subcommand this is a harness like any other; cells and workers come in this way too.
    if std::env::args().nth(1).is_some_and(|arg| !arg.starts_with("--") || arg.starts_with("__") || arg == "--version")
    {
        return regatta::Course::standard().workload::<Work<2>>().workload::<Work<1>>().workload::<Work<0>>().main();
    }
    let args = Args::parse();
    if let Some(folder) = &args.criterion {
        by_criterion::criterion_once(folder, args.seconds.unwrap_or(8));
        return ExitCode::SUCCESS;
    }
    let done = match &args.table {
        Some(path) => record::read(path).map(|trials| print!("{}", tally::tables(&trials))),
        None => prove(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("proof: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What one call is to do.
struct Aim {
    modes: Vec<Mode>,
    seconds: u32,
    /// Cells without a difference, and with one.
    cells: [u32; 2],
    /// Comparisons in which one workload differs.
    trials: u32,
}

impl Aim {
    fn of(args: &Args) -> Self {
        let (same, slowed, seconds) = if args.full { (200, 100, 20) } else { (16, 4, 5) };
        let default = [Mode::Live, Mode::Separate, Mode::Criterion];
        Self {
            modes: if args.mode.is_empty() { default.to_vec() } else { args.mode.clone() },
            seconds: args.seconds.unwrap_or(seconds),
            cells: [args.same.unwrap_or(same), args.slowed.unwrap_or(slowed)],
            trials: args.trials,
        }
    }

    /// Returns the number of the next comparison; none if there are enough.
    fn next(&self, mode: Mode, slowdown: u32, done: &[Trial]) -> Option<u32> {
        let of = done
            .iter()
            .filter(|trial| trial.mode == mode && trial.slowdown == slowdown && trial.seconds == self.seconds);
        let cells = u32::try_from(of.count()).unwrap_or(u32::MAX);
        let each = u32::try_from(mode.workloads().len() * mode.runners().len()).unwrap_or(u32::MAX);
        let is_enough = match mode {
            Mode::Criterion => cells >= self.cells[0],
            mode if mode.is_of_one_workload() => cells / each >= self.trials,
            _ => cells >= self.cells[usize::from(slowdown > 0)],
        };
        (!is_enough).then_some(cells / if mode == Mode::Criterion { 1 } else { each })
    }
}

fn prove(args: &Args) -> Result<(), Box<dyn Error>> {
    let aim = Aim::of(args);
    let scratch = tempfile::tempdir()?;
    clear_up_on_signals(scratch.path().to_owned())?;
    let builds = Builds::new(scratch.path());
    let probe = builds::run(Mode::Separate, &builds.of(0, NAMES[0])?, scratch.path(), "probe", &["--rounds", "2"])?.run;
    let (machine, revision) = (probe.machine, probe.program.revision);
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d");
    let of = if args.counts.is_some() { "counts" } else { "proof" };
    let stem = format!("{of}-{today}-{}-{}", slug(&machine.cpu), slug(&revision));
    fs::create_dir_all(&args.record)?;
    let load = machine.load_average.map_or_else(String::new, |load| format!(", load {load:.1} at the start"));
    let head = format!(
        "{}, {} cores, {} {}{load}; Regatta {revision}\n\n",
        machine.cpu, machine.usable_cores, machine.os, machine.kernel
    );
    if let Some(comparisons) = args.counts {
        let path = args.record.join(format!("{stem}.jsonl"));
        let trials = counts::prove(comparisons, aim.seconds, &builds, scratch.path(), &path)?;
        println!("\n{head}{}Record: {}", counts::table(&trials), path.display());
        return Ok(());
    }
    let path = args.record.join(format!("{stem}.jsonl"));
    let mut trials = record::read(&path)?;
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    // In turn, so that a record that is broken off has some of everything.
    let all: Vec<(Mode, u32)> = tally::all().filter(|(mode, _)| aim.modes.contains(mode)).collect();
    loop {
        let before = trials.len();
        for &(mode, slowdown) in &all {
            let Some(number) = aim.next(mode, slowdown, &trials) else { continue };
            let found = attempt(mode, slowdown, number, aim.seconds, &builds, scratch.path())?;
            // At once, so that a comparison is recorded wholly or not at all.
            let lines: Result<String, _> = found.iter().map(|trial| Ok(serde_json::to_string(trial)? + "\n")).collect();
            file.write_all(lines.map_err(|error: serde_json::Error| error)?.as_bytes())?;
            trials.extend(found);
        }
        if trials.len() == before {
            break;
        }
    }
    let summary = tally::summary(&trials, aim.seconds);
    println!("\n{summary}\n{}", tally::tables(&trials));
    let path = args.record.join(format!("{stem}-{}s.txt", aim.seconds));
    fs::write(&path, head + &summary)?;
    println!("Record: {}", path.display());
    Ok(())
}

/// Leaves nothing behind when a signal ends the experiment; the measurement that it waits for ends with it.
fn clear_up_on_signals(scratch: PathBuf) -> Result<(), Box<dyn Error>> {
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            let _ = fs::remove_dir_all(scratch);
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

/// Carries out one comparison and says what came of it.
fn attempt(
    mode: Mode,
    slowdown: u32,
    number: u32,
    seconds: u32,
    builds: &Builds,
    scratch: &Path,
) -> Result<Vec<Trial>, Box<dyn Error>> {
    if mode == Mode::Criterion {
        let trial = by_criterion::by_criterion(&scratch.join("criterion"), seconds)?;
        tell(&trial);
        return Ok(vec![Trial { trial: number, ..trial }]);
    }
    // Each of the workloads in turn.
    let slowed = mode.workloads()[number as usize % mode.workloads().len()];
    let folder = tempfile::tempdir_in(scratch)?;
    let pair = [builds.of(0, slowed)?, builds.of(slowdown, slowed)?];
    let comparison = builds::compare(mode, [&pair[0], &pair[1]], seconds, folder.path())?;
    let is_one = mode.is_of_one_workload();
    let named = |name: &str| if is_one { name.to_owned() } else { String::new() };
    let place = |trial: Trial, group: &str| Trial {
        slowed: named(slowed),
        workload: named(group),
        mode,
        slowdown,
        trial: number,
        seconds,
        ..trial
    };
    let trials: Vec<Trial> = comparison.cells.iter().map(|cell| place(Trial::of(cell), &cell.group)).collect();
    let wanted = mode.workloads().len() * mode.runners().len();
    if trials.len() != wanted {
        return Err(format!("{} of {wanted} cells could be compared: {:?}", trials.len(), comparison.lost).into());
    }
    trials.iter().for_each(tell);
    Ok(trials)
}

fn tell(trial: &Trial) {
    let Trial { slowdown, workload, cell, outcome, .. } = trial;
    let injected = if trial.is_affected() { *slowdown } else { 0 };
    println!(
        "{:<13} +{injected:<2} % {workload:<5} {cell:<12} wall {:+.2} %  CPU {:+.2} %  {outcome}",
        trial.mode.name(),
        (trial.wall[0] - 1.0) * 100.0,
        (trial.cpu[0] - 1.0) * 100.0,
    );
}
