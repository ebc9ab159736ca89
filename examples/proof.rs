//! Tests the measuring itself: how often `compare` sees a difference where there is none, and how often it finds one that is
//! there.
//!
//! The program is a harness with a workload of its own, `burn`, which does p % more work in a copy of the program whose name ends in
//! `-plus-p`. So the true change is known, and every comparison goes the whole way: cells, records, statistics. For reference
//! criterion compares the same burn with itself, as `cargo bench` does when it is called twice.
//!
//! ```text
//! cargo run --release --example proof               # a few comparisons, some minutes
//! cargo run --release --example proof -- --full     # at least 200 of each without a difference: hours, on a quiet machine
//! ```
//! Each comparison is written to `reports/record/proof-<date>-<cpu>-<revision>.jsonl` as it is done; a second call of the same
//! build on the same day goes on where the first one stopped. The summary is printed and written beside it.

#![allow(clippy::print_stdout, reason = "an experiment prints what it finds")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::hint::black_box;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use clap::Parser;
use criterion::Criterion;
use regatta_reports::Results;
use regatta_reports::compare::{Compared, Comparison};
use regatta_reports::text::slug;
use regatta_workloads::{Context, Kind, Tally, Workload, expected_tally};
use serde::{Deserialize, Serialize};

/// What is injected, percent; 0 is a build against itself.
const SLOWDOWNS: [u32; 5] = [0, 1, 2, 5, 10];
/// How builds are compared; the last is the reference, which compares only what is the same.
const MODES: [&str; 3] = ["live", "separate", CRITERION];
const CRITERION: &str = "criterion";
/// Steps of an iteration of criterion's: a fraction of a millisecond, as it likes them.
const STEPS_FOR_CRITERION: u64 = 100_000;

/// Burns a core, and p % longer in a program whose name ends in `-plus-p`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Burn {
    /// Steps of a task.
    steps: u64,
    /// Number of tasks.
    tasks: u64,
}

impl Default for Burn {
    fn default() -> Self {
        Self { steps: 1_000_000, tasks: 64 }
    }
}

impl Workload for Burn {
    const NAME: &'static str = "burn";
    const KIND: Kind = Kind::Cpu;
    const ABOUT: &'static str = "burns a core for a number of steps, or somewhat more";

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, _cx: &C, index: u64) -> Result<u64, regatta_workloads::Error> {
        burn(self.steps + self.steps * extra_percent() / 100);
        Ok(index)
    }

    fn expected(&self) -> Tally {
        expected_tally(0..self.tasks)
    }
}

fn burn(steps: u64) {
    let mut left = steps;
    while left > 0 {
        left = black_box(left - 1);
    }
}

/// How much more this program does, by its name.
fn extra_percent() -> u64 {
    static EXTRA: OnceLock<u64> = OnceLock::new();
    *EXTRA.get_or_init(|| {
        let program = std::env::current_exe().unwrap_or_default();
        let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        name.rsplit_once("-plus-").and_then(|(_, percent)| percent.parse().ok()).unwrap_or(0)
    })
}

/// Tests the measuring itself.
#[derive(Debug, Parser)]
struct Args {
    /// At least 200 comparisons without a difference and 100 with each, 20 s for each.
    #[arg(long)]
    full: bool,
    /// Comparisons without a difference, in each mode.
    #[arg(long)]
    same: Option<u32>,
    /// Comparisons with each slowdown, in each mode.
    #[arg(long)]
    slowed: Option<u32>,
    /// Seconds that each comparison may take.
    #[arg(long)]
    seconds: Option<u32>,
    /// Only this mode: live, separate or criterion.
    #[arg(long)]
    mode: Option<String>,
    /// Has criterion measure the burn once and compare it with what it finds in this folder.
    #[arg(long, hide = true)]
    criterion: Option<PathBuf>,
    /// Where the record goes.
    #[arg(long, default_value = "reports/record")]
    record: PathBuf,
}

