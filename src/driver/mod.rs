//! The driver: carries out the groups of a plan in rounds and writes what comes of it, record by record.
//!
//! - `cell_process`: the real cells, as child processes.
//! - `child_group`: a child process with its descendants, ended as one.
//! - `pace`: how many rounds there is time for.
//! - `precision`: how well the ratios of a group are known so far.
//! - `profiles`: the pass in which cells are profiled.
//! - `sample`: one run of a cell, verified.

mod cell_process;
mod child_group;
mod pace;
mod precision;
mod profiles;
mod sample;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use regatta_reports::record::{CellId, Failure, FailureKind, Group, Parameters, Profile, Record, Sample, arms};

use crate::group::ReadyGroup;
use crate::plan::Plan;
use crate::protocol::{Start, VERSION};

pub(crate) use cell_process::{External, Launcher, Talker};
pub use pace::Clock;
use pace::Pace;
use precision::Precision;
use profiles::Measured;
pub(crate) use sample::{failure, run_once, verified};
use sample::{least, work_of};

/// How often a group's server may die before the group is given up.
const SERVER_LIVES: u32 = 3;

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
    /// A group begins.
    fn group(&mut self, _group: &ReadyGroup) {}
    /// A cell is about to run, in this round (none: warm-up) of about so many.
    fn cell(&mut self, _cell: &CellId, _round: Option<u32>, _of: u32) {}
    /// This share of the whole run is done, from 0 to 1.
    fn progress(&mut self, _share: f64) {}
}

/// Why a cell gave no sample.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It failed.
    Failed { kind: FailureKind, message: String },
    /// The run is to end.
    Interrupted,
}

impl Trouble {
    pub(crate) fn failed(kind: FailureKind, message: impl Into<String>) -> Self {
        Self::Failed { kind, message: message.into() }
    }
}

/// Starts cells and servers; a test hands in another one.
pub(crate) trait Launch {
    /// Starts a cell and waits until it is ready.
    fn cell(&self, start: &Start, timeout: Duration) -> Result<Box<dyn Cell>, Trouble>;
    /// Starts a server, on a port that it had before or on any.
    fn server(&self, service: regatta_workloads::Service, port: u16) -> Result<Box<dyn Server>, Trouble>;
    /// Whether the cells of this runner can be profiled.
    fn can_profile(&self, _runner: &str) -> bool {
        true
    }
    /// Whether the run is to end.
    fn interrupted(&self) -> bool;
}

/// A cell that is ready.
pub(crate) trait Cell {
    /// Asks it to carry out every task once, and does not wait for the answer.
    fn ask(&mut self);
    /// Waits until it has answered the run that it was asked for first.
    fn hear(&mut self, timeout: Duration) -> Result<Sample, Trouble>;
    /// Has it carry out every task once.
    fn run(&mut self, timeout: Duration) -> Result<Sample, Trouble> {
        self.ask();
        self.hear(timeout)
    }
    /// Has it carry out every task once and say which worker did what when.
    fn profile(&mut self, timeout: Duration) -> Result<Profile, Trouble>;
    /// Tells it to end, and does not wait until it has.
    fn dismiss(&mut self) {}
}

/// A server that listens.
pub(crate) trait Server {
    /// Where it listens.
    fn address(&self) -> SocketAddr;
    /// How it ended, if it did.
    fn ended(&mut self) -> Option<String>;
    /// CPU time that it has used so far, nanoseconds.
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
pub struct Tallied {
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

/// What happens next within a group.
enum Next {
    GoOn,
    Stop,
}

/// A cell of a group while it is carried out.
struct Arm {
    start: Start,
    id: CellId,
    /// None before its start and after its failure.
    cell: Option<Box<dyn Cell>>,
    /// It has failed: it is not started again, so that a broken cell costs one record.
    retired: bool,
    has_samples: bool,
}

impl Arm {
    /// Whether it is there, and there for its own sake.
    fn is_contender(&self) -> bool {
        self.cell.is_some() && self.id.arm != arms::REFERENCE
    }

