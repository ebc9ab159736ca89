//! How the matrix and the recommendation look in the page.

use crate::drawing::palette as colours;
use crate::judgement::advice::Advice;
use crate::views::matrix::{Field, Line, Tint};

impl Line<'_> {
    /// The class that has the runner's colour.
    pub(super) fn class(&self) -> &'static str {
        colours::of_slot(self.colour).class
    }
}

impl Field<'_> {
    /// The classes that colour it.
    pub(super) fn class(&self) -> String {
        match self {
            _ if self.is_baseline() => "base".to_owned(),
            // What cannot be told from 1 is not coloured as if it could.
            Self::Measured(..) if self.mark() == Some("≈") => "t0".to_owned(),
            Self::Measured(..) => self.tint().map_or_else(|| "other".to_owned(), Tint::class),
            Self::Missing(_) if self.is_broken() => "failed".to_owned(),
            Self::Missing(_) | Self::LeftOut(_) => "missing".to_owned(),
            Self::Absent => "absent".to_owned(),
        }
    }

    /// What the table is sorted by.
    pub(super) fn sort(&self) -> Option<f64> {
        let Self::Measured(_, row) = self else { return None };
        row.ratio.map(|ratio| ratio.value)
    }
}

impl Advice<'_> {
    /// The class that has the runner's colour.
    pub(super) fn class(&self) -> &'static str {
        colours::of_slot(self.colour).class
    }
}
