//! The terminal's tables: one a group, as many columns as fit.

mod answer;
mod break_even;
mod brief;
mod comparison;
mod faults;
mod glance;
mod lanes;
mod languages;
mod lesson;
mod live;
mod matrix;
mod notices;
mod open;
mod room;
mod service;
mod stuck;
mod style;
mod sweeps;
mod verdicts;

use comfy_table::{Attribute, Cell, CellAlignment, Color};

pub use self::comparison::text as comparison;
pub use self::live::line as verdict_line;
use self::room::{GAP, fitting, push_dropped};
use self::style::{BOLD, RED, styled};
use self::verdicts::NotRun;
use crate::figures::{GroupSummary, Row};
use crate::judgement::claims::Claim;
use crate::text::units::NONE;
use crate::text::{self, plain, shortened};
use crate::views::columns::{Column, Field};
use crate::views::lesson::Lesson;
use crate::views::{GroupView, Report, capacity};

/// Narrower than this no table is readable; wider lines wrap then.
const NARROWEST: usize = 40;
/// Longest name of a cell that is shown in full.
const NAME: usize = 28;

/// Returns the short form of a report for a terminal of `width` columns: the answer, and what does not hold. With ANSI colours if `colour`.
pub fn brief(report: &Report, colour: bool, width: u16) -> String {
    brief::text(report, colour, usize::from(width).max(NARROWEST))
}

/// Returns the answer of a report, and nothing else: of a run that has none, as one of a single group, the tables. With ANSI colours if
/// `colour`.
pub fn answer(report: &Report, colour: bool, width: u16) -> String {
    let width = usize::from(width).max(NARROWEST);
    let break_even = break_even::sentences(&report.break_even, colour, width);
    let service = service::text(&report.services, colour, width);
    let text = answer::text(&report.answer, colour, width) + &service + &break_even;
    if text.is_empty() { groups(report, colour, width) + &sweeps::text(report, colour, width) } else { text }
}

/// Returns where one runner overtakes another, and all points on which that rests. With ANSI colours if `colour`.
pub fn break_even(report: &Report, colour: bool, width: u16) -> String {
    break_even::searched(&report.break_even, colour, usize::from(width).max(NARROWEST))
}

/// Returns what a report shows of one claim, for those who teach or learn: who says so, the lanes of its tasks, the figures, the verdict and
/// why it comes out so.
pub fn lesson(report: &Report, claim: &Claim, colour: bool, width: u16) -> String {
    lesson::text(&Lesson::from_report(report, claim), colour, usize::from(width).max(NARROWEST))
}

/// Returns a report with all its tables for a terminal of `width` columns; with ANSI colours if `colour`.
pub fn tables(report: &Report, colour: bool, width: u16) -> String {
    whole(report, NotRun::Explained, colour, width)
}

/// Returns the same of a report of a few groups that nobody asked the tables of: it counts the claims that were not run.
pub fn few_tables(report: &Report, colour: bool, width: u16) -> String {
    whole(report, NotRun::Counted, colour, width)
}

fn whole(report: &Report, not_run: NotRun, colour: bool, width: u16) -> String {
    let width = usize::from(width).max(NARROWEST);
    let mut out = String::new();
    if let Some(capacity) = report.summary.ceiling.as_ref().and_then(capacity::sentence) {
        out.push_str(&format!("{capacity}.\n\n"));
    }
    out.push_str(&answer::text(&report.answer, colour, width));
    out.push_str(&service::text(&report.services, colour, width));
    out.push_str(&break_even::sentences(&report.break_even, colour, width));
    out.push_str(&break_even::table(&report.break_even, colour, width));
    out.push_str(&languages::text(&report.languages, colour, width));
    out.push_str(&groups(report, colour, width));
    out.push_str(&sweeps::text(report, colour, width));
    out.push_str(&matrix::text(&report.matrix, colour, width));
    out.push_str(&faults::text(&report.faults, colour, width));
    out.push_str(&faults::evidence(&report.faults, colour, width));
    out.push_str(&verdicts::text(&report.verdicts, not_run, colour, width));
    report.notices.iter().for_each(|notice| out.push_str(&notices::line(notice, colour)));
    out
}

