//! The profile pass: who does what when, under threads, processes and an event loop.

mod common;

use std::collections::BTreeSet;

use common::{Folder, regatta, said};
use regatta_reports::record::Profile;

/// Profiles this workload under these runners and gives the profiles.
fn profiles(folder: &Folder, group: &str, workload: &str, runners: &str) -> Vec<Profile> {
    let plan = folder.plan(&format!("rounds = 1\n[[group]]\nworkload = '{workload}'\n{group}\n")).display().to_string();
    let args =
        ["profile", "--plan", &plan, "--workload", workload, "--runner", runners, "--workers", "2", "--out", "out"];
    let output = regatta(folder, &args);
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let profiles = folder.results().profiles;
    for profile in &profiles {
        assert!(profile.segments.iter().all(|segment| segment.start_ns <= segment.end_ns));
        assert!(profile.timeline.windows(2).all(|pair| pair[0].at_ns <= pair[1].at_ns));
        assert!(said(&output).0.contains(&format!("{workload}-{}.json", profile.cell.runner)));
    }
    profiles
}

fn workers(profile: &Profile) -> usize {
    profile.segments.iter().map(|segment| segment.worker).collect::<BTreeSet<_>>().len()
}

fn tasks(profile: &Profile) -> usize {
    profile.segments.iter().map(|segment| segment.task).collect::<BTreeSet<_>>().len()
}

#[test]
fn each_task_has_its_segments_whoever_carries_it_out() {
    let folder = Folder::new();
    let runners = "sequential,thread,thread-pool,scoped,rayon,green,async,async-single,process,process-pool,gil-thread";
    let profiles = profiles(&folder, "params = { wait_us = 2_000, tasks = 6 }", "sleep", runners);
    assert_eq!(profiles.len(), 11);
    for profile in &profiles {
        let runner = profile.cell.runner.as_str();
        assert_eq!(tasks(profile), 6, "{runner}");
        // What a task does before and after its one wait. One without length is where it asks for a lock.
        let with_length = profile.segments.iter().filter(|segment| segment.start_ns < segment.end_ns);
        assert_eq!(with_length.count(), 12, "{runner}");
        match runner {
            "sequential" | "async-single" => assert_eq!(workers(profile), 1, "{runner}"),
            "thread" | "process" | "gil-thread" => assert_eq!(workers(profile), 6, "{runner}"),
            // May resumes a coroutine that slept on its timer thread, one more than its workers.
            "green" => assert!(workers(profile) <= 3, "{runner}"),
            _ => assert!(workers(profile) <= 2, "{runner}"),
        }
    }
}

#[test]
fn a_trace_is_what_perfetto_reads() {
    let folder = Folder::new();
    let profiles = profiles(&folder, "params = { from = 20_000_000, tasks = 4 }", "counting", "scoped");
    let path = folder.out().join("trace-0-counting-scoped.json");
    let trace: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).expect("a trace")).expect("a trace is JSON");
    let events = trace["traceEvents"].as_array().expect("a list of events");
    let of_kind = |kind: &str| events.iter().filter(|event| event["ph"] == kind).count();
    assert_eq!(of_kind("X"), profiles[0].segments.len());
    assert!(of_kind("C") >= 2, "counters of the cores");
    assert!(of_kind("M") >= 3, "names of the lanes");
    assert!(events.iter().all(|event| event["ph"] != "X" || event["dur"].as_f64() >= Some(0.0)));
}

#[test]
fn what_cannot_be_profiled_is_said() {
    let folder = Folder::new();
    let args = ["profile", "--workload", "empty"];
    let output = regatta(&folder, &args);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).1.contains("--runner"), "{:?}", said(&output));
}
