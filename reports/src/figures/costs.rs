//! What a model asks for by itself: for a task that does nothing, for a switch, for a task that waits.
//!
//! The workloads that show these costs are named here, as claims name theirs.

use super::cell::Cell;
use super::chart::ChartKind;
use super::summary::Summary;
use crate::statistics::clusters;
use crate::text::units;

/// Differences of peak memory below this many bytes drown in what an allocator and the kernel round up.
const LEAST_MEMORY: f64 = 256.0 * 1024.0;

/// A kind of cost, with what it is of each runner.
#[derive(Debug, Clone)]
pub struct Cost {
    /// The chart that shows it.
    pub chart: ChartKind,
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
    /// The runner.
    pub runner: String,
    /// Nanoseconds or bytes, or why it cannot be told.
    pub figure: Result<f64, String>,
}

/// Returns the costs that the groups of a run show.
pub fn from_summary(summary: &Summary) -> Vec<Cost> {
    let kinds = [
        Cost {
            chart: ChartKind::TaskCost,
            thing: "an empty task",
            method: "wall time of a run over its tasks, which do nothing: creating or handing out, running, collecting",
            format: units::duration,
            axis: (1.0, "", units::duration),
            items: items(summary, "empty", task),
        },
        Cost {
            chart: ChartKind::SwitchCost,
            thing: "a switch",
            method: "wall time over that of the same runner without yields, by all yields of all tasks",
            format: units::duration,
            axis: (1.0, "", units::duration),
            items: items(summary, "switch", switch),
        },
        Cost {
            chart: ChartKind::MemoryCost,
            thing: "a waiting task",
            method: "peak memory with many waiting tasks over that of the same runner with few, by the tasks between",
            format: units::size,
            axis: (1024.0, "KiB ", units::number),
            items: items(summary, "sleep", memory),
        },
    ];
    kinds.into_iter().filter(|cost| cost.items.iter().any(|item| item.figure.is_ok())).collect()
}

/// Returns the figure of each runner from its cells of a workload, if it has one or a reason why not.
fn items(summary: &Summary, workload: &str, figure: impl Fn(&[Cell]) -> Option<Result<f64, String>>) -> Vec<Item> {
    let mut runners: Vec<(&str, Vec<Cell>)> = Vec::new();
    let groups = summary.unswept().filter(|group| group.workload == workload);
    let has_defaults = |cell: &Cell| cell.row.is_main() && cell.row.cell.options.is_empty();
    for cell in groups.flat_map(Cell::all_of).filter(|cell| cell.row.wall.is_some() && has_defaults(cell)) {
        match runners.iter_mut().find(|(runner, _)| *runner == cell.row.cell.runner) {
            Some((_, cells)) => cells.push(cell),
            None => runners.push((&cell.row.cell.runner, vec![cell])),
        }
    }
    let item = |(runner, cells): (&str, Vec<Cell>)| Some(Item { runner: runner.to_owned(), figure: figure(&cells)? });
    let mut items: Vec<Item> = runners.into_iter().filter_map(item).collect();
    let order = |item: &Item| item.figure.as_ref().copied().unwrap_or(f64::INFINITY);
    items.sort_by(|a, b| order(a).total_cmp(&order(b)));
    items
}

/// Works out the time of an empty task where there are most of them.
fn task(cells: &[Cell]) -> Option<Result<f64, String>> {
    let most = cells.iter().max_by_key(|cell| cell.row.scale.tasks)?;
    Some(Ok(most.row.wall?.value / most.row.scale.tasks.max(1) as f64))
}

/// Works out the time of a yield over none.
fn switch(cells: &[Cell]) -> Option<Result<f64, String>> {
    let yields = |cell: &Cell| cell.row.scale.params.get("yields").and_then(serde_json::Value::as_f64);
    let with = cells.iter().filter(|cell| yields(cell).is_some_and(|count| count > 0.0));
    let with = with.max_by(|a, b| yields(a).unwrap_or(0.0).total_cmp(&yields(b).unwrap_or(0.0)))?;
    let is_counterpart = |other: &&Cell| yields(other) == Some(0.0) && other.row.scale.tasks == with.row.scale.tasks;
    let without = cells.iter().find(is_counterpart)?;
    let walls =
        |cell: &Cell| cell.row.points.iter().map(|point| (point.process, point.wall_ns)).collect::<Vec<(u32, f64)>>();
    let over = clusters::of_medians(&walls(with), &walls(without), |with, without| with - without)?;
    let count = yields(with)? * with.row.scale.tasks as f64;
    Some(if over.low > 0.0 { Ok(over.value / count) } else { Err("too little to tell".to_owned()) })
}

/// Works out the memory of a waiting task.
fn memory(cells: &[Cell]) -> Option<Result<f64, String>> {
    let many = cells.iter().max_by_key(|cell| cell.row.scale.tasks)?;
    let few = cells.iter().min_by_key(|cell| cell.row.scale.tasks)?;
    let tasks = many.row.scale.tasks.saturating_sub(few.row.scale.tasks) as f64;
    let over = many.row.memory_bytes()? - few.row.memory_bytes()?;
    (tasks > 0.0).then(|| {
        if over >= LEAST_MEMORY {
            Ok(over / tasks)
        } else {
            Err(format!("less than {}", units::size(LEAST_MEMORY / tasks)))
        }
    })
}
