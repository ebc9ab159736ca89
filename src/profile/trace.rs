//! A profile in the format that Perfetto (<https://ui.perfetto.dev>) and chrome://tracing open.
//!
//! "Trace Event Format", Google, 2016: complete events (`X`) for segments, counter events (`C`) for utilisation, metadata (`M`) for names.
//! Times are microseconds.

use regatta_reports::record::Profile;
use serde_json::{Value, json};

/// The lanes of the workers.
const WORKERS: u32 = 1;
/// The counters of the cores.
const CORES: u32 = 2;

/// Returns the whole trace of a profile.
pub fn trace(profile: &Profile) -> Value {
    let us = |ns: u64| ns as f64 / 1e3;
    let name = |pid: u32, name: String| json!({"ph": "M", "pid": pid, "name": "process_name", "args": {"name": name}});
    let mut events = vec![
        name(WORKERS, format!("{} under {}: workers", profile.workload, profile.cell.runner)),
        name(CORES, format!("cores ({})", profile.source)),
    ];
    let lanes = profile.segments.iter().map(|segment| segment.worker + 1).max().unwrap_or(0);
    events.extend((0..lanes).map(|worker| {
        json!({"ph": "M", "pid": WORKERS, "tid": worker, "name": "thread_name", "args": {"name": format!("worker {worker}")}})
    }));
    events.extend(profile.segments.iter().map(|segment| {
        json!({
            "ph": "X", "pid": WORKERS, "tid": segment.worker, "cat": "task", "name": format!("task {}", segment.task),
            "ts": us(segment.start_ns), "dur": us(segment.end_ns - segment.start_ns), "args": {"task": segment.task},
        })
    }));
    for pair in profile.timeline.windows(2) {
        let [before, after] = pair else { continue };
        let span = after.at_ns.saturating_sub(before.at_ns).max(1) as f64;
        let shares: Vec<f64> = after
            .cores_ns
            .iter()
            .zip(&before.cores_ns)
            .map(|(now, then)| now.saturating_sub(*then) as f64 / span)
            .collect();
        events.extend(shares.iter().enumerate().map(|(core, share)| {
            json!({"ph": "C", "pid": CORES, "name": format!("core {core}, busy %"), "ts": us(before.at_ns), "args": {"busy": (share * 100.0).round()}})
        }));
        let total: f64 = shares.iter().sum();
        events.push(json!({"ph": "C", "pid": CORES, "name": "effective cores", "ts": us(before.at_ns), "args": {"cores": (total * 100.0).round() / 100.0}}));
    }
    json!({"displayTimeUnit": "ms", "traceEvents": events})
}
