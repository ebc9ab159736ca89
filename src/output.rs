//! The folder of a run and its `results.jsonl`.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use regatta_reports::record::Record;

use crate::driver::Sink;

/// Where runs go unless `--out` says otherwise.
const HOME: &str = "regatta-report";
/// What points at the newest run there.
const LATEST: &str = "latest";
/// How a folder is named by the time of its run.
const TIME: &str = "%Y-%m-%dT%H-%M-%SZ";
/// The records of a run.
pub(crate) const RESULTS: &str = "results.jsonl";

/// The folder of a run.
#[derive(Debug)]
pub struct Output {
    /// The folder itself.
    pub folder: PathBuf,
    results: File,
}

/// Why there is no folder to write to.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The folder has been used by another run.
    #[error("{0} already holds results, and a run never overwrites another: name another folder, or leave out --out")]
    Taken(PathBuf),
    /// It cannot be made, or nothing can be written to it.
    #[error("cannot write to {path}: {cause}; name a folder that can be written to with --out")]
    Unwritable {
        /// The folder.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The name of a baseline is none.
    #[error("`{0}` cannot be the name of a baseline: letters, digits, `-`, `_` and `.` can, and no `.` comes first")]
    Name(String),
}

impl Output {
    /// Makes the named folder, or a new one under `regatta-report/`, and opens its results.
    pub(crate) fn create(named: Option<&Path>, now: Timestamp) -> Result<Self, OutputError> {
        match named {
            Some(folder) => Self::open(folder.to_owned()),
            None => {
                let output = Self::open(unused(now.strftime(TIME).to_string()))?;
                output.point_latest();
                Ok(output)
            }
        }
    }

    /// Makes a new folder under `regatta-report/` for a bench target of this name, and opens its results. `latest` stays where
    /// it is: `cargo bench` has many targets, and none is the run that was asked for.
    ///
    /// # Errors
    /// If it cannot be written to.
    pub fn for_bench(name: &str, now: Timestamp) -> Result<Self, OutputError> {
        Self::open(unused(format!("{}-{}", now.strftime(TIME), regatta_reports::text::slug(name))))
    }

    fn open(folder: PathBuf) -> Result<Self, OutputError> {
        let unwritable = |cause| OutputError::Unwritable { path: folder.clone(), cause };
        fs::create_dir_all(&folder).map_err(unwritable)?;
        match File::create_new(folder.join(RESULTS)) {
            Ok(results) => Ok(Self { results, folder }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(OutputError::Taken(folder)),
            Err(error) => Err(unwritable(error)),
        }
    }

    /// Makes `regatta-report/latest` point here. Some file systems have no links; the folder is printed in any case.
    fn point_latest(&self) {
        let Some((home, name)) = self.folder.parent().zip(self.folder.file_name()) else { return };
        let new = home.join(format!(".latest-{}", std::process::id()));
        let _ = std::os::unix::fs::symlink(name, &new).and_then(|()| fs::rename(&new, home.join(LATEST)));
    }
}

/// Returns where the newest run is.
pub(crate) fn latest() -> PathBuf {
    Path::new(HOME).join(LATEST)
}

/// Makes the named folder, or a new one under `regatta-report/`, for a report that is not beside the records of a run.
pub(crate) fn report(named: Option<&Path>, now: Timestamp) -> Result<PathBuf, OutputError> {
    let folder = named.map_or_else(|| unused(format!("{}-side-by-side", now.strftime(TIME))), Path::to_owned);
    if folder.join(RESULTS).exists() {
        return Err(OutputError::Taken(folder));
    }
    match fs::create_dir_all(&folder) {
        Ok(()) => Ok(folder),
        Err(cause) => Err(OutputError::Unwritable { path: folder, cause }),
    }
}

/// Returns the folder of this name under `regatta-report/`, or of this name and a number if there is one already.
fn unused(name: String) -> PathBuf {
    let folder = |copy: u32| Path::new(HOME).join(if copy == 1 { name.clone() } else { format!("{name}-{copy}") });
    (1..).map(folder).find(|folder| !folder.exists()).unwrap_or_else(|| folder(1))
}

impl Sink for Output {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        write_line(&mut self.results, record)
    }
}

/// Writes a record as one line with one call, so that what is there of the file is whole lines, whatever happens in between.
pub(crate) fn write_line(to: &mut impl Write, record: &Record) -> io::Result<()> {
    let mut line = serde_json::to_vec(record)?;
    line.push(b'\n');
    to.write_all(&line)?;
    to.flush()
}
