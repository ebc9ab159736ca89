//! The frame that most charts share: one row a cell with its name on the left, a value axis below, and the figure on
//! the right.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::cartesian::Cartesian2d;
use plotters::style::Color;
use plotters_backend::DrawingBackend;

use super::canvas::{Canvas, LABEL, Pen, fitted, text_width, title_height, widest};
use super::drawn::Drawn;
use super::pixels::{SCALE, WIDTH, px};
use crate::drawing::palette::{Colour, FADED, GRID, INK, PAPER};
use crate::drawing::scale::{Axis, Ticked};
use crate::figures::Cell;
use crate::views::cells;

/// Height of the axis with its labels and title.
const AXIS: u32 = 46;
/// Room for a name at most.
const NAME: f64 = 190.0;
/// Size of the legend.
const LEGEND: f64 = LABEL - 1.5;
/// Space beside texts.
const GAP: f64 = 8.0;

/// A row: its name, its figure or why it has none, and all that there is to say of it.
#[derive(Debug, Clone)]
pub struct RowLabel {
    pub name: String,
    pub figure: Result<String, String>,
    pub sentence: String,
}

impl RowLabel {
    /// Returns the row of a cell of a group.
    pub fn new(cell: Cell, figure: Result<String, String>) -> Self {
        Self { name: cell.row.label.clone(), figure, sentence: cells::sentence(cell) }
    }
}

/// Returns the figure, or the reason why there is none.
pub fn either(figure: &Result<String, String>) -> &str {
    figure.as_ref().unwrap_or_else(|reason| reason)
}

/// The frame.
#[derive(Debug, Clone)]
pub struct Rows {
    pub title: String,
    pub rows: Vec<RowLabel>,
    /// Height of a row, logical pixels.
    pub row_height: u32,
    pub axis: Axis,
    /// A sentence about the marks, below the axis.
    pub legend: String,
}

type Inner<'a, DB> = ChartContext<'a, DB, Cartesian2d<Ticked, Ticked>>;

/// The drawn frame, onto which a chart puts its marks.
pub struct Plot<'a, 'b, DB: DrawingBackend> {
    pub canvas: &'a Canvas<'a, DB>,
    inner: Inner<'b, DB>,
    axis: &'a Axis,
    rows: usize,
    row_height: f64,
}

impl Rows {
    /// Returns the height of the whole chart, logical pixels.
    pub fn height(&self) -> u32 {
        title_height(&self.title) + self.row_height * self.rows.len() as u32 + AXIS + self.legend_height() + 8
    }

    fn legend_height(&self) -> u32 {
        match self.legend_lines().len() as u32 {
            0 => 0,
            lines => 22 + 16 * (lines - 1),
        }
    }