/// One comparison of one cell, as it is recorded.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Trial {
    mode: String,
    /// What was injected, percent.
    slowdown: u32,
    cell: String,
    /// What the comparison said.
    outcome: String,
    /// Factors of wall and CPU time that it found: value, low, high.
    wall: [f64; 3],
    cpu: [f64; 3],
    /// Factors of wall and CPU time without regard to the reference burn.
    raw: [f64; 2],
    /// Noise floors of wall and CPU time.
    floor: [f64; 2],
    /// Whether each alone was claimed to differ.
    by_wall: bool,
    by_cpu: bool,
    seconds: u32,
}

fn main() -> ExitCode {
    // With a subcommand this is a harness like any other; cells and workers come in this way too.
    if std::env::args().nth(1).is_some_and(|arg| !arg.starts_with("--") || arg == "--version") {
        return regatta::Course::standard().workload::<Burn>().main();
    }
    let args = Args::parse();
    if let Some(folder) = &args.criterion {
        criterion_once(folder, args.seconds.unwrap_or(8));
        return ExitCode::SUCCESS;
    }
    match prove(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("proof: {error}");
            ExitCode::FAILURE
        }
    }
}

fn prove(args: &Args) -> Result<(), Box<dyn Error>> {
    let (same, slowed, seconds) = if args.full { (200, 100, 20) } else { (16, 4, 5) };
    let (same, slowed) = (args.same.unwrap_or(same), args.slowed.unwrap_or(slowed));
    let seconds = args.seconds.unwrap_or(seconds);
    let scratch = tempfile::tempdir()?;
    let builds = builds(scratch.path())?;
    let probe = run(&builds[&0], scratch.path(), "probe", &["--rounds", "2"])?.run;
    let (machine, revision) = (probe.machine, probe.program.revision);
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d");
    let stem = format!("proof-{today}-{}-{}", slug(&machine.cpu), slug(&revision));
    fs::create_dir_all(&args.record)?;
    let path = args.record.join(format!("{stem}.jsonl"));
    let mut trials = read(&path, seconds)?;
    let mut record = OpenOptions::new().create(true).append(true).open(&path)?;
    let modes: Vec<&str> =
        MODES.into_iter().filter(|mode| args.mode.as_deref().is_none_or(|wanted| wanted == *mode)).collect();
    // In turn, so that a record that is broken off has some of everything.
    let all: Vec<(&str, u32)> = modes.iter().flat_map(|mode| SLOWDOWNS.map(|slowdown| (*mode, slowdown))).collect();
    let all: Vec<(&str, u32)> =
        all.into_iter().filter(|(mode, slowdown)| *mode != CRITERION || *slowdown == 0).collect();
    let of_criterion = scratch.path().join(CRITERION);
    loop {
        let mut is_done = true;
        for &(mode, slowdown) in &all {
            let wanted = if slowdown == 0 { same } else { slowed } as usize;
            if trials.iter().filter(|trial| trial.mode == mode && trial.slowdown == slowdown).count() >= wanted {
                continue;
            }
            is_done = false;
            if mode == CRITERION {
                let trial = by_criterion(&of_criterion, seconds)?;
                println!(
                    "{mode:<9} +0  % {:<12} wall {:+.2} %  {}",
                    trial.cell,
                    (trial.wall[0] - 1.0) * 100.0,
                    trial.outcome
                );
                writeln!(record, "{}", serde_json::to_string(&trial)?)?;
                trials.push(trial);
                continue;
            }
            let folder = tempfile::tempdir_in(scratch.path())?;
            let comparison = compare(mode, [&builds[&0], &builds[&slowdown]], seconds, folder.path())?;
            for cell in &comparison.cells {
                let trial = trial(mode, slowdown, seconds, cell);
                println!(
                    "{mode:<9} +{slowdown:<2} % {:<12} wall {:+.2} %  CPU {:+.2} %  {}",
                    trial.cell,
                    (trial.wall[0] - 1.0) * 100.0,
                    (trial.cpu[0] - 1.0) * 100.0,
                    trial.outcome
                );
                writeln!(record, "{}", serde_json::to_string(&trial)?)?;
                trials.push(trial);
            }
        }
        if is_done {
            break;
        }
    }
    let summary = summary(&trials, seconds);
    println!("\n{summary}");
    let load = machine.load_average.map_or_else(String::new, |load| format!(", load {load:.1} at the start"));
    let head = format!(
        "{}, {} cores, {} {}{load}; Regatta {revision}\n\n",
        machine.cpu, machine.usable_cores, machine.os, machine.kernel
    );
    let path = args.record.join(format!("{stem}-{seconds}s.txt"));
    fs::write(&path, head + &summary)?;
    println!("Record: {}", path.display());
    Ok(())
}

