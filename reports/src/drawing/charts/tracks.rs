//! The frame that both charts of profiles share: one track a cell, all on the same axis of time.

use plotters_backend::DrawingBackend;

use super::canvas::{Canvas, LABEL, Pen, fitted, text_width, title_height, widest};
use super::drawn::Drawn;
use super::pixels::WIDTH;
use crate::drawing::palette::{FADED, GRID, INK};
use crate::drawing::scale::Axis;
use crate::figures::Row;
use crate::records::schema::Profile;
use crate::text::units;

/// From so many cells on they are many: each gets less room.
pub const MANY_CELLS: usize = 12;
/// Height of the axis with its labels and title.
const AXIS: f64 = 44.0;
/// Height of a line of the legend.
const LEGEND: f64 = 19.0;
/// Room for a name at most.
const NAME: f64 = 150.0;
/// Space beside texts.
const GAP: f64 = 8.0;
/// Space between tracks.
const BETWEEN: f64 = 10.0;
/// Least height of a track: two lines of text beside it.
const LEAST: f64 = 32.0;
/// Size of notes and legends.
const SMALL: f64 = LABEL - 2.0;

/// Share by which recording may make a run longer without a word.
const VISIBLE_COST: f64 = 0.05;
/// Most cells whose cost of recording is named.
const MOST_COSTS: usize = 3;

/// A cell's track.
#[derive(Debug, Clone)]
pub struct Track {
    pub name: String,
    /// A word of lesser weight below the name.
    pub note: String,
    /// The figure on the right.
    pub figure: String,
    /// When the run ended, nanoseconds.
    pub end_ns: f64,
    /// Height of what is drawn in it, logical pixels.
    pub height: f64,
    /// All that there is to say of it.
    pub sentence: String,
}

/// The frame.
#[derive(Debug, Clone)]
pub struct Tracks {
    pub title: String,
    pub tracks: Vec<Track>,
    /// Lines about the marks, below the axis.
    pub legend: Vec<String>,
}

/// The drawn frame, onto which a chart puts its marks.
pub struct Stage<'a, DB: DrawingBackend> {
    pub canvas: &'a Canvas<'a, DB>,
    left: f64,
    right: f64,
    span_ns: f64,
}

impl Tracks {
    /// Returns the height of the whole chart, logical pixels.
    pub fn height(&self) -> u32 {
        (self.bottom() + AXIS + LEGEND * self.legend.len() as f64 + 6.0) as u32
    }

    /// Returns where a track begins, logical pixels.
    fn top(&self, track: usize) -> f64 {
        let above = self.tracks.iter().take(track).map(|track| track.height.max(LEAST) + BETWEEN);
        f64::from(title_height(&self.title)) + 6.0 + above.sum::<f64>()
    }

    /// Returns where the last track ends.
    fn bottom(&self) -> f64 {
        self.top(self.tracks.len()) - BETWEEN + 4.0
    }

    /// Returns the stage on which the tracks are drawn.
    pub fn stage<'a, DB: DrawingBackend>(&self, canvas: &'a Canvas<'a, DB>) -> Stage<'a, DB> {
        let names = self.tracks.iter().map(|track| fitted(&track.name, LABEL, NAME));
        let notes = widest(self.tracks.iter().map(|track| track.note.as_str()), SMALL);
        let left = names.map(|name| text_width(&name, LABEL, false)).fold(notes, f64::max) + 2.0 * GAP;
        let right = widest(self.tracks.iter().map(|track| track.figure.as_str()), LABEL) + 2.0 * GAP;
        let span_ns = self.tracks.iter().map(|track| track.end_ns).fold(1.0, f64::max);
        Stage { canvas, left, right: f64::from(WIDTH) - right, span_ns }
    }

