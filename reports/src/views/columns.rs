//! The columns of the tables, defined once for terminal, Markdown and page.

use crate::figures::{Count, GroupSummary, Latency, Load, Row, TOLD, Told, Versus};
use crate::statistics::Estimate;
use crate::text::units::{self, NONE};

/// What a table shows of one figure of a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Field {
    /// The figure with its unit, or [`NONE`].
    pub figure: String,
    /// What belongs to it: its interval, or a part of it.
    pub detail: String,
    /// What a table is sorted by; none sorts last.
    pub sort: Option<f64>,
}

/// A column of figures. The name of the cell is not among them: each table shows it in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Wall time of a run.
    Wall,
    /// Speed-up over the baseline.
    SpeedUp,
    /// Wall time over the longest wait of one task.
    OverWait,
    /// Wall time over operations.
    Price,
    /// Median of the latencies.
    P50,
    /// 99th percentile of the latencies.
    P99,
    /// Effective cores.
    Cores,
    /// CPU time of a run.
    Cpu,
    /// Peak memory.
    Memory,
    /// Context switches of a run.
    Switches,
    /// Time to start the model.
    Start,
    /// Workers that were seen, of those allowed.
    Workers,
    /// Cores that others kept busy.
    Outside,
    /// Samples.
    Rounds,
    /// What the kernel counted for each task.
    PerTask(Count),
    /// What the kernel counted for each operation, where tasks wait for each other.
    PerOperation(Count),
    /// What the workload counted in a run.
    Finding(&'static Told),
}

impl Column {
    /// Every column but those of findings.
    const PLAIN: [Self; 21] = [
        Self::Wall,
        Self::SpeedUp,
        Self::OverWait,
        Self::Price,
        Self::P50,
        Self::P99,
        Self::Cores,
        Self::PerOperation(Count::Switches),
        Self::PerOperation(Count::WakeUps),
        Self::Cpu,
        Self::Memory,
        Self::Switches,
        Self::Start,
        Self::Workers,
        Self::Outside,
        Self::Rounds,
        Self::PerTask(Count::Switches),
        Self::PerTask(Count::WakeUps),
        Self::PerTask(Count::Migrations),
        Self::PerTask(Count::Faults),
        Self::PerTask(Count::Calls),
    ];

    /// Returns every column there is, the most important first: those of findings stand before what all runs have.
    pub fn all() -> impl Iterator<Item = Self> {
        let first = Self::PLAIN.iter().take_while(|column| **column != Self::Cores).count();
        let (first, rest) = Self::PLAIN.split_at(first);
        first.iter().copied().chain(TOLD.iter().map(Self::Finding)).chain(rest.iter().copied())
    }

    /// Returns the columns of a group, the most important first.
    pub fn all_of(group: &GroupSummary) -> Vec<Self> {
        let ratio = match group.versus {
            Versus::Baseline => Some(Self::SpeedUp),
            Versus::Wait => Some(Self::OverWait),
            Versus::Nothing => None,
        };
        let has_latencies = group.rows.iter().any(|row| !row.latencies.is_empty());
        let has_per_operation =
            |count| group.is_coordination() && group.rows.iter().any(|row| row.count_per_operation(count).is_some());
        let is_shown = |column: &Self| match column {
            Self::SpeedUp | Self::OverWait => ratio == Some(*column),
            Self::P50 | Self::P99 => has_latencies,
            // What is told an operation is not told a task, too.
            Self::PerTask(count @ (Count::Switches | Count::WakeUps)) if has_per_operation(*count) => false,
            Self::PerTask(count) => group.rows.iter().any(|row| row.per_task(*count).is_some()),
            Self::Price => group.rows.iter().any(|row| row.per_operation().is_some()),
            Self::PerOperation(count) => has_per_operation(*count),
            Self::Finding(told) => group.rows.iter().any(|row| row.figures.contains_key(told.name)),
            _ => true,
        };
        Self::all().filter(is_shown).collect()
    }

