//! Two builds side by side in the terminal.

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table};

use super::style::TABLE;
use crate::judgement::compare::Comparison;
use crate::text::{plain, shortened};
use crate::views::comparison::{HEADINGS, facts, fields, remarks};

/// Longest name of a group or a cell that is shown in full.
const NAME: usize = 28;

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
    let mut table = Table::new();
    table.load_style(TABLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(width.max(60));
    if colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(HEADINGS.map(|heading| Cell::new(heading).add_attribute(Attribute::Bold)));
    for cell in &comparison.cells {
        let tint = |text: Cell| match cell.conclusion {
            conclusion if conclusion.is_regression() => text.fg(Color::Red),
            conclusion if conclusion.is_improvement() => text.fg(Color::Green),
            _ => text,
        };
        let [group, label, figures @ .., conclusion] = fields(cell);
        let names = [group, label].map(|name| Cell::new(shortened(&name, NAME)));
        let figures = figures.map(|figure| Cell::new(figure).set_alignment(CellAlignment::Right));
        table.add_row(names.into_iter().chain(figures).chain([tint(Cell::new(conclusion))]));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    format!("{out}\n{}\n\n{}\n", table.trim_fmt(), comparison.headline())
}
