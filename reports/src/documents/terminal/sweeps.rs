//! Sweeps in the terminal: a table of the first measure of each, or what follows from it in a line or two.

use anstyle::Style;
use comfy_table::{Cell, CellAlignment};

use super::room::{GAP, push_dropped, spread};
use super::style::{self, BOLD, push_wrapped, styled};
use crate::figures::Sweep;
use crate::text::{self, plain, shortened};
use crate::views::Report;
use crate::views::curves::{SweepView, Table};
use crate::views::laws::LawsView;

/// Longest name of a line that is shown in full.
const NAME: usize = 28;

/// Returns what each sweep of a report shows, for a terminal of `width` columns; empty without one.
pub fn text(report: &Report, colour: bool, width: usize) -> String {
    let mut out = String::new();
    for (sweep, view) in report.sweeps() {
        out.push_str(&section(sweep, view, colour, width));
        view.laws.iter().for_each(|said| out.push_str(&laws(sweep, said, colour, width)));
        out.push_str(&missing(view, colour));
        out.push('\n');
    }
    out
}

/// Returns the table of the first measure of a sweep, and what to take where.
pub fn section(sweep: &Sweep, view: &SweepView, colour: bool, width: usize) -> String {
    let mut out = heading(sweep, view, colour);
    let measure = view.pictures.first().map(|picture| picture.measure.title());
    let tables = view.tables.iter().filter(|table| measure.is_some_and(|measure| table.title.starts_with(measure)));
    tables.for_each(|one| out.push_str(&table(sweep, one, colour, width)));
    view.courses.iter().for_each(|sentence| push_wrapped(&mut out, 2, &plain(sentence), width));
    out
}

/// Returns what failed or was not run. A spent budget leaves out many cells at once.
pub fn missing(view: &SweepView, colour: bool) -> String {
    let mut out = String::new();
    for same in view.missing.chunk_by(|a, b| (&a.1, a.2) == (&b.1, b.2)) {
        let (name, reason, has_failed) = &same[0];
        let others = if same.len() > 1 { format!(" and {} more", same.len() - 1) } else { String::new() };
        let line = format!("  {}{others}: {}", plain(name), plain(reason));
        out.push_str(&styled(&line, if *has_failed { style::RED } else { Style::new() }, colour));
        out.push('\n');
    }
    out
}

/// Does as [`text`] in a line or two a sweep: what is seen, and what to take where.
pub fn sentences(report: &Report, colour: bool, width: usize) -> String {
    let mut out = String::new();
    for (sweep, view) in report.sweeps() {
        out.push_str(&shortened(heading(sweep, view, false).trim_end(), width));
        out.push('\n');
        if !view.courses.is_empty() {
            let courses = format!("  {}", plain(&view.courses.join(" ")));
            out.push_str(&format!("{}\n", shortened(&courses, width)));
        }
    }
    if out.is_empty() { out } else { format!("{}\n{out}\n", styled("Along an axis", BOLD, colour)) }
}

fn heading(sweep: &Sweep, view: &SweepView, colour: bool) -> String {
    format!("{}: {}\n", styled(&plain(&sweep.title), BOLD, colour), plain(&view.finding))
}

/// Returns what is said of laws, and their tables.
fn laws(sweep: &Sweep, laws: &LawsView, colour: bool, width: usize) -> String {
    let mut out = String::new();
    for table in &laws.tables {
        push_wrapped(&mut out, 0, &plain(&table.title), width);
        let name = |line: usize| shortened(&sweep.lines[line].label, NAME);
        let lines: Vec<(String, Vec<&str>)> = table
            .lines
            .iter()
            .map(|(line, fields)| (name(*line), fields.iter().map(String::as_str).collect()))
            .collect();
        out.push_str(&columns("", &table.headings, &lines, colour, width));
    }
    laws.sentences.iter().for_each(|sentence| push_wrapped(&mut out, 2, &plain(sentence), width));
    out
}

fn table(sweep: &Sweep, of: &Table, colour: bool, width: usize) -> String {
    let lines = of.lines.iter().map(|(line, entries)| {
        let figures = entries.iter().map(|entry| entry.field.figure.as_str());
        (shortened(&sweep.lines[*line].label, NAME), figures.collect())
    });
    let lines: Vec<(String, Vec<&str>)> = lines.collect();
    columns(&sweep.unit.name, &of.heads, &lines, colour, width)
}

/// Returns a table of as many columns as there is room for, and what the others are.
fn columns(corner: &str, heads: &[String], lines: &[(String, Vec<&str>)], colour: bool, width: usize) -> String {
    let name = lines.iter().map(|(name, _)| text::width(name)).max().unwrap_or(0);
    let widths = heads.iter().enumerate().map(|(at, head)| {
        let figures = lines.iter().map(|(_, fields)| fields[at]).chain([head.as_str()]);
        figures.map(text::width).max().unwrap_or(0)
    });
    let shown = spread(&widths.collect::<Vec<usize>>(), width.saturating_sub(name + GAP));
    let right = |text: &str| Cell::new(text).set_alignment(CellAlignment::Right);
    let mut table = style::table(colour, width);
    table.set_header([Cell::new(corner)].into_iter().chain(shown.iter().map(|at| right(&heads[*at]))));
    for (name, fields) in lines {
        table.add_row([Cell::new(name)].into_iter().chain(shown.iter().map(|at| right(fields[*at]))));
    }
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, GAP as u16 - 1));
    });
    let mut out = format!("{}\n", table.trim_fmt());
    let dropped = heads.iter().enumerate().filter(|(at, _)| !shown.contains(at)).map(|(_, head)| head);
    push_dropped(&mut out, &dropped.collect::<Vec<&String>>(), width);
    out
}
