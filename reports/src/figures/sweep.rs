//! The sweeps of a run: which rows of which groups are the points of which line.

use serde::Serialize;
use serde_json::Value;

use super::group::GroupSummary;
use super::row::Row;
use super::titles::WIDEST;
use super::unit::Unit;
use crate::records::schema::{self, AxisOf, CellId, Group};
use crate::text;

/// What is varied while all else stays the same, with a line a runner.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Sweep {
    /// What the plan calls it.
    pub title: String,
    /// The title as part of file names and links; distinct among the groups and sweeps of a run.
    pub slug: String,
    /// What is varied, by its name in the records.
    pub axis: String,
    /// Of what the axis is.
    pub of: AxisOf,
    /// How values of the axis are written.
    #[serde(skip)]
    pub unit: Unit,
    /// The places of its groups in the summary, in the order of the plan.
    pub groups: Vec<usize>,
    /// Its lines, in the order in which the plan names their cells.
    pub lines: Vec<Line>,
}

/// A runner along the axis of a sweep.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Line {
    /// Family of the runner.
    pub family: String,
    /// The runner.
    pub runner: String,
    /// The shortest name that tells it from the other lines of its sweep.
    pub label: String,
    /// Whether it is what other lines of its family are compared with.
    pub is_baseline: bool,
    /// Whether the axis does not vary it: its only point holds along the whole axis.
    pub is_flat: bool,
    /// Its points, those with the least value first, no two of them with the same. Their rows may be without samples.
    pub points: Vec<Point>,
}

/// A point of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Point {
    /// The value of the axis. Of a flat line it means nothing.
    pub at: f64,
    /// The place of its group in the summary.
    pub group: usize,
    /// The place of its row in that group.
    pub row: usize,
}

/// What the cells of a line have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    runner: String,
    /// The options, that of the axis left out.
    options: String,
    /// The workers; none if they vary, or if they do not tell lines apart.
    workers: Option<u64>,
    is_flat: bool,
}

impl Sweep {
    /// Returns the sweeps of some groups, still without slugs, in the order in which the plan names them.
    ///
    /// `planned` are the groups that `groups` are the figures of.
    pub(super) fn all_of(planned: &[Group], groups: &[GroupSummary]) -> Vec<Self> {
        let mut found: Vec<(&schema::Sweep, Vec<usize>)> = Vec::new();
        for (place, group) in planned.iter().enumerate() {
            let Some(sweep) = &group.sweep else { continue };
            match found.iter_mut().find(|(other, _)| *other == sweep) {
                Some((_, places)) => places.push(place),
                None => found.push((sweep, vec![place])),
            }
        }
        let sweeps = found.into_iter().map(|(sweep, places)| {
            let axis = text::plain(&sweep.axis);
            let title = match text::plain(sweep.title.trim()) {
                empty if empty.is_empty() => format!("{} by {axis}", text::named(&planned[places[0]].workload)),
                _ => text::shortened(sweep.title.trim(), WIDEST),
            };
            Self {
                title,
                slug: String::new(),
                of: sweep.of,
                unit: Unit::of_axis(&axis),
                axis,
                lines: lines(sweep, &places, groups),
                groups: places,
            }
        });
        sweeps.collect()
    }

    /// Returns all values of the axis that some line has, ascending.
    pub fn values(&self) -> Vec<f64> {
        let mut values: Vec<f64> = self.lines.iter().flat_map(Line::values).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    }

    /// Returns the value of the axis that a row of a group has; none if it is no point, or one of a flat line.
    pub fn value_of(&self, group: usize, row: usize) -> Option<f64> {
        let points = self.lines.iter().filter(|line| !line.is_flat).flat_map(|line| &line.points);
        points.into_iter().find(|point| point.group == group && point.row == row).map(|point| point.at)
    }

    /// Returns whether the values of the axis are nearer to a geometric than to an arithmetic progression: they want a logarithmic scale.
    pub fn is_geometric(&self) -> bool {
        let longest = self.lines.iter().map(Line::values).max_by_key(Vec::len);
        longest.is_some_and(|values| is_geometric(&values))
    }
}

/// Returns whether the steps between the logarithms of ascending values vary less than those between the values.
fn is_geometric(values: &[f64]) -> bool {
    if values.len() < 2 || values[0] <= 0.0 {
        return false;
    }
    let logarithms: Vec<f64> = values.iter().map(|value| value.ln()).collect();
    // Two values are in no progression: what spans as much as 1 to 8 is geometric.
    if values.len() == 2 { values[1] >= 8.0 * values[0] } else { unevenness(&logarithms) < unevenness(values) }
}

/// Returns the greatest step over the least.
fn unevenness(values: &[f64]) -> f64 {
    let steps = || values.windows(2).map(|pair| pair[1] - pair[0]);
    steps().fold(0.0, f64::max) / steps().fold(f64::INFINITY, f64::min)
}

impl Line {
    /// Returns the values of the axis that it has, ascending; none if it is flat.
    pub fn values(&self) -> Vec<f64> {
        if self.is_flat { Vec::new() } else { self.points.iter().map(|point| point.at).collect() }
    }

    /// Returns its point at a value of the axis; of a flat line its only one.
    pub fn at(&self, value: f64) -> Option<Point> {
        self.points.iter().copied().find(|point| self.is_flat || point.at == value)
    }
}

