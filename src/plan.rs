//! Plans: which cells, how many rounds, how long. Written in TOML; four are built in; flags override.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use regatta_reports::record::{CellId, Group, Parameters, arms};
use regatta_runners::Family;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::catalogue::{Catalogue, Resolved, RunnerCard, suggestion};
use crate::cpython;

/// The plans that are built in, by name.
pub(crate) const BUILT_IN: [(&str, &str); 4] = [
    ("quick", include_str!("plans/quick.toml")),
    ("default", include_str!("plans/default.toml")),
    ("full", include_str!("plans/full.toml")),
    ("gil-sweep", include_str!("plans/gil-sweep.toml")),
];

/// What the reference burn is made of, and by which runner.
const REFERENCE: (&str, &str) = ("counting", "sequential");
/// Steps of the reference burn: about 10 ms on a machine of 2025; tests of debug builds have no use for as many.
const REFERENCE_STEPS: u64 = if cfg!(debug_assertions) { 100_000 } else { 40_000_000 };

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
    /// Rounds that a group gets even if the budget is spent.
    #[serde(default = "default_least")]
    pub least_rounds: u32,
    /// Fresh cell processes over which the rounds of a cell are spread.
    #[serde(default = "default_processes")]
    pub processes: u32,
    /// Time that the whole run may take; groups share what is left evenly.
    #[serde(default, deserialize_with = "optional_duration")]
    pub budget: Option<Duration>,
    /// With a budget: half the width of a ratio's interval, as a share, at which a group needs no more rounds; 0 for never.
    #[serde(default = "default_target")]
    pub target: f64,
    /// Time within which a cell must answer.
    #[serde(default = "default_timeout", deserialize_with = "duration")]
    pub timeout: Duration,
    /// Whether each group carries a second copy of its baseline, which shows the noise of the run.
    #[serde(default = "default_noise_arm")]
    pub noise_arm: bool,
    /// Whether each round of a group carries a fixed burn, by which separate runs can be compared.
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
}

/// A group as it is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedGroup {
    /// Workload name.
    pub workload: String,
    /// The parameters that differ from the workload's defaults.
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
#[derive(Debug, Clone, Default)]
pub(crate) struct Overrides {
    pub(crate) workloads: Vec<String>,
    pub(crate) runners: Vec<String>,
    pub(crate) workers: Vec<u64>,
    pub(crate) rounds: Option<u32>,
    pub(crate) budget: Option<Duration>,
    pub(crate) hot: Option<Duration>,
}

/// A group that is ready to be carried out.
#[derive(Debug, Clone)]
pub struct ReadyGroup {
    /// As it stands in the records.
    pub group: Group,
    /// The options of each cell's runner, in the order of the group's cells.
    pub options: Vec<Parameters>,
    /// The workload.
    pub resolved: Resolved,
    /// The reference burn, if the group has one: its arm carries out this instead of the workload.
    pub reference: Option<Reference>,
    /// The cells whose precision decides when the group is done, each with the cell that it is compared with, by their places.
    pub baselines: Vec<(usize, Option<usize>)>,
}

