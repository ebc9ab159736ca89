//! A figure of each cell in several runs: a dot for each run, with its letter.

use plotters_backend::DrawingBackend;

use super::canvas::{Canvas, LABEL, Pen};
use super::drawing::Drawing;
use super::drawn::Drawn;
use super::ratio;
use super::rows::either;
use super::rows::{RowLabel, Rows};
use crate::drawing::palette::{INK, PAPER, Palette, REFERENCE};
use crate::drawing::scale::Axis;
use crate::figures::{Cell, ChartKind, Versus};
use crate::judgement::side_by_side::{Line, Shared, Side};
use crate::statistics::Estimate;
use crate::text::units::{self, NONE};
use crate::views::side_by_side::sentence;

/// Radius of a dot: room for a letter.
const DOT: f64 = 8.0;
/// Height of the place of a run within a row.
const PLACE: f64 = 18.0;
/// As many figures stand beside a row; of more runs it is the least and the most.
const MOST_FIGURES: usize = 3;

/// The chart of a workload that several runs share.
pub struct Sides<'a> {
    shared: &'a Shared<'a>,
    letters: &'a [&'a str],
    palette: &'a Palette,
    rows: Rows,
}

impl<'a> Sides<'a> {
    /// Returns the chart; none if no cell has a figure in any run.
    pub fn new(shared: &'a Shared<'a>, letters: &'a [&'a str], palette: &'a Palette) -> Option<Self> {
        let known = || shared.lines.iter().flat_map(|line| &line.sides).filter_map(|side| figure(shared, side));
        known().next()?;
        let words = ratio::words(shared.any);
        let ends = known().flat_map(|estimate| [estimate.low, estimate.high]).chain(words.is_some().then_some(1.0));
        let (axis_title, line) = words.map_or_else(
            || ("wall time of one run".to_owned(), String::new()),
            |(title, line)| (title, format!("{line}. ")),
        );
        let label = |line: &Line| RowLabel {
            name: line.name(),
            figure: figures(shared, line),
            sentence: line
                .sides
                .iter()
                .zip(letters)
                .map(|(side, letter)| said(letter, side))
                .collect::<Vec<_>>()
                .join(" "),
        };
        let rows = Rows {
            title: title(shared, letters),
            rows: shared.lines.iter().map(label).collect(),
            row_height: (PLACE * letters.len() as f64) as u32 + 8,
            axis: Axis::around(ends, &axis_title, format_of(shared)),
            legend: format!(
                "{line}A dot is the run of that letter, its whiskers the interval (of few rounds: the range)."
            ),
        };
        Some(Self { shared, letters, palette, rows })
    }
}

impl Drawing for Sides<'_> {
    fn kind(&self) -> ChartKind {
        ChartKind::SideBySide
    }

    fn title(&self) -> &str {
        &self.rows.title
    }

    fn alternative(&self) -> String {
        let rows = self.rows.rows.iter().map(|row| format!("{} {}", row.name, either(&row.figure)));
        let rows: Vec<String> = rows.collect();
        format!(
            "{}. {} in the runs {}: {}.",
            self.rows.title,
            self.rows.axis.title,
            self.letters.join(", "),
            rows.join("; ")
        )
    }

    fn height(&self) -> u32 {
        self.rows.height()
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        self.rows.draw(canvas, |plot| {
            if self.shared.any.versus != Versus::Nothing {
                plot.reference(1.0, REFERENCE)?;
            }
            for (i, line) in self.shared.lines.iter().enumerate() {
                for (place, (side, letter)) in line.sides.iter().zip(self.letters).enumerate() {
                    let Some(estimate) = figure(self.shared, side) else { continue };
                    let y = plot.middle(i) + (place as f64 - (self.letters.len() as f64 - 1.0) / 2.0) * PLACE;
                    let x = plot.x(estimate.value);
                    for end in [plot.x(estimate.low), plot.x(estimate.high)] {
                        plot.canvas.line((x, y), (end, y), 1.5, INK)?;
                        plot.canvas.line((end, y - 4.0), (end, y + 4.0), 1.5, INK)?;
                    }
                    plot.canvas.dot((x, y), DOT, self.palette.colour(&line.any.cell.runner), 1.0)?;
                    let pen = Pen { size: LABEL - 3.0, is_bold: true, ..Pen::new(PAPER) };
                    plot.canvas.text(letter, x, y - 1.0, pen)?;
                    plot.canvas.notes.mark((x - DOT, y - DOT), (x + DOT, y + DOT), &said(letter, side));
                }
            }
            Ok(())
        })
    }
}

/// Returns what a run has of a cell that can be compared with the others': the ratio where the group has one, else the wall time.
fn figure(shared: &Shared, side: &Side) -> Option<Estimate> {
    let Cell { group, row } = (*side)?;
    match shared.any.versus {
        Versus::Nothing => row.wall,
        versus => row.ratio.filter(|_| group.versus == versus),
    }
}

fn format_of(shared: &Shared) -> fn(f64) -> String {
    match shared.any.versus {
        Versus::Nothing => units::duration,
        _ => units::ratio,
    }
}

/// Returns the figures of a row, or why there are none.
fn figures(shared: &Shared, line: &Line) -> Result<String, String> {
    let format = format_of(shared);
    let all: Vec<Option<f64>> =
        line.sides.iter().map(|side| figure(shared, side).map(|estimate| estimate.value)).collect();
    let known: Vec<f64> = all.iter().flatten().copied().collect();
    match known.as_slice() {
        [] => Err("no run has a figure".to_owned()),
        _ if all.len() <= MOST_FIGURES => {
            let texts = all.iter().map(|value| value.map_or_else(|| NONE.to_owned(), format));
            Ok(texts.collect::<Vec<_>>().join(", "))
        }
        many => {
            let (least, most) =
                many.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), value| (a.min(*value), b.max(*value)));
            Ok(format!("{} to {}", format(least), format(most)))
        }
    }
}

fn said(letter: &str, side: &Side) -> String {
    format!("{letter}: {}", sentence(side))
}

/// Says which cell differs most between two runs, if any does by more than its intervals.
fn title(shared: &Shared, letters: &[&str]) -> String {
    let mut most: Option<(f64, String)> = None;
    let mut pairs = 0;
    for line in &shared.lines {
        let known: Vec<(&str, Estimate)> = line
            .sides
            .iter()
            .zip(letters)
            .filter_map(|(side, letter)| Some((*letter, figure(shared, side).filter(Estimate::is_interval)?)))
            .collect();
        for (i, (letter, one)) in known.iter().enumerate() {
            for (other_letter, other) in &known[i + 1..] {
                pairs += 1;
                let factor = (one.value / other.value).ln().abs();
                let is_apart = one.high < other.low || other.high < one.low;
                if is_apart && factor.is_finite() && most.as_ref().is_none_or(|(least, _)| factor > *least) {
                    let [one, other] = [one.value, other.value].map(format_of(shared));
                    let name = &line.any.label;
                    most =
                        Some((factor, format!("{name} differs most, {one} in {letter} and {other} in {other_letter}")));
                }
            }
        }
    }
    let finding = match most {
        Some((_, text)) => text,
        None if pairs > 0 => "where two runs have intervals, they overlap".to_owned(),
        None => "no two runs have rounds enough to tell them apart".to_owned(),
    };
    format!("{}: {finding}", shared.any.title)
}
