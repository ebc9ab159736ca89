//! Progress on the terminal: what runs now, and the time left. There is no bar when standard error is not a terminal.

use std::io::Write;

use indicatif::{ProgressBar, ProgressStyle};
use regatta_reports::record::CellId;

use crate::driver::Watch;
use crate::group::ReadyGroup;
use crate::terminal::Screen;
use crate::verbosity::Verbosity;

/// Steps of the bar.
const STEPS: u64 = 1_000;
/// Columns from which there is room for a bar beside the words.
const ROOM_FOR_BAR: u16 = 80;

/// A bar for a whole run.
pub(crate) struct Progress {
    bar: ProgressBar,
    workload: String,
}

impl Progress {
    /// Returns a bar that fits its line; a hidden one if the user wants to hear nothing.
    pub(crate) fn new(verbosity: Verbosity) -> Self {
        let bar = if verbosity.quiet { ProgressBar::hidden() } else { ProgressBar::new(STEPS) };
        let screen = Screen::errors();
        let has_room = screen.columns().is_none_or(|columns| columns >= ROOM_FOR_BAR);
        let template = if has_room { "{msg:50!} {wide_bar} {eta} left" } else { "{wide_msg} {eta} left" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars(&screen.shown("█░")));
        }
        Self { bar, workload: String::new() }
    }

    /// Prints a line above the bar, on standard error in any case: standard output is for the report.
    pub(crate) fn say(&self, line: &str) {
        // Nobody to read it is no reason to stop.
        self.bar.suspend(|| drop(writeln!(Screen::errors(), "{line}")));
    }
}

impl Watch for Progress {
    fn group(&mut self, group: &ReadyGroup) {
        self.workload.clone_from(&group.group.workload);
    }

    fn cell(&mut self, cell: &CellId, round: Option<u32>, of: u32) {
        let round = round.map_or_else(|| "warm-up".to_owned(), |round| format!("round {} of {of}", round + 1));
        self.bar.set_message(format!("{}, {}, {round}", self.workload, cell.runner));
    }

    fn progress(&mut self, share: f64) {
        self.bar.set_position((share * STEPS as f64) as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
