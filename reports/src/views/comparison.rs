//! What is shown of two builds side by side.

use super::machine;
use crate::judgement::compare::{Compared, Comparison, Conclusion, Counted, Kind, Side};
use crate::statistics::Estimate;
use crate::text::units::{self, NONE};
use crate::text::{moment, plain};

/// The headings of all tables.
pub const HEADINGS: [&str; 9] =
    ["Workload", "Cell", "Base", "New", "Time [95 %]", "Raw time", "CPU [95 %]", "Noise", "Result"];

/// The headings of the table of counts that changed.
pub const COUNT_HEADINGS: [&str; 7] =
    ["Workload", "Cell", "Counted", "Base, a task", "New, a task", "Change [95 %]", "Noise"];

/// Returns what is compared, and what measured it: commits, date, plan, rounds and machine, each with its name.
pub fn facts(comparison: &Comparison) -> Vec<(&'static str, String)> {
    let Comparison { base, new, .. } = comparison;
    let [base_machine, new_machine] = [base, new].map(|side| machine::short(&side.machine));
    let machines = match (base_machine == new_machine, base_machine.is_empty() && new_machine.is_empty()) {
        (_, true) => None,
        (true, _) => Some(base_machine),
        (false, _) => Some(format!("{base_machine} (base), {new_machine} (new)")),
    };
    let sides = match comparison.kind {
        Kind::Separate => {
            vec![("Base", joined([&program(base), &run(base)])), ("New", joined([&program(new), &run(new)]))]
        }
        // One run measured both.
        Kind::Live => vec![("Base", program(base)), ("New", program(new)), ("Run", run(new))],
    };
    sides.into_iter().chain(machines.map(|machines| ("Machine", machines))).collect()
}

/// Returns which program one of the two is: its commit and version, or its path and what it says of itself.
fn program(side: &Side) -> String {
    let Side { program, version, revision, .. } = side;
    let named = if revision.is_empty() { program.clone() } else { format!("commit {revision}") };
    match (named.is_empty(), version.is_empty()) {
        (true, _) => plain(version),
        (false, true) => plain(&named),
        (false, false) => plain(&format!("{named} ({version})")),
    }
}

/// Returns how one of the two was measured: when, by which plan, in how many rounds.
fn run(side: &Side) -> String {
    let plan = if side.plan.is_empty() { String::new() } else { format!("plan {}", side.plan) };
    plain(&joined([&moment(&side.started), &plan, &side.rounds.map(round_text).unwrap_or_default()]))
}

/// Says how many rounds the groups of a run had: `6 to 30 rounds`.
pub fn round_text([fewest, most]: [usize; 2]) -> String {
    match (fewest == most, most) {
        (true, 1) => "1 round".to_owned(),
        (true, _) => format!("{most} rounds"),
        (false, _) => format!("{fewest} to {most} rounds"),
    }
}

fn joined<const N: usize>(parts: [&str; N]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<&str>>().join(", ")
}

/// Returns the cells that changed, from the worst to the best, and the others in the order of the plan.
pub fn changed_first(comparison: &Comparison) -> [Vec<&Compared>; 2] {
    let is_changed = |cell: &&Compared| cell.conclusion.is_regression() || cell.conclusion.is_improvement();
    let (mut changed, rest): (Vec<&Compared>, Vec<&Compared>) = comparison.cells.iter().partition(is_changed);
    let factor = |cell: &Compared| match cell.conclusion {
        Conclusion::Costlier | Conclusion::Cheaper => cell.cpu.unwrap_or(cell.wall).ratio.value,
        _ => cell.wall.ratio.value,
    };
    changed.sort_by(|one, other| factor(other).total_cmp(&factor(one)));
    [changed, rest]
}

