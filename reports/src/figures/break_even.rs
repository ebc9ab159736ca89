//! Where one line of a sweep overtakes another.

use serde::Serialize;

use super::pairs;
use super::row::Row;
use super::summary::Summary;
use super::sweep::{Line, Sweep};
use super::unit::Kind;
use crate::records::schema::AxisOf;
use crate::statistics::clusters;
use crate::statistics::crossing::{Crossing, Duel, Lead, Place};
use crate::statistics::{Estimate, median};

/// Two lines of a sweep against each other: who is faster where, and where that changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BreakEven {
    /// Title of the sweep.
    pub title: String,
    /// Slug of the sweep.
    pub slug: String,
    /// What is varied, by its name in the records.
    pub axis: String,
    /// The place of the sweep in the summary.
    #[serde(skip)]
    pub sweep: usize,
    /// Label of the first line.
    pub first: String,
    /// Label of the second line.
    pub second: String,
    /// Their runners, which have the colours.
    #[serde(skip)]
    pub runners: [String; 2],
    /// Where both were measured in the same rounds, ascending.
    pub points: Vec<Compared>,
    /// Where the lead changes, ascending.
    pub changes: Vec<Change>,
}

/// A position on the axis of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Position {
    /// The value of the axis.
    pub at: f64,
    /// What a task takes there by itself, nanoseconds; none if the axis is not the size of a task, or no baseline tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_ns: Option<f64>,
}

/// Two lines at one position.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Compared {
    /// Where.
    #[serde(flatten)]
    pub position: Position,
    /// Wall time of the first over that of the second: above 1 the second is faster. None without rounds that both have.
    pub ratio: Option<Estimate>,
    /// Who is faster for certain.
    pub lead: Lead,
}

/// Where the lead changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// Where both are as fast.
    pub at: Position,
    /// Lower end of its interval.
    pub low: Position,
    /// Upper end of its interval.
    pub high: Position,
    /// Who is faster above.
    pub to: Lead,
}

impl BreakEven {
    /// Compares two lines of a sweep; none if they have fewer than two points in common.
    pub fn of_lines(summary: &Summary, sweep: usize, first: &Line, second: &Line) -> Option<Self> {
        let own = &summary.sweeps[sweep];
        let mut values = if first.is_flat { second.values() } else { first.values() };
        values.retain(|value| first.at(*value).is_some() && second.at(*value).is_some() && *value > 0.0);
        let rows = |value: f64| Some((summary.row(first.at(value)?), summary.row(second.at(value)?)));
        let places = values.iter().filter_map(|&at| Some(place(at, rows(at)?)));
        let places: Vec<Place> = places.filter(|place| !place.values.is_empty()).collect();
        if places.len() < 2 {
            return None;
        }
        let (duel, size) = (Duel::new(&places), Size::of_tasks(summary, own, first));
        let position = |at: f64| Position { at, task_ns: size.as_ref().map(|size| size.task_ns(at)) };
        let compared = |place: &Place| Compared {
            position: position(place.at),
            ratio: clusters::median_of(&place.values).map(|log| log.map(f64::exp)),
            lead: duel.places.iter().find(|(at, _)| *at == place.at).map_or(Lead::Open, |(_, lead)| *lead),
        };
        // Of workers and other things that are counted there is no half.
        let is_counted = own.of == AxisOf::Workers || size.is_none() && own.unit.kind == Kind::Number;
        let whole = |at: f64| if is_counted { (at - 1e-9).ceil() } else { at };
        let change = |crossing: &Crossing| {
            let [at, low, high] = [crossing.at, crossing.low, crossing.high].map(|at| position(whole(at)));
            Change { at, low, high, to: crossing.to }
        };
        Some(Self {
            title: own.title.clone(),
            slug: own.slug.clone(),
            axis: own.axis.clone(),
            sweep,
            first: first.label.clone(),
            second: second.label.clone(),
            runners: [first.runner.clone(), second.runner.clone()],
            points: places.iter().map(compared).collect(),
            changes: duel.crossings.iter().map(change).collect(),
        })
    }

    /// Returns the label of the one that leads; none if that cannot be told.
    pub fn leader(&self, lead: Lead) -> Option<&str> {
        match lead {
            Lead::First => Some(&self.first),
            Lead::Second => Some(&self.second),
            Lead::Open => None,
        }
    }

    /// Returns the runner of the one that leads; none if that cannot be told.
    pub fn runner(&self, lead: Lead) -> Option<&str> {
        match lead {
            Lead::First => Some(&self.runners[0]),
            Lead::Second => Some(&self.runners[1]),
            Lead::Open => None,
        }
    }

    /// Returns who is faster below the first change, and after each of them: one more than there are changes. Without a change it is who is
    /// faster wherever it can be told, if anyone is.
    pub fn leaders(&self) -> Vec<Lead> {
        let first = self.points.iter().map(|point| point.lead).find(|lead| *lead != Lead::Open);
        let first = first.unwrap_or_default();
        std::iter::once(first).chain(self.changes.iter().map(|change| change.to)).collect()
    }
}

/// Pairs the rounds of two rows at a value of the axis.
fn place(at: f64, (first, second): (&Row, &Row)) -> Place {
    let logarithm = |(a, b): (&super::row::Point, &super::row::Point)| {
        let is_told = a.wall_ns > 0.0 && b.wall_ns > 0.0;
        is_told.then(|| (a.process, (a.wall_ns / b.wall_ns).ln()))
    };
    let values = pairs::of_rows(first, second).into_iter().filter_map(logarithm).collect();
    let noise = [first.noise, second.noise].into_iter().flatten().fold(1.0, f64::max);
    Place { at, values, noise }
}

/// What a task takes by itself along an axis that is the size of a task.
struct Size {
    /// Logarithms of the values of the axis and of the times of a task, ascending.
    points: Vec<(f64, f64)>,
}

impl Size {
    /// Reads it off the baseline of a line: its wall time over the number of tasks, where that number stays the same along the axis.
    fn of_tasks(summary: &Summary, sweep: &Sweep, line: &Line) -> Option<Self> {
        let runner = &summary.row(*line.points.first()?).runner;
        let is_baseline = |other: &&Line| other.is_baseline && other.runner == runner.baseline;
        let baseline = sweep.lines.iter().find(is_baseline)?;
        let rows: Vec<(f64, &Row)> = baseline.points.iter().map(|point| (point.at, summary.row(*point))).collect();
        let tasks = rows.first()?.1.scale.tasks;
        let is_of_size = sweep.of == AxisOf::Parameter && sweep.unit.kind == Kind::Number && tasks > 0;
        if !is_of_size || rows.iter().any(|(_, row)| row.scale.tasks != tasks) {
            return None;
        }
        let wall = |row: &Row| median(&row.points.iter().map(|point| point.wall_ns).collect::<Vec<f64>>());
        let point = |(at, row): &(f64, &Row)| Some((at.ln(), (wall(row)? / tasks as f64).ln()));
        let points: Vec<(f64, f64)> = rows.iter().filter_map(point).collect();
        (points.len() > 1).then_some(Self { points })
    }

    /// Returns what a task takes at a value of the axis, nanoseconds: on the straight line between the two points next to it.
    fn task_ns(&self, at: f64) -> f64 {
        let x = at.ln();
        let right = self.points.partition_point(|(other, _)| *other < x).clamp(1, self.points.len() - 1);
        let ((x0, y0), (x1, y1)) = (self.points[right - 1], self.points[right]);
        (y0 + (y1 - y0) * (x - x0) / (x1 - x0)).exp()
    }
}
