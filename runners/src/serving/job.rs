//! What a server is told, and the process that it is.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use regatta_workloads::serving::Terms;
use rustix::process::{Signal, getppid, set_parent_process_death_signal};
use serde::{Deserialize, Serialize};

use super::ServerModel;
use crate::{Limits, panics};

/// What a server is told: JSON, so that a server in any language can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Units of parallelism that it may use, at least 1.
    pub workers: usize,
    /// What it does with each line, and what it bears.
    pub terms: Terms,
}

impl Job {
    /// Says on standard output where it listens: `127.0.0.1:PORT`.
    ///
    /// # Errors
    /// If nobody hears it any more.
    pub fn announce(&self, address: SocketAddr) -> io::Result<()> {
        let mut output = io::stdout();
        writeln!(output, "{address}")?;
        output.flush()
    }
}

/// Ends this process when its parent does, whichever way that happens.
pub(super) fn end_with_parent(parent: u32) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // A parent that died before the call sends no signal, but leaves another parent in its place.
    if getppid().is_some_and(|pid| pid.as_raw_nonzero().get().cast_unsigned() == parent) {
        Ok(())
    } else {
        Err(io::Error::other("the process that started this one has ended"))
    }
}

/// Carries out the whole of a server process. `args` are the number of the parent process, the name of a model and a [`Job`].
pub fn main(models: &[ServerModel], args: &[String]) -> ExitCode {
    panics::note_places();
    match serve(models, args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("regatta server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(models: &[ServerModel], args: &[String]) -> io::Result<()> {
    let bad = |message: &str| io::Error::new(io::ErrorKind::InvalidInput, message.to_owned());
    let [parent, name, job] = args else { return Err(bad("parent, server model and job expected")) };
    end_with_parent(parent.parse().map_err(|_| bad("the number of a process expected"))?)?;
    let model = models.iter().find(|model| model.name == name).ok_or_else(|| bad("there is no such server model"))?;
    let job: Job = serde_json::from_str(job)?;
    // Raises the limit of open files: each connection takes one.
    Limits::read();
    (model.serve)(&job)
}
