//! The distribution of latencies of each cell: a histogram with quantiles, on a logarithmic axis.

use std::collections::BTreeMap;

use plotters_backend::DrawingBackend;

use super::canvas::Canvas;
use super::drawing::Drawing;
use super::drawn::Drawn;
use super::rows::either;
use super::rows::{Plot, RowLabel, Rows};
use crate::drawing::palette::{Colour, Palette};
use crate::drawing::scale::Axis;
use crate::figures::{BINS, ChartKind, GroupSummary, Latency, Row};
use crate::text::units;
use crate::views::findings;

/// Radius of the largest dot.
const DOT: f64 = 7.0;
/// How far below the middle of its row a line is: the room above is for the histogram.
const BELOW: f64 = 12.0;

/// Width of a bar of the histogram at least.
const LEAST_BAR: f64 = 4.0;

/// Returns the bins of all cells.
fn places(group: &GroupSummary) -> impl Iterator<Item = u32> {
    let latencies = group.drawn().filter_map(|row| row.latencies.first());
    latencies.flat_map(|latency| &latency.bins).map(|(place, _)| *place)
}

/// Returns where a bin begins, nanoseconds.
fn start_of(place: u32) -> f64 {
    10_f64.powf(f64::from(place) / f64::from(BINS))
}

/// The chart of latencies.
pub struct Latencies<'a> {
    group: &'a GroupSummary,
    palette: &'a Palette,
    rows: Rows,
}

impl<'a> Latencies<'a> {
    /// Returns the chart; none if no cell recorded latencies.
    pub fn new(group: &'a GroupSummary, palette: &'a Palette) -> Option<Self> {
        places(group).next()?;
        let ends = places(group).flat_map(|place| [start_of(place), start_of(place + 1)]);
        let figure = |row: &Row| {
            let worst = row.latencies.first().map(|latency| units::duration(latency.p99.value));
            worst.ok_or_else(|| row.missing().unwrap_or_else(|| "not recorded".to_owned()))
        };
        let label = |row: &Row| {
            let figure = figure(row);
            let sentence = match row.latencies.first() {
                Some(latency) => format!("{}: {}", row.label, quantiles(latency).collect::<Vec<_>>().join(", ")),
                None => format!("{}: {}", row.label, either(&figure)),
            };
            RowLabel { name: row.label.clone(), figure, sentence }
        };
        let rows = Rows {
            title: findings::latency(group)?.title(group),
            rows: group.drawn().map(label).collect(),
            row_height: 46,
            axis: Axis::logarithmic(ends, "latency of one request; on the right p99", |ns| {
                units::without_zeros(&units::duration(ns))
            }),
            legend: "Height: share of the row. Dots, ever smaller: 50, 90, 99, 99.9 % of latencies are below; upright bar: the longest."
                .to_owned(),
        };
        Some(Self { group, palette, rows })
    }
}

/// Returns the quantiles in words.
fn quantiles(latency: &Latency) -> impl Iterator<Item = String> {
    latency.curve.iter().map(|(quantile, ns)| {
        let share = units::without_zeros(&units::number(quantile * 100.0));
        format!("{share} % within {}", units::exact_duration(*ns))
    })
}

impl Drawing for Latencies<'_> {
    fn kind(&self) -> ChartKind {
        ChartKind::Latency
    }

    fn title(&self) -> &str {
        &self.rows.title
    }

    fn alternative(&self) -> String {
        let rows: Vec<&str> = self.rows.rows.iter().map(|row| row.sentence.as_str()).collect();
        format!("{}. Latencies by share below: {}.", self.rows.title, rows.join("; "))
    }

    fn height(&self) -> u32 {
        self.rows.height()
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        self.rows.draw(canvas, |plot| {
            // As many as are wide enough to be seen, the same in every row.
            let (first, last) = (places(self.group).min().unwrap_or(0), places(self.group).max().unwrap_or(0));
            let width = (plot.x(start_of(last + 1)) - plot.x(start_of(first))) / f64::from(last - first + 1);
            let together = (LEAST_BAR / width.max(0.01)).ceil() as u32;
            for (i, row) in self.group.drawn().enumerate() {
                let Some(latency) = row.latencies.first() else { continue };
                let (colour, y) = (self.palette.colour(&row.cell.runner), plot.middle(i) + BELOW);
                bars(plot, latency, together, y, colour)?;
                let places: Vec<f64> = latency.curve.iter().map(|(_, ns)| plot.x(*ns)).collect();
                let (Some(first), Some(last)) = (places.first(), places.last()) else { continue };
                plot.canvas.line((*first, y), (*last, y), 2.0, colour)?;
                for (n, x) in places.iter().rev().skip(1).rev().enumerate() {
                    plot.canvas.dot((*x, y), DOT - 1.3 * n as f64, colour, 1.0)?;
                }
                plot.canvas.line((*last, y - DOT), (*last, y + DOT), 2.0, colour)?;
                for (x, text) in places.iter().zip(quantiles(latency)) {
                    plot.canvas.notes.point((*x, y), &text);
                }
            }
            Ok(())
        })
    }
}

/// Draws the histogram above the line at `y`, in bars of so many bins together.
fn bars<DB: DrawingBackend>(plot: &Plot<DB>, latency: &Latency, together: u32, y: f64, colour: Colour) -> Drawn<DB> {
    let mut bars: BTreeMap<u32, u64> = BTreeMap::new();
    for (place, count) in &latency.bins {
        *bars.entry(place / together).or_default() += count;
    }
    let fullest = bars.values().copied().max().unwrap_or(1) as f64;
    let highest = plot.row_height() / 2.0 + BELOW - DOT;
    bars.into_iter().try_for_each(|(bar, count)| {
        let (left, right) = (plot.x(start_of(bar * together)), plot.x(start_of((bar + 1) * together)));
        plot.canvas.shade((left, y - highest * count as f64 / fullest), (right, y), colour, 0.4)
    })
}
