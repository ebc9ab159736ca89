//! Works out the statistic of a condition from the cells that it speaks of.

use super::claim::{Condition, Statistic};
use super::measured::{LEAST_ROUNDS, LEAST_ROUNDS_UNPAIRED, Measured, Noise, divisor, object, subject};
use super::times::{Time, difference, ratio};
use super::unit::Unit;
use super::{findings, latencies};
use crate::figures::{Cell, ChartKind, Count, Point, Possible, Summary, Versus};
use crate::statistics::{clusters, median};
use crate::text::units;

/// Returns the statistic of `condition` for the cell `of`, compared with `to` where it compares.
///
/// # Errors
/// If the cells do not have what it takes: why.
pub fn measure<'a>(
    condition: &Condition,
    of: Cell<'a>,
    to: Option<Cell<'a>>,
    summary: &Summary,
) -> Result<Measured<'a>, String> {
    let compared = || to.ok_or_else(|| "there is nothing to compare with".to_owned());
    let possible = || summary.possible.as_ref().ok_or("the records do not say how many cores could be used");
    match condition.statistic {
        Statistic::SpeedUp => speed_up(condition, of, compared()?),
        Statistic::Efficiency => efficiency(of, compared()?, possible()?),
        Statistic::Time => times(of, compared()?, Time::Wall),
        Statistic::TimeWithStart => times(of, compared()?, Time::WallWithStart),
        Statistic::CpuTime => times(of, compared()?, Time::Cpu),
        Statistic::EffectiveCores => effective_cores(of),
        Statistic::Occupancy => occupancy(of, possible()?),
        Statistic::OverFormula => over_formula(condition, of, summary),
        Statistic::Cost => cost(condition, of, compared()?, Time::Wall),
        Statistic::CpuCost => cost(condition, of, compared()?, Time::Cpu),
        Statistic::Latency => latencies::of_one(condition, of),
        Statistic::LatencyRatio | Statistic::LatencyDifference => latencies::of_two(condition, of, compared()?),
        Statistic::SwitchesRatio => switches(of, compared()?),
        Statistic::Switches => counted(condition, of, Count::Switches),
        Statistic::Faults => counted(condition, of, Count::Faults),
        Statistic::Figure => findings::of_one(condition, of),
        Statistic::FigureRatio => findings::of_two(condition, of, compared()?),
        Statistic::Trial => Err("trials have no cells in groups".to_owned()),
    }
}

fn speed_up<'a>(condition: &Condition, of: Cell<'a>, to: Cell<'a>) -> Result<Measured<'a>, String> {
    let estimate = ratio(to, of, Time::Wall)?;
    let told = format!("{} is {} as fast as {}", subject(of, to), units::ratio(estimate.value), object(of, to));
    let measured = Measured::ratio(estimate, told, of, to);
    if condition.per.is_empty() { Ok(measured) } else { measured.over(divisor(condition, of)?, &condition.per) }
}

fn efficiency<'a>(of: Cell<'a>, to: Cell<'a>, possible: &Possible) -> Result<Measured<'a>, String> {
    possible.is_parallel(of)?;
    let most = possible.speed_up(of);
    let estimate = ratio(to, of, Time::Wall)?;
    let told = format!("{} is {} as fast as {}", subject(of, to), units::ratio(estimate.value), object(of, to));
    let measured = Measured::ratio(estimate, told, of, to);
    Ok(measured.of_possible(most, &format!("the {} that {} can give", units::ratio(most), possible.words(of))))
}

fn times<'a>(of: Cell<'a>, to: Cell<'a>, time: Time) -> Result<Measured<'a>, String> {
    let estimate = ratio(of, to, time)?;
    let told = if std::ptr::eq(of.row, to.row) {
        format!("{} is the best itself, {} its own {}", of.name(), units::ratio(estimate.value), time.words())
    } else {
        let (ratio, time) = (units::ratio(estimate.value), time.words());
        format!("{} takes {ratio} the {time} of {}", subject(of, to), object(of, to))
    };
    let measured = Measured::ratio(estimate, told, of, to);
    Ok(if time == Time::Wall { measured } else { Measured { chart: Some(ChartKind::Samples), ..measured } })
}

fn effective_cores(of: Cell) -> Result<Measured, String> {
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
        chart: Some(ChartKind::Cores),
    })
}

