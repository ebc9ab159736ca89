//! A figure of each runner along the axis of a sweep: a line with its interval as a band, and its name at its end.

use plotters_backend::DrawingBackend;

use super::canvas::{Canvas, Pen, text_width, title_height, widest};
use super::drawing::Drawing;
use super::drawn::Drawn;
use super::labels::{HEIGHT, Label, spread};
use super::pixels::WIDTH;
use crate::drawing::palette::{Colour, FADED, GRID, INK, PAPER, Palette, REFERENCE};
use crate::drawing::scale::Axis;
use crate::figures::{ChartKind, Measure};
use crate::views::curves::{Curve, Guide, Look, Panel, Picture};

/// Size of what is written.
const SIZE: f64 = 13.0;
/// Height of the line that says what the upright axis shows.
const MEASURE: f64 = 22.0;
/// Height of the name of a family above its panel.
const FAMILY: f64 = 20.0;
/// Least height of a panel, alone and among several.
const LEAST: (f64, f64) = (280.0, 120.0);
/// Height of the labels below the lowest panel, with the marks above them.
const AXIS: f64 = 48.0;
/// Height of the legend.
const LEGEND: f64 = 20.0;
/// Space beside texts.
const GAP: f64 = 8.0;
/// Room for the leader from the end of a curve to its label.
const LEADER: f64 = 18.0;
/// Space between the ends of a plot and the first and last value.
const INSET: f64 = 10.0;
/// Space below a panel.
const BELOW: f64 = 10.0;
/// Ticks are at the values themselves if there are no more of them.
const VALUES: usize = 8;
/// How strong a band is.
const BAND: f64 = 0.15;
/// An interval is shown up to this factor from the figures.
const WIDEST_BAND: f64 = 1.5;

/// The chart.
pub struct Curves<'a> {
    picture: &'a Picture,
    palette: &'a Palette,
    /// The upright axis, which all panels share.
    upright: Axis,
    /// Ends of the level axis, as positions.
    level: (f64, f64),
}

impl<'a> Curves<'a> {
    pub fn new(picture: &'a Picture, palette: &'a Palette) -> Self {
        let values = &picture.axis.values;
        let place = |at: Option<&f64>| position(picture.axis.is_logarithmic, at.copied().unwrap_or(1.0));
        Self { picture, palette, upright: upright(picture), level: (place(values.first()), place(values.last())) }
    }

    /// Returns the ends of the plots.
    fn ends(&self) -> (f64, f64) {
        let ticks: Vec<String> = self.upright.ticks().into_iter().map(|tick| self.upright.label(tick)).collect();
        let left = widest(ticks.iter().map(String::as_str), SIZE) + 2.0 * GAP;
        let panels = self.picture.panels.iter();
        let names = panels.flat_map(|panel| {
            let guides =
                panel.guides.iter().filter(|guide| guide.look != Look::Ideal).map(|guide| guide.label.as_str());
            panel.curves.iter().map(|curve| curve.label.as_str()).chain(guides)
        });
        (left, f64::from(WIDTH) - widest(names, SIZE) - LEADER - GAP)
    }

    fn x(&self, at: f64) -> f64 {
        let (left, right) = self.ends();
        let (first, last) = self.level;
        let share = (position(self.picture.axis.is_logarithmic, at) - first) / (last - first).max(f64::MIN_POSITIVE);
        left + INSET + share * (right - left - 2.0 * INSET)
    }

    /// Returns the height of a panel without its name.
    fn panel_height(&self, panel: &Panel) -> f64 {
        let labels = panel.curves.len() + panel.guides.iter().filter(|guide| guide.look != Look::Ideal).count();
        let least = if self.picture.panels.len() > 1 { LEAST.1 } else { LEAST.0 };
        least.max(HEIGHT * labels as f64)
    }

