//! What a claim consists of, and what makes one invalid.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::at::At;
use super::trial_figures;

/// The parameter that says what befalls a task of a trial.
pub(super) const FAULT: &str = "fault";

/// A statement, and what the records must show for it to hold.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Claim {
    /// Its name: small letters, digits and hyphens.
    pub id: String,
    /// What is claimed, in one sentence.
    pub statement: String,
    /// Why it matters, in one sentence.
    pub why: String,
    /// Who says so, and when.
    pub said_by: Option<String>,
    /// The mechanism behind it, in a few sentences.
    pub because: Option<String>,
    /// What it means if it does not hold.
    pub if_not: Option<String>,
    /// The number that people quote for it, which a verdict shows beside the measured one.
    pub folk: Option<String>,
    /// The families of runners that it is judged for, each by itself; `cpython` means every CPython there is.
    pub families: Vec<String>,
    /// Only families that have a global lock, or only those without; either if none.
    pub gil: Option<bool>,
    /// Usable cores without which it says nothing.
    pub needs_cores: Option<u32>,
    /// The built-in plan that shows it, where it is about work that other plans do not have.
    pub plan: Option<String>,
    /// What must be so; all of it.
    #[serde(rename = "condition")]
    pub conditions: Vec<Condition>,
}

/// A statistic of some cells, and the bounds that it must be within.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Condition {
    /// What is worked out.
    pub statistic: Statistic,
    /// Of which cells, each by itself.
    pub of: Selector,
    /// In comparison with which cell.
    pub to: Option<Reference>,
    /// Of the claim's families only these; all if empty.
    #[serde(default)]
    pub families: Vec<String>,
    /// Whether it is left out where the plan has no group for it. Other conditions must be judged then.
    #[serde(default)]
    pub optional: bool,
    /// What the statistic is divided by: `tasks`, `workers`, `switch-interval` and parameters of the workload, by name.
    #[serde(default)]
    pub per: Vec<String>,
    /// The time that the wall time is held against.
    pub formula: Option<Formula>,
    /// Name of the histogram of latencies.
    pub histogram: Option<String>,
    /// Quantile of the latencies.
    pub quantile: Option<Quantile>,
    /// Name of the figure that the workload or the runner counts.
    pub figure: Option<String>,
    /// The least that it may be.
    pub at_least: Option<f64>,
    /// The most that it may be.
    pub at_most: Option<f64>,
    /// Context switches beyond those of the reference, over what the statistic is divided by, below which nothing shows that the cell
    /// switched at all: then it is not judged.
    pub switches: Option<f64>,
    /// Whether to say how much memory the cell process holds.
    #[serde(default)]
    pub mention_memory: bool,
}

/// What is worked out of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statistic {
    /// How many times as fast as the reference.
    SpeedUp,
    /// Speed-up over what this machine can give with these tasks and workers.
    Efficiency,
    /// How many times the wall time of the reference.
    Time,
    /// How many times the wall time of the reference, with the time that the runner took to start counted once in each.
    TimeWithStart,
    /// How many times the CPU time of the reference.
    CpuTime,
    /// Cores that were busy on average.
    EffectiveCores,
    /// Cores that were busy on average, over those that these tasks and workers can keep busy on this machine.
    Occupancy,
    /// Wall time over that of a formula.
    OverFormula,
    /// Wall time beyond that of the reference, nanoseconds.
    Cost,
    /// CPU time beyond that of the reference, nanoseconds.
    CpuCost,
    /// A quantile of the latencies, nanoseconds.
    Latency,
    /// How many times the reference's quantile of the latencies.
    LatencyRatio,
    /// The quantile of the latencies beyond that of the reference, nanoseconds.
    LatencyDifference,
    /// How many times the context switches of the reference.
    SwitchesRatio,
    /// Context switches of a run.
    Switches,
    /// Page faults of a run.
    Faults,
    /// A figure of a run that the workload or the runner counts.
    Figure,
    /// How many times that of the reference.
    FigureRatio,
    /// A figure of trials, in which one task comes to grief: see the table in `trial_figures.rs`.
    Trial,
}

/// How long n waits of t take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Formula {
    /// All at once: t.
    LongestWait,
    /// One after another: n * t.
    SumOfWaits,
    /// A pool of w in batches: ceil(n / w) * t.
    Batches,
    /// The same, and what it takes to hand out n tasks, one after another, as the same cell does with tasks that do nothing.
    BatchesHandedOut,
    /// Spread over w: n * t / w.
    SharedWaits,
}

/// A quantile of latencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quantile {
    /// The median.
    P50,
    /// The 99th percentile.
    P99,
}

