//! Text, lines and marks on either backend. All lengths here are logical pixels; the backends have [`SCALE`] times as many.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, FontTransform, IntoFont, IntoTextStyle, ShapeStyle, TextStyle};
use plotters_backend::DrawingBackend;

use super::drawn::Drawn;
use super::notes::Notes;
use super::pixels::{SCALE, WIDTH, at};
use crate::drawing::palette::{Colour, INK};

/// Size of labels.
pub const LABEL: f64 = 14.0;
/// Size of titles.
const TITLE: f64 = 17.0;
/// Height of a line of a title.
const TITLE_LINE: u32 = 24;
/// Space around.
const MARGIN: u32 = 8;

/// How text is written.
#[derive(Clone, Copy)]
pub struct Pen {
    pub colour: Colour,
    pub size: f64,
    pub horizontal: HPos,
    pub vertical: VPos,
    pub is_bold: bool,
    /// Reads from bottom to top.
    pub is_upright: bool,
}

impl Pen {
    /// Returns a pen for labels, centred on its position.
    pub const fn new(colour: Colour) -> Self {
        Self {
            colour,
            size: LABEL,
            horizontal: HPos::Center,
            vertical: VPos::Center,
            is_bold: false,
            is_upright: false,
        }
    }

    /// Begins at its position.
    pub const fn left(self) -> Self {
        Self { horizontal: HPos::Left, ..self }
    }

    /// Ends at its position.
    pub const fn right(self) -> Self {
        Self { horizontal: HPos::Right, ..self }
    }

    /// Returns the style for plotters.
    pub fn style(self) -> TextStyle<'static> {
        let style = if self.is_bold { FontStyle::Bold } else { FontStyle::Normal };
        let turn = if self.is_upright { FontTransform::Rotate270 } else { FontTransform::None };
        ("sans-serif", self.size * f64::from(SCALE), style)
            .into_font()
            .transform(turn)
            .color(&self.colour.light)
            .pos(Pos::new(self.horizontal, self.vertical))
    }
}

/// Returns the width of a text in logical pixels.
pub fn text_width(text: &str, size: f64, is_bold: bool) -> f64 {
    let style = if is_bold { FontStyle::Bold } else { FontStyle::Normal };
    let font = ("sans-serif", size, style).into_font();
    // Without the font nothing is drawn at all: the width does not matter then.
    font.box_size(text).map_or(0.0, |(width, _)| f64::from(width) + 1.0)
}

/// Returns the widest of some texts, in logical pixels.
pub fn widest<'a>(texts: impl IntoIterator<Item = &'a str>, size: f64) -> f64 {
    texts.into_iter().map(|text| text_width(text, size, false)).fold(0.0, f64::max)
}

/// Returns the text cut so that it fits a width in logical pixels.
pub fn fitted(text: &str, size: f64, width: f64) -> String {
    let mut length = text.chars().count();
    let mut cut = crate::text::plain(text);
    while text_width(&cut, size, false) > width && length > 1 {
        length -= 1;
        cut = crate::text::shortened(text, length);
    }
    cut
}

/// Returns the lines into which a title breaks, so that it fits the chart.
fn title_lines(title: &str) -> Vec<String> {
    let width = f64::from(WIDTH - 2 * MARGIN);
    let mut lines: Vec<String> = Vec::new();
    for word in title.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match (longer, lines.last_mut()) {
            (Some(longer), Some(line)) if text_width(&longer, TITLE, true) <= width => *line = longer,
            _ => lines.push(fitted(word, TITLE * 1.1, width)),
        }
    }
    lines
}

/// Returns the height of the title above a chart.
pub fn title_height(title: &str) -> u32 {
    MARGIN + TITLE_LINE * title_lines(title).len() as u32
}

/// Length of a dash, and of the gap behind it.
const DASH: (f64, f64) = (6.0, 4.0);

/// Returns the dashes of a line through several points.
fn dashed(points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
    let mut dashes: Vec<Vec<(f64, f64)>> = Vec::new();
    // How far the dash or gap is that the line is in.
    let (mut is_dash, mut done) = (true, 0.0);
    for pair in points.windows(2) {
        let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
        let length = (to_x - x).hypot(to_y - y);
        let place = |along: f64| (x + (to_x - x) * along / length, y + (to_y - y) * along / length);
        let mut along = 0.0;
        while along < length {
            let step = (if is_dash { DASH.0 } else { DASH.1 } - done).min(length - along);
            if is_dash && (done == 0.0 || dashes.is_empty()) {
                dashes.push(vec![place(along)]);
            }
            along += step;
            done += step;
            if let Some(dash) = dashes.last_mut().filter(|_| is_dash) {
                dash.push(place(along));
            }
            if done >= if is_dash { DASH.0 } else { DASH.1 } - 1e-9 {
                (is_dash, done) = (!is_dash, 0.0);
            }
        }
    }
    dashes
}

