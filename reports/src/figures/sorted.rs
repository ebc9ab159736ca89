//! The records of a run, sorted by group and cell.

use std::collections::HashMap;

use super::disturbed::{Disturbed, DisturbedRounds};
use crate::records::Results;
use crate::records::keys::{GroupKeys, group_key};
use crate::records::schema::{CellId, Failure, FailureKind, Group, Sample, arms};

/// The records by group and cell.
pub(super) struct SortedRecords<'a> {
    /// The plan's groups, completed by what has records without being in the plan.
    pub(super) groups: Vec<Group>,
    samples: PerCell<'a, Sample>,
    /// The samples of rounds that the figures do without.
    left_out: PerCell<'a, Sample>,
    disturbed: DisturbedRounds,
    failures: PerCell<'a, Failure>,
}

/// Records by group and cell.
type PerCell<'a, T> = HashMap<String, HashMap<&'a CellId, Vec<&'a T>>>;

impl<'a> SortedRecords<'a> {
    /// Sorts the records of a run.
    pub(super) fn new(results: &'a Results) -> Self {
        let mut sorted = Self {
            groups: results.run.plan.groups.clone(),
            samples: HashMap::new(),
            left_out: HashMap::new(),
            disturbed: DisturbedRounds::find(results),
            failures: HashMap::new(),
        };
        // The reference burn is compared with nothing. If it fails it has a row, like everything that fails.
        for group in &mut sorted.groups {
            group.cells.retain(|cell| cell.arm != arms::REFERENCE);
        }
        let mut keys = GroupKeys::default();
        for sample in results.samples.iter().filter(|sample| sample.cell.arm != arms::REFERENCE) {
            let key = keys.of_sample(sample);
            let is_left_out = sorted.disturbed.leaves_out_of(key, sample);
            let kept = if is_left_out { &mut sorted.left_out } else { &mut sorted.samples };
            if !kept.contains_key(key) {
                kept.insert(key.to_owned(), HashMap::new());
            }
            if let Some(cells) = kept.get_mut(key) {
                cells.entry(&sample.cell).or_default().push(sample);
            }
        }
        for failure in &results.failures {
            let key = group_key(&failure.workload, failure.params_of_group());
            sorted.failures.entry(key).or_default().entry(&failure.cell).or_default().push(failure);
        }
        sorted.drop_voids();
        sorted.complete_groups();
        sorted
    }

    /// Returns the samples of a cell that the figures rest on.
    pub(super) fn samples(&self, group: &str, cell: &CellId) -> &[&'a Sample] {
        of_cell(&self.samples, group, cell)
    }

    /// Returns the samples of a cell from disturbed rounds.
    pub(super) fn left_out(&self, group: &str, cell: &CellId) -> &[&'a Sample] {
        of_cell(&self.left_out, group, cell)
    }

    /// Returns the failures of a cell.
    pub(super) fn failures(&self, group: &str, cell: &CellId) -> &[&'a Failure] {
        of_cell(&self.failures, group, cell)
    }

    /// Returns the disturbed rounds of a group.
    pub(super) fn disturbed(&self, group: &str) -> Disturbed {
        self.disturbed.of_group(group)
    }

    /// Drops the void runs of cells that have samples: those count, and nothing is wrong with the cell.
    fn drop_voids(&mut self) {
        for (key, cells) in &mut self.failures {
            for (cell, failures) in cells {
                if !of_cell(&self.samples, key, cell).is_empty() {
                    failures.retain(|failure| failure.kind != FailureKind::Void);
                }
            }
        }
    }

    /// Adds to the plan's groups what has records without being in the plan, so that nothing measured is lost.
    fn complete_groups(&mut self) {
        let mut index: HashMap<String, usize> =
            self.groups.iter().enumerate().map(|(i, group)| (group_key(&group.workload, &group.params), i)).collect();
        let of_samples = self.samples.values().flat_map(HashMap::values).filter_map(|samples| samples.first());
        let of_failures = self.failures.values().flat_map(HashMap::values).filter_map(|failures| failures.first());
        let of_samples =
            of_samples.map(|sample| (&sample.workload, sample.params_of_group(), &sample.cell, sample.tasks));
        let of_failures = of_failures.map(|failure| (&failure.workload, failure.params_of_group(), &failure.cell, 0));
        let mut recorded: Vec<_> =
            of_samples.chain(of_failures).map(|cell| (group_key(cell.0, cell.1), cell)).collect();
        recorded.sort_by(|(a, (.., cell_a, _)), (b, (.., cell_b, _))| (a, cell_a).cmp(&(b, cell_b)));
        for (key, (workload, params, cell, tasks)) in recorded {
            let at = *index.entry(key).or_insert_with(|| {
                self.groups.push(Group {
                    workload: workload.clone(),
                    params: params.clone(),
                    tasks,
                    ..Group::default()
                });
                self.groups.len() - 1
            });
            if !self.groups[at].cells.contains(cell) {
                self.groups[at].cells.push(cell.clone());
            }
        }
    }
}

fn of_cell<'m, 'a, T>(records: &'m PerCell<'a, T>, group: &str, cell: &CellId) -> &'m [&'a T] {
    records.get(group).and_then(|cells| cells.get(cell)).map_or(&[], Vec::as_slice)
}