fn occupancy<'a>(of: Cell<'a>, possible: &Possible) -> Result<Measured<'a>, String> {
    possible.is_parallel(of)?;
    let most = possible.busy(of);
    let measured = Measured { unit: Unit::Ratio, ..effective_cores(of)? };
    Ok(measured.of_possible(most, &format!("the {} that {} can", units::cores(most), possible.words(of))))
}

fn over_formula<'a>(condition: &Condition, of: Cell<'a>, summary: &Summary) -> Result<Measured<'a>, String> {
    let wall = of.row.wall.ok_or_else(|| format!("{} has no time", of.name()))?;
    let (ns, words) = condition
        .formula
        .and_then(|formula| formula.time(of, summary))
        .ok_or_else(|| format!("the tasks of {} do not wait", of.group.title))?;
    let estimate = wall.map(|wall| wall / ns);
    let told =
        format!("{} takes {}, {} of {words}", of.name(), units::duration(wall.value), units::ratio(estimate.value));
    Ok(Measured {
        estimate,
        unit: Unit::Ratio,
        noise: of.row.noise.map(Noise::Factor),
        least_rounds: LEAST_ROUNDS,
        doubt: None,
        told,
        cells: vec![of],
        chart: Some(if of.group.versus == Versus::Wait { ChartKind::OverWait } else { ChartKind::Samples }),
    })
}

fn cost<'a>(condition: &Condition, of: Cell<'a>, to: Cell<'a>, time: Time) -> Result<Measured<'a>, String> {
    let divisor = divisor(condition, of)?;
    let doubt = condition.switches.map(|least| without_switches(of, to, divisor, least)).transpose()?.flatten();
    let estimate = difference(of, to, time)?.map(|ns| ns / divisor);
    let per = if condition.per.is_empty() { String::new() } else { format!(", over {}", condition.per.join(" × ")) };
    let told = format!(
        "{} takes {} more {} than {}{per}",
        subject(of, to),
        units::duration(estimate.value),
        time.words(),
        object(of, to)
    );
    // Each time is as uncertain as two copies of a cell of its group were apart.
    let median = |cell: Cell| if time == Time::Cpu { cell.row.cpu_ns } else { Some(cell.row.wall?.value) };
    let amount = |cell: Cell| Some((cell.row.noise? - 1.0) * median(cell)? / divisor);
    let noise = [of, to].into_iter().filter_map(amount).reduce(|a, b| a + b).map(Noise::Amount);
    Ok(Measured {
        unit: Unit::Nanoseconds,
        noise,
        doubt,
        chart: Some(ChartKind::Samples),
        ..Measured::ratio(estimate, told, of, to)
    })
}

/// Says why nothing shows that a cell switched: it made hardly more context switches than another. None if it did.
fn without_switches(of: Cell, to: Cell, divisor: f64, least: f64) -> Result<Option<String>, String> {
    let count = |cell: Cell| {
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

fn switches<'a>(of: Cell<'a>, to: Cell<'a>) -> Result<Measured<'a>, String> {
    let count = |point: &Point| Some((point.process, point.switches?));
    let counts = |cell: Cell| cell.row.points.iter().filter_map(count).collect::<Vec<(u32, f64)>>();
    let estimate = clusters::of_medians(&counts(of), &counts(to), |of, to| of / to);
    let estimate = estimate
        .filter(|estimate| estimate.high.is_finite())
        .ok_or_else(|| format!("switches were not counted, or {} made none, which gives no ratio", to.name()))?;
    let told = format!("{} makes {} the switches of {}", subject(of, to), units::ratio(estimate.value), object(of, to));
    let least_rounds = LEAST_ROUNDS_UNPAIRED;
    Ok(Measured { noise: None, least_rounds, chart: None, ..Measured::ratio(estimate, told, of, to) })
}

fn counted<'a>(condition: &Condition, of: Cell<'a>, count: Count) -> Result<Measured<'a>, String> {
    let counts = of.row.counts.get(&count);
    let counts = counts.ok_or_else(|| format!("{} of {} were not counted", count.name(), of.name()))?;
    let divisor = divisor(condition, of)?;
    let estimate = counts.map(|events| events / divisor);
    let per = if condition.per.is_empty() { String::new() } else { format!(" over {}", condition.per.join(" × ")) };
    let number = units::without_zeros(&units::number(estimate.value));
    let told = format!("{} makes {number} {}{per}", of.name(), count.name());
    let (unit, least_rounds) = (Unit::Events, LEAST_ROUNDS);
    Ok(Measured { estimate, unit, noise: None, least_rounds, doubt: None, told, cells: vec![of], chart: None })
}
