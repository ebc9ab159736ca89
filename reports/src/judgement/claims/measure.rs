//! Works out the statistic of a condition from the cells that it speaks of.

use super::claim::{Condition, Statistic};
use super::judgement::Unit;
use super::latencies::{self, switch_interval};
use super::pairs::{Figure, difference, ratio};
use super::possible::Possible;
use super::selection::Found;
use crate::figures::{Point, Summary};
use crate::statistics::clusters;
use crate::statistics::{Estimate, median};
use crate::text::units;

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
pub const LEAST_ROUNDS: usize = 6;
pub const LEAST_ROUNDS_UNPAIRED: usize = 7;

/// The statistic of `condition` for the cell `of`, compared with `to` where it compares.
///
/// # Errors
/// If the cells do not have what it takes: why.
pub fn measure<'a>(
    condition: &Condition,
    of: Found<'a>,
    to: Option<Found<'a>>,
    possible: Option<&Possible>,
    summary: &Summary,
) -> Result<Measured<'a>, String> {
    let compared = || to.ok_or_else(|| "there is nothing to compare with".to_owned());
    let possible = || possible.ok_or("the records do not say how many cores could be used");
    match condition.statistic {
        Statistic::SpeedUp => speed_up(condition, of, compared()?),
        Statistic::Efficiency => efficiency(of, compared()?, possible()?),
        Statistic::Time => times(of, compared()?, Figure::Wall),
        Statistic::TimeWithStart => times(of, compared()?, Figure::WallWithStart),
        Statistic::CpuTime => times(of, compared()?, Figure::Cpu),
        Statistic::EffectiveCores => effective_cores(of),
        Statistic::Occupancy => occupancy(of, possible()?),
        Statistic::OverFormula => over_formula(condition, of, summary),
        Statistic::Cost => cost(condition, of, compared()?, Figure::Wall),
        Statistic::CpuCost => cost(condition, of, compared()?, Figure::Cpu),
        Statistic::Latency => latencies::of_one(condition, of),
        Statistic::LatencyRatio | Statistic::LatencyDifference => latencies::of_two(condition, of, compared()?),
        Statistic::SwitchesRatio => switches(of, compared()?),
    }
}

fn speed_up<'a>(condition: &Condition, of: Found<'a>, to: Found<'a>) -> Result<Measured<'a>, String> {
    let estimate = ratio(to, of, Figure::Wall)?;
    let told = format!("{} is {} as fast as {}", subject(of, to), units::ratio(estimate.value), object(of, to));
    let measured = Measured::ratio(estimate, told, of, to);
    if condition.per.is_empty() { Ok(measured) } else { measured.over(divisor(condition, of)?, &condition.per) }
}

fn efficiency<'a>(of: Found<'a>, to: Found<'a>, possible: &Possible) -> Result<Measured<'a>, String> {
    possible.is_parallel(of)?;
    let most = possible.speed_up(of);
    let estimate = ratio(to, of, Figure::Wall)?;
    let told = format!("{} is {} as fast as {}", subject(of, to), units::ratio(estimate.value), object(of, to));
    let measured = Measured::ratio(estimate, told, of, to);
    Ok(measured.of_possible(most, &format!("the {} that {} can give", units::ratio(most), possible.words(of))))
}

fn times<'a>(of: Found<'a>, to: Found<'a>, figure: Figure) -> Result<Measured<'a>, String> {
    let estimate = ratio(of, to, figure)?;
    let told = format!(
        "{} takes {} the {} of {}",
        subject(of, to),
        units::ratio(estimate.value),
        figure.words(),
        object(of, to)
    );
    let measured = Measured::ratio(estimate, told, of, to);
    Ok(if figure == Figure::Wall { measured } else { Measured { chart: "samples", ..measured } })
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
        doubt: None,
        told,
        cells: vec![of],
        chart: "cores",
    })
}

fn occupancy<'a>(of: Found<'a>, possible: &Possible) -> Result<Measured<'a>, String> {
    possible.is_parallel(of)?;
    let most = possible.busy(of);
    let measured = Measured { unit: Unit::Ratio, ..effective_cores(of)? };
    Ok(measured.of_possible(most, &format!("the {} that {} can", units::cores(most), possible.words(of))))
}

fn over_formula<'a>(condition: &Condition, of: Found<'a>, summary: &Summary) -> Result<Measured<'a>, String> {
    let wall = of.row.wall.ok_or_else(|| format!("{} has no time", of.name()))?;
    let (ns, words) = condition
        .formula
        .and_then(|formula| formula.of(of, summary))
        .ok_or_else(|| format!("the tasks of {} do not wait", of.group.title))?;
    let estimate = wall.map(|wall| wall / ns);
    let told =
        format!("{} takes {}, {} of {words}", of.name(), units::duration(wall.value), units::ratio(estimate.value));
    Ok(Measured {
        estimate,
        unit: Unit::Ratio,
        noise: of.group.noise_of(of.row).map(Noise::Factor),
        least_rounds: LEAST_ROUNDS,
        doubt: None,
        told,
        cells: vec![of],
        chart: if of.group.versus == crate::figures::Versus::Wait { "wait" } else { "samples" },
    })
}

