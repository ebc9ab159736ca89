//! What came of a check.

use std::io::{self, Write};

use regatta_reports::text::plain;

/// What a cell did instead of what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(super) expected: String,
    pub(super) came: String,
}

impl Complaint {
    pub(super) fn new(expected: impl Into<String>, came: impl Into<String>) -> Self {
        Self { expected: expected.into(), came: came.into() }
    }
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Right,
    /// It could not be checked: why.
    Skipped(String),
    /// It is not as it should be.
    Wrong(Complaint),
}

/// A check of a runner, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Name of the runner, as plans have it.
    pub(super) runner: String,
    /// What was checked.
    pub(super) check: String,
    pub(super) outcome: Outcome,
}

impl Finding {
    /// Returns what came of it.
    pub(crate) fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Prints it in a line, and what is wrong in two more.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { runner, check, outcome } = self;
        match outcome {
            Outcome::Right => writeln!(out, "ok       {runner:<22} {check}"),
            Outcome::Skipped(why) => writeln!(out, "not run  {runner:<22} {check}: {}", plain(why)),
            Outcome::Wrong(Complaint { expected, came }) => {
                writeln!(out, "FAILED   {runner:<22} {check}")?;
                writeln!(out, "         expected: {}", plain(expected))?;
                writeln!(out, "         came:     {}", plain(came))
            }
        }
    }
}
