//! Works out the statistic of a condition from the cells that it speaks of.

use std::collections::HashMap;

use super::claim::{Condition, Quantile, Statistic};
use super::judgement::Unit;
use super::selection::Found;
use crate::clusters;
use crate::statistics::Estimate;
use crate::summary::Point;
use crate::units;

/// A statistic of some cells.
#[derive(Debug, Clone)]
pub struct Measured<'a> {
    pub estimate: Estimate,
    pub unit: Unit,
    /// What identical cells were seen to differ by, where the statistic is one of wall times.
    pub noise: Option<Noise>,
    /// Rounds below which there is no interval.
    pub least_rounds: usize,
    /// What is seen, in words with the figure.
    pub told: String,
    /// The cells behind it, that in question first.
    pub cells: Vec<Found<'a>>,
    /// The chart that shows it.
    pub chart: &'static str,
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
const LEAST_ROUNDS: usize = 6;
const LEAST_ROUNDS_UNPAIRED: usize = 7;

/// The statistic of `condition` for the cell `of`, compared with `to` where it compares.
///
/// # Errors
/// If the cells do not have what it takes: why.
pub fn measure<'a>(
    condition: &Condition,
    of: Found<'a>,
    to: Option<Found<'a>>,
    usable_cores: Option<f64>,
) -> Result<Measured<'a>, String> {
    let compared = || to.ok_or_else(|| "there is nothing to compare with".to_owned());
    match condition.statistic {
        Statistic::SpeedUp => speed_up(condition, of, compared()?),
        Statistic::Efficiency => efficiency(of, compared()?, usable_cores),
        Statistic::Time => time(of, compared()?),
        Statistic::EffectiveCores => effective_cores(of),
        Statistic::OverFormula => over_formula(condition, of),
        Statistic::Cost => cost(condition, of, compared()?),
        Statistic::Latency => latency(condition, of),
        Statistic::LatencyRatio | Statistic::LatencyDifference => latencies(condition, of, compared()?),
        Statistic::SwitchesRatio => switches(of, compared()?),
    }
}

fn speed_up<'a>(condition: &Condition, of: Found<'a>, to: Found<'a>) -> Result<Measured<'a>, String> {
    let estimate = wall_ratio(to, of)?;
    let told = format!("{} is {} as fast as {}", subject(of, to), units::ratio(estimate.value), object(of, to));
    let measured = Measured::ratio(estimate, told, of, to);
    if condition.per.is_empty() { Ok(measured) } else { measured.over(divisor(condition, of)?, &condition.per) }
}

fn efficiency<'a>(of: Found<'a>, to: Found<'a>, usable_cores: Option<f64>) -> Result<Measured<'a>, String> {
    let usable = usable_cores.ok_or("the records do not say how many cores could be used")?;
    let cores = usable.min(of.row.cell.workers as f64);
    if usable <= 1.0 {
        return Err("only 1 core could be used: nothing runs in parallel here".to_owned());
    }
    if cores <= 1.0 {
        return Err(format!("{} has 1 worker: nothing runs in parallel", of.name()));
    }
    let estimate = wall_ratio(to, of)?;
    let told = format!("{} is {} as fast as {}", subject(of, to), units::ratio(estimate.value), object(of, to));
    Measured::ratio(estimate, told, of, to).over(cores, &["cores that it may use".to_owned()])
}

fn time<'a>(of: Found<'a>, to: Found<'a>) -> Result<Measured<'a>, String> {
    let estimate = wall_ratio(of, to)?;
    let told = format!("{} takes {} the time of {}", subject(of, to), units::ratio(estimate.value), object(of, to));
    Ok(Measured::ratio(estimate, told, of, to))
}

fn effective_cores(of: Found) -> Result<Measured, String> {
    let estimate = of.row.effective_cores;
    let estimate =
        estimate.ok_or_else(|| format!("{} was too short to tell its cores, or has no CPU time", of.name()))?;
    let told = format!("{} keeps {} cores busy", of.name(), units::cores(estimate.value));
    Ok(Measured {
        estimate,
        unit: Unit::Cores,
        noise: None,
        least_rounds: LEAST_ROUNDS,
        told,
        cells: vec![of],
        chart: "cores",
    })
}

