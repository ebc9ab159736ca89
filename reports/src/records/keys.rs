//! What identifies a group among records, and which cell of it others are compared with.

use crate::records::schema::{CellId, Parameters, Sample};

/// A round of a group: process and number.
pub type Round = (u32, u32);

/// The keys of the groups of samples, which come group by group: a key is made only where the group changes.
#[derive(Debug, Default)]
pub struct GroupKeys<'a>(Option<(&'a Sample, String)>);

impl<'a> GroupKeys<'a> {
    /// Returns the key of a sample's group.
    pub fn of_sample(&mut self, sample: &'a Sample) -> &str {
        let is_same = |(last, _): &(&Sample, String)| {
            last.workload == sample.workload && last.params_of_group() == sample.params_of_group()
        };
        if !self.0.as_ref().is_some_and(is_same) {
            self.0 = None;
        }
        &self.0.get_or_insert_with(|| (sample, group_key(&sample.workload, sample.params_of_group()))).1
    }
}

/// Returns what identifies a group among records: its workload and its own parameters, whatever the scale of its families is.
///
/// Parameters are a map sorted by name, so equal ones have equal text.
pub fn group_key(workload: &str, params: &Parameters) -> String {
    format!("{workload}\n{}", serde_json::json!(params))
}

/// Returns the place of the cell that others are compared with, given the name of its runner: of those with default options in the main
/// arm the one with the fewest workers. None if there is none.
pub fn baseline_place<'a>(runner: &str, cells: impl IntoIterator<Item = &'a CellId>) -> Option<usize> {
    let cells = cells.into_iter().enumerate();
    let candidates = cells.filter(|(_, cell)| cell.runner == runner && cell.is_main() && cell.options.is_empty());
    candidates.min_by_key(|(_, cell)| cell.workers).map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::schema::arms;

    #[test]
    fn the_baseline_is_the_narrowest_default_cell_of_its_runner() {
        let cell = |runner: &str, workers: u64| CellId { runner: runner.to_owned(), workers, ..CellId::default() };
        let copy = CellId { arm: arms::AA.to_owned(), ..cell("pool", 1) };
        let tuned = CellId { options: "nice=5".to_owned(), ..cell("pool", 1) };
        let cells = [copy, tuned, cell("other", 1), cell("pool", 4), cell("pool", 2)];
        assert_eq!(baseline_place("pool", &cells), Some(4));
        assert_eq!(baseline_place("none", &cells), None);
    }
}
