//! Where each cell lost: cores, for CPU-bound work; time, for work that waits. A stacked bar a cell.

use plotters_backend::DrawingBackend;

use super::canvas::Canvas;
use super::drawing::Drawing;
use super::drawn::Drawn;
use super::rows::either;
use super::rows::{Plot, RowLabel, Rows};
use crate::drawing::palette::{Colour, FADED, GRID, INK, Palette};
use crate::drawing::scale::Axis;
use crate::figures::loss::{Cores, Waits};
use crate::figures::{ChartKind, GroupSummary, Row};
use crate::text::units;
use crate::views::findings;

/// Half the height of a bar.
const HALF: f64 = 8.0;
/// Space between the lines of a striped part.
const STRIPE: f64 = 4.0;

/// How a part of a bar looks: told apart in grey, too.
#[derive(Debug, Clone, Copy)]
enum Look {
    /// Filled with the runner's colour.
    Filled,
    /// Striped in the runner's colour.
    Striped,
    /// Only outlined.
    Outlined,
    /// Filled with grey.
    Grey,
}

/// A bar: lengths and looks from the left to the right.
type Bar = [(f64, Look); 3];

/// What the parts of the bars are, from the left to the right, and how their lengths are written.
struct Parts {
    names: [&'static str; 3],
    format: fn(f64) -> String,
}

impl Parts {
    /// Returns the parts of a bar in words.
    fn words(&self, bar: &Bar) -> [String; 3] {
        std::array::from_fn(|i| format!("{} {}", self.names[i], (self.format)(bar[i].0)))
    }
}

/// The chart of losses.
pub struct Loss<'a> {
    group: &'a GroupSummary,
    palette: &'a Palette,
    rows: Rows,
    bars: Vec<Option<Bar>>,
    parts: Parts,
}

impl<'a> Loss<'a> {
    /// Returns the chart; none if there is nothing to be said of losses.
    pub fn new(group: &'a GroupSummary, palette: &'a Palette) -> Option<Self> {
        if group.is_cpu_bound() { Self::of_cores(group, palette) } else { Self::of_waits(group, palette) }
    }

    fn of_cores(group: &'a GroupSummary, palette: &'a Palette) -> Option<Self> {
        let cores: Vec<Option<Cores>> = group.drawn().map(|row| Cores::of_row(group, row)).collect();
        let most =
            cores.iter().flatten().map(|cores| cores.ideal.max(cores.busy).max(cores.speed_up)).reduce(f64::max)?;
        let bar = |cores: Cores| {
            [(cores.speed_up, Look::Filled), (cores.extra(), Look::Striped), (cores.idle(), Look::Outlined)]
        };
        let figure = |(row, cores): (&Row, &Option<Cores>)| match cores {
            Some(cores) => Ok(format!("CPU {}", units::ratio(cores.inflation()))),
            None if row.is_baseline => Err("baseline".to_owned()),
            None if row.baseline.is_none() => Err(row.missing().unwrap_or_else(|| "no baseline".to_owned())),
            None => Err("too short to tell".to_owned()),
        };
        let parts =
            Parts { names: ["speed-up", "lost to CPU time on top", "lost to idle cores"], format: units::number };
        let bars: Vec<Option<Bar>> = cores.iter().map(|cores| cores.map(bar)).collect();
        Some(Self {
            rows: Rows {
                title: findings::lost_cores(group).title(group),
                rows: labels(group, &cores, figure, &bars, &parts),
                row_height: 28,
                axis: Axis::from_zero(most, "cores: speed-up = busy cores / CPU time over the baseline's", |cores| {
                    units::without_zeros(&units::number(cores))
                }),
                legend: "Filled: speed-up. Striped: lost to CPU time on top of the baseline's. Outlined: lost to idle cores."
                    .to_owned(),
            },
            group,
            palette,
            bars,
            parts,
        })
    }

