//! Plans: which cells, how many rounds, how long. Written in TOML; four are built in; flags override.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use regatta_reports::record::Parameters;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::catalogue::{Catalogue, RunnerCard, check_runners, selects, suggestion, unknown};
use crate::durations;

/// The plans that are built in, by name.
pub(crate) const BUILT_IN: [(&str, &str); 4] = [
    ("quick", include_str!("plans/quick.toml")),
    ("default", include_str!("plans/default.toml")),
    ("full", include_str!("plans/full.toml")),
    ("gil-sweep", include_str!("plans/gil-sweep.toml")),
];

/// Most rounds of a group where only time counts.
const MOST_ROUNDS: u32 = 10_000;

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
    /// Workers where a group does not say.
    #[serde(default = "default_workers")]
    pub workers: Vec<Workers>,
    /// What is compared with each other.
    #[serde(rename = "group")]
    pub groups: Vec<PlannedGroup>,
    /// What was asked for and is not in any group, one sentence each.
    #[serde(skip)]
    pub left_out: Vec<String>,
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

/// A group as it is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedGroup {
    /// Workload name.
    pub workload: String,
    /// The parameters that differ from the workload's defaults; a text like `16 per worker` is a number that grows with the workers.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// Runners, or whole families of them (`native`, `gil`, `cpython`); all if none is named.
    #[serde(default)]
    pub runners: Vec<String>,
    /// Further cells of runners with options.
    #[serde(default, rename = "variant")]
    pub variants: Vec<Variant>,
    /// Time of uncounted runs before each counted one; that of the plan if there is none.
    #[serde(default, deserialize_with = "optional_duration")]
    pub hot: Option<Duration>,
    /// Workers; those of the plan if there are none.
    #[serde(default)]
    pub workers: Vec<Workers>,
    /// Runners that are left out, with the reason.
    #[serde(default)]
    pub skip: BTreeMap<String, String>,
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

/// A number of workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Workers {
    /// This many.
    Number(u64),
    /// One for each core that may be used.
    #[serde(deserialize_with = "the_word_cores")]
    Cores,
}

/// What the flags of the command line change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Overrides {
    pub(crate) workloads: Vec<String>,
    pub(crate) runners: Vec<String>,
    pub(crate) workers: Vec<u64>,
    pub(crate) rounds: Option<u32>,
    pub(crate) budget: Option<Duration>,
    pub(crate) hot: Option<Duration>,
}

/// What is wrong with a plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// There is no such plan.
    #[error(
        "there is no plan `{name}`{suggestion}; built in are quick, default, full and gil-sweep, and a path names a file"
    )]
    Unknown {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        suggestion: String,
    },
    /// Its file cannot be read.
    #[error("cannot read the plan {path}: {cause}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// It is not what a plan looks like.
    #[error("the plan {name} cannot be understood:\n{message}")]
    Malformed {
        /// Name of the plan.
        name: String,
        /// Where and why.
        message: String,
    },
    /// It asks for something that is not there or cannot be.
    #[error("{0}")]
    Impossible(String),
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

fn default_workers() -> Vec<Workers> {
    vec![Workers::Cores]
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    durations::parse(&text).map_err(serde::de::Error::custom)
}

fn optional_duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    duration(deserializer).map(Some)
}

