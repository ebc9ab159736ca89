//! The columns of the tables, defined once for terminal, Markdown and page.

use crate::figures::{GroupSummary, Latency, Load, Row, Versus};
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
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Heading.
    pub heading: &'static str,
    /// Heading where space is scarce.
    pub short: &'static str,
    /// What it means, with its unit or its base.
    pub meaning: &'static str,
    /// Its figure in a row.
    pub field: fn(&Row) -> Field,
}

impl Column {
    /// Whether it shows what a group compares with its baseline or its waits.
    pub fn is_ratio(&self) -> bool {
        [SPEED_UP.heading, OVER_WAIT.heading].contains(&self.heading)
    }
}

const WORKERS: Column = Column {
    heading: "Workers",
    short: "Workers",
    meaning: "Distinct workers (threads or processes) that were seen to carry out tasks, of those allowed.",
    field: |row| Field {
        figure: match row.workers_seen {
            Some((least, most)) if least < most => {
                format!("{}–{}", units::count(least as f64), units::count(most as f64))
            }
            Some((_, most)) => units::count(most as f64),
            None => NONE.to_owned(),
        },
        detail: format!("of {}", units::count(row.cell.workers as f64)),
        sort: Some(row.cell.workers as f64),
    },
};

const WALL: Column = Column {
    heading: "Wall time",
    short: "Wall",
    meaning: "Time of one run, from before its first task is handed out until after its last result is in: median of \
              the rounds, and the interval that encloses the true median with at least 95 % probability (fewer than 6 \
              rounds: the range, marked min–max). Where all rounds are of one process, the interval is of that process.",
    field: |row| Field {
        figure: row.wall.map_or_else(|| row.missing().unwrap_or_default(), |wall| units::duration(wall.value)),
        detail: row.wall.map(|wall| units::duration_ends(&wall)).unwrap_or_default(),
        sort: row.wall.map(|wall| wall.value),
    },
};

const SPEED_UP: Column = Column {
    heading: "Speed-up",
    short: "Speed-up",
    meaning: "How many times as fast as the baseline of its family: median of the ratios within each round, and its \
              interval.",
    field: ratio,
};

const OVER_WAIT: Column = Column {
    heading: "Over one wait",
    short: "Of wait",
    meaning: "Wall time over the longest wait of one task: 1 is the least that any model can take.",
    field: ratio,
};

const P50: Column = Column {
    heading: "Latency p50",
    short: "p50",
    meaning: "Half of the latencies that a task recorded are below: the median over the rounds of each round's own, and \
              its interval.",
    field: |row| latency(row, |latency| latency.p50),
};

const P99: Column = Column {
    heading: "Latency p99",
    short: "p99",
    meaning: "99 of 100 latencies that a task recorded are below: the median over the rounds of each round's own, and its \
              interval.",
    field: |row| latency(row, |latency| latency.p99),
};

const CORES: Column = Column {
    heading: "Effective cores",
    short: "Cores",
    meaning: "Cores that were busy on average: CPU time of the whole process tree over wall time, median.",
    field: |row| Field {
        figure: row.effective_cores.map_or_else(|| NONE.to_owned(), |cores| units::cores(cores.value)),
        detail: String::new(),
        sort: row.effective_cores.map(|cores| cores.value),
    },
};

const CPU: Column = Column {
    heading: "CPU time",
    short: "CPU",
    meaning: "CPU time of the whole process tree in one run, median.",
    field: |row| field(row.cpu_ns, units::duration),
};

const SWITCHES: Column = Column {
    heading: "Switches",
    short: "Switches",
    meaning: "Context switches of one run, medians: voluntary (a worker had to wait) / involuntary (the kernel took its \
              core away).",
    field: |row| {
        let kinds = [row.switches_voluntary, row.switches_involuntary];
        let known = kinds.into_iter().flatten().reduce(|a, b| a + b);
        let [voluntary, involuntary] = kinds.map(|kind| kind.map_or_else(|| NONE.to_owned(), units::count));
        let figure = if known.is_some() { format!("{voluntary} / {involuntary}") } else { NONE.to_owned() };
        Field { figure, detail: String::new(), sort: known }
    },
};

const MEMORY: Column = Column {
    heading: "Peak memory",
    short: "Memory",
    meaning: "Most memory of the cell process and all its children at once, pages that they share counted once; where that \
              was not recorded, the sum of the most that each was seen to have, shared pages counted in each.",
    field: memory,
};

const START: Column = Column {
    heading: "Start-up",
    short: "Start",
    meaning: "Time to start the model (pool, runtime, worker processes), not part of the wall time, median of the \
              processes.",
    field: |row| field(row.start_ns, units::duration),
};

const OUTSIDE: Column = Column {
    heading: "Outside load",
    short: "Outside",
    meaning: "Cores that other programs, and the hypervisor on behalf of others, kept busy during a run, median.",
    field: |row| {
        let known = [row.outside, row.steal].into_iter().flatten().map(|load: Load| load.cores).reduce(|a, b| a + b);
        field(known, units::cores)
    },
};

const ROUNDS: Column = Column {
    heading: "Rounds",
    short: "n",
    meaning: "Samples that the figures of the row rest on; among them the shortest, and how many are outside of Tukey's \
              fences (they count all the same); besides, samples of disturbed rounds, which are left out.",
    field: |row| Field { detail: secondary(row), ..field(Some(row.samples() as f64), units::count) },
};

/// What there is to say of the samples besides their number.
fn secondary(row: &Row) -> String {
    let parts = [
        row.fastest_ns.map(|ns| format!("min {}", units::duration(ns))),
        (row.outliers > 0).then(|| format!("{} far out", row.outliers)),
        (!row.left_out.is_empty()).then(|| format!("{} left out", row.left_out.len())),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The columns of a group, the most important first.
pub fn of(group: &GroupSummary) -> Vec<Column> {
    let ratio = match group.versus {
        Versus::Baseline => Some(SPEED_UP),
        Versus::Wait => Some(OVER_WAIT),
        Versus::Nothing => None,
    };
    let latencies = group.rows.iter().any(|row| !row.latencies.is_empty()).then_some([P50, P99]);
    let rest = [CORES, CPU, MEMORY, SWITCHES, START, WORKERS, OUTSIDE, ROUNDS];
    [WALL].into_iter().chain(ratio).chain(latencies.into_iter().flatten()).chain(rest).collect()
}

/// The columns of which several runs are set side by side.
pub fn beside(group: &GroupSummary) -> Vec<Column> {
    let field = |row: &Row| {
        let detail = row.effective_cores.map(|cores| units::number_ends(&cores)).unwrap_or_default();
        Field { detail, ..(CORES.field)(row) }
    };
    let mut columns: Vec<Column> = of(group).into_iter().take_while(|column| column.heading != CORES.heading).collect();
    columns.push(Column { field, ..CORES });
    columns
}

/// Every column there is, for an explanation of all.
pub fn all() -> [Column; 13] {
    [WALL, SPEED_UP, OVER_WAIT, P50, P99, CORES, CPU, MEMORY, SWITCHES, START, WORKERS, OUTSIDE, ROUNDS]
}

fn field(value: Option<f64>, format: fn(f64) -> String) -> Field {
    Field { figure: value.map_or_else(|| NONE.to_owned(), format), detail: String::new(), sort: value }
}

/// A quantile of the latencies: of the first histogram, where there are several.
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
