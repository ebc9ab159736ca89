//! The script of CPython's cells. It is a part of this program, so that it needs no checkout.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A file of the script with its text.
macro_rules! script {
    ($path:literal) => {
        ($path, include_str!(concat!("../../scripts/cpython/", $path)))
    };
}
/// The files of the script, by their path under `scripts/cpython/`.
const FILES: &[(&str, &str)] = &[
    script!("cell.py"),
    script!("regatta_cell/__init__.py"),
    script!("regatta_cell/catalogue.py"),
    script!("regatta_cell/cell.py"),
    script!("regatta_cell/computing.py"),
    script!("regatta_cell/convoy.py"),
    script!("regatta_cell/coordination/__init__.py"),
    script!("regatta_cell/coordination/account.py"),
    script!("regatta_cell/coordination/barrier.py"),
    script!("regatta_cell/coordination/case.py"),
    script!("regatta_cell/coordination/contention.py"),
    script!("regatta_cell/coordination/deadlock.py"),
    script!("regatta_cell/coordination/dishes.py"),
    script!("regatta_cell/coordination/lost_update.py"),
    script!("regatta_cell/coordination/monitors.py"),
    script!("regatta_cell/coordination/of_event_loop.py"),
    script!("regatta_cell/coordination/of_hub.py"),
    script!("regatta_cell/coordination/of_threads.py"),
    script!("regatta_cell/coordination/pausing.py"),
    script!("regatta_cell/coordination/ping_pong.py"),
    script!("regatta_cell/coordination/producer_consumer.py"),
    script!("regatta_cell/coordination/queues.py"),
    script!("regatta_cell/coordination/rwlock.py"),
    script!("regatta_cell/coordination/semaphore.py"),
    script!("regatta_cell/coordination/tickets.py"),
    script!("regatta_cell/coordination/timer.py"),
    script!("regatta_cell/coordination/traffic_light.py"),
    script!("regatta_cell/coordination/turns.py"),
    script!("regatta_cell/coordination/twin.py"),
    script!("regatta_cell/coordination/watched.py"),
    script!("regatta_cell/counters.py"),
    script!("regatta_cell/event_loop.py"),
    script!("regatta_cell/greenlets.py"),
    script!("regatta_cell/histogram.py"),
    script!("regatta_cell/in_sequence.py"),
    script!("regatta_cell/limits.py"),
    script!("regatta_cell/model.py"),
    script!("regatta_cell/parent.py"),
    script!("regatta_cell/processes.py"),
    script!("regatta_cell/protocol.py"),
    script!("regatta_cell/recorder.py"),
    script!("regatta_cell/service.py"),
    script!("regatta_cell/threads.py"),
    script!("regatta_cell/trial/__init__.py"),
    script!("regatta_cell/trial/fault.py"),
    script!("regatta_cell/trial/ledger.py"),
    script!("regatta_cell/trial/models.py"),
    script!("regatta_cell/trial/trial.py"),
    script!("regatta_cell/waiting.py"),
    script!("regatta_server/__init__.py"),
    script!("regatta_server/blocking.py"),
    script!("regatta_server/job.py"),
    script!("regatta_server/lines.py"),
    script!("regatta_server/of_asyncio.py"),
    script!("regatta_server/of_gevent.py"),
    script!("regatta_server/of_selectors.py"),
    script!("regatta_server/of_socketserver.py"),
    script!("server.py"),
];

/// The script in a temporary folder, where interpreters also keep what they compile of it.
#[derive(Debug)]
pub(super) struct Script {
    folder: TempDir,
    /// None where there is no shell.
    janitor: Option<Child>,
}

impl Script {
    /// Writes the script.
    pub(super) fn write() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("regatta-cpython-").tempdir()?;
        let script = Self { janitor: janitor(folder.path()).ok(), folder };
        for (path, text) in FILES {
            let path = script.folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap_or(script.folder.path()))?;
            std::fs::write(path, text)?;
        }
        Ok(script)
    }

    /// Returns the file that an interpreter runs as a cell.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("cell.py")
    }

    /// Returns the file that an interpreter runs as a server.
    pub(super) fn server(&self) -> PathBuf {
        self.folder.path().join("server.py")
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // This process can remove the folder by itself. Neither call fails for a child that has not been waited for.
        if let Some(janitor) = &mut self.janitor {
            let _ = janitor.kill();
            let _ = janitor.wait();
        }
    }
}

/// Starts a process that removes `folder` once this process has ended without doing so, by SIGKILL for example.
///
/// Its standard input ends with this process. In a process group of its own, no Ctrl-C of a terminal ends it before.
fn janitor(folder: &Path) -> io::Result<Child> {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "read -r line; rm -rf -- \"$1\"", "sh"]).arg(folder).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_script_is_a_part_of_the_program() {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/cpython");
        for folder in ["regatta_cell", "regatta_cell/coordination", "regatta_server"] {
            for entry in std::fs::read_dir(script.join(folder)).expect("the script").flatten() {
                let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
                let known = FILES.iter().any(|(known, _)| *known == path);
                assert!(known || !path.ends_with(".py"), "{path} is missing from FILES");
            }
        }
    }

    #[test]
    fn the_folder_goes_with_the_script_or_with_the_process() {
        let script = Script::write().expect("a temporary folder");
        let path = script.path();
        assert!(path.is_file());
        drop(script);
        assert!(!path.exists() && path.parent().is_some_and(|folder| !folder.exists()));

        let left = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(left.path().join("file"), "").expect("a file");
        let mut janitor = janitor(left.path()).expect("a shell");
        drop(janitor.stdin.take());
        assert!(janitor.wait().expect("a child").success() && !left.path().exists());
    }
}
