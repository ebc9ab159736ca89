//! Carries out trials: starts a cell that may be lost, bounds it, and writes down what was lost and what was left.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use regatta_reports::record::{AttemptEnd, FailureKind, KnownBy, Left, Record, TaskFate, Told, TrialRecord};
use tempfile::TempDir;

use super::ledger::Ledger;
use super::ready::ReadyTrial;
use crate::cell_error::CellError;
use crate::driver::{Launcher, RunTotals, Sink, Watch};
use crate::protocol::{Answer, Attempted, Request, Start, Trial};
use crate::recorder::{Recorder, memory_of_tree};
use crate::subprocess::{Heard, Subprocess};

/// Memory that a process of a trial may have as data: enough for each model, and soon used up by a leak.
const MEMORY_BYTES: u64 = 384 << 20;
/// Time within which a cell must be ready, and within which it must answer beyond its patience.
const SLACK: Duration = Duration::from_secs(10);
/// Time that processes get to end once their cell has, before they count as left behind.
const GRACE: Duration = Duration::from_millis(1_000);
/// How often it is looked whether they have.
const GLANCE: Duration = Duration::from_millis(5);
/// Where the system keeps segments of shared memory.
const SEGMENTS: &str = "/dev/shm";

/// Carries out each trial of a plan once a round, and writes what came of it.
///
/// # Errors
/// If a record cannot be written.
pub(crate) fn carry_out(
    launch: &Launcher,
    trials: &[ReadyTrial],
    rounds: u32,
    watch: &mut dyn Watch,
    sink: &mut dyn Sink,
    totals: &mut RunTotals,
) -> io::Result<()> {
    let all = trials.len() * rounds as usize;
    for round in 0..rounds {
        for (place, trial) in trials.iter().enumerate() {
            watch.cell(&trial.cell, Some(round), rounds);
            match one(launch, trial, round) {
                Ok(record) => sink.write(&Record::Trial(Box::new(record)))?,
                Err(CellError::Interrupted) => {
                    totals.interrupted = true;
                    return Ok(());
                }
                Err(CellError::Failed { kind, message }) => {
                    if kind.is_not_run() {
                        totals.not_run += 1;
                    } else {
                        totals.failed += 1;
                    }
                    let end = AttemptEnd::NotStarted;
                    let record = TrialRecord { end, not_run: Some(kind), message, ..trial.record(round) };
                    sink.write(&Record::Trial(Box::new(record)))?;
                }
            }
            watch.progress((round as usize * trials.len() + place + 1) as f64 / all as f64);
        }
    }
    Ok(())
}

/// A trial under way.
struct Running<'a> {
    trial: &'a ReadyTrial,
    ledger: Ledger,
    process: Subprocess,
    folder: TempDir,
    /// Segments of shared memory that were there before.
    segments: BTreeSet<OsString>,
}

/// Carries out a trial. A cell that is lost is what it is about, so only one that does not even start is an error.
fn one(launch: &Launcher, trial: &ReadyTrial, round: u32) -> Result<TrialRecord, CellError> {
    let unavailable =
        |error: io::Error| CellError::failed(FailureKind::Unavailable, format!("no place for a trial: {error}"));
    let folder = tempfile::tempdir().map_err(unavailable)?;
    let path = folder.path().join("ledger");
    let ledger = Ledger::create(&path).map_err(unavailable)?;
    let start = Start {
        workers: trial.cell.workers,
        trial: Some(Trial {
            ledger: path,
            patience_ms: u64::try_from(trial.patience.as_millis()).unwrap_or(u64::MAX),
            memory_bytes: MEMORY_BYTES,
        }),
        ..Start::lone(trial.workload, trial.params.clone(), &trial.cell.runner)
    };
    let segments = names_in(Path::new(SEGMENTS));
    let temporary = folder.path().join("tmp");
    std::fs::create_dir(&temporary).map_err(unavailable)?;
    let (mut process, start) = launch.spawn_trial(start, &temporary)?;
    say(&mut process, &Request::Start(Box::new(start)));
    match answer(&process.receive(SLACK)?)? {
        Answer::Ready { .. } => {}
        Answer::Error { kind, message } => return Err(CellError::failed(kind, message)),
        other => return Err(CellError::failed(FailureKind::Protocol, format!("it answered `start` with {other:?}"))),
    }
    Running { trial, ledger, process, folder, segments }.have_attempts(round)
}

