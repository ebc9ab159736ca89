//! Finds the cells that a condition speaks of, or says why there are none.

use std::collections::BTreeMap;

use super::claim::{Constraint, Reference, Selector};
use crate::record::{CellId, Parameters, RunnerInfo};
use crate::summary::{GroupSummary, Row, Summary};

/// A cell that has samples, in its group.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    pub group: &'a GroupSummary,
    pub row: &'a Row,
}

impl<'a> Found<'a> {
    /// Its name within the whole run.
    pub fn name(&self) -> String {
        format!("{} in {}", self.row.label, self.group.title)
    }

    pub fn is_in_group_of(&self, other: &Found<'a>) -> bool {
        self.group.slug == other.group.slug
    }
}

/// Where cells are looked for: in one family of runners.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    pub summary: &'a Summary,
    pub runners: &'a BTreeMap<String, RunnerInfo>,
    pub family: &'a str,
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
struct Wanted<'a> {
    workload: &'a str,
    params: &'a BTreeMap<String, Constraint>,
    model: &'a str,
    workers: Option<u64>,
}

impl<'a> Scope<'a> {
    /// Whether the family has a runner of the model.
    pub fn has_model(&self, model: &str) -> bool {
        self.runners.values().any(|info| info.family == self.family && info.model == model)
    }

    /// The cells of one model that a selector means, those of the earliest groups first.
    ///
    /// # Errors
    /// If there is none with samples: why.
    pub fn find(&self, selector: &Selector, model: &str) -> Result<Vec<Found<'a>>, String> {
        let wanted =
            Wanted { workload: &selector.workload, params: &selector.params, model, workers: selector.workers };
        self.search(wanted, self.summary.groups.iter().collect())
    }

    /// The cell that `of` is compared with.
    ///
    /// # Errors
    /// If there is none with samples: why.
    pub fn reference(&self, of: &Found<'a>, to: Option<&Reference>) -> Result<Found<'a>, String> {
        let Some(to) = to else { return self.baseline(of) };
        let is_elsewhere = to.workload.is_some() || !to.params.is_empty();
        let model = self.info(&of.row.cell).map(|info| info.model.as_str()).unwrap_or_default();
        let wanted = Wanted {
            workload: to.workload.as_deref().unwrap_or(&of.group.workload),
            params: &to.params,
            model: to.model.as_deref().unwrap_or(model),
            workers: to.workers,
        };
        let mut groups: Vec<&GroupSummary> =
            if is_elsewhere { self.summary.groups.iter().collect() } else { vec![of.group] };
        groups.sort_by_key(|group| differing(&group.params, &of.group.params));
        let found = self.search(wanted, groups)?;
        found.first().copied().ok_or_else(|| "nothing to compare with".to_owned())
    }

    /// The cell of the runner's baseline in the same group.
    fn baseline(&self, of: &Found<'a>) -> Result<Found<'a>, String> {
        let name = self.info(&of.row.cell).map(|info| info.baseline.as_str()).unwrap_or_default();
        let rows = of.group.rows.iter().filter(|row| row.cell.runner == name && is_plain(&row.cell));
        let row = rows.min_by_key(|row| row.cell.workers);
        let row = row.ok_or_else(|| format!("{} has no cell of {name}, its baseline", of.group.title))?;
        measured(Found { group: of.group, row })
    }

    /// The measured cells in the order of the groups; of each group the one with the workers that are wanted.
    fn search(&self, wanted: Wanted, groups: Vec<&'a GroupSummary>) -> Result<Vec<Found<'a>>, String> {
        let groups: Vec<&GroupSummary> = groups.into_iter().filter(|group| wanted.is_in(group)).collect();
        if groups.is_empty() {
            return Err(format!("the plan has no {}", wanted.words()));
        }
        let cells: Vec<Found> = groups.iter().filter_map(|group| self.cell(wanted, group)).collect();
        let (found, missing): (Vec<_>, Vec<_>) = cells.into_iter().map(measured).partition(Result::is_ok);
        let found: Vec<Found> = found.into_iter().filter_map(Result::ok).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let reason = missing.into_iter().find_map(Result::err).or_else(|| self.left_out(wanted, &groups));
        Err(reason.unwrap_or_else(|| {
            format!(
                "the plan has no runner of the model {} of the family {} for {}",
                wanted.model,
                self.family,
                wanted.words()
            )
        }))
    }

    fn cell(&self, wanted: Wanted, group: &'a GroupSummary) -> Option<Found<'a>> {
        let rows = group.rows.iter().filter(|row| is_plain(&row.cell) && self.is_wanted(wanted, &row.cell.runner));
        let rows = rows.filter(|row| wanted.workers.is_none_or(|workers| row.cell.workers == workers));
        rows.max_by_key(|row| row.cell.workers).map(|row| Found { group, row })
    }

    /// Why the plan leaves the runner out, if it does.
    fn left_out(&self, wanted: Wanted, groups: &[&GroupSummary]) -> Option<String> {
        let mut skipped = groups.iter().flat_map(|group| &group.skipped);
        let (runner, reason) = skipped.find(|(runner, _)| self.is_wanted(wanted, runner))?;
        Some(format!("{runner} was left out: {reason}"))
    }

    fn is_wanted(&self, wanted: Wanted, runner: &str) -> bool {
        self.runners.get(runner).is_some_and(|info| info.family == self.family && info.model == wanted.model)
    }

    fn info(&self, cell: &CellId) -> Option<&'a RunnerInfo> {
        self.runners.get(&cell.runner)
    }
}

impl Wanted<'_> {
    fn is_in(&self, group: &GroupSummary) -> bool {
        let has = |(name, constraint): (&String, &Constraint)| {
            group.params.get(name).is_some_and(|value| constraint.allows(value))
        };
        group.workload == self.workload && self.params.iter().all(has)
    }

    fn words(&self) -> String {
        let params: Vec<String> =
            self.params.iter().map(|(name, constraint)| format!("{name} {}", constraint.words())).collect();
        let with = if params.is_empty() { String::new() } else { format!(" with {}", params.join(" and ")) };
        format!("group of {}{with}", self.workload)
    }
}

/// The cell if it has samples, else why it has none.
fn measured(found: Found) -> Result<Found, String> {
    let Found { group, row } = found;
    match row.failures.first() {
        _ if row.wall.is_some() => Ok(found),
        Some(failure) => {
            Err(format!("{} in {} ({}): {}", row.label, group.title, failure.kind.name(), failure.message))
        }
        None => Err(format!("{} was not reached", found.name())),
    }
}

/// Whether it is the first copy of a cell, with the runner's default options: sweeps are no business of claims.
fn is_plain(cell: &CellId) -> bool {
    cell.arm.is_empty() && cell.options.is_empty()
}

/// How many parameters differ.
fn differing(a: &Parameters, b: &Parameters) -> usize {
    let only_in_b = b.keys().filter(|name| !a.contains_key(*name)).count();
    a.iter().filter(|(name, value)| b.get(*name) != Some(*value)).count() + only_in_b
}
