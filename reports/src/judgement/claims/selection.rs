//! Finds the cells that a condition speaks of, or says why there are none.

use std::collections::{BTreeMap, BTreeSet};

use super::claim::{Constraint, Reference, Selector};
use crate::figures::{Cell, GroupSummary, Row, Summary};
use crate::records::schema::{Failure, Parameters};

/// Why there is no cell to judge by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// Nobody tried: the plan has none, leaves it out, or the machine would not carry it.
    NotRun(String),
    /// It was to be measured, and the run did not get there.
    NotReached(String),
    /// It was measured, and came to grief.
    Failed(String),
}

/// Where cells are looked for: in one family of runners.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    pub summary: &'a Summary,
    pub family: &'a str,
    /// Whether a cell counts that is planned and has not been measured.
    pub takes_planned: bool,
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
struct Wanted<'a> {
    workload: &'a str,
    params: &'a BTreeMap<String, Constraint>,
    model: &'a str,
    workers: Option<u64>,
    batches: Option<&'a Constraint>,
}

impl<'a> Scope<'a> {
    /// Returns whether the family has a runner of the model.
    pub fn has_model(&self, model: &str) -> bool {
        self.summary.run.runners.values().any(|info| info.family == self.family && info.model == model)
    }

    /// Returns the cells of one model that a selector means, those of the earliest groups first; at least one entry.
    pub fn find(&self, selector: &Selector, model: &str) -> Vec<Result<Cell<'a>, Missing>> {
        if let Some(axis) = &selector.along {
            return self.find_along(selector, model, axis);
        }
        let wanted = Wanted {
            workload: &selector.workload,
            params: &selector.params,
            model,
            workers: selector.workers,
            batches: selector.batches.as_ref(),
        };
        self.search(wanted, self.summary.unswept().collect())
    }

    /// Returns the cell that `of` is compared with.
    ///
    /// # Errors
    /// If there is none to judge by: why.
    pub fn reference(&self, of: &Cell<'a>, to: Option<&Reference>) -> Result<Cell<'a>, Missing> {
        let Some(to) = to else { return self.baseline(of) };
        if let Some(at) = to.at {
            return self.cell_of_same_line(of, at);
        }
        let model = of.row.runner.model.as_str();
        let wanted = Wanted {
            workload: to.workload.as_deref().unwrap_or(&of.group.workload),
            params: &to.params,
            model: to.model.as_deref().unwrap_or(model),
            workers: to.workers,
            batches: None,
        };
        let is_equal_but_for_what_is_named = |group: &&GroupSummary| {
            let (params, own) = (group.params_of(self.family), &of.row.scale.params);
            group.workload != of.group.workload || differing(params, own, &to.params) == 0
        };
        let groups: Vec<&GroupSummary> = if to.workload.is_some() || !to.params.is_empty() {
            self.summary.unswept().filter(is_equal_but_for_what_is_named).collect()
        } else {
            vec![of.group]
        };
        first(self.search(wanted, groups))
    }

    /// Returns the cell of the runner's baseline in the same group.
    fn baseline(&self, of: &Cell<'a>) -> Result<Cell<'a>, Missing> {
        let name = &of.row.runner.baseline;
        let row = of.group.baseline_row(name);
        let row =
            row.ok_or_else(|| Missing::NotRun(format!("{} has no cell of {name}, its baseline", of.group.title)))?;
        self.accepted(Cell { group: of.group, row })
    }

    /// Returns the cell if it is one to judge by.
    pub(super) fn accepted(&self, found: Cell<'a>) -> Result<Cell<'a>, Missing> {
        if self.takes_planned { Ok(found) } else { measured(found) }
    }

    /// Returns the cells in the order of the groups, of each group the one with the workers that are wanted; if there is none, the reason.
    fn search(&self, wanted: Wanted, groups: Vec<&'a GroupSummary>) -> Vec<Result<Cell<'a>, Missing>> {
        let groups: Vec<&GroupSummary> = groups.into_iter().filter(|group| self.is_in(wanted, group)).collect();
        if groups.is_empty() {
            return vec![Err(Missing::NotRun(format!("the plan has no {}", wanted.words())))];
        }
        let cells: Vec<_> = groups.iter().filter_map(|group| self.cell(wanted, group)).collect();
        if !cells.is_empty() {
            return cells.into_iter().map(|cell| cell.and_then(|cell| self.accepted(cell))).collect();
        }
        let reason = self.left_out(wanted, &groups).unwrap_or_else(|| {
            let (model, family) = (wanted.model, self.family);
            format!("the plan has no runner of the model {model} of the family {family} for {}", wanted.words())
        });
        vec![Err(Missing::NotRun(reason))]
    }

    /// Returns the cell of a group that is wanted; none if the group has no such cell.
    fn cell(&self, wanted: Wanted, group: &'a GroupSummary) -> Option<Result<Cell<'a>, Missing>> {
        let rows = group.rows.iter().filter(|row| has_defaults(row) && self.is_wanted(wanted, &row.cell.runner));
        let rows: Vec<&Row> =
            rows.filter(|row| wanted.workers.is_none_or(|workers| row.cell.workers == workers)).collect();
        let most = rows.iter().max_by_key(|row| row.cell.workers)?;
        let has_batches = |row: &&&Row| wanted.batches.is_none_or(|batches| batches.contains(batches_of(row)));
        let row = rows.iter().filter(has_batches).max_by_key(|row| row.cell.workers);
        Some(row.map(|row| Cell { group, row }).ok_or_else(|| {
            let (tasks, workers) = (most.scale.tasks, most.cell.workers);
            let batches = wanted.batches.map(Constraint::words).unwrap_or_default();
            let name = Cell { group, row: most }.name();
            Missing::NotRun(format!(
                "{name} has {tasks} tasks for {workers} workers, and it takes tasks for each worker {batches}"
            ))
        }))
    }

    /// Says why the plan leaves the runner out, if it does.
    fn left_out(&self, wanted: Wanted, groups: &[&GroupSummary]) -> Option<String> {
        let mut skipped = groups.iter().flat_map(|group| &group.skipped);
        let (runner, reason) = skipped.find(|(runner, _)| self.is_wanted(wanted, runner))?;
        Some(format!("{runner} was left out: {reason}"))
    }

    /// Returns whether a group has the work that is wanted, by the parameters that the family has there.
    fn is_in(&self, wanted: Wanted, group: &GroupSummary) -> bool {
        self.is_group_of(wanted.workload, wanted.params, group)
    }

    /// Returns whether a group is of a workload, with such parameters as the family has there.
    pub(super) fn is_group_of(
        &self,
        workload: &str,
        wanted: &BTreeMap<String, Constraint>,
        group: &GroupSummary,
    ) -> bool {
        let params = group.params_of(self.family);
        let has =
            |(name, constraint): (&String, &Constraint)| params.get(name).is_some_and(|value| constraint.allows(value));
        group.workload == workload && wanted.iter().all(has)
    }

    fn is_wanted(&self, wanted: Wanted, runner: &str) -> bool {
        self.summary
            .run
            .runners
            .get(runner)
            .is_some_and(|info| info.family == self.family && info.model == wanted.model)
    }
}

impl Wanted<'_> {
    fn words(&self) -> String {
        let params: Vec<String> =
            self.params.iter().map(|(name, constraint)| format!("{name} {}", constraint.words())).collect();
        let with = if params.is_empty() { String::new() } else { format!(" with {}", params.join(" and ")) };
        format!("group of {}{with}", self.workload)
    }
}

/// Returns the first cell that was measured or failed, else the first reason.
pub fn first<'a>(cells: Vec<Result<Cell<'a>, Missing>>) -> Result<Cell<'a>, Missing> {
    let mut reason = None;
    for cell in cells {
        match cell {
            Err(Missing::NotRun(why)) => reason = reason.or(Some(why)),
            other => return other,
        }
    }
    Err(Missing::NotRun(reason.unwrap_or_else(|| "nothing to compare with".to_owned())))
}

/// Returns the cell if it has samples and never failed. One that failed is no evidence, whatever it did before.
fn measured(found: Cell) -> Result<Cell, Missing> {
    let Cell { group, row } = found;
    let words =
        |failure: &Failure| format!("{} in {} ({}): {}", row.label, group.title, failure.kind.name(), failure.message);
    if let Some(failure) = row.failures.iter().find(|failure| !failure.kind.is_not_run()) {
        return Err(Missing::Failed(words(failure)));
    }
    match row.failures.first() {
        _ if row.wall.is_some() => Ok(found),
        Some(failure) => Err(Missing::NotRun(words(failure))),
        None => Err(Missing::NotReached(format!("{} was not reached", found.name()))),
    }
}

/// Returns the tasks for each worker.
fn batches_of(row: &Row) -> f64 {
    row.scale.tasks as f64 / row.cell.workers.max(1) as f64
}

/// Returns whether it stands for itself, with the runner's default options: sweeps are no business of claims.
fn has_defaults(row: &Row) -> bool {
    row.is_main() && row.cell.options.is_empty()
}

/// Returns how many parameters differ, those that are named left out.
fn differing(a: &Parameters, b: &Parameters, named: &BTreeMap<String, Constraint>) -> usize {
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    names.into_iter().filter(|name| !named.contains_key(*name) && a.get(*name) != b.get(*name)).count()
}
