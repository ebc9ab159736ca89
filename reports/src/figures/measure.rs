//! What curves are drawn of: a figure of each point of a sweep.

use super::cell::Cell;
use super::counts::Count;
use super::grain;
use super::group::{GroupSummary, Versus};
use super::pairs;
use super::summary::Summary;
use super::sweep::{Line, Sweep};
use crate::records::schema::AxisOf;
use crate::statistics::Estimate;
use crate::text::units;

/// A figure that varies along the axis of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Speed-up over the baseline.
    SpeedUp,
    /// Speed-up a worker.
    Efficiency,
    /// Effective cores.
    Cores,
    /// CPU time over that of the baseline.
    Inflation,
    /// Wall time over the longest wait of one task.
    OverWait,
    /// Wall time of a run.
    Wall,
    /// Wall time of a run over its tasks.
    TaskTime,
    /// Tasks in a second.
    Throughput,
    /// Median of the latencies.
    P50,
    /// 99th percentile of the latencies.
    P99,
    /// Peak memory.
    Memory,
    /// What the kernel counted for each task.
    PerTask(Count),
}

/// Memory that varies by less than this factor along a line is no curve of interest.
const VARIES: f64 = 1.2;
/// Counts that vary by less than this factor along all lines, or are fewer than [`EVENTS`] for each task, are no curves of interest.
const COUNTS_VARY: f64 = 2.0;
/// See [`COUNTS_VARY`].
const EVENTS: f64 = 0.5;

impl Measure {
    /// All of them, in the order in which they are shown.
    const ALL: [Self; 14] = [
        Self::SpeedUp,
        Self::OverWait,
        Self::P50,
        Self::P99,
        Self::Efficiency,
        Self::Cores,
        Self::Inflation,
        Self::Wall,
        Self::TaskTime,
        Self::Throughput,
        Self::Memory,
        Self::PerTask(Count::Switches),
        Self::PerTask(Count::Faults),
        Self::PerTask(Count::Calls),
    ];

    /// Returns the measures of which a sweep has curves, the most important first.
    pub fn all_of(summary: &Summary, sweep: &Sweep) -> Vec<Self> {
        Self::ALL.into_iter().filter(|measure| measure.is_called_for(summary, sweep)).collect()
    }

    /// Returns whether the axis and the work call for it, and some line has two points of it.
    fn is_called_for(self, summary: &Summary, sweep: &Sweep) -> bool {
        let groups = || sweep.groups.iter().map(|place| &summary.groups[*place]);
        let of_workers = sweep.of == AxisOf::Workers;
        let is_mixed = groups().any(|group| group.kind == "mixed");
        let computes = groups().any(GroupSummary::is_cpu_bound);
        let is_grain = grain::is_varied(summary, sweep);
        let has_latencies = groups().flat_map(|group| &group.rows).any(|row| !row.latencies.is_empty());
        let is_called_for = match self {
            // Computing beside waiting is about the waits: how long it computes is up to them.
            Self::SpeedUp | Self::OverWait => !is_mixed,
            Self::Efficiency => of_workers,
            Self::Inflation => of_workers && computes,
            Self::Cores => is_mixed || of_workers && computes,
            Self::Wall => !of_workers && !is_grain,
            Self::TaskTime => is_grain,
            Self::Throughput => has_latencies && !is_mixed,
            Self::P50 | Self::P99 | Self::PerTask(_) => true,
            Self::Memory => !is_grain,
        };
        is_called_for && sweep.lines.iter().any(|line| self.is_curve(summary, line))
    }

    /// Returns whether a line has two points of it at least, and varies if that is what counts.
    fn is_curve(self, summary: &Summary, line: &Line) -> bool {
        let figures = line.points.iter().filter_map(|point| self.of(summary.cell(*point)));
        let figures: Vec<f64> = figures.map(|figure| figure.value).collect();
        let (least, most) = figures
            .iter()
            .fold((f64::INFINITY, 0.0_f64), |(least, most), figure| (least.min(*figure), most.max(*figure)));
        let varies = match self {
            Self::Memory => most > VARIES * least,
            Self::PerTask(_) => most > COUNTS_VARY * least && most >= EVENTS,
            _ => true,
        };
        !line.is_flat && figures.len() > 1 && varies
    }

