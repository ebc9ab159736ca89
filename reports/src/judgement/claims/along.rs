//! Finds the cells of a condition that speaks of a point of a curve.

use super::at::At;
use super::claim::Selector;
use super::selection::{Missing, Scope};
use crate::figures::{Cell, Line, Sweep, SweepPoint};

impl<'a> Scope<'a> {
    /// Returns the cells of a model at the point that a selector means, one a sweep along its axis; at least one entry.
    pub(super) fn find_along(&self, selector: &Selector, model: &str, axis: &str) -> Vec<Result<Cell<'a>, Missing>> {
        let sweeps = self.summary.sweeps.iter().filter(|sweep| sweep.axis == axis);
        let lines = sweeps.flat_map(|sweep| sweep.lines.iter().map(move |line| (sweep, line)));
        let is_meant = |line: &Line| {
            let runner = self.summary.run.runners.get(&line.runner);
            let groups = || line.points.iter().map(|point| &self.summary.groups[point.group]);
            runner.is_some_and(|info| info.family == self.family && info.model == model)
                && groups().all(|group| self.is_group_of(&selector.workload, &selector.params, group))
        };
        let cells: Vec<_> = lines
            .filter(|(_, line)| !line.is_flat && is_meant(line))
            .map(|(sweep, line)| self.cell_at(sweep, line, selector.at.unwrap_or(At::Most)))
            .collect();
        if !cells.is_empty() {
            return cells;
        }
        let workload = &selector.workload;
        vec![Err(Missing::NotRun(format!("the plan has no sweep of {workload} along {axis} for the model {model}")))]
    }

    /// Returns the cell of the line of another one, at a point. It is another cell, for one that is compared with itself shows nothing.
    /// Only the best may be the cell itself: that is what a claim can say of it.
    pub(super) fn cell_of_same_line(&self, of: &Cell<'a>, at: At) -> Result<Cell<'a>, Missing> {
        let is_it = |point: &SweepPoint| std::ptr::eq(self.summary.row(*point), of.row);
        let lines = self.summary.sweeps.iter().flat_map(|sweep| sweep.lines.iter().map(move |line| (sweep, line)));
        let found = lines.into_iter().find(|(_, line)| line.points.iter().any(is_it));
        let (sweep, line) = found.ok_or_else(|| Missing::NotRun(format!("{} is no point of a sweep", of.name())))?;
        let cell = self.cell_at(sweep, line, at)?;
        if std::ptr::eq(cell.row, of.row) && at != At::Best {
            return Err(Missing::NotRun(format!(
                "{} is the only point to compare: the sweep goes no further",
                of.name()
            )));
        }
        Ok(cell)
    }

    fn cell_at(&self, sweep: &Sweep, line: &Line, at: At) -> Result<Cell<'a>, Missing> {
        let wall = |point: &SweepPoint| self.summary.row(*point).wall.map(|wall| wall.value);
        let up_to = |most: f64| line.points.iter().rfind(|point| point.at <= most).copied();
        let point = match at {
            At::Least => line.points.first().copied(),
            // What limits kept from running is beyond the curve.
            At::Most => line.points.iter().rfind(|point| wall(point).is_some()).or(line.points.last()).copied(),
            At::Cores => self.summary.usable_cores.and_then(|cores| line.at(cores.ceil())),
            At::Best => {
                let walls = line.points.iter().filter_map(|point| Some((point, wall(point)?)));
                walls.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(point, _)| point).or(line.points.first()).copied()
            }
            At::Value(most) => up_to(most),
        };
        let none = || Missing::NotRun(format!("{} has no point {} in {}", line.label, at.words(), sweep.title));
        let point = point.ok_or_else(none)?;
        let group = &self.summary.groups[point.group];
        self.accepted(Cell { group, row: self.summary.row(point) })
    }
}
