//! The grain of a sweep: how long a task takes, where that is what is varied.

use super::summary::Summary;
use super::sweep::{Line, Sweep};
use crate::records::schema::AxisOf;

/// Returns whether all points of a sweep have as many tasks, of different length.
pub fn is_varied(summary: &Summary, sweep: &Sweep) -> bool {
    let has_as_many = |line: &Line| {
        let mut tasks = line.points.iter().map(|point| summary.row(*point).scale.tasks);
        tasks.next().is_some_and(|first| first > 1 && tasks.all(|other| other == first))
    };
    let computes = sweep.groups.iter().all(|place| summary.groups[*place].kind == "cpu");
    sweep.of == AxisOf::Parameter && computes && sweep.lines.iter().all(has_as_many)
}

/// Returns how long a task takes the baseline of a family at a value of the axis, nanoseconds; none if it was not measured.
pub fn task_ns(summary: &Summary, sweep: &Sweep, family: &str, value: f64) -> Option<f64> {
    let runners = summary.run.runners.values().filter(|info| info.family == family);
    let baselines: Vec<&str> = runners.map(|info| info.baseline.as_str()).collect();
    let line = sweep.lines.iter().find(|line| line.is_baseline && baselines.contains(&line.runner.as_str()))?;
    let row = summary.row(line.at(value)?);
    Some(row.wall?.value / row.scale.tasks.max(1) as f64)
}

/// Returns a value of the axis in words, in units of use: as the time that a task takes the baseline, where that is what is varied.
pub fn words(summary: &Summary, sweep: &Sweep, family: &str, value: f64) -> String {
    let task = Some(sweep).filter(|sweep| is_varied(summary, sweep));
    match task.and_then(|sweep| task_ns(summary, sweep, family, value)) {
        Some(ns) => format!("{} a task", crate::text::units::duration(ns)),
        None => sweep.unit.words(value),
    }
}
