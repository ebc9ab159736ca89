//! Which cell of which group a line is about.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The arms: what a cell of the same runner, options and workers stands for in a group.
pub mod arms {
    /// A second copy of the baseline: what it differs by is noise.
    pub const AA: &str = "a-a";
    /// A fixed burn, the same in every group, that shows how fast the machine was in each round. Not part of tables and charts.
    pub const REFERENCE: &str = "reference";
    /// The build that is there already, where two are compared in the same rounds.
    pub const OLD: &str = "old";
    /// The build that is new.
    pub const NEW: &str = "new";
}

/// Parameters of a workload or options of a runner, by name.
pub type Parameters = BTreeMap<String, Value>;

/// One cell of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct CellId {
    /// Runner name.
    pub runner: String,
    /// Options of the runner in the form `name=value,name=value`; empty if it has its defaults.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub options: String,
    /// Units of parallelism that the runner may use; the number of tasks for one that creates a unit for each.
    pub workers: u64,
    /// Which copy of the same cell this is: empty, or one of [`arms`].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub arm: String,
}

impl CellId {
    /// Returns whether it stands for itself: no copy, no second build, and not the reference burn.
    pub fn is_main(&self) -> bool {
        self.arm.is_empty()
    }
}