fn the_word_cores<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "cores" => Ok(()),
        other => Err(serde::de::Error::custom(format!("a number of workers or \"cores\" expected, not `{other}`"))),
    }
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
        let mut plan: Self = toml::from_str(text).map_err(|error| malformed(error.to_string()))?;
        plan.name = name.to_owned();
        if plan.rounds == 0 || plan.processes == 0 {
            return Err(malformed("`rounds` and `processes` must be at least 1".to_owned()));
        }
        Ok(plan)
    }

    /// Has the cells of all groups run uncounted for this long before each counted run.
    pub(crate) fn heat(&mut self, time: Duration) {
        self.hot = time;
        self.groups.iter_mut().for_each(|group| group.hot = None);
    }

    /// Gives the plan the time that its work takes on a machine with so many cores.
    pub(crate) fn grow_budget(&mut self, cores: u64) {
        let each = self.budget_per_worker.unwrap_or_default();
        let grown = each.saturating_mul(u32::try_from(cores).unwrap_or(u32::MAX));
        self.budget = self.budget.map(|budget| budget.max(grown));
    }

    /// Applies what the command line says.
    ///
    /// # Errors
    /// If it names a workload that there is not.
    pub(crate) fn apply(&mut self, overrides: &Overrides, catalogue: &dyn Catalogue) -> Result<(), PlanError> {
        if let Some(rounds) = overrides.rounds {
            (self.rounds, self.least_rounds) = (rounds, rounds);
            // The budget of the plan is for the plan's own rounds.
            (self.budget, self.budget_per_worker) = (None, None);
        }
        if overrides.budget.is_some() {
            (self.budget, self.budget_per_worker) = (overrides.budget, None);
            if overrides.rounds.is_none() {
                self.rounds = MOST_ROUNDS;
            }
        }
        if *overrides != Overrides::default() {
            // Whoever asks for some of a plan, or for more of it, wants its figures.
            self.rounds_for = RoundsFor::Ratios;
        }
        if let Some(hot) = overrides.hot {
            self.heat(hot);
        }
        if !overrides.workers.is_empty() {
            self.workers = overrides.workers.iter().copied().map(Workers::Number).collect();
            self.groups.iter_mut().for_each(|group| group.workers.clear());
        }
        if !overrides.workloads.is_empty() {
            let known: Vec<_> = catalogue.workloads().iter().map(|card| card.name).collect();
            for name in &overrides.workloads {
                if !known.contains(&name.as_str()) {
                    return Err(PlanError::Impossible(unknown("workload", name, known)));
                }
                if !self.groups.iter().any(|group| group.workload == *name) {
                    self.groups.push(PlannedGroup { workload: name.clone(), ..PlannedGroup::default() });
                }
            }
            self.groups.retain(|group| overrides.workloads.contains(&group.workload));
        }
        if !overrides.runners.is_empty() {
            check_runners(&overrides.runners, &catalogue.runners()).map_err(PlanError::Impossible)?;
            let cards = catalogue.runners();
            for name in &overrides.runners {
                let there = cards.iter().any(|card| selects(std::slice::from_ref(name), card));
                if let Some(reason) = catalogue.missing(name).filter(|_| !there) {
                    return Err(PlanError::Impossible(format!("`{name}` cannot run here: {reason}")));
                }
            }
            let mut used: Vec<&String> = Vec::new();
            for group in &mut self.groups {
                let planned = std::mem::take(&mut group.runners);
                let asked = |card: &&RunnerCard| selects(&overrides.runners, card) && selects(&planned, card);
                let chosen: Vec<&RunnerCard> = cards.iter().filter(asked).collect();
                used.extend(
                    overrides
                        .runners
                        .iter()
                        .filter(|name| chosen.iter().any(|card| selects(std::slice::from_ref(name), card))),
                );
                group.runners = chosen.iter().map(|card| card.name.clone()).collect();
                group.variants.retain(|variant| group.runners.contains(&variant.runner));
                group.skip.retain(|name, _| group.runners.contains(name));
            }
            let is_empty = |group: &&PlannedGroup| group.runners.is_empty();
            let emptied: Vec<String> = self.groups.iter().filter(is_empty).map(PlannedGroup::title).collect();
            if !emptied.is_empty() {
                let (asked, emptied) = (overrides.runners.join(", "), emptied.join(", "));
                self.left_out
                    .push(format!("of the runners that were asked for ({asked}) the plan has none in: {emptied}"));
            }
            for name in overrides.runners.iter().filter(|name| !used.contains(name)) {
                self.left_out.push(format!("`{name}` was asked for, and no group of the plan has it"));
            }
            self.groups.retain(|group| !group.runners.is_empty());
        }
        Ok(())
    }
}

impl Plan {
    /// Returns what groups name and this machine lacks, a sentence for each reason.
    pub(crate) fn missing(&self, catalogue: &dyn Catalogue) -> Vec<String> {
        let cards = catalogue.runners();
        let mut missing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for name in self.groups.iter().flat_map(|group| &group.runners) {
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

impl PlannedGroup {
    /// Returns the workload with the parameters that differ from its defaults.
    pub(crate) fn title(&self) -> String {
        let params: Vec<_> = self.params.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        if params.is_empty() { self.workload.clone() } else { format!("{} ({})", self.workload, params.join(", ")) }
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
        let workloads = Plan::load("default").expect("built in").groups;
        for card in Course::standard().workloads() {
            assert!(
                workloads.iter().any(|group| group.workload == card.name),
                "{} is not in the default plan",
                card.name
            );
        }
    }

    #[test]
    fn the_plan_of_the_docs_is_one() {
        let text = include_str!("../docs/PLANS.md");
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
