//! Effective cores of each cell: how many it kept busy on average, against what it could have.

use plotters_backend::DrawingBackend;

use super::canvas::Canvas;
use super::drawing::Drawing;
use super::drawn::Drawn;
use super::rows::either;
use super::rows::{RowLabel, Rows};
use crate::drawing::palette::{INK, Palette, REFERENCE};
use crate::drawing::scale::Axis;
use crate::figures::capacity::Ceiling;
use crate::figures::{Cell, ChartKind, GroupSummary, Row};
use crate::text::units;
use crate::views::findings;

/// The chart of effective cores.
pub struct Cores<'a> {
    group: &'a GroupSummary,
    palette: &'a Palette,
    rows: Rows,
    /// Where a line says what the cores of the machine can give at most.
    line: Option<f64>,
}

impl<'a> Cores<'a> {
    /// Returns the chart; none if no cell has a figure.
    pub fn new(group: &'a GroupSummary, palette: &'a Palette) -> Option<Self> {
        let figures = group.drawn().filter_map(|row| row.effective_cores);
        let most = figures.map(|cores| cores.high).reduce(f64::max)?;
        let most = group.drawn().filter_map(|row| row.ideal_cores).fold(most, f64::max);
        let line = line(group);
        let most = line.map_or(most, |line| most.max(line));
        let legend = match line {
            Some(cores) => format!(
                "The red mark is the ideal of a cell: what its workers can make of its tasks. {}.",
                line_in_words(group, cores)
            ),
            None if group.is_cpu_bound() => {
                "The red mark is the ideal: what its workers can make of its tasks.".to_owned()
            }
            None => "Waiting needs no core: where the time is the same, less is better.".to_owned(),
        };
        let rows = Rows {
            title: findings::cores(group).title(group),
            rows: group.drawn().map(|row| RowLabel::new(Cell { group, row }, figure(row))).collect(),
            row_height: 28,
            axis: Axis::from_zero(most, "effective cores (CPU time over wall time)", |cores| {
                units::without_zeros(&units::number(cores))
            }),
            legend,
        };
        Some(Self { group, palette, rows, line })
    }
}

impl Drawing for Cores<'_> {
    fn kind(&self) -> ChartKind {
        ChartKind::Cores
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
        let rows = self.rows.rows.iter().zip(self.group.drawn());
        let rows = rows.map(|(label, row)| format!("{} {}{}", label.name, either(&label.figure), ideal(row)));
        format!("{}. Effective cores: {}.", self.rows.title, rows.collect::<Vec<_>>().join(", "))
    }

    fn height(&self) -> u32 {
        self.rows.height()
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        self.rows.draw(canvas, |plot| {
            if let Some(line) = self.line {
                plot.reference(line, REFERENCE)?;
            }
            for (i, row) in self.group.drawn().enumerate() {
                let Some(cores) = row.effective_cores else { continue };
                let (y, zero) = (plot.middle(i), plot.x(0.0));
                let (low, x, high) = (plot.x(cores.low), plot.x(cores.value), plot.x(cores.high));
                plot.canvas.rectangle((zero, y - 7.0), (x, y + 7.0), self.palette.colour(&row.cell.runner))?;
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

/// Returns what the cores that a cell of the group may use can give at most, if that is more than one of them; none for work that waits.
pub fn line(group: &GroupSummary) -> Option<f64> {
    let ceiling = group.ceiling.as_ref().filter(|_| group.is_cpu_bound())?;
    // A runner without parallelism has the ideal 1, however many workers it is said to have.
    let rows = group.drawn().filter(|row| row.ideal_cores.is_some_and(|ideal| ideal > 1.0));
    let most = rows.map(|row| row.cell.workers).max()?;
    Some(ceiling.of_threads(most as f64)).filter(|cores| *cores > 1.0)
}

/// Says what a line at that many cores says, without a full stop.
pub fn line_in_words(group: &GroupSummary, cores: f64) -> String {
    let at = units::without_zeros(&units::number(cores));
    let is_measured = group.ceiling.as_ref().is_some_and(Ceiling::is_measured);
    let what = if is_measured { "the measured capacity of the cores" } else { "all cores" };
    format!("The line at {at} is {what} that a runner may use")
}

fn figure(row: &Row) -> Result<String, String> {
    row.effective_cores
        .map(|cores| units::cores(cores.value))
        .ok_or_else(|| row.missing().unwrap_or_else(|| "not recorded".to_owned()))
}