    fn of_waits(group: &'a GroupSummary, palette: &'a Palette) -> Option<Self> {
        let waits: Vec<Option<Waits>> = group.drawn().map(Waits::of_row).collect();
        let whole = |waits: &Waits| waits.unavoidable + waits.cpu + waits.queueing;
        let most = waits.iter().flatten().map(whole).reduce(f64::max)?;
        let bar = |waits: Waits| {
            [(waits.unavoidable, Look::Grey), (waits.cpu, Look::Striped), (waits.queueing, Look::Filled)]
        };
        let figure = |(row, waits): (&Row, &Option<Waits>)| match waits {
            Some(waits) => Ok(format!("+{}", units::duration(whole(waits) - waits.unavoidable))),
            None => Err(row.missing().unwrap_or_default()),
        };
        let parts = Parts {
            names: ["unavoidable wait", "CPU time", "queueing for a worker or a late timer"],
            format: units::duration,
        };
        let bars: Vec<Option<Bar>> = waits.iter().map(|waits| waits.map(bar)).collect();
        Some(Self {
            rows: Rows {
                title: findings::lost_time(group).title(group),
                rows: labels(group, &waits, figure, &bars, &parts),
                row_height: 28,
                axis: Axis::from_zero(most, "wall time of one run; on the right what is over the longest wait", |ns| {
                    units::without_zeros(&units::duration(ns))
                }),
                legend: "Grey: the longest wait of one task. Striped: CPU time at most. Filled: a task was due and nothing ran it."
                    .to_owned(),
            },
            group,
            palette,
            bars,
            parts,
        })
    }
}

fn labels<'a, T>(
    group: &'a GroupSummary,
    losses: &'a [Option<T>],
    figure: impl Fn((&'a Row, &'a Option<T>)) -> Result<String, String>,
    bars: &[Option<Bar>],
    parts: &Parts,
) -> Vec<RowLabel> {
    let label = |((row, loss), bar): ((&'a Row, &'a Option<T>), &Option<Bar>)| {
        let figure = figure((row, loss));
        let words = bar.map_or_else(|| either(&figure).to_owned(), |bar| parts.words(&bar).join(", "));
        RowLabel { name: row.label.clone(), figure, sentence: format!("{}: {words}", row.label) }
    };
    group.drawn().zip(losses).zip(bars).map(label).collect()
}

impl Drawing for Loss<'_> {
    fn kind(&self) -> ChartKind {
        ChartKind::Loss
    }

    fn title(&self) -> &str {
        &self.rows.title
    }

    fn alternative(&self) -> String {
        let rows: Vec<&str> = self.rows.rows.iter().map(|row| row.sentence.as_str()).collect();
        format!("{}. {}.", self.rows.title, rows.join("; "))
    }

    fn height(&self) -> u32 {
        self.rows.height()
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        self.rows.draw(canvas, |plot| {
            for (i, (row, bar)) in self.group.drawn().zip(&self.bars).enumerate() {
                let Some(bar) = bar else { continue };
                let (mut from, y) = (0.0, plot.middle(i));
                for ((length, look), text) in bar.iter().zip(self.parts.words(bar)) {
                    let (left, right) = (plot.x(from), plot.x(from + length));
                    part(plot, i, (left, right), *look, self.palette.colour(&row.cell.runner))?;
                    plot.canvas.notes.mark((left, y - HALF), (right, y + HALF), &text);
                    from += length;
                }
            }
            Ok(())
        })
    }
}

/// Draws one part of a bar.
fn part<DB: DrawingBackend>(
    plot: &Plot<DB>,
    i: usize,
    (left, right): (f64, f64),
    look: Look,
    colour: Colour,
) -> Drawn<DB> {
    if right - left < 0.5 {
        return Ok(());
    }
    let (top, bottom) = (plot.middle(i) - HALF, plot.middle(i) + HALF);
    match look {
        Look::Filled => plot.canvas.rectangle((left, top), (right, bottom), colour),
        Look::Grey => {
            plot.canvas.rectangle((left, top), (right, bottom), GRID)?;
            plot.canvas.line((right, top), (right, bottom), 1.5, INK)
        }
        Look::Striped => {
            let mut x = left + STRIPE / 2.0;
            while x < right {
                plot.canvas.line((x, top), (x, bottom), 2.0, colour)?;
                x += STRIPE;
            }
            outline(plot, (left, top), (right, bottom), colour)
        }
        Look::Outlined => outline(plot, (left, top), (right, bottom), FADED),
    }
}

fn outline<DB: DrawingBackend>(
    plot: &Plot<DB>,
    (left, top): (f64, f64),
    (right, bottom): (f64, f64),
    colour: Colour,
) -> Drawn<DB> {
    plot.canvas.line((left, top), (right, top), 1.0, colour)?;
    plot.canvas.line((right, top), (right, bottom), 1.0, colour)?;
    plot.canvas.line((left, bottom), (right, bottom), 1.0, colour)
}
