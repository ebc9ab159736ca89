//! What is to be known of how a group was measured, in sentences.

use crate::figures::disturbed::Disturbed;
use crate::figures::{GroupSummary, Row, Versus};
use crate::records::schema::{Failure, FailureKind};
use crate::text::{plain, units};

/// Says what is to be known of how a group was measured, a sentence each without a full stop.
pub fn of_group(group: &GroupSummary) -> Vec<String> {
    let more = [hot(group), noise(group), precision(group), of_one_process(group), disturbed(&group.disturbed)];
    checked(group).into_iter().chain(scales(group)).chain(more.into_iter().flatten()).collect()
}

/// Says what must hold in each run, and in how many it did; none if the workload does not say.
fn checked(group: &GroupSummary) -> Option<String> {
    if group.holds.is_empty() {
        return None;
    }
    let runs: usize = group.rows.iter().map(|row| row.samples() + row.left_out.len()).sum();
    let is_wrong = |failure: &&Failure| failure.kind == FailureKind::WrongAnswer;
    let wrong = group.failures.iter().filter(is_wrong).count();
    let found = if wrong == 0 { String::new() } else { format!(", and {wrong} did not pass: see the failures") };
    // Nothing was run, or the tasks were only watched.
    if runs + wrong == 0 {
        return None;
    }
    let runs = units::count((runs + wrong) as f64);
    Some(format!("In each run it must hold that {}. All {runs} measured runs were checked{found}", plain(&group.holds)))
}

/// Says what is to be known of how the groups of a sweep were measured, a sentence each without a full stop.
pub fn of_sweep(groups: &[&GroupSummary]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let said = groups.iter().flat_map(|group| [hot(group), of_one_process(group), disturbed(&group.disturbed)]);
    for sentence in said.flatten() {
        if !all.contains(&sentence) {
            all.push(sentence);
        }
    }
    all
}

/// Says that intervals are of one process, if they are.
fn of_one_process(group: &GroupSummary) -> Option<String> {
    let is_of_one = group.measured().next().is_some() && group.measured().all(|row| row.processes == 1);
    is_of_one.then(|| {
        "Each cell ran in one process, so intervals are of that process: another one may be off by more".to_owned()
    })
}

/// Says how much a family does that does not do as much as the others, a sentence for each.
fn scales(group: &GroupSummary) -> Vec<String> {
    let sentence = |(family, params): (&str, Vec<String>)| {
        let (family, params) = (plain(family), params.join(", "));
        format!("In {family}: {params}. Compare its ratios with those of other families, but not its wall times")
    };
    group.scaled().into_iter().map(sentence).collect()
}

/// Says how cells were made hot; none if none was.
fn hot(group: &GroupSummary) -> Option<String> {
    let families = group.scale.iter().filter(|(_, scale)| scale.hot_ns as f64 != group.hot_ns);
    let others: Vec<(String, f64)> = families.map(|(family, scale)| (plain(family), scale.hot_ns as f64)).collect();
    if group.hot_ns == 0.0 && others.is_empty() {
        return None;
    }
    let other = |(family, ns): &(String, f64)| match *ns {
        0.0 => format!(", but not in {family}"),
        ns => format!(", in {family} for {}", units::duration(ns)),
    };
    let others: String = others.iter().map(other).collect();
    let time = units::duration(group.hot_ns);
    Some(format!(
        "Right before each counted run its cell ran for at least {time} uncounted, so that its workers were awake{others}"
    ))
}

/// Says what identical cells differ by; none without copies.
fn noise(group: &GroupSummary) -> Option<String> {
    let copies = group.rows.iter().filter(|row| row.is_copy()).count();
    let noises = || group.drawn().filter_map(|row| row.noise);
    let (least, most) = (noises().reduce(f64::min)?, noises().reduce(f64::max)?);
    let share = |noise: f64| units::number((noise - 1.0) * 100.0);
    let range = if share(least) == share(most) { share(most) } else { format!("{} to {}", share(least), share(most)) };
    let seen = if copies == 1 { "a copy of a cell".to_owned() } else { format!("{copies} copies of cells") };
    Some(format!("Noise beyond the intervals: {range} %, as {seen} and the rest of the run show"))
}

/// Says how well the widest figure is known, beside what the run aimed at; none if it aimed at nothing.
fn precision(group: &GroupSummary) -> Option<String> {
    let target = group.target?;
    let is_shown = |row: &&Row| group.versus != Versus::Baseline || !row.is_baseline;
    let widths = group.measured().filter(is_shown).filter_map(|row| {
        let estimate = row.ratio.or(row.wall).filter(|estimate| estimate.low > 0.0)?;
        Some(if estimate.is_interval() {
            ((estimate.high / estimate.low).ln() / 2.0).exp() - 1.0
        } else {
            f64::INFINITY
        })
    });
    let widest = widths.reduce(f64::max)?;
    let target = units::without_zeros(&units::number(target * 100.0));
    Some(if widest.is_finite() {
        let widest = units::number(widest * 100.0);
        format!("The widest interval is ±{widest} %, and the run went on for ±{target} % or until its time was up")
    } else {
        format!(
            "There were too few rounds for some intervals; the run went on for ±{target} % or until its time was up"
        )
    })
}

/// Says how many rounds were disturbed; none if none was.
fn disturbed(rounds: &Disturbed) -> Option<String> {
    let (count, of) = (rounds.count(), rounds.of);
    let what = if count == 1 { "1 round" } else { &format!("{count} rounds") };
    match count {
        0 => None,
        _ if rounds.is_too_many() => Some(format!(
            "The machine was busier or of another speed than usual in {what} of {of}: too many to be left out"
        )),
        _ => Some(format!("{what} of {of} left out: the machine was busier or of another speed than in the others")),
    }
}
