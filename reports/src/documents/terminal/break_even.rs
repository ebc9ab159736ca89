//! Where one runner overtakes another: a table, or a sentence a pair.

use comfy_table::Cell;

use super::room::GAP;
use super::style::{self, BOLD, push_wrapped, styled};
use crate::text::{plain, shortened};
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
