//! What identifies a group among records, and which cell of it others are compared with.

use crate::records::schema::{CellId, Parameters, Sample};

/// The keys of the groups of samples, which come group by group: a key is made only where the group changes.
#[derive(Default)]
pub(crate) struct GroupKeys<'a>(Option<(&'a Sample, String)>);

impl<'a> GroupKeys<'a> {
    /// The key of a sample's group.
    pub(crate) fn of(&mut self, sample: &'a Sample) -> &str {
        let is_same = |(last, _): &(&Sample, String)| last.workload == sample.workload && last.params == sample.params;
        if !self.0.as_ref().is_some_and(is_same) {
            self.0 = None;
        }
        &self.0.get_or_insert_with(|| (sample, group_key(&sample.workload, &sample.params))).1
    }
}

/// What identifies a group among records. Parameters are a map sorted by name, so equal ones have equal text.
pub(crate) fn group_key(workload: &str, params: &Parameters) -> String {
    format!("{workload}\n{}", serde_json::json!(params))
}

/// The cell that rows of a family are compared with: the first copy, with default options, of the family's baseline
/// runner.
pub(crate) fn baseline_cell<'a>(runner: &str, cells: &'a [CellId]) -> Option<&'a CellId> {
    cells
        .iter()
        .filter(|cell| cell.runner == runner && cell.arm.is_empty() && cell.options.is_empty())
        .min_by_key(|cell| cell.workers)
}