    /// Returns the legend in lines that fit the width.
    fn legend_lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in self.legend.split_whitespace() {
            let longer = lines.last().map(|line| format!("{line} {word}"));
            match longer.filter(|longer| text_width(longer, LEGEND, false) <= f64::from(WIDTH) - 2.0 * GAP) {
                Some(longer) => {
                    lines.pop();
                    lines.push(longer);
                }
                None => lines.push(word.to_owned()),
            }
        }
        lines
    }

    /// Draws title, axes, names and figures, and hands the plot to `marks`.
    pub fn draw<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<DB>,
        marks: impl FnOnce(&Plot<DB>) -> Drawn<DB>,
    ) -> Drawn<DB> {
        canvas.title(&self.title)?;
        let names: Vec<String> = self.rows.iter().map(|row| fitted(&row.name, LABEL, NAME)).collect();
        let left = (widest(names.iter().map(String::as_str), LABEL) + 2.0 * GAP) as u32;
        let right = (widest(self.rows.iter().filter_map(|row| row.figure.as_deref().ok()), LABEL) + 2.0 * GAP) as u32;
        let count = self.rows.len() as f64;
        let middles: Vec<f64> = (0..self.rows.len()).map(|row| count - row as f64 - 0.5).collect();
        let mut inner = ChartBuilder::on(canvas.area)
            .margin_top(px(title_height(&self.title)))
            .margin_right(px(right))
            .margin_bottom(px(8 + self.legend_height()))
            .x_label_area_size(px(AXIS))
            .y_label_area_size(px(left))
            .build_cartesian_2d(
                Ticked { range: self.axis.range(), ticks: self.axis.ticks() },
                Ticked { range: 0.0..count, ticks: middles },
            )?;
        let label_style = Pen::new(FADED).style();
        inner
            .configure_mesh()
            .disable_y_mesh()
            .bold_line_style(GRID.light.stroke_width(SCALE))
            .light_line_style(GRID.light.mix(0.0))
            .axis_style(GRID.light.stroke_width(SCALE))
            .set_all_tick_mark_size(px(4))
            .label_style(label_style)
            .x_label_formatter(&|position| self.axis.label(*position))
            .y_label_formatter(&|_| String::new())
            .draw()?;
        let plot =
            Plot { canvas, inner, axis: &self.axis, rows: self.rows.len(), row_height: f64::from(self.row_height) };
        let (plot_left, plot_right) = (f64::from(left), f64::from(WIDTH - right));
        marks(&plot)?;
        let half = f64::from(self.row_height) / 2.0;
        for (i, (row, name)) in self.rows.iter().zip(&names).enumerate() {
            let y = plot.middle(i);
            canvas.notes.row(y - half, y + half, &row.sentence);
            plot.canvas.text(name, plot_left - GAP, y, Pen::new(INK).right())?;
            match &row.figure {
                Ok(figure) => plot.canvas.text(figure, f64::from(WIDTH) - GAP, y, Pen::new(INK).right())?,
                Err(reason) => {
                    let (x, half) = (plot_left + GAP, LABEL / 2.0);
                    let end = x + text_width(reason, LABEL, false);
                    // Covers the lines that would run through the text.
                    plot.canvas.rectangle((x - 2.0, y - half), (end + 2.0, y + half), PAPER)?;
                    plot.canvas.text(reason, x, y, Pen::new(FADED).left())?;
                }
            }
        }
        let bottom = f64::from(self.height());
        let centre = f64::midpoint(plot_left, plot_right);
        let axis_title = bottom - f64::from(self.legend_height()) - 18.0;
        plot.canvas.text(&self.axis.title, centre, axis_title, Pen::new(INK))?;
        for (i, line) in self.legend_lines().iter().rev().enumerate() {
            let pen = Pen { size: LEGEND, ..Pen::new(FADED) };
            plot.canvas.text(line, f64::from(WIDTH) / 2.0, bottom - 14.0 - 16.0 * i as f64, pen)?;
        }
        Ok(())
    }
}

impl<DB: DrawingBackend> Plot<'_, '_, DB> {
    /// Returns where a value is, logical pixels.
    pub fn x(&self, value: f64) -> f64 {
        let (x, _) = self.inner.backend_coord(&(self.axis.position(value), 0.0));
        f64::from(x) / f64::from(SCALE)
    }

    /// Returns the middle of a row, logical pixels.
    pub fn middle(&self, row: usize) -> f64 {
        let (_, y) = self.inner.backend_coord(&(self.axis.range().start, self.rows as f64 - row as f64 - 0.5));
        f64::from(y) / f64::from(SCALE)
    }

    /// Returns the height of a row, logical pixels.
    pub fn row_height(&self) -> f64 {
        self.row_height
    }

    /// Draws a line through all rows at a value.
    pub fn reference(&self, value: f64, colour: Colour) -> Drawn<DB> {
        let (x, half) = (self.x(value), self.row_height / 2.0);
        self.canvas.line((x, self.middle(0) - half), (x, self.middle(self.rows - 1) + half), 1.5, colour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_legend_is_broken_so_that_it_fits() {
        let rows = |legend: &str| Rows {
            title: String::new(),
            rows: Vec::new(),
            row_height: 28,
            axis: Axis::from_zero(1.0, "", |value| value.to_string()),
            legend: legend.to_owned(),
        };
        super::super::render::register_fonts().expect("fonts");
        let long = rows(&"words that do not end ".repeat(12));
        assert!(long.legend_lines().len() > 1 && long.height() > rows("short").height());
        assert!(long.legend_lines().iter().all(|line| text_width(line, LEGEND, false) < f64::from(WIDTH)));
        assert_eq!(rows("short").legend_lines(), ["short"]);
        assert!(rows("").legend_lines().is_empty());
    }
}