/// Says what a reader must know before the figures.
pub fn remarks(comparison: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    if comparison.is_refused() {
        lines.push("These two cannot be compared; what is shown was forced and means little.".to_owned());
    }
    lines.extend(comparison.differences.iter().map(|difference| difference.text.clone()));
    lines.extend(comparison.notices.iter().cloned());
    if let Some(drift) = comparison.drift {
        lines.push(format!(
            "The reference burn, which is the same in both runs, took {} time in the new one: so much has the machine itself changed.",
            change_text(drift)
        ));
    }
    if !comparison.unmatched.is_empty() {
        lines.push(format!("Not compared: {}.", comparison.unmatched.join(", ")));
    }
    let counts = comparison.counts();
    if counts.slightly_slower > 0 {
        lines.push(format!(
            "What is slower or needs more CPU by less than {} for certain is marked as slight: it is no regression for `--fail-on`, and \
             --threshold sets what is.",
            units::share(comparison.threshold)
        ));
    }
    if counts.undecided > 0 {
        let threshold = units::share(comparison.threshold);
        let (plural, verb) = if counts.undecided == 1 { ("cell", "is") } else { ("cells", "are") };
        let remedy = match comparison.kind {
            Kind::Separate => "`compare --live` sees far smaller ones, and so do longer runs of more processes",
            Kind::Live => "a longer --budget or more --processes see smaller ones",
        };
        lines.push(format!(
            "{} {plural} {verb} undecided: a difference of {threshold} is neither shown nor ruled out. The result says from which change on \
             one would have been seen; {remedy}.",
            counts.undecided
        ));
    }
    lines
}

/// Returns the row of a cell, by [`HEADINGS`].
pub fn fields(cell: &Compared) -> [String; 9] {
    let noise = [Some(cell.wall), cell.cpu].into_iter().flatten().map(|change| change.floor);
    let noise: Vec<String> = noise.map(|floor| format!("{:.1}", (floor - 1.0) * 100.0)).collect();
    [
        plain(&cell.group),
        plain(&cell.label),
        units::duration(cell.base_ns),
        units::duration(cell.new_ns),
        interval_text(&cell.wall.ratio),
        if cell.wall.is_relative { change_text(cell.wall.raw.value) } else { NONE.to_owned() },
        cell.cpu.map_or_else(|| NONE.to_owned(), |cpu| interval_text(&cpu.ratio)),
        if cell.wall.floor > 1.0 { format!("±{} %", noise.join(" / ")) } else { NONE.to_owned() },
        conclusion_text(cell),
    ]
}

/// Returns the counts that changed, those that grew most first.
pub fn changed_counts(comparison: &Comparison) -> Vec<&Counted> {
    let mut changed: Vec<&Counted> = comparison.counted.iter().filter(|counted| counted.change.is_real()).collect();
    changed.sort_by(|one, other| other.change.ratio.value.total_cmp(&one.change.ratio.value));
    changed
}

/// Says how many counts changed; none if nothing was counted in both.
pub fn counts_sentence(comparison: &Comparison) -> Option<String> {
    let (all, changed) = (comparison.counted.len(), changed_counts(comparison).len());
    (all > 0).then(|| {
        format!(
            "Of {all} counts (context switches, page faults, system calls) {} changed beyond chance and noise. Counts stand beside times \
             and make no cell slower.",
            if changed == 0 { "none".to_owned() } else { changed.to_string() }
        )
    })
}

/// Returns the row of a count, by [`COUNT_HEADINGS`].
pub fn count_fields(counted: &Counted) -> [String; 7] {
    let number = |events: f64| units::without_zeros(&units::number(events));
    [
        plain(&counted.group),
        plain(&counted.label),
        counted.count.name().to_owned(),
        number(counted.base),
        number(counted.new),
        interval_text(&counted.change.ratio),
        format!("±{:.1} %", (counted.change.floor - 1.0) * 100.0),
    ]
}

/// Says what became of a cell, with the change that would have been seen: `undecided, ≥ 12 %`.
fn conclusion_text(cell: &Compared) -> String {
    let name = cell.conclusion.name();
    match cell.conclusion {
        _ if cell.is_slight => format!("{name}, slight"),
        Conclusion::Undecided { detectable: Some(factor) } if factor < 10.0 => {
            format!("{name}, ≥ {}", units::share(factor - 1.0))
        }
        Conclusion::Undecided { detectable: Some(factor) } => format!("{name}, ≥ {}", units::ratio(factor)),
        Conclusion::Undecided { detectable: None } => format!("{name}, load"),
        _ => name.to_owned(),
    }
}

/// Formats a factor as a change: `+5.1 %`.
fn change_text(factor: f64) -> String {
    match (factor - 1.0) * 100.0 {
        percent if percent.abs() >= 999.5 => units::ratio(factor),
        percent => format!("{percent:+.1} %"),
    }
}

fn interval_text(change: &Estimate) -> String {
    if !change.is_interval() {
        return change_text(change.value);
    }
    let end = |factor: f64| change_text(factor).replace(" %", "");
    format!("{} [{}, {}]", change_text(change.value), end(change.low), end(change.high))
}