    /// Returns the panels with where each begins and ends, its name left out.
    fn panels(&self) -> Vec<(&'a Panel, f64, f64)> {
        let mut y = f64::from(title_height(&self.picture.title)) + MEASURE;
        let place = |panel: &'a Panel| {
            let top = y + if panel.title.is_empty() { 0.0 } else { FAMILY };
            y = top + self.panel_height(panel) + BELOW;
            (panel, top, y - BELOW)
        };
        self.picture.panels.iter().map(place).collect()
    }

    fn bottom(&self) -> f64 {
        self.panels().last().map_or(0.0, |(.., bottom)| *bottom)
    }

    /// Returns where the level axis has ticks, with their labels: as many as there is room for.
    fn ticks(&self) -> Vec<(f64, String)> {
        let axis = &self.picture.axis;
        let values = if axis.values.len() <= VALUES {
            axis.values.clone()
        } else {
            let all = axis.values.iter().copied();
            let round = if axis.is_logarithmic {
                Axis::logarithmic(all, "", |_| String::new())
            } else {
                Axis::from_zero(all.fold(0.0, f64::max), "", |_| String::new())
            };
            let (first, last) = self.level;
            let is_inside = |value: &f64| (first..=last).contains(&position(axis.is_logarithmic, *value));
            round.ticks().into_iter().map(|tick| round.value(tick)).filter(is_inside).collect()
        };
        let mut ticks: Vec<(f64, String)> = Vec::new();
        let mut end = f64::NEG_INFINITY;
        for value in values {
            let (x, label) = (self.x(value), axis.unit.short(value));
            let half = text_width(&label, SIZE, false) / 2.0;
            if x - half > end + GAP {
                end = x + half;
                ticks.push((x, label));
            }
        }
        ticks
    }

    /// Returns the sentence below the axis; empty if there is nothing to explain.
    fn legend(&self) -> String {
        let turns = "▲ the least at which a runner outperforms its baseline for certain: its COST";
        let laws = "dashed: the law that was fitted";
        let parts = [self.picture.has_turns.then_some(turns), self.picture.has_laws.then_some(laws)];
        parts.into_iter().flatten().collect::<Vec<_>>().join("    ")
    }

    fn panel<DB: DrawingBackend>(&self, canvas: &Canvas<DB>, panel: &Panel, top: f64, bottom: f64) -> Drawn<DB> {
        let (left, right) = self.ends();
        let range = self.upright.range();
        let height = |position: f64| bottom - (position - range.start) / (range.end - range.start) * (bottom - top);
        let y = |value: f64| height(self.upright.position(value / self.picture.measure.worth()));
        canvas.notes.row(top, bottom, &said(self.picture, panel));
        for tick in self.upright.ticks() {
            canvas.line((left, height(tick)), (right, height(tick)), 1.0, GRID)?;
            let pen = Pen { size: SIZE, ..Pen::new(FADED).right() };
            canvas.text(&self.upright.label(tick), left - GAP, height(tick), pen)?;
        }
        for (x, _) in self.ticks() {
            canvas.line((x, top), (x, bottom), 1.0, GRID)?;
        }
        if !panel.title.is_empty() {
            let pen = Pen { size: SIZE, is_bold: true, ..Pen::new(INK).left() };
            canvas.text(&panel.title, left, top - FAMILY / 2.0, pen)?;
        }
        let mut labels = Vec::new();
        for guide in &panel.guides {
            labels.extend(self.guide(canvas, guide, &y)?);
        }
        // No band covers a line.
        for curve in panel.curves.iter().filter(|curve| !curve.is_flat) {
            self.band(canvas, curve, &y)?;
        }
        for curve in &panel.curves {
            labels.extend(self.curve(canvas, curve, (left, right), &y)?);
        }
        spread(&mut labels, top, bottom);
        for label in &labels {
            let x = right + LEADER;
            canvas.path(&[label.end, (right + 3.0, label.end.1), (x - 3.0, label.y)], 1.0, label.colour, 0.45)?;
            canvas.text(&label.text, x, label.y, Pen { size: SIZE, ..Pen::new(label.colour).left() })?;
        }
        self.turns(canvas, panel, bottom)
    }

    /// Draws a line that curves are held against, and returns its label.
    fn guide<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<DB>,
        guide: &Guide,
        y: &impl Fn(f64) -> f64,
    ) -> Result<Option<Label>, DrawnError<DB>> {
        let most = self.upright.value(self.upright.range().end);
        let worth = self.picture.measure.worth();
        let shown = guide.points.iter().take_while(|(_, value)| *value / worth <= most);
        let points: Vec<(f64, f64)> = shown.map(|(at, value)| (self.x(*at), y(*value))).collect();
        let Some(end) = points.last().copied() else { return Ok(None) };
        let (colour, width) = match guide.look {
            Look::Ideal => (FADED, 1.0),
            Look::Capacity => (REFERENCE, 1.5),
            Look::Baseline => (FADED, 1.5),
        };
        if guide.look == Look::Capacity {
            canvas.path(&points, width, colour, 1.0)?;
        } else {
            canvas.dashes(&points, width, colour)?;
        }
        if guide.look == Look::Ideal {
            let pen = Pen { size: SIZE, ..Pen::new(colour).right() };
            // The ideal is above all curves: what is above it is free.
            let place = points[points.len() * 4 / 5];
            canvas.text(&guide.label, place.0 - GAP, place.1 - GAP / 2.0, pen)?;
            return Ok(None);
        }
        Ok(Some(Label::new(&guide.label, colour, end)))
    }

    /// Draws the intervals of a curve.
    fn band<DB: DrawingBackend>(&self, canvas: &Canvas<DB>, curve: &Curve, y: &impl Fn(f64) -> f64) -> Drawn<DB> {
        let place = |at: f64, value: f64| (self.x(at), y(value));
        let lows = curve.marks.iter().map(|mark| place(mark.at, mark.figure.low));
        let highs = curve.marks.iter().rev().map(|mark| place(mark.at, mark.figure.high));
        canvas.fill(&lows.chain(highs).collect::<Vec<_>>(), self.palette.colour(&curve.runner), BAND)
    }

    /// Draws a curve with its points, and returns its label.
    fn curve<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<DB>,
        curve: &Curve,
        (left, right): (f64, f64),
        y: &impl Fn(f64) -> f64,
    ) -> Result<Option<Label>, DrawnError<DB>> {
        let colour = self.palette.colour(&curve.runner);
        let Some(last) = curve.last() else { return Ok(None) };
        if curve.is_flat {
            let height = y(last.figure.value);
            canvas.dashes(&[(left, height), (right, height)], 1.5, colour)?;
            canvas.notes.point((right - INSET, height), &last.sentence);
            return Ok(Some(Label::new(&curve.label, colour, (right, height))));
        }
        let points: Vec<(f64, f64)> = curve.marks.iter().map(|mark| (self.x(mark.at), y(mark.figure.value))).collect();
        let most = self.upright.value(self.upright.range().end);
        let law = curve.law.iter().take_while(|(_, value)| *value <= most);
        canvas.dashes(&law.map(|(at, value)| (self.x(*at), y(*value))).collect::<Vec<_>>(), 1.0, colour)?;
        canvas.path(&points, 2.0, colour, 1.0)?;
        for (mark, point) in curve.marks.iter().zip(&points) {
            canvas.dot(*point, 3.0, colour, 1.0)?;
            let has_interval = self.picture.measure == Measure::Memory || mark.figure.is_interval();
            if !has_interval {
                canvas.dot(*point, 1.5, PAPER, 1.0)?;
            }
            canvas.notes.point(*point, &mark.sentence);
        }
        let end = points.last().copied().unwrap_or((right, 0.0));
        Ok(Some(Label::new(&curve.label, colour, end)))
    }

    /// Draws marks on the axis where runners first outperform their baseline, those of the same value side by side.
    fn turns<DB: DrawingBackend>(&self, canvas: &Canvas<DB>, panel: &Panel, bottom: f64) -> Drawn<DB> {
        let turns: Vec<(f64, Colour)> =
            panel.curves.iter().filter_map(|curve| Some((curve.turn?, self.palette.colour(&curve.runner)))).collect();
        for (place, (at, colour)) in turns.iter().enumerate() {
            let alike = || turns.iter().enumerate().filter(|(_, (other, _))| other == at);
            let before = alike().filter(|(other, _)| *other < place).count() as f64;
            let x = self.x(*at) + 10.0 * (before - (alike().count() as f64 - 1.0) / 2.0);
            canvas.fill(&[(x, bottom - 1.0), (x + 4.5, bottom + 7.0), (x - 4.5, bottom + 7.0)], *colour, 1.0)?;
        }
        Ok(())
    }
}

