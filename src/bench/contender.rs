//! A cell while criterion measures it: started when the first run is asked for, ended when it is let go.

use std::panic::resume_unwind;
use std::time::Duration;

use super::measurement::Runs;
use crate::driver::{Cell, Launch, Launcher, Server, Trouble, run_once, start};
use crate::group::ReadyGroup;

/// Why a benchmark was left before criterion was done with it: the payload of an unwinding that is no panic.
pub(super) enum Left {
    /// The cell gave no sample.
    Cell(Trouble),
    /// A record could not be written.
    Ledger(anyhow::Error),
}

impl Left {
    /// Leaves criterion, for the one that called it to catch.
    pub(super) fn go(self) -> ! {
        resume_unwind(Box::new(self))
    }
}

/// A cell, with the server that its workload talks to.
pub(super) struct Contender<'a> {
    launch: &'a Launcher,
    ready: &'a ReadyGroup,
    /// Which of the group's cells it is.
    place: usize,
    timeout: Duration,
    running: Option<Running>,
}

struct Running {
    // The cell ends before the server does.
    cell: Box<dyn Cell>,
    server: Option<Box<dyn Server>>,
}

impl<'a> Contender<'a> {
    pub(super) fn new(launch: &'a Launcher, ready: &'a ReadyGroup, place: usize, timeout: Duration) -> Self {
        Self { launch, ready, place, timeout, running: None }
    }

    /// Has it run so many times. Does not come back if one of them fails.
    pub(super) fn run(&mut self, times: u64) -> Runs {
        (0..times).map(|_| self.run_once().unwrap_or_else(|trouble| Left::Cell(trouble).go())).collect()
    }

    fn run_once(&mut self) -> Result<regatta_reports::record::Sample, Trouble> {
        let running = match &mut self.running {
            Some(running) => running,
            None => {
                let running = self.start()?;
                self.running.insert(running)
            }
        };
        let (cell, server) = (running.cell.as_mut(), running.server.as_deref());
        run_once(cell, server, self.ready, &self.ready.cells[self.place].id, self.timeout)
    }

    fn start(&self) -> Result<Running, Trouble> {
        let service = self.ready.resolved.service;
        let server = service.map(|service| self.launch.server(service, 0)).transpose()?;
        let mut start = start(self.ready, &self.ready.cells[self.place]);
        start.server = server.as_ref().map(|server| server.address());
        Ok(Running { cell: self.launch.cell(&start, self.timeout)?, server })
    }
}
