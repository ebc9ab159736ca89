//! `regatta report`: writes the report of a run from its records.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anyhow::Context;
use regatta_reports::{Results, Summary};

use crate::cli::{Exit, ReportArgs};
use crate::output::RESULTS;

/// Columns of the tables where the terminal does not say.
const WIDTH: u16 = 100;

/// Columns of the terminal.
pub(crate) fn terminal_width() -> u16 {
    rustix::termios::tcgetwinsize(rustix::stdio::stdout()).map_or(WIDTH, |size| size.ws_col.max(40))
}

/// Writes the report once more.
pub(crate) fn report(args: &ReportArgs) -> anyhow::Result<Exit> {
    write_report(&args.dir, &mut io::stdout().lock())?;
    Ok(Exit::Well)
}

/// Writes the report of the run in `folder` beside its records, and the tables to `terminal`.
pub(crate) fn write_report(folder: &Path, terminal: &mut impl Write) -> anyhow::Result<()> {
    let results = Results::read(&folder.join(RESULTS))?;
    let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    write!(terminal, "{}", regatta_reports::terminal(&Summary::of(&results), colour, terminal_width()))?;
    let report = regatta_reports::write(&results, folder)
        .with_context(|| format!("the records are safe, but the report cannot be written to {}", folder.display()))?;
    writeln!(terminal, "Report: {}", report.index.display())?;
    Ok(())
}