    /// Whether it is a second copy of another one.
    fn is_copy_of(&self, other: &Self) -> bool {
        self.id.arm == arms::AA && other.id == CellId { arm: String::new(), ..self.id.clone() }
    }
}

/// A group while it is carried out.
struct Course<'g> {
    ready: &'g ReadyGroup,
    arms: Vec<Arm>,
    server: Option<Box<dyn Server>>,
    server_deaths: u32,
    process: u32,
    precision: Precision,
}

impl<'g> Course<'g> {
    fn new(ready: &'g ReadyGroup) -> Self {
        let precision = Precision::new(ready.baselines.clone());
        Self { ready, arms: all_arms(ready), server: None, server_deaths: 0, process: 0, precision }
    }

    /// Ends all cells. All are told before the first is waited for: an interpreter takes as long to end as a round of others.
    fn end_cells(&mut self) {
        self.arms.iter_mut().filter_map(|arm| arm.cell.as_mut()).for_each(|cell| cell.dismiss());
        self.arms.iter_mut().for_each(|arm| arm.cell = None);
    }
}

impl Driver<'_> {
    /// Carries out the groups, in order, and then profiles their cells if the plan says so.
    ///
    /// # Errors
    /// If a record cannot be written.
    pub fn run(mut self, groups: &[ReadyGroup]) -> io::Result<Tallied> {
        let mut tallied = Tallied::default();
        let mut pace = Pace::new(self.plan, self.clock, groups.len());
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        let mut measured = Vec::new();
        for ready in groups {
            self.watch.group(ready);
            for (runner, reason) in &ready.group.skipped {
                let id = CellId { runner: runner.clone(), ..CellId::default() };
                let failure = failure(ready, &id, 0, None, FailureKind::Unavailable, reason.clone());
                self.write_failure(&mut tallied, failure)?;
            }
            pace.begin_group(heat_of(ready));
            let mut course = Course::new(ready);
            if let Next::Stop = self.group(&mut course, &mut pace, &mut random, &mut tallied)? {
                tallied.interrupted = true;
                return Ok(tallied);
            }
            self.say_what_was_cut(&course, &pace, &mut tallied)?;
            measured.push(Measured::new(course, pace.end_group()));
        }
        if self.plan.profile {
            let (next, remarks) = self.profiles(&measured, &pace)?;
            tallied.interrupted = matches!(next, Next::Stop);
            tallied.remarks.extend(remarks);
        }
        Ok(tallied)
    }

    fn group(
        &mut self,
        course: &mut Course<'_>,
        pace: &mut Pace<'_>,
        random: &mut ChaCha8Rng,
        tallied: &mut Tallied,
    ) -> io::Result<Next> {
        if pace.is_spent() {
            return Ok(Next::GoOn);
        }
        if let Next::Stop = self.start_server(course, 0, tallied)? {
            return Ok(Next::Stop);
        }
        let mut round = 0;
        for process in 0..self.plan.processes {
            if !pace.has_time_for_a_process() {
                break;
            }
            course.process = process;
            pace.begin_process(process);
            for arm in 0..course.arms.len() {
                if pace.is_spent() {
                    break;
                }
                if let Next::Stop = self.start_arm(course, arm, tallied)? {
                    return Ok(Next::Stop);
                }
            }
            let mut warm_up = self.warm_up;
            while course.arms.iter().any(Arm::is_contender)
                && ((warm_up && !pace.is_spent()) || pace.has_time_for_a_round(|| course.precision.widest()))
            {
                if let Next::Stop = self.round(course, (!warm_up).then_some(round), pace, random, tallied)? {
                    return Ok(Next::Stop);
                }
                pace.end_round(!warm_up);
                round += u32::from(!warm_up);
                warm_up = false;
            }
            course.end_cells();
        }
        Ok(Next::GoOn)
    }

    /// Has each cell run once, in random order.
    fn round(
        &mut self,
        course: &mut Course<'_>,
        round: Option<u32>,
        pace: &Pace<'_>,
        random: &mut ChaCha8Rng,
        tallied: &mut Tallied,
    ) -> io::Result<Next> {
        let mut order: Vec<usize> = (0..course.arms.len()).collect();
        order.shuffle(random);
        for (place, &arm) in (0..).zip(&order) {
            self.watch.cell(&course.arms[arm].id, round, pace.rounds_expected());
            self.watch.progress(pace.share_done());
            if round.is_some()
                && course.arms[arm].is_contender()
                && let Next::Stop = self.heat(course, arm, tallied)?
            {
                return Ok(Next::Stop);
            }
            if let Next::Stop = self.sample(course, arm, round, place, tallied)? {
                return Ok(Next::Stop);
            }
        }
        Ok(Next::GoOn)
    }

