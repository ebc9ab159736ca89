//! Runs that are kept under a name, and how a run is found by its name or its path.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use regatta_reports::Results;

use crate::catalogue::suggestion;
use crate::output::{OutputError, RESULTS};

/// Where runs are kept by name.
const HOME: &str = "regatta-report/baselines";

/// Returns the folder of the baseline of this name.
pub(crate) fn folder(name: &str) -> Result<PathBuf, OutputError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.starts_with('.') || !name.chars().all(is_plain) {
        return Err(OutputError::Name(name.to_owned()));
    }
    Ok(Path::new(HOME).join(name))
}

/// Keeps the records of a run under a name, in place of those that had it before. The run itself stays where it is.
pub(crate) fn save(run: &Path, name: &str) -> Result<PathBuf, OutputError> {
    let folder = folder(name)?;
    let new = folder.join(format!(".{RESULTS}-{}", std::process::id()));
    let kept = fs::create_dir_all(&folder)
        .and_then(|()| fs::copy(run.join(RESULTS), &new))
        .and_then(|_| fs::rename(&new, folder.join(RESULTS)));
    match kept {
        Ok(()) => Ok(folder),
        Err(cause) => Err(OutputError::Unwritable { path: folder, cause }),
    }
}

/// Returns the names of all baselines, sorted.
pub(crate) fn names() -> Vec<String> {
    let entries = fs::read_dir(HOME).into_iter().flatten().flatten();
    let is_kept = |name: &String| folder(name).is_ok_and(|folder| folder.join(RESULTS).is_file());
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(is_kept).collect();
    names.sort_unstable();
    names
}

/// Reads the baseline of this name.
pub(crate) fn read(name: &str) -> anyhow::Result<Results> {
    let folder = folder(name)?;
    if !folder.join(RESULTS).exists() {
        let near = suggestion(name, names().iter().map(String::as_str));
        bail!("there is no baseline `{name}` here{near}; `regatta run --save-baseline {name}` keeps one");
    }
    Results::read(&folder).with_context(|| format!("the baseline `{name}` cannot be read"))
}

/// Reads a run: the one at this path, or else the baseline of this name.
pub(crate) fn read_named(run: &Path) -> anyhow::Result<Results> {
    let name = run.to_str().unwrap_or_default();
    let is_baseline = folder(name).is_ok_and(|folder| folder.join(RESULTS).exists());
    if run.is_file() || run.join(RESULTS).exists() || (run.exists() && !is_baseline) {
        return Ok(Results::read(run)?);
    }
    if is_baseline {
        return read(name);
    }
    let near = suggestion(name, names().iter().map(String::as_str));
    bail!(
        "there is neither a run at {} nor a baseline of that name{near}; `regatta baselines` lists those there are",
        run.display()
    )
}
