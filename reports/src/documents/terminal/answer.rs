//! The answer in the terminal: bars for each way of concurrency, and the sentences below them.

use anstyle::Style;

use super::style::{BLUE, BOLD, FAINT, YELLOW, styled};
use crate::text::{self, plain, shortened, wrapped};
use crate::views::answer::{Answer, Figure, Line, Panel};

/// Widest bar.
const BAR: usize = 10;
/// Narrower bars tell nothing, and are left out.
const NARROWEST_BAR: usize = 5;
/// Width of a figure.
const FIGURE: usize = 7;
/// Width of what stands beside a bar.
const BESIDE: usize = 9;
/// Longest name of a family.
const FAMILY: usize = 12;
/// Width of the name of a way.
const WAY: usize = 10;
/// Eighths of a block, from none to seven.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// Returns the answer for a terminal of `width` columns; with ANSI colours if `colour`. Empty if there is none.
pub fn text(answer: &Answer, colour: bool, width: usize) -> String {
    if answer.is_empty() {
        return String::new();
    }
    let family = answer.lines.iter().map(|line| text::width(&line.family_title).min(FAMILY)).max().unwrap_or(0);
    let names = family + 1 + WAY;
    let each = width.saturating_sub(names) / answer.panels.len();
    let bar = each.saturating_sub(FIGURE + BESIDE + 4).min(BAR);
    let bar = if bar < NARROWEST_BAR { 0 } else { bar };
    let frame = Frame { names, column: FIGURE + BESIDE + 2 + if bar > 0 { bar + 1 } else { 0 }, bar, family };
    let mut out = String::new();
    for heading in [Panel::heading, Panel::under_heading] {
        let cells = answer.panels.iter().map(heading);
        out.push_str(&styled(frame.line("", cells).trim_end(), BOLD, colour));
        out.push('\n');
    }
    for lines in answer.by_family() {
        for (at, line) in lines.iter().enumerate() {
            out.push_str(&frame.row(line, at == 0, &answer.panels, colour));
        }
    }
    let ceilings = answer.panels.iter().map(Panel::ceiling_in_words);
    out.push_str(&styled(frame.line("", ceilings).trim_end(), FAINT, colour));
    out.push_str("\n\n");
    for sentence in &answer.sentences {
        let topic = format!("{}: ", sentence.topic.name());
        let text = format!("{topic}{}", plain(&sentence.text));
        for (at, line) in wrapped(&text, width).iter().enumerate() {
            match line.strip_prefix(&topic).filter(|_| at == 0) {
                Some(rest) => out.push_str(&format!("{}{rest}\n", styled(&topic, BOLD, colour))),
                None => out.push_str(&format!("{line}\n")),
            }
        }
    }
    out.push('\n');
    out
}

/// Where things stand.
struct Frame {
    /// Width of the names at the left.
    names: usize,
    /// Width of a panel.
    column: usize,
    /// Width of a bar; 0 for none.
    bar: usize,
    /// Width of the name of a family.
    family: usize,
}

impl Frame {
    fn line(&self, name: &str, cells: impl Iterator<Item = String>) -> String {
        let mut line = format!("{name:<width$}", width = self.names);
        for cell in cells {
            line.push_str(&format!("  {:<width$}", shortened(&cell, self.column), width = self.column));
        }
        line
    }

    fn row(&self, line: &Line, is_first: bool, panels: &[Panel], colour: bool) -> String {
        let family = if is_first { shortened(&line.family_title, FAMILY) } else { String::new() };
        let mut text = format!("{family:<width$} {:<WAY$}", line.way.name(), width = self.family);
        for (panel, figure) in panels.iter().zip(&line.figures) {
            text.push_str("  ");
            let cell = figure.as_ref().map(|figure| self.figure(panel, figure)).unwrap_or_default();
            let code = figure.as_ref().and_then(code);
            let cell = format!("{cell:<width$}", width = self.column);
            text.push_str(&code.map_or(cell.clone(), |code| styled(&cell, code, colour)));
        }
        format!("{}\n", text.trim_end())
    }

    fn figure(&self, panel: &Panel, figure: &Figure) -> String {
        let Some(value) = figure.value else {
            return shortened(figure.missing.as_deref().unwrap_or_default(), self.column);
        };
        let bar = match panel.share(value.value) {
            Some(share) if self.bar > 0 => format!("{:<width$} ", bar(share, self.bar), width = self.bar),
            _ if self.bar > 0 => " ".repeat(self.bar + 1),
            _ => String::new(),
        };
        let beside = if figure.is_no_gain { format!("{} no gain", figure.beside()) } else { figure.beside() };
        format!("{:<FIGURE$} {bar}{beside}", figure.text())
    }
}

/// Returns a bar of so much of `width` columns.
fn bar(share: f64, width: usize) -> String {
    let eighths = (share.clamp(0.0, 1.0) * width as f64 * 8.0).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

fn code(figure: &Figure) -> Option<Style> {
    match figure.value {
        _ if !figure.is_told => Some(FAINT),
        _ if figure.is_no_gain => Some(YELLOW),
        Some(_) => Some(BLUE),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_share() {
        assert_eq!(bar(1.0, 4), "████");
        assert_eq!(bar(0.5, 4), "██");
        assert_eq!(bar(0.53, 4), "██▏");
        assert_eq!((bar(0.0, 4), bar(7.0, 4)), (String::new(), "████".to_owned()));
    }
}
