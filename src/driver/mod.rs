//! The driver: carries out the groups of a plan in rounds and writes what comes of it, record by record.
//!
//! - `cell_process`: the real cells, as child processes.
//! - `external`: programs in other languages as cells.
//! - `pace`: how many rounds there is time for.
//! - `precision`: how well the ratios of a group are known so far.
//! - `profiles`: the pass in which cells are profiled.
//! - `running_cell`: a cell of a group while it is carried out.
//! - `running_group`: a group while it is carried out.
//! - `sample`: one run of a cell, verified.
//! - `warming`: how long a runtime that compiles as it goes runs uncounted.
//! - `wrong_answer`: which task gave a wrong answer.

mod cell_process;
mod deadlock;
pub(crate) mod external;
mod pace;
mod precision;
mod profiles;
mod running_cell;
mod running_group;
mod sample;
mod warming;
mod wrong_answer;

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use regatta_reports::record::{CellId, Deadlock, Failure, Profile, Record, Sample};

use crate::cell_error::CellError;
use crate::group::ReadyGroup;
use crate::plan::{Plan, RoundsFor};
use crate::protocol::Start;

pub(crate) use cell_process::Launcher;
pub use pace::Clock;
use pace::Pace;
use running_group::RunningGroup;
pub(crate) use sample::{failure, left_out, run_once, start, verified};

/// How often a group on which an undecided verdict rests is visited again. Two visits lie apart in time, so that what disturbs one
/// leaves the other alone. More of them would be short: a process of two rounds cannot tell which of them was disturbed.
const VISITS: usize = 2;

/// Where records go, one by one.
pub trait Sink {
    /// Writes a record so that it is not lost, whatever happens next.
    ///
    /// # Errors
    /// If it cannot be written. The run then ends.
    fn write(&mut self, record: &Record) -> io::Result<()>;
}

/// Who is told what goes on.
pub(crate) trait Watch {
    /// Hears that a group begins.
    fn group(&mut self, _group: &ReadyGroup) {}
    /// Hears that a cell is about to run, in this round (none: warm-up) of about so many.
    fn cell(&mut self, _cell: &CellId, _round: Option<u32>, _of: u32) {}
    /// Hears that this share of the whole run is done, from 0 to 1.
    fn progress(&mut self, _share: f64) {}
    /// Hears that the group at this place has had its rounds, or a visit more, and that nothing runs meanwhile.
    fn measured(&mut self, _place: usize) {}
    /// Returns on which cells the undecided verdicts rest. All groups have their least rounds by then.
    fn undecided(&mut self) -> Vec<Undecided> {
        Vec::new()
    }
}

/// Cells of a group on which an undecided verdict rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Undecided {
    /// Place of the group among those of the run.
    pub(crate) group: usize,
    /// The cells.
    pub(crate) cells: BTreeSet<CellId>,
}

/// Starts cells and servers; a test hands in another one.
pub(crate) trait Launch {
    /// Starts the process of a cell, and does not wait until it listens.
    fn spawn(&self, start: &Start) -> Result<Box<dyn Spawned>, CellError>;
    /// Starts a cell and waits until it is ready.
    fn cell(&self, start: &Start, timeout: Duration) -> Result<Box<dyn Cell>, CellError> {
        self.spawn(start)?.start(timeout)
    }
    /// Starts cells whose programs load side by side, but whose models start one after the other. Returns one result a cell.
    fn cells(&self, starts: &[Start], timeout: Duration) -> Vec<Result<Box<dyn Cell>, CellError>> {
        let mut spawned: Vec<_> = starts.iter().map(|start| self.spawn(start)).collect();
        let deadline = Instant::now() + timeout;
        for process in spawned.iter_mut().flatten() {
            process.settle(deadline.saturating_duration_since(Instant::now()));
        }
        spawned.into_iter().map(|process| process?.start(timeout)).collect()
    }
    /// Starts a server, on a port that it had before or on any.
    fn server(&self, service: regatta_workloads::Service, port: u16) -> Result<Box<dyn Server>, CellError>;
    /// Returns whether the cells of this runner can be profiled, and checked task by task.
    fn can_profile(&self, _runner: &str) -> bool {
        true
    }
    /// Returns whether the cells of this runner compile as they go, and run uncounted until their times stop falling.
    fn warms_up(&self, _runner: &str) -> bool {
        false
    }
    /// Returns whether the run is to end.
    fn interrupted(&self) -> bool;
}

/// The process of a cell that has not been told yet what to be.
pub(crate) trait Spawned {
    /// Waits until its program is loaded and listens, so that it takes no time from the start of another cell. It gives up after
    /// `timeout`, and leaves it to [`Spawned::start`] to say what is wrong.
    fn settle(&mut self, _timeout: Duration) {}
    /// Tells it what to be, and waits until it is ready.
    fn start(self: Box<Self>, timeout: Duration) -> Result<Box<dyn Cell>, CellError>;
}