fn over_formula<'a>(condition: &Condition, of: Found<'a>) -> Result<Measured<'a>, String> {
    let wall = of.row.wall.ok_or_else(|| format!("{} has no time", of.name()))?;
    let (ns, words) = condition
        .formula
        .and_then(|formula| formula.of(of.group, of.row))
        .ok_or_else(|| format!("the tasks of {} do not wait", of.group.title))?;
    let estimate = wall.map(|wall| wall / ns);
    let told =
        format!("{} takes {}, {} of {words}", of.name(), units::duration(wall.value), units::ratio(estimate.value));
    Ok(Measured {
        estimate,
        unit: Unit::Ratio,
        noise: of.group.noise_of(of.row).map(Noise::Factor),
        least_rounds: LEAST_ROUNDS,
        told,
        cells: vec![of],
        chart: if of.group.versus == crate::summary::Versus::Wait { "wait" } else { "samples" },
    })
}

fn cost<'a>(condition: &Condition, of: Found<'a>, to: Found<'a>) -> Result<Measured<'a>, String> {
    let divisor = divisor(condition, of)?;
    let estimate = if of.is_in_group_of(&to) {
        let differences: Vec<(u32, f64)> =
            pairs(of, to).into_iter().map(|(process, of, to)| (process, of - to)).collect();
        clusters::median_of(&differences)
    } else {
        clusters::of_medians(&walls(of), &walls(to), |of, to| of - to)
    };
    let estimate = estimate.ok_or_else(|| unpaired(of, to))?.map(|ns| ns / divisor);
    let per = if condition.per.is_empty() { String::new() } else { format!(", over {}", condition.per.join(" × ")) };
    let told =
        format!("{} takes {} more than {}{per}", subject(of, to), units::duration(estimate.value), object(of, to));
    // Each time is as uncertain as two copies of a cell of its group were apart.
    let amount = |cell: Found| Some((cell.group.noise_of(cell.row)? - 1.0) * cell.row.wall?.value / divisor);
    let noise = [of, to].into_iter().filter_map(amount).reduce(|a, b| a + b).map(Noise::Amount);
    Ok(Measured { unit: Unit::Nanoseconds, noise, chart: "samples", ..Measured::ratio(estimate, told, of, to) })
}

fn latency<'a>(condition: &Condition, of: Found<'a>) -> Result<Measured<'a>, String> {
    let estimate =
        clusters::median_of_sizes(quantiles(condition, of)?).ok_or_else(|| format!("{} is empty", of.name()))?;
    let told = format!("{} of {} is {}", quantile_name(condition), of.name(), units::duration(estimate.value));
    Ok(Measured {
        estimate,
        unit: Unit::Nanoseconds,
        noise: None,
        least_rounds: LEAST_ROUNDS,
        told,
        cells: vec![of],
        chart: "latency",
    })
}

fn latencies<'a>(condition: &Condition, of: Found<'a>, to: Found<'a>) -> Result<Measured<'a>, String> {
    let is_ratio = condition.statistic == Statistic::LatencyRatio;
    let combine = |of: f64, to: f64| if is_ratio { of / to } else { of - to };
    let estimate = clusters::of_medians(quantiles(condition, of)?, quantiles(condition, to)?, combine);
    let estimate = estimate
        .filter(|estimate| estimate.high.is_finite())
        .ok_or_else(|| format!("{} has latencies of 0, which give no ratio", to.name()))?;
    let what = format!("{} of {}", quantile_name(condition), subject(of, to));
    let (unit, told) = if is_ratio {
        (Unit::Ratio, format!("{what} is {} that of {}", units::ratio(estimate.value), object(of, to)))
    } else {
        (Unit::Nanoseconds, format!("{what} is {} above that of {}", units::duration(estimate.value), object(of, to)))
    };
    Ok(Measured {
        estimate,
        unit,
        noise: None,
        least_rounds: LEAST_ROUNDS_UNPAIRED,
        told,
        cells: vec![of, to],
        chart: "latency",
    })
}

fn switches<'a>(of: Found<'a>, to: Found<'a>) -> Result<Measured<'a>, String> {
    let count = |point: &Point| Some((point.process, point.switches?));
    let counts = |cell: Found| cell.row.points.iter().filter_map(count).collect::<Vec<(u32, f64)>>();
    let estimate = clusters::of_medians(&counts(of), &counts(to), |of, to| of / to);
    let estimate = estimate
        .filter(|estimate| estimate.high.is_finite())
        .ok_or_else(|| format!("switches were not counted, or {} made none, which gives no ratio", to.name()))?;
    let told = format!("{} makes {} the switches of {}", subject(of, to), units::ratio(estimate.value), object(of, to));
    let least_rounds = LEAST_ROUNDS_UNPAIRED;
    Ok(Measured { noise: None, least_rounds, chart: "table", ..Measured::ratio(estimate, told, of, to) })
}

