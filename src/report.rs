//! The report of a run: the tables on the terminal, and the files in its folder.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use regatta_reports::{Claims, Report, Results};

use crate::output::RESULTS;
use crate::terminal;

/// Writes the report of the run in `folder` to the folder `to`, and the tables to `terminal`. Returns the path of the page.
///
/// # Errors
/// If the records cannot be read, or the report cannot be written.
pub fn write_report(folder: &Path, to: &Path, claims: &Claims, terminal: &mut impl Write) -> anyhow::Result<PathBuf> {
    let results = Results::read(&folder.join(RESULTS))?;
    let (colour, width) = (terminal::shows_colours(), terminal::width());
    let report = Report::from_results(results, claims);
    write!(terminal, "{}", regatta_reports::terminal(&report, colour, width))?;
    let files = regatta_reports::write(&report, to)
        .with_context(|| format!("the records are safe, but the report cannot be written to {}", to.display()))?;
    writeln!(terminal, "Report: {}", files.index.display())?;
    Ok(files.index)
}
