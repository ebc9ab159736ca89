//! `regatta report`: writes the report of a run from its records, or sets several runs side by side.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jiff::Timestamp;
use regatta_reports::beside::{Beside, Entry};
use regatta_reports::text::plain;
use regatta_reports::{Claims, Results, Summary};

use crate::browser;
use crate::cli::{Exit, ReportArgs};
use crate::output::{self, RESULTS};

/// Columns of the tables where the terminal does not say.
const WIDTH: u16 = 100;

/// Columns of the terminal.
pub(crate) fn terminal_width() -> u16 {
    rustix::termios::tcgetwinsize(rustix::stdio::stdout()).map_or(WIDTH, |size| size.ws_col.max(40))
}

/// Writes the report of a run once more, or that of several side by side.
pub(crate) fn report(args: &ReportArgs) -> anyhow::Result<Exit> {
    let claims = load_claims(&args.claims)?;
    let page = match args.dirs.as_slice() {
        [run] => {
            let to = match &args.out {
                Some(_) => output::report(args.out.as_deref(), Timestamp::now())?,
                None => run.clone(),
            };
            write_report(run, &to, &claims, &mut io::stdout().lock())?
        }
        several => side_by_side(several, args.out.as_deref(), &claims)?,
    };
    if args.open {
        browser::open(&page);
    }
    Ok(Exit::Well)
}

/// Sets runs side by side, and gives the page.
fn side_by_side(runs: &[PathBuf], out: Option<&Path>, claims: &Claims) -> anyhow::Result<PathBuf> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut known: Vec<PathBuf> = Vec::new();
    for run in runs {
        let place = run.canonicalize().unwrap_or_else(|_| run.clone());
        if known.contains(&place) {
            bail!("{} is named twice: name each run once, or one run alone for its own report", run.display());
        }
        known.push(place);
        let results = Results::read(run).with_context(|| {
            format!("{} cannot stand beside others: name folders that hold {RESULTS}", run.display())
        })?;
        entries.push(Entry::new(entries.len(), run.clone(), results, claims));
    }
    let beside = Beside::of(&entries)?;
    let folder = output::report(out, Timestamp::now())?;
    let page = regatta_reports::write_side_by_side(&beside, &folder)?;
    let mut terminal = io::stdout().lock();
    for entry in &entries {
        writeln!(
            terminal,
            "{}  {}: {}; {}; {}",
            entry.letter,
            entry.folder.display(),
            entry.machine(),
            entry.program(),
            entry.started()
        )?;
    }
    writeln!(terminal, "\n{}", beside.caution())?;
    for difference in beside.differences.iter().chain(&beside.alone) {
        writeln!(terminal, "  {difference}")?;
    }
    let groups: Vec<&str> = beside.groups.iter().map(|group| group.any.title.as_str()).collect();
    writeln!(terminal, "\n{}. In common: {}.", beside.tally(), plain(&groups.join("; ")))?;
    writeln!(terminal, "Report: {}", page.display())?;
    Ok(page)
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

/// Writes the report of the run in `folder` to the folder `to`, and the tables to `terminal`; gives the page.
pub(crate) fn write_report(
    folder: &Path,
    to: &Path,
    claims: &Claims,
    terminal: &mut impl Write,
) -> anyhow::Result<PathBuf> {
    let results = Results::read(&folder.join(RESULTS))?;
    let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let summary = Summary::of(&results);
    let verdicts = claims.judge(&results, &summary);
    write!(terminal, "{}", regatta_reports::terminal(&summary, &verdicts, colour, terminal_width()))?;
    let report = regatta_reports::write_judged(&results, &summary, &verdicts, to)
        .with_context(|| format!("the records are safe, but the report cannot be written to {}", to.display()))?;
    writeln!(terminal, "Report: {}", report.index.display())?;
    Ok(report.index)
}