impl<'a> Measured<'a> {
    /// A comparison of wall times.
    fn ratio(estimate: Estimate, told: String, of: Found<'a>, to: Found<'a>) -> Self {
        let is_paired = of.is_in_group_of(&to);
        Self {
            estimate,
            unit: Unit::Ratio,
            noise: noise(of, to).map(Noise::Factor),
            least_rounds: if is_paired { LEAST_ROUNDS } else { LEAST_ROUNDS_UNPAIRED },
            told,
            cells: vec![of, to],
            chart: if is_paired && of.row.ratio.is_some() { "speedup" } else { "samples" },
        }
    }

    /// The ratio over a number of things.
    fn over(self, divisor: f64, names: &[String]) -> Result<Self, String> {
        let estimate = self.estimate.map(|ratio| ratio / divisor);
        let number = units::without_zeros(&units::number(divisor));
        let told = format!("{}, {} the {} ({number})", self.told, units::ratio(estimate.value), names.join(" × "));
        Ok(Self { estimate, told, ..self })
    }
}

/// Wall time of `a` over that of `b`: paired by round within a group, of two medians across groups.
fn wall_ratio(a: Found, b: Found) -> Result<Estimate, String> {
    let estimate = if a.is_in_group_of(&b) {
        clusters::ratio_of(&pairs(a, b))
    } else {
        clusters::of_medians(&walls(a), &walls(b), |a, b| a / b).filter(|estimate| estimate.high.is_finite())
    };
    estimate.ok_or_else(|| unpaired(a, b))
}

fn unpaired(a: Found, b: Found) -> String {
    format!("{} and {} have no rounds in common that took any time", a.name(), b.name())
}

/// Process and wall times of the rounds that both cells of a group have.
fn pairs(a: Found, b: Found) -> Vec<(u32, f64, f64)> {
    let of_b: HashMap<(u32, u32), f64> =
        b.row.points.iter().map(|point| ((point.process, point.round), point.wall_ns)).collect();
    let of_a = a.row.points.iter();
    of_a.filter_map(|point| Some((point.process, point.wall_ns, *of_b.get(&(point.process, point.round))?))).collect()
}

fn walls(cell: Found) -> Vec<(u32, f64)> {
    cell.row.points.iter().map(|point| (point.process, point.wall_ns)).collect()
}

fn noise(of: Found, to: Found) -> Option<f64> {
    [of.group.noise_of(of.row), to.group.noise_of(to.row)].into_iter().flatten().reduce(f64::max)
}

/// What a statistic is divided by: the product of numbers that the group and the cell have by name.
fn divisor(condition: &Condition, of: Found) -> Result<f64, String> {
    condition.per.iter().try_fold(1.0, |product, name| {
        let number = match name.as_str() {
            "tasks" => Some(of.group.tasks as f64),
            "workers" => Some(of.row.cell.workers as f64),
            other => of.group.params.get(other).and_then(serde_json::Value::as_f64),
        };
        let number = number.filter(|number| *number > 0.0);
        number.map(|number| product * number).ok_or_else(|| format!("{} has no {name} to divide by", of.group.title))
    })
}

/// The quantile of each sample.
fn quantiles<'a>(condition: &Condition, of: Found<'a>) -> Result<&'a [(u32, f64)], String> {
    let name = condition.histogram.as_deref().unwrap_or_default();
    let latency = of.row.latencies.iter().find(|latency| latency.name == name);
    let latency = latency.ok_or_else(|| format!("{} recorded no histogram {name}", of.name()))?;
    Ok(if condition.quantile == Some(Quantile::P99) { &latency.percentiles_99 } else { &latency.medians })
}

fn quantile_name(condition: &Condition) -> &'static str {
    if condition.quantile == Some(Quantile::P99) { "the 99th percentile" } else { "the median latency" }
}

/// The cell in question, in a sentence that goes on with [`object`].
fn subject(of: Found, to: Found) -> String {
    if of.is_in_group_of(&to) { of.row.label.clone() } else { of.name() }
}

/// The cell that is compared with, as far as [`subject`] does not say it.
fn object(of: Found, to: Found) -> String {
    if !of.is_in_group_of(&to) && of.row.label == to.row.label { format!("in {}", to.group.title) } else { to.name() }
}
