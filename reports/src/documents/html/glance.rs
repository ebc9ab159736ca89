//! How the matrix looks in the page.

use crate::views::matrix::{Field, Mark, State, Tint};

impl Field {
    /// Returns the classes that colour it.
    pub(super) fn class(&self) -> String {
        match self.state {
            State::Baseline => "base".to_owned(),
            // What cannot be told from 1 is not coloured as if it could.
            State::Measured if self.mark == Some(Mark::Noise) => "t0".to_owned(),
            State::Measured => self.tint.map_or_else(|| "other".to_owned(), Tint::class),
            State::Missing if self.is_broken => "failed".to_owned(),
            State::Missing | State::LeftOut => "missing".to_owned(),
            State::Absent => "absent".to_owned(),
        }
    }
}