/// A cell that is ready.
pub(crate) trait Cell {
    /// Asks it to carry out every task once, and does not wait for the answer.
    fn ask(&mut self);
    /// Waits until it has answered the run that it was asked for first.
    fn hear(&mut self, timeout: Duration) -> Result<Sample, CellError>;
    /// Has it carry out every task once.
    fn run(&mut self, timeout: Duration) -> Result<Sample, CellError> {
        self.ask();
        self.hear(timeout)
    }
    /// Has it carry out every task once, if it was told to watch them, and says how they wait for each other in a circle. None if they came to
    /// their end.
    fn watch(&mut self, timeout: Duration) -> Result<Option<Deadlock>, CellError> {
        self.run(timeout).map(|_| None)
    }
    /// Has it carry out every task once and say which worker did what when.
    fn profile(&mut self, timeout: Duration) -> Result<Profile, CellError>;
    /// Tells it to end, and does not wait until it has.
    fn dismiss(&mut self) {}
}

/// A server that listens.
pub(crate) trait Server {
    /// Returns where it listens.
    fn address(&self) -> SocketAddr;
    /// Returns how it ended, if it did.
    fn ended(&mut self) -> Option<String>;
    /// Returns the CPU time that it has used so far, nanoseconds.
    fn cpu_ns(&self) -> Option<u64>;
}

/// Carries out a plan.
pub struct Driver<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) seed: u64,
    pub(crate) launch: &'a dyn Launch,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) watch: &'a mut dyn Watch,
    pub(crate) sink: &'a mut dyn Sink,
    /// Whether each process does one round first that is not counted.
    pub(crate) warm_up: bool,
}

/// What became of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunTotals {
    /// Samples written.
    pub samples: u64,
    /// Cells that failed.
    pub failed: u64,
    /// Cells that could not run here, or that the plan leaves out.
    pub not_run: u64,
    /// Whether it was stopped before its plan was done.
    pub interrupted: bool,
    /// What the plan asked for and was cut, or could not be had, one sentence each.
    pub remarks: Vec<String>,
}

/// Why a run ends before its plan is done.
enum Stop {
    /// Somebody asked it to.
    Interrupted,
    /// A record cannot be written.
    Unwritable(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Unwritable(error)
    }
}

impl Driver<'_> {
    /// Carries out the groups, in order, and then profiles their cells if the plan says so.
    ///
    /// # Errors
    /// If a record cannot be written.
    pub fn run(self, groups: &[ReadyGroup]) -> io::Result<RunTotals> {
        let pace = Pace::new(self.plan, self.clock, groups.iter().map(ReadyGroup::points).sum());
        let random = ChaCha8Rng::seed_from_u64(self.seed);
        let mut run = Run { driver: self, pace, random, totals: RunTotals::default() };
        match run.carry_out(groups) {
            Ok(()) => {}
            Err(Stop::Interrupted) => run.totals.interrupted = true,
            Err(Stop::Unwritable(error)) => return Err(error),
        }
        Ok(run.totals)
    }
}

/// A run under way: what all its groups share.
struct Run<'a> {
    driver: Driver<'a>,
    pace: Pace<'a>,
    /// Draws the order of the cells in each round.
    random: ChaCha8Rng,
    totals: RunTotals,
}

impl Run<'_> {
    fn carry_out(&mut self, groups: &[ReadyGroup]) -> Result<(), Stop> {
        let mut running = Vec::new();
        let mut place = 0;
        for points in groups.chunk_by(ReadyGroup::shares_rounds_with) {
            let mut group = RunningGroup::new(points, place);
            group.have_rounds(self)?;
            self.say_measured(&group);
            place += points.len();
            running.push(group);
        }
        if self.driver.plan.rounds_for == RoundsFor::Verdicts {
            self.revisit_undecided(&mut running)?;
        }
        for group in &running {
            group.say_who_is_alone(self);
            group.say_what_was_void(self);
            group.say_what_was_cut(self)?;
        }
        if self.driver.plan.profile { self.profile(running) } else { Ok(()) }
    }

    /// Shares the time that is left among the groups on which an undecided verdict rests. Their other cells rest, so that more rounds fit.
    ///
    /// The verdicts are asked for once. Whoever asks after each process, and stops as soon as the answer is pleasing, has often only been
    /// lucky.
    fn revisit_undecided(&mut self, running: &mut [RunningGroup<'_>]) -> Result<(), Stop> {
        let undecided = self.driver.watch.undecided();
        let visits: Vec<&Undecided> = (0..VISITS).flat_map(|_| &undecided).collect();
        for (left, visit) in (1..=visits.len()).rev().zip(visits) {
            if let Some(group) = running.iter_mut().find(|group| group.places().contains(&visit.group)) {
                group.have_more_rounds(self, &visit.cells, u32::try_from(left).unwrap_or(u32::MAX))?;
                self.say_measured(group);
            }
        }
        Ok(())
    }

    fn say_measured(&mut self, group: &RunningGroup<'_>) {
        group.places().for_each(|place| self.driver.watch.measured(place));
    }

    fn check_interrupt(&self) -> Result<(), Stop> {
        if self.driver.launch.interrupted() { Err(Stop::Interrupted) } else { Ok(()) }
    }

    fn write_sample(&mut self, sample: Sample) -> Result<(), Stop> {
        self.driver.sink.write(&Record::Sample(Box::new(sample)))?;
        self.totals.samples += 1;
        Ok(())
    }

    fn write_failure(&mut self, failure: Failure) -> Result<(), Stop> {
        if failure.kind.is_not_run() {
            self.totals.not_run += 1;
        } else {
            self.totals.failed += 1;
        }
        Ok(self.driver.sink.write(&Record::Error(failure))?)
    }
}

#[cfg(test)]
mod tests;
