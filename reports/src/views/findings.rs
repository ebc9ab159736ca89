//! What is seen, in words: the titles of charts and the first sentence of a section.
//!
//! A difference is only claimed where [`Row::differs`] says that it is more than noise.

use std::fmt;

use crate::figures::capacity::Ceiling;
use crate::figures::loss::{Cores, Waits};
use crate::figures::{GroupSummary, Row, Versus};
use crate::text::units;

/// Within this share of the least possible time a runner counts as having reached it.
const NEAR: f64 = 0.05;

/// What is seen, in one sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    text: String,
    /// Whether the first word is a name, which stays as it is within a sentence.
    begins_with_name: bool,
}

impl Finding {
    /// Returns a finding that begins with a word of ours.
    fn new(text: String) -> Self {
        Self { text, begins_with_name: false }
    }

    /// Returns a finding that begins with the name of a cell, or with an acronym.
    fn about(text: String) -> Self {
        Self { text, begins_with_name: true }
    }

    /// Returns it as the title of a chart of the group.
    pub fn title(&self, group: &GroupSummary) -> String {
        let mut rest = self.text.chars();
        match rest.next().filter(|_| !self.begins_with_name) {
            Some(first) => format!("{}: {}{}", group.title, first.to_lowercase(), rest.as_str()),
            None => format!("{}: {}", group.title, self.text),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.text)
    }
}

/// Says what a group shows first of all.
pub fn headline(group: &GroupSummary) -> Finding {
    ratio(group)
        .or_else(|| stuck(group))
        .or_else(|| price(group))
        .or_else(|| latency(group))
        .unwrap_or_else(|| samples(group))
}

/// Says what the ratios show; none if there are none to speak of.
pub fn ratio(group: &GroupSummary) -> Option<Finding> {
    match group.versus {
        Versus::Baseline => speed_up(group),
        Versus::Wait => over_wait(group),
        Versus::Nothing => None,
    }
}

fn speed_up(group: &GroupSummary) -> Option<Finding> {
    let total = group.compared().count();
    let differing = || group.compared().filter(|(row, _)| row.differs());
    let faster = differing().filter(|(_, ratio)| *ratio > 1.0).count();
    let slower = differing().filter(|(_, ratio)| *ratio < 1.0).count();
    let untold = group.compared().filter(|(row, _)| !row.ratio.is_some_and(|ratio| ratio.is_interval())).count();
    let (best, by) = group.compared().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let baseline = best.baseline.as_deref().unwrap_or("its baseline");
    let base = if group.baselines().len() == 1 { baseline } else { "their baselines" };
    Some(if untold == total {
        let by = units::ratio(by);
        Finding::about(format!("{} is {by} as fast as {baseline}, but there were too few rounds to tell", best.label))
    } else if faster == 0 && slower == 0 && untold == 0 {
        Finding::new(format!("No runner differs from {base} by more than noise"))
    } else if faster == 0 && slower == 0 {
        Finding::new(format!(
            "No runner is seen to differ from {base}; for {untold} of {total} there were too few rounds to tell"
        ))
    } else if faster == 0 {
        Finding::new(format!("No runner beats {base}; {}", losers(slower, total)))
    } else {
        let doubt = best.doubt().map(|doubt| format!(" ({doubt})")).unwrap_or_default();
        let by = units::ratio(by);
        Finding::about(format!("{} is {by} as fast as {baseline}{doubt}; {faster} of {total} beat {base}", best.label))
    })
}

fn losers(slower: usize, total: usize) -> String {
    match slower {
        1 if total == 1 => "the other is slower".to_owned(),
        _ if slower == total => format!("all {total} others are slower"),
        _ => format!("{slower} of {total} are slower"),
    }
}

fn over_wait(group: &GroupSummary) -> Option<Finding> {
    let (best, over) = group.compared().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let total = group.compared().count();
    let near = group.compared().filter(|(_, ratio)| *ratio <= 1.0 + NEAR).count();
    Some(Finding::about(format!(
        "{} takes {} the longest wait; {near} of {total} are within {} of it",
        best.label,
        units::ratio(over),
        units::percent(NEAR)
    )))
}

/// Says what the samples show.
pub fn samples(group: &GroupSummary) -> Finding {
    if !group.scaled().is_empty() {
        return Finding::new("Wall times of each family at its own scale".to_owned());
    }
    let Some((fastest, slowest)) = extremes(group, |row| Some(row.wall?.value)) else {
        return Finding::new("Nothing could be measured".to_owned());
    };
    if fastest.0.label == slowest.0.label {
        return Finding::about(format!("{} takes {}", fastest.0.label, units::duration(fastest.1)));
    }
    let (least, most) = (units::duration(fastest.1), units::duration(slowest.1));
    Finding::new(format!("From {least} ({}) to {most} ({})", fastest.0.label, slowest.0.label))
}

/// Says what the effective cores show.
pub fn cores(group: &GroupSummary) -> Finding {
    let Some((least, most)) = extremes(group, |row| Some(row.effective_cores?.value)) else {
        return Finding::about("CPU time was not recorded".to_owned());
    };
    let usable = group.ceiling.as_ref().map(Ceiling::usable);
    let of = usable.map(|cores| format!(" of {}", units::without_zeros(&units::number(cores)))).unwrap_or_default();
    let (lowest, highest) = (units::cores(least.1), units::cores(most.1));
    Finding::about(format!("{} keeps {highest}{of} cores busy, {} {lowest}", most.0.label, least.0.label))
}

