//! Which charts there are, and for which of them a group has figures.

use serde::{Serialize, Serializer};

use super::group::{GroupSummary, Versus};
use super::loss::{Cores, Waits};
use super::measure::Measure;
use super::row::Row;

/// What a chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChartKind {
    /// Every sample, median and interval.
    Samples,
    /// Speed-up over the baseline.
    SpeedUp,
    /// Wall time over the longest wait of one task.
    OverWait,
    /// The distribution of latencies.
    Latency,
    /// Whose turn it was, operation by operation.
    Turns,
    /// Where cores or time were lost.
    Loss,
    /// Effective cores against the ideal.
    Cores,
    /// How busy each core was.
    Utilisation,
    /// How busy each core was over time, in a pass of its own.
    Timeline,
    /// Which worker did which task when, in a pass of its own.
    Lanes,
    /// How tasks came to wait for each other in a circle.
    Deadlock,
    /// What an empty task costs.
    TaskCost,
    /// What a switch costs.
    SwitchCost,
    /// What a waiting task costs.
    MemoryCost,
    /// A figure of each cell in several runs.
    SideBySide,
    /// What each way of concurrency gains.
    Answer,
    /// Where one runner overtakes another.
    BreakEven,
    /// A figure of each runner along the axis of a sweep.
    Curve(Measure),
}

impl ChartKind {
    /// The kinds that a group can have without a profile, in the order in which they are shown.
    const OF_GROUPS: [Self; 9] = [
        Self::Samples,
        Self::SpeedUp,
        Self::OverWait,
        Self::Latency,
        Self::Turns,
        Self::Deadlock,
        Self::Loss,
        Self::Cores,
        Self::Utilisation,
    ];

    /// Returns its name: part of file names, of links and of `verdicts.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Samples => "samples",
            Self::SpeedUp => "speedup",
            Self::OverWait => "wait",
            Self::Latency => "latency",
            Self::Turns => "turns",
            Self::Loss => "why",
            Self::Cores => "cores",
            Self::Utilisation => "utilisation",
            Self::Timeline => "timeline",
            Self::Lanes => "lanes",
            Self::Deadlock => "deadlock",
            Self::TaskCost => "task",
            Self::SwitchCost => "switch",
            Self::MemoryCost => "memory",
            Self::SideBySide => "beside",
            Self::Answer => "gains",
            Self::BreakEven => "map",
            Self::Curve(measure) => measure.name(),
        }
    }

    /// Returns the charts that a group has figures for, those of profiles left out, in the order in which they are shown.
    pub fn all_of(group: &GroupSummary) -> Vec<Self> {
        Self::OF_GROUPS.into_iter().filter(|kind| kind.is_of(group)).collect()
    }

    /// Returns whether a group has figures for it.
    pub fn is_of(self, group: &GroupSummary) -> bool {
        let any = |has: &dyn Fn(&Row) -> bool| group.drawn().any(has);
        match self {
            Self::Samples => group.measured().next().is_some(),
            Self::SpeedUp => group.versus == Versus::Baseline && group.compared().next().is_some(),
            Self::OverWait => group.versus == Versus::Wait && group.compared().next().is_some(),
            Self::Latency => {
                any(&|row| row.latencies.first().is_some_and(|latency| !latency.bins.is_empty()))
                    && group.main_rows().any(|row| !row.latencies.is_empty())
            }
            Self::Turns => any(&|row| row.turns.first().is_some_and(|slice| slice.len() > 1)),
            Self::Deadlock => any(&|row| row.stuck.is_some()),
            Self::Loss if group.is_cpu_bound() => any(&|row| Cores::of_row(group, row).is_some()),
            Self::Loss => any(&|row| Waits::of_row(row).is_some()),
            Self::Cores => any(&|row| row.effective_cores.is_some()),
            Self::Utilisation => any(&|row| !row.core_busy.is_empty()),
            Self::Timeline | Self::Lanes => false,
            Self::TaskCost | Self::SwitchCost | Self::MemoryCost | Self::SideBySide => false,
            Self::Answer | Self::BreakEven | Self::Curve(_) => false,
        }
    }
}

impl Serialize for ChartKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
