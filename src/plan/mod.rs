//! Plans: which cells, how many rounds, how long. Written in TOML; eight are built in; flags override.
//!
//! - `group`: a group as it is written.
//! - `relative`: numbers that grow with the machine.
//! - `workers`: a number of workers.
//! - `overrides`: what flags change.
//! - `params`: parameters that a flag sets.
//! - `sweep`: a group along an axis.
//! - `values`: the values of an axis.
//! - `trials`: tasks that come to grief.
//! - `error`: what is wrong with a plan.

mod error;
mod group;
mod overrides;
mod params;
pub(crate) mod relative;
pub(crate) mod sweep;
mod trials;
mod values;
mod workers;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

pub use self::error::PlanError;
pub use self::group::{PlannedGroup, Variant};
pub(crate) use self::overrides::Overrides;
pub(crate) use self::params::{Assignment, assign};
pub use self::sweep::PlannedSweep;
pub use self::trials::PlannedTrials;
pub use self::values::Values;
pub use self::workers::Workers;
use crate::catalogue::{Catalogue, selects, suggestion};
use crate::durations;

/// The plans that are built in, by name.
pub(crate) const BUILT_IN: [(&str, &str); 9] = [
    ("quick", include_str!("../plans/quick.toml")),
    ("default", include_str!("../plans/default.toml")),
    ("full", include_str!("../plans/full.toml")),
    ("gil-sweep", include_str!("../plans/gil-sweep.toml")),
    ("scaling", include_str!("../plans/scaling.toml")),
    ("coordination", include_str!("../plans/coordination.toml")),
    ("languages", include_str!("../plans/languages.toml")),
    ("faults", include_str!("../plans/faults.toml")),
    ("servers", include_str!("../plans/servers.toml")),
];

/// A plan as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// `quick`, `default`, `full`, or the stem of its file.
    #[serde(skip)]
    pub name: String,
    /// What it is for, in one sentence.
    #[serde(default)]
    pub about: String,
    /// Most rounds of a group.
    pub rounds: u32,
    /// Rounds that a group gets, though its share of the budget is up, as long as the budget is not.
    #[serde(default = "default_least")]
    pub least_rounds: u32,
    /// Fresh cell processes over which the rounds of a cell are spread.
    #[serde(default = "default_processes")]
    pub processes: u32,
    /// Time that the whole run may take, all that comes before and after the rounds included; groups share what is left evenly.
    #[serde(default, deserialize_with = "optional_duration")]
    pub budget: Option<Duration>,
    /// Time for each worker, where that is more: work that grows with the machine takes longer one task after the other.
    #[serde(default, deserialize_with = "optional_duration")]
    pub budget_per_worker: Option<Duration>,
    /// What the rounds beyond the least are for.
    #[serde(default)]
    pub rounds_for: RoundsFor,
    /// With a budget: half the width of a ratio's interval, as a share, at which a group needs no more rounds; 0 for never.
    #[serde(default = "default_target")]
    pub target: f64,
    /// Time within which a cell must answer.
    #[serde(default = "default_timeout", deserialize_with = "duration")]
    pub timeout: Duration,
    /// Whether each group carries second copies of some of its cells, which show the noise of the run.
    #[serde(default = "default_noise_arm")]
    pub noise_arm: bool,
    /// Whether each round of a group carries a fixed burn, by which separate runs can be compared, and the run begins with it on all cores.
    #[serde(default = "default_reference")]
    pub reference: bool,
    /// Time for which a cell runs, uncounted, right before each counted run, where a group does not say: its workers are then
    /// awake. 0 is none: they have slept while the other cells of the round ran.
    #[serde(default, deserialize_with = "duration")]
    pub hot: Duration,
    /// Whether each cell is profiled after the rounds of its group.
    #[serde(default)]
    pub profile: bool,
    /// Workers where a group does not say. Without any, one for each core, and pools of work that waits have larger sizes besides.
    #[serde(default)]
    pub workers: Vec<Workers>,
    /// Programs in other languages that are cells: the command of each, by the name that its runners begin with.
    #[serde(default)]
    pub cells: BTreeMap<String, String>,
    /// What is compared with each other.
    #[serde(rename = "group", default)]
    pub groups: Vec<PlannedGroup>,
    /// Trials in which one task of many comes to grief; none if there are none.
    #[serde(default)]
    pub trials: Option<PlannedTrials>,
    /// What was asked for and is not in any group, one sentence each.
    #[serde(skip)]
    pub left_out: Vec<String>,
}