/// Cells, within the family that is judged.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Selector {
    /// Name of the workload.
    pub workload: String,
    /// What its parameters must be.
    #[serde(default)]
    pub params: BTreeMap<String, Constraint>,
    /// Concurrency models. At least one must have been measured, and the condition must hold for each that was.
    pub models: Vec<String>,
    /// Number of workers; the most that there is if none.
    pub workers: Option<u64>,
    /// The axis of the sweeps whose points are meant; without it no cell of a sweep is.
    pub along: Option<String>,
    /// Which point of a sweep; the last one if none.
    pub at: Option<At>,
    /// How many tasks each worker must have, on average.
    pub batches: Option<Constraint>,
}

/// The cell to compare with. What is left out is as in the cell that is compared.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reference {
    /// Concurrency model.
    pub model: Option<String>,
    /// Name of the workload. With a workload or parameters the reference is in another group; otherwise in the same. What parameters
    /// of the same workload are not named must be equal.
    pub workload: Option<String>,
    /// What the workload's parameters must be.
    pub params: BTreeMap<String, Constraint>,
    /// Number of workers; the most that there is if none.
    pub workers: Option<u64>,
    /// Another point of the same line of a sweep.
    pub at: Option<At>,
}

/// What a parameter must be.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Value")]
pub enum Constraint {
    /// This value.
    Equals(Value),
    /// A number within bounds.
    Within {
        /// The least.
        at_least: f64,
        /// The most.
        at_most: f64,
    },
}

/// Bounds of a parameter, as they are written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Bounds {
    at_least: Option<f64>,
    at_most: Option<f64>,
}

impl TryFrom<Value> for Constraint {
    type Error = serde_json::Error;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        if !value.is_object() {
            return Ok(Self::Equals(value));
        }
        let bounds: Bounds = serde_json::from_value(value)?;
        Ok(Self::Within {
            at_least: bounds.at_least.unwrap_or(f64::NEG_INFINITY),
            at_most: bounds.at_most.unwrap_or(f64::INFINITY),
        })
    }
}

impl Constraint {
    /// Returns whether a parameter of this value is meant.
    pub fn allows(&self, value: &Value) -> bool {
        match (self, value.as_f64()) {
            (_, Some(number)) => self.contains(number),
            (Self::Within { .. }, None) => false,
            (Self::Equals(wanted), None) => wanted == value,
        }
    }

    /// Returns whether this number is meant.
    pub fn contains(&self, number: f64) -> bool {
        match self {
            Self::Within { at_least, at_most } => (*at_least..=*at_most).contains(&number),
            Self::Equals(wanted) => wanted.as_f64() == Some(number),
        }
    }

    /// Returns the constraint in words, after the parameter's name.
    pub fn words(&self) -> String {
        match self {
            Self::Equals(value) => format!("= {value}"),
            Self::Within { at_least, at_most } if at_most.is_infinite() => format!(">= {at_least}"),
            Self::Within { at_least, at_most } if at_least.is_infinite() => format!("<= {at_most}"),
            Self::Within { at_least, at_most } => format!("between {at_least} and {at_most}"),
        }
    }
}

impl Claim {
    /// Returns whether all that it says is about points of sweeps.
    pub fn is_about_curves(&self) -> bool {
        self.conditions.iter().all(|condition| condition.of.along.is_some())
    }

    /// Returns whether all that it says is about tasks that come to grief.
    pub fn is_about_trials(&self) -> bool {
        self.conditions.iter().all(|condition| condition.statistic == Statistic::Trial)
    }

    /// Returns whether one of its conditions is about trials of this fault.
    pub fn is_about_fault(&self, fault: &str) -> bool {
        self.conditions.iter().any(|condition| condition.is_about_fault(fault))
    }

    /// Returns whether one of its conditions is about this workload.
    pub fn is_about(&self, workload: &str) -> bool {
        self.conditions.iter().any(|condition| condition.of.workload == workload)
    }

    /// Says what is wrong with it, if something is.
    pub(super) fn check(&self) -> Result<(), String> {
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        require(!self.id.is_empty() && self.id.chars().all(is_name), "an id has small letters, digits and hyphens")?;
        require(!self.statement.trim().is_empty(), "the statement is empty")?;
        require(!self.families.is_empty(), "`families` is empty: name `native`, `gil` or `cpython`")?;
        require(!self.conditions.is_empty(), "it has no [[claim.condition]], so it could not fail")?;
        require(!self.conditions.iter().all(|condition| condition.optional), "all its conditions are `optional`")?;
        for (i, condition) in self.conditions.iter().enumerate() {
            condition.check().map_err(|why| format!("condition {}: {why}", i + 1))?;
            let foreign = condition.families.iter().find(|family| !self.families.contains(family));
            if let Some(family) = foreign {
                return Err(format!("condition {}: `{family}` is not among the claim's families", i + 1));
            }
        }
        Ok(())
    }
}

