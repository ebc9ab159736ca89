//! How busy each core was: one row a core, one column a cell, the share in each field.

use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

use super::canvas::{Canvas, LABEL, Pen, fitted, title_height, widest};
use super::drawing::Drawing;
use super::drawn::Drawn;
use super::pixels::WIDTH;
use crate::drawing::palette::{FADED, HEAT, HEAT_STRONG, INK, PAPER, heat};
use crate::figures::{ChartKind, GroupSummary, Row};
use crate::text::units;
use crate::views::findings;

/// Rows that a chart has at most; with more cores, a row is the mean of several.
const MOST_ROWS: usize = 64;
/// Room for the names of columns at most.
const NAME: f64 = 170.0;
/// Height of the line that says what the fields are.
const LEGEND: f64 = 24.0;
/// Space beside texts.
const GAP: f64 = 8.0;

/// The heat map.
pub struct Utilisation<'a> {
    title: String,
    columns: Vec<&'a Row>,
    /// Names of the columns, short enough.
    names: Vec<String>,
    /// Cores that share a row.
    cores_per_row: usize,
    cores: usize,
}

impl<'a> Utilisation<'a> {
    /// Returns the chart; none if the time of each core was not recorded.
    pub fn new(group: &'a GroupSummary) -> Option<Self> {
        let columns: Vec<&Row> = group.drawn().filter(|row| !row.core_busy.is_empty()).collect();
        let cores = columns.iter().map(|row| row.core_busy.len()).max()?;
        Some(Self {
            title: findings::utilisation(group).title(group),
            names: columns.iter().map(|row| fitted(&row.label, LABEL, NAME)).collect(),
            columns,
            cores_per_row: cores.div_ceil(MOST_ROWS),
            cores,
        })
    }

    fn rows(&self) -> usize {
        self.cores.div_ceil(self.cores_per_row)
    }

    fn row_height(&self) -> f64 {
        if self.rows() <= 16 { 30.0 } else { 18.0 }
    }

    fn row_name(&self, row: usize) -> String {
        let first = row * self.cores_per_row;
        let last = (first + self.cores_per_row).min(self.cores) - 1;
        if first == last { format!("core {first}") } else { format!("cores {first}–{last}") }
    }

    /// Returns the busy share of a field: the mean of its cores.
    fn share(&self, column: &Row, row: usize) -> Option<f64> {
        let cores: Vec<f64> =
            column.core_busy.iter().skip(row * self.cores_per_row).take(self.cores_per_row).copied().collect();
        (!cores.is_empty()).then(|| cores.iter().sum::<f64>() / cores.len() as f64)
    }

    /// Returns the shares of a row in words.
    fn sentence(&self, row: usize) -> String {
        let shares = self
            .columns
            .iter()
            .filter_map(|column| Some(format!("{} {}", column.label, units::percent(self.share(column, row)?))));
        format!("{}: {}", self.row_name(row), shares.collect::<Vec<_>>().join(", "))
    }

    fn left(&self) -> f64 {
        let names: Vec<String> = (0..self.rows()).map(|row| self.row_name(row)).collect();
        widest(names.iter().map(String::as_str), LABEL) + 2.0 * GAP
    }

    fn column_width(&self) -> f64 {
        (f64::from(WIDTH) - self.left() - GAP) / self.columns.len() as f64
    }

    fn widest_name(&self) -> f64 {
        widest(self.names.iter().map(String::as_str), LABEL)
    }

    /// Returns whether names of columns have to stand upright to fit.
    fn is_upright(&self) -> bool {
        self.widest_name() + 6.0 > self.column_width()
    }

    fn names_height(&self) -> f64 {
        if self.is_upright() { self.widest_name() + 2.0 * GAP } else { LABEL + 2.0 * GAP }
    }
}

impl Drawing for Utilisation<'_> {
    fn kind(&self) -> ChartKind {
        ChartKind::Utilisation
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn alternative(&self) -> String {
        let column = |(row, name): (&&Row, &String)| {
            let shares: Vec<String> =
                row.core_busy.iter().take(MOST_ROWS).map(|share| units::percent(*share)).collect();
            format!("{name} {}", shares.join(" "))
        };
        let columns: Vec<String> = self.columns.iter().zip(&self.names).map(column).collect();
        format!("{}. Busy share of each core, from core 0, by runner: {}.", self.title, columns.join("; "))
    }

    fn height(&self) -> u32 {
        title_height(&self.title) + (self.rows() as f64 * self.row_height() + self.names_height() + LEGEND) as u32 + 8
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        canvas.title(&self.title)?;
        let (left, top) = (self.left(), f64::from(title_height(&self.title)) + 4.0);
        let (width, height) = (self.column_width(), self.row_height());
        for row in 0..self.rows() {
            let y = top + row as f64 * height;
            canvas.notes.row(y, y + height, &self.sentence(row));
            canvas.text(&self.row_name(row), left - GAP, y + height / 2.0, Pen::new(INK).right())?;
            for (i, column) in self.columns.iter().enumerate() {
                let Some(share) = self.share(column, row) else { continue };
                let (x, shade) = (left + i as f64 * width, heat(share));
                canvas.rectangle((x + 0.5, y + 0.5), (x + width - 0.5, y + height - 0.5), HEAT[shade])?;
                let text = format!("{}: {:.1} % busy", column.label, share * 100.0);
                canvas.notes.mark((x, y), (x + width, y + height), &text);
                let colour = if shade >= HEAT_STRONG { PAPER } else { INK };
                let pen = Pen { size: if width < 40.0 { 11.0 } else { 13.0 }, ..Pen::new(colour) };
                canvas.text(&field(share, width), x + width / 2.0, y + height / 2.0, pen)?;
            }
        }
        let bottom = top + self.rows() as f64 * height;
        for (i, name) in self.names.iter().enumerate() {
            let x = left + (i as f64 + 0.5) * width;
            if self.is_upright() {
                let pen = Pen { horizontal: HPos::Right, vertical: VPos::Center, is_upright: true, ..Pen::new(INK) };
                canvas.text(name, x, bottom + GAP, pen)?;
            } else {
                canvas.text(name, x, bottom + GAP + LABEL / 2.0, Pen::new(INK))?;
            }
        }
        let pen = Pen { size: LABEL - 1.5, ..Pen::new(FADED) };
        let legend =
            "Share of the wall time in which the core worked for the run, in per cent; medians over the rounds.";
        canvas.text(legend, f64::from(WIDTH) / 2.0, f64::from(self.height()) - 14.0, pen)
    }
}

/// Returns the share as text that fits the field.
fn field(share: f64, width: f64) -> String {
    let text = format!("{:.0}", (share * 100.0).clamp(0.0, 999.0));
    if width < 18.0 { String::new() } else { text }
}
