//! One task alone in each native runner: whether the compiler made the same code of its body everywhere.
//!
//! A runner's plumbing must not change how fast a body computes, but it may change what the compiler makes of it. So a group whose tasks
//! only compute has one task carried out alone, by the very code that is measured later, and its CPU time is recorded.

use std::collections::BTreeMap;
use std::time::Duration;

use regatta_reports::record::{CellId, Lone};
use serde_json::{Map, Value};

use crate::catalogue::{Catalogue, Resolved};
use crate::cell_error::CellError;
use crate::driver::{Cell, Launch, verified};
use crate::group::ReadyGroup;
use crate::protocol::Start;

/// The least CPU time of a task that tells anything.
const LEAST: Duration = Duration::from_micros(20);
/// Time that each group may take: one whose task takes longer is left out.
const TIME: Duration = Duration::from_secs(1);
/// Time for the repetitions of one runner; there are some more or fewer, within bounds.
const EACH: Duration = Duration::from_millis(60);
/// Fewest and most repetitions. Those before, one a runner, warm it up.
const REPETITIONS: (u128, u128) = (3, 7);
/// Repetitions that show what a runner costs by itself.
const OWN: usize = 5;
/// Time within which a cell must answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Measures it for each group whose tasks only compute; what cannot be measured is left out.
pub(crate) fn measure(launch: &dyn Launch, catalogue: &dyn Catalogue, groups: &[ReadyGroup]) -> Vec<Lone> {
    let native: Vec<String> =
        catalogue.runners().into_iter().filter(|card| card.family == "native").map(|card| card.name).collect();
    let nothing = Map::from_iter([("tasks".to_owned(), Value::from(1))]);
    let nothing = catalogue.resolve("empty", &nothing).ok();
    let mut own: BTreeMap<&str, u64> = BTreeMap::new();
    let mut found: Vec<Lone> = Vec::new();
    // The points of a sweep differ in the size of a task or in how many there are, which changes no code.
    let first_points = groups.chunk_by(ReadyGroup::shares_rounds_with).map(|points| &points[0]);
    for ReadyGroup { group, alone, .. } in first_points {
        let Some(alone) = alone.as_ref().filter(|alone| alone.only_computes) else { continue };
        if found.iter().any(|lone| lone.workload == group.workload && lone.params == group.params) {
            continue;
        }
        let has = |name: &&String| group.cells.iter().any(|cell| cell.runner == **name && cell.arm.is_empty());
        let runners: Vec<&String> = native.iter().filter(has).collect();
        // A runner alone has none to differ from.
        let runners = if runners.len() > 1 { runners } else { Vec::new() };
        let mut repetitions = None;
        for &runner in &runners {
            if launch.interrupted() {
                return found;
            }
            let Ok(mut cell) = Alone::start(launch, &group.workload, alone, runner) else { continue };
            let Ok(cpu_ns) = cell.run() else { continue };
            let least_time = u128::from(cpu_ns) * (REPETITIONS.0 + 1) * runners.len() as u128;
            if repetitions.is_none() && (u128::from(cpu_ns) < LEAST.as_nanos() || least_time > TIME.as_nanos()) {
                break;
            }
            let fitting = EACH.as_nanos() / u128::from(cpu_ns.max(1));
            let repetitions = *repetitions.get_or_insert(fitting.clamp(REPETITIONS.0, REPETITIONS.1));
            let Ok(runs) = (0..repetitions).map(|_| cell.run()).collect::<Result<Vec<_>, CellError>>() else {
                continue;
            };
            // Creating a thread or a process for the task is no part of its body.
            let own = *own.entry(runner).or_insert_with(|| own_cost(launch, nothing.as_ref(), runner));
            let cpu_ns = runs.iter().map(|cpu_ns| cpu_ns.saturating_sub(own)).collect();
            let (workload, params) = (group.workload.clone(), group.params.clone());
            found.push(Lone { workload, params, runner: runner.clone(), cpu_ns, blocked_ns: None });
        }
    }
    found
}

/// Returns the least CPU time that a runner takes for a task that does nothing, nanoseconds; 0 if it cannot be found out.
fn own_cost(launch: &dyn Launch, nothing: Option<&Resolved>, runner: &str) -> u64 {
    let least = || {
        let mut cell = Alone::start(launch, "empty", nothing?, runner).ok()?;
        (0..OWN).filter_map(|_| cell.run().ok()).min()
    };
    least().unwrap_or(0)
}

/// A cell that carries out one task.
struct Alone<'a> {
    cell: Box<dyn Cell>,
    workload: &'a Resolved,
}

impl<'a> Alone<'a> {
    fn start(launch: &dyn Launch, name: &str, workload: &'a Resolved, runner: &str) -> Result<Self, CellError> {
        let start = Start::lone(name, workload.params.clone(), runner);
        Ok(Self { cell: launch.cell(&start, TIMEOUT)?, workload })
    }

    /// Runs it once: its CPU time, nanoseconds.
    fn run(&mut self) -> Result<u64, CellError> {
        let id = CellId { workers: 1, ..CellId::default() };
        Ok(verified(self.cell.run(TIMEOUT)?, self.workload.expected, &id)?.cpu_ns)
    }
}