/// Criterion's own comparison of the burn with itself: of a measurement with the one before, each as long as that of one build.
fn by_criterion(folder: &Path, seconds: u32) -> Result<Trial, Box<dyn Error>> {
    let measure = || -> Result<String, Box<dyn Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        let output = command.arg("--criterion").arg(folder).args(["--seconds", &seconds.to_string()]).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    if !folder.exists() {
        measure()?;
    }
    let said = measure()?;
    let verdicts = [
        ("Performance has regressed", "slower"),
        ("Performance has improved", "faster"),
        ("Change within noise threshold", "no difference"),
        ("No change in performance detected", "no difference"),
    ];
    let verdict = verdicts.iter().find(|(words, _)| said.contains(words));
    let (_, outcome) = verdict.ok_or_else(|| format!("criterion compared nothing: {said}"))?;
    let change: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.join("burn/change/estimates.json"))?)?;
    let median = &change["median"];
    let factor = |of: &serde_json::Value| 1.0 + of.as_f64().unwrap_or(f64::NAN);
    let interval = &median["confidence_interval"];
    let wall = [&median["point_estimate"], &interval["lower_bound"], &interval["upper_bound"]].map(factor);
    let is_claim = *outcome != "no difference";
    Ok(Trial {
        mode: CRITERION.to_owned(),
        slowdown: 0,
        cell: "burn".to_owned(),
        outcome: (*outcome).to_owned(),
        wall,
        cpu: [1.0; 3],
        raw: [wall[0], 1.0],
        floor: [1.0; 2],
        by_wall: is_claim,
        by_cpu: false,
        seconds,
    })
}

/// A measurement by criterion, with its default shares of warm-up and measurement.
fn criterion_once(folder: &Path, seconds: u32) {
    let eighth = Duration::from_secs(seconds.into()) / 8;
    let criterion = Criterion::default().output_directory(folder).without_plots();
    let mut criterion = criterion.warm_up_time(3 * eighth).measurement_time(5 * eighth);
    criterion.bench_function("burn", |bencher| bencher.iter(|| burn(STEPS_FOR_CRITERION)));
}

/// This program under the names that say how much more it does.
fn builds(folder: &Path) -> Result<BTreeMap<u32, PathBuf>, Box<dyn Error>> {
    let own = std::env::current_exe()?;
    let mut builds = BTreeMap::new();
    for slowdown in SLOWDOWNS {
        let path = folder.join(format!("proof-plus-{slowdown}"));
        fs::copy(&own, &path)?;
        builds.insert(slowdown, path);
    }
    Ok(builds)
}

/// The comparisons of the record that are of this length.
fn read(path: &Path, seconds: u32) -> Result<Vec<Trial>, Box<dyn Error>> {
    let text = if path.exists() { fs::read_to_string(path)? } else { String::new() };
    let trials: Result<Vec<Trial>, _> = text.lines().map(serde_json::from_str).collect();
    Ok(trials?.into_iter().filter(|trial| trial.seconds == seconds).collect())
}

const PLAN: &str = "hot = '5ms'\nrounds = 4000\nleast_rounds = 5\nprocesses = 5\ntarget = 0\nworkers = [2]\n[[group]]\nworkload = \"burn\"\n\
                    runners = [\"sequential\", \"thread-pool\"]\n";

/// Compares two builds, two cells at once, in `seconds` for each cell.
fn compare(mode: &str, builds: [&Path; 2], seconds: u32, folder: &Path) -> Result<Comparison, Box<dyn Error>> {
    if mode == "live" {
        let plan = plan(folder)?;
        let budget = format!("{}s", 2 * seconds);
        let out = folder.join("live");
        let mut command = Command::new(builds[0]);
        command.args(["compare", "--live"]).args(builds).arg("--plan").arg(plan).args(["--budget", &budget]);
        carry_out(command.arg("--out").arg(&out))?;
        return Comparison::of_live(&Results::read(&out)?).ok_or_else(|| "the records name no builds".into());
    }
    let budget = format!("{seconds}s");
    let base = run(builds[0], folder, "base", &["--budget", &budget])?;
    let new = run(builds[1], folder, "new", &["--budget", &budget])?;
    Ok(Comparison::of_runs(&base, &new))
}

