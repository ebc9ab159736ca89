//! A bench target as `cargo bench` would run it, with criterion's flags, against work of known length.
//!
//! This program is the bench target too, and its cells: it starts itself, told by the environment which plan to bench.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::time::Duration;

use common::{Folder, said, signal, wait_until};
use libtest_mimic::{Arguments, Trial};
use nix::time::{ClockId, clock_gettime};
use regatta::Course;
use regatta_reports::Results;
use regatta_reports::record::{FailureKind, Sample};
use regatta_workloads::{Context, Error, Kind, Primitives, Workload};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which plan to bench; a test if there is none.
const PLAN: &str = "REGATTA_TEST_PLAN";

const KNOWN: &str = "
rounds = 10
workers = [1, 2]
[[group]]
workload = 'known'
params = { burn_us = 20_000 }
runners = ['sequential', 'thread-pool']
[[group]]
workload = 'known'
params = { wait_us = 20_000 }
runners = ['sequential']
skip = { sequential = 'to see that a reason is said' }
[[group]]
workload = 'together'
runners = ['process', 'async-single']
";

const BROKEN: &str = "
rounds = 10
workers = [1]
[[group]]
workload = 'known'
params = { wrong = true }
runners = ['sequential']
[[group]]
workload = 'together'
runners = ['sequential']
";

/// A plan of one cell that takes a while.
const SLOW: &str = "
rounds = 100
[[group]]
workload = 'known'
params = { wait_us = 20_000 }
runners = ['sequential']
";

