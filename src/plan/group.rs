//! A group of a plan as it is written.

use std::collections::BTreeMap;
use std::time::Duration;

use regatta_reports::record::{Parameters, Sweep};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{OwnQuota, PlannedSweep, Workers, optional_duration};
use crate::catalogue::means;

/// A group as it is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedGroup {
    /// Workload name.
    pub workload: String,
    /// What reports call it; empty for the workload and the parameters that tell it from other groups.
    #[serde(default)]
    pub title: String,
    /// The parameters that differ from the workload's defaults; a text like `16 per worker` is a number that grows with the workers.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// What families (`native`, `gil`, `cpython`) have instead, by name.
    #[serde(default)]
    pub scale: BTreeMap<String, PlannedScale>,
    /// Runners, or whole families of them (`native`, `gil`, `cpython`); all if none is named.
    #[serde(default)]
    pub runners: Vec<String>,
    /// Further cells of runners with options.
    #[serde(default, rename = "variant")]
    pub variants: Vec<Variant>,
    /// Time of uncounted runs before each counted one; that of the plan if there is none.
    #[serde(default, deserialize_with = "optional_duration")]
    pub hot: Option<Duration>,
    /// Rounds that it gets at any rate; those of the plan if it does not say.
    #[serde(default)]
    pub least_rounds: Option<u32>,
    /// Fresh processes of its cells; those of the plan if it does not say.
    #[serde(default)]
    pub processes: Option<u32>,
    /// Workers; those of the plan if there are none.
    #[serde(default)]
    pub workers: Vec<Workers>,
    /// What it varies, if anything.
    #[serde(default)]
    pub sweep: Option<PlannedSweep>,
    /// The sweep that it is a point of, or holds the points of.
    #[serde(skip)]
    pub(crate) point: Option<Sweep>,
    /// Runners that are left out, with the reason.
    #[serde(default)]
    pub skip: BTreeMap<String, String>,
    /// Whether it has copies that show the noise; as the plan says if it is not said.
    #[serde(default)]
    pub noise_arm: Option<bool>,
    /// Whether its tasks are watched instead of timed: a cell runs until its tasks are seen to wait for each other in a circle. That is no
    /// failure, but what the group is there for.
    #[serde(default)]
    pub watch: bool,
    /// Whether the reference burn runs in each round; none: as the plan says.
    #[serde(default)]
    pub reference: Option<bool>,
}

/// What a family has instead of what its group has. Ratios stay within a family, so a slow one may have less to do.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PlannedScale {
    /// Time of uncounted runs; that of the group if there is none.
    #[serde(default, deserialize_with = "optional_duration")]
    pub hot: Option<Duration>,
    /// The parameters that differ from the group's.
    #[serde(flatten)]
    pub params: Map<String, Value>,
}

/// A runner with options.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Its name.
    pub runner: String,
    /// Its options, by name.
    pub options: Parameters,
}

impl PlannedGroup {
    /// Returns its title, or else the workload with the parameters that differ from its defaults.
    pub(crate) fn name(&self) -> String {
        let params: Vec<_> = self.params.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        match (self.title.is_empty(), params.is_empty()) {
            (false, _) => self.title.clone(),
            (true, true) => self.workload.clone(),
            (true, false) => format!("{} ({})", self.workload, params.join(", ")),
        }
    }

    /// Returns what it says of its rounds and processes.
    pub(crate) fn own_quota(&self) -> OwnQuota {
        OwnQuota { least: self.least_rounds, processes: self.processes }
    }

    /// Returns the scale that is a family's, by the name under which it is written: its own, or else that of all of its kind.
    pub(crate) fn scale_of(&self, family: &str) -> Option<(&str, &PlannedScale)> {
        let own = self.scale.get_key_value(family);
        let (name, scale) = own.or_else(|| self.scale.iter().find(|(name, _)| means(name, family)))?;
        Some((name, scale))
    }

    /// Returns the parameters of a family that differ from the workload's defaults.
    pub(crate) fn params_of(&self, family: &str) -> Map<String, Value> {
        let own = self.scale_of(family).map(|(_, scale)| scale.params.clone()).unwrap_or_default();
        self.params.clone().into_iter().chain(own).collect()
    }
}
