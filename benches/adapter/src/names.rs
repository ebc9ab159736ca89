//! What criterion calls groups and cells, by which filters choose.

use regatta_reports::record::{CellId, Group};

use crate::args::Args;

/// Returns the names of the groups: the workload's, and the parameters that tell it from another group of the same workload.
pub(crate) fn titles(groups: &[&Group]) -> Vec<String> {
    let title = |group: &&Group| {
        let plain = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let like = || groups.iter().filter(|other| other.workload == group.workload);
        let telling =
            group.params.iter().filter(|(name, value)| like().any(|other| other.params.get(*name) != Some(value)));
        telling.fold(group.workload.clone(), |title, (name, value)| format!("{title},{name}={}", plain(value)))
    };
    groups.iter().map(title).collect()
}

/// Returns the name that criterion gives to a cell.
pub(crate) fn cell_name(title: &str, id: &CellId) -> String {
    format!("{title}/{}/{}", id.runner, id.workers)
}

/// Returns the name of a runner that the plan leaves out.
pub(crate) fn skipped_name(title: &str, runner: &str) -> String {
    format!("{title}/{runner}")
}

/// Returns the group with only those cells that pass the filter, if any does.
pub(crate) fn asked_for(group: &Group, title: &str, args: &Args) -> Option<Group> {
    let mut group = group.clone();
    group.cells.retain(|id| args.matches(&cell_name(title, id)));
    group.skipped.retain(|runner, _| args.matches(&skipped_name(title, runner)));
    (!group.cells.is_empty() || !group.skipped.is_empty()).then_some(group)
}