/// A chart's whole area, addressed in logical pixels, and what its marks say.
pub struct Canvas<'a, DB: DrawingBackend> {
    pub area: &'a DrawingArea<DB, Shift>,
    pub notes: &'a Notes,
}

impl<DB: DrawingBackend> Canvas<'_, DB> {
    /// Writes the title at the top.
    pub fn title(&self, title: &str) -> Drawn<DB> {
        let pen = Pen { size: TITLE, is_bold: true, ..Pen::new(INK).left() };
        for (i, line) in title_lines(title).iter().enumerate() {
            let y = f64::from(MARGIN) + (i as f64 + 0.5) * f64::from(TITLE_LINE);
            self.text(line, f64::from(MARGIN), y, pen)?;
        }
        Ok(())
    }

    pub fn text(&self, text: &str, x: f64, y: f64, pen: Pen) -> Drawn<DB> {
        // Plotters centres the box from the ascent to the baseline; to the eye, the middle of small letters is the
        // centre.
        let lower = pen.size * 0.16;
        let (x, y) = if pen.is_upright { (x + lower, y) } else { (x, y + lower) };
        self.area.draw(&Text::new(text, (at(x), at(y)), pen.style().into_text_style(self.area)))
    }

    pub fn rectangle(&self, from: (f64, f64), to: (f64, f64), colour: Colour) -> Drawn<DB> {
        self.shade(from, to, colour, 1.0)
    }

    /// Draws a rectangle; `alpha` 1 covers what is beneath.
    pub fn shade(&self, (x, y): (f64, f64), (right, bottom): (f64, f64), colour: Colour, alpha: f64) -> Drawn<DB> {
        let corners = [(at(x), at(y)), (at(right), at(bottom))];
        self.area.draw(&Rectangle::new(corners, colour.light.mix(alpha).filled()))
    }

    pub fn line(&self, from: (f64, f64), to: (f64, f64), width: f64, colour: Colour) -> Drawn<DB> {
        let style = ShapeStyle { color: colour.light.to_rgba(), filled: false, stroke_width: at(width).max(1) as u32 };
        self.area.draw(&PathElement::new(vec![(at(from.0), at(from.1)), (at(to.0), at(to.1))], style))
    }

    /// Draws a line through several points; `alpha` 1 covers what is beneath.
    pub fn path(&self, points: &[(f64, f64)], width: f64, colour: Colour, alpha: f64) -> Drawn<DB> {
        let stroke_width = at(width).max(1) as u32;
        let style = ShapeStyle { color: colour.light.mix(alpha), filled: false, stroke_width };
        self.area.draw(&PathElement::new(points.iter().map(|(x, y)| (at(*x), at(*y))).collect::<Vec<_>>(), style))
    }

    /// Draws a line through several points in dashes.
    pub fn dashes(&self, points: &[(f64, f64)], width: f64, colour: Colour) -> Drawn<DB> {
        dashed(points).iter().try_for_each(|dash| self.path(dash, width, colour, 1.0))
    }

    /// Fills what several points enclose; `alpha` 1 covers what is beneath.
    pub fn fill(&self, corners: &[(f64, f64)], colour: Colour, alpha: f64) -> Drawn<DB> {
        let corners: Vec<(i32, i32)> = corners.iter().map(|(x, y)| (at(*x), at(*y))).collect();
        self.area.draw(&Polygon::new(corners, colour.light.mix(alpha).filled()))
    }

    /// Draws a disc; `alpha` 1 covers what is beneath.
    pub fn dot(&self, (x, y): (f64, f64), radius: f64, colour: Colour, alpha: f64) -> Drawn<DB> {
        self.area.draw(&Circle::new((at(x), at(y)), at(radius), colour.light.mix(alpha).filled()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dash_goes_around_a_corner() {
        let dashes = dashed(&[(0.0, 0.0), (12.0, 0.0), (12.0, 8.0)]);
        assert_eq!(dashes[0], [(0.0, 0.0), (6.0, 0.0)]);
        assert_eq!(dashes[1], [(10.0, 0.0), (12.0, 0.0), (12.0, 4.0)]);
        assert_eq!(dashes.len(), 2);
        assert!(dashed(&[(1.0, 1.0), (1.0, 1.0)]).is_empty() && dashed(&[]).is_empty());
    }
}