    /// Records the cells that the budget had no time for, and notes a group that had fewer rounds than it should.
    fn say_what_was_cut(&mut self, course: &Course<'_>, pace: &Pace<'_>, tallied: &mut Tallied) -> io::Result<()> {
        let Some(((had, least), budget)) = pace.rounds_cut().zip(self.plan.budget) else { return Ok(()) };
        let budget = format!("the budget of {}", humantime::format_duration(budget));
        for arm in course.arms.iter().filter(|arm| !arm.retired && !arm.has_samples && arm.id.arm.is_empty()) {
            let message =
                format!("left out: {budget} was spent; a larger --budget, or fewer --workload, leaves time for it");
            let (id, kind) = (&arm.id, FailureKind::Unavailable);
            self.write_failure(tallied, failure(course.ready, id, course.process, None, kind, message))?;
        }
        if had > 0 {
            let Group { workload, tasks, .. } = &course.ready.group;
            let sentence =
                format!("{workload} ({tasks} tasks) had {had} rounds where {least} are the least: {budget} was spent");
            tallied.remarks.push(sentence);
        }
        Ok(())
    }

    /// Starts the group's server if it has one; without it, its cells cannot run.
    fn start_server(&mut self, course: &mut Course<'_>, port: u16, tallied: &mut Tallied) -> io::Result<Next> {
        let Some(service) = course.ready.resolved.service else { return Ok(Next::GoOn) };
        match self.launch.server(service, port) {
            Ok(server) => {
                course.arms.iter_mut().for_each(|arm| arm.start.server = Some(server.address()));
                course.server = Some(server);
                Ok(Next::GoOn)
            }
            Err(Trouble::Interrupted) => Ok(Next::Stop),
            Err(Trouble::Failed { kind, message }) => {
                course.server = None;
                for arm in 0..course.arms.len() {
                    if !course.arms[arm].retired {
                        self.retire(course, arm, None, kind, message.clone(), tallied)?;
                    }
                }
                Ok(Next::GoOn)
            }
        }
    }

    fn start_arm(&mut self, course: &mut Course<'_>, arm: usize, tallied: &mut Tallied) -> io::Result<Next> {
        // What keeps a cell from running keeps its copy from it too, and is said once.
        course.arms[arm].retired |= course.arms.iter().any(|other| other.retired && course.arms[arm].is_copy_of(other));
        if course.arms[arm].retired {
            return Ok(Next::GoOn);
        }
        if self.launch.interrupted() {
            return Ok(Next::Stop);
        }
        match self.launch.cell(&course.arms[arm].start, self.plan.timeout) {
            Ok(cell) => course.arms[arm].cell = Some(cell),
            Err(Trouble::Interrupted) => return Ok(Next::Stop),
            Err(Trouble::Failed { kind, message }) => self.retire(course, arm, None, kind, message, tallied)?,
        }
        Ok(Next::GoOn)
    }

    /// Has one cell run uncounted for as long as its group says: at least once, unless it says not at all.
    fn heat(&mut self, course: &mut Course<'_>, arm: usize, tallied: &mut Tallied) -> io::Result<Next> {
        let (time, begin) = (Duration::from_nanos(course.ready.group.hot_ns), self.clock.elapsed());
        while self.clock.elapsed().saturating_sub(begin) < time && course.arms[arm].cell.is_some() {
            if let Next::Stop = self.sample(course, arm, None, 0, tallied)? {
                return Ok(Next::Stop);
            }
        }
        Ok(Next::GoOn)
    }

