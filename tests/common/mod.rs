//! Runs the program as a user would, and finds the processes that it started.

#![allow(dead_code, reason = "each test binary uses a part of this")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use regatta_reports::Results;

/// The program under test.
pub const REGATTA: &str = env!("CARGO_BIN_EXE_regatta");

/// A plan whose rounds take a while, so that there is time to interfere: every cell waits for 50 ms.
pub const SLOW: &str = r#"
rounds = 12
noise_arm = false
reference = false
timeout = "20s"
[[group]]
workload = "sleep"
params = { wait_us = 50_000, tasks = 2 }
runners = ["sequential", "thread", "process-pool", "async"]
workers = [2]
"#;

/// A plan whose runs can be compared: what computes and what waits, in three processes.
pub const PLAN: &str = r#"
rounds = 6
processes = 3
workers = [2]
[[group]]
workload = "counting"
params = { from = 20_000, tasks = 4 }
runners = ["sequential", "thread-pool"]
[[group]]
workload = "sleep"
params = { wait_us = 1_000, tasks = 2 }
runners = ["sequential", "thread"]
"#;

/// A folder that is gone after the test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a plan into it and gives its path.
    pub fn plan(&self, text: &str) -> PathBuf {
        let path = self.path().join("plan.toml");
        fs::write(&path, text).expect("a folder that can be written to");
        path
    }

    /// Where a run's results go.
    pub fn out(&self) -> PathBuf {
        self.path().join("out")
    }

    /// Where a run that was started by [`start`] has its temporary files.
    pub fn temporary(&self) -> PathBuf {
        let path = self.path().join("tmp");
        fs::create_dir_all(&path).expect("a folder that can be written to");
        path
    }

    /// What a run has written.
    pub fn results(&self) -> Results {
        Results::read(&self.out()).expect("results that can be read")
    }
}

/// The program with these arguments, in a folder of its own, until it ends.
pub fn regatta(folder: &Folder, args: &[&str]) -> Output {
    command(folder, args).output().expect("the program starts")
}

/// The program with these arguments, in a folder of its own and a locale of all characters.
pub fn command(folder: &Folder, args: &[&str]) -> Command {
    let mut command = Command::new(REGATTA);
    command.args(args).current_dir(folder.path()).env("LC_ALL", "C.UTF-8");
    command
}

/// `regatta run` with this plan, in the background.
pub fn start(folder: &Folder, plan: &str) -> Child {
    let plan = folder.plan(plan);
    Command::new(REGATTA)
        .arg("run")
        .arg("--plan")
        .arg(plan)
        .arg("--out")
        .arg(folder.out())
        .env("TMPDIR", folder.temporary())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

/// Waits until something is so.
pub fn wait_until<T>(what: &str, mut so: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        if let Some(found) = so() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("{what}: not within a minute");
}

/// Waits until the run has written its first sample.
pub fn first_sample(folder: &Folder) {
    wait_until("a first sample", || {
        let text = fs::read_to_string(folder.out().join("results.jsonl")).ok()?;
        text.contains("\"type\":\"sample\"").then_some(())
    });
}

/// The processes that descend from `parent` and were started with an argument that contains `word`.
pub fn descendants(parent: u32, word: &str) -> Vec<u32> {
    let mut found = vec![parent];
    let mut next = 0;
    while let Some(process) = found.get(next) {
        let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
        let lists: Vec<_> = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok()).collect();
        found.extend(
            lists.iter().flat_map(|list| list.split_whitespace()).filter_map(|child| child.parse::<u32>().ok()),
        );
        next += 1;
    }
    found.retain(|process| {
        fs::read_to_string(format!("/proc/{process}/cmdline")).is_ok_and(|line| line.contains(word))
            && *process != parent
    });
    found
}

/// Sends a signal to a process that the test's own run started.
pub fn signal(process: u32, signal: rustix::process::Signal) {
    let process = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw).expect("a process number");
    rustix::process::kill_process(process, signal).expect("a process of our own");
}

/// What a process wrote to standard output and to standard error.
pub fn said(output: &Output) -> (String, String) {
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}
