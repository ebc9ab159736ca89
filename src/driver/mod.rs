//! The driver: carries out the groups of a plan in rounds and writes what comes of it, record by record.
//!
//! - `cell_process`: the real cells, as child processes.
//! - `child_group`: a child process with its descendants, ended as one.
//! - `pace`: how many rounds there is time for.
//! - `precision`: how well the ratios of a group are known so far.

mod cell_process;
mod child_group;
mod pace;
mod precision;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use regatta_reports::record::{CellId, Failure, FailureKind, Parameters, Profile, Record, Sample, arms};

use regatta_workloads::Tally;

use crate::catalogue::Resolved;
use crate::group::ReadyGroup;
use crate::plan::Plan;
use crate::protocol::{Start, VERSION};

pub(crate) use cell_process::{External, Launcher, Talker};
pub use pace::Clock;
use pace::Pace;
use precision::Precision;

/// How often a group's server may die before the group is given up.
const SERVER_LIVES: u32 = 3;
/// How often the reference burn runs in a round; the run of the least CPU time counts. It is to show how fast the machine is, not how
/// a process wakes up or what interrupted it for a moment.
const REFERENCE_RUNS: u32 = 3;

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
    /// Whether the run is to end.
    fn interrupted(&self) -> bool;
}

/// A cell that is ready.
pub(crate) trait Cell {
    /// Has it carry out every task once.
    fn run(&mut self, timeout: Duration) -> Result<Sample, Trouble>;
    /// Has it carry out every task once and say which worker did what when.
    fn profile(&mut self, timeout: Duration) -> Result<Profile, Trouble>;
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tallied {
    /// Samples written.
    pub samples: u64,
    /// Cells that failed.
    pub failed: u64,
    /// Cells that could not run here, or that the plan leaves out.
    pub not_run: u64,
    /// Whether it was stopped before its plan was done.
    pub interrupted: bool,
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
}

impl Arm {
    /// Whether it is there, and there for its own sake.
    fn is_contender(&self) -> bool {
        self.cell.is_some() && self.id.arm != arms::REFERENCE
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

impl Driver<'_> {
    /// Carries out the groups, in order.
    ///
    /// # Errors
    /// If a record cannot be written.
    pub fn run(mut self, groups: &[ReadyGroup]) -> io::Result<Tallied> {
        let mut tallied = Tallied::default();
        let mut pace = Pace::new(self.plan, self.clock, groups.len());
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        for ready in groups {
            self.watch.group(ready);
            for (runner, reason) in &ready.group.skipped {
                let id = CellId { runner: runner.clone(), ..CellId::default() };
                let failure = failure(ready, &id, 0, None, FailureKind::Unavailable, reason.clone());
                self.write_failure(&mut tallied, failure)?;
            }
            pace.begin_group();
            if let Next::Stop = self.group(ready, &mut pace, &mut random, &mut tallied)? {
                tallied.interrupted = true;
                break;
            }
        }
        Ok(tallied)
    }

    fn group(
        &mut self,
        ready: &ReadyGroup,
        pace: &mut Pace<'_>,
        random: &mut ChaCha8Rng,
        tallied: &mut Tallied,
    ) -> io::Result<Next> {
        let precision = Precision::new(ready.baselines.clone());
        let mut course = Course { ready, arms: all_arms(ready), server: None, server_deaths: 0, process: 0, precision };
        if let Next::Stop = self.start_server(&mut course, 0, tallied)? {
            return Ok(Next::Stop);
        }
        let mut round = 0;
        for process in 0..self.plan.processes {
            course.process = process;
            pace.begin_process(process);
            for arm in 0..course.arms.len() {
                if let Next::Stop = self.start_arm(&mut course, arm, tallied)? {
                    return Ok(Next::Stop);
                }
            }
            let mut warm_up = self.warm_up;
            while course.arms.iter().any(Arm::is_contender)
                && (warm_up || pace.has_time_for_a_round(|| course.precision.widest()))
            {
                let mut order: Vec<usize> = (0..course.arms.len()).collect();
                order.shuffle(random);
                for (place, &arm) in (0..).zip(&order) {
                    let counted = (!warm_up).then_some(round);
                    self.watch.cell(&course.arms[arm].id, counted, pace.rounds_expected());
                    self.watch.progress(pace.share_done());
                    if counted.is_some()
                        && course.arms[arm].is_contender()
                        && let Next::Stop = self.heat(&mut course, arm, tallied)?
                    {
                        return Ok(Next::Stop);
                    }
                    if let Next::Stop = self.sample(&mut course, arm, counted, place, tallied)? {
                        return Ok(Next::Stop);
                    }
                }
                pace.end_round(!warm_up);
                round += u32::from(!warm_up);
                warm_up = false;
            }
            course.arms.iter_mut().for_each(|arm| arm.cell = None);
        }
        if self.plan.profile { self.profiles(&course) } else { Ok(Next::GoOn) }
    }

    /// Profiles each cell that has not failed, in a process of its own. A cell that cannot be profiled has no profile.
    fn profiles(&mut self, course: &Course<'_>) -> io::Result<Next> {
        let folder = tempfile::tempdir()?;
        for arm in course.arms.iter().filter(|arm| !arm.retired && arm.id.arm.is_empty()) {
            if self.launch.interrupted() {
                return Ok(Next::Stop);
            }
            self.watch.cell(&arm.id, None, 0);
            let start = Start { profile_log: Some(folder.path().join("log")), ..arm.start.clone() };
            let profile =
                self.launch.cell(&start, self.plan.timeout).and_then(|mut cell| cell.profile(self.plan.timeout));
            match profile {
                Ok(mut profile) => {
                    profile.workload.clone_from(&course.ready.group.workload);
                    profile.params.clone_from(&course.ready.group.params);
                    profile.cell = arm.id.clone();
                    self.sink.write(&Record::Profile(Box::new(profile)))?;
                }
                Err(Trouble::Interrupted) => return Ok(Next::Stop),
                Err(Trouble::Failed { .. }) => {}
            }
        }
        Ok(Next::GoOn)
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

/// The cells of a group before their first start.
fn all_arms(ready: &ReadyGroup) -> Vec<Arm> {
    let arm = |(id, options)| Arm { start: start(ready, id, options), id: id.clone(), cell: None, retired: false };
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

/// What a cell of a group carries out: the group's workload, or the reference burn.
fn work_of<'a>(ready: &'a ReadyGroup, id: &CellId) -> (&'a str, &'a Resolved) {
    match ready.reference.as_ref().filter(|_| id.arm == arms::REFERENCE) {
        Some(reference) => (&reference.workload, &reference.resolved),
        None => (&ready.group.workload, &ready.resolved),
    }
}

/// Of a few runs that of the least CPU time.
fn least(mut run: impl FnMut() -> Result<Sample, Trouble>) -> Result<Sample, Trouble> {
    let first = run()?;
    (1..REFERENCE_RUNS).try_fold(first, |least, _| {
        let other = run()?;
        let is_less = other.cpu_ns > 0 && (least.cpu_ns == 0 || other.cpu_ns < least.cpu_ns);
        Ok(if is_less { other } else { least })
    })
}

/// Has a cell of a group run once, and gives the sample, verified and with everything on it but its place in the run.
pub(crate) fn run_once(
    cell: &mut dyn Cell,
    server: Option<&dyn Server>,
    ready: &ReadyGroup,
    id: &CellId,
    timeout: Duration,
) -> Result<Sample, Trouble> {
    let server_before = server.and_then(Server::cpu_ns);
    let mut sample = verified(cell.run(timeout)?, work_of(ready, id).1.expected, id)?;
    let server_after = server.and_then(Server::cpu_ns);
    sample.server_cpu_ns = server_after.zip(server_before).map(|(after, before)| after.saturating_sub(before));
    sample.outside_ns = sample.outside_ns.map(|all| all.saturating_sub(sample.server_cpu_ns.unwrap_or(0)));
    sample.workload.clone_from(&ready.group.workload);
    sample.params.clone_from(&ready.group.params);
    sample.cell = id.clone();
    Ok(sample)
}

/// The record of a cell that gave no sample.
pub(crate) fn failure(
    ready: &ReadyGroup,
    id: &CellId,
    process: u32,
    round: Option<u32>,
    kind: FailureKind,
    message: String,
) -> Failure {
    let (workload, params) = (ready.group.workload.clone(), ready.group.params.clone());
    Failure { workload, params, cell: id.clone(), process, round, kind, message }
}

/// Lets a sample through if its answer is right, every task was done, and no more workers than allowed did them.
fn verified(sample: Sample, expected: Tally, id: &CellId) -> Result<Sample, Trouble> {
    let wrong = |message| Err(Trouble::failed(FailureKind::WrongAnswer, message));
    if sample.tasks != expected.tasks {
        return wrong(format!("{} tasks were done instead of {}", sample.tasks, expected.tasks));
    }
    if sample.checksum != expected.checksum {
        return wrong(format!("the checksum is {} instead of {}", sample.checksum, expected.checksum));
    }
    if sample.workers_seen > id.workers {
        return wrong(format!("{} workers did the work, and {} were allowed", sample.workers_seen, id.workers));
    }
    if sample.workers_seen == 0 && expected.tasks > 0 {
        return wrong("no worker says that it did the work".to_owned());
    }
    if sample.wall_ns == 0 {
        return Err(Trouble::failed(FailureKind::Protocol, "the sample says that it took no time at all"));
    }
    Ok(sample)
}

#[cfg(test)]
mod tests;
