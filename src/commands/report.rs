//! `regatta report`: writes the report of a run from its records.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use regatta_reports::{Claims, Results, Summary};

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
    let claims = load_claims(&args.claims)?;
    write_report(&args.dir, &claims, &mut io::stdout().lock())?;
    Ok(Exit::Well)
}

/// The built-in claims and those of these files.
pub(crate) fn load_claims(files: &[PathBuf]) -> anyhow::Result<Claims> {
    let mut claims = Claims::built_in();
    for file in files {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read the claims {name}"))?;
        claims.extend(Claims::parse(&name, &text)?)?;
    }
    Ok(claims)
}

/// Writes the report of the run in `folder` beside its records, and the tables to `terminal`.
pub(crate) fn write_report(folder: &Path, claims: &Claims, terminal: &mut impl Write) -> anyhow::Result<()> {
    let results = Results::read(&folder.join(RESULTS))?;
    let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let summary = Summary::of(&results);
    let verdicts = claims.judge(&results, &summary);
    write!(terminal, "{}", regatta_reports::terminal(&summary, &verdicts, colour, terminal_width()))?;
    let report = regatta_reports::write(&results, claims, folder)
        .with_context(|| format!("the records are safe, but the report cannot be written to {}", folder.display()))?;
    writeln!(terminal, "Report: {}", report.index.display())?;
    Ok(())
}
