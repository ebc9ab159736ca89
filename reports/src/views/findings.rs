//! What is seen, in words: the titles of charts and the first sentence of a section.
//!
//! A difference is only claimed where [`Row::differs`] says that it is more than noise.

use crate::figures::capacity::Ceiling;
use crate::figures::loss::{Cores, Waits};
use crate::figures::{GroupSummary, Row, Versus};
use crate::text::units;

/// Within this share of the least possible time a runner counts as having reached it.
const NEAR: f64 = 0.05;

/// A finding as the title of a chart of the group.
pub fn title(group: &GroupSummary, finding: &str) -> String {
    // After a colon our own first words are in lower case; names of runners stay as they are.
    let own = ["No ", "From ", "The ", "Over ", "Task "]
        .into_iter()
        .find(|word| finding.starts_with(word))
        .unwrap_or_default();
    format!("{}: {}{}", group.title, own.to_lowercase(), &finding[own.len()..])
}

/// What the ratios show; none if there are none to speak of.
pub fn ratio(group: &GroupSummary) -> Option<String> {
    match group.versus {
        Versus::Baseline => speed_up(group),
        Versus::Wait => over_wait(group),
        Versus::Nothing => None,
    }
}

fn contenders(group: &GroupSummary) -> impl Iterator<Item = (&Row, f64)> {
    let rows = group.rows.iter().filter(|row| !row.is_baseline && row.cell.arm.is_empty());
    rows.filter_map(|row| Some((row, row.ratio?.value)))
}

fn speed_up(group: &GroupSummary) -> Option<String> {
    let total = contenders(group).count();
    let differing = || contenders(group).filter(|(row, _)| row.differs());
    let faster = differing().filter(|(_, ratio)| *ratio > 1.0).count();
    let slower = differing().filter(|(_, ratio)| *ratio < 1.0).count();
    let untold = contenders(group).filter(|(row, _)| !row.ratio.is_some_and(|ratio| ratio.is_interval())).count();
    let (best, by) = contenders(group).max_by(|a, b| a.1.total_cmp(&b.1))?;
    let baseline = best.baseline.as_deref().unwrap_or("its baseline");
    let base = if group.baselines().len() == 1 { baseline } else { "their baselines" };
    Some(if untold == total {
        format!("{} is {} as fast as {baseline}, but there were too few rounds to tell", best.label, units::ratio(by))
    } else if faster == 0 && slower == 0 && untold == 0 {
        format!("No runner differs from {base} by more than noise")
    } else if faster == 0 && slower == 0 {
        format!("No runner is seen to differ from {base}; for {untold} of {total} there were too few rounds to tell")
    } else if faster == 0 {
        format!("No runner beats {base}; {}", losers(slower, total))
    } else {
        let doubt = best.doubt().map(|doubt| format!(" ({doubt})")).unwrap_or_default();
        format!("{} is {} as fast as {baseline}{doubt}; {faster} of {total} beat {base}", best.label, units::ratio(by))
    })
}

fn losers(slower: usize, total: usize) -> String {
    match slower {
        1 if total == 1 => "the other is slower".to_owned(),
        _ if slower == total => format!("all {total} others are slower"),
        _ => format!("{slower} of {total} are slower"),
    }
}

fn over_wait(group: &GroupSummary) -> Option<String> {
    let (best, over) = contenders(group).min_by(|a, b| a.1.total_cmp(&b.1))?;
    let total = contenders(group).count();
    let near = contenders(group).filter(|(_, ratio)| *ratio <= 1.0 + NEAR).count();
    Some(format!(
        "{} takes {} the longest wait; {near} of {total} are within {} of it",
        best.label,
        units::ratio(over),
        units::percent(NEAR)
    ))
}

/// What the samples show.
pub fn samples(group: &GroupSummary) -> String {
    let Some((fastest, slowest)) = extremes(group, |row| Some(row.wall?.value)) else {
        return "Nothing could be measured".to_owned();
    };
    if fastest.0.label == slowest.0.label {
        return format!("{} takes {}", fastest.0.label, units::duration(fastest.1));
    }
    let (least, most) = (units::duration(fastest.1), units::duration(slowest.1));
    format!("From {least} ({}) to {most} ({})", fastest.0.label, slowest.0.label)
}

/// What the effective cores show.
pub fn cores(group: &GroupSummary) -> String {
    let Some((least, most)) = extremes(group, |row| Some(row.effective_cores?.value)) else {
        return "CPU time was not recorded".to_owned();
    };
    let usable = group.ceiling.as_ref().map(Ceiling::usable);
    let of = usable.map(|cores| format!(" of {}", units::without_zeros(&units::number(cores)))).unwrap_or_default();
    let (lowest, highest) = (units::cores(least.1), units::cores(most.1));
    format!("{} keeps {highest}{of} cores busy, {} {lowest}", most.0.label, least.0.label)
}

