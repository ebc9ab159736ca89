//! The trials of a plan as they are written: which faults, under which runners.

use std::time::Duration;

use regatta_workloads::FaultKind;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Workers, duration};
use crate::catalogue::{RunnerCard, selects};

/// Trials as they are written. Each fault is tried under each runner, once a round.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedTrials {
    /// What befalls a task.
    pub faults: Vec<FaultKind>,
    /// How often each is tried.
    #[serde(default = "once")]
    pub rounds: u32,
    /// Runners, or whole families of them; all if none is named.
    #[serde(default)]
    pub runners: Vec<String>,
    /// Workers of runners that have a number of them.
    pub workers: Workers,
    /// Time without any news after which an attempt is given up.
    #[serde(deserialize_with = "duration")]
    pub patience: Duration,
    /// The parameters that differ from the workload's defaults.
    #[serde(default)]
    pub params: Map<String, Value>,
}

fn once() -> u32 {
    1
}

impl PlannedTrials {
    /// Returns whether it has trials of this runner. A server model has no tasks that could come to grief.
    pub(crate) fn has(&self, card: &RunnerCard) -> bool {
        !card.is_server && (self.runners.is_empty() || selects(&self.runners, card))
    }
}
