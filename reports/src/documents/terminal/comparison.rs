//! Two builds side by side in the terminal.

use comfy_table::{Attribute, Cell, CellAlignment, Color};

use super::room::{GAP, push_dropped};
use super::style;
use crate::judgement::compare::Comparison;
use crate::text::{self, plain, shortened};
use crate::views::comparison::{
    COUNT_HEADINGS, HEADINGS, changed_counts, count_fields, counts_sentence, facts, fields, remarks,
};

/// Longest name of a group or a cell that is shown in full.
const NAME: usize = 28;
/// Places of the columns that are dropped where there is no room, the first one first.
const DROPPED: [usize; 5] = [5, 7, 2, 3, 6];

/// Returns the comparison for a terminal of `width` columns; with ANSI colours if `colour`.
pub fn text(comparison: &Comparison, colour: bool, width: u16) -> String {
    let facts = facts(comparison);
    let widest = facts.iter().map(|(name, _)| name.len() + 1).max().unwrap_or(0);
    let mut out: String =
        facts.iter().map(|(name, text)| format!("{:<widest$} {text}\n", format!("{name}:"))).collect();
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
    let names = |fields: [String; 9]| {
        let [group, label, figures @ ..] = fields;
        let mut names = [group, label].map(|name| shortened(&name, NAME)).to_vec();
        names.extend(figures);
        names
    };
    let lines: Vec<Vec<String>> = comparison.cells.iter().map(|cell| names(fields(cell))).collect();
    let columns = fitting(&lines, usize::from(width));
    let mut table = style::table(colour, usize::from(width));
    table.set_header(columns.iter().map(|at| Cell::new(HEADINGS[*at]).add_attribute(Attribute::Bold)));
    for (cell, line) in comparison.cells.iter().zip(&lines) {
        let tint = |text: Cell| match cell.conclusion {
            conclusion if conclusion.is_regression() => text.fg(Color::Red),
            conclusion if conclusion.is_improvement() => text.fg(Color::Green),
            _ => text,
        };
        table.add_row(columns.iter().map(|at| match *at {
            0 | 1 => Cell::new(&line[*at]),
            8 => tint(Cell::new(&line[*at])),
            _ => Cell::new(&line[*at]).set_alignment(CellAlignment::Right),
        }));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    out.push_str(&format!("\n{}\n", table.trim_fmt()));
    let dropped: Vec<&str> = (0..HEADINGS.len()).filter(|at| !columns.contains(at)).map(|at| HEADINGS[at]).collect();
    push_dropped(&mut out, &dropped, usize::from(width));
    out.push_str(&counts(comparison, colour, usize::from(width)));
    format!("{out}\n{}\n", comparison.headline())
}

/// Returns the counts that changed, below a sentence; nothing if nothing was counted.
fn counts(comparison: &Comparison, colour: bool, width: usize) -> String {
    let Some(sentence) = counts_sentence(comparison) else { return String::new() };
    let changed = changed_counts(comparison);
    if changed.is_empty() {
        return format!("\n{sentence}\n");
    }
    let mut table = style::table(colour, width);
    table.set_header(COUNT_HEADINGS.map(|heading| Cell::new(heading).add_attribute(Attribute::Bold)));
    for counted in changed {
        let fields = count_fields(counted).into_iter().enumerate();
        table.add_row(fields.map(|(at, field)| match at {
            0 | 1 => Cell::new(shortened(&field, NAME)),
            2 => Cell::new(field),
            _ => Cell::new(field).set_alignment(CellAlignment::Right),
        }));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    format!("\n{sentence}\n{}\n", table.trim_fmt())
}

/// Returns the places of the columns that have room, or of the fewest that say what became of a cell.
fn fitting(lines: &[Vec<String>], width: usize) -> Vec<usize> {
    let widest = |at: &usize| lines.iter().map(|line| text::width(&line[*at])).max().unwrap_or(0);
    let columns = |at: &usize| widest(at).max(text::width(HEADINGS[*at])) + GAP;
    let mut shown: Vec<usize> = (0..HEADINGS.len()).collect();
    for dropped in DROPPED {
        // The last gap has a column only.
        if shown.iter().map(columns).sum::<usize>() < width + GAP {
            break;
        }
        shown.retain(|at| *at != dropped);
    }
    shown
}
