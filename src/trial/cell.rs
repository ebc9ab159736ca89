//! The cell of a trial: a process that may be lost. It has one task of many come to grief, and tries the same work once more.

use std::collections::BTreeMap;
use std::io;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use regatta_reports::record::{AttemptEnd, FailureKind, LockState, Told};
use regatta_runners::{Attempt, Desk, Error, Runner, RunnerVisitor, Runners, Settings, fits};
use regatta_workloads::{Fault, Findings, LOCK_FREE, LOCK_POISONED, Outside, WRITES, Workload};
use serde_json::Value;

use super::ledger::{ATTEMPTS, Ledger};
use super::limits;
use crate::protocol::{Attempted, Trial};
use crate::recorder::Recorder;

/// How often the cell looks what has become of the tasks.
const GLANCE: Duration = Duration::from_millis(1);

/// A workload under a model, for both attempts of a trial.
pub(crate) struct TrialCell {
    workload: Arc<Fault>,
    ledger: &'static Ledger,
    desk: Arc<Reception>,
    patience: Duration,
    /// The model; none while its caller has not come back.
    attempt: Option<Attempt>,
    /// Attempts that were begun.
    begun: usize,
}

impl TrialCell {
    /// Starts the model of a trial, after the limits of this process.
    ///
    /// # Errors
    /// If the parameters do not fit, the model cannot be started, or the system refuses the limits.
    pub(crate) fn start<Rs: Runners>(
        trial: &Trial,
        params: Value,
        runner: &str,
        settings: Settings,
    ) -> Result<Self, (FailureKind, String)> {
        let refused = |error: &dyn std::fmt::Display| (FailureKind::Unavailable, error.to_string());
        limits::set(trial.memory_bytes)
            .map_err(|error| refused(&format!("cannot set the limits of a trial: {error}")))?;
        let ledger = Ledger::open_own(&trial.ledger).map_err(|error| refused(&error))?;
        let mut workload: Fault = serde_json::from_value(params).map_err(|error| refused(&error))?;
        workload.attach_witness(Ledger::witness());
        let workload = Arc::new(workload);
        let expected = workload.expected().collect();
        let desk = Arc::new(Reception { ledger, expected, victim: workload.victim, seen: Mutex::default() });
        let visitor = Start { workload: Arc::clone(&workload), settings, desk: Arc::clone(&desk) };
        let attempt = match Rs::visit(runner, visitor) {
            None => return Err(refused(&"there is no such runner")),
            Some(Err(error @ Error::Limit { .. })) => return Err((FailureKind::Limit, error.to_string())),
            Some(Err(error)) => return Err(refused(&error)),
            Some(Ok(attempt)) => attempt,
        };
        let patience = Duration::from_millis(trial.patience_ms);
        Ok(Self { workload, ledger, desk, patience, attempt: Some(attempt), begun: 0 })
    }

    /// Hands in every task, and waits until it is known what became of each, or nothing has happened for too long.
    ///
    /// # Errors
    /// If there were too many attempts.
    pub(crate) fn attempt(&mut self) -> io::Result<Attempted> {
        let number = self.begun;
        if number == ATTEMPTS {
            return Err(io::Error::other("a trial has two attempts"));
        }
        self.begun += 1;
        self.desk.seen().clear(number);
        self.ledger.begin(number);
        let Some(attempt) = self.attempt.take() else {
            return Ok(
                self.report(AttemptEnd::Refused, "whoever handed in the tasks before still waits for them".to_owned())
            );
        };
        let (give, back) = channel();
        std::thread::Builder::new().name("caller".to_owned()).spawn(move || {
            let mut attempt = attempt;
            let ended = attempt();
            // Nobody listens once the cell has lost its patience.
            drop(give.send((attempt, ended)));
        })?;
        let (end, message) = self.wait(number, &back);
        Ok(self.report(end, message))
    }

