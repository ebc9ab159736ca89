//! A cell of a group while it is carried out.

use std::collections::BTreeSet;

use regatta_reports::record::{CellId, arms};

use super::Cell;
use super::sample::start;
use super::warming::Warming;
use crate::group::{ReadyCell, ReadyGroup};
use crate::protocol::Start;

/// A cell of a group while it is carried out.
pub(super) struct RunningCell<'g> {
    pub(super) group: &'g ReadyGroup,
    pub(super) ready: &'g ReadyCell,
    pub(super) start: Start,
    /// None before its start and after its failure.
    pub(super) cell: Option<Box<dyn Cell>>,
    /// It has failed: it is not started again, so that a broken cell costs one record.
    pub(super) retired: bool,
    /// It has no part in this visit.
    pub(super) resting: bool,
    pub(super) has_samples: bool,
    /// How its present process warmed up; none if it does not compile as it goes.
    pub(super) warming: Option<Warming>,
    /// Runs that meant nothing, and why the last recorded one did; empty if there is none.
    pub(super) voids: u32,
    pub(super) void: String,
}

impl<'g> RunningCell<'g> {
    /// Makes a cell of a group ready. It is not started.
    pub(super) fn new(group: &'g ReadyGroup, ready: &'g ReadyCell) -> Self {
        Self {
            group,
            ready,
            start: start(ready),
            cell: None,
            retired: false,
            resting: false,
            has_samples: false,
            warming: None,
            voids: 0,
            void: String::new(),
        }
    }

    /// Returns its name in the records.
    pub(super) fn id(&self) -> &'g CellId {
        &self.ready.id
    }

    /// Returns whether it is there, and there for its own sake.
    pub(super) fn counts(&self) -> bool {
        self.cell.is_some() && self.id().arm != arms::REFERENCE
    }

    /// Returns whether the first run in this process is a warm-up. Where each counted run follows uncounted ones, only the first process has one,
    /// to learn how long they take.
    pub(super) fn warms_up_in(&self, process: u32) -> bool {
        process == 0 || self.ready.work.hot.is_zero()
    }

    /// Returns whether it is a second copy of another one.
    pub(super) fn is_copy_of(&self, other: &Self) -> bool {
        self.id().arm == arms::AA && *other.id() == self.original() && std::ptr::eq(self.group, other.group)
    }

    /// Returns the cell that it is a copy of, or itself.
    fn original(&self) -> CellId {
        CellId { arm: String::new(), ..self.id().clone() }
    }

    /// Returns whether a visit to these cells takes it along: it is one of them, a copy of one, or the reference burn.
    pub(super) fn goes_with(&self, cells: &BTreeSet<CellId>) -> bool {
        self.id().arm == arms::REFERENCE || cells.contains(self.id()) || cells.contains(&self.original())
    }
}
