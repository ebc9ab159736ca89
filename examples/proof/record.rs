//! What is recorded of a comparison, and how comparisons are made.

use std::error::Error;
use std::fs;
use std::path::Path;

use clap::ValueEnum;
use regatta_reports::compare::Compared;
use regatta_reports::statistics::Estimate;
use serde::{Deserialize, Serialize};

use crate::work::NAMES;

/// How builds are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// One workload, two runners, both builds in the same rounds.
    Live,
    /// The same in separate runs.
    Separate,
    /// Criterion, for reference: the same code with itself.
    Criterion,
    /// One of three workloads differs, four runners, separate runs.
    Workload,
    /// One of three workloads differs, four runners, both builds in the same rounds.
    WorkloadLive,
}

impl Mode {
    /// Returns what is injected, percent. A build against itself has 0.
    pub fn slowdowns(self) -> &'static [u32] {
        match self {
            Self::Live | Self::Separate => &[0, 1, 2, 5, 10],
            Self::Criterion => &[0],
            Self::Workload | Self::WorkloadLive => &[5, 10],
        }
    }

    /// Returns whether only one of several workloads differs.
    pub fn is_of_one_workload(self) -> bool {
        matches!(self, Self::Workload | Self::WorkloadLive)
    }

    /// Returns whether both builds are measured in the same rounds.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Live | Self::WorkloadLive)
    }

    /// Returns the workloads of its plan.
    pub fn workloads(self) -> &'static [&'static str] {
        if self.is_of_one_workload() { &NAMES } else { &NAMES[..1] }
    }

    /// Returns the runners of its plan.
    pub fn runners(self) -> &'static [&'static str] {
        let all = &["sequential", "thread-pool", "rayon", "async"];
        if self.is_of_one_workload() { all } else { &all[..2] }
    }

    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Separate => "separate",
            Self::Criterion => "criterion",
            Self::Workload => "workload",
            Self::WorkloadLive => "workload-live",
        }
    }
}

/// One comparison of one cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trial {
    pub mode: Mode,
    /// What was injected, percent.
    pub slowdown: u32,
    /// Which comparison of its mode and slowdown, from 0. Records of older versions do not say.
    #[serde(default)]
    pub trial: u32,
    /// Which workload differs, if not all do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub slowed: String,
    /// The cell's workload, and empty if there is only one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub workload: String,
    pub cell: String,
    /// What the comparison said.
    pub outcome: String,
    /// Factors of wall and CPU time that it found: value, low, high.
    pub wall: [f64; 3],
    pub cpu: [f64; 3],
    /// Factors of wall and CPU time without regard to the reference burn.
    pub raw: [f64; 2],
    /// Noise floors of wall and CPU time.
    pub floor: [f64; 2],
    /// Whether each alone was claimed to differ.
    pub by_wall: bool,
    pub by_cpu: bool,
    pub seconds: u32,
}

impl Trial {
    /// Creates the trial of a compared cell, with all but its place in the experiment.
    pub fn of(cell: &Compared) -> Self {
        let cpu = cell.cpu.unwrap_or(cell.wall);
        let factors = |ratio: Estimate| [ratio.value, ratio.low, ratio.high];
        Self {
            mode: Mode::Separate,
            slowdown: 0,
            trial: 0,
            slowed: String::new(),
            workload: String::new(),
            cell: cell.label.clone(),
            outcome: cell.conclusion.name().to_owned(),
            wall: factors(cell.wall.ratio),
            cpu: factors(cpu.ratio),
            raw: [cell.wall.raw.value, cpu.raw.value],
            floor: [cell.wall.floor, cpu.floor],
            by_wall: cell.wall.is_real(),
            by_cpu: cpu.is_real(),
            seconds: 0,
        }
    }

    /// Returns whether its cell does more work in the new build.
    pub fn is_affected(&self) -> bool {
        self.slowdown > 0 && self.slowed == self.workload
    }

    /// Returns whether the comparison called it slower.
    pub fn is_found(&self) -> bool {
        matches!(self.outcome.as_str(), "slower" | "more CPU")
    }

    /// Returns whether the comparison claimed a change, either way.
    pub fn is_claim(&self) -> bool {
        self.is_found() || matches!(self.outcome.as_str(), "faster" | "less CPU")
    }
}

/// Reads a record. Without a file it is empty.
pub fn read(path: &Path) -> Result<Vec<Trial>, Box<dyn Error>> {
    let text = if path.exists() { fs::read_to_string(path)? } else { String::new() };
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}