    /// Returns the columns that some tables may have, for an explanation of all: of what is counted, only those of some of these groups.
    pub fn explained(groups: &[GroupSummary]) -> Vec<Self> {
        let shown: Vec<Self> = groups.iter().flat_map(Self::all_of).collect();
        let is_counted =
            |column: &Self| matches!(column, Self::PerTask(_) | Self::PerOperation(_) | Self::Finding(_) | Self::Price);
        let is_explained = |column: &Self| !is_counted(column) || shown.contains(column);
        Self::all().filter(is_explained).collect()
    }

    /// Returns the columns in which several runs are set side by side.
    pub fn side_by_side(group: &GroupSummary) -> Vec<Self> {
        let first = Self::all_of(group).into_iter().take_while(|column| *column != Self::Cores);
        first.chain([Self::Cores]).collect()
    }

    /// Returns whether the most of it comes first where a table is sorted by it: the best.
    pub fn is_most_first(self) -> bool {
        matches!(self, Self::SpeedUp | Self::Cores)
    }

    /// Returns its heading.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Wall => "Wall time",
            Self::SpeedUp => "Speed-up",
            Self::OverWait => "Over one wait",
            Self::P50 => "Latency p50",
            Self::P99 => "Latency p99",
            Self::Cores => "Effective cores",
            Self::Cpu => "CPU time",
            Self::Memory => "Peak memory",
            Self::Switches => "Switches",
            Self::Start => "Start-up",
            Self::Workers => "Workers",
            Self::Outside => "Outside load",
            Self::Rounds => "Rounds",
            Self::PerTask(Count::Switches) => "Switches a task",
            Self::PerTask(Count::WakeUps) => "Wake-ups a task",
            Self::PerTask(Count::Migrations) => "Migrations a task",
            Self::PerTask(Count::Faults) => "Page faults a task",
            Self::PerTask(Count::MajorFaults) => "Page faults from disk a task",
            Self::PerTask(Count::Calls) => "System calls a task",
            Self::PerOperation(Count::WakeUps) => "Wake-ups an operation",
            Self::PerOperation(_) => "Switches an operation",
            Self::Price => "An operation",
            Self::Finding(told) => told.heading,
        }
    }

    /// Returns its heading where space is scarce.
    pub fn short(self) -> &'static str {
        match self {
            Self::Wall => "Wall",
            Self::OverWait => "Of wait",
            Self::P50 => "p50",
            Self::P99 => "p99",
            Self::Cores => "Cores",
            Self::Cpu => "CPU",
            Self::Memory => "Memory",
            Self::Start => "Start",
            Self::Outside => "Outside",
            Self::Rounds => "n",
            Self::PerTask(Count::Switches) => "Switches/task",
            Self::PerTask(Count::WakeUps) => "Wakes/task",
            Self::PerTask(Count::Migrations) => "Migrations/task",
            Self::PerTask(Count::Faults) => "Faults/task",
            Self::PerTask(Count::Calls) => "Calls/task",
            Self::PerOperation(Count::WakeUps) => "Wakes/op",
            Self::PerOperation(_) => "Switches/op",
            _ => self.heading(),
        }
    }

    /// Says what it means, with its unit or its base.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Wall => {
                "Time of one run, from before its first task is handed out until after its last result is in: median of \
              the rounds, and the interval that encloses the true median with at least 95 % probability (fewer than 6 \
              rounds: the range, marked min–max). Where all rounds are of one process, the interval is of that process."
            }
            Self::SpeedUp => {
                "How many times as fast as the baseline of its family: median of the ratios within each round, and its \
              interval."
            }
            Self::OverWait => "Wall time over the longest wait of one task: 1 is the least that any model can take.",
            Self::P50 => {
                "Half of the latencies that a task recorded are below: the median over the rounds of each round's own, and \
              its interval."
            }
            Self::P99 => {
                "99 of 100 latencies that a task recorded are below: the median over the rounds of each round's own, and its \
              interval."
            }
            Self::Cores => {
                "Cores that were busy on average: CPU time of the whole process tree over wall time, median."
            }
            Self::Cpu => "CPU time of the whole process tree in one run, median.",
            Self::Memory => {
                "Most memory of the cell process and all its children at once, pages that they share counted once; where that \
              was not recorded, the sum of the most that each was seen to have, shared pages counted in each."
            }
            Self::Switches => {
                "Context switches of one run, medians: voluntary (a worker had to wait) / involuntary (the kernel took its \
              core away)."
            }
            Self::Start => {
                "Time to start the model (pool, runtime, worker processes), not part of the wall time, median of the \
              processes."
            }
            Self::Workers => {
                "Distinct workers (threads or processes) that were seen to carry out tasks, of those allowed."
            }
            Self::Outside => {
                "Cores that other programs, and the hypervisor on behalf of others, kept busy during a run, median."
            }
            Self::PerTask(count) => meaning_of(count),
            Self::PerOperation(Count::WakeUps) => {
                "How often a thread of the process tree woke another one, over the operations of a run: in runs of their own, which are not \
                 timed. Coroutines wake each other without it."
            }
            Self::PerOperation(_) => {
                "Context switches of one run of the process tree over its operations: median of the rounds, and its interval."
            }
            Self::Price => {
                "Wall time of a run over the operations that its tasks carried out: median of the rounds, and its interval."
            }
            Self::Finding(told) => told.meaning,
            Self::Rounds => {
                "Samples that the figures of the row rest on; among them the shortest, and how many are outside of Tukey's \
              fences (they count all the same); besides, samples of disturbed rounds, which are left out."
            }
        }
    }

    /// Returns whether it shows what a group compares with its baseline or its waits.
    pub fn is_ratio(self) -> bool {
        matches!(self, Self::SpeedUp | Self::OverWait)
    }

    /// Returns its figure in a row.
    pub fn field(self, row: &Row) -> Field {
        match self {
            Self::Wall => wall(row),
            Self::SpeedUp | Self::OverWait => ratio(row),
            Self::P50 => latency(row, |latency| latency.p50),
            Self::P99 => latency(row, |latency| latency.p99),
            Self::Cores => field(row.effective_cores.map(|cores| cores.value), units::cores),
            Self::Cpu => field(row.cpu_ns, units::duration),
            Self::Memory => memory(row),
            Self::Switches => switches(row),
            Self::Start => field(row.start_ns, units::duration),
            Self::Workers => workers(row),
            Self::Outside => outside(row),
            Self::PerTask(count) => per_task(row, count),
            Self::PerOperation(count) => counted(row.count_per_operation(count)),
            Self::Price => price(row),
            Self::Finding(told) => finding(row, told),
            Self::Rounds => Field { detail: secondary(row), ..field(Some(row.samples() as f64), units::count) },
        }
    }
}

