//! The terminal's tables: one a group, as many columns as fit.

mod matrix;

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, LineStyle, Table, TableStyle};

use crate::documents::verdicts;
use crate::figures::capacity::Ceiling;
use crate::figures::{GroupSummary, Row, Summary};
use crate::judgement::claims::Verdict;
use crate::judgement::notices::Gravity;
use crate::text::units::NONE;
use crate::text::{plain, shortened};
use crate::views::columns::{self, Column};
use crate::views::matrix::Matrix;

/// Narrower than this no table is readable; wider lines wrap then.
const NARROWEST: usize = 40;
/// A line below the headings, and nothing else.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
/// Space between columns.
const GAP: usize = 2;
/// Longest name of a cell that is shown in full.
const NAME: usize = 28;

/// The summary and the verdicts for a terminal of `width` columns; with ANSI colours if `colour`.
pub fn terminal(summary: &Summary, verdicts: &[Verdict], colour: bool, width: u16) -> String {
    let width = usize::from(width).max(NARROWEST);
    let mut out = String::new();
    if let Some(capacity) = summary.ceiling.as_ref().and_then(Ceiling::sentence) {
        out.push_str(&format!("{capacity}.\n\n"));
    }
    for group in &summary.groups {
        out.push_str(&group_text(group, colour, width));
        out.push('\n');
    }
    out.push_str(&matrix::terminal(&Matrix::of(summary), colour, width));
    out.push_str(&verdicts::terminal(verdicts, colour, width));
    for notice in &summary.notices {
        let (name, code) = match notice.gravity {
            Gravity::Error => ("error", "1;31"),
            Gravity::Caution => ("note", "1;33"),
        };
        out.push_str(&format!("{}: {}\n", styled(name, code, colour), plain(&notice.text)));
    }
    out
}

/// Heading, table, and what is missing from it.
fn group_text(group: &GroupSummary, colour: bool, width: usize) -> String {
    let mut out = format!("{}: {}\n", styled(&plain(&group.title), "1", colour), plain(&group.finding));
    out.push_str(&table(group, colour, width));
    out.push('\n');
    for row in &group.rows {
        if let Some(failure) = row.failures.first() {
            let more =
                if row.failures.len() > 1 { format!(" (and {} more)", row.failures.len() - 1) } else { String::new() };
            let line = format!("{} ({}): {}{more}", row.label, failure.kind.name(), plain(&failure.message));
            out.push_str(&format!("  {}\n", styled(&line, "31", colour)));
        }
    }
    for (runner, reason) in &group.skipped {
        out.push_str(&format!("  {} left out: {}\n", plain(runner), plain(reason)));
    }
    out
}

fn table(group: &GroupSummary, colour: bool, width: usize) -> String {
    let name_width = group.rows.iter().map(|row| row.label.chars().count().min(NAME)).max().unwrap_or(0);
    let columns = fitting(group, columns::of(group), width.saturating_sub(name_width + GAP));
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(width as u16);
    if colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let headings = columns.iter().map(|column| right(column.short).add_attribute(Attribute::Bold));
    table.set_header([Cell::new("Runner").add_attribute(Attribute::Bold)].into_iter().chain(headings));
    for row in &group.rows {
        let fields = columns.iter().map(|column| match field_text(column, row) {
            text if row.wall.is_none() && text != NONE => right(&text).fg(Color::Red),
            text if column.short == "Speed-up" && row.differs() => right(&text).fg(tendency(row)),
            text => right(&text),
        });
        table.add_row([Cell::new(shortened(&row.label, NAME))].into_iter().chain(fields));
    }
    for column in table.column_iter_mut() {
        // The table puts one more space between columns by itself.
        column.set_padding((0, GAP as u16 - 1));
    }
    table.trim_fmt()
}

/// As many columns, from the first, as fit the width; at least one.
fn fitting(group: &GroupSummary, columns: Vec<Column>, width: usize) -> Vec<Column> {
    let mut used = 0;
    let fits = columns.iter().enumerate().take_while(|(i, column)| {
        let texts = group.rows.iter().map(|row| field_text(column, row).chars().count());
        used += texts.max().unwrap_or(0).max(column.short.chars().count()) + GAP;
        *i == 0 || used <= width
    });
    let count = fits.count();
    columns.into_iter().take(count).collect()
}

/// The figure and, for those that have one, its interval. Parts of a figure are left to wider media.
fn field_text(column: &Column, row: &Row) -> String {
    let field = (column.field)(row);
    match column.short {
        "Speed-up" if row.is_baseline => field.figure,
        "Wall" | "Speed-up" | "Of wait" | "p50" | "p99" if !field.detail.is_empty() => {
            format!("{} [{}]", field.figure, field.detail)
        }
        "Workers" => format!("{} {}", field.figure, field.detail),
        _ => field.figure,
    }
}

fn right(text: &str) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn tendency(row: &Row) -> Color {
    if row.ratio.is_some_and(|ratio| ratio.value > 1.0) { Color::Green } else { Color::Yellow }
}

fn styled(text: &str, code: &str, colour: bool) -> String {
    if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}