    /// Returns the figure of a cell; none if it has none.
    pub fn of(self, cell: Cell) -> Option<Estimate> {
        let Cell { group, row } = cell;
        let ratio = |versus| row.ratio.filter(|_| group.versus == versus);
        match self {
            Self::SpeedUp => ratio(Versus::Baseline),
            Self::OverWait => ratio(Versus::Wait),
            Self::Efficiency => {
                let workers = row.cell.workers.max(1) as f64;
                let ratio = ratio(Versus::Baseline).filter(|_| row.runner.parallelism == "workers");
                ratio.map(|ratio| ratio.map(|speed_up| speed_up / workers))
            }
            Self::Cores => row.effective_cores,
            Self::Inflation => pairs::ratio(row, group.baseline_of(row)?, |point| point.cpu_ns),
            Self::Wall => row.wall,
            Self::TaskTime => row.wall.map(|wall| wall.map(|ns| ns / row.scale.tasks.max(1) as f64)),
            Self::Throughput => row.per_second,
            Self::P50 => row.latencies.first().map(|latency| latency.p50),
            Self::P99 => row.latencies.first().map(|latency| latency.p99),
            Self::Memory => Estimate::of_median(&[row.memory_bytes()?]),
            Self::PerTask(count) => row.per_task(count),
        }
    }

    /// Returns its name: part of file names and of links.
    pub fn name(self) -> &'static str {
        match self {
            Self::SpeedUp => "curve-speedup",
            Self::Efficiency => "curve-efficiency",
            Self::Cores => "curve-cores",
            Self::Inflation => "curve-cpu",
            Self::OverWait => "curve-wait",
            Self::Wall => "curve-wall",
            Self::TaskTime => "curve-task",
            Self::Throughput => "curve-throughput",
            Self::P50 => "curve-p50",
            Self::P99 => "curve-p99",
            Self::Memory => "curve-memory",
            Self::PerTask(Count::Switches) => "curve-switches",
            Self::PerTask(Count::Faults) => "curve-faults",
            Self::PerTask(Count::MajorFaults) => "curve-disk-faults",
            Self::PerTask(Count::WakeUps) => "curve-wake-ups",
            Self::PerTask(Count::Migrations) => "curve-migrations",
            Self::PerTask(Count::Calls) => "curve-calls",
        }
    }

    /// Returns what it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::SpeedUp => "speed-up",
            Self::Efficiency => "efficiency",
            Self::Cores => "effective cores",
            Self::Inflation => "CPU time over the baseline's",
            Self::OverWait => "wall time over the longest wait",
            Self::Wall => "wall time",
            Self::TaskTime => "wall time a task",
            Self::Throughput => "tasks in a second",
            Self::P50 => "median latency",
            Self::P99 => "99th percentile of latencies",
            Self::Memory => "peak memory",
            Self::PerTask(Count::Switches) => "context switches a task",
            Self::PerTask(Count::Faults) => "page faults a task",
            Self::PerTask(Count::MajorFaults) => "page faults from disk a task",
            Self::PerTask(Count::WakeUps) => "wake-ups a task",
            Self::PerTask(Count::Migrations) => "migrations a task",
            Self::PerTask(Count::Calls) => "system calls a task",
        }
    }

    /// Formats a figure, with its unit.
    pub fn format(self, value: f64) -> String {
        (self.formatter())(value / self.worth())
    }

    /// Returns what one of the unit is worth in which round numbers are round: a mebibyte for memory.
    pub fn worth(self) -> f64 {
        if self == Self::Memory { 1_048_576.0 } else { 1.0 }
    }

    /// Returns how figures in units of [`Measure::worth`] are formatted.
    pub fn formatter(self) -> fn(f64) -> String {
        match self {
            Self::SpeedUp | Self::Inflation | Self::OverWait => units::ratio,
            Self::Efficiency => units::percent,
            Self::Cores => units::cores,
            Self::Wall | Self::TaskTime | Self::P50 | Self::P99 => units::duration,
            Self::Throughput => units::number,
            Self::PerTask(_) => |events| units::without_zeros(&units::number(events)),
            Self::Memory => |mebibytes| units::size(mebibytes * Self::Memory.worth()),
        }
    }

    /// Formats the interval of a figure, without its unit; empty if it has none by its nature.
    pub fn ends(self, figure: &Estimate) -> String {
        match self {
            Self::Memory => String::new(),
            Self::Efficiency => units::number_ends(&figure.map(|share| share * 100.0)),
            Self::Wall | Self::TaskTime | Self::P50 | Self::P99 => units::duration_ends(figure),
            _ => units::number_ends(figure),
        }
    }

    /// Returns whether the most of it is the best.
    pub fn is_most_first(self) -> bool {
        matches!(self, Self::SpeedUp | Self::Efficiency | Self::Cores | Self::Throughput)
    }

    /// Returns whether 1 is what the baseline has.
    pub fn is_over_baseline(self) -> bool {
        matches!(self, Self::SpeedUp | Self::Efficiency | Self::Inflation)
    }
}
