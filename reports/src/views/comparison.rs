//! What is shown of two builds side by side.

use crate::judgement::compare::{Compared, Comparison, Conclusion, Kind};
use crate::statistics::Estimate;
use crate::text::plain;
use crate::text::units::{self, NONE};

/// The headings of all tables.
pub const HEADINGS: [&str; 9] =
    ["Workload", "Cell", "Base", "New", "Time [95 %]", "Raw time", "CPU [95 %]", "Noise", "Result"];

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
        conclusion_text(cell.conclusion),
    ]
}

/// Says what became of a cell, with the change that would have been seen: `undecided, ≥ 12 %`.
fn conclusion_text(conclusion: Conclusion) -> String {
    let name = conclusion.name();
    match conclusion {
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
