//! How often a change that times are too coarse for is seen in counts: builds that do one event more in each task.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use regatta_reports::Results;
use regatta_reports::compare::Comparison;
use serde::{Deserialize, Serialize};

use crate::builds::{Builds, carry_out, command};
use crate::extra::Extra;
use crate::tally::share;

/// The plan: tasks of a millisecond or two, of which the extra event is less than a hundredth.
const PLAN: &str = "hot = '5ms'\nrounds = 4000\nleast_rounds = 5\nprocesses = 5\ntarget = 0\nworkers = [2]\nprofile = true\n
[[group]]\nworkload = 'burn'\nparams = { steps = 1_000_000, tasks = 16 }\nrunners = ['sequential', 'thread-pool', 'rayon', 'async']\n";

/// Counts that all samples have.
const OF_SAMPLES: usize = 2;

/// One comparison of one cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CountTrial {
    /// Whether both builds ran in the same rounds.
    live: bool,
    extra: Extra,
    /// Which comparison of its kind, from 0.
    trial: u32,
    cell: String,
    /// What was said of its times.
    outcome: String,
    /// Factor of its wall time.
    wall: f64,
    /// Whether its times were said to have changed.
    by_time: bool,
    /// The counts that were said to have changed, each with both figures for a task.
    counts: Vec<(String, f64, f64)>,
    /// Counts that were judged.
    judged: usize,
    seconds: u32,
}

/// Makes so many comparisons with each event, live and by separate runs, and writes each to the record at `path` as it is done.
pub fn prove(
    comparisons: u32,
    seconds: u32,
    builds: &Builds,
    folder: &Path,
    path: &Path,
) -> Result<Vec<CountTrial>, Box<dyn Error>> {
    let mut trials = read(path)?;
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    // In turn, so that a record that is broken off has some of everything.
    for trial in 0..comparisons {
        for (extra, live) in Extra::value_variants().iter().flat_map(|extra| [(*extra, true), (*extra, false)]) {
            let is_this = |other: &CountTrial| {
                (other.extra, other.live, other.trial, other.seconds) == (extra, live, trial, seconds)
            };
            if trials.iter().any(is_this) {
                continue;
            }
            let comparison = compare(live, [&builds.with(Extra::Nothing)?, &builds.with(extra)?], seconds, folder)?;
            let found: Vec<CountTrial> =
                of_cells(&comparison).map(|found| CountTrial { live, extra, trial, seconds, ..found }).collect();
            for line in &found {
                writeln!(file, "{}", serde_json::to_string(line)?)?;
            }
            trials.extend(found);
        }
    }
    Ok(trials)
}

/// Returns what a comparison says of each cell, without its place in the experiment.
fn of_cells(comparison: &Comparison) -> impl Iterator<Item = CountTrial> {
    comparison.cells.iter().map(|cell| {
        let own =
            comparison.counted.iter().filter(|counted| counted.group == cell.group && counted.label == cell.label);
        let changed = own.clone().filter(|counted| counted.change.is_real());
        CountTrial {
            live: false,
            extra: Extra::Nothing,
            trial: 0,
            cell: cell.label.clone(),
            outcome: cell.conclusion.name().to_owned(),
            wall: cell.wall.ratio.value,
            by_time: cell.conclusion.is_regression() || cell.conclusion.is_improvement(),
            counts: changed.map(|counted| (counted.count.name().to_owned(), counted.base, counted.new)).collect(),
            judged: own.count(),
            seconds: 0,
        }
    })
}

fn compare(live: bool, builds: [&PathBuf; 2], seconds: u32, folder: &Path) -> Result<Comparison, Box<dyn Error>> {
    // No run overwrites another.
    let folder = tempfile::tempdir_in(folder)?;
    let folder = folder.path();
    let plan = folder.join("counts.toml");
    fs::write(&plan, PLAN)?;
    let out = |name: &str| folder.join(name);
    if live {
        let mut command = command(builds[0]);
        command.args(["compare", "--live"]).args(builds).arg("--plan").arg(&plan);
        carry_out(command.args(["--budget", &format!("{}s", 2 * seconds)]).arg("--out").arg(out("live")))?;
        return Comparison::of_live(&Results::read(&out("live"))?).ok_or_else(|| "the records name no builds".into());
    }
    let run = |build: &Path, name: &str| -> Result<Results, Box<dyn Error>> {
        let mut command = command(build);
        command.arg("run").arg("--plan").arg(&plan).args(["--budget", &format!("{seconds}s")]);
        carry_out(command.arg("--out").arg(out(name)))?;
        Ok(Results::read(&out(name))?)
    };
    Ok(Comparison::of_runs(&run(builds[0], "base")?, &run(builds[1], "new")?))
}

/// Reads a record. Without a file it is empty.
fn read(path: &Path) -> Result<Vec<CountTrial>, Box<dyn Error>> {
    let text = if path.exists() { fs::read_to_string(path)? } else { String::new() };
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

/// Writes the table of docs/TRUST.md.
pub fn table(trials: &[CountTrial]) -> String {
    let mut text = "| one more in each task | how | seen in times | in switches | in page faults | in system calls |\n\
                    |---|---|---|---|---|---|\n"
        .to_owned();
    for (extra, live) in Extra::value_variants().iter().flat_map(|extra| [(*extra, true), (*extra, false)]) {
        let of: Vec<&CountTrial> = trials.iter().filter(|trial| trial.extra == extra && trial.live == live).collect();
        let by = |is: &dyn Fn(&CountTrial) -> bool| share(of.iter().filter(|trial| is(trial)).count(), of.len());
        let has = |trial: &CountTrial, name: &str| trial.counts.iter().any(|(count, ..)| count == name);
        let counted = |name: &str| by(&|trial| has(trial, name));
        // Calls are counted last, in what time is left.
        let with_calls = of.iter().filter(|trial| trial.judged > OF_SAMPLES);
        let found = with_calls.clone().filter(|trial| has(trial, "system calls")).count();
        let calls = if live { "not counted".to_owned() } else { share(found, with_calls.count()) };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {calls} |",
            extra.name(),
            if live { "live" } else { "separate runs" },
            by(&|trial| trial.by_time),
            counted("context switches"),
            counted("page faults"),
        );
    }
    text
}