fn wall(row: &Row) -> Field {
    Field {
        figure: row.wall.map_or_else(|| row.missing().unwrap_or_default(), |wall| units::duration(wall.value)),
        detail: row.wall.map(|wall| units::duration_ends(&wall)).unwrap_or_default(),
        sort: row.wall.map(|wall| wall.value),
    }
}

fn workers(row: &Row) -> Field {
    Field {
        figure: match row.workers_seen {
            Some((least, most)) if least < most => {
                format!("{}–{}", units::count(least as f64), units::count(most as f64))
            }
            Some((_, most)) => units::count(most as f64),
            None => NONE.to_owned(),
        },
        detail: format!("of {}", units::count(row.cell.workers as f64)),
        sort: Some(row.cell.workers as f64),
    }
}

fn switches(row: &Row) -> Field {
    let kinds = [row.switches_voluntary, row.switches_involuntary];
    let known = kinds.into_iter().flatten().reduce(|a, b| a + b);
    let [voluntary, involuntary] = kinds.map(|kind| kind.map_or_else(|| NONE.to_owned(), units::count));
    let figure = if known.is_some() { format!("{voluntary} / {involuntary}") } else { NONE.to_owned() };
    Field { figure, detail: String::new(), sort: known }
}

/// Says what is counted for each task.
fn meaning_of(count: Count) -> &'static str {
    match count {
        Count::Switches => {
            "Context switches of one run of the process tree over its tasks: median of the rounds, and its interval."
        }
        Count::WakeUps => {
            "How often a thread of the process tree woke another one, over the tasks: in runs of their own, which are not timed. What a timer \
             or a device wakes is not counted."
        }
        Count::Migrations => {
            "How often a thread of the process tree was moved to another core, over the tasks: in runs of their own, which are not timed."
        }
        Count::Faults | Count::MajorFaults => {
            "Page faults of one run of the process tree over its tasks: median of the rounds, and its interval. Those that had to wait for \
             a disk stand beside."
        }
        Count::Calls => "System calls of the process tree over its tasks: in runs of their own, which are not timed.",
    }
}

