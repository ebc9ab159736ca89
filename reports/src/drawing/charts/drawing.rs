//! What can be drawn on any backend.

use plotters_backend::DrawingBackend;

use super::canvas::Canvas;
use super::drawn::Drawn;
use super::pixels::WIDTH;
use crate::figures::ChartKind;

/// What can be drawn on any backend.
pub trait Drawing {
    /// Returns what it shows.
    fn kind(&self) -> ChartKind;
    /// Says what is seen.
    fn title(&self) -> &str;
    /// Returns its figures in words.
    fn alternative(&self) -> String;
    /// Returns the width in logical pixels.
    fn width(&self) -> u32 {
        WIDTH
    }
    /// Returns the height in logical pixels.
    fn height(&self) -> u32;
    /// Draws it over the whole area.
    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB>;
}
