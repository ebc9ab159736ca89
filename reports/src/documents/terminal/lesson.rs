//! One claim in the terminal: who says so, what its tasks did or where its curves go, the figures, the verdict, and why it comes out so.

use super::room::{GAP, push_dropped};
use super::style::{BOLD, BOLD_RED, FAINT, GREEN, YELLOW, push_wrapped, styled};
use super::{lanes, stuck, sweeps};
use crate::judgement::claims::{Outcome, Verdict};
use crate::text::{self, padded, plain, shortened, wrapped};
use crate::views::lesson::{Lesson, Watched};

/// Longer lines of prose are hard to read.
const PROSE: usize = 100;
/// What continues a verdict stands so far from the left.
const INDENT: usize = 4;
/// Longest name of a cell or of work that is shown in full.
const NAME: usize = 26;

/// Returns the lesson for a terminal of `width` columns; with ANSI colours if `colour`.
pub fn text(lesson: &Lesson, colour: bool, width: usize) -> String {
    let prose = width.min(PROSE);
    let mut out = String::new();
    let claim = lesson.claim;
    for line in wrapped(&claim.statement, prose) {
        out.push_str(&format!("{}\n", styled(&line, BOLD, colour)));
    }
    push_wrapped(&mut out, 0, &claim.why, prose);
    if let Some(said_by) = &claim.said_by {
        push_wrapped(&mut out, 0, &format!("Said by: {}.", said_by.trim_end_matches('.')), prose);
    }
    out.push('\n');
    if claim.is_about_curves() {
        for (sweep, view) in &lesson.sweeps {
            out.push_str(&sweeps::section(sweep, view, colour, width));
            out.push_str(&sweeps::missing(view, colour));
        }
    } else {
        match &lesson.watched {
            Some(watched) => out.push_str(&lanes_of(watched, colour, width)),
            None => out.push_str(&format!("{}\n", styled("No cell was watched at work.", FAINT, colour))),
        }
        for group in &lesson.stuck {
            let title = format!("\n{}: how tasks get stuck\n", plain(&group.title));
            out.push_str(&styled(&title, BOLD, colour));
            out.push_str(&stuck::of_group(group, colour, width));
        }
        out.push('\n');
        out.push_str(&figures(lesson, colour, width));
    }
    out.push('\n');
    for (family, verdict) in &lesson.verdicts {
        push_verdict(&mut out, family, verdict, colour, prose);
    }
    for (head, body) in [("Why: ", &claim.because), ("Where it fails: ", &claim.if_not)] {
        if let Some(body) = body.as_ref().filter(|_| head == "Why: " || lesson.fails()) {
            push_headed(&mut out, head, body, colour, prose);
        }
    }
    out.push('\n');
    out
}

/// Returns the lanes of the cells that were watched, and which were not.
fn lanes_of(watched: &Watched, colour: bool, width: usize) -> String {
    let cells = watched.cells.iter().map(|(row, profile)| lanes::Cell { label: &row.label, profile });
    let cells: Vec<lanes::Cell> = cells.collect();
    let by = if watched.group.is_cpu_bound() { lanes::By::Worker } else { lanes::By::Task };
    let title = format!("{}: what each {} did in one run", plain(&watched.group.title), by.name());
    let mut out = format!("{}\n", styled(&shortened(&title, width), BOLD, colour));
    out.push_str(&lanes::text(&cells, by, colour, width));
    if !watched.unwatched.is_empty() {
        let line = shortened(&format!("Not watched: {}.", watched.unwatched.join(", ")), width);
        out.push_str(&format!("{}\n", styled(&line, FAINT, colour)));
    }
    out
}

/// Returns the figures that the claim is about, as many columns as fit.
fn figures(lesson: &Lesson, colour: bool, width: usize) -> String {
    let name = lesson.lines.iter().map(|(name, _)| text::width(name).min(NAME)).max().unwrap_or(0);
    let mut rows: Vec<String> = vec![" ".repeat(name); 2];
    rows.extend(lesson.lines.iter().map(|(label, _)| padded(&shortened(label, NAME), name)));
    let places: Vec<usize> = (0..lesson.heads.len()).collect();
    let mut dropped: Vec<String> = Vec::new();
    for places in places.chunk_by(|a, b| lesson.heads[*a].work == lesson.heads[*b].work) {
        let columns: Vec<Vec<String>> = places.iter().map(|place| column(lesson, *place)).collect();
        let widest = |texts: &Vec<String>| texts.iter().map(|text| text::width(text)).max().unwrap_or(0) + GAP;
        let mut widths: Vec<usize> = columns.iter().map(widest).collect();
        // What the work is called stands above all of its columns.
        let work = shortened(&lesson.heads[places[0]].work, NAME);
        widths[0] += (text::width(&work) + GAP).saturating_sub(widths.iter().sum());
        let all = widths.iter().sum::<usize>();
        if !dropped.is_empty() || rows.iter().any(|row| text::width(row) + all > width) {
            dropped.push(work);
            continue;
        }
        push_right(&mut rows[0], &work, all);
        for (texts, width) in columns.iter().zip(widths) {
            rows[1..].iter_mut().zip(texts).for_each(|(row, text)| push_right(row, text, width));
        }
    }
    let lines = rows.iter().enumerate().map(|(at, row)| {
        let row = row.trim_end();
        format!("{}\n", if at < 2 { styled(row, BOLD, colour) } else { row.to_owned() })
    });
    let mut out: String = lines.collect();
    push_dropped(&mut out, &dropped, width);
    out
}

/// Returns the texts of a column, its heading first.
fn column(lesson: &Lesson, place: usize) -> Vec<String> {
    let figures = lesson.lines.iter().map(|(_, fields)| plain(&fields[place].figure));
    [lesson.heads[place].column.short().to_owned()].into_iter().chain(figures).collect()
}

/// Adds a text at the right end of so many columns.
fn push_right(row: &mut String, text: &str, columns: usize) {
    row.push_str(&" ".repeat(columns.saturating_sub(text::width(text))));
    row.push_str(text);
}

fn push_verdict(out: &mut String, family: &str, verdict: &Verdict, colour: bool, width: usize) {
    let outcome = verdict.outcome();
    let style = match outcome {
        Outcome::Holds => GREEN,
        Outcome::Undecided => YELLOW,
        Outcome::NotRun => FAINT,
        Outcome::Fails => BOLD_RED,
    };
    let mark = format!("{} {}", outcome.mark(), outcome.word());
    let text = format!("{mark}, {family}: {}", plain(&verdict.judgement.why));
    for (at, line) in wrapped(&text, width.saturating_sub(INDENT)).iter().enumerate() {
        match line.strip_prefix(&mark).filter(|_| at == 0) {
            Some(rest) => out.push_str(&format!("{}{rest}\n", styled(&mark, style, colour))),
            None => out.push_str(&format!("{:INDENT$}{line}\n", "")),
        }
    }
}

/// Adds a paragraph that begins with a word in bold.
fn push_headed(out: &mut String, head: &str, body: &str, colour: bool, width: usize) {
    for (at, line) in wrapped(&format!("{head}{body}"), width).iter().enumerate() {
        match line.strip_prefix(head).filter(|_| at == 0) {
            Some(rest) => out.push_str(&format!("{}{rest}\n", styled(head, BOLD, colour))),
            None => out.push_str(&format!("{line}\n")),
        }
    }
}
