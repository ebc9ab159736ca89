//! One task of many comes to grief: each fault under each runner ends in a verdict of its own, and nothing is left behind.

mod common;

use std::collections::BTreeSet;
use std::ffi::OsString;

use common::{Folder, said, start};
use regatta_reports::record::{AttemptEnd, LockState, Told, TrialRecord};
use regatta_reports::{Claims, Outcome, Report, Results, Verdict};

/// Faults that end by themselves. Nobody waits for them, so the patience is only there for a machine that is busy.
const SOON: &str = r#"
rounds = 1
reference = false
[trials]
faults = ["none", "panic", "abort", "overflow", "leak", "kill", "orphan"]
runners = ["native", "gil"]
workers = 2
patience = "30s"
"#;

/// Faults for whose end somebody waits, under a runner of each kind.
const NEVER: &str = r#"
rounds = 1
reference = false
[trials]
faults = ["loop", "block", "cancel"]
runners = ["sequential", "process", "process-pool", "thread", "async-single", "gil-thread-pool"]
workers = 2
patience = "700ms"
"#;

/// Runs a plan of trials, and checks what must hold of all of them.
fn results(plan: &str) -> Results {
    let segments = segments();
    let folder = Folder::new();
    let output = start(&folder, plan).wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let results = folder.results();
    assert!(results.end.as_ref().is_some_and(|end| end.complete));
    for trial in &results.trials {
        assert_eq!(trial.not_run, None, "{trial:?}");
        assert_eq!((trial.left.processes, trial.left.files), (0, 0), "{trial:?}");
        assert!(trial.tasks.iter().all(|task| task.told != Some(Told::Wrong)), "{trial:?}");
    }
    for document in ["index.html", "summary.md"] {
        let text = std::fs::read_to_string(folder.out().join(document)).expect("it was written");
        assert!(text.contains("What is lost when one task comes to grief"), "{document}");
    }
    assert!(self::segments().is_subset(&segments), "no segment of shared memory is left");
    results
}

fn segments() -> BTreeSet<OsString> {
    let entries = std::fs::read_dir("/dev/shm").into_iter().flatten().flatten();
    // Other programs come and go there. What is named by this program's kind of thing would be ours.
    entries.map(|entry| entry.file_name()).filter(|name| name.to_string_lossy().contains("regatta")).collect()
}

fn trial<'r>(results: &'r Results, fault: &str, runner: &str) -> &'r TrialRecord {
    let found = results.trials.iter().find(|trial| trial.fault == fault && trial.cell.runner == runner);
    found.unwrap_or_else(|| panic!("no trial of {fault} under {runner}"))
}

/// Counts the tasks of an attempt whose right result came back.
fn returned(tasks: &[regatta_reports::record::TaskFate]) -> usize {
    tasks.iter().filter(|task| task.told == Some(Told::Result)).count()
}

#[test]
fn a_fault_that_ends_costs_what_its_model_says() {
    let results = results(SOON);
    assert_eq!(results.trials.len(), 7 * 12);
    let of = |fault, runner| trial(&results, fault, runner);
    for runner in results.run.runners.keys() {
        assert_eq!(returned(&of("none", runner).tasks), 12, "{runner}");
        assert_eq!(returned(&of("none", runner).again), 12, "{runner}");
        assert_eq!(returned(&of("panic", runner).again), 12, "{runner}: the model can be used again");
        let is_lost = of("abort", runner).end == AttemptEnd::Died;
        let has_processes = ["process", "process-pool"].contains(&runner.as_str());
        assert_ne!(is_lost, has_processes, "{runner}");
        for fault in ["abort", "kill", "leak"] {
            let trial = of(fault, runner);
            assert_eq!(trial.end == AttemptEnd::Died, is_lost, "{fault} under {runner}: {trial:?}");
            assert!(trial.known_ns.is_some(), "{fault} under {runner}");
            assert!(is_lost || (returned(&trial.tasks), returned(&trial.again)) == (11, 12), "{trial:?}");
        }
        assert!(of("overflow", runner).known_ns.is_some(), "{runner}");
        assert_eq!(of("orphan", runner).end, AttemptEnd::Died, "{runner}");
        assert_eq!(of("none", runner).writes_seen, Some(u64::from(!has_processes)), "{runner}");
    }
    for runner in ["process", "process-pool", "thread", "thread-pool", "green", "async", "async-single", "gil-thread"] {
        assert_eq!(returned(&of("panic", runner).tasks), 11, "{runner}");
    }
    assert_eq!(of("panic", "sequential").end, AttemptEnd::Failed);
    assert_eq!(of("panic", "thread").lock, Some(LockState::Poisoned));
    assert_eq!(of("panic", "async").lock, Some(LockState::Free));
    assert_eq!(of("abort", "process").lock, None, "it went with its process");

    let report = Report::from_results(results.clone(), &Claims::built_in());
    let outcome = |id: &str| {
        let verdict = report.verdicts.iter().find(|verdict| verdict.id == id && verdict.family == "native");
        verdict.map(Verdict::outcome)
    };
    for claim in ["process-isolates", "panic-is-contained", "isolation", "daemon"] {
        assert_eq!(outcome(claim), Some(Outcome::Holds), "{claim}");
    }
}

#[test]
fn a_fault_without_an_end_is_given_up() {
    let results = results(NEVER);
    assert_eq!(results.trials.len(), 3 * 6);
    let of = |fault, runner| trial(&results, fault, runner);
    for fault in ["loop", "block"] {
        for runner in ["sequential", "async-single"] {
            let trial = of(fault, runner);
            assert_eq!((trial.end, trial.again_end), (AttemptEnd::Stuck, Some(AttemptEnd::Refused)), "{trial:?}");
        }
        for trial in results.trials.iter().filter(|trial| trial.fault == fault) {
            assert_eq!(trial.known_ns, None, "nobody can know of it: {trial:?}");
        }
    }
    assert_eq!(of("block", "thread").lock, Some(LockState::Held));
    for runner in ["sequential", "thread", "gil-thread-pool"] {
        assert_eq!(of("cancel", runner).was_cancelled, Some(false), "{runner}");
    }
    for runner in ["process", "process-pool", "async-single"] {
        let trial = of("cancel", runner);
        assert_eq!(trial.was_cancelled, Some(true), "{trial:?}");
        assert!(trial.known_ns.is_some(), "{trial:?}");
    }
}