/// The error of a backend.
type DrawnError<DB> = plotters::drawing::DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>;

impl Drawing for Curves<'_> {
    fn kind(&self) -> ChartKind {
        ChartKind::Curve(self.picture.measure)
    }

    fn title(&self) -> &str {
        &self.picture.title
    }

    fn alternative(&self) -> String {
        let panels = self.picture.panels.iter().map(|panel| said(self.picture, panel));
        format!("{}. {}", self.picture.title, panels.collect::<Vec<_>>().join(" "))
    }

    fn height(&self) -> u32 {
        let legend = if self.legend().is_empty() { 0.0 } else { LEGEND };
        (self.bottom() + AXIS + legend).ceil() as u32
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        canvas.title(&self.picture.title)?;
        let (left, right) = self.ends();
        let top = f64::from(title_height(&self.picture.title));
        let small = Pen { size: SIZE, ..Pen::new(FADED) };
        canvas.text(&self.upright.title, GAP, top + MEASURE / 2.0 - 2.0, small.left())?;
        for (panel, top, bottom) in self.panels() {
            self.panel(canvas, panel, top, bottom)?;
        }
        let bottom = self.bottom();
        for (x, label) in self.ticks() {
            canvas.text(&label, x, bottom + 17.0, small)?;
        }
        let logarithmic = if self.picture.axis.is_logarithmic { " (logarithmic)" } else { "" };
        let name = format!("{}{logarithmic}", self.picture.axis.unit.name);
        canvas.text(&name, f64::midpoint(left, right), bottom + 36.0, Pen { colour: INK, ..small })?;
        canvas.text(&self.legend(), f64::from(WIDTH) / 2.0, bottom + AXIS + LEGEND / 2.0 - 4.0, small)
    }
}