    /// Has one cell run once, and writes what comes of it if it is of a round.
    fn sample(
        &mut self,
        course: &mut Course<'_>,
        arm: usize,
        round: Option<u32>,
        place: u32,
        tallied: &mut Tallied,
    ) -> io::Result<Next> {
        if self.launch.interrupted() {
            return Ok(Next::Stop);
        }
        let Arm { id, cell: Some(cell), .. } = &mut course.arms[arm] else { return Ok(Next::GoOn) };
        let mut run = || run_once(cell.as_mut(), course.server.as_deref(), course.ready, id, self.plan.timeout);
        let sample = if id.arm == arms::REFERENCE { least(run) } else { run() };
        let mut sample = match sample {
            Ok(sample) => sample,
            Err(Trouble::Interrupted) => return Ok(Next::Stop),
            Err(Trouble::Failed { kind, message }) => return self.failed(course, arm, round, kind, message, tallied),
        };
        let Some(round) = round else { return Ok(Next::GoOn) };
        (sample.process, sample.round, sample.order) = (course.process, round, place);
        course.precision.add(arm, course.process, round, sample.wall_ns);
        course.arms[arm].has_samples = true;
        self.sink.write(&Record::Sample(Box::new(sample)))?;
        tallied.samples += 1;
        Ok(Next::GoOn)
    }

    /// Records the failure of a cell. If the server's death was the cause, both start anew; else the cell is done with.
    fn failed(
        &mut self,
        course: &mut Course<'_>,
        arm: usize,
        round: Option<u32>,
        kind: FailureKind,
        message: String,
        tallied: &mut Tallied,
    ) -> io::Result<Next> {
        let died = course.server.as_mut().and_then(|server| Some((server.ended()?, server.address().port())));
        let Some((how, port)) = died else {
            self.retire(course, arm, round, kind, message, tallied)?;
            return Ok(Next::GoOn);
        };
        course.server_deaths += 1;
        let message = format!("the workload's server had ended ({how}), and the cell said: {message}");
        if course.server_deaths >= SERVER_LIVES {
            for arm in 0..course.arms.len() {
                if !course.arms[arm].retired {
                    self.retire(course, arm, round, kind, message.clone(), tallied)?;
                }
            }
            return Ok(Next::GoOn);
        }
        self.write_failure(tallied, failure(course.ready, &course.arms[arm].id, course.process, round, kind, message))?;
        course.arms[arm].cell = None;
        if let Next::Stop = self.start_server(course, port, tallied)? {
            return Ok(Next::Stop);
        }
        self.start_arm(course, arm, tallied)
    }

    fn retire(
        &mut self,
        course: &mut Course<'_>,
        arm: usize,
        round: Option<u32>,
        kind: FailureKind,
        message: String,
        tallied: &mut Tallied,
    ) -> io::Result<()> {
        let process = course.process;
        let arm = &mut course.arms[arm];
        (arm.cell, arm.retired) = (None, true);
        let failure = failure(course.ready, &arm.id, process, round, kind, message);
        self.write_failure(tallied, failure)
    }

    fn write_failure(&mut self, tallied: &mut Tallied, failure: Failure) -> io::Result<()> {
        if failure.kind.is_not_run() {
            tallied.not_run += 1;
        } else {
            tallied.failed += 1;
        }
        self.sink.write(&Record::Error(failure))
    }
}

/// Time for which the cells of a group run uncounted in each round.
fn heat_of(ready: &ReadyGroup) -> Duration {
    let cells = ready.group.cells.iter().filter(|cell| cell.arm != arms::REFERENCE).count();
    Duration::from_nanos(ready.group.hot_ns).saturating_mul(u32::try_from(cells).unwrap_or(u32::MAX))
}

/// The cells of a group before their first start.
fn all_arms(ready: &ReadyGroup) -> Vec<Arm> {
    let arm = |(id, options)| Arm {
        start: start(ready, id, options),
        id: id.clone(),
        cell: None,
        retired: false,
        has_samples: false,
    };
    ready.group.cells.iter().zip(&ready.options).map(arm).collect()
}

/// What a cell of a group is told to be. Where its server listens is not known yet.
pub(crate) fn start(ready: &ReadyGroup, id: &CellId, options: &Parameters) -> Start {
    let (workload, resolved) = work_of(ready, id);
    Start {
        protocol: VERSION,
        workload: workload.to_owned(),
        params: resolved.params.clone(),
        runner: id.runner.clone(),
        workers: id.workers,
        options: options.clone(),
        server: None,
        profile_log: None,
        arm: id.arm.clone(),
    }
}

#[cfg(test)]
mod tests;
