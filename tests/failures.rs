//! What dies in mid-run costs one error record, and the rest goes on.

mod common;

use common::{Folder, SLOW, descendants, first_sample, said, signal, start, wait_until};
use regatta_reports::record::{Deadlock, FailureKind, LockMove};
use rustix::process::Signal;

/// Starts a run, kills the first of its processes whose arguments contain `word`, and checks that this cost one record.
/// Gives the message of that record.
fn kill_one(plan: &str, word: &str, cells: usize, rounds: usize) -> String {
    let folder = Folder::new();
    let run = start(&folder, plan);
    first_sample(&folder);
    let victim = wait_until(word, || descendants(run.id(), word).first().copied());
    signal(victim, Signal::KILL);
    let output = run.wait_with_output().expect("it ends");
    let results = folder.results();
    assert_eq!(output.status.code(), Some(3), "{:?}", said(&output));
    assert_eq!(results.failures.len(), 1, "{:?}", results.failures);
    assert_eq!(results.failures[0].kind, FailureKind::Crash);
    assert!(results.end.is_some_and(|end| end.complete));
    let hurt = &results.failures[0].cell;
    let others = results.samples.iter().filter(|sample| sample.cell != *hurt).count();
    assert_eq!(others, (cells - 1) * rounds, "the other cells have all their rounds");
    assert!(folder.out().join("index.html").exists() && folder.out().join("summary.md").exists());
    assert!(said(&output).0.contains("1 cell failed"), "{:?}", said(&output));
    results.failures[0].message.clone()
}

#[test]
fn a_killed_cell_process() {
    let message = kill_one(SLOW, "__cell", 4, 12);
    assert!(message.contains("cell process ended") && message.contains("SIGKILL"), "{message}");
}

#[test]
fn a_killed_worker_process() {
    let message = kill_one(SLOW, "__worker", 4, 12);
    assert!(message.contains("worker process") && message.contains("SIGKILL"), "{message}");
}

#[test]
fn a_killed_server() {
    let plan = r#"
rounds = 12
noise_arm = false
reference = false
[[group]]
workload = "echo"
params = { connections = 2, round_trips = 5, delay_us = 10_000 }
runners = ["sequential", "thread", "green", "async"]
workers = [2]
"#;
    let message = kill_one(plan, "__server", 4, 12);
    assert!(message.contains("server had ended") && message.contains("SIGKILL"), "{message}");
}

#[test]
fn a_deadlock_is_named_in_the_worlds_that_can_be_watched() {
    let folder = Folder::new();
    // Each task waits while it holds its first lock, so that others have taken the second one by then.
    let plan = r#"
rounds = 2
processes = 1
noise_arm = false
reference = false
timeout = "2s"
[[group]]
workload = "deadlock"
params = { cure = "none" }
runners = ["thread", "green", "async", "gil-thread"]
"#;
    let output = start(&folder, plan).wait_with_output().expect("it ends");
    let results = folder.results();
    assert_eq!((results.failures.len(), results.deadlocks.len()), (4, 4), "{:?}", said(&output));
    results.deadlocks.iter().for_each(is_a_circle_of_two);
    assert!(folder.out().join("deadlock-deadlock.png").exists(), "it is drawn");
    for failure in &results.failures {
        let message = &failure.message;
        assert_eq!(failure.kind, FailureKind::Deadlock, "{}: {message}", failure.cell.runner);
        let words = [" holds A and waits for B, which task ", " holds B and waits for A, which task "];
        assert!(words.iter().all(|words| message.contains(words)), "{message}");
    }
}

/// Checks that a record has the circle, and what its tasks did until then.
fn is_a_circle_of_two(deadlock: &Deadlock) {
    assert!(deadlock.words().contains(" holds B and waits for A, which task "), "{deadlock:?}");
    for task in &deadlock.circle {
        let own = deadlock.steps.iter().filter(|step| step.task == task.task);
        let last: Vec<_> = own.rev().take(3).map(|step| (step.what, &*step.lock)).collect();
        let wanted =
            [(LockMove::Asks, &*task.waits_for), (LockMove::Holds, &*task.holds), (LockMove::Asks, &*task.holds)];
        assert_eq!(last, wanted, "{deadlock:?}");
    }
    assert!(deadlock.steps.is_sorted_by_key(|step| step.at_ns), "{deadlock:?}");
    assert!(deadlock.steps.iter().all(|step| step.at_ns <= deadlock.closed_ns), "{deadlock:?}");
}