/// Returns where a value is along an axis.
fn position(is_logarithmic: bool, value: f64) -> f64 {
    if is_logarithmic { value.max(f64::MIN_POSITIVE).log10() } else { value }
}

/// Returns the upright axis: it shows all figures, and what they are held against but for the ideal.
fn upright(picture: &Picture) -> Axis {
    let figures = || picture.curves().flat_map(|curve| &curve.marks).map(|mark| mark.figure);
    let (least, most) =
        figures().fold((f64::INFINITY, 0.0_f64), |(a, b), figure| (a.min(figure.value), b.max(figure.value)));
    // An interval that says nothing is not to make all curves flat.
    let lows = figures().map(|figure| figure.low.max(least / WIDEST_BAND));
    let highs = figures().map(|figure| figure.high.min(most * WIDEST_BAND));
    let guides = picture.panels.iter().flat_map(|panel| &panel.guides).filter(|guide| guide.look != Look::Ideal);
    let guides = guides.flat_map(|guide| guide.points.iter().map(|(_, value)| *value));
    let (title, format) = (picture.measure.title(), picture.measure.formatter());
    let all: Vec<f64> = lows.chain(highs).chain(guides).map(|value| value / picture.measure.worth()).collect();
    match picture.measure {
        Measure::Efficiency | Measure::Cores | Measure::PerTask(_) => {
            Axis::from_zero(all.into_iter().fold(0.0, f64::max), title, format)
        }
        _ => Axis::around(all.into_iter(), title, format).or_from_zero(),
    }
}

/// Says the figures of a panel.
fn said(picture: &Picture, panel: &Panel) -> String {
    let mark = |curve: &Curve| {
        let figures = curve.marks.iter().map(|mark| match curve.is_flat {
            true => picture.measure.format(mark.figure.value),
            false => format!("{} {}", picture.axis.unit.short(mark.at), picture.measure.format(mark.figure.value)),
        });
        format!("{}: {}", curve.label, figures.collect::<Vec<_>>().join(", "))
    };
    let curves: Vec<String> = panel.curves.iter().map(mark).collect();
    let title = if panel.title.is_empty() { String::new() } else { format!("{}: ", panel.title) };
    format!("{title}{} by {}. {}.", picture.measure.title(), picture.axis.unit.name, curves.join("; "))
}
