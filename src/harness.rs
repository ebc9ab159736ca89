//! What a driver other than Regatta's own needs: the cells of a plan, and a folder for their records.
//!
//! Regatta's driver runs cells in turn. `cargo bench` has criterion as its driver, through the crate `regatta-bench`.
//!
//! ```no_run
//! use regatta::{Course, Plan, harness::Session};
//!
//! # const PLAN: &str = "";
//! let course = Course::standard();
//! let session = Session::prepare(&course, Plan::parse("mine", PLAN)?)?;
//! for group in session.groups() {
//!     for place in 0..group.record().cells.len() {
//!         let sample = group.cell(place).run();
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::io;
use std::time::Duration;

use jiff::Timestamp;
use regatta_reports::record::{CellId, Failure, FailureKind, Group, Machine, Run, Sample};

use crate::catalogue::Catalogue;
use crate::driver::{Cell, Launch, Launcher, Server, failure, left_out, run_once, start};
use crate::environment;
use crate::group::ReadyGroup;
use crate::header::header;
use crate::interrupt::Interrupt;
use crate::plan::{Plan, PlanError};

pub use crate::cell_error::CellError;
pub use crate::driver::Sink;
pub use crate::exit::Exit;
pub use crate::output::{Output, OutputError};
pub use crate::profile::{Timeline, trace};
pub use crate::report::{Detail, Written, write_report};
pub use crate::terminal::Screen;

/// Why there is nothing to measure.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The plan asks for something that is not there or cannot be.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The operating system refuses the handlers of signals.
    #[error("cannot listen for Ctrl-C: {0}")]
    Signals(io::Error),
    /// A cell is this program, and nobody knows where that is.
    #[error("cannot find this program's own file: {0}")]
    Program(io::Error),
}

/// The cells of a plan, for a driver that runs each cell back to back.
#[derive(Debug)]
pub struct Session {
    plan: Plan,
    groups: Vec<ReadyGroup>,
    machine: Machine,
    launch: Launcher,
    interrupt: Interrupt,
}

impl Session {
    /// Prepares the cells of `plan`. None is started yet.
    ///
    /// The plan's second copies, its reference burn and `hot` are left out: they belong to rounds in turn.
    ///
    /// # Errors
    /// If the plan does not fit the catalogue, or the operating system refuses.
    pub fn prepare(catalogue: &dyn Catalogue, mut plan: Plan) -> Result<Self, SessionError> {
        (plan.noise_arm, plan.reference) = (false, false);
        plan.heat(Duration::ZERO);
        let machine = environment::machine();
        let groups = plan.ready(catalogue, environment::cores(&machine))?;
        let interrupt = Interrupt::install().map_err(SessionError::Signals)?;
        let launch = Launcher::new(Vec::new(), interrupt.clone()).map_err(SessionError::Program)?;
        Ok(Self { plan, groups, machine, launch, interrupt })
    }

    /// Returns the plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns the groups of the plan, in its order.
    pub fn groups(&self) -> impl Iterator<Item = SessionGroup<'_>> {
        self.groups.iter().map(|ready| SessionGroup { session: self, ready })
    }

    /// Returns the first record of a run of `groups`, which may lack some of the session's cells.
    pub fn header(&self, driver: &str, catalogue: &dyn Catalogue, groups: Vec<Group>) -> Run {
        let run = header(Timestamp::now(), 0, &self.plan, groups, self.machine.clone(), catalogue);
        Run { driver: driver.to_owned(), ..run }
    }

    /// Returns the signal that asked for the end, if one did.
    pub fn signal(&self) -> Option<u8> {
        self.interrupt.signal()
    }
}

/// The cells that are compared with each other.
#[derive(Debug, Clone, Copy)]
pub struct SessionGroup<'s> {
    session: &'s Session,
    ready: &'s ReadyGroup,
}

impl<'s> SessionGroup<'s> {
    /// Returns the group as it stands in the records.
    pub fn record(&self) -> &'s Group {
        &self.ready.group
    }

    /// Returns the cell at a place of the group's cells.
    ///
    /// # Panics
    /// If the group has fewer cells.
    pub fn cell(&self, place: usize) -> SessionCell<'s> {
        assert!(place < self.ready.cells.len(), "the group has no cell {place}");
        SessionCell { group: *self, place, running: None }
    }

    /// Returns the record of a cell that gave no sample, in this round if it was in one.
    pub fn failure(&self, id: &CellId, round: Option<u32>, kind: FailureKind, message: String) -> Failure {
        match self.ready.cells.iter().find(|cell| cell.id == *id) {
            Some(cell) => failure(self.ready, cell, 0, round, kind, message),
            None => Failure { round, kind, ..left_out(self.ready, &id.runner, &message) },
        }
    }

    /// Starts a cell, and before it the server that it talks to.
    fn start(&self, place: usize) -> Result<Running, CellError> {
        let Session { launch, plan, .. } = self.session;
        let service = self.ready.service();
        let server = service.map(|service| launch.server(service, 0)).transpose()?;
        let mut start = start(&self.ready.cells[place]);
        start.server = server.as_ref().map(|server| server.address());
        Ok(Running { cell: launch.cell(&start, plan.timeout)?, server })
    }
}

/// A cell, which starts when its first run is asked for and ends when it is dropped.
pub struct SessionCell<'s> {
    group: SessionGroup<'s>,
    /// Which of the group's cells it is.
    place: usize,
    running: Option<Running>,
}

/// A cell that has started, with the server that its workload talks to.
struct Running {
    // Fields drop in their order, and the cell ends before the server does.
    cell: Box<dyn Cell>,
    server: Option<Box<dyn Server>>,
}

impl SessionCell<'_> {
    /// Carries out every task once. Returns the sample, verified, with everything on it but its place in the run.
    ///
    /// # Errors
    /// If the cell cannot start, fails, hangs or answers wrongly, or the run is to end.
    pub fn run(&mut self) -> Result<Sample, CellError> {
        let running = match &mut self.running {
            Some(running) => running,
            none => none.insert(self.group.start(self.place)?),
        };
        let (cell, server) = (running.cell.as_mut(), running.server.as_deref());
        let SessionGroup { session, ready } = self.group;
        run_once(&session.launch, cell, server, ready, &ready.cells[self.place], session.plan.timeout)
    }
}
