//! The answer in the terminal: bars for each way of concurrency, and the sentences below them.

use anstyle::Style;

use super::room::push_dropped;
use super::style::{BLUE, BOLD, FAINT, YELLOW, styled};
use crate::text::{self, padded, plain, shortened, units, wrapped};
use crate::views::answer::{Answer, Ceiling, Figure, Line, Panel};

/// Widest bar.
const BAR: usize = 10;
/// Narrower bars tell nothing, and are left out.
const NARROWEST_BAR: usize = 5;
/// Longest name of a family.
const FAMILY: usize = 12;
/// Space in front of a panel.
const GAP: usize = 2;
/// Eighths of a block, from none to seven.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// Returns the answer for a terminal of `width` columns; with ANSI colours if `colour`. Empty if there is none.
pub fn text(answer: &Answer, colour: bool, width: usize) -> String {
    if answer.is_empty() {
        return String::new();
    }
    let mut out = table(answer, colour, width);
    out.push('\n');
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

fn table(answer: &Answer, colour: bool, width: usize) -> String {
    let frame = Frame::fitting(answer, width);
    let panels = &answer.panels[..frame.columns.len()];
    let mut out = String::new();
    let headings = panels.iter().map(|panel| vec![panel.heading()]).collect();
    let units = panels.iter().map(|panel| vec![panel.under_heading(), panel.work.unit().to_owned()]).collect();
    for words in [headings, units] {
        out.push_str(&styled(&frame.words(words), BOLD, colour));
        out.push('\n');
    }
    for lines in answer.by_family() {
        for (at, line) in lines.iter().enumerate() {
            out.push_str(&frame.row(line, at == 0, panels, colour));
        }
    }
    let ceilings = panels.iter().map(|panel| vec![panel.ceiling_in_words(), shortest_ceiling(panel)]).collect();
    out.push_str(&format!("{}\n", styled(&frame.words(ceilings), FAINT, colour)));
    let dropped: Vec<String> = answer.panels[frame.columns.len()..].iter().map(Panel::heading).collect();
    push_dropped(&mut out, &dropped, width);
    out
}

/// Returns the best that a figure can be, in as few characters as it takes; empty if the records do not say.
fn shortest_ceiling(panel: &Panel) -> String {
    let Some(Ceiling { value, is_least }) = panel.ceiling else { return String::new() };
    format!("{} {}", if is_least { "≥" } else { "≤" }, units::without_zeros(&units::ratio(value)))
}

/// How much stands behind a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    /// All there is.
    All,
    /// One thing: that nothing is gained, or else the busy cores or the memory.
    One,
    /// Nothing.
    Nothing,
}

impl Beside {
    fn text(self, figure: &Figure) -> String {
        match (self, figure.is_no_gain) {
            (Self::Nothing, _) => String::new(),
            (Self::All, true) => format!("{} no gain", figure.beside()).trim_start().to_owned(),
            (Self::One, true) => "no gain".to_owned(),
            (Self::All | Self::One, false) => figure.beside(),
        }
    }
}

/// Where things stand.
struct Frame {
    /// Width of the name of a family, and of a way.
    names: (usize, usize),
    /// The panels that are shown.
    columns: Vec<Column>,
    /// Width of a bar; 0 for none.
    bar: usize,
    beside: Beside,
}

/// The widths within a panel.
struct Column {
    /// Of what stands above and below its figures.
    heading: usize,
    figure: usize,
    /// 0 where less is better, or where there is no room.
    bar: usize,
    beside: usize,
}

impl Column {
    fn width(&self) -> usize {
        let behind = [self.bar, self.beside].into_iter().filter(|part| *part > 0).map(|part| part + 1);
        (self.figure + behind.sum::<usize>()).max(self.heading)
    }
}

