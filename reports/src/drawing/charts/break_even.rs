//! Where one runner overtakes another: one row a pair, along the size or the number of tasks, in the colour of who is faster.

use plotters_backend::DrawingBackend;

use super::canvas::{Canvas, LABEL, Pen, fitted, text_width, title_height, widest};
use super::drawing::Drawing;
use super::drawn::Drawn;
use super::pixels::WIDTH;
use crate::drawing::palette::{Colour, FADED, GRID, INK, PAPER, Palette};
use crate::drawing::scale::Axis;
use crate::figures::ChartKind;
use crate::figures::break_even::{BreakEven, Position};
use crate::statistics::crossing::Lead;
use crate::text::units;
use crate::views::break_even::BreakEvenLine;

/// Height of a row.
const ROW: f64 = 50.0;
/// Height of a bar.
const BAR: f64 = 20.0;
/// Height of what stands below the rows of a panel: ticks and title.
const AXIS: f64 = 48.0;
/// Space above a panel.
const GAP: f64 = 10.0;
/// Space at the sides.
const MARGIN: f64 = 14.0;
/// Most room for the names of pairs.
const NAMES: f64 = 250.0;
/// Size of what stands below names and bars.
const SMALL: f64 = 12.0;
/// Space between the lines of a hatch.
const HATCH: f64 = 6.0;
/// Height of what is said below all panels.
const LEGEND: f64 = 26.0;

/// The chart.
pub struct BreakEvens<'a> {
    panels: Vec<Panel<'a>>,
    palette: &'a Palette,
}

/// Rows that share an axis.
struct Panel<'a> {
    lines: Vec<&'a BreakEvenLine>,
    axis: Axis,
}

/// A part of a bar: from one value of the axis to another, and who is faster there.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Part {
    from: f64,
    to: f64,
    lead: Lead,
}

impl<'a> BreakEvens<'a> {
    /// Returns none if no pair is asked about.
    pub fn new(lines: &'a [BreakEvenLine], palette: &'a Palette) -> Option<Self> {
        let panel = |is_size: bool, title: &str, format: fn(f64) -> String| {
            let lines: Vec<&BreakEvenLine> = lines.iter().filter(|line| is_of_size(&line.figures) == is_size).collect();
            let points = lines.iter().flat_map(|line| &line.figures.points).map(|point| value(point.position));
            let axis = Axis::logarithmic(points.collect::<Vec<f64>>().into_iter(), title, format);
            (!lines.is_empty()).then_some(Panel { lines, axis })
        };
        let size = panel(true, "time of a task by itself", units::duration);
        let number = panel(false, "number", units::number);
        let panels: Vec<Panel<'a>> = size.into_iter().chain(number).collect();
        (!panels.is_empty()).then_some(Self { panels, palette })
    }

    /// Returns where the axes begin.
    fn left(&self) -> f64 {
        let lines = self.panels.iter().flat_map(|panel| &panel.lines);
        let pairs = widest(lines.clone().map(|line| line.pair.as_str()), LABEL);
        pairs.max(widest(lines.map(|line| line.title.as_str()), SMALL)).min(NAMES) + 2.0 * MARGIN
    }

    fn right(&self) -> f64 {
        f64::from(WIDTH) - 2.0 * MARGIN
    }

    /// Returns where a value of an axis is, in logical pixels.
    fn x(&self, axis: &Axis, value: f64) -> f64 {
        let range = axis.range();
        self.left() + (axis.position(value) - range.start) / (range.end - range.start) * (self.right() - self.left())
    }

    fn colour(&self, figures: &BreakEven, lead: Lead) -> Option<Colour> {
        figures.runner(lead).map(|runner| self.palette.colour(runner))
    }