impl Condition {
    /// Returns whether it is to hold for a family of the claim.
    pub(super) fn is_about(&self, family: &str) -> bool {
        self.families.is_empty() || self.families.iter().any(|name| name == family)
    }

    /// Returns whether it is about trials of this fault.
    pub(super) fn is_about_fault(&self, fault: &str) -> bool {
        let wanted = self.of.params.get(FAULT).filter(|_| self.statistic == Statistic::Trial);
        wanted.is_some_and(|wanted| wanted.allows(&fault.into()))
    }

    fn check_trial(&self) -> Result<(), String> {
        if self.statistic != Statistic::Trial {
            return Ok(());
        }
        let name = self.figure.as_deref().unwrap_or_default();
        if trial_figures::figure(name).is_none() {
            return Err(format!("trials have no figure `{name}`; there are {}", trial_figures::names()));
        }
        require(self.of.params.contains_key(FAULT), "`trial` needs a `fault` among `of.params`")
    }

    /// Returns whether it compares its cells with another one.
    pub(super) fn compares(&self) -> bool {
        self.to.is_some() || self.statistic.has_baseline()
    }

    fn check(&self) -> Result<(), String> {
        require(!self.of.models.is_empty(), "`of.models` is empty")?;
        let of_point = self.of.at.is_some() || self.to.as_ref().is_some_and(|to| to.at.is_some());
        require(!of_point || self.of.along.is_some(), "`at` is a point of a sweep: name its axis in `of.along`")?;
        let bounds = [self.at_least, self.at_most];
        let given = || bounds.into_iter().flatten();
        require(given().next().is_some(), "it has neither `at-least` nor `at-most`")?;
        require(given().all(f64::is_finite), "a bound must be finite")?;
        require(
            !self.statistic.is_ratio() || given().all(|bound| bound > 0.0),
            "the bound of a ratio must be above 0",
        )?;
        require(self.at_least.zip(self.at_most).is_none_or(|(least, most)| least <= most), "its bounds contradict")?;
        let statistic = self.statistic;
        match self.to {
            Some(_) => require(statistic.compares(), "this statistic has no `to`: it compares with nothing")?,
            None => require(!statistic.compares() || statistic.has_baseline(), "this statistic needs a `to`")?,
        }
        let is_over_formula = statistic == Statistic::OverFormula;
        require(
            self.formula.is_some() == is_over_formula,
            "`over-formula` needs a `formula`, and nothing else has one",
        )?;
        let is_of_latency = self.histogram.is_some() && self.quantile.is_some();
        let has_latency = self.histogram.is_some() || self.quantile.is_some();
        require(
            is_of_latency == statistic.is_of_latency() && has_latency == is_of_latency,
            "statistics of latency need a `histogram` and a `quantile`, and nothing else has one",
        )?;
        require(
            self.per.is_empty() || statistic.is_divisible(),
            "only `speed-up`, `cost`, `cpu-cost`, `latency-difference`, `switches`, `faults` and `figure` are divided `per` something",
        )?;
        require(
            self.figure.is_some() == matches!(statistic, Statistic::Figure | Statistic::FigureRatio | Statistic::Trial),
            "`figure`, `figure-ratio` and `trial` need the name of a `figure`, and nothing else has one",
        )?;
        require(
            self.switches.is_none_or(|least| statistic == Statistic::CpuCost && least.is_finite() && least > 0.0),
            "only `cpu-cost` asks for `switches`, and for more than 0",
        )?;
        self.check_trial()
    }
}

impl Statistic {
    /// Returns whether it is a quotient, so that it is above 0 and 1 means the same.
    pub fn is_ratio(self) -> bool {
        !matches!(
            self,
            Self::Cost
                | Self::CpuCost
                | Self::Latency
                | Self::LatencyDifference
                | Self::Switches
                | Self::Faults
                | Self::Figure
                | Self::Trial
        )
    }

    /// Returns whether it compares two cells.
    fn compares(self) -> bool {
        !matches!(
            self,
            Self::EffectiveCores
                | Self::Occupancy
                | Self::OverFormula
                | Self::Latency
                | Self::Switches
                | Self::Faults
                | Self::Figure
                | Self::Trial
        )
    }

    /// Returns whether it compares with the runner's baseline unless something else is named.
    pub(super) fn has_baseline(self) -> bool {
        matches!(self, Self::SpeedUp | Self::Efficiency)
    }

    fn is_divisible(self) -> bool {
        matches!(
            self,
            Self::SpeedUp
                | Self::Cost
                | Self::CpuCost
                | Self::LatencyDifference
                | Self::Switches
                | Self::Faults
                | Self::Figure
        )
    }

    fn is_of_latency(self) -> bool {
        matches!(self, Self::Latency | Self::LatencyRatio | Self::LatencyDifference)
    }
}

fn require(is_so: bool, otherwise: &str) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(otherwise.to_owned()) }
}