fn main() -> ExitCode {
    let plan = match std::env::var(PLAN).as_deref() {
        Ok("broken") => BROKEN,
        Ok("slow") => SLOW,
        _ => KNOWN,
    };
    let is_cell = std::env::args().nth(1).is_some_and(|arg| arg.starts_with("__"));
    if is_cell || std::env::var_os(PLAN).is_some() {
        return regatta_bench::main(Course::standard().workload::<Known>().workload::<Together>(), "known", plan);
    }
    let trials: [(&str, fn()); 10] = [
        ("list names every cell and starts none", list),
        ("a test runs each once and leaves nothing", test),
        ("a filter", filter),
        ("baselines", baselines),
        ("quick", quick),
        ("output for machines", bencher),
        ("a known length is shown as that", known_length),
        ("a wrong answer is no time", broken),
        ("a profile", profile),
        ("an interrupt keeps what there is", interrupted),
    ];
    let trials = trials.map(|(name, trial)| {
        Trial::test(name, move || {
            trial();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit_code()
}

/// Uses so much CPU time, then waits, in one task.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Known {
    burn_us: u64,
    wait_us: u64,
    /// Whether the answer is not what the oracle says.
    wrong: bool,
}

impl Workload for Known {
    const NAME: &'static str = "known";
    const KIND: Kind = Kind::Cpu;
    const ABOUT: &'static str = "takes a known time";

    type Shared<P: Primitives> = ();

    fn tasks(&self) -> u64 {
        1
    }

    async fn task<C: Context>(&self, cx: &C, _shared: &(), _index: u64) -> Result<u64, Error> {
        let now = || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("a clock of every thread"));
        let end = now() + Duration::from_micros(self.burn_us);
        while now() < end {}
        if self.wait_us > 0 {
            cx.sleep(Duration::from_micros(self.wait_us)).await;
        }
        Ok(u64::from(self.wrong))
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        [0].into_iter()
    }
}

/// Has tasks that share memory, which processes cannot.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Together {}

impl Workload for Together {
    const NAME: &'static str = "together";
    const KIND: Kind = Kind::Cpu;
    const ABOUT: &'static str = "shares memory";
    const SHARES_MEMORY: bool = true;

    type Shared<P: Primitives> = ();

    fn tasks(&self) -> u64 {
        2
    }

    async fn task<C: Context>(&self, _cx: &C, _shared: &(), index: u64) -> Result<u64, Error> {
        Ok(index)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        [0, 1].into_iter()
    }
}

/// The bench target in this folder, on a machine without gnuplot.
fn bench(folder: &Folder, plan: &str, args: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a program that knows its file"));
    command.args(args).env(PLAN, plan).env("PATH", "").env("CRITERION_HOME", criterion(folder));
    command.current_dir(folder.path());
    command
}

/// What it says when it is run for as short as it makes sense.
fn brief(folder: &Folder, args: &[&str]) -> Output {
    let short = ["--bench", "--warm-up-time", "0.05", "--measurement-time", "0.2"];
    bench(folder, "known", &[&short, args].concat()).output().expect("it starts")
}

fn criterion(folder: &Folder) -> PathBuf {
    folder.path().join("criterion")
}

/// The folders of the runs recorded so far.
fn runs(folder: &Folder) -> Vec<PathBuf> {
    let home = fs::read_dir(folder.path().join("regatta-report")).into_iter().flatten().flatten();
    home.map(|entry| entry.path()).collect()
}

fn only_run(folder: &Folder) -> (PathBuf, Results) {
    let runs = runs(folder);
    assert_eq!(runs.len(), 1, "{runs:?}");
    (runs[0].clone(), Results::read(&runs[0]).expect("results that can be read"))
}

fn is_empty(folder: &Folder) -> bool {
    fs::read_dir(folder.path()).expect("a folder").count() == 0
}

fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

fn list() {
    let folder = Folder::new();
    let output = bench(&folder, "known", &["--list", "--bench"]).output().expect("it starts");
    let (names, errors) = said(&output);
    let names: Vec<_> = names.lines().filter(|line| !line.is_empty()).collect();
    let right = [
        "known,burn_us=20000,wait_us=0/sequential/1: benchmark",
        "known,burn_us=20000,wait_us=0/thread-pool/1: benchmark",
        "known,burn_us=20000,wait_us=0/thread-pool/2: benchmark",
        "together/process/2: benchmark",
        "together/async-single/1: benchmark",
    ];
    assert_eq!(names, right, "{errors}");
    assert!(is_empty(&folder));
}

fn test() {
    let folder = Folder::new();
    // The first is `cargo bench -- --test`, the second `cargo test --benches`.
    for args in [&["--test", "--bench"][..], &[]] {
        let output = bench(&folder, "known", args).output().expect("it starts");
        let (tested, errors) = said(&output);
        assert_eq!(output.status.code(), Some(0), "{errors}");
        assert_eq!(tested.matches("Success").count(), 4, "{tested}");
        assert!(errors.contains("together/process/2: not run: its tasks share memory"), "{errors}");
        assert!(errors.contains("known,burn_us=0,wait_us=20000/sequential: not run: to see that"), "{errors}");
        assert!(is_empty(&folder));
    }
    let output = bench(&folder, "broken", &[]).output().expect("it starts");
    let (tested, errors) = said(&output);
    assert_eq!((output.status.code(), tested.matches("Success").count()), (Some(3), 1), "{errors}");
    assert!(is_empty(&folder));
}

fn filter() {
    let folder = Folder::new();
    let output = brief(&folder, &["--noplot", "thread-pool/2"]);
    let (text, errors) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    assert!(errors.contains("known: 1 cell, about "), "{errors}");
    assert!(errors.contains("regatta compare") && !errors.contains("panicked"), "{errors}");
    assert!(text.contains("known,burn_us=20000,wait_us=0/thread-pool/2") && !text.contains("/sequential"), "{text}");
    let (_, results) = only_run(&folder);
    assert!(results.is_complete() && results.failures.is_empty());
    assert!(results.samples.iter().all(|sample| sample.cell.runner == "thread-pool" && sample.cell.workers == 2));
    assert_eq!(results.run.driver, "criterion");
    let planned: Vec<_> = results.run.plan.groups.iter().map(|group| group.cells.len()).collect();
    assert_eq!(planned, [1], "what was not asked for is not missing");
    assert!(!criterion(&folder).join("report").exists(), "--noplot draws nothing");

    let nothing = Folder::new();
    let output = brief(&nothing, &["no such cell"]);
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    assert!(runs(&nothing).is_empty());
}

fn baselines() {
    let folder = Folder::new();
    let cell = "known.*sequential";
    let output = brief(&folder, &["--save-baseline", "before", cell]);
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let (compared, errors) = said(&brief(&folder, &["--baseline", "before", cell]));
    assert!(compared.contains("change: ["), "{compared}{errors}");
    assert_eq!(runs(&folder).len(), 2, "a run never overwrites another");
    let missing = brief(&folder, &["--baseline", "never-saved", cell]);
    assert!(!missing.status.success() && said(&missing).1.contains("--save-baseline never-saved"), "{missing:?}");
    assert_eq!(runs(&folder).len(), 2, "nothing was measured");
}

fn quick() {
    let folder = Folder::new();
    let output = bench(&folder, "known", &["--bench", "--quick", "sequential"]).output().expect("it starts");
    let (text, errors) = said(&output);
    assert!(output.status.success() && text.contains("time:   ["), "{text}{errors}");
    assert!(only_run(&folder).1.samples.len() >= 3);
}

fn bencher() {
    let folder = Folder::new();
    let output = brief(&folder, &["--output-format", "bencher", "sequential"]);
    let (text, errors) = said(&output);
    let lines: Vec<_> = text.lines().filter(|line| !line.is_empty()).collect();
    let [line] = &lines[..] else { panic!("one line for one cell: {text}{errors}") };
    assert!(
        line.starts_with("test known,burn_us=20000,wait_us=0/sequential/1 ... bench: ") && line.contains("ns/iter"),
        "{line}"
    );
    assert!(errors.contains("Report: "), "{errors}");
}

fn known_length() {
    let folder = Folder::new();
    let output = brief(&folder, &[]);
    let (text, errors) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    let (run, results) = only_run(&folder);
    let files = fs::read_dir(&run).expect("a folder").flatten().map(|entry| entry.path());
    let pictures = files.filter(|file| file.extension().is_some_and(|kind| kind == "png")).count();
    assert!(pictures > 0 && run.join("index.html").exists());
    assert!(text.contains("Report: ") && errors.contains("Criterion's report: "), "{text}{errors}");
    let group = criterion(&folder).join("known,burn_us=20000,wait_us=0");
    for chart in ["violin.svg", "lines.svg"] {
        assert!(group.join("report").join(chart).exists(), "{chart}");
    }
    assert_eq!(results.failures.len(), 2, "one is skipped, one is unavailable: {:?}", results.failures);
    assert!(results.failures.iter().all(|failure| failure.kind == FailureKind::Unavailable));

    for (runner, workers) in [("sequential", 1), ("thread-pool", 1), ("thread-pool", 2)] {
        let samples: Vec<&Sample> = results
            .samples
            .iter()
            .filter(|sample| {
                sample.cell.runner == runner && sample.cell.workers == workers && sample.workload == "known"
            })
            .collect();
        assert!((0..).zip(&samples).all(|(round, sample)| sample.round == round));
        let kept = group.join(runner).join(workers.to_string()).join("new");
        // Criterion's times are the sums of the walls of the very runs that are recorded, to the last nanosecond.
        let times = json(&kept.join("sample.json"));
        let times: f64 = times["times"].as_array().expect("times").iter().filter_map(Value::as_f64).sum();
        assert_eq!(times, samples.iter().map(|sample| sample.wall_ns as f64).sum::<f64>());
        let estimate = json(&kept.join("estimates.json"))["median"]["point_estimate"].as_f64().expect("a median");
        // Where its median lies among runs that others disturb is a matter of luck, but it lies among them.
        let walls = || samples.iter().map(|sample| sample.wall_ns as f64);
        let (least, most) = (walls().fold(f64::INFINITY, f64::min), walls().fold(0.0, f64::max));
        assert!((least..=most).contains(&estimate), "criterion says {estimate} ns, the records {least} to {most} ns");
        for sample in samples {
            // The counters of perf leave out a little of each switch, and a machine that is busy switches often.
            assert!(sample.cpu_ns >= 19_000_000 && sample.wall_ns >= 20_000_000, "{sample:?}");
            assert!(sample.source.contains_key("cpu") && sample.peak_rss_bytes.is_some(), "{sample:?}");
        }
    }
}

fn broken() {
    let folder = Folder::new();
    let short = ["--bench", "--warm-up-time", "0.05", "--measurement-time", "0.2", "--noplot"];
    let output = bench(&folder, "broken", &short).output().expect("it starts");
    let (text, errors) = said(&output);
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert!(errors.contains("known/sequential/1: FAILED: task 0: its result is 1, and 0 is expected"), "{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
    assert!(text.contains("together/sequential/1") && text.contains("time:   ["), "the others go on: {text}");
    let (_, results) = only_run(&folder);
    assert_eq!(results.failures[0].kind, FailureKind::WrongAnswer);
    assert!(results.samples.iter().all(|sample| sample.workload == "together"));
}

fn profile() {
    let folder = Folder::new();
    let output =
        bench(&folder, "known", &["--bench", "--profile-time", "1", "sequential"]).output().expect("it starts");
    let (_, errors) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    assert!(runs(&folder).is_empty(), "a profile is no measurement");
    if errors.contains("perf is unavailable") {
        return;
    }
    let profile = criterion(&folder).join("known,burn_us=20000,wait_us=0/sequential/1/profile");
    let events = json(&profile.join("trace.json"));
    let events = events["traceEvents"].as_array().expect("events");
    assert!(events.iter().any(|event| event["args"]["busy"].as_f64().is_some_and(|busy| busy > 0.0)), "{events:?}");
    let text = fs::read_to_string(profile.join("utilisation.csv")).expect("a timeline");
    let (head, lines) = text.split_once('\n').expect("a heading");
    assert!(head.starts_with("time_ms,core_0"), "{head}");
    let lines: Vec<Vec<f64>> = lines.lines().map(|line| line.split(',').flat_map(str::parse).collect()).collect();
    // However little of the machine is left for it, the cell has computed for 20 ms at least once.
    let used_ms: f64 = lines.windows(2).map(|pair| (pair[1][0] - pair[0][0]) * pair[0][1..].iter().sum::<f64>()).sum();
    assert!(used_ms > 15.0, "{used_ms} ms of CPU time in {} steps", lines.len());
}

fn interrupted() {
    let folder = Folder::new();
    let mut command = bench(&folder, "slow", &["--bench", "--warm-up-time", "0.05", "--noplot"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    wait_until("a first sample", || {
        let text = fs::read_to_string(runs(&folder).first()?.join("results.jsonl")).ok()?;
        text.contains("\"type\":\"sample\"").then_some(())
    });
    signal(child.id(), rustix::process::Signal::INT);
    let output = child.wait_with_output().expect("it ends");
    let (_, errors) = said(&output);
    assert_eq!(output.status.code(), Some(130), "{errors}");
    let (run, results) = only_run(&folder);
    assert!(results.end.as_ref().is_some_and(|end| !end.complete));
    assert!(!results.samples.is_empty() && run.join("index.html").exists());
}
