//! What can be drawn on any backend.

use plotters_backend::DrawingBackend;

use super::canvas::Canvas;
use super::drawn::Drawn;
use crate::figures::ChartKind;

/// What can be drawn on any backend.
pub trait Drawing {
    /// What it shows.
    fn kind(&self) -> ChartKind;
    /// What is seen.
    fn title(&self) -> &str;
    /// Its figures in words.
    fn alternative(&self) -> String;
    /// Height in logical pixels; the width is [`WIDTH`](super::pixels::WIDTH).
    fn height(&self) -> u32;
    /// Draws it over the whole area.
    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB>;
}