    /// Waits for the end of an attempt, and does to the task what is done to it from outside.
    fn wait(&mut self, number: usize, back: &Receiver<(Attempt, Result<(), Error>)>) -> (AttemptEnd, String) {
        let mut outside = self.workload.fault.from_outside().filter(|_| number == 0);
        let mut has_returned = false;
        loop {
            match back.try_recv() {
                Ok((attempt, ended)) => {
                    self.attempt = Some(attempt);
                    has_returned = true;
                    if let Err(error) = ended {
                        return (AttemptEnd::Failed, error.to_string());
                    }
                }
                Err(TryRecvError::Disconnected) if !has_returned => {
                    return (AttemptEnd::Failed, "whoever handed in the tasks panicked".to_owned());
                }
                Err(_) => {}
            }
            if let Some((struck_ns, process)) = self.ledger.struck(self.workload.victim)
                && outside.is_some_and(|outside| Recorder::now_ns().saturating_sub(struck_ns) >= delay_ns(outside))
                && let Some(outside) = outside.take()
            {
                self.act(outside, process);
            }
            if has_returned && self.ledger.is_settled(number, self.workload.tasks()) {
                return (AttemptEnd::Returned, String::new());
            }
            let silence = Recorder::now_ns().saturating_sub(self.ledger.noted_ns());
            if u128::from(silence) > self.patience.as_nanos() {
                let end = if has_returned { AttemptEnd::Unsettled } else { AttemptEnd::Stuck };
                return (end, String::new());
            }
            std::thread::sleep(GLANCE);
        }
    }

    /// Does to the victim, which waits in `process`, what is done to it from outside.
    fn act(&self, outside: Outside, process: u32) {
        match outside {
            Outside::Cancels => {
                let cancel = self.desk.seen().cancel.take();
                self.desk.seen().was_cancelled = cancel.is_some();
                if let Some(cancel) = cancel {
                    cancel();
                }
            }
            Outside::Kills => {
                // The number is that of this process or of a worker of it, which nobody has waited for: its task has not ended.
                let _ = kill(Pid::from_raw(process.cast_signed()), Signal::SIGKILL);
            }
            Outside::KillsCaller => {
                let _ = kill(Pid::this(), Signal::SIGKILL);
            }
        }
    }

    fn report(&self, end: AttemptEnd, message: String) -> Attempted {
        let seen = self.desk.seen();
        let found = seen.look.as_ref().and_then(|look| look());
        let figure = |name: &str| found.as_ref()?.figures.get(name).copied();
        let is_so = |name: &str| figure(name).is_some_and(|figure| figure > 0.0);
        let lock = figure(LOCK_FREE).map(|_| match (is_so(LOCK_FREE), is_so(LOCK_POISONED)) {
            (_, true) => LockState::Poisoned,
            (true, false) => LockState::Free,
            (false, false) => LockState::Held,
        });
        let writes = figure(WRITES).map(|writes| writes as u64);
        Attempted { end, message, lock, writes, was_cancelled: seen.was_cancelled, errors: seen.errors.clone() }
    }
}

/// Returns how long the task waits before something is done to it from outside, nanoseconds.
///
/// *Why:* a task is to be cancelled where it waits, and it says that it is about to. A cancellation in between is lost in may 0.3.51, now and then.
fn delay_ns(outside: Outside) -> u64 {
    if outside == Outside::Cancels { 3_000_000 } else { 0 }
}

/// Starts a model for the attempts of a trial.
struct Start {
    workload: Arc<Fault>,
    settings: Settings,
    desk: Arc<Reception>,
}

impl RunnerVisitor for Start {
    type Output = Result<Attempt, Error>;

    fn visit<R: Runner>(self) -> Self::Output {
        fits::<R, Fault>(&self.workload, &self.settings)?;
        R::attempt(self.workload, self.settings, self.desk)
    }
}

/// Who is told what becomes of each task, and writes it into the ledger.
struct Reception {
    ledger: &'static Ledger,
    /// The result that each task must have.
    expected: Vec<u64>,
    victim: u64,
    seen: Mutex<Seen>,
}

/// What the desk was told and given in an attempt.
#[derive(Default)]
struct Seen {
    attempt: usize,
    cancel: Option<Box<dyn FnOnce() + Send>>,
    was_cancelled: bool,
    look: Option<Box<dyn Fn() -> Option<Findings> + Send>>,
    /// What the errors of tasks said.
    errors: BTreeMap<String, String>,
}

impl Seen {
    fn clear(&mut self, attempt: usize) {
        *self = Self { attempt, ..Self::default() };
    }
}

impl Reception {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk for Reception {
    fn told(&self, index: u64, fate: Result<u64, Error>) {
        let attempt = self.seen().attempt;
        let told = match fate {
            Ok(result) if self.expected.get(index as usize) == Some(&result) => Told::Result,
            Ok(_) => Told::Wrong,
            Err(error) => {
                self.seen().errors.insert(index.to_string(), error.to_string());
                Told::Error
            }
        };
        self.ledger.tell(attempt, index, told);
    }

    fn can_cancel(&self, index: u64, cancel: Box<dyn FnOnce() + Send>) {
        if index == self.victim {
            self.seen().cancel = Some(cancel);
        }
    }

    fn can_look(&self, look: Box<dyn Fn() -> Option<Findings> + Send>) {
        self.seen().look = Some(look);
    }
}