/// A fixed piece of work that shows how fast the machine is.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Name of its workload.
    pub workload: String,
    /// The workload.
    pub resolved: Resolved,
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
    humantime::parse_duration(&text).map_err(serde::de::Error::custom)
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
    /// The built-in plan of this name, or the one in the file of this path.
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

    /// Applies what the command line says.
    ///
    /// # Errors
    /// If it names a workload that there is not.
    pub(crate) fn apply(&mut self, overrides: &Overrides, catalogue: &dyn Catalogue) -> Result<(), PlanError> {
        if let Some(rounds) = overrides.rounds {
            (self.rounds, self.least_rounds) = (rounds, rounds);
            // The budget of the plan is for the plan's own rounds.
            self.budget = None;
        }
        if overrides.budget.is_some() {
            self.budget = overrides.budget;
            if overrides.rounds.is_none() {
                self.rounds = MOST_ROUNDS;
            }
        }
        if let Some(hot) = overrides.hot {
            self.hot = hot;
            self.groups.iter_mut().for_each(|group| group.hot = None);
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
            check_runners(&overrides.runners, &catalogue.runners())?;
            let cards = catalogue.runners();
            for name in &overrides.runners {
                let there = cards.iter().any(|card| selects(std::slice::from_ref(name), card));
                if let Some(reason) = catalogue.missing(name).filter(|_| !there) {
                    return Err(PlanError::Impossible(format!("`{name}` cannot run here: {reason}")));
                }
            }
            for group in &mut self.groups {
                let planned = std::mem::take(&mut group.runners);
                let asked = |card: &&RunnerCard| selects(&overrides.runners, card) && selects(&planned, card);
                group.runners = cards.iter().filter(asked).map(|card| card.name.clone()).collect();
                group.variants.retain(|variant| group.runners.contains(&variant.runner));
                group.skip.retain(|name, _| group.runners.contains(name));
            }
            self.groups.retain(|group| !group.runners.is_empty());
        }
        Ok(())
    }

    /// Resolves every group: parameters, tasks, the right answer, cells.
    ///
    /// # Errors
    /// If a name is unknown, a parameter does not fit, a number of workers is 0, or no cell is left.
    pub(crate) fn ready(&self, catalogue: &dyn Catalogue, cores: u64) -> Result<Vec<ReadyGroup>, PlanError> {
        let ready: Vec<_> =
            self.groups.iter().map(|group| self.ready_group(group, catalogue, cores)).collect::<Result<_, _>>()?;
        let ready: Vec<_> = ready
            .into_iter()
            .filter(|ready| !ready.group.cells.is_empty() || !ready.group.skipped.is_empty())
            .collect();
        for (place, ReadyGroup { group, .. }) in ready.iter().enumerate() {
            let is_other = |other: &Group| other.workload == group.workload && other.params == group.params;
            let same_work = ready[..place].iter().find(|other| is_other(&other.group));
            if same_work.is_some_and(|other| other.group.hot_ns != group.hot_ns) {
                return Err(PlanError::Impossible(format!(
                    "two groups of `{}` have the same parameters and different `hot`: their records could not be told apart",
                    group.workload
                )));
            }
        }
        if ready.iter().all(|group| group.group.cells.is_empty()) {
            return Err(PlanError::Impossible(
                "nothing is left to run: the workloads and runners asked for leave no cell".to_owned(),
            ));
        }
        Ok(ready)
    }

    fn ready_group(
        &self,
        planned: &PlannedGroup,
        catalogue: &dyn Catalogue,
        cores: u64,
    ) -> Result<ReadyGroup, PlanError> {
        let names: Vec<_> = catalogue.workloads().iter().map(|card| card.name).collect();
        if !names.contains(&planned.workload.as_str()) {
            return Err(PlanError::Impossible(unknown("workload", &planned.workload, names)));
        }
        let resolved = catalogue.resolve(&planned.workload, &planned.params).map_err(PlanError::Impossible)?;
        let runners = catalogue.runners();
        let named = planned.runners.iter().chain(planned.skip.keys());
        check_runners(named.chain(planned.variants.iter().map(|variant| &variant.runner)), &runners)?;
        let counts = if planned.workers.is_empty() { &self.workers } else { &planned.workers };
        let counts: Vec<u64> = counts
            .iter()
            .map(|count| match count {
                Workers::Number(number) => *number,
                Workers::Cores => cores,
            })
            .collect();
        if counts.contains(&0) {
            return Err(PlanError::Impossible(
                "0 workers can do no work: the number of workers must be at least 1".to_owned(),
            ));
        }
        let mut group = Group {
            workload: planned.workload.clone(),
            params: resolved.params.clone(),
            tasks: resolved.tasks,
            wait_ns: nanoseconds(resolved.wait),
            hot_ns: nanoseconds(planned.hot.unwrap_or(self.hot)),
            cells: Vec::new(),
            skipped: BTreeMap::new(),
        };
        let mut options = Vec::new();
        for card in runners.iter().filter(|card| selects(&planned.runners, card)) {
            if let Some(reason) = planned.skip.get(&card.name).or(card.unavailable.as_ref()) {
                group.skipped.insert(card.name.clone(), reason.clone());
                continue;
            }
            let variants = planned.variants.iter().filter(|variant| variant.runner == card.name);
            let variants: Vec<_> =
                std::iter::once(Parameters::new()).chain(variants.map(|variant| variant.options.clone())).collect();
            for (&count, variant) in
                counts.iter().flat_map(|count| variants.iter().map(move |variant| (count, variant)))
            {
                let workers = card.parallelism.workers(count, resolved.tasks);
                let pairs: Vec<_> = variant.iter().map(|(name, value)| format!("{name}={value}")).collect();
                let cell = CellId { runner: card.name.clone(), options: pairs.join(","), workers, ..CellId::default() };
                if !group.cells.contains(&cell) {
                    group.cells.push(cell);
                    options.push(variant.clone());
                }
            }
        }
        // The A/A arm: a second copy of the baseline in every round shows how much identical cells differ.
        let is_baseline =
            |cell: &&CellId| cell.options.is_empty() && runners.iter().any(|card| card.baseline == cell.runner);
        if let Some(baseline) = group.cells.iter().find(is_baseline).filter(|_| self.noise_arm && group.cells.len() > 1)
        {
            group.cells.push(CellId { arm: arms::AA.to_owned(), ..baseline.clone() });
            options.push(Parameters::new());
        }
        let baselines = baselines(&group.cells, &runners);
        let reference = self.reference.then(|| reference(catalogue)).flatten().filter(|_| !group.cells.is_empty());
        if reference.is_some() {
            let (runner, arm) = (REFERENCE.1.to_owned(), arms::REFERENCE.to_owned());
            group.cells.push(CellId { runner, workers: 1, arm, ..CellId::default() });
            options.push(Parameters::new());
        }
        Ok(ReadyGroup { group, options, resolved, reference, baselines })
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// What each cell is compared with: the narrowest default cell of its baseline runner. A baseline has no ratio of its own.
fn baselines(cells: &[CellId], runners: &[RunnerCard]) -> Vec<(usize, Option<usize>)> {
    let baseline_of = |cell: &CellId| {
        let name = &runners.iter().find(|card| card.name == cell.runner)?.baseline;
        let are_default = cells.iter().enumerate().filter(|(_, cell)| cell.arm.is_empty() && cell.options.is_empty());
        let places = are_default.filter(|(_, cell)| cell.runner == *name);
        places.min_by_key(|(_, cell)| cell.workers).map(|(place, _)| place)
    };
    let all = cells.iter().enumerate().map(|(place, cell)| (place, baseline_of(cell)));
    all.filter(|(place, baseline)| *baseline != Some(*place)).collect()
}

/// The reference burn; none if the catalogue lacks what it is made of.
fn reference(catalogue: &dyn Catalogue) -> Option<Reference> {
    let (workload, runner) = REFERENCE;
    let params = Map::from_iter([("from".to_owned(), REFERENCE_STEPS.into()), ("tasks".to_owned(), 1.into())]);
    catalogue.runners().iter().find(|card| card.name == runner && card.unavailable.is_none())?;
    Some(Reference { workload: workload.to_owned(), resolved: catalogue.resolve(workload, &params).ok()? })
}

/// Whether a list of names of runners and families means this runner; an empty one means all.
fn selects(names: &[String], card: &RunnerCard) -> bool {
    let plain = |name: &str| name.split('@').next().map(str::to_owned);
    let means = |name: &String| {
        [&card.name, &card.family].contains(&name)
            || [plain(&card.name), plain(&card.family)].iter().flatten().any(|plain| plain == name)
    };
    names.is_empty() || names.iter().any(means)
}

fn check_runners<'a>(names: impl IntoIterator<Item = &'a String>, known: &[RunnerCard]) -> Result<(), PlanError> {
    let families = [Family::Native.name(), Family::Gil.name(), cpython::FAMILY];
    for name in names {
        // Python's are known even where no Python is.
        let there = families.contains(&name.as_str()) || cpython::is_runner(name);
        if !there && !known.iter().any(|card| card.name == *name || card.family == *name) {
            return Err(PlanError::Impossible(unknown("runner", name, known.iter().map(|card| card.name.as_str()))));
        }
    }
    Ok(())
}

fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    format!("there is no {what} `{name}`{}; `regatta list` shows all", suggestion(name, known))
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
            assert!(ready.iter().all(|group| group.options.len() == group.group.cells.len()), "{name}");
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
        plan.groups[0] = PlannedGroup { hot: Some(Duration::ZERO), ..plan.groups[1].clone() };
        assert!(hot(&plan).expect_err("two of a kind").to_string().contains("different `hot`"));
    }

    #[test]
    fn families_and_variants_become_cells() {
        let text = "rounds = 1\nworkers = [1, 2]\n[[group]]\nworkload = 'counting'\nrunners = ['gil', 'sequential']\n\
                    [[group.variant]]\nrunner = 'gil-thread-pool'\noptions = { switch_interval_us = 100 }\n";
        let ready = Plan::parse("test", text).and_then(|plan| plan.ready(&Course::standard(), 2)).expect("a plan");
        let cells: Vec<_> =
            ready[0].group.cells.iter().map(|cell| (&*cell.runner, cell.workers, &*cell.options)).collect();
        let varied = "switch_interval_us=100";
        assert_eq!(
            cells,
            [
                ("sequential", 1, ""),
                ("gil-thread", 32, ""),
                ("gil-thread-pool", 1, ""),
                ("gil-thread-pool", 1, varied),
                ("gil-thread-pool", 2, ""),
                ("gil-thread-pool", 2, varied),
                ("sequential", 1, ""),
                ("sequential", 1, "")
            ]
        );
        let arms: Vec<_> = ready[0].group.cells.iter().rev().take(3).map(|cell| &*cell.arm).collect();
        assert_eq!(arms, [arms::REFERENCE, arms::AA, ""]);
        assert_eq!(ready[0].reference.as_ref().map(|reference| reference.resolved.tasks), Some(1));
    }
}
