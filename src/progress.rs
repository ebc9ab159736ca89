//! Progress on the terminal: what runs now, and the time left. There is no bar when standard error is not a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use regatta_reports::record::CellId;

use crate::driver::Watch;
use crate::group::ReadyGroup;

/// Steps of the bar.
const STEPS: u64 = 1_000;

/// A bar for a whole run.
pub(crate) struct Progress {
    bar: ProgressBar,
    workload: String,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new(STEPS);
        if let Ok(style) = ProgressStyle::with_template("{msg:50!} {wide_bar} {eta} left") {
            bar.set_style(style);
        }
        Self { bar, workload: String::new() }
    }

    /// Prints a line above the bar, on standard error in any case: standard output is for the report.
    pub(crate) fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }
}

impl Watch for Progress {
    fn group(&mut self, group: &ReadyGroup) {
        self.workload.clone_from(&group.group.workload);
    }

    fn cell(&mut self, cell: &CellId, round: Option<u32>, of: u32) {
        let round = round.map_or_else(|| "warm-up".to_owned(), |round| format!("round {} of {of}", round + 1));
        self.bar.set_message(format!("{} · {} · {round}", self.workload, cell.runner));
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