/// Returns the tables of all groups, and below them once which columns had no room.
fn groups(report: &Report, colour: bool, width: usize) -> String {
    let (mut out, mut dropped) = (String::new(), Vec::new());
    for (group, view) in report.groups() {
        out.push_str(&group_text(group, view, &mut dropped, colour, width));
        out.push('\n');
    }
    if !dropped.is_empty() {
        let names = Column::all().filter(|column| dropped.contains(column)).map(Column::short);
        push_dropped(&mut out, &names.collect::<Vec<&str>>(), width);
        out.push('\n');
    }
    out
}

/// Returns the heading, the table, and what is missing from it.
fn group_text(group: &GroupSummary, view: &GroupView, dropped: &mut Vec<Column>, colour: bool, width: usize) -> String {
    let finding = view.finding.to_string();
    let mut out = format!("{}: {}\n", styled(&plain(&group.title), BOLD, colour), plain(&finding));
    out.push_str(&table(group, view, dropped, colour, width));
    out.push('\n');
    for (family, params) in group.scaled() {
        out.push_str(&format!("  In {}: {} (compare ratios, not wall times)\n", plain(family), params.join(", ")));
    }
    for row in &group.rows {
        if let Some(failure) = row.failures.first() {
            let more =
                if row.failures.len() > 1 { format!(" (and {} more)", row.failures.len() - 1) } else { String::new() };
            let line = format!("{} ({}): {}{more}", row.label, failure.kind.name(), plain(&failure.message));
            out.push_str(&format!("  {}\n", styled(&line, RED, colour)));
        }
    }
    out.push_str(&stuck::of_group(group, colour, width));
    for (runner, reason) in &group.skipped {
        out.push_str(&format!("  {} left out: {}\n", plain(runner), plain(reason)));
    }
    out
}

fn table(group: &GroupSummary, view: &GroupView, dropped: &mut Vec<Column>, colour: bool, width: usize) -> String {
    let name_width = group.rows.iter().map(|row| text::width(&row.label).min(NAME)).max().unwrap_or(0);
    let texts: Vec<Vec<String>> = group.rows.iter().zip(&view.lines).map(|line| texts(line, &view.columns)).collect();
    let widest = |at: usize, column: &Column| {
        let texts = texts.iter().map(|texts| text::width(&texts[at]));
        texts.chain([text::width(column.short())]).max().unwrap_or(0)
    };
    let widths = view.columns.iter().enumerate().map(|(at, column)| widest(at, column));
    let (columns, rest) = view.columns.split_at(fitting(widths, width.saturating_sub(name_width + GAP)));
    dropped.extend(rest);
    let mut table = style::table(colour, width);
    let headings = columns.iter().map(|column| right(column.short()).add_attribute(Attribute::Bold));
    table.set_header([Cell::new("Runner").add_attribute(Attribute::Bold)].into_iter().chain(headings));
    for (row, texts) in group.rows.iter().zip(&texts) {
        let fields = columns.iter().zip(texts).map(|(column, text)| match column {
            _ if row.wall.is_none() && text != NONE => right(text).fg(Color::Red),
            Column::SpeedUp if row.differs() => right(text).fg(tendency(row)),
            _ => right(text),
        });
        table.add_row([Cell::new(shortened(&row.label, NAME))].into_iter().chain(fields));
    }
    for column in table.column_iter_mut() {
        // The table puts one more space between columns by itself.
        column.set_padding((0, GAP as u16 - 1));
    }
    table.trim_fmt()
}

/// Returns the texts of a line: the figures and, for those that have one, the interval. Parts of a figure are left to wider media.
fn texts((row, fields): (&Row, &Vec<Field>), columns: &[Column]) -> Vec<String> {
    let text = |(column, field): (&Column, &Field)| match column {
        Column::SpeedUp if row.is_baseline => field.figure.clone(),
        Column::Wall | Column::SpeedUp | Column::OverWait | Column::P50 | Column::P99 if !field.detail.is_empty() => {
            format!("{} [{}]", field.figure, field.detail)
        }
        Column::Workers => format!("{} {}", field.figure, field.detail),
        _ => field.figure.clone(),
    };
    columns.iter().zip(fields).map(text).collect()
}

fn right(text: &str) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn tendency(row: &Row) -> Color {
    if row.ratio.is_some_and(|ratio| ratio.value > 1.0) { Color::Green } else { Color::Yellow }
}
