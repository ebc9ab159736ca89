//! What can be drawn on any backend.

use plotters_backend::DrawingBackend;

use super::canvas::Canvas;
use super::drawn::Drawn;
use crate::figures::ChartKind;

/// What can be drawn on any backend.
pub trait Drawing {
    /// Returns what it shows.
    fn kind(&self) -> ChartKind;
    /// Says what is seen.
    fn title(&self) -> &str;
    /// Returns its figures in words.
    fn alternative(&self) -> String;
    /// Returns the height in logical pixels; the width is [`WIDTH`](super::pixels::WIDTH).
    fn height(&self) -> u32;
    /// Draws it over the whole area.
    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB>;
}
