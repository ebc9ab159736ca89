//! A statistic of some cells, with what it takes to judge and to explain it.

use super::claim::Condition;
use super::unit::Unit;
use crate::figures::{Cell, ChartKind, Row};
use crate::statistics::Estimate;
use crate::text::units;

/// The sample's figure that says how long a thread waits before it asks for a global lock.
const SWITCH_INTERVAL: &str = "switch_interval_us";
/// What CPython has unless it is told otherwise, nanoseconds.
const USUAL_SWITCH_INTERVAL_NS: f64 = 5e6;

/// A statistic of some cells.
#[derive(Debug, Clone)]
pub struct Measured<'a> {
    pub estimate: Estimate,
    pub unit: Unit,
    /// What identical cells were seen to differ by, where the statistic is one of wall times.
    pub noise: Option<Noise>,
    /// Rounds below which there is no interval.
    pub least_rounds: usize,
    /// Why the figure is no evidence of what is claimed, whatever it is.
    pub doubt: Option<String>,
    /// What is seen, in words with the figure.
    pub told: String,
    /// The cells behind it, that in question first.
    pub cells: Vec<Cell<'a>>,
    /// The chart that shows it, if the group has it.
    pub chart: Option<ChartKind>,
}

/// How far two copies of one cell were apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noise {
    /// By a factor, at least 1.
    Factor(f64),
    /// By an amount in the statistic's unit, at least 0.
    Amount(f64),
}

/// Rounds below which a median has no interval at 95 %, and below which two have none together.
pub const LEAST_ROUNDS: usize = 6;
pub const LEAST_ROUNDS_UNPAIRED: usize = 7;

impl<'a> Measured<'a> {
    /// Returns a comparison of wall times.
    pub fn ratio(estimate: Estimate, told: String, of: Cell<'a>, to: Cell<'a>) -> Self {
        let is_paired = of.is_in_group_of(&to);
        Self {
            estimate,
            unit: Unit::Ratio,
            noise: noise(of, to).map(Noise::Factor),
            least_rounds: if is_paired { LEAST_ROUNDS } else { LEAST_ROUNDS_UNPAIRED },
            doubt: None,
            told,
            cells: vec![of, to],
            chart: Some(if is_paired && of.row.ratio.is_some() { ChartKind::SpeedUp } else { ChartKind::Samples }),
        }
    }

    /// Returns the figure over what is possible.
    pub fn of_possible(self, most: f64, what: &str) -> Self {
        let estimate = self.estimate.map(|value| value / most);
        let told = format!("{}, {} {what}", self.told, units::ratio(estimate.value));
        Self { estimate, told, ..self }
    }

    /// Returns the ratio over a number of things.
    pub fn over(self, divisor: f64, names: &[String]) -> Result<Self, String> {
        let estimate = self.estimate.map(|ratio| ratio / divisor);
        let number = units::without_zeros(&units::number(divisor));
        let told = format!("{}, {} the {} ({number})", self.told, units::ratio(estimate.value), names.join(" × "));
        Ok(Self { estimate, told, ..self })
    }
}

fn noise(of: Cell, to: Cell) -> Option<f64> {
    [of.row.noise, to.row.noise].into_iter().flatten().reduce(f64::max)
}

/// Says what a statistic is divided by: the product of numbers that the group and the cell have by name.
pub fn divisor(condition: &Condition, of: Cell) -> Result<f64, String> {
    condition.per.iter().try_fold(1.0, |product, name| {
        let number = match name.as_str() {
            "tasks" => Some(of.row.scale.tasks as f64),
            "workers" => Some(of.row.cell.workers as f64),
            "switch-interval" => Some(switch_interval(of.row).0),
            other => of.row.scale.params.get(other).and_then(serde_json::Value::as_f64),
        };
        let number = number.filter(|number| *number > 0.0);
        number.map(|number| product * number).ok_or_else(|| format!("{} has no {name} to divide by", of.group.title))
    })
}

/// Returns the cell in question, in a sentence that goes on with [`object`].
pub fn subject(of: Cell, to: Cell) -> String {
    if of.is_in_group_of(&to) { of.row.label.clone() } else { of.name() }
}

/// Returns the figure of the cell that is compared with.
pub fn that_of(of: Cell, to: Cell) -> String {
    let object = object(of, to);
    if object.starts_with("in ") { format!("that {object}") } else { format!("that of {object}") }
}

/// Returns the cell that is compared with, as far as [`subject`] does not say it.
pub fn object(of: Cell, to: Cell) -> String {
    if !of.is_in_group_of(&to) && of.row.label == to.row.label { format!("in {}", to.group.title) } else { to.name() }
}

/// Returns the switch interval of the interpreter behind a cell, nanoseconds, and whether the records say it.
pub fn switch_interval(row: &Row) -> (f64, bool) {
    let recorded = row.figures.get(SWITCH_INTERVAL).filter(|interval| interval.estimate.value > 0.0);
    recorded.map_or((USUAL_SWITCH_INTERVAL_NS, false), |us| (us.estimate.value * 1e3, true))
}
