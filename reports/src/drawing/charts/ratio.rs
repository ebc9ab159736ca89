//! Speed-up over the baseline, or time over the longest wait, with intervals.

use plotters_backend::DrawingBackend;

use super::canvas::Canvas;
use super::cores;
use super::drawing::Drawing;
use super::drawn::Drawn;
use super::rows::either;
use super::rows::{RowLabel, Rows};
use crate::drawing::palette::{INK, Palette, REFERENCE};
use crate::drawing::scale::Axis;
use crate::figures::{Cell, ChartKind, GroupSummary, Row, Versus};
use crate::text::units;
use crate::views::findings;

/// Radius of the dot at a ratio.
const DOT: f64 = 5.0;

/// The chart of ratios.
pub struct Ratios<'a> {
    group: &'a GroupSummary,
    palette: &'a Palette,
    /// What it shows, the best first.
    order: Vec<&'a Row>,
    rows: Rows,
    /// Where a line says how far ideal models could get.
    limit: Option<f64>,
}

impl<'a> Ratios<'a> {
    /// Returns the chart; none if the group compares with nothing.
    pub fn new(group: &'a GroupSummary, palette: &'a Palette) -> Option<Self> {
        let limit = cores::line(group).filter(|_| group.versus == Versus::Baseline);
        let (axis_title, mut legend) = words(group)?;
        if let Some(line) = limit {
            legend = format!("{legend}. {}", cores::line_in_words(group, line));
            if group.drawn().any(|row| own_limit(row, limit).is_some()) {
                legend.push_str("; a red mark, what the batches of a cell allow");
            }
        }
        let shown = group.drawn().filter_map(|row| row.ratio).flat_map(|ratio| [ratio.low, ratio.high]);
        let axis = Axis::around(shown.chain([1.0]).chain(limit), &axis_title, |ratio| {
            units::without_zeros(&units::ratio(ratio))
        });
        let order = best_first(group);
        let rows = Rows {
            title: findings::ratio(group)?.title(group),
            rows: order.iter().map(|&row| RowLabel::new(Cell { group, row }, figure(row))).collect(),
            row_height: 28,
            axis: axis.or_from_zero(),
            legend: format!("{legend}; whiskers are intervals, where wider than the dot."),
        };
        Some(Self { group, palette, order, rows, limit })
    }
}

impl Drawing for Ratios<'_> {
    fn kind(&self) -> ChartKind {
        if self.group.versus == Versus::Wait { ChartKind::OverWait } else { ChartKind::SpeedUp }
    }

    fn title(&self) -> &str {
        &self.rows.title
    }

    fn alternative(&self) -> String {
        let rows = self.rows.rows.iter().map(|row| format!("{} {}", row.name, either(&row.figure)));
        format!("{}. {}: {}.", self.rows.title, self.rows.axis.title, rows.collect::<Vec<_>>().join(", "))
    }

    fn height(&self) -> u32 {
        self.rows.height()
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        self.rows.draw(canvas, |plot| {
            for reference in [1.0].into_iter().chain(self.limit) {
                plot.reference(reference, REFERENCE)?;
            }
            for (i, row) in self.order.iter().enumerate() {
                let Some(ratio) = row.ratio else { continue };
                let (y, colour) = (plot.middle(i), self.palette.colour(&row.cell.runner));
                let (low, x, high) = (plot.x(ratio.low), plot.x(ratio.value), plot.x(ratio.high));
                plot.canvas.line((plot.x(1.0), y), (x, y), 6.0, colour)?;
                plot.canvas.dot((x, y), DOT, colour, 1.0)?;
                if let Some(limit) = own_limit(row, self.limit) {
                    let x = plot.x(limit);
                    plot.canvas.line((x, y - 11.0), (x, y + 11.0), 2.5, REFERENCE)?;
                }
                if high - low > 2.0 * DOT {
                    plot.canvas.line((low, y), (high, y), 1.5, INK)?;
                    plot.canvas.line((low, y - 5.0), (low, y + 5.0), 1.5, INK)?;
                    plot.canvas.line((high, y - 5.0), (high, y + 5.0), 1.5, INK)?;
                }
            }
            Ok(())
        })
    }
}

/// Returns the rows that are drawn: the best first, those without a ratio last.
fn best_first(group: &GroupSummary) -> Vec<&Row> {
    let badness = |row: &Row| match row.ratio {
        Some(ratio) if group.versus == Versus::Wait => ratio.value,
        Some(ratio) => -ratio.value,
        None => f64::INFINITY,
    };
    let mut rows: Vec<&Row> = group.drawn().collect();
    rows.sort_by(|a, b| badness(a).total_cmp(&badness(b)));
    rows
}

/// Returns how far an ideal cell could get, where that is neither at the limit of all nor at the baseline.
fn own_limit(row: &Row, limit: Option<f64>) -> Option<f64> {
    row.ideal_cores.zip(limit).filter(|(own, limit)| *own > 1.0 && *own < 0.99 * limit).map(|(own, _)| own)
}

/// Says what the ratios of a group are, and what the line at 1 says; none if it compares with nothing.
pub fn words(group: &GroupSummary) -> Option<(String, String)> {
    match group.versus {
        Versus::Baseline => Some((
            format!("speed-up over {}", group.baselines().join(" or ")),
            "The line at 1 is the baseline".to_owned(),
        )),
        Versus::Wait => Some((
            "wall time over the longest wait of one task".to_owned(),
            "The line at 1 is the least possible".to_owned(),
        )),
        Versus::Nothing => None,
    }
}

fn figure(row: &Row) -> Result<String, String> {
    match row.ratio {
        Some(_) if row.is_baseline => Ok("baseline".to_owned()),
        Some(ratio) => Ok(units::ratio(ratio.value)),
        None => Err(row.missing().unwrap_or_else(|| "no time of a baseline".to_owned())),
    }
}