impl Running<'_> {
    /// Has both attempts, and looks at what is left.
    fn have_attempts(mut self, round: u32) -> Result<TrialRecord, CellError> {
        let before = self.process.process().and_then(memory_of_tree);
        let first = self.attempt()?;
        let ended_ns = Recorder::now_ns();
        let lives = |end: AttemptEnd| !matches!(end, AttemptEnd::Died | AttemptEnd::Silent);
        let again = if lives(first.end) { Some(self.attempt()?) } else { None };
        let is_alive = again.as_ref().is_some_and(|again| lives(again.end));
        let after = if is_alive { self.process.process().and_then(memory_of_tree) } else { None };
        let grown_bytes = before.zip(after).map(|(before, after)| after.cast_signed() - before.cast_signed());
        let (left, last_words) = self.left();
        let Self { trial, ledger, .. } = &self;
        let zero = ledger.struck(trial.victim).map_or(ended_ns, |(struck, _)| struck);
        let tasks = ledger.fates(0, trial.tasks, zero);
        let has_died = first.end == AttemptEnd::Died;
        let (known_ns, known_by) = known(&first, ended_ns, zero, tasks.get(trial.victim as usize)).unzip();
        Ok(TrialRecord {
            end: first.end,
            message: if has_died { last_words } else { first.message },
            victim_message: first.errors.get(&trial.victim.to_string()).cloned().unwrap_or_default(),
            known_ns,
            known_by,
            was_cancelled: trial.is_cancelled().then_some(first.was_cancelled),
            lock: first.lock,
            writes_seen: first.writes,
            tasks,
            again_end: again.as_ref().map(|again| again.end),
            again: again.map(|_| ledger.fates(1, trial.tasks, zero)).unwrap_or_default(),
            left,
            grown_bytes,
            ..trial.record(round)
        })
    }

    /// Asks for an attempt, and waits for its end or that of the cell.
    fn attempt(&mut self) -> Result<Attempted, CellError> {
        say(&mut self.process, &Request::Attempt);
        let ended = |end| Attempted { end, ..Attempted::default() };
        let deadline = Instant::now() + self.trial.patience + SLACK;
        loop {
            match self.process.hear(deadline.saturating_duration_since(Instant::now()))? {
                Heard::Line(line) => match answer(&line)? {
                    Answer::Attempted(attempted) => return Ok(*attempted),
                    // It lives, and can do no more.
                    Answer::Error { message, .. } => return Ok(Attempted { message, ..ended(AttemptEnd::Failed) }),
                    other => {
                        return Err(CellError::failed(
                            FailureKind::Protocol,
                            format!("it answered `attempt` with {other:?}"),
                        ));
                    }
                },
                Heard::End => return Ok(ended(AttemptEnd::Died)),
                // A cell whose model lets nobody have a look, at the ledger either, is as good as lost.
                Heard::Nothing if self.is_quiet() => return Ok(ended(AttemptEnd::Silent)),
                Heard::Nothing => {}
            }
        }
    }

    /// Returns whether nothing has been noted for longer than anybody waits.
    fn is_quiet(&self) -> bool {
        let silence = Recorder::now_ns().saturating_sub(self.ledger.noted_ns());
        u128::from(silence) > (self.trial.patience + SLACK).as_nanos()
    }

    /// Ends the cell, and returns what it leaves behind, with its last words.
    fn left(&mut self) -> (Left, String) {
        self.process.dismiss();
        let deadline = Instant::now() + GRACE;
        while (self.process.followers() > 0 || !self.process.has_ended()) && Instant::now() < deadline {
            std::thread::sleep(GLANCE);
        }
        let processes = self.process.followers() as u64;
        let last_words = self.process.conclude();
        let files = names_in(&self.folder.path().join("tmp")).len() as u64;
        let segments = names_in(Path::new(SEGMENTS)).difference(&self.segments).count() as u64;
        (Left { processes, files, segments }, last_words)
    }
}

/// Returns when, after the fault, somebody outside the task knew of it, and by what.
fn known(first: &Attempted, ended_ns: u64, zero: u64, victim: Option<&TaskFate>) -> Option<(u64, KnownBy)> {
    let since = ended_ns.saturating_sub(zero);
    let told = victim.filter(|fate| matches!(fate.told, Some(Told::Error | Told::Wrong)));
    match (told.and_then(|fate| fate.told_ns), first.end) {
        (Some(told), _) => Some((u64::try_from(told).unwrap_or(0), KnownBy::Task)),
        (None, AttemptEnd::Failed) => Some((since, KnownBy::Attempt)),
        (None, AttemptEnd::Died) => Some((since, KnownBy::Process)),
        _ => None,
    }
}

fn names_in(folder: &Path) -> BTreeSet<OsString> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.file_name())).collect()
}

fn say(process: &mut Subprocess, request: &Request) {
    match serde_json::to_string(request) {
        Ok(line) => process.send(&line),
        Err(error) => unreachable!("every request has a line: {error}"),
    }
}

fn answer(line: &str) -> Result<Answer, CellError> {
    let wrong = |error| CellError::failed(FailureKind::Protocol, format!("its answer is not of the protocol: {error}"));
    serde_json::from_str(line).map_err(wrong)
}
