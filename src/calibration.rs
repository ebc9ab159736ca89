//! What the harness itself costs, measured at the start of each run through the same cells as everything else.

use std::time::Duration;

use regatta_reports::record::Overhead;
use regatta_reports::statistics::median;
use serde_json::{Map, Value, json};

use crate::catalogue::Catalogue;
use crate::driver::Launch;
use crate::protocol::Start;
use crate::recorder::Recorder;

/// Runs of each cell; the first one warms up.
const RUNS: usize = 31;
/// Time within which a cell must answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Measures it. What cannot be measured, for want of a workload or of a cell that answers, is none.
pub(crate) fn calibrate(launch: &dyn Launch, catalogue: &dyn Catalogue) -> Overhead {
    let empty = walls(launch, catalogue, "empty", &json!({ "tasks": 1 }));
    let sleep = walls(launch, catalogue, "sleep", &json!({ "tasks": 1, "wait_us": 1 }));
    let of = |runs: &Option<Vec<(f64, f64)>>, figure: fn(&(f64, f64)) -> f64| {
        median(&runs.as_ref()?.iter().map(figure).collect::<Vec<f64>>())
    };
    Overhead {
        empty_run_ns: of(&empty, |(wall, _)| *wall),
        shortest_sleep_ns: of(&sleep, |(wall, _)| *wall),
        round_trip_ns: of(&empty, |(wall, asked)| asked - wall),
    }
}

/// Returns the wall times of runs of a cell, with the time that it took to ask for each, nanoseconds.
fn walls(launch: &dyn Launch, catalogue: &dyn Catalogue, workload: &str, params: &Value) -> Option<Vec<(f64, f64)>> {
    let params: Map<String, Value> = params.as_object()?.clone();
    let start = Start::lone(workload, catalogue.resolve(workload, &params).ok()?.params, "sequential");
    let mut cell = launch.cell(&start, TIMEOUT).ok()?;
    let clock = Recorder::without_perf();
    let runs = (0..RUNS).map(|_| {
        let (asked, sample) = clock.time(|| cell.run(TIMEOUT));
        Some((sample.ok()?.wall_ns as f64, asked as f64))
    });
    runs.skip(1).collect()
}
