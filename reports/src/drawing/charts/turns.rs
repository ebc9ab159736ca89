//! Whose turn it was, operation by operation: how a lock hands over.

use plotters_backend::DrawingBackend;

use super::canvas::Canvas;
use super::drawing::Drawing;
use super::drawn::Drawn;
use super::rows::{RowLabel, Rows, either};
use crate::drawing::palette::{Colour, HEAT};
use crate::drawing::scale::Axis;
use crate::figures::{Cell, ChartKind, GroupSummary, JAIN_INDEX, Row};
use crate::text::units;

/// The faintest shade of a task: fainter ones could be taken for the paper.
const FAINTEST: usize = 3;
/// Half the height of a row's strip, logical pixels.
const HALF: f64 = 9.0;

/// The chart of turns.
pub struct Turns<'a> {
    group: &'a GroupSummary,
    rows: Rows,
}

impl<'a> Turns<'a> {
    /// Returns the chart; none if no cell noted its turns, or has one task alone.
    pub fn new(group: &'a GroupSummary) -> Option<Self> {
        if !ChartKind::Turns.is_of(group) {
            return None;
        }
        let rows = Rows {
            title: title(group),
            rows: group.drawn().map(|row| RowLabel::new(Cell { group, row }, figure(row))).collect(),
            row_height: 30,
            axis: Axis::from_zero(100.0, "operations, first to last, %", units::count),
            legend: "A shade is a task, and its height the share of the operations that it had. On the right Jain's index up to where \
                     the first task was done: 1 is even."
                .to_owned(),
        };
        Some(Self { group, rows })
    }
}

fn fairness(row: &Row) -> Option<f64> {
    row.figures.get(JAIN_INDEX).map(|index| index.estimate.value)
}

fn figure(row: &Row) -> Result<String, String> {
    let index = fairness(row).map(|index| units::without_zeros(&units::number(index)));
    index.ok_or_else(|| row.missing().unwrap_or_else(|| "not noted".to_owned()))
}

/// Says whose turns were the most even and the least.
fn title(group: &GroupSummary) -> String {
    let mut known: Vec<(f64, &str)> = group.main_rows().filter_map(|row| Some((fairness(row)?, &*row.label))).collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    let number = |index: f64| units::without_zeros(&units::number(index));
    match (known.first(), known.last()) {
        (Some((least, uneven)), Some((most, even))) if least < most => {
            format!(
                "Turns are most even under {even} ({}), and least under {uneven} ({})",
                number(*most),
                number(*least)
            )
        }
        _ => "Whose turn it was".to_owned(),
    }
}

/// Returns the shade of one of so many tasks.
fn shade(task: usize, tasks: usize) -> Colour {
    let shades = HEAT.len() - 1 - FAINTEST;
    HEAT[FAINTEST + task * shades / tasks.saturating_sub(1).max(1)]
}

impl Drawing for Turns<'_> {
    fn kind(&self) -> ChartKind {
        ChartKind::Turns
    }

    fn title(&self) -> &str {
        &self.rows.title
    }

    fn alternative(&self) -> String {
        let rows = self.rows.rows.iter().map(|row| format!("{} {}", row.name, either(&row.figure)));
        format!("{}. Jain's index of the turns: {}.", self.rows.title, rows.collect::<Vec<_>>().join(", "))
    }

    fn height(&self) -> u32 {
        self.rows.height()
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        self.rows.draw(canvas, |plot| {
            for (i, row) in self.group.drawn().enumerate() {
                let (slices, middle) = (row.turns.len(), plot.middle(i));
                for (place, slice) in row.turns.iter().enumerate() {
                    let edge = |place: usize| plot.x(100.0 * place as f64 / slices as f64);
                    let all: f64 = slice.iter().map(|turns| f64::from(*turns)).sum::<f64>().max(1.0);
                    let mut top = middle - HALF;
                    for (task, turns) in slice.iter().enumerate().filter(|(_, turns)| **turns > 0) {
                        let bottom = top + 2.0 * HALF * f64::from(*turns) / all;
                        plot.canvas.rectangle(
                            (edge(place), top),
                            (edge(place + 1), bottom),
                            shade(task, slice.len()),
                        )?;
                        top = bottom;
                    }
                }
            }
            Ok(())
        })
    }
}
