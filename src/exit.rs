//! How the process ends.

use std::process::ExitCode;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Well,
    /// A comparison or a verdict is what `--fail-on` names.
    Regression,
    /// The usage or the input is wrong.
    Bad,
    /// The run is finished, but some cells failed.
    CellsFailed,
    /// A signal ended the run.
    Signal(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Well => Self::SUCCESS,
            Exit::Regression => Self::from(1),
            Exit::Bad => Self::from(2),
            Exit::CellsFailed => Self::from(3),
            Exit::Signal(signal) => Self::from(128 + signal),
        }
    }
}
