//! Where one runner overtakes another: a table, or a sentence a pair.

use comfy_table::{Cell, CellAlignment};

use super::room::GAP;
use super::style::{self, BOLD, push_wrapped, styled};
use crate::statistics::Estimate;
use crate::text::{plain, shortened, units};
use crate::views::break_even::{BreakEvenLine, HEADINGS};

/// Longest name of a pair or of a sweep that is shown in full.
const NAME: usize = 40;

/// Returns a sentence for each pair, for a terminal of `width` columns; empty without one.
pub fn sentences(lines: &[BreakEvenLine], colour: bool, width: usize) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut out = format!("{}\n", styled("Break-even", BOLD, colour));
    for line in lines {
        push_wrapped(&mut out, 2, &plain(&format!("{}: {}.", line.title, line.sentence)), width);
    }
    out.push('\n');
    out
}

/// Returns the pairs as a table; empty without one.
pub fn table(lines: &[BreakEvenLine], colour: bool, width: usize) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut table = style::table(colour, width);
    table.set_header(["Break-even of", "in"].into_iter().chain(HEADINGS));
    for line in lines {
        let names = [&line.pair, &line.title].map(|name| Cell::new(shortened(name, NAME)));
        table.add_row(names.into_iter().chain(line.texts.iter().map(|text| Cell::new(plain(text)))));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP as u16 - 1));
    }
    format!("{}\n\n", table.trim_fmt())
}

/// Returns a sentence for each pair and all points on which it rests: the answer of a search.
pub fn searched(lines: &[BreakEvenLine], colour: bool, width: usize) -> String {
    let mut out = String::new();
    for line in lines {
        push_wrapped(&mut out, 0, &plain(&format!("{}.", line.sentence)), width);
        out.push('\n');
        out.push_str(&points(line, colour, width));
        out.push('\n');
    }
    if lines.is_empty() {
        push_wrapped(&mut out, 0, "Nothing can be compared: fewer than two places have rounds of both.", width);
    }
    out
}

/// Returns the points of a pair as a table.
fn points(line: &BreakEvenLine, colour: bool, width: usize) -> String {
    let figures = &line.figures;
    let mut table = style::table(colour, width);
    let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    let over = format!("{} over {}", plain(&figures.first), plain(&figures.second));
    let has_size = figures.points.iter().any(|point| point.position.task_ns.is_some());
    let size = has_size.then(|| right("A task".to_owned()));
    table.set_header([right(plain(&figures.axis))].into_iter().chain(size).chain([right(over), Cell::new("Faster")]));
    for point in &figures.points {
        let ends = |ratio: &Estimate| format!("{} [{}]", units::ratio(ratio.value), units::number_ends(ratio));
        let ratio = point.ratio.as_ref().map_or_else(|| units::NONE.to_owned(), ends);
        let size = has_size.then(|| right(line.value(point.position)));
        let leader = Cell::new(plain(figures.leader(point.lead).unwrap_or("cannot be told")));
        table.add_row([right(units::count(point.position.at))].into_iter().chain(size).chain([right(ratio), leader]));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP as u16 - 1));
    }
    format!("{}\n", table.trim_fmt())
}
