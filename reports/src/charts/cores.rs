//! Effective cores of each cell: how many it kept busy on average, against what it could have.

use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::Canvas;
use super::rows::{RowLabel, Rows};
use super::samples::either;
use super::{Drawing, Drawn};
use crate::colours::{self, INK, REFERENCE};
use crate::summary::{GroupSummary, Row};
use crate::{findings, units};

/// The chart of effective cores.
pub struct Cores<'a> {
    group: &'a GroupSummary,
    rows: Rows,
}

impl<'a> Cores<'a> {
    /// None if no cell has a figure.
    pub fn of(group: &'a GroupSummary, usable_cores: Option<f64>) -> Option<Self> {
        let figures = group.rows.iter().filter_map(|row| row.effective_cores);
        let most = figures.map(|cores| cores.high).reduce(f64::max)?;
        let most = group.rows.iter().filter_map(|row| row.ideal_cores).fold(most, f64::max);
        let most = usable_cores.filter(|_| group.is_cpu_bound()).map_or(most, |cores| most.max(cores));
        let legend = if group.is_cpu_bound() {
            "The red mark is the ideal: as many cores as the runner may use."
        } else {
            "Waiting needs no core: where the time is the same, less is better."
        };
        let rows = Rows {
            title: findings::title(group, &findings::cores(group, usable_cores)),
            rows: group.rows.iter().map(|row| RowLabel::of(group, row, figure(row))).collect(),
            row_height: 28,
            axis: Axis::from_zero(most, "effective cores (CPU time over wall time)", |cores| {
                units::without_zeros(&units::number(cores))
            }),
            legend: legend.to_owned(),
        };
        Some(Self { group, rows })
    }
}

impl Drawing for Cores<'_> {
    fn name(&self) -> &'static str {
        "cores"
    }

    fn title(&self) -> &str {
        &self.rows.title
    }

    fn alternative(&self) -> String {
        let ideal = |row: &Row| {
            row.ideal_cores
                .map(|cores| format!(" of {}", units::without_zeros(&units::number(cores))))
                .unwrap_or_default()
        };
        let rows = self.rows.rows.iter().zip(&self.group.rows);
        let rows = rows.map(|(label, row)| format!("{} {}{}", label.name, either(&label.figure), ideal(row)));
        format!("{}. Effective cores: {}.", self.rows.title, rows.collect::<Vec<_>>().join(", "))
    }

    fn height(&self) -> u32 {
        self.rows.height()
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        self.rows.draw(canvas, |plot| {
            for (i, row) in self.group.rows.iter().enumerate() {
                let Some(cores) = row.effective_cores else { continue };
                let (y, zero) = (plot.middle(i), plot.x(0.0));
                let (low, x, high) = (plot.x(cores.low), plot.x(cores.value), plot.x(cores.high));
                plot.canvas.rectangle((zero, y - 7.0), (x, y + 7.0), colours::of_slot(row.colour))?;
                if high - low >= 1.0 {
                    plot.canvas.line((low, y), (high, y), 1.5, INK)?;
                }
                if let Some(ideal) = row.ideal_cores {
                    let x = plot.x(ideal);
                    plot.canvas.line((x, y - 11.0), (x, y + 11.0), 2.5, REFERENCE)?;
                }
            }
            Ok(())
        })
    }
}

fn figure(row: &Row) -> Result<String, String> {
    row.effective_cores
        .map(|cores| units::cores(cores.value))
        .ok_or_else(|| row.missing().unwrap_or_else(|| "not recorded".to_owned()))
}