    fn row<DB: DrawingBackend>(&self, canvas: &Canvas<DB>, axis: &Axis, line: &BreakEvenLine, top: f64) -> Drawn<DB> {
        let figures = &line.figures;
        let (bar, below) = ((top + 4.0, top + 4.0 + BAR), top + 4.0 + BAR + 11.0);
        let width = self.left() - 2.0 * MARGIN;
        canvas.text(&fitted(&line.pair, LABEL, width), MARGIN, (bar.0 + bar.1) / 2.0, Pen::new(INK).left())?;
        let small = Pen { size: SMALL, ..Pen::new(FADED) };
        canvas.text(&fitted(&line.title, SMALL, width), MARGIN, below, small.left())?;
        canvas.notes.row(top, top + ROW, &format!("{}: {}", line.title, line.sentence));
        for part in parts(figures) {
            let (from, to) = (self.x(axis, part.from), self.x(axis, part.to));
            match self.colour(figures, part.lead) {
                Some(colour) => {
                    canvas.rectangle((from, bar.0), (to, bar.1), colour)?;
                    let name = figures.leader(part.lead).unwrap_or_default();
                    if text_width(name, SMALL, false) < to - from - 8.0 {
                        let pen = Pen { size: SMALL, ..Pen::new(PAPER) };
                        canvas.text(name, (from + to) / 2.0, (bar.0 + bar.1) / 2.0, pen)?;
                    }
                }
                None => hatch(canvas, (from, bar.0), (to, bar.1))?,
            }
            let who = figures.leader(part.lead).map_or("cannot be told".to_owned(), |name| format!("{name} is faster"));
            canvas.notes.mark((from, bar.0), (to, bar.1), &format!("{}: {who}", line.pair));
        }
        for change in &figures.changes {
            let x = self.x(axis, value(change.at));
            canvas.line((x, bar.0 - 3.0), (x, bar.1 + 3.0), 2.0, INK)?;
            let said = line.change(change);
            let half = text_width(&said, SMALL, false) / 2.0;
            let middle = x.clamp(self.left() + half, (self.right() - half).max(self.left() + half));
            canvas.text(&said, middle, below, Pen { size: SMALL, ..Pen::new(INK) })?;
        }
        if figures.changes.is_empty() {
            let told = figures.leader(figures.leaders()[0]).is_some();
            let said = if told { "no crossing in this range" } else { "cannot be told apart" };
            canvas.text(said, (self.left() + self.right()) / 2.0, below, small)?;
        }
        Ok(())
    }

    fn panel<DB: DrawingBackend>(&self, canvas: &Canvas<DB>, panel: &Panel<'_>, top: f64) -> Drawn<DB> {
        let bottom = top + panel.lines.len() as f64 * ROW;
        let small = Pen { size: SMALL, ..Pen::new(FADED) };
        for tick in panel.axis.ticks() {
            let x = self.x(&panel.axis, panel.axis.value(tick));
            canvas.line((x, top), (x, bottom), 1.0, GRID)?;
            canvas.text(&panel.axis.label(tick), x, bottom + 10.0, small)?;
        }
        for (row, line) in panel.lines.iter().enumerate() {
            self.row(canvas, &panel.axis, line, top + row as f64 * ROW)?;
        }
        canvas.text(&panel.axis.title, (self.left() + self.right()) / 2.0, bottom + 28.0, small)
    }
}

/// Returns whether a pair is along the size of a task.
fn is_of_size(figures: &BreakEven) -> bool {
    figures.points.iter().all(|point| point.position.task_ns.is_some())
}

/// Returns what stands for a position on its axis.
fn value(position: Position) -> f64 {
    position.task_ns.unwrap_or(position.at)
}

/// Returns the parts of a bar, ascending. Within the interval of a change nobody is faster for certain.
fn parts(figures: &BreakEven) -> Vec<Part> {
    let points: Vec<(f64, Lead)> = figures.points.iter().map(|point| (value(point.position), point.lead)).collect();
    let doubts: Vec<(f64, f64)> =
        figures.changes.iter().map(|change| (value(change.low), value(change.high))).collect();
    let mut ends: Vec<f64> = points.windows(2).map(|pair| (pair[0].0 * pair[1].0).sqrt()).collect();
    ends.extend(doubts.iter().flat_map(|(low, high)| [*low, *high]));
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    ends.retain(|end| *end > first.0 && *end < last.0);
    ends.extend([first.0, last.0]);
    ends.sort_by(f64::total_cmp);
    let is_doubted = |at: f64| doubts.iter().any(|(low, high)| *low <= at && at <= *high);
    let leaders = figures.leaders();
    let lead_at = |at: f64| {
        let distance = |point: &&(f64, Lead)| (point.0 / at).ln().abs();
        let nearest = points.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let is_open = nearest.is_some_and(|(place, lead)| *lead == Lead::Open && !is_doubted(*place));
        let changed = figures.changes.iter().filter(|change| value(change.at) < at).count();
        if is_doubted(at) || is_open { Lead::Open } else { leaders[changed] }
    };
    let mut parts: Vec<Part> = Vec::new();
    for pair in ends.windows(2) {
        let lead = lead_at((pair[0] * pair[1]).sqrt());
        match parts.last_mut() {
            Some(last) if last.lead == lead => last.to = pair[1],
            _ => parts.push(Part { from: pair[0], to: pair[1], lead }),
        }
    }
    parts
}

