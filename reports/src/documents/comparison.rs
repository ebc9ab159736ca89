//! The comparison for a terminal, and as Markdown for a pull request.

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, LineStyle, Table, TableStyle};

use crate::judgement::compare::{Compared, Comparison, Kind, Outcome};
use crate::statistics::Estimate;
use crate::text::units::{self, NONE};
use crate::text::{markdown as inert, plain, shortened};

/// A line below the headings, and nothing else.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
/// Longest name of a group or a cell that is shown in full.
const NAME: usize = 28;

/// The headings of all tables.
pub(super) const HEADINGS: [&str; 9] =
    ["Workload", "Cell", "Base", "New", "Time [95 %]", "Raw time", "CPU [95 %]", "Noise", "Result"];

/// The comparison for a terminal of `width` columns; with ANSI colours if `colour`.
pub fn terminal(comparison: &Comparison, colour: bool, width: u16) -> String {
    let mut out = format!("Base: {}\nNew:  {}\n", plain(&comparison.base), plain(&comparison.new));
    for line in remarks(comparison) {
        out.push_str(&format!("note: {}\n", plain(&line)));
    }
    for lost in &comparison.lost {
        out.push_str(&format!("LOST: {}\n", plain(&lost.sentence())));
    }
    if comparison.is_empty() {
        return out;
    }
    if comparison.cells.is_empty() {
        return format!("{out}\n{}\n", comparison.headline());
    }
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(width.max(60));
    if colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(HEADINGS.map(|heading| Cell::new(heading).add_attribute(Attribute::Bold)));
    for cell in &comparison.cells {
        let tint = |text: Cell| match cell.outcome {
            outcome if outcome.is_regression() => text.fg(Color::Red),
            outcome if outcome.is_improvement() => text.fg(Color::Green),
            _ => text,
        };
        let [group, label, figures @ .., outcome] = fields(cell);
        let names = [group, label].map(|name| Cell::new(shortened(&name, NAME)));
        let figures = figures.map(|figure| Cell::new(figure).set_alignment(CellAlignment::Right));
        table.add_row(names.into_iter().chain(figures).chain([tint(Cell::new(outcome))]));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    format!("{out}\n{}\n\n{}\n", table.trim_fmt(), comparison.headline())
}

/// The comparison as Markdown: what changed in sight, the rest folded.
pub fn markdown(comparison: &Comparison) -> String {
    let mut out = format!(
        "## Regatta: {}\n\n- Base: {}\n- New: {}\n\n",
        inert(&comparison.headline()),
        inert(&comparison.base),
        inert(&comparison.new)
    );
    for line in remarks(comparison) {
        out.push_str(&format!("> **Note:** {}\n\n", inert(&line)));
    }
    for lost in &comparison.lost {
        out.push_str(&format!("> **Lost:** {}\n\n", inert(&lost.sentence())));
    }
    let (changed, rest): (Vec<&Compared>, Vec<&Compared>) =
        comparison.cells.iter().partition(|cell| cell.outcome.is_regression() || cell.outcome.is_improvement());
    out.push_str(&table_of(&changed));
    if !rest.is_empty() {
        let count = rest.len();
        out.push_str(&format!("<details><summary>{count} more</summary>\n\n{}</details>\n\n", table_of(&rest)));
    }
    out.push_str(&format!("{}\n", inert(&comparison.method())));
    out
}

fn table_of(cells: &[&Compared]) -> String {
    if cells.is_empty() {
        return String::new();
    }
    let mut out = format!("| {} |\n|---|---|{}---|\n", HEADINGS.join(" | "), "---:|".repeat(HEADINGS.len() - 3));
    for cell in cells {
        out.push_str(&format!("| {} |\n", fields(cell).map(|field| inert(&field)).join(" | ")));
    }
    out.push('\n');
    out
}

/// What a reader must know before the figures.
pub(super) fn remarks(comparison: &Comparison) -> Vec<String> {
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
        let threshold = share(comparison.threshold);
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

/// The row of a cell, by [`HEADINGS`].
pub(super) fn fields(cell: &Compared) -> [String; 9] {
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
        outcome_text(cell.outcome),
    ]
}

/// What is said of a cell, with the change that would have been seen: `undecided, ≥ 12 %`.
fn outcome_text(outcome: Outcome) -> String {
    let name = outcome.name();
    match outcome {
        Outcome::Undecided { detectable: Some(factor) } if factor < 10.0 => {
            format!("{name}, ≥ {}", share(factor - 1.0))
        }
        Outcome::Undecided { detectable: Some(factor) } => format!("{name}, ≥ {}", units::ratio(factor)),
        Outcome::Undecided { detectable: None } => format!("{name}, load"),
        _ => name.to_owned(),
    }
}

/// A share as people write it: `5 %`, `0.7 %`.
pub(crate) fn share(share: f64) -> String {
    format!("{} %", units::without_zeros(&units::number(share * 100.0)))
}

/// A factor as a change: `+5.1 %`.
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
