//! Statistics of what a workload or a runner counts in a run: a figure of one cell, or of two in comparison.

use super::claim::Condition;
use super::measured::{LEAST_ROUNDS, LEAST_ROUNDS_UNPAIRED, Measured, divisor, object, subject};
use super::unit::Unit;
use crate::figures::{Cell, Finding};
use crate::statistics::clusters;
use crate::text::{plain, units};

/// Returns the figure of a cell.
pub fn of_one<'a>(condition: &Condition, of: Cell<'a>) -> Result<Measured<'a>, String> {
    let divisor = divisor(condition, of)?;
    let estimate = finding(condition, of)?.estimate.map(|figure| figure / divisor);
    let per = if condition.per.is_empty() { String::new() } else { format!(" over {}", condition.per.join(" × ")) };
    let number = units::without_zeros(&units::number(estimate.value));
    let told = format!("{} in {} is {number}{per}", words(condition), of.name());
    let (unit, least_rounds) = (Unit::Events, LEAST_ROUNDS);
    Ok(Measured { estimate, unit, noise: None, least_rounds, doubt: None, told, cells: vec![of], chart: None })
}

/// Returns the figure of a cell over that of another.
pub fn of_two<'a>(condition: &Condition, of: Cell<'a>, to: Cell<'a>) -> Result<Measured<'a>, String> {
    let [ours, theirs] = [finding(condition, of)?, finding(condition, to)?];
    let estimate = clusters::of_medians(&ours.values, &theirs.values, |of, to| of / to)
        .filter(|estimate| estimate.high.is_finite())
        .ok_or_else(|| format!("{} of {} is 0, which gives no ratio", words(condition), to.name()))?;
    let ratio = units::ratio(estimate.value);
    let told = format!("{} of {} is {ratio} that of {}", words(condition), subject(of, to), object(of, to));
    let least_rounds = LEAST_ROUNDS_UNPAIRED;
    Ok(Measured { noise: None, least_rounds, chart: None, ..Measured::ratio(estimate, told, of, to) })
}

fn finding<'a>(condition: &Condition, of: Cell<'a>) -> Result<&'a Finding, String> {
    let name = condition.figure.as_deref().unwrap_or_default();
    of.row.figures.get(name).ok_or_else(|| format!("{} recorded no figure {}", of.name(), plain(name)))
}

/// Returns the name of the figure in words.
fn words(condition: &Condition) -> String {
    plain(&condition.figure.as_deref().unwrap_or_default().replace('_', " "))
}
