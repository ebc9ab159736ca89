//! `regatta crossover` on work whose crossing is built in, and what it refuses.
//!
//! This program is the one under test too: it starts itself, with a runner that begins each run by a nap and then does all tasks at once.

mod common;

use std::path::Path;
use std::process::{Command, ExitCode, Output};
use std::time::Duration;

use common::{Folder, said};
use libtest_mimic::{Arguments, Trial};
use regatta::prelude::*;
use regatta_reports::statistics::crossing::Lead;
use regatta_reports::{Claims, Report};
use serde_json::Value;

/// Whether this is the program under test.
const PROGRAM: &str = "REGATTA_TEST_CROSSOVER";
/// How long a run of [`Late`] takes before its tasks begin.
const NAP: Duration = Duration::from_millis(30);
/// Waits of a run.
const TASKS: u64 = 4;
/// One after the other the waits take four times their length, and late ones that length and the nap: both as long where a wait takes a
/// third of the nap. A wake-up that is late by some milliseconds moves that by less than this factor.
const MARGIN: f64 = 1.6;

fn main() -> ExitCode {
    let is_helper = std::env::args().nth(1).is_some_and(|arg| arg.starts_with("__"));
    if is_helper || std::env::var_os(PROGRAM).is_some() {
        return Course::standard().runner::<Late>().main();
    }
    let trials: [(&str, fn()); 3] = [
        ("a crossing that is built in is found, and its records tell it again", built_in),
        ("who is faster everywhere is said", no_crossing),
        ("what cannot be is refused before anything is measured", refused),
    ];
    let trials = trials.map(|(name, trial)| {
        Trial::test(name, move || {
            trial();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit_code()
}

/// A nap, and then a thread for each task.
struct Late;

impl Runner for Late {
    const NAME: &'static str = "late";
    const ABOUT: &'static str = "a nap, and then a thread for each task";
    const PARALLELISM: Parallelism = Parallelism::PerTask;

    fn start<W: Workload>(
        workload: Arc<W>,
        _settings: Settings,
    ) -> Result<impl FnMut() -> Result<Outcome, RunnerError> + use<W>, RunnerError> {
        Ok(move || {
            std::thread::sleep(NAP);
            let (crew, shared) = (Crew::new(), share(&*workload, &Std)?);
            let one = |index| catch(|| carry_out_all(&*workload, &Blocking, &shared, &crew, index..index + 1));
            let tally = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..workload.tasks()).map(|index| scope.spawn(move || one(index))).collect();
                let mut parts = threads.into_iter().map(|thread| thread.join().expect("panics are caught"));
                parts.try_fold(Tally::default(), |sum, part| Ok(sum.merge(part?)))
            })?;
            Outcome::new(tally, &crew).with(&shared, &*workload)
        })
    }
}

/// Runs the program under test in a folder.
fn run_in(folder: &Path, args: &[&str]) -> Output {
    let program = std::env::current_exe().expect("this program");
    let mut command = Command::new(program);
    command.args(args).env(PROGRAM, "1").env("LC_ALL", "C.UTF-8").current_dir(folder);
    command.output().expect("the program starts")
}

fn built_in() {
    let folder = Folder::new();
    let (out, tasks) = (folder.out().display().to_string(), format!("tasks={TASKS}"));
    let search = ["crossover", "--workload", "sleep", "--axis", "wait_us", "--between", "sequential,late"];
    let range = ["--from", "1e3..1e5", "--param", &tasks, "--budget", "25s", "--seed", "1", "--json", "--out", &out];
    let output = run_in(folder.path(), &[&search[..], &range[..]].concat());
    let (printed, complaint) = said(&output);
    assert!(output.status.success(), "{printed}{complaint}");
    let document: Value = serde_json::from_str(&printed).expect("a JSON document");
    let sentence = document["break_even"][0]["sentence"].as_str().expect("a sentence");
    assert!(sentence.starts_with("late beats sequential from wait "), "{sentence}");
    assert!(complaint.contains("late beats sequential"), "{complaint}");

    let results = folder.results();
    assert!(results.is_complete() && results.failures.is_empty(), "{:?}", results.failures);
    let groups = &results.run.plan.groups;
    assert!(
        groups.iter().all(|group| group.sweep.as_ref().is_some_and(|sweep| sweep.between == ["sequential", "late"]))
    );
    let report = Report::from_results(results, &Claims::built_in());
    let [line] = &report.break_even[..] else { panic!("one pair: {:?}", report.break_even) };
    let [change] = line.figures.changes[..] else { panic!("one crossing: {}", line.sentence) };
    let truth = NAP.as_micros() as f64 / (TASKS - 1) as f64;
    assert!(
        change.to == Lead::Second && change.low.at <= truth * MARGIN && truth <= change.high.at * MARGIN,
        "{}",
        line.sentence
    );
    assert_eq!(line.sentence, sentence, "the records tell it again");
    let again = run_in(folder.path(), &["report", &out]);
    assert!(said(&again).0.contains("sequential – late"), "{:?}", said(&again));
    let summary = std::fs::read_to_string(folder.out().join("summary.md")).expect("a summary");
    assert!(summary.contains("## Break-even") && folder.out().join("break-even-map.png").exists());
}

fn no_crossing() {
    let folder = Folder::new();
    let search = ["crossover", "-w", "sleep", "--axis", "tasks", "--between", "late,thread", "--from", "2..20"];
    let output = run_in(folder.path(), &[&search[..], &["--param", "wait_us=1000", "--budget", "20s"]].concat());
    let (printed, complaint) = said(&output);
    assert!(output.status.success() && printed.starts_with("thread beats late "), "{printed}{complaint}");
}

fn refused() {
    let folder = Folder::new();
    let search =
        |workload: &'static str, axis, between| ["crossover", "-w", workload, "--axis", axis, "--between", between];
    let cases = [
        (search("sleeep", "tasks", "thread,async"), "there is no workload `sleeep` (did you mean `sleep`?)"),
        (
            search("sleep", "task", "thread,async"),
            "has no axis `task` (did you mean `tasks`?); there are `tasks`, `wait_us`, `workers`",
        ),
        (search("sleep", "tasks", "thread,asinc"), "there is no runner `asinc` (did you mean `async`?)"),
        (search("sleep", "workers", "thread,async-single"), "has a number of workers: choose a parameter for the axis"),
    ];
    for (args, words) in cases {
        let output = run_in(folder.path(), &args);
        assert!(output.status.code() == Some(2) && said(&output).1.contains(words), "{:?}", said(&output));
    }
    let args = [&search("sleep", "tasks", "thread,async")[..], &["--from", "20..2"]].concat();
    let output = run_in(folder.path(), &args);
    assert!(output.status.code() == Some(2) && said(&output).1.contains("for example 1e3..1e7"), "{:?}", said(&output));
    assert!(!folder.path().join("regatta-report").exists(), "nothing was measured");
}
