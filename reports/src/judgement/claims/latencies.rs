//! Statistics of latencies: a quantile of one cell, or of two in comparison.

use super::claim::{Condition, Quantile, Statistic};
use super::measured::{LEAST_ROUNDS, LEAST_ROUNDS_UNPAIRED, Measured, divisor, subject, switch_interval, that_of};
use super::unit::Unit;
use crate::figures::{Cell, ChartKind};
use crate::statistics::clusters;
use crate::text::units;

/// Returns the quantile of a cell.
pub fn of_one<'a>(condition: &Condition, of: Cell<'a>) -> Result<Measured<'a>, String> {
    let estimate =
        clusters::median_of_sizes(quantiles(condition, of)?).ok_or_else(|| format!("{} is empty", of.name()))?;
    let told = format!("{} of {} is {}", quantile_name(condition), of.name(), units::duration(estimate.value));
    Ok(Measured {
        estimate,
        unit: Unit::Nanoseconds,
        noise: None,
        least_rounds: LEAST_ROUNDS,
        doubt: None,
        told,
        cells: vec![of],
        chart: Some(ChartKind::Latency),
    })
}

/// Returns the quantile of a cell over that of another, or beyond it.
pub fn of_two<'a>(condition: &Condition, of: Cell<'a>, to: Cell<'a>) -> Result<Measured<'a>, String> {
    let is_ratio = condition.statistic == Statistic::LatencyRatio;
    let combine = |of: f64, to: f64| if is_ratio { of / to } else { of - to };
    let estimate = clusters::of_medians(quantiles(condition, of)?, quantiles(condition, to)?, combine);
    let estimate = estimate
        .filter(|estimate| estimate.high.is_finite())
        .ok_or_else(|| format!("{} has latencies of 0, which give no ratio", to.name()))?;
    let what = format!("{} of {}", quantile_name(condition), subject(of, to));
    let (unit, told) = if is_ratio {
        (Unit::Ratio, format!("{what} is {} {}", units::ratio(estimate.value), that_of(of, to)))
    } else {
        (Unit::Nanoseconds, format!("{what} is {} above {}", units::duration(estimate.value), that_of(of, to)))
    };
    let measured = Measured {
        estimate,
        unit,
        noise: None,
        least_rounds: LEAST_ROUNDS_UNPAIRED,
        doubt: None,
        told,
        cells: vec![of, to],
        chart: Some(ChartKind::Latency),
    };
    if condition.per.is_empty() {
        return Ok(measured);
    }
    let divisor = divisor(condition, of)?;
    let estimate = measured.estimate.map(|ns| ns / divisor);
    let (figure, names) = (units::ratio(estimate.value), condition.per.join(" × "));
    let is_assumed = names.contains("switch-interval") && !switch_interval(of.row).1;
    let assumed = if is_assumed { ", which the records do not say and CPython has" } else { "" };
    let told = format!("{}, {figure} the {names} ({}{assumed})", measured.told, units::duration(divisor));
    Ok(Measured { estimate, told, unit: Unit::Ratio, ..measured })
}

/// Returns the quantile of each sample.
fn quantiles<'a>(condition: &Condition, of: Cell<'a>) -> Result<&'a [(u32, f64)], String> {
    let name = condition.histogram.as_deref().unwrap_or_default();
    let latency = of.row.latencies.iter().find(|latency| latency.name == name);
    let latency = latency.ok_or_else(|| format!("{} recorded no histogram {name}", of.name()))?;
    Ok(if condition.quantile == Some(Quantile::P99) { &latency.percentiles_99 } else { &latency.medians })
}

fn quantile_name(condition: &Condition) -> &'static str {
    if condition.quantile == Some(Quantile::P99) { "the 99th percentile" } else { "the median latency" }
}
