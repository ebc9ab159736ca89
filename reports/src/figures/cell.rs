//! A cell within its group: what judgements and views refer to.

use super::group::GroupSummary;
use super::row::Row;

/// A cell's figures, and the group that it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    /// The group.
    pub group: &'a GroupSummary,
    /// The cell's row in it.
    pub row: &'a Row,
}

impl<'a> Cell<'a> {
    /// Returns the cells of a group in the order of its rows.
    pub fn all_of(group: &'a GroupSummary) -> impl Iterator<Item = Self> {
        group.rows.iter().map(move |row| Self { group, row })
    }

    /// Returns its name within the whole run.
    pub fn name(&self) -> String {
        format!("{} in {}", self.row.label, self.group.title)
    }

    /// Returns whether both are cells of the same group.
    pub fn is_in_group_of(&self, other: &Cell<'a>) -> bool {
        self.group.slug == other.group.slug
    }
}
