//! The report of a run: what the terminal shows, the files in its folder, and the document for programs.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use regatta_reports::documents::json;
use regatta_reports::record::Failure;
use regatta_reports::text::{gist, lines};
use regatta_reports::{Claims, Report, Results};
use serde_json::Value;

use crate::output::RESULTS;
use crate::terminal::Screen;

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
    /// The answer, and nothing else.
    Answer,
    /// Where one runner overtakes another, and what that rests on.
    BreakEven,
}

/// A report that has been written.
#[derive(Debug)]
pub struct Written {
    /// The path of its page.
    pub page: PathBuf,
    /// The report.
    pub report: Report,
}

impl Written {
    /// Returns what programs read of it.
    pub(crate) fn document(&self, folder: &Path) -> Value {
        let mut document = json::report(&self.report);
        document["folder"] = folder.display().to_string().into();
        document["page"] = self.page.display().to_string().into();
        document
    }
}

/// Writes the report of the run in `folder` to the folder `to`, and as much of it as `detail` says to `screen`.
///
/// # Errors
/// If the records cannot be read, or the report cannot be written.
pub fn write_report(
    folder: &Path,
    to: &Path,
    claims: &Claims,
    detail: Detail,
    screen: &mut Screen,
) -> anyhow::Result<Written> {
    let results = Results::read(&folder.join(RESULTS))?;
    let (colour, width) = (screen.has_colours(), screen.width());
    let report = Report::from_results(results, claims);
    let shown = match detail {
        Detail::Lesson => claims.iter().map(|claim| regatta_reports::lesson(&report, claim, colour, width)).collect(),
        Detail::Answer => regatta_reports::answer(&report, colour, width),
        Detail::BreakEven => regatta_reports::break_even(&report, colour, width),
        Detail::Brief if report.summary.groups.len() > FEW_GROUPS => regatta_reports::brief(&report, colour, width),
        Detail::Brief => regatta_reports::few_tables(&report, colour, width),
        Detail::Tables => regatta_reports::tables(&report, colour, width),
    };
    write!(screen, "{shown}")?;
    let files = regatta_reports::write(&report, to)
        .with_context(|| format!("the records are safe, but the report cannot be written to {}", to.display()))?;
    if detail != Detail::Answer {
        writeln!(screen, "Report: {}", files.index.display())?;
    }
    Ok(Written { page: files.index, report })
}

/// Writes down what a failed cell said: in a line, or all of it in lines of its own.
pub(crate) fn write_failure(failure: &Failure, whole: bool, screen: &mut impl Write) -> std::io::Result<()> {
    let Failure { workload, cell, message, .. } = failure;
    let arm = if cell.arm.is_empty() { String::new() } else { format!(" ({})", cell.arm) };
    if !whole {
        return writeln!(screen, "regatta: {workload} under {}{arm}: {}", cell.runner, gist(message));
    }
    writeln!(screen, "regatta: {workload} under {}{arm}:", cell.runner)?;
    lines(message).try_for_each(|line| writeln!(screen, "  {line}"))
}