/// What the utilisation of each core shows.
pub fn utilisation(group: &GroupSummary) -> String {
    let mean =
        |row: &Row| (!row.core_busy.is_empty()).then(|| row.core_busy.iter().sum::<f64>() / row.core_busy.len() as f64);
    let Some((least, most)) = extremes(group, mean) else {
        return "The time of each core was not recorded".to_owned();
    };
    let (lowest, highest) = (units::percent(least.1), units::percent(most.1));
    format!("The cores are {highest} busy with {}, {lowest} with {}", most.0.label, least.0.label)
}

/// Where CPU-bound work loses the most.
pub fn lost_cores(group: &GroupSummary) -> String {
    let lost = |cores: &Cores| cores.extra() + cores.idle();
    let known = contenders(group).filter_map(|(row, _)| Some((row, Cores::of(group, row)?)));
    let Some((row, cores)) = known.max_by(|a, b| lost(&a.1).total_cmp(&lost(&b.1))) else {
        return "The losses are not known".to_owned();
    };
    if lost(&cores) <= NEAR * cores.ideal {
        return "No runner loses more than 5 % of its cores".to_owned();
    }
    let (extra, idle) = (units::number(cores.extra()), units::number(cores.idle()));
    let of = units::without_zeros(&units::number(cores.ideal));
    if cores.extra() > cores.idle() {
        format!("{} loses the most, {extra} of {of} cores to CPU time on top", row.label)
    } else {
        format!("{} loses the most, {idle} of {of} cores by leaving them idle", row.label)
    }
}

/// Where work that waits loses the most.
pub fn lost_time(group: &GroupSummary) -> String {
    let known = || {
        let rows = group.rows.iter().filter(|row| row.cell.arm.is_empty());
        rows.filter_map(|row| Some((row, Waits::of(group, row)?)))
    };
    let idle = known().max_by(|a, b| a.1.queueing.total_cmp(&b.1.queueing));
    let near = known().filter(|(_, waits)| waits.cpu + waits.queueing <= NEAR * waits.unavoidable).count();
    let Some((row, waits)) = idle else { return "The losses are not known".to_owned() };
    if near == known().count() {
        return format!("No runner takes more than {} over the longest wait", units::percent(NEAR));
    }
    format!("{} lets tasks stand in line for {}", row.label, units::duration(waits.queueing))
}

/// What the timelines show, given each cell's name and the cores that it kept busy.
pub fn timeline(means: &[(&str, f64)], usable: Option<f64>) -> String {
    let of = usable.map(|cores| format!(" of {}", units::without_zeros(&units::number(cores)))).unwrap_or_default();
    named(means, |most, least| match least {
        Some((label, cores)) => {
            format!(
                "Over time {} keeps {}{of} cores busy, {label} {}",
                most.0,
                units::cores(most.1),
                units::cores(cores)
            )
        }
        None => format!("Over time {} keeps {}{of} cores busy", most.0, units::cores(most.1)),
    })
}

/// What the lanes show, given each cell's name and how many of `what` there were at once, on average.
pub fn lanes(figures: &[(&str, f64)], what: &str) -> String {
    named(figures, |most, least| match least {
        Some((label, figure)) => {
            format!(
                "Task by task {} has {} {what} at once, {label} {}",
                most.0,
                units::cores(most.1),
                units::cores(figure)
            )
        }
        None => format!("Task by task {} has {} {what} at once", most.0, units::cores(most.1)),
    })
}

/// A sentence about the most and, if there is more than one, the least of some figures.
fn named(figures: &[(&str, f64)], sentence: impl Fn((&str, f64), Option<(&str, f64)>) -> String) -> String {
    let most = figures.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
    let least = figures.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1));
    most.map(|most| sentence(most, least.filter(|_| figures.len() > 1))).unwrap_or_default()
}

/// What the latencies show; none if there are none.
pub fn latency(group: &GroupSummary) -> Option<String> {
    let (least, most) = extremes(group, |row| Some(row.latencies.first()?.p50.value))?;
    let (lowest, highest) = (units::duration(least.1), units::duration(most.1));
    Some(if least.0.label == most.0.label {
        format!("{} has a median latency of {lowest}", least.0.label)
    } else {
        format!("{} has a median latency of {lowest}, {} of {highest}", least.0.label, most.0.label)
    })
}

/// A row and its figure.
type Found<'a> = (&'a Row, f64);

/// The rows with the least and the most of a figure.
fn extremes(group: &GroupSummary, figure: impl Fn(&Row) -> Option<f64>) -> Option<(Found<'_>, Found<'_>)> {
    let known = || group.rows.iter().filter(|row| row.cell.arm.is_empty()).filter_map(|row| Some((row, figure(row)?)));
    let least = known().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let most = known().max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some((least, most))
}