/// Returns the lines of a sweep.
fn lines(sweep: &schema::Sweep, places: &[usize], groups: &[GroupSummary]) -> Vec<Line> {
    let mut lines: Vec<(Key, Line)> = Vec::new();
    for &group in places {
        for (row, own) in groups[group].rows.iter().enumerate().filter(|(_, row)| row.is_main()) {
            let key = key(sweep, &groups[group], own, places.len() > 1);
            let at = if key.is_flat { Some(0.0) } else { value(sweep, &groups[group], own) };
            let Some(at) = at else { continue };
            let point = Point { at, group, row };
            let index = lines.iter().position(|(other, _)| *other == key).unwrap_or_else(|| {
                let (family, runner) = (own.runner.family.clone(), own.cell.runner.clone());
                lines.push((key.clone(), Line { family, runner, is_flat: key.is_flat, ..Line::default() }));
                lines.len() - 1
            });
            let line = &mut lines[index].1;
            line.is_baseline |= own.is_baseline;
            if !line.points.iter().any(|other| other.at == at) {
                line.points.push(point);
            }
        }
    }
    let keys: Vec<Key> = lines.iter().map(|(key, _)| key.clone()).collect();
    let finished = lines.into_iter().map(|(key, mut line)| {
        line.points.sort_by(|a, b| a.at.total_cmp(&b.at));
        line.label = label(&key, &keys);
        line
    });
    finished.collect()
}

/// Returns what a row shares with the others of its line. A baseline of a sweep of workers that is one group does not vary with them.
fn key(sweep: &schema::Sweep, group: &GroupSummary, row: &Row, has_several_groups: bool) -> Key {
    let CellId { runner, options, workers, .. } = &row.cell;
    let has_same_runner =
        |other: &&Row| other.cell.runner == *runner && other.cell.options == *options && other.is_main();
    // One worker a task is no number of its own.
    let tells = row.runner.parallelism != "per-task" && group.rows.iter().filter(has_same_runner).count() > 1;
    let (rest, value) = without(options, &sweep.axis);
    let (options, workers, is_flat) = match sweep.of {
        AxisOf::Workers => (options.clone(), None, !has_several_groups && row.runner.parallelism != "workers"),
        AxisOf::Parameter => (options.clone(), tells.then_some(*workers), false),
        AxisOf::Option => (rest, tells.then_some(*workers), value.is_none()),
    };
    Key { runner: runner.clone(), options, workers, is_flat }
}

/// Returns the value of the axis that a row has; none if it has no such number.
fn value(sweep: &schema::Sweep, group: &GroupSummary, row: &Row) -> Option<f64> {
    let value = match sweep.of {
        AxisOf::Workers if row.runner.parallelism == "workers" => Some(row.cell.workers as f64),
        AxisOf::Workers => {
            let pools = group.main_rows().filter(|other| other.runner.parallelism == "workers");
            pools.map(|other| other.cell.workers as f64).reduce(f64::max)
        }
        AxisOf::Parameter => row.scale.params.get(&sweep.axis).and_then(Value::as_f64),
        AxisOf::Option => without(&row.cell.options, &sweep.axis).1.and_then(|value| value.parse().ok()),
    };
    value.filter(|value: &f64| value.is_finite())
}

/// Returns options without one of them, and the value of that one.
fn without(options: &str, name: &str) -> (String, Option<String>) {
    let pairs = || options.split(',').filter(|pair| !pair.is_empty());
    let value_of = |pair: &str| pair.split_once('=').filter(|(own, _)| *own == name).map(|(_, value)| value.to_owned());
    let rest: Vec<&str> = pairs().filter(|pair| value_of(pair).is_none()).collect();
    (rest.join(","), pairs().find_map(value_of))
}

/// Returns the shortest name that tells a line from others.
fn label(key: &Key, keys: &[Key]) -> String {
    let mut label = text::named(&key.runner);
    if !key.options.is_empty() {
        label = format!("{label} {}", key.options);
    }
    let is_told = |other: &Key| other.runner != key.runner || other.options != key.options;
    if let Some(workers) = key.workers.filter(|_| keys.iter().filter(|other| !is_told(other)).count() > 1) {
        label = format!("{label} ×{workers}");
    }
    let is_varied = |other: &Key| other.runner == key.runner && !other.is_flat;
    if key.is_flat && keys.iter().any(is_varied) {
        label = format!("{label} by default");
    }
    text::plain(&label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_factors_want_a_logarithmic_scale_and_even_steps_do_not() {
        assert!(is_geometric(&[1.0, 2.0, 4.0, 8.0]) && is_geometric(&[10.0, 30.0, 100.0, 300.0]));
        assert!(!is_geometric(&[1.0, 2.0, 3.0, 4.0]));
        assert!(is_geometric(&[1.0, 10.0]) && !is_geometric(&[1.0, 2.0]));
        assert!(!is_geometric(&[0.0, 1.0, 2.0, 4.0]), "0 has no logarithm");
        assert!(!is_geometric(&[]) && !is_geometric(&[5.0]));
    }

    #[test]
    fn an_option_is_taken_out_of_others() {
        assert_eq!(without("chunk=8,pin=1", "chunk"), ("pin=1".to_owned(), Some("8".to_owned())));
        assert_eq!(without("chunk=8", "pin"), ("chunk=8".to_owned(), None));
        assert_eq!(without("", "pin"), (String::new(), None));
    }
}