impl Frame {
    /// Returns the frame that shows the most in `width` columns: first bars become shorter, then there are none, then figures stand alone, and
    /// then the last panels are dropped.
    fn fitting(answer: &Answer, width: usize) -> Self {
        let bars = || (NARROWEST_BAR..=BAR).rev();
        let with_bars = [Beside::All, Beside::One].into_iter().flat_map(|beside| bars().map(move |bar| (bar, beside)));
        let without = [Beside::All, Beside::One, Beside::Nothing].map(|beside| (0, beside));
        let whole = with_bars.chain(without).map(|(bar, beside)| Self::new(answer, answer.panels.len(), bar, beside));
        let cut = (1..answer.panels.len()).rev().map(|panels| Self::new(answer, panels, 0, Beside::Nothing));
        let mut frames = whole.chain(cut);
        let narrowest = Self::new(answer, 1, 0, Beside::Nothing);
        frames.find(|frame| frame.width() <= width).unwrap_or(narrowest)
    }

    fn new(answer: &Answer, panels: usize, bar: usize, beside: Beside) -> Self {
        let widest = |texts: &mut dyn Iterator<Item = String>| texts.map(|text| text::width(&text)).max().unwrap_or(0);
        let family = widest(&mut answer.lines.iter().map(|line| line.family_title.clone())).min(FAMILY);
        let way = widest(&mut answer.lines.iter().map(|line| line.way.name().to_owned()));
        let column = |(at, panel): (usize, &Panel)| {
            let figures = || answer.lines.iter().filter_map(move |line| line.figures[at].as_ref());
            let is_bounded =
                figures().filter_map(|figure| figure.value).any(|value| panel.share(value.value).is_some());
            let headings = match beside {
                Beside::All => [panel.heading(), panel.under_heading(), panel.ceiling_in_words()],
                _ => [panel.heading(), panel.work.unit().to_owned(), shortest_ceiling(panel)],
            };
            Column {
                heading: widest(&mut headings.into_iter()),
                figure: widest(&mut figures().map(Figure::text)),
                bar: if is_bounded { bar } else { 0 },
                beside: widest(&mut figures().map(|figure| beside.text(figure))),
            }
        };
        let columns = answer.panels.iter().take(panels).enumerate().map(column).collect();
        Self { names: (family, way), columns, bar, beside }
    }

    fn width(&self) -> usize {
        let names = self.names.0 + 1 + self.names.1;
        names + self.columns.iter().map(|column| GAP + column.width()).sum::<usize>()
    }

    /// Returns a line of words, in each panel the first of those given that fits.
    fn words(&self, panels: Vec<Vec<String>>) -> String {
        let mut line = " ".repeat(self.names.0 + 1 + self.names.1);
        for (column, words) in self.columns.iter().zip(panels) {
            let width = column.width();
            let fitting = words.iter().find(|words| text::width(words) <= width).or(words.last());
            let words = shortened(fitting.map_or("", String::as_str), width);
            line.push_str(&format!("{:GAP$}{}", "", padded(&words, width)));
        }
        line.trim_end().to_owned()
    }

    fn row(&self, line: &Line, is_first: bool, panels: &[Panel], colour: bool) -> String {
        let family = if is_first { shortened(&line.family_title, FAMILY) } else { String::new() };
        let mut text = format!("{} {}", padded(&family, self.names.0), padded(line.way.name(), self.names.1));
        for ((column, panel), figure) in self.columns.iter().zip(panels).zip(&line.figures) {
            let cell = figure.as_ref().map(|figure| self.figure(column, panel, figure)).unwrap_or_default();
            let cell = padded(&cell, column.width());
            let cell = figure.as_ref().and_then(code).map_or(cell.clone(), |code| styled(&cell, code, colour));
            text.push_str(&format!("{:GAP$}{cell}", ""));
        }
        format!("{}\n", text.trim_end())
    }

    fn figure(&self, column: &Column, panel: &Panel, figure: &Figure) -> String {
        let Some(value) = figure.value else {
            return shortened(figure.missing.as_deref().unwrap_or_default(), column.width());
        };
        let mut text = padded(&figure.text(), column.figure);
        if column.bar > 0 {
            let share = panel.share(value.value).unwrap_or(0.0);
            text.push_str(&format!(" {}", padded(&bar(share, self.bar), self.bar)));
        }
        format!("{text} {}", self.beside.text(figure)).trim_end().to_owned()
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
