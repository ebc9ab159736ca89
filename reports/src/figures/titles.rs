//! What groups and cells are called: as short as tells them apart.

use serde_json::Value;

use crate::records::schema::{CellId, Group};
use crate::text;

/// Returns the shortest text that tells a cell from the other cells of its group.
pub(super) fn label(cell: &CellId, cells: &[CellId]) -> String {
    let mut label = text::named(&cell.runner);
    if !cell.options.is_empty() {
        label = format!("{label} {}", cell.options);
    }
    let same_but_workers =
        |other: &&CellId| other.runner == cell.runner && other.options == cell.options && other.arm == cell.arm;
    if cells.iter().filter(same_but_workers).count() > 1 {
        label = format!("{label} ×{}", cell.workers);
    }
    if !cell.arm.is_empty() {
        label = format!("{label} ({})", cell.arm);
    }
    text::plain(&label)
}

/// Widest part of a title, in columns of a terminal.
pub(super) const WIDEST: usize = 60;

/// Returns the titles of groups: those of the plan, or else the workload, and what differs between groups of the same one.
pub(super) fn titles(groups: &[Group]) -> Vec<String> {
    groups.iter().map(|group| own_title(group).unwrap_or_else(|| made_title(group, groups))).collect()
}

/// Returns the title that the plan gives a group; none if it has only that of its sweep.
fn own_title(group: &Group) -> Option<String> {
    let title = group.title.trim();
    let is_of_sweep = group.sweep.as_ref().is_some_and(|sweep| sweep.title.trim() == title);
    (!is_of_sweep && !text::plain(title).is_empty()).then(|| text::shortened(title, WIDEST))
}

/// Returns the workload of a group, or what its sweep is called, and what differs between the groups of the same one.
fn made_title(group: &Group, groups: &[Group]) -> String {
    let is_sibling = |other: &&Group| other.workload == group.workload && other.sweep == group.sweep;
    let siblings: Vec<&Group> = groups.iter().filter(is_sibling).collect();
    let differing =
        group.params.iter().filter(|(name, value)| siblings.iter().any(|s| s.params.get(*name) != Some(*value)));
    let parts: Vec<String> = differing.map(|(name, value)| format!("{name} {}", parameter(value))).collect();
    let name = match &group.sweep {
        Some(sweep) if !text::plain(sweep.title.trim()).is_empty() => sweep.title.trim().to_owned(),
        _ => text::named(&group.workload),
    };
    let name = text::shortened(&name, WIDEST);
    if parts.is_empty() { name } else { format!("{name}, {}", text::shortened(&parts.join(", "), WIDEST)) }
}

/// Returns a parameter's value as people write it.
pub(super) fn parameter(value: &Value) -> String {
    match value {
        Value::String(text) => text::plain(text),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}