#[test]
fn a_group_that_is_watched_gets_stuck_without_a_failure() {
    let folder = Folder::new();
    let plan = r#"
rounds = 2
processes = 1
noise_arm = false
reference = false
[[group]]
workload = "deadlock"
params = { cure = "none" }
watch = true
runners = ["thread", "python-thread", "python-asyncio"]
[[group]]
workload = "deadlock"
watch = true
runners = ["async"]
"#;
    let output = start(&folder, plan).wait_with_output().expect("it ends");
    let results = folder.results();
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    assert_eq!((results.samples.len(), results.failures.len()), (0, 0), "{:?}", results.failures);
    assert_eq!(results.deadlocks.len(), 3, "{:?}", said(&output));
    results.deadlocks.iter().for_each(is_a_circle_of_two);
    let remarks = results.end.map(|end| end.remarks).unwrap_or_default();
    let order = "No deadlock was seen in deadlock (10 tasks) under async";
    assert!(remarks.iter().any(|remark| remark == order), "{remarks:?}");
}

#[test]
fn a_hung_cell_is_a_timeout() {
    let folder = Folder::new();
    // A wait longer than the timeout is a cell that hangs as far as the driver can tell.
    let plan = r#"
rounds = 2
reference = false
timeout = "300ms"
[[group]]
workload = "sleep"
params = { wait_us = 60_000_000, tasks = 1 }
runners = ["sequential"]
[[group]]
workload = "empty"
runners = ["sequential"]
"#;
    let output = start(&folder, plan).wait_with_output().expect("it ends");
    let results = folder.results();
    assert_eq!(output.status.code(), Some(3), "{:?}", said(&output));
    assert_eq!(results.failures.len(), 1);
    assert_eq!(results.failures[0].kind, FailureKind::Timeout);
    assert!(results.failures[0].message.contains("raise `timeout`"), "{}", results.failures[0].message);
    assert_eq!(results.samples.len(), 2, "the next group goes on");
}

/// Sends `end` in mid-run and checks that everything ends in good order.
fn interrupt(end: Signal, code: i32) {
    let folder = Folder::new();
    let run = start(&folder, SLOW);
    first_sample(&folder);
    let children = descendants(run.id(), "__");
    assert!(children.len() >= 4, "cells and workers: {children:?}");
    signal(run.id(), end);
    let output = run.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(code), "{:?}", said(&output));
    let results = folder.results();
    assert!(!results.samples.is_empty() && results.failures.is_empty(), "{:?}", results.failures);
    assert!(results.end.is_some_and(|end| !end.complete));
    assert!(folder.out().join("index.html").exists());
    assert!(said(&output).0.contains("stopped before its plan was done"), "{:?}", said(&output));
    wait_until("no process is left behind", || {
        let left = |process: &u32| std::path::Path::new(&format!("/proc/{process}")).exists();
        (!children.iter().any(left)).then_some(())
    });
}

#[test]
fn ctrl_c_keeps_what_there_is() {
    interrupt(Signal::INT, 130);
}

#[test]
fn sigterm_keeps_what_there_is() {
    interrupt(Signal::TERM, 143);
}

#[test]
fn a_killed_driver_leaves_no_process_behind() {
    let folder = Folder::new();
    let mut run = start(&folder, SLOW);
    first_sample(&folder);
    let children = descendants(run.id(), "__");
    signal(run.id(), Signal::KILL);
    run.wait().expect("it ends");
    wait_until("no process is left behind", || {
        let left = |process: &u32| std::path::Path::new(&format!("/proc/{process}")).exists();
        (!children.iter().any(left)).then_some(())
    });
    let results = folder.results();
    assert!(results.end.is_none() && !results.samples.is_empty(), "what was measured is there");
}