fn per_task(row: &Row, count: Count) -> Field {
    let Some(estimate) = row.per_task(count) else { return field(None, units::number) };
    let from_disk = row.per_task(Count::MajorFaults).filter(|disk| count == Count::Faults && disk.value > 0.0);
    let field = counted(Some(estimate));
    match from_disk {
        Some(disk) => Field { detail: format!("{} from disk", units::number(disk.value)), ..field },
        None => field,
    }
}

/// Shows a number of things, with its interval if it has any width.
fn counted(estimate: Option<Estimate>) -> Field {
    let Some(estimate) = estimate else { return field(None, units::number) };
    let is_wide = estimate.is_interval() && estimate.low < estimate.high;
    let detail = if is_wide { units::number_ends(&estimate) } else { String::new() };
    Field { figure: units::without_zeros(&units::number(estimate.value)), detail, sort: Some(estimate.value) }
}

fn price(row: &Row) -> Field {
    let Some(estimate) = row.per_operation() else { return field(None, units::duration) };
    Field { detail: units::duration_ends(&estimate), ..field(Some(estimate.value), units::duration) }
}

fn finding(row: &Row, told: &Told) -> Field {
    counted(row.figures.get(told.name).map(|finding| finding.estimate))
}

fn outside(row: &Row) -> Field {
    let known = [row.outside, row.steal].into_iter().flatten().map(|load: Load| load.cores).reduce(|a, b| a + b);
    field(known, units::cores)
}

/// Says what there is to say of the samples besides their number.
fn secondary(row: &Row) -> String {
    let parts = [
        row.fastest_ns.map(|ns| format!("min {}", units::duration(ns))),
        (row.outliers > 0).then(|| format!("{} far out", row.outliers)),
        (!row.left_out.is_empty()).then(|| format!("{} left out", row.left_out.len())),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn field(value: Option<f64>, format: fn(f64) -> String) -> Field {
    Field { figure: value.map_or_else(|| NONE.to_owned(), format), detail: String::new(), sort: value }
}

/// Returns a quantile of the latencies: of the first histogram, where there are several.
fn latency(row: &Row, quantile: fn(&Latency) -> Estimate) -> Field {
    let Some(estimate) = row.latencies.first().map(quantile) else { return field(None, units::duration) };
    Field { detail: units::duration_ends(&estimate), ..field(Some(estimate.value), units::duration) }
}

fn ratio(row: &Row) -> Field {
    let Some(ratio) = row.ratio else { return field(None, units::ratio) };
    let detail = if row.is_baseline { "baseline".to_owned() } else { units::number_ends(&ratio) };
    Field { figure: units::ratio(ratio.value), detail, sort: Some(ratio.value) }
}

fn memory(row: &Row) -> Field {
    let children = row.children_rss_bytes.filter(|bytes| *bytes > 0.0 && row.tree_pss_bytes.is_none());
    let detail = children.map(|bytes| format!("workers {}", units::size(bytes))).unwrap_or_default();
    Field { detail, ..field(row.memory_bytes(), units::size) }
}
