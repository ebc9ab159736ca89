//! Builds whose true difference is known, and how they are compared.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regatta_reports::Results;
use regatta_reports::compare::Comparison;
use rustix::process::{Signal, getppid, set_parent_process_death_signal};

use crate::extra::Extra;
use crate::record::Mode;

/// Set in the environment of every program that the experiment starts.
const CHILD: &str = "REGATTA_PROOF_PARENT";

/// The beginning of the plan by which the builds of a mode are compared.
const PLAN: &str = "hot = '5ms'\nrounds = 4000\nleast_rounds = 5\nprocesses = 5\ntarget = 0\nworkers = [2]\n";

/// This program under other names, by which it knows how much more to do.
pub struct Builds {
    folder: PathBuf,
}

impl Builds {
    /// Keeps them in `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Returns the build that does one event more in each task.
    pub fn with(&self, extra: Extra) -> Result<PathBuf, Box<dyn Error>> {
        self.named(&format!("proof-with-{}", extra.name()))
    }

    /// Returns the build that does `percent` more of a workload.
    pub fn of(&self, percent: u32, workload: &str) -> Result<PathBuf, Box<dyn Error>> {
        self.named(&format!("proof-plus-{percent}-of-{workload}"))
    }

    fn named(&self, name: &str) -> Result<PathBuf, Box<dyn Error>> {
        let path = self.folder.join(name);
        if !path.exists() {
            fs::copy(std::env::current_exe()?, &path)?;
        }
        Ok(path)
    }
}

/// Asks to be ended with the program that started this one, if that was this experiment.
///
/// *Why:* nothing is to go on measuring behind its back.
pub fn end_with_parent() {
    let parent = std::env::var(CHILD).ok();
    let is_child = || parent.is_some() && parent == getppid().map(|parent| parent.as_raw_nonzero().to_string());
    // Cells inherit the environment and have another parent, who sees to them.
    if !is_child() {
        return;
    }
    // A run that is told to end ends its cells and keeps what it has.
    let _ = set_parent_process_death_signal(Some(Signal::TERM));
    if !is_child() {
        std::process::exit(1);
    }
}

/// Makes a command of the experiment, which ends when the experiment does.
pub fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env(CHILD, std::process::id().to_string());
    command
}

/// Compares two builds in `seconds` for each build.
pub fn compare(mode: Mode, builds: [&Path; 2], seconds: u32, folder: &Path) -> Result<Comparison, Box<dyn Error>> {
    if mode.is_live() {
        let budget = format!("{}s", 2 * seconds);
        let out = folder.join("live");
        let mut command = command(builds[0]);
        command.args(["compare", "--live"]).args(builds).arg("--plan").arg(plan(mode, folder)?);
        carry_out(command.args(["--budget", &budget]).arg("--out").arg(&out))?;
        return Comparison::of_live(&Results::read(&out)?).ok_or_else(|| "the records name no builds".into());
    }
    let budget = format!("{seconds}s");
    let base = run(mode, builds[0], folder, "base", &["--budget", &budget])?;
    let new = run(mode, builds[1], folder, "new", &["--budget", &budget])?;
    Ok(Comparison::of_runs(&base, &new))
}

/// Carries out a run of the mode's plan and reads its results.
pub fn run(mode: Mode, build: &Path, folder: &Path, name: &str, more: &[&str]) -> Result<Results, Box<dyn Error>> {
    let out = folder.join(name);
    carry_out(command(build).arg("run").arg("--plan").arg(plan(mode, folder)?).args(more).arg("--out").arg(&out))?;
    Ok(Results::read(&out)?)
}

fn plan(mode: Mode, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let path = folder.join("plan.toml");
    let groups = mode
        .workloads()
        .iter()
        .map(|workload| format!("[[group]]\nworkload = '{workload}'\nrunners = {:?}\n", mode.runners()));
    fs::write(&path, PLAN.to_owned() + &groups.collect::<String>())?;
    Ok(path)
}

/// Carries out a command.
///
/// # Errors
/// If it fails: what it said.
pub fn carry_out(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let output = command.stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr)).into())
}
