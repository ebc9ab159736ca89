//! Opens a page in the browser, where there is one.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::terminal::say;

/// A launcher that has not failed by then has found a browser, and may stay as long as that is open.
const PATIENCE: Duration = Duration::from_secs(3);

/// Opens the page, or says why it stays closed: that is no failure, for the page is written.
pub(crate) fn open(page: &Path) {
    let page = page.canonicalize().unwrap_or_else(|_| page.to_owned());
    let opening = open::that_in_background(&page);
    let begun = Instant::now();
    while !opening.is_finished() && begun.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(20));
    }
    let failed = opening.is_finished() && !matches!(opening.join(), Ok(Ok(())));
    if failed {
        say(format_args!("there is no browser here that could open it; the page is {}", page.display()));
    }
}
