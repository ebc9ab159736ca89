//! A comparison as the command line shows it: printed, written to files, and as an exit code.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use regatta_reports::compare::{self, Comparison, Difference};
use regatta_reports::documents::{html, markdown, terminal};
use regatta_reports::record::Run;

use super::args::ShowArgs;
use super::gate::FailOn;
use crate::browser;
use crate::exit::Exit;
use crate::terminal::Screen;

/// Columns of the table in a log, which is what a gate in CI leaves behind.
const WIDE: u16 = 160;

impl ShowArgs {
    /// Refuses two documents on one standard output.
    pub(crate) fn check(&self, is_json: bool) -> anyhow::Result<()> {
        if is_json && self.is_markdown_printed() {
            bail!("--json and `--markdown -` both print a document: name a file: `--markdown FILE`");
        }
        Ok(())
    }

    fn is_markdown_printed(&self) -> bool {
        self.markdown.as_deref() == Some(Path::new("-"))
    }

    /// Returns the comparison by the threshold that was asked for.
    pub(crate) fn judged(&self, comparison: Comparison) -> Comparison {
        comparison.within(self.threshold.unwrap_or(compare::THRESHOLD))
    }
}

/// Shows and writes the comparison, unless it would mean nothing.
pub(crate) fn show(comparison: &Comparison, args: &ShowArgs, screen: &mut Screen) -> anyhow::Result<Exit> {
    if comparison.is_empty() {
        let reasons = reasons(&comparison.differences);
        bail!(
            "the two have no cell in common that was measured in both{}{reasons}",
            if reasons.is_empty() { "" } else { ". " }
        );
    }
    if comparison.is_refused() && !args.force {
        bail!("the two cannot be compared. {} `--force` shows them anyway", reasons(&comparison.differences));
    }
    if args.is_markdown_printed() {
        write!(Screen::document(), "{}", markdown::comparison(comparison))?;
    } else {
        let width = screen.columns().unwrap_or(WIDE);
        write!(screen, "{}", terminal::comparison(comparison, screen.has_colours(), width))?;
        if let Some(path) = &args.markdown {
            put(path, &markdown::comparison(comparison))?;
        }
    }
    if let Some(path) = &args.html {
        put(path, &html::comparison(comparison)?)?;
        if args.open {
            browser::open(path);
        }
    }
    let counts = comparison.counts();
    let fails = args.fail_on.iter().any(|on| match on {
        FailOn::Regression => counts.regressions() > 0,
        FailOn::Undecided => counts.open() > 0,
    });
    Ok(if fails { Exit::Regression } else { Exit::Well })
}

/// Refuses a baseline whose first line shows already that nothing can be compared with it.
pub(crate) fn check(base: &Run, new: &Run, force: bool) -> anyhow::Result<()> {
    let mut differences = Difference::between(base, new);
    differences.retain(|difference| difference.refuses);
    if !differences.is_empty() && !force {
        bail!("the baseline cannot be compared with this run. {} `--force` runs anyway", reasons(&differences));
    }
    Ok(())
}

fn reasons(differences: &[Difference]) -> String {
    let fatal: Vec<&str> =
        differences.iter().filter(|difference| difference.refuses).map(|difference| difference.text.as_str()).collect();
    fatal.join(" ")
}

fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
