//! What a model asks for by itself: for a task that does nothing, for a switch, for a task that waits.
//!
//! The workloads that show these costs are named here, as claims name theirs.

use crate::figures::{GroupSummary, Row, Summary};
use crate::statistics::clusters;
use crate::text;
use crate::text::units;

/// Differences of peak memory below this many bytes drown in what an allocator and the kernel round up.
const LEAST_MEMORY: f64 = 256.0 * 1024.0;

/// A kind of cost, with what it is of each runner.
#[derive(Debug, Clone)]
pub struct Cost {
    /// Part of file names and links.
    pub name: &'static str,
    /// What is paid for.
    pub thing: &'static str,
    /// How it is worked out.
    pub method: &'static str,
    /// Formats a figure, with its unit.
    pub format: fn(f64) -> String,
    /// The unit of the axis: its worth, its name if labels do not have it, and how labels are formatted.
    pub axis: (f64, &'static str, fn(f64) -> String),
    /// One a runner, the least first, then those that cannot be told.
    pub items: Vec<Item>,
}

/// What a runner costs.
#[derive(Debug, Clone)]
pub struct Item {
    /// The runner, harmless to show.
    pub runner: String,
    /// Slot of its colour.
    pub colour: usize,
    /// Nanoseconds or bytes, or why it cannot be told.
    pub figure: Result<f64, String>,
}

/// The costs that the groups of a run show.
pub fn of(summary: &Summary) -> Vec<Cost> {
    let kinds = [
        Cost {
            name: "task",
            thing: "an empty task",
            method: "wall time of a run over its tasks, which do nothing: creating or handing out, running, collecting",
            format: units::duration,
            axis: (1.0, "", units::duration),
            items: items(summary, "empty", task),
        },
        Cost {
            name: "switch",
            thing: "a switch",
            method: "wall time over that of the same runner without yields, by all yields of all tasks",
            format: units::duration,
            axis: (1.0, "", units::duration),
            items: items(summary, "switch", switch),
        },
        Cost {
            name: "memory",
            thing: "a waiting task",
            method: "peak memory with many waiting tasks over that of the same runner with few, by the tasks between",
            format: units::size,
            axis: (1024.0, "KiB ", units::number),
            items: items(summary, "sleep", memory),
        },
    ];
    kinds.into_iter().filter(|cost| cost.items.iter().any(|item| item.figure.is_ok())).collect()
}

/// A cell in its group.
type Cell<'a> = (&'a GroupSummary, &'a Row);

/// The figure of each runner from its cells of a workload, if it has one or a reason why not.
fn items(summary: &Summary, workload: &str, figure: impl Fn(&[Cell]) -> Option<Result<f64, String>>) -> Vec<Item> {
    let mut runners: Vec<(&str, Vec<Cell>)> = Vec::new();
    for group in summary.groups.iter().filter(|group| group.workload == workload) {
        let plain = |row: &&Row| row.cell.arm.is_empty() && row.cell.options.is_empty();
        for row in group.measured().filter(plain) {
            match runners.iter_mut().find(|(runner, _)| *runner == row.cell.runner) {
                Some((_, cells)) => cells.push((group, row)),
                None => runners.push((&row.cell.runner, vec![(group, row)])),
            }
        }
    }
    let item = |(runner, cells): (&str, Vec<Cell>)| {
        let colour = cells.first().map_or(0, |(_, row)| row.colour);
        Some(Item { runner: text::plain(runner), colour, figure: figure(&cells)? })
    };
    let mut items: Vec<Item> = runners.into_iter().filter_map(item).collect();
    let order = |item: &Item| item.figure.as_ref().copied().unwrap_or(f64::INFINITY);
    items.sort_by(|a, b| order(a).total_cmp(&order(b)));
    items
}

/// The time of an empty task where there are most of them.
fn task(cells: &[Cell]) -> Option<Result<f64, String>> {
    let (group, row) = cells.iter().max_by_key(|(group, _)| group.tasks)?;
    Some(Ok(row.wall?.value / group.tasks.max(1) as f64))
}

/// The time of a yield over none.
fn switch(cells: &[Cell]) -> Option<Result<f64, String>> {
    let yields = |group: &GroupSummary| group.params.get("yields").and_then(serde_json::Value::as_f64);
    let with = cells.iter().filter(|(group, _)| yields(group).is_some_and(|count| count > 0.0));
    let (group, row) = with.max_by(|a, b| yields(a.0).unwrap_or(0.0).total_cmp(&yields(b.0).unwrap_or(0.0)))?;
    let (_, without) = cells.iter().find(|(other, _)| yields(other) == Some(0.0) && other.tasks == group.tasks)?;
    let walls = |row: &Row| row.points.iter().map(|point| (point.process, point.wall_ns)).collect::<Vec<(u32, f64)>>();
    let over = clusters::of_medians(&walls(row), &walls(without), |with, without| with - without)?;
    let count = yields(group)? * group.tasks as f64;
    Some(if over.low > 0.0 { Ok(over.value / count) } else { Err("too little to tell".to_owned()) })
}

/// The memory of a waiting task.
fn memory(cells: &[Cell]) -> Option<Result<f64, String>> {
    let (many, most) = cells.iter().max_by_key(|(group, _)| group.tasks)?;
    let (few, least) = cells.iter().min_by_key(|(group, _)| group.tasks)?;
    let tasks = many.tasks.saturating_sub(few.tasks) as f64;
    let over = most.memory_bytes()? - least.memory_bytes()?;
    (tasks > 0.0).then(|| {
        if over >= LEAST_MEMORY {
            Ok(over / tasks)
        } else {
            Err(format!("less than {}", units::size(LEAST_MEMORY / tasks)))
        }
    })
}