/// Says what the utilisation of each core shows.
pub fn utilisation(group: &GroupSummary) -> Finding {
    let mean =
        |row: &Row| (!row.core_busy.is_empty()).then(|| row.core_busy.iter().sum::<f64>() / row.core_busy.len() as f64);
    let Some((least, most)) = extremes(group, mean) else {
        return Finding::new("The time of each core was not recorded".to_owned());
    };
    let (lowest, highest) = (units::percent(least.1), units::percent(most.1));
    Finding::new(format!("The cores are {highest} busy with {}, {lowest} with {}", most.0.label, least.0.label))
}

/// Says where CPU-bound work loses the most.
pub fn lost_cores(group: &GroupSummary) -> Finding {
    let lost = |cores: &Cores| cores.extra() + cores.idle();
    let known = group.compared().filter_map(|(row, _)| Some((row, Cores::of_row(group, row)?)));
    let Some((row, cores)) = known.max_by(|a, b| lost(&a.1).total_cmp(&lost(&b.1))) else {
        return Finding::new("The losses are not known".to_owned());
    };
    if lost(&cores) <= NEAR * cores.ideal {
        return Finding::new("No runner loses more than 5 % of its cores".to_owned());
    }
    let (extra, idle) = (units::number(cores.extra()), units::number(cores.idle()));
    let of = units::without_zeros(&units::number(cores.ideal));
    if cores.extra() > cores.idle() {
        Finding::about(format!("{} loses the most, {extra} of {of} cores to CPU time on top", row.label))
    } else {
        Finding::about(format!("{} loses the most, {idle} of {of} cores by leaving them idle", row.label))
    }
}

/// Says where work that waits loses the most.
pub fn lost_time(group: &GroupSummary) -> Finding {
    let known = || {
        let rows = group.main_rows();
        rows.filter_map(|row| Some((row, Waits::of_row(row)?)))
    };
    let idle = known().max_by(|a, b| a.1.queueing.total_cmp(&b.1.queueing));
    let near = known().filter(|(_, waits)| waits.cpu + waits.queueing <= NEAR * waits.unavoidable).count();
    let Some((row, waits)) = idle else {
        return Finding::new("The losses are not known".to_owned());
    };
    if near == known().count() {
        return Finding::new(format!("No runner takes more than {} over the longest wait", units::percent(NEAR)));
    }
    Finding::about(format!("{} lets tasks stand in line for {}", row.label, units::duration(waits.queueing)))
}

/// Says what the timelines show, given each cell's name and the cores that it kept busy.
pub fn timeline(means: &[(&str, f64)], usable: Option<f64>) -> Finding {
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

/// Says what the lanes show, given each cell's name and how many of `what` there were at once, on average.
pub fn lanes(figures: &[(&str, f64)], what: &str) -> Finding {
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

/// Makes a sentence about the most and, if there is more than one, the least of some figures.
fn named(figures: &[(&str, f64)], sentence: impl Fn((&str, f64), Option<(&str, f64)>) -> String) -> Finding {
    let most = figures.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
    let least = figures.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1));
    Finding::new(most.map(|most| sentence(most, least.filter(|_| figures.len() > 1))).unwrap_or_default())
}

/// Says what the latencies show; none if there are none.
pub fn latency(group: &GroupSummary) -> Option<Finding> {
    let (least, most) = extremes(group, |row| Some(row.latencies.first()?.p50.value))?;
    let (lowest, highest) = (units::duration(least.1), units::duration(most.1));
    Some(if least.0.label == most.0.label {
        Finding::about(format!("{} has a median latency of {lowest}", least.0.label))
    } else {
        Finding::about(format!("{} has a median latency of {lowest}, {} of {highest}", least.0.label, most.0.label))
    })
}

/// A row and its figure.
type Extreme<'a> = (&'a Row, f64);

/// Says which cells were seen to get stuck, where nothing was timed; none if none was, or if something was.
fn stuck(group: &GroupSummary) -> Option<Finding> {
    let stuck: Vec<&str> = group.main_rows().filter(|row| row.stuck.is_some()).map(|row| &*row.label).collect();
    let is_timed = group.measured().next().is_some();
    match stuck[..] {
        [] => None,
        _ if is_timed => None,
        [cell] => Some(Finding::new(format!("Tasks of {cell} wait for each other in a circle"))),
        _ => Some(Finding::new(format!("Tasks of {} cells wait for each other in a circle", stuck.len()))),
    }
}

/// Says what an operation costs where tasks wait for each other; none elsewhere, or if no operations are counted.
fn price(group: &GroupSummary) -> Option<Finding> {
    let price = |row: &Row| Some(row.per_operation()?.value);
    let (least, most) = extremes(group, price).filter(|_| group.is_coordination())?;
    let lowest = units::duration(least.1);
    Some(if least.0.label == most.0.label {
        Finding::new(format!("An operation takes {} {lowest}", least.0.label))
    } else {
        let highest = units::duration(most.1);
        Finding::new(format!("An operation takes {} {lowest}, and {} {highest}", least.0.label, most.0.label))
    })
}

/// Finds the rows with the least and the most of a figure.
fn extremes(group: &GroupSummary, figure: impl Fn(&Row) -> Option<f64>) -> Option<(Extreme<'_>, Extreme<'_>)> {
    let known = || group.main_rows().filter_map(|row| Some((row, figure(row)?)));
    let least = known().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let most = known().max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some((least, most))
}
