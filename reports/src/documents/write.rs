//! Puts a report into the folder of its run, each file whole or not at all.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::html::{self, Charts};
use super::{csv, json, markdown};
use crate::drawing::charts::{self, Chart, ChartError};
use crate::drawing::palette::Palette;
use crate::judgement::side_by_side::SideBySide;
use crate::views::Report;

/// The files of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The page: self-contained, opens without a network.
    pub index: PathBuf,
    /// `summary.md`.
    pub markdown: PathBuf,
    /// `verdicts.json`.
    pub verdicts: PathBuf,
    /// `summary.csv`.
    pub csv: PathBuf,
    /// The charts as PNG, `<group or sweep>-<chart>.png`, in the order of the page.
    pub pictures: Vec<PathBuf>,
}

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A file cannot be written.
    #[error("cannot write {path}: {cause}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A chart cannot be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// The page's template fails.
    #[error("cannot make the page: {0}")]
    Page(#[from] askama::Error),
    /// The JSON writer fails.
    #[error("cannot make verdicts.json: {0}")]
    Json(#[from] serde_json::Error),
    /// The CSV writer fails.
    #[error("cannot make summary.csv: {0}")]
    Csv(#[from] ::csv::Error),
}

/// Writes a report into the existing folder `dir`, over an older one if there is one.
///
/// Each file is written beside its place and then moved there, so that an interrupted call leaves the old file or the
/// new.
///
/// # Errors
/// If a file cannot be written, or a chart or the page cannot be made.
pub fn write(report: &Report, dir: &Path) -> Result<Files, WriteError> {
    let palette = Palette::from_summaries([&report.summary]);
    let mut pictures = Vec::new();
    let mut charts = Charts {
        answer: charts::of_answer(&report.answer, &palette)?,
        answer_narrow: charts::of_answer_narrow(&report.answer, &palette)?,
        break_even: charts::of_break_even(&report.break_even, &palette)?,
        costs: charts::of_costs(&report.costs, &palette)?,
        groups: Vec::new(),
        sweeps: Vec::new(),
    };
    put_pictures(dir, "answer", charts.answer.as_mut_slice(), &mut pictures)?;
    put_pictures(dir, "break-even", charts.break_even.as_mut_slice(), &mut pictures)?;
    put_pictures(dir, "costs", &mut charts.costs, &mut pictures)?;
    for group in report.summary.unswept() {
        let mut of_group = charts::of_group(group, &palette)?;
        of_group.extend(charts::of_profiles(group, &report.results.profiles, &palette)?);
        put_pictures(dir, &group.slug, &mut of_group, &mut pictures)?;
        charts.groups.push(of_group);
    }
    for (sweep, view) in report.sweeps() {
        let mut of_sweep = charts::of_sweep(view, &palette)?;
        put_pictures(dir, &sweep.slug, &mut of_sweep, &mut pictures)?;
        charts.sweeps.push(of_sweep);
    }
    Ok(Files {
        markdown: put(dir, "summary.md", markdown::summary(report).as_bytes())?,
        verdicts: put(dir, "verdicts.json", json::verdicts(&report.verdicts)?.as_bytes())?,
        csv: put(dir, "summary.csv", &csv::summary(&report.summary)?)?,
        index: put(dir, "index.html", html::page(report, &charts, &palette)?.as_bytes())?,
        pictures,
    })
}

/// Writes runs side by side, as `index.html`, `summary.md` and a picture a workload, into the existing folder `dir`, and returns the path of the page.
///
/// # Errors
/// If a file cannot be written, or a chart or the page cannot be made.
pub fn write_side_by_side(runs: &SideBySide, dir: &Path) -> Result<PathBuf, WriteError> {
    let letters: Vec<&str> = runs.entries.iter().map(|entry| entry.letter.as_str()).collect();
    let palette = Palette::from_summaries(runs.entries.iter().map(|entry| &entry.summary));
    let mut charts: Vec<Option<Chart>> = Vec::new();
    for group in &runs.groups {
        let mut chart = charts::of_shared(group, &letters, &palette)?;
        put_pictures(dir, &group.slug, chart.as_mut_slice(), &mut Vec::new())?;
        charts.push(chart);
    }
    put(dir, "summary.md", markdown::side_by_side(runs).as_bytes())?;
    put(dir, "index.html", html::side_by_side(runs, &charts, &palette)?.as_bytes())
}

/// Writes the pictures of some charts. The page needs only the SVG: pictures are let go of as they are written.
fn put_pictures(dir: &Path, of: &str, charts: &mut [Chart], pictures: &mut Vec<PathBuf>) -> Result<(), WriteError> {
    for chart in charts {
        let png = std::mem::take(&mut chart.png);
        pictures.push(put(dir, &format!("{of}-{}.png", chart.kind.name()), &png)?);
    }
    Ok(())
}

/// Writes one file of the folder.
fn put(dir: &Path, name: &str, content: &[u8]) -> Result<PathBuf, WriteError> {
    let path = dir.join(name);
    let write = || -> std::io::Result<()> {
        // A temporary file is private by default; a report has the permissions that any new file has.
        let mut file =
            tempfile::Builder::new().prefix(".report-").permissions(Permissions::from_mode(0o666)).tempfile_in(dir)?;
        file.write_all(content)?;
        file.persist(&path)?;
        Ok(())
    };
    match write() {
        Ok(()) => Ok(path),
        Err(cause) => Err(WriteError::Io { path, cause }),
    }
}