/// What a group gets, whatever its share of the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quota {
    /// Rounds, as long as the budget is not spent.
    pub(crate) least: u32,
    /// Fresh processes of its cells, over which they are spread.
    pub(crate) processes: u32,
}

/// What a group says of its quota, where it is not the plan's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct OwnQuota {
    /// Rounds.
    pub(crate) least: Option<u32>,
    /// Fresh processes.
    pub(crate) processes: Option<u32>,
}

/// What a group gets rounds beyond the least for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoundsFor {
    /// Tight intervals of its ratios, as the target says.
    #[default]
    Ratios,
    /// Verdicts: once all groups have the least rounds, those on which an undecided verdict rests share the time that is left.
    Verdicts,
}

fn default_least() -> u32 {
    6
}

fn default_processes() -> u32 {
    1
}

fn default_target() -> f64 {
    0.02
}

fn default_noise_arm() -> bool {
    true
}

fn default_reference() -> bool {
    true
}

fn default_timeout() -> Duration {
    Duration::from_secs(30)
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)
        .map_err(|_| serde::de::Error::custom("a time in quotes is expected, for example \"90s\""))?;
    durations::parse(&text).map_err(serde::de::Error::custom)
}

fn optional_duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    duration(deserializer).map(Some)
}

impl Plan {
    /// Returns the built-in plan of this name, or the one in the file of this path.
    ///
    /// # Errors
    /// If there is none, or it cannot be understood.
    pub fn load(name: &str) -> Result<Self, PlanError> {
        if let Some((name, text)) = BUILT_IN.iter().find(|(known, _)| *known == name) {
            return Self::parse(name, text);
        }
        let path = Path::new(name);
        if path.extension().is_none() && !path.exists() {
            let suggestion = suggestion(name, BUILT_IN.map(|(known, _)| known));
            return Err(PlanError::Unknown { name: name.to_owned(), suggestion });
        }
        let text =
            std::fs::read_to_string(path).map_err(|cause| PlanError::Unreadable { path: name.to_owned(), cause })?;
        let stem = path.file_stem().map_or_else(|| name.to_owned(), |stem| stem.to_string_lossy().into_owned());
        Self::parse(&stem, &text)
    }

    /// Understands the text of a plan.
    ///
    /// # Errors
    /// If it is not what a plan looks like.
    pub fn parse(name: &str, text: &str) -> Result<Self, PlanError> {
        let malformed = |message| PlanError::Malformed { name: name.to_owned(), message };
        let read = toml::Deserializer::parse(text).map_err(|error| malformed(error.to_string()))?;
        let mut plan: Self =
            serde_path_to_error::deserialize(read).map_err(|error| malformed(error::explained(&error)))?;
        plan.name = name.to_owned();
        let of_groups = plan.groups.iter().any(|group| group.processes == Some(0));
        if plan.rounds == 0 || plan.processes == 0 || of_groups {
            return Err(malformed("`rounds` and `processes` must be at least 1".to_owned()));
        }
        Ok(plan)
    }

    /// Has the cells of all groups run uncounted for this long before each counted run.
    pub(crate) fn heat(&mut self, time: Duration) {
        self.hot = time;
        for group in &mut self.groups {
            group.hot = None;
            group.scale.values_mut().for_each(|scale| scale.hot = None);
        }
    }

    /// Spreads the rounds of all groups over so many processes.
    pub(crate) fn spread(&mut self, processes: u32) {
        self.processes = processes;
        self.groups.iter_mut().for_each(|group| group.processes = None);
    }

    /// Gives all groups so many rounds at any rate.
    pub(crate) fn have_at_least(&mut self, rounds: u32) {
        self.least_rounds = rounds;
        self.groups.iter_mut().for_each(|group| group.least_rounds = None);
    }

