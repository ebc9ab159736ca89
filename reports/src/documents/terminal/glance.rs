//! The matrix in a short form: a narrow column for each group, by letters that are explained below.

use super::matrix::code;
use super::style::{BOLD, push_wrapped, styled};
use crate::text::{padded, plain, shortened, width as columns_of};
use crate::views::matrix::{Field, Head, Line, Mark, Matrix, Shows, State};

/// Longest name of a runner that is shown in full.
const NAME: usize = 19;
/// Width of a column, with the space in front of it.
const COLUMN: usize = 5;
/// Most columns: they are named by letters.
const MOST: usize = 26;
/// Fewer runners than this are no overview.
const LEAST_RUNNERS: usize = 4;

/// Returns the matrix for a terminal of `width` columns, in at most `height` lines; with ANSI colours if `colour`. It says what is dropped.
/// Empty if there is nothing to compare.
pub fn text(matrix: &Matrix, colour: bool, width: usize, height: usize) -> String {
    let groups: Vec<usize> = (0..matrix.heads.len()).filter(|group| has_ratio(matrix, *group)).collect();
    let name = matrix.lines.iter().map(|line| columns_of(&line.name).min(NAME)).max().unwrap_or(0);
    let shown = &groups[..(width.saturating_sub(name) / COLUMN).clamp(1, MOST).min(groups.len())];
    let is_shown = |line: &&Line| shown.iter().any(|group| !is_dull(&line.fields[*group]));
    let lines: Vec<&Line> = matrix.lines.iter().filter(is_shown).collect();
    if groups.is_empty() || lines.len() < 2 {
        return String::new();
    }
    let name = lines.iter().map(|line| columns_of(&line.name).min(NAME)).max().unwrap_or(0);
    let legend = legend(matrix, shown, width);
    // A title, the letters, what is dropped, and an empty line.
    let room = height.saturating_sub(4 + legend.lines().count());
    let few = lines.len().min(LEAST_RUNNERS);
    if room < few {
        return format!("{}\n\n", shortened("Too narrow for the matrix: --tables", width));
    }
    let title = if shown.iter().all(|group| matrix.heads[*group].is_price()) {
        "At a glance: the price of an operation"
    } else {
        "At a glance: how many times as fast as one after the other"
    };
    let mut out = format!("{}\n{:name$}", styled(&shortened(title, width), BOLD, colour), "");
    letters(shown.len()).for_each(|letter| out.push_str(&format!("{letter:>COLUMN$}")));
    out.push('\n');
    for line in lines.iter().take(room) {
        let mut text = padded(&shortened(&line.name, NAME), name);
        for group in shown {
            let field = &line.fields[*group];
            let figure = format!("{:>COLUMN$}", figure(&matrix.heads[*group], field));
            text.push_str(&code(field).map_or(figure.clone(), |code| styled(&figure, code, colour)));
        }
        out.push_str(&format!("{}\n", text.trim_end()));
    }
    out.push_str(&legend);
    let dropped =
        [(groups_of(matrix) - shown.len(), "more workloads"), (lines.len().saturating_sub(room), "more runners")];
    let dropped = dropped.into_iter().filter(|(count, _)| *count > 0);
    let dropped: Vec<String> = dropped.map(|(count, what)| format!("{count} {what}")).collect();
    if !dropped.is_empty() {
        out.push_str(&format!("{}\n", shortened(&format!("{}: --tables", dropped.join(", ")), width)));
    }
    out.push('\n');
    out
}

/// Returns the number of groups. What follows from sweeps is said elsewhere.
fn groups_of(matrix: &Matrix) -> usize {
    matrix.heads.iter().filter(|head| !head.is_sweep()).count()
}

/// Returns whether something in a group was compared with something else.
fn has_ratio(matrix: &Matrix, group: usize) -> bool {
    let fields = || matrix.lines.iter().map(|line| &line.fields[group]);
    !matrix.heads[group].is_sweep() && fields().any(|field| field.sort.is_some() && field.state == State::Measured)
}

/// Returns whether a field says nothing in a row of figures: what others are compared with is 1, always.
fn is_dull(field: &Field) -> bool {
    matches!(field.state, State::Absent | State::LeftOut | State::Baseline)
}