/// Draws slanted lines over a rectangle.
fn hatch<DB: DrawingBackend>(canvas: &Canvas<DB>, (left, top): (f64, f64), (right, bottom): (f64, f64)) -> Drawn<DB> {
    canvas.rectangle((left, top), (right, bottom), PAPER)?;
    let height = bottom - top;
    let lines = ((right - left + height) / HATCH).ceil() as u32;
    for number in 0..=lines {
        // From the lower edge to the upper one, and no further than the sides.
        let foot = left - height + f64::from(number) * HATCH;
        let (from, to) = (foot.max(left), (foot + height).min(right));
        if from < to {
            canvas.line((from, bottom - (from - foot)), (to, bottom - (to - foot)), 1.0, FADED)?;
        }
    }
    [(top, top), (bottom, bottom)].into_iter().try_for_each(|(a, b)| canvas.line((left, a), (right, b), 1.0, FADED))
}

impl Drawing for BreakEvens<'_> {
    fn kind(&self) -> ChartKind {
        ChartKind::BreakEven
    }

    fn title(&self) -> &str {
        "Where one overtakes another"
    }

    fn alternative(&self) -> String {
        let lines = self.panels.iter().flat_map(|panel| &panel.lines);
        let sentences: Vec<String> = lines.map(|line| format!("{}: {}.", line.title, line.sentence)).collect();
        format!("{}. {}", self.title(), sentences.join(" "))
    }

    fn height(&self) -> u32 {
        let panels = self.panels.iter().map(|panel| GAP + panel.lines.len() as f64 * ROW + AXIS);
        title_height(self.title()) + (panels.sum::<f64>() + LEGEND) as u32
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        canvas.title(self.title())?;
        let mut top = f64::from(title_height(self.title()));
        for panel in &self.panels {
            self.panel(canvas, panel, top + GAP)?;
            top += GAP + panel.lines.len() as f64 * ROW + AXIS;
        }
        let pen = Pen { size: SMALL, ..Pen::new(FADED) };
        let legend =
            "The colour is that of the faster one. Hatched: it cannot be told. In brackets: the 95 % interval.";
        canvas.text(legend, f64::from(WIDTH) / 2.0, top + LEGEND / 2.0, pen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::break_even::{Change, Compared};

    fn position(at: f64) -> Position {
        Position { at, task_ns: None }
    }

    #[test]
    fn a_bar_is_hatched_where_nobody_leads_for_certain() {
        let leads = [(1.0, Lead::Open), (4.0, Lead::First), (16.0, Lead::Open), (64.0, Lead::Second)];
        let points = leads.map(|(at, lead)| Compared { position: position(at), ratio: None, lead }).to_vec();
        let change = Change { at: position(14.0), low: position(10.0), high: position(20.0), to: Lead::Second };
        let figures = BreakEven {
            title: String::new(),
            slug: String::new(),
            axis: String::new(),
            sweep: 0,
            first: "a".to_owned(),
            second: "b".to_owned(),
            runners: [String::new(), String::new()],
            points,
            changes: vec![change],
        };
        let found: Vec<(f64, Lead)> = parts(&figures).iter().map(|part| (part.to, part.lead)).collect();
        assert_eq!(found, [(2.0, Lead::Open), (10.0, Lead::First), (20.0, Lead::Open), (64.0, Lead::Second)]);
    }
}
