//! One workload with its parameters, in figures.

use std::collections::BTreeMap;

use serde::Serialize;

use super::capacity::Ceiling;
use super::disturbed::Disturbed;
use super::row::Row;
use super::titles::parameter;
use crate::records::keys::baseline_place;
use crate::records::schema::{Failure, Parameters, Profile, Scale};
use crate::text::named;

/// One workload with its parameters, in figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GroupSummary {
    /// Workload name.
    pub workload: String,
    /// All its parameters.
    pub params: Parameters,
    /// `cpu`, `switching`, `io`, `coordination`, `mixed` or `service`; empty if the records do not say.
    pub kind: String,
    /// One sentence about the workload; empty if the records do not say.
    pub about: String,
    /// What must hold in each run, beside the results of the tasks; empty if nothing is said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub holds: String,
    /// The workload's name, with the parameters that tell its groups apart if it has several.
    pub title: String,
    /// The title as part of file names and links; distinct among the groups of a run.
    pub slug: String,
    /// The place in the summary of the sweep that it is a point of, or that its cells are the points of; none if nothing is varied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sweep: Option<usize>,
    /// Number of tasks in a run. As all that follows it is that of the group: a row knows that of its family.
    pub tasks: u64,
    /// The longest wait of one task, nanoseconds; 0 for work that never waits.
    pub wait_ns: f64,
    /// Time for which a cell ran, uncounted, right before each counted run, nanoseconds.
    pub hot_ns: f64,
    /// The families that have a scale of their own, by name.
    pub scale: BTreeMap<String, Scale>,
    /// What the ratios of the rows compare.
    pub versus: Versus,
    /// What tasks that compute can make of the cores of this machine; none if the records do not say how many there were.
    #[serde(skip)]
    pub ceiling: Option<Ceiling>,
    /// Rounds in which the machine was disturbed.
    #[serde(skip)]
    pub disturbed: Disturbed,
    /// Half the width of intervals, as a share, at which the group was to need no more rounds.
    pub target: Option<f64>,
    /// One row a cell, in the order of the plan. A cell without samples has its row too.
    pub rows: Vec<Row>,
    /// The failures of all cells.
    #[serde(skip)]
    pub failures: Vec<Failure>,
    /// Runners that the plan leaves out, with the reason.
    pub skipped: BTreeMap<String, String>,
}

/// What the ratios of a group compare.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Versus {
    /// Speed against the runner that is the baseline of the row's family: above 1 is faster.
    Baseline,
    /// Wall time against the longest wait of one task: 1 is the least possible.
    Wait,
    /// There is nothing to compare with.
    #[default]
    Nothing,
}

/// Returns whether work of a kind keeps a core busy all the time, so that cores bound it.
pub(super) fn is_cpu_bound(kind: &str) -> bool {
    matches!(kind, "cpu" | "switching")
}

impl GroupSummary {
    /// Returns whether the work keeps a core busy all the time, so that cores bound it.
    pub fn is_cpu_bound(&self) -> bool {
        is_cpu_bound(&self.kind)
    }

    /// Returns whether its tasks wait for each other: the price of an operation tells more than a speed-up.
    pub fn is_coordination(&self) -> bool {
        self.kind == "coordination"
    }

    /// Returns whether claims about such work are those of a plan of its own, and no others.
    pub fn has_plan_of_its_own(&self) -> bool {
        self.is_coordination() || self.kind == "serving"
    }

    /// Returns the rows that stand for themselves: no copies, and no second build.
    pub fn main_rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.is_main())
    }

    /// Returns the main rows that are compared with something else, each with its ratio.
    pub fn compared(&self) -> impl Iterator<Item = (&Row, f64)> {
        let rows = self.main_rows().filter(|row| !row.is_baseline);
        rows.filter_map(|row| Some((row, row.ratio?.value)))
    }

    /// Returns the rows that have samples.
    pub fn measured(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.wall.is_some())
    }

    /// Returns the rows but for A/A copies, which are there to show the noise: what charts draw.
    pub fn drawn(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.is_copy())
    }

    /// Returns whether a profile is of one of its cells.
    pub fn is_of(&self, profile: &Profile) -> bool {
        self.has(&profile.workload, profile.params_of_group())
    }

    /// Returns whether it is the group of a workload with these parameters.
    pub fn has(&self, workload: &str, params: &Parameters) -> bool {
        workload == self.workload && *params == self.params
    }

    /// Returns the row that the ratio of a row is taken against.
    pub fn baseline_of(&self, row: &Row) -> Option<&Row> {
        self.baseline_row(row.baseline.as_ref()?).filter(|baseline| baseline.is_baseline)
    }

    /// Returns the row of a runner that others are compared with, if the group has it.
    pub fn baseline_row(&self, runner: &str) -> Option<&Row> {
        baseline_place(runner, self.rows.iter().map(|row| &row.cell)).map(|place| &self.rows[place])
    }

    /// Returns the names of the runners that ratios are taken against.
    pub fn baselines(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.rows.iter().filter_map(|row| row.baseline.as_deref()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Returns the parameters, `name value` each.
    pub fn parameters(&self) -> Vec<String> {
        self.params.iter().map(|(name, value)| format!("{name} {}", parameter(value))).collect()
    }

    /// Returns what stands below the title in small print: the workload, where the title does not begin with its name, and the parameters.
    pub fn small_print(&self) -> Vec<String> {
        let workload = (!self.title.starts_with(&self.workload)).then(|| format!("workload {}", named(&self.workload)));
        workload.into_iter().chain(self.parameters()).collect()
    }

    /// Returns the parameters of a family: its own, or else those of the group.
    pub fn params_of(&self, family: &str) -> &Parameters {
        self.scale.get(family).map_or(&self.params, |scale| &scale.params)
    }

    /// Returns the families whose work is of another size than the group's, each with the parameters in which it differs, `name value` each.
    pub fn scaled(&self) -> Vec<(&str, Vec<String>)> {
        let differing = |scale: &Scale| -> Vec<String> {
            let own = scale.params.iter().filter(|(name, value)| self.params.get(*name) != Some(*value));
            own.map(|(name, value)| format!("{name} {}", parameter(value))).collect()
        };
        let families = self.scale.iter().map(|(family, scale)| (family.as_str(), differing(scale)));
        families.filter(|(_, differing)| !differing.is_empty()).collect()
    }
}
