//! Every sample of each cell, with median and interval.

use std::collections::HashSet;

use plotters_backend::DrawingBackend;

use super::canvas::Canvas;
use super::drawing::Drawing;
use super::drawn::Drawn;
use super::pixels::at;
use super::rows::{Plot, RowLabel, Rows, either};
use crate::drawing::palette::{Colour, FADED, INK, Palette};
use crate::drawing::scale::Axis;
use crate::figures::{Cell, ChartKind, GroupSummary, Point, Row};
use crate::text::{plain, units};
use crate::views::findings;

/// Share of a row's height over which its points are spread.
const SPREAD: f64 = 0.62;

/// The chart of samples.
pub struct Samples<'a> {
    group: &'a GroupSummary,
    palette: &'a Palette,
    rows: Rows,
}

impl<'a> Samples<'a> {
    /// Returns the chart; none if there are no samples.
    pub fn new(group: &'a GroupSummary, palette: &'a Palette) -> Option<Self> {
        group.measured().next()?;
        let walls = group.drawn().flat_map(|row| row.points.iter().chain(&row.left_out)).map(|point| point.wall_ns);
        let rows = Rows {
            title: findings::samples(group).title(group),
            rows: group.drawn().map(|row| RowLabel::new(Cell { group, row }, figure(row))).collect(),
            row_height: 32,
            axis: Axis::around(walls, "wall time of one run", |ns| units::without_zeros(&units::duration(ns))),
            legend: legend(group),
        };
        Some(Self { group, palette, rows })
    }
}

fn legend(group: &GroupSummary) -> String {
    let marks = "A dot is one round, the first at the top of its row, a grey one was disturbed; the upright bar is the \
                 median, the level one its interval.";
    let families: Vec<String> = group.scaled().iter().map(|(family, _)| plain(family)).collect();
    if families.is_empty() {
        return marks.to_owned();
    }
    format!("{marks} The work of {} is of another size: compare its times with no others.", families.join(", "))
}

impl Drawing for Samples<'_> {
    fn kind(&self) -> ChartKind {
        ChartKind::Samples
    }

    fn title(&self) -> &str {
        &self.rows.title
    }

    fn alternative(&self) -> String {
        let rows = self.rows.rows.iter().map(|row| format!("{} {}", row.name, either(&row.figure)));
        format!("{}. Median wall time by runner: {}.", self.rows.title, rows.collect::<Vec<_>>().join(", "))
    }

    fn height(&self) -> u32 {
        self.rows.height()
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        self.rows.draw(canvas, |plot| {
            for (i, row) in self.group.drawn().enumerate() {
                points(plot, i, row, self.palette.colour(&row.cell.runner))?;
            }
            self.group.drawn().enumerate().try_for_each(|(i, row)| median(plot, i, row))
        })
    }
}

/// Draws the dots of a row. Dots that would cover each other exactly are drawn once, so that any number of samples stays
/// small.
fn points<DB: DrawingBackend>(plot: &Plot<DB>, i: usize, row: &Row, colour: Colour) -> Drawn<DB> {
    let height = plot.row_height() * SPREAD;
    let top = plot.middle(i) - height / 2.0;
    let mut drawn = HashSet::new();
    let kept = row.points.iter().map(|point| (point, colour));
    let mut all: Vec<_> = kept.chain(row.left_out.iter().map(|point| (point, FADED))).collect();
    all.sort_by_key(|(point, _)| (point.round, point.process));
    for (n, (point, colour)) in all.iter().enumerate() {
        let y = top + height * (n as f64 + 0.5) / all.len() as f64;
        let x = plot.x(point.wall_ns);
        if drawn.insert((at(x), at(y))) {
            plot.canvas.dot((x, y), 2.0, *colour, 0.6)?;
            plot.canvas.notes.point((x, y), &note(point, *colour == FADED));
        }
    }
    Ok(())
}

/// Says what a dot says.
fn note(point: &Point, is_left_out: bool) -> String {
    let disturbed = if is_left_out { ", disturbed" } else { "" };
    format!("round {}: {}{disturbed}", point.round, units::exact_duration(point.wall_ns))
}

fn median<DB: DrawingBackend>(plot: &Plot<DB>, i: usize, row: &Row) -> Drawn<DB> {
    let Some(wall) = row.wall else { return Ok(()) };
    let (y, half) = (plot.middle(i), plot.row_height() * 0.36);
    let x = plot.x(wall.value);
    plot.canvas.line((plot.x(wall.low), y), (plot.x(wall.high), y), 2.0, INK)?;
    plot.canvas.line((x, y - half), (x, y + half), 2.0, INK)
}

fn figure(row: &Row) -> Result<String, String> {
    row.wall.map(|wall| units::duration(wall.value)).ok_or_else(|| row.missing().unwrap_or_default())
}
