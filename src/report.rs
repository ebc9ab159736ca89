//! The report of a run: the tables on the terminal, and the files in its folder.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use regatta_reports::{Claims, Report, Results};

use crate::output::RESULTS;
use crate::terminal;

/// Of so many groups the tables are as soon read as the short form.
const FEW_GROUPS: usize = 2;

/// How much of a report the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The answer and what does not hold; of a few groups, their tables too.
    Brief,
    /// All tables.
    Tables,
    /// Each claim as a lesson, and nothing else.
    Lesson,
}

impl Detail {
    /// Returns all tables if they were asked for.
    pub(crate) fn asked_for(tables: bool) -> Self {
        if tables { Self::Tables } else { Self::Brief }
    }
}

/// Writes the report of the run in `folder` to the folder `to`, and as much of it as `detail` says to `terminal`. Returns the path of the
/// page.
///
/// # Errors
/// If the records cannot be read, or the report cannot be written.
pub fn write_report(
    folder: &Path,
    to: &Path,
    claims: &Claims,
    detail: Detail,
    terminal: &mut impl Write,
) -> anyhow::Result<PathBuf> {
    let results = Results::read(&folder.join(RESULTS))?;
    let (colour, width) = (terminal::shows_colours(), terminal::width());
    let report = Report::from_results(results, claims);
    let shown = match detail {
        Detail::Lesson => {
            let lesson = |claim| regatta_reports::lesson(&report, claim, colour, width, terminal::is_ascii());
            claims.iter().map(lesson).collect()
        }
        Detail::Brief if report.summary.groups.len() > FEW_GROUPS => regatta_reports::brief(&report, colour, width),
        Detail::Brief | Detail::Tables => regatta_reports::tables(&report, colour, width),
    };
    write!(terminal, "{shown}")?;
    let files = regatta_reports::write(&report, to)
        .with_context(|| format!("the records are safe, but the report cannot be written to {}", to.display()))?;
    writeln!(terminal, "Report: {}", files.index.display())?;
    Ok(files.index)
}
