//! Which model for my service: for work whose tasks compute and wait, a sentence a family and a table.

use serde::Serialize;

use super::families;
use crate::figures::{GroupSummary, Row, Summary};
use crate::judgement::advice::ServiceAdvice;
use crate::text::{plain, units};

/// The models whose tasks wait without a thread or process of their own.
const COROUTINES: [&str; 3] = ["async", "async-single", "green"];
/// The least share of memory that is worth a word.
const LESS_MEMORY: f64 = 0.8;
/// Percentiles that differ by less than this factor are said once.
const SAME_P99: f64 = 1.1;
/// Headings of the table, after that of the cells.
pub const HEADINGS: [&str; 5] = ["requests/s", "p50", "p99", "memory", "CPU each"];

/// What a run says of a service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Service {
    /// Title of the group.
    pub title: String,
    /// Slug of the group.
    pub slug: String,
    /// What each request does, as its parameters.
    pub work: String,
    /// One a family: what to use, in which size, and what that gives.
    pub sentences: Vec<String>,
    /// The cells, those of a family next to each other, the one that serves most first.
    pub lines: Vec<Line>,
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The runner.
    pub runner: String,
    /// The runner in its size.
    pub name: String,
    /// The figures, by [`HEADINGS`].
    pub figures: [Figure; 5],
    /// Whether the sentence of its family recommends it.
    pub is_best: bool,
}

/// A figure of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// As people read it.
    pub text: String,
    /// By which it is sorted; none if it is not known.
    pub sort: Option<f64>,
}

impl Figure {
    fn new(value: Option<f64>, text: impl Fn(f64) -> String) -> Self {
        Self { text: value.map_or_else(|| units::NONE.to_owned(), text), sort: value }
    }
}

impl Service {
    /// Returns what a run says of each of its services.
    pub fn from_summary(summary: &Summary) -> Vec<Self> {
        summary.unswept().filter_map(|group| Self::from_group(summary, group)).collect()
    }

    fn from_group(summary: &Summary, group: &GroupSummary) -> Option<Self> {
        let mut families: Vec<&str> = Vec::new();
        for row in group.main_rows() {
            if !families.contains(&row.runner.family.as_str()) {
                families.push(&row.runner.family);
            }
        }
        let advice: Vec<ServiceAdvice> =
            families.iter().filter_map(|family| ServiceAdvice::in_group(group, family)).collect();
        let lines = advice.iter().flat_map(|advice| lines(group, advice)).collect();
        (!advice.is_empty()).then(|| Self {
            title: group.title.clone(),
            slug: group.slug.clone(),
            work: plain(&group.parameters().join(", ")),
            sentences: advice
                .iter()
                .map(|advice| sentence(&families::title(summary, &advice.family), advice))
                .collect(),
            lines,
        })
    }
}

/// Says what to use in a family, in which size, and what that gives.
fn sentence(family: &str, advice: &ServiceAdvice) -> String {
    let names: Vec<String> = advice.best.iter().map(|row| name(row)).collect();
    let Some(first) = advice.best.first() else { return String::new() };
    if !advice.is_told {
        return format!("{family}: {} has the least median, but there were too few rounds to tell.", names.join(", "));
    }
    let (each, together) = latencies(&advice.best);
    let names: Vec<String> = names.iter().zip(each).map(|(name, p99)| format!("{name}{p99}")).collect();
    let what = match names.as_slice() {
        [one] => one.clone(),
        [first, second] => format!("{first}, or {second}"),
        several => format!("any of {}", several.join(", ")),
    };
    let mut parts = vec![format!("{what}: {} requests a second{together}", rate(first))];
    parts.extend(memory(&advice.best));
    parts.extend(advice.at_cores.map(|row| format!("{} serves {}", name(row), rate(row))));
    parts.extend(advice.perhaps.iter().map(|row| format!("too noisy to tell if {} is enough", name(row))));
    let open: Vec<String> = advice.open.iter().map(|runner| plain(runner)).collect();
    if !open.is_empty() {
        parts.push(format!("too noisy to tell: {}", open.join(", ")));
    }
    format!("{family}: {}.", parts.join("; "))
}

