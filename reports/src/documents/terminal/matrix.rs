//! The matrix in the terminal: as many columns beside each other as fit, then the next ones below.

use anstyle::Style;

use super::style::{BLUE, BOLD, BOLD_RED, FAINT, YELLOW, styled};
use crate::text::{self, padded, plain, shortened, wrapped};
use crate::views::matrix::{Field, Head, Matrix, State};

/// Longest name of a runner that is shown in full.
const NAME: usize = 22;
/// Width of a column: a figure, a space and a bar.
const COLUMN: usize = 13;

/// Returns the matrix for a terminal of `width` columns; with ANSI colours if `colour`. Empty if there is nothing to compare.
pub fn text(matrix: &Matrix, colour: bool, width: usize) -> String {
    if matrix.heads.len() < 2 || matrix.lines.len() < 2 {
        return String::new();
    }
    let name = matrix.lines.iter().map(|line| text::width(&line.name).min(NAME)).max().unwrap_or(0);
    let columns = (width.saturating_sub(name) / (COLUMN + 1)).max(1);
    let title = if matrix.heads.iter().all(Head::is_price) {
        "At a glance: the price of an operation"
    } else {
        "At a glance: speed-up over the family's sequential"
    };
    let mut out = format!("{}\n", styled(title, BOLD, colour));
    for first in (0..matrix.heads.len()).step_by(columns) {
        let last = (first + columns).min(matrix.heads.len());
        out.push_str(&block(matrix, first..last, name, colour));
    }
    out.push_str(&shortened(
        "≈ within the noise, ? too few rounds; bars from 1.1x, 1.5x, 3x, 8x: █ faster, ░ slower",
        width,
    ));
    if matrix.heads.iter().any(Head::is_sweep) {
        out.push('\n');
        out.push_str(&shortened(
            "along an axis: from (≥) or up to (≤) where it is faster, and at best; or where it is the best",
            width,
        ));
    }
    if matrix.has_prices() {
        out.push('\n');
        out.push_str(&shortened("times: the price of an operation; the more ░, the dearer than the cheapest", width));
    }
    out.push_str("\n\n");
    out
}

/// Returns some columns with their heads.
fn block(matrix: &Matrix, columns: std::ops::Range<usize>, name: usize, colour: bool) -> String {
    let heads: Vec<Vec<String>> = matrix.heads[columns.clone()].iter().map(|head| lines_of(&head.title)).collect();
    let height = heads.iter().map(Vec::len).max().unwrap_or(0);
    let mut out = String::new();
    for line in 0..height {
        let mut text = " ".repeat(name);
        for head in &heads {
            // Heads stand on the table, so the shorter ones begin lower.
            let missing = height - head.len();
            let part = line.checked_sub(missing).map_or("", |at| head[at].as_str());
            text.push_str(&format!(" {part:>COLUMN$}"));
        }
        out.push_str(&styled(text.trim_end(), BOLD, colour));
        out.push('\n');
    }
    for line in &matrix.lines {
        let heads = &matrix.heads[columns.clone()];
        let fields: Vec<(&Head, &Field)> = heads.iter().zip(&line.fields[columns.clone()]).collect();
        if fields.iter().all(|(_, field)| field.state == State::Absent) {
            continue;
        }
        let mut text = padded(&shortened(&line.name, NAME), name);
        for (head, field) in fields {
            let figure = field_text(head, field);
            text.push(' ');
            text.push_str(&match code(field) {
                Some(code) => styled(&figure, code, colour),
                None => figure,
            });
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}

/// Returns the head of a column in lines that fit it.
fn lines_of(title: &str) -> Vec<String> {
    wrapped(&plain(title).replace('_', " "), COLUMN).iter().map(|line| shortened(line, COLUMN)).collect()
}

/// Returns the figure, and the bar or mark, filling the column.
fn field_text(head: &Head, field: &Field) -> String {
    let bar = match field.tint {
        Some(tint) => field.mark.map_or_else(|| tint.bar(), |mark| mark.sign().to_owned()),
        None => String::new(),
    };
    if field.tint.is_some() && !head.is_sweep() {
        format!("{:>8} {bar:<4}", field.figure)
    } else {
        format!("{:>COLUMN$}", shortened(&field.figure, COLUMN))
    }
}

/// Returns how a field looks; none if as all else.
pub fn code(field: &Field) -> Option<Style> {
    match field.state {
        State::Missing if field.is_broken => Some(BOLD_RED),
        State::Missing | State::LeftOut | State::Absent => Some(FAINT),
        _ if field.mark.is_some() => None,
        _ => match field.tint?.is_faster()? {
            true => Some(BLUE),
            false => Some(YELLOW),
        },
    }
}
