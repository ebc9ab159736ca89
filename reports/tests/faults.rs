//! Trials of tasks that come to grief: from made-up records to the matrix, its evidence and the verdicts.

use std::collections::BTreeMap;

use regatta_reports::documents::{markdown, terminal};
use regatta_reports::record::{
    AttemptEnd, CellId, FailureKind, KnownBy, LockState, Run, RunnerInfo, SCHEMA, TaskEnd, TaskFate, Told, TrialRecord,
};
use regatta_reports::{Claims, Outcome, Report, Results, Verdict};

const TASKS: usize = 4;
const VICTIM: u64 = 1;

/// A runner with its family and model.
const RUNNERS: [(&str, &str, &str); 4] = [
    ("process", "native", "process"),
    ("thread", "native", "thread"),
    ("async-single", "native", "async-single"),
    ("python-thread", "cpython", "thread"),
];

/// Returns the fate of a task that came back after the fault had begun.
fn back() -> TaskFate {
    TaskFate {
        process: Some(0),
        thread: Some(0),
        begun_ns: Some(-1_000),
        ended_ns: Some(2_000),
        end: Some(TaskEnd::Done),
        told_ns: Some(3_000),
        told: Some(Told::Result),
    }
}

/// Returns a trial in which all tasks but the victim came back, and the same work once more brought all results.
fn contained(fault: &str, runner: &str) -> TrialRecord {
    let victim = TaskFate { end: Some(TaskEnd::Dropped), told: Some(Told::Error), ..back() };
    let mut tasks = vec![back(); TASKS];
    tasks[VICTIM as usize] = victim;
    TrialRecord {
        workload: "fault".to_owned(),
        cell: CellId { runner: runner.to_owned(), workers: 2, ..CellId::default() },
        fault: fault.to_owned(),
        victim: VICTIM,
        patience_ns: 1_000_000_000,
        end: AttemptEnd::Returned,
        victim_message: "a task panicked: as told".to_owned(),
        known_ns: Some(3_000),
        known_by: Some(KnownBy::Task),
        lock: Some(LockState::Poisoned),
        tasks,
        again_end: Some(AttemptEnd::Returned),
        again: vec![back(); TASKS],
        ..TrialRecord::default()
    }
}

/// Returns a trial in which the process of the cell ended.
fn lost(fault: &str, runner: &str) -> TrialRecord {
    TrialRecord {
        end: AttemptEnd::Died,
        message: "the cell process ended before it answered (signal: 6 (SIGABRT))".to_owned(),
        victim_message: String::new(),
        known_by: Some(KnownBy::Process),
        lock: None,
        tasks: vec![TaskFate { end: None, told: None, told_ns: None, ..back() }; TASKS],
        again_end: None,
        again: Vec::new(),
        ..contained(fault, runner)
    }
}

/// Returns a trial in which nothing came back after the fault, and nobody knew of it.
fn starved(fault: &str, runner: &str) -> TrialRecord {
    TrialRecord {
        end: AttemptEnd::Stuck,
        known_ns: None,
        known_by: None,
        lock: Some(LockState::Held),
        victim_message: String::new(),
        again_end: Some(AttemptEnd::Refused),
        again: vec![TaskFate::default(); TASKS],
        ..lost(fault, runner)
    }
}

fn trials() -> Vec<TrialRecord> {
    vec![
        contained("panic", "process"),
        contained("panic", "thread"),
        contained("panic", "async-single"),
        contained("panic", "python-thread"),
        contained("abort", "process"),
        lost("abort", "thread"),
        lost("abort", "async-single"),
        lost("abort", "python-thread"),
        contained("loop", "thread"),
        starved("loop", "async-single"),
        TrialRecord { was_cancelled: Some(false), ..starved("cancel", "thread") },
        TrialRecord { was_cancelled: Some(true), lock: Some(LockState::Free), ..contained("cancel", "async-single") },
        TrialRecord {
            end: AttemptEnd::NotStarted,
            not_run: Some(FailureKind::Unavailable),
            message: "gevent cannot be imported".to_owned(),
            tasks: Vec::new(),
            ..starved("cancel", "python-thread")
        },
    ]
}

fn report(trials: Vec<TrialRecord>) -> Report {
    let info = |family: &str, model: &str| RunnerInfo {
        family: family.to_owned(),
        model: model.to_owned(),
        gil: Some(family == "cpython"),
        ..RunnerInfo::default()
    };
    let runners = RUNNERS.map(|(name, family, model)| (name.to_owned(), info(family, model)));
    let run = Run { schema: SCHEMA, runners: BTreeMap::from(runners), ..Run::default() };
    Report::from_results(Results { run, trials, ..Results::default() }, &Claims::built_in())
}

fn outcome(report: &Report, id: &str, family: &str) -> Option<Outcome> {
    let verdict = report.verdicts.iter().find(|verdict| verdict.id == id && verdict.family == family);
    verdict.map(Verdict::outcome)
}

#[test]
fn the_matrix_says_what_is_lost_with_the_evidence_below() {
    let report = report(trials());
    insta::assert_snapshot!("faults-terminal", terminal::tables(&report, false, 80));
    insta::assert_snapshot!("faults-markdown", markdown::summary(&report));
}

#[test]
fn claims_are_judged_by_trials() {
    let all = report(trials());
    assert_eq!(outcome(&all, "process-isolates", "native"), Some(Outcome::Holds));
    assert_eq!(outcome(&all, "panic-is-contained", "native"), Some(Outcome::Holds));
    assert_eq!(outcome(&all, "loop-starves", "native"), Some(Outcome::Holds));
    assert_eq!(outcome(&all, "thread-cannot-be-ended", "native"), Some(Outcome::Holds));
    assert_eq!(outcome(&all, "thread-cannot-be-ended", "cpython"), Some(Outcome::NotRun));
    assert_eq!(outcome(&all, "stack-overflow", "native"), Some(Outcome::NotRun), "no such trial");
    assert!(all.verdicts.iter().all(|verdict| outcome(&all, &verdict.id, &verdict.family).is_some()));
    assert!(!all.verdicts.iter().any(|verdict| verdict.id == "cpu-processes"), "the run is about nothing else");
}

#[test]
fn a_model_that_loses_more_than_it_should_is_told() {
    let with = |more: TrialRecord| {
        let is_same = |trial: &TrialRecord| trial.fault == more.fault && trial.cell == more.cell;
        let others = trials().into_iter().filter(|trial| !is_same(trial));
        report(others.chain([more.clone()]).collect())
    };
    assert_eq!(outcome(&with(lost("abort", "process")), "process-isolates", "native"), Some(Outcome::Fails));
    assert_eq!(outcome(&with(contained("abort", "thread")), "process-isolates", "native"), Some(Outcome::Fails));
    assert_eq!(outcome(&with(lost("panic", "thread")), "panic-is-contained", "native"), Some(Outcome::Fails));
    assert_eq!(outcome(&with(contained("loop", "async-single")), "loop-starves", "native"), Some(Outcome::Fails));
}

#[test]
fn rounds_that_differ_decide_nothing() {
    let mut trials = trials();
    trials.push(TrialRecord { round: 1, ..lost("panic", "thread") });
    let report = report(trials);
    assert_eq!(outcome(&report, "panic-is-contained", "native"), Some(Outcome::Undecided));
    let line = report.faults.lines.iter().find(|line| line.runner == "thread").expect("a line");
    assert_eq!(line.fields[0].word, "task to process");
    assert_eq!(line.fields[0].evidence[0], "of 2 rounds: task in 1, process in 1");
}