    /// Draws title, axis, names and figures, and has each track's marks drawn by `marks`, which is given the stage, the
    /// number of the track and where it begins.
    pub fn draw<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<DB>,
        mut marks: impl FnMut(&Stage<DB>, usize, f64) -> Drawn<DB>,
    ) -> Drawn<DB> {
        let stage = self.stage(canvas);
        canvas.title(&self.title)?;
        let axis = Axis::from_zero(stage.span_ns / 1.04, "time since the run began", units::duration);
        let (first, bottom) = (self.top(0) - 3.0, self.bottom());
        for tick in axis.ticks() {
            let x = stage.x(tick);
            canvas.line((x, first), (x, bottom + 3.0), 1.0, GRID)?;
            canvas.text(&axis.label(tick), x, bottom + 11.0, Pen::new(FADED))?;
        }
        canvas.line((stage.left, bottom), (stage.right, bottom), 1.0, GRID)?;
        for (i, track) in self.tracks.iter().enumerate() {
            let top = self.top(i);
            let middle = top + track.height.max(LEAST) / 2.0;
            canvas.notes.row(top - BETWEEN / 2.0, top + track.height.max(LEAST) + BETWEEN / 2.0, &track.sentence);
            let name = fitted(&track.name, LABEL, NAME);
            let end = stage.left - GAP;
            let up = if track.note.is_empty() { 0.0 } else { 8.0 };
            canvas.text(&name, end, middle - up, Pen::new(INK).right())?;
            canvas.text(&track.note, end, middle + up, Pen { size: SMALL, ..Pen::new(FADED).right() })?;
            canvas.text(&track.figure, f64::from(WIDTH) - GAP, middle, Pen::new(INK).right())?;
            marks(&stage, i, top + (track.height.max(LEAST) - track.height) / 2.0)?;
            let x = stage.x(track.end_ns);
            canvas.line((x, top - 1.0), (x, top + track.height.max(LEAST) + 1.0), 1.5, INK)?;
        }
        let centre = f64::midpoint(stage.left, stage.right);
        canvas.text(&axis.title, centre, bottom + 31.0, Pen::new(INK))?;
        for (i, line) in self.legend.iter().enumerate() {
            let y = bottom + AXIS + (i as f64 + 0.5) * LEGEND;
            canvas.text(line, f64::from(WIDTH) / 2.0, y, Pen { size: SMALL, ..Pen::new(FADED) })?;
        }
        Ok(())
    }
}

impl<DB: DrawingBackend> Stage<'_, DB> {
    /// Returns where a moment is, logical pixels.
    pub fn x(&self, ns: f64) -> f64 {
        self.left + (ns / self.span_ns).clamp(0.0, 1.0) * (self.right - self.left)
    }
}

/// Says by how much recording made runs longer than the medians of their cells, the most first; none if by 5 % at most.
pub fn cost_of_recording(profiles: &[(&Row, &Profile)]) -> Option<String> {
    let cost = |(row, profile): &(&Row, &Profile)| {
        let wall = row.wall.map(|wall| wall.value).filter(|wall| *wall > 0.0)?;
        Some((row.label.clone(), profile.wall_ns as f64 / wall - 1.0))
    };
    let mut costs: Vec<(String, f64)> =
        profiles.iter().filter_map(cost).filter(|(_, cost)| *cost > VISIBLE_COST).collect();
    costs.sort_by(|a, b| b.1.total_cmp(&a.1));
    let named = costs.iter().take(MOST_COSTS).map(|(label, cost)| format!("{label} by {}", units::percent(*cost)));
    let named: Vec<String> = named.collect();
    let more = costs.len().saturating_sub(MOST_COSTS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!named.is_empty())
        .then(|| format!("With recording these runs took longer than the median: {}{more}.", named.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Estimate;

    #[test]
    fn what_recording_costs_is_told_from_five_percent_on() {
        let row = |label: &str| Row { label: label.to_owned(), wall: Estimate::of_median(&[100.0]), ..Row::default() };
        let profile = |wall_ns| Profile { wall_ns, ..Profile::default() };
        let (rayon, green) = (row("rayon"), row("green"));
        assert_eq!(cost_of_recording(&[(&rayon, &profile(104)), (&green, &profile(90))]), None);
        let text = cost_of_recording(&[(&rayon, &profile(106)), (&green, &profile(135))]);
        let wanted = "With recording these runs took longer than the median: green by 35 %, rayon by 6 %.";
        assert_eq!(text.as_deref(), Some(wanted));
    }
}
