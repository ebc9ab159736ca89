//! What the marks of a chart say exactly, to be shown where one is pointed at or come to by keyboard.
//!
//! They travel in the `<metadata>` of the SVG as plain text, a line each, so that thousands of them cost the page little:
//! `= top bottom sentence` is a row, `left top right bottom text` a mark of the row that it lies in, `. x y text` one that is
//! a point.

use std::cell::RefCell;
use std::fmt::Write;

use super::pixels::at;
use crate::text::plain;

/// Notes that a chart of profiles has at most, roughly; where it has more marks, a note is of several together.
const MOST: usize = 800;

/// Returns how many marks of each of a chart's rows have notes of their own.
pub fn most_in_row(rows: usize) -> usize {
    (MOST / rows.max(1)).max(8)
}

/// The notes of a chart that is being drawn.
#[derive(Debug, Default)]
pub struct Notes(RefCell<String>);

impl Notes {
    /// Notes what a row says as a whole; logical pixels.
    pub fn row(&self, top: f64, bottom: f64, sentence: &str) {
        self.add(format_args!("= {} {} {}", at(top), at(bottom), plain(sentence)));
    }

    /// Notes what a mark says; logical pixels.
    pub fn mark(&self, (left, top): (f64, f64), (right, bottom): (f64, f64), text: &str) {
        self.add(format_args!("{} {} {} {} {}", at(left), at(top), at(right), at(bottom), plain(text)));
    }

    /// Notes what a point says; logical pixels.
    pub fn point(&self, (x, y): (f64, f64), text: &str) {
        self.add(format_args!(". {} {} {}", at(x), at(y), plain(text)));
    }

    fn add(&self, line: std::fmt::Arguments) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0.borrow_mut(), "{line}");
    }

    /// Returns all of them.
    pub fn into_text(self) -> String {
        self.0.into_inner()
    }
}
