//! The lines that curves are held against: the ideal, what the machine can give, and the baseline.

use crate::figures::{Measure, Summary, Sweep};
use crate::records::schema::AxisOf;
use crate::text::units;

/// Points of a line that is no straight one.
const STEPS: u32 = 64;

/// A line that curves are held against.
#[derive(Debug, Clone, PartialEq)]
pub struct Guide {
    /// What it is.
    pub label: String,
    /// How it looks.
    pub look: Look,
    /// Where it goes: values of the axis and of the measure, ascending.
    pub points: Vec<(f64, f64)>,
}

/// How a line that curves are held against looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// What nothing can exceed on any machine.
    Ideal,
    /// What this machine can give.
    Capacity,
    /// What the baseline has.
    Baseline,
}

/// Returns the lines that the curves of a measure are held against. `baseline` names what has 1, if anything has.
pub(super) fn of_measure(summary: &Summary, sweep: &Sweep, measure: Measure, baseline: Option<String>) -> Vec<Guide> {
    let values = sweep.values();
    let (Some(first), Some(last)) = (values.first().copied(), values.last().copied()) else { return Vec::new() };
    let flat = |label: String, look, at: f64| Guide { label, look, points: vec![(first, at), (last, at)] };
    // Of a worker nothing is better than what one has by itself.
    let name = |baseline: String| if measure == Measure::Efficiency { "ideal".to_owned() } else { baseline };
    let mut guides: Vec<Guide> = baseline.map(|label| flat(name(label), Look::Baseline, 1.0)).into_iter().collect();
    let along = |of: &dyn Fn(f64) -> f64| steps(first, last).map(|at| (at, of(at))).collect::<Vec<(f64, f64)>>();
    let computes = sweep.groups.iter().any(|place| summary.groups[*place].is_cpu_bound());
    let ceiling = summary.ceiling.as_ref().filter(|_| computes);
    match (measure, sweep.of) {
        (Measure::SpeedUp | Measure::Cores, AxisOf::Workers) => {
            guides.push(Guide { label: "ideal".to_owned(), look: Look::Ideal, points: along(&|at| at) });
            guides.extend(ceiling.map(|ceiling| {
                let points = along(&|workers| ceiling.of_threads(workers));
                Guide { label: capacity(summary), look: Look::Capacity, points }
            }));
        }
        (Measure::Efficiency, AxisOf::Workers) => {
            guides.extend(ceiling.map(|ceiling| {
                let points = along(&|workers| ceiling.of_threads(workers) / workers.max(1.0));
                Guide { label: capacity(summary), look: Look::Capacity, points }
            }));
        }
        (Measure::SpeedUp | Measure::Cores, _) => {
            let most = ceiling.map(|ceiling| ceiling.of_threads(f64::INFINITY)).filter(|most| *most > 1.0);
            guides.extend(most.map(|most| flat(capacity(summary), Look::Capacity, most)));
        }
        (Measure::OverWait, _) => guides.push(flat("the longest wait".to_owned(), Look::Capacity, 1.0)),
        _ => {}
    }
    guides
}

/// Names what the machine can give.
fn capacity(summary: &Summary) -> String {
    let Some(ceiling) = &summary.ceiling else { return String::new() };
    let cores = units::without_zeros(&units::number(ceiling.usable()));
    let noun = if ceiling.usable() == 1.0 { "core" } else { "cores" };
    if ceiling.is_measured() { format!("capacity, {cores} {noun}") } else { format!("{cores} {noun}") }
}

/// Returns values from the first to the last at even factors, or in even steps if there is no such factor.
pub(super) fn steps(first: f64, last: f64) -> impl Iterator<Item = f64> {
    (0..=STEPS).map(move |step| {
        let share = f64::from(step) / f64::from(STEPS);
        if first > 0.0 { first * (last / first).powf(share) } else { first + share * (last - first) }
    })
}
