//! How much the program says: `--quiet`, `--verbose`, and where text goes beside a `--json` document.

use clap::Args;

use crate::report::Detail;
use crate::terminal::Screen;

/// How much the program says.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Verbosity {
    /// Print the answer and errors alone: no progress, no verdicts on the way, no hints.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Print more: backtraces, and all that failed cells said.
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

impl Verbosity {
    /// Returns where text for people goes: to standard output, or beside a document that is there.
    pub(crate) fn screen(self, is_document: bool) -> Screen {
        match (is_document, self.quiet) {
            (false, _) => Screen::output(),
            (true, false) => Screen::errors(),
            (true, true) => Screen::nowhere(),
        }
    }

    /// Returns where it is said what went wrong.
    pub(crate) fn complaints(self, is_document: bool) -> Screen {
        if self.quiet { Screen::errors() } else { self.screen(is_document) }
    }

    /// Returns where text goes that is not the answer.
    pub(crate) fn aside(self, is_document: bool) -> Screen {
        if self.quiet { Screen::nowhere() } else { self.screen(is_document) }
    }

    /// Returns how much of a report the terminal shows.
    pub(crate) fn detail(self, tables: bool) -> Detail {
        match (tables, self.quiet) {
            (true, _) => Detail::Tables,
            (false, true) => Detail::Answer,
            (false, false) => Detail::Brief,
        }
    }
}
