//! The table of a group, and the sentences around it.

use super::columns::{Column, Field};
use super::findings::{self, Finding};
use super::{losses, remarks};
use crate::figures::GroupSummary;

/// What is shown of a group besides its charts.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupView {
    /// What is seen.
    pub finding: Finding,
    /// How it was measured, a sentence each without a full stop.
    pub remarks: Vec<String>,
    /// The columns of its table.
    pub columns: Vec<Column>,
    /// The lines of its table, one a row of the group, each with a field a column.
    pub lines: Vec<Vec<Field>>,
    /// Where the time of each runner went, a sentence each without a full stop.
    pub losses: Vec<String>,
}

impl GroupView {
    /// Returns what is shown of a group.
    pub fn from_group(group: &GroupSummary) -> Self {
        let columns = Column::all_of(group);
        let line = |row| columns.iter().map(|column| column.field(row)).collect();
        Self {
            finding: findings::headline(group),
            remarks: remarks::of_group(group),
            lines: group.rows.iter().map(line).collect(),
            columns,
            losses: losses::of_group(group),
        }
    }
}