fn letters(count: usize) -> impl Iterator<Item = char> {
    ('a'..='z').take(count)
}

/// Returns what the letters and the marks mean.
fn legend(matrix: &Matrix, shown: &[usize], width: usize) -> String {
    let title = |(letter, group): (char, &usize)| {
        let head = &matrix.heads[*group];
        let is_over_wait = matrix.lines.iter().any(|line| is_over_wait(head, &line.fields[*group]));
        let star = if is_over_wait { "*" } else { "" };
        format!("{letter}{star} {}", plain(&matrix.heads[*group].title))
    };
    let titles: Vec<String> = letters(shown.len()).zip(shown).map(title).collect();
    let mut text = titles.join(", ");
    let has = |is: &dyn Fn(&Head, &Field) -> bool| {
        matrix.lines.iter().any(|line| shown.iter().any(|group| is(&matrix.heads[*group], &line.fields[*group])))
    };
    let notes = [
        (has(&|head, _| head.is_price()), "n, µ, m: nano-, micro- and milliseconds an operation"),
        (has(&is_over_wait), "* times the longest wait"),
        (has(&|_, field| field.mark == Some(Mark::Noise)), "≈ within the noise"),
        (has(&|_, field| field.mark == Some(Mark::FewRounds)), "? too few rounds"),
        (has(&|head, field| figure(head, field) == "–"), "– not run"),
        (has(&|_, field| field.is_broken), "✗ failed"),
    ];
    let notes: Vec<&str> = notes.into_iter().filter(|(is_so, _)| *is_so).map(|(_, note)| note).collect();
    if !notes.is_empty() {
        text = format!("{text}. {}.", notes.join(", "));
    }
    let mut out = String::new();
    push_wrapped(&mut out, 0, &text, width);
    out
}

/// Returns whether the figure is a time over the longest wait.
fn is_over_wait(head: &Head, field: &Field) -> bool {
    head.shows == Shows::Time && field.state == State::Measured && field.sort.is_some() && field.tint.is_none()
}

/// Returns a field in four characters.
fn figure(head: &Head, field: &Field) -> String {
    match (field.state, field.sort) {
        (State::Absent, _) => String::new(),
        (State::LeftOut, _) => "–".to_owned(),
        (State::Missing, _) => if field.is_broken { "✗" } else { "–" }.to_owned(),
        (State::Baseline | State::Measured, None) => String::new(),
        (State::Baseline | State::Measured, Some(ns)) if head.is_price() => price(ns),
        (State::Baseline | State::Measured, Some(ratio)) => {
            format!("{}{}", number(ratio), field.mark.map_or("", Mark::sign))
        }
    }
}

/// Returns a time in four characters, with the letter of its unit.
fn price(ns: f64) -> String {
    let unit = [(1e9, "s"), (1e6, "m"), (1e3, "µ")].into_iter().find(|(worth, _)| ns >= 0.9995 * worth);
    let (worth, unit) = unit.unwrap_or((1.0, "n"));
    let value = ns / worth;
    if value < 9.95 { format!("{value:.1}{unit}") } else { format!("{value:.0}{unit}") }
}

/// Returns a ratio in three characters.
fn number(ratio: f64) -> String {
    match ratio {
        ratio if ratio >= 999.5 => ">1k".to_owned(),
        ratio if ratio >= 9.95 => format!("{ratio:.0}"),
        ratio if ratio >= 0.095 => format!("{ratio:.1}"),
        ratio if ratio >= 0.005 => format!("{ratio:.2}").trim_start_matches('0').to_owned(),
        _ => "~0".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_fit_four_characters() {
        let figures = [0.02, 3.3, 134.0, 999.6, 8_720.0, 999_600.0, 2.5e6, 7.3e10].map(price);
        assert_eq!(figures, ["0.0n", "3.3n", "134n", "1.0µ", "8.7µ", "1.0m", "2.5m", "73s"]);
    }

    #[test]
    fn ratios_fit_three_characters() {
        let ratios = [0.001, 0.012, 0.0949, 0.1, 0.96, 1.96, 9.94, 9.96, 120.4, 7_000.0];
        assert_eq!(ratios.map(number), ["~0", ".01", ".09", "0.1", "1.0", "2.0", "9.9", "10", "120", ">1k"]);
    }
}