fn plan(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let path = folder.join("plan.toml");
    File::create(&path)?.write_all(PLAN.as_bytes())?;
    Ok(path)
}

/// A run of the plan.
fn run(build: &Path, folder: &Path, name: &str, more: &[&str]) -> Result<Results, Box<dyn Error>> {
    let plan = plan(folder)?;
    let out = folder.join(name);
    carry_out(Command::new(build).arg("run").arg("--plan").arg(plan).args(more).arg("--out").arg(&out))?;
    Ok(Results::read(&out)?)
}

fn carry_out(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let output = command.stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr)).into())
}

fn trial(mode: &str, slowdown: u32, seconds: u32, cell: &Compared) -> Trial {
    let cpu = cell.cpu.unwrap_or(cell.wall);
    let factors = |ratio: regatta_reports::statistics::Estimate| [ratio.value, ratio.low, ratio.high];
    Trial {
        mode: mode.to_owned(),
        slowdown,
        cell: cell.label.clone(),
        outcome: cell.outcome.name().to_owned(),
        wall: factors(cell.wall.ratio),
        cpu: factors(cpu.ratio),
        raw: [cell.wall.raw.value, cpu.raw.value],
        floor: [cell.wall.floor.unwrap_or(1.0), cpu.floor.unwrap_or(1.0)],
        by_wall: cell.wall.is_real(),
        by_cpu: cpu.is_real(),
        seconds,
    }
}

/// What all comparisons show, as text.
fn summary(trials: &[Trial], seconds: u32) -> String {
    let mut text = format!("{seconds} s for each comparison; shares with their 95 % intervals\n");
    for mode in MODES {
        for slowdown in SLOWDOWNS {
            let of: Vec<&Trial> =
                trials.iter().filter(|trial| trial.mode == mode && trial.slowdown == slowdown).collect();
            if of.is_empty() {
                continue;
            }
            let is_claim = |trial: &&&Trial| match slowdown {
                0 => trial.outcome != "no difference",
                _ => matches!(trial.outcome.as_str(), "slower" | "more CPU"),
            };
            let share = |count: usize| {
                let (low, high) = wilson(count, of.len());
                let percent = 100.0 * count as f64 / of.len() as f64;
                format!("{count} of {} = {percent:.1} % [{:.1}, {:.1}]", of.len(), 100.0 * low, 100.0 * high)
            };
            let what = if slowdown == 0 { "false".to_owned() } else { format!("+{slowdown} % found") };
            let by = |is: fn(&Trial) -> bool| of.iter().filter(|trial| is(trial)).count();
            text.push_str(&format!(
                "{mode:<9} {what:<13} {:<30} by wall {:<4} by CPU {:<4} scatter: wall {:.2} %, CPU {:.2} %; raw {:.2} %, {:.2} %\n",
                share(of.iter().filter(is_claim).count()),
                by(|trial| trial.by_wall),
                by(|trial| trial.by_cpu),
                scatter(&of, |trial| trial.wall[0]),
                scatter(&of, |trial| trial.cpu[0]),
                scatter(&of, |trial| trial.raw[0]),
                scatter(&of, |trial| trial.raw[1]),
            ));
        }
    }
    text
}

/// Standard deviation of a factor over the trials, percent.
fn scatter(trials: &[&Trial], factor: fn(&Trial) -> f64) -> f64 {
    let values: Vec<f64> = trials.iter().map(|trial| factor(trial).ln()).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    100.0 * (squares / (values.len() as f64 - 1.0).max(1.0)).sqrt()
}

/// The 95 % interval of a share: E. B. Wilson, Journal of the American Statistical Association 22, 1927.
fn wilson(count: usize, of: usize) -> (f64, f64) {
    let (n, z) = (of as f64, 1.96_f64);
    let share = count as f64 / n;
    let centre = share + z * z / (2.0 * n);
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
}