fn cost<'a>(condition: &Condition, of: Found<'a>, to: Found<'a>, figure: Figure) -> Result<Measured<'a>, String> {
    let divisor = divisor(condition, of)?;
    let doubt = condition.switches.map(|least| without_switches(of, to, divisor, least)).transpose()?.flatten();
    let estimate = difference(of, to, figure)?.map(|ns| ns / divisor);
    let per = if condition.per.is_empty() { String::new() } else { format!(", over {}", condition.per.join(" × ")) };
    let told = format!(
        "{} takes {} more {} than {}{per}",
        subject(of, to),
        units::duration(estimate.value),
        figure.words(),
        object(of, to)
    );
    // Each time is as uncertain as two copies of a cell of its group were apart.
    let time = |cell: Found| if figure == Figure::Cpu { cell.row.cpu_ns } else { Some(cell.row.wall?.value) };
    let amount = |cell: Found| Some((cell.group.noise_of(cell.row)? - 1.0) * time(cell)? / divisor);
    let noise = [of, to].into_iter().filter_map(amount).reduce(|a, b| a + b).map(Noise::Amount);
    Ok(Measured { unit: Unit::Nanoseconds, noise, doubt, chart: "samples", ..Measured::ratio(estimate, told, of, to) })
}

/// Why nothing shows that a cell switched: it made hardly more context switches than another. None if it did.
fn without_switches(of: Found, to: Found, divisor: f64, least: f64) -> Result<Option<String>, String> {
    let count = |cell: Found| {
        let counts: Vec<f64> = cell.row.points.iter().filter_map(|point| point.switches).collect();
        median(&counts).ok_or_else(|| format!("switches of {} were not counted", cell.name()))
    };
    let made = (count(of)? - count(to)?) / divisor;
    let told = units::without_zeros(&units::number(made.max(0.0)));
    Ok((made < least).then(|| {
        format!(
            "it made {told} context switches each time it gave way, and below {least} nothing shows that it switched"
        )
    }))
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
            doubt: None,
            told,
            cells: vec![of, to],
            chart: if is_paired && of.row.ratio.is_some() { "speedup" } else { "samples" },
        }
    }

    /// The figure over what is possible.
    fn of_possible(self, most: f64, what: &str) -> Self {
        let estimate = self.estimate.map(|value| value / most);
        let told = format!("{}, {} {what}", self.told, units::ratio(estimate.value));
        Self { estimate, told, ..self }
    }

    /// The ratio over a number of things.
    fn over(self, divisor: f64, names: &[String]) -> Result<Self, String> {
        let estimate = self.estimate.map(|ratio| ratio / divisor);
        let number = units::without_zeros(&units::number(divisor));
        let told = format!("{}, {} the {} ({number})", self.told, units::ratio(estimate.value), names.join(" × "));
        Ok(Self { estimate, told, ..self })
    }
}

fn noise(of: Found, to: Found) -> Option<f64> {
    [of.group.noise_of(of.row), to.group.noise_of(to.row)].into_iter().flatten().reduce(f64::max)
}

/// What a statistic is divided by: the product of numbers that the group and the cell have by name.
pub fn divisor(condition: &Condition, of: Found) -> Result<f64, String> {
    condition.per.iter().try_fold(1.0, |product, name| {
        let number = match name.as_str() {
            "tasks" => Some(of.group.tasks as f64),
            "workers" => Some(of.row.cell.workers as f64),
            "switch-interval" => Some(switch_interval(of.row).0),
            other => of.group.params.get(other).and_then(serde_json::Value::as_f64),
        };
        let number = number.filter(|number| *number > 0.0);
        number.map(|number| product * number).ok_or_else(|| format!("{} has no {name} to divide by", of.group.title))
    })
}

/// The cell in question, in a sentence that goes on with [`object`].
pub fn subject(of: Found, to: Found) -> String {
    if of.is_in_group_of(&to) { of.row.label.clone() } else { of.name() }
}

/// The figure of the cell that is compared with.
pub fn that_of(of: Found, to: Found) -> String {
    let object = object(of, to);
    if object.starts_with("in ") { format!("that {object}") } else { format!("that of {object}") }
}

/// The cell that is compared with, as far as [`subject`] does not say it.
pub fn object(of: Found, to: Found) -> String {
    if !of.is_in_group_of(&to) && of.row.label == to.row.label { format!("in {}", to.group.title) } else { to.name() }
}