    /// Returns what a group gets at any rate, which says for itself what is its own.
    pub(crate) fn quota(&self, own: OwnQuota) -> Quota {
        let least = own.least.unwrap_or(self.least_rounds).min(self.rounds);
        Quota { least, processes: own.processes.unwrap_or(self.processes) }
    }

    /// Returns the names of runners and families that its groups have.
    pub(crate) fn runners(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().flat_map(|group| &group.runners).map(String::as_str)
    }

    /// Gives the plan the time that its work takes on a machine with so many cores.
    pub(crate) fn grow_budget(&mut self, cores: u64) {
        let each = self.budget_per_worker.unwrap_or_default();
        let grown = each.saturating_mul(u32::try_from(cores).unwrap_or(u32::MAX));
        self.budget = self.budget.map(|budget| budget.max(grown));
    }

    /// Returns what groups name and this machine lacks, a sentence for each reason.
    pub(crate) fn missing(&self, catalogue: &dyn Catalogue) -> Vec<String> {
        let cards = catalogue.runners();
        let mut missing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let of_trials = self.trials.iter().flat_map(|trials| &trials.runners);
        for name in self.groups.iter().flat_map(|group| &group.runners).chain(of_trials) {
            let is_there = cards.iter().any(|card| selects(std::slice::from_ref(name), card));
            if let Some(reason) = catalogue.missing(name).filter(|_| !is_there) {
                missing.entry(reason).or_default().insert(format!("`{name}`"));
            }
        }
        let sentence = |(reason, names): (String, BTreeSet<String>)| {
            format!("the plan names {}: {reason}", names.into_iter().collect::<Vec<_>>().join(", "))
        };
        missing.into_iter().map(sentence).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Course;

    #[test]
    fn the_built_in_plans_are_whole() {
        for (name, text) in BUILT_IN {
            let plan = Plan::parse(name, text).expect(name);
            let ready = plan.ready(&Course::standard(), 2).expect(name);
            assert!(!plan.about.is_empty(), "{name}");
            assert!(ready.iter().all(|group| group.cells.len() == group.group.cells.len()), "{name}");
        }
        let plans =
            ["default", "full", "coordination", "faults", "servers"].map(|name| Plan::load(name).expect("built in"));
        let workloads: Vec<&str> = plans.iter().flat_map(|plan| &plan.groups).map(|group| &*group.workload).collect();
        for card in Course::standard().workloads() {
            assert!(workloads.contains(&card.name), "{} is in none of the plans that show every workload", card.name);
        }
    }

    #[test]
    fn the_plan_of_the_docs_is_one() {
        let text = include_str!("../../docs/PLANS.md");
        let plan = text.split("```").find_map(|block| block.strip_prefix("toml\n")).expect("a block of TOML");
        let plan = Plan::parse("docs", plan).expect("a plan");
        assert_eq!(plan.hot, Duration::from_millis(30));
        assert_eq!(plan.ready(&Course::standard(), 2).expect("it can be carried out").len(), 1);
    }

    #[test]
    fn a_group_is_hot_for_its_own_time_or_that_of_the_plan() {
        let text =
            "rounds = 1\nhot = '20ms'\n[[group]]\nworkload = 'counting'\n[[group]]\nworkload = 'empty'\nhot = '0s'\n";
        let mut plan = Plan::parse("test", text).expect("a plan");
        let hot = |plan: &Plan| {
            let ready = plan.ready(&Course::standard(), 2)?;
            Ok::<_, PlanError>(ready.iter().map(|ready| ready.group.hot_ns).collect::<Vec<_>>())
        };
        assert_eq!(hot(&plan).expect("ready"), [20_000_000, 0]);
        let overrides = Overrides { hot: Some(Duration::from_millis(3)), ..Overrides::default() };
        plan.apply(&overrides, &Course::standard()).expect("applied");
        assert_eq!(hot(&plan).expect("ready"), [3_000_000; 2]);
        plan.hot = Duration::from_secs(31);
        assert!(hot(&plan).expect_err("too long").to_string().contains("`hot` of 31s is longer"));
        plan.hot = Duration::from_millis(3);
        plan.groups[0] = PlannedGroup { hot: Some(Duration::ZERO), ..plan.groups[1].clone() };
        assert!(hot(&plan).expect_err("two of a kind").to_string().contains("different `hot`"));
    }
}
