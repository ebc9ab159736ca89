//! Latencies of each cell: the median and the 99th percentile, with the way between them.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::rows::{Plot, RowLabel, Rows};
use super::samples::either;
use super::{Drawing, Drawn};
use crate::colours::{self, INK};
use crate::statistics::Estimate;
use crate::summary::{GroupSummary, Latency, Row};
use crate::{findings, units};

/// Radius of the dot at a median.
const DOT: f64 = 5.0;

/// The chart of latencies: of each cell's first histogram.
pub struct Latencies<'a> {
    group: &'a GroupSummary,
    rows: Rows,
}

impl<'a> Latencies<'a> {
    /// None if no cell has latencies.
    pub fn of(group: &'a GroupSummary) -> Option<Self> {
        let title = findings::title(group, &findings::latencies(group)?);
        let shown = group.rows.iter().filter_map(first).flat_map(|latency| {
            let Latency { p50, p99, .. } = latency;
            [p50.low, p50.high, p99.low, p99.high]
        });
        let rows = Rows {
            title,
            rows: group.rows.iter().map(|row| RowLabel { name: row.label.clone(), figure: figure(row) }).collect(),
            row_height: 28,
            axis: Axis::around(shown, "latency", |ns| units::without_zeros(&units::duration(ns))),
            legend:
                "The dot is the median, the bar ends at the 99th percentile; whiskers are intervals over the rounds."
                    .to_owned(),
        };
        Some(Self { group, rows })
    }
}

impl Drawing for Latencies<'_> {
    fn name(&self) -> &'static str {
        "latency"
    }

    fn title(&self) -> &str {
        &self.rows.title
    }

    fn alternative(&self) -> String {
        let rows = self.rows.rows.iter().map(|row| format!("{} {}", row.name, either(&row.figure)));
        format!("{}. Median and 99th percentile: {}.", self.rows.title, rows.collect::<Vec<_>>().join(", "))
    }

    fn height(&self) -> u32 {
        self.rows.height()
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>) -> Drawn<DB> {
        self.rows.draw(area, |plot| {
            for (i, row) in self.group.rows.iter().enumerate() {
                let Some(latency) = first(row) else { continue };
                let (y, colour) = (plot.middle(i), colours::of_slot(row.colour));
                let (x, end) = (plot.x(latency.p50.value), plot.x(latency.p99.value));
                plot.canvas.line((x, y), (end, y), 6.0, colour)?;
                plot.canvas.line((end, y - 7.0), (end, y + 7.0), 3.0, colour)?;
                plot.canvas.dot((x, y), DOT, colour, 1.0)?;
                whisker(plot, y, &latency.p50)?;
                whisker(plot, y, &latency.p99)?;
            }
            Ok(())
        })
    }
}

/// The interval, where it is wider than the dot.
fn whisker<DB: DrawingBackend>(plot: &Plot<DB>, y: f64, estimate: &Estimate) -> Drawn<DB> {
    let (low, high) = (plot.x(estimate.low), plot.x(estimate.high));
    if high - low > 2.0 * DOT {
        plot.canvas.line((low, y), (high, y), 1.5, INK)?;
        plot.canvas.line((low, y - 5.0), (low, y + 5.0), 1.5, INK)?;
        plot.canvas.line((high, y - 5.0), (high, y + 5.0), 1.5, INK)?;
    }
    Ok(())
}

fn first(row: &Row) -> Option<&Latency> {
    row.latencies.first()
}

fn figure(row: &Row) -> Result<String, String> {
    first(row)
        .map(|latency| format!("{}, {}", units::duration(latency.p50.value), units::duration(latency.p99.value)))
        .ok_or_else(|| row.missing().unwrap_or_else(|| "not recorded".to_owned()))
}