/// Returns what is said of the 99th percentiles: behind each cell where they differ, or else behind all of them.
fn latencies(best: &[&Row]) -> (Vec<String>, String) {
    let times: Vec<Option<f64>> = best.iter().map(|row| row.task_times.map(|times| times.p99_ns)).collect();
    let known = || times.iter().flatten().copied();
    let text = |ns: f64| format!("p99 {}", units::duration(ns));
    let (least, most) = (known().fold(f64::INFINITY, f64::min), known().fold(0.0, f64::max));
    let nothing = || vec![String::new(); best.len()];
    if most <= 0.0 {
        (nothing(), String::new())
    } else if times.iter().all(Option::is_some) && most <= SAME_P99 * least {
        (nothing(), format!(", {}", text(most)))
    } else {
        let each = times.iter().map(|ns| ns.map(|ns| format!(" ({})", text(ns))).unwrap_or_default());
        (each.collect(), String::new())
    }
}

/// Returns a cell in its size: "thread-pool of 52", "async on 2 threads".
fn name(row: &Row) -> String {
    let (runner, workers) = (plain(&row.cell.runner), row.cell.workers);
    match row.runner.parallelism.as_str() {
        "workers" if COROUTINES.contains(&row.runner.model.as_str()) => format!("{runner} on {workers} threads"),
        "workers" => format!("{runner} of {workers}"),
        _ => runner,
    }
}

/// Returns how many requests a cell serves in a second, with three digits.
fn rate(row: &Row) -> String {
    let Some(rate) = row.per_second.map(|rate| rate.value).filter(|rate| *rate > 0.0) else {
        return units::NONE.to_owned();
    };
    let step = 10_f64.powf(rate.log10().floor() - 2.0);
    if rate < 100.0 { units::number(rate) } else { units::count((rate / step).round() * step) }
}

/// Says how much less memory one of the best takes than another, if that is worth a word.
fn memory(best: &[&Row]) -> Option<String> {
    let known = || best.iter().filter_map(|row| Some((row, row.memory_bytes().filter(|bytes| *bytes > 0.0)?)));
    let (least, least_bytes) = known().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let (most, most_bytes) = known().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let share = least_bytes / most_bytes;
    let share = match share {
        share if share > LESS_MEMORY => return None,
        share if share > 0.5 => units::percent(share),
        share => format!("1/{:.0}", 1.0 / share),
    };
    Some(format!("{} takes {share} of the memory of {}", plain(&least.cell.runner), plain(&most.cell.runner)))
}

fn lines(group: &GroupSummary, advice: &ServiceAdvice) -> Vec<Line> {
    let of_family = group.measured().filter(|row| row.is_main() && row.runner.family == advice.family);
    let mut rows: Vec<&Row> = of_family.collect();
    rows.sort_by(|a, b| wall(a).total_cmp(&wall(b)));
    let line = |row: &&Row| Line {
        runner: row.cell.runner.clone(),
        name: name(row),
        figures: [
            Figure::new(row.per_second.map(|rate| rate.value), |_| rate(row)),
            Figure::new(row.task_times.map(|times| times.p50_ns), units::duration),
            Figure::new(row.task_times.map(|times| times.p99_ns), units::duration),
            Figure::new(row.memory_bytes(), units::size),
            Figure::new(row.cpu_ns.zip(row.tasks()).map(|(ns, tasks)| ns / tasks), units::duration),
        ],
        is_best: advice.is_told && advice.best.iter().any(|best| best.cell == row.cell),
    };
    rows.iter().map(line).collect()
}

fn wall(row: &Row) -> f64 {
    row.wall.map_or(f64::INFINITY, |wall| wall.value)
}
