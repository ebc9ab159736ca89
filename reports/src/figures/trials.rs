//! Figures of trials: of each fault and runner, how much came back and what was left.

use serde::Serialize;

use crate::records::Results;
use crate::records::schema::{
    AttemptEnd, CellId, FailureKind, KnownBy, Left, LockState, Run, RunnerInfo, TaskEnd, TaskFate, Told, TrialRecord,
};

/// All trials of a fault.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FaultTrials {
    /// What befell the task, by its name in the records.
    pub fault: String,
    /// Workload name.
    pub workload: String,
    /// The runners, in the order of the records.
    pub cells: Vec<TrialCell>,
}

/// The trials of a fault under a runner.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrialCell {
    /// The cell.
    pub cell: CellId,
    /// What its runner is.
    #[serde(skip)]
    pub runner: RunnerInfo,
    /// One a round.
    pub trials: Vec<Trial>,
}

/// A trial in figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Trial {
    /// Why it was not tried; none if it was.
    pub not_run: Option<FailureKind>,
    /// Tasks beside the one that came to grief.
    pub others: usize,
    /// Of them, those whose right result came back.
    pub returned: usize,
    /// Of those, the ones of which that was heard only after the fault had begun.
    pub returned_after: usize,
    /// Of the others, those that did their work, whether anybody heard of it or not.
    pub done: usize,
    /// Tasks of which a wrong result came back.
    pub wrong: usize,
    /// Whether the task itself came back with the right result.
    pub victim_returned: bool,
    /// Whether somebody cleaned up behind the task: its variables were dropped.
    pub victim_dropped: bool,
    /// How the attempt ended for its caller.
    pub end: AttemptEnd,
    /// Time from the fault until somebody outside the task knew of it, nanoseconds.
    pub known_ns: Option<u64>,
    /// By what it was known.
    pub known_by: Option<KnownBy>,
    /// Time for which nothing had happened when nobody waited any longer, nanoseconds.
    pub patience_ns: u64,
    /// Whether the model could end the task; none if it was not asked to.
    pub was_cancelled: Option<bool>,
    /// What became of the lock that the task held; none if it went with its process.
    pub lock: Option<LockState>,
    /// Whether whoever handed in the tasks sees what the task wrote; none if it cannot be read.
    pub write_seen: Option<bool>,
    /// Right results of the same work once more; none if nobody was left to ask.
    pub again: Option<usize>,
    /// How that ended.
    pub again_end: Option<AttemptEnd>,
    /// What was left once the cell had ended.
    pub left: Left,
    /// Memory that the cell took beyond what it had before, bytes.
    pub grown_bytes: Option<i64>,
    /// What was said of the end.
    pub message: String,
}

impl Trial {
    /// Returns the figures of a record.
    pub fn from_record(record: &TrialRecord) -> Self {
        let is_victim = |place: usize| place as u64 == record.victim;
        let others = || record.tasks.iter().enumerate().filter(|(place, _)| !is_victim(*place)).map(|(_, fate)| fate);
        let is_right = |fate: &&TaskFate| fate.told == Some(Told::Result);
        let victim =
            record.tasks.get(usize::try_from(record.victim).unwrap_or(usize::MAX)).copied().unwrap_or_default();
        let message = if record.victim_message.is_empty() { &record.message } else { &record.victim_message };
        Self {
            not_run: record.not_run,
            others: others().count(),
            returned: others().filter(is_right).count(),
            returned_after: others().filter(is_right).filter(|fate| fate.told_ns.is_some_and(|told| told > 0)).count(),
            done: others().filter(|fate| fate.end == Some(TaskEnd::Done)).count(),
            wrong: record.tasks.iter().filter(|fate| fate.told == Some(Told::Wrong)).count(),
            victim_returned: is_right(&&victim),
            victim_dropped: victim.end == Some(TaskEnd::Dropped),
            end: record.end,
            known_ns: record.known_ns,
            known_by: record.known_by,
            patience_ns: record.patience_ns,
            was_cancelled: record.was_cancelled,
            lock: record.lock,
            write_seen: record.writes_seen.map(|writes| writes > 0),
            again: record.again_end.map(|_| record.again.iter().filter(is_right).count()),
            again_end: record.again_end,
            left: record.left,
            grown_bytes: record.grown_bytes,
            message: message.clone(),
        }
    }

    /// Returns whether the same work once more brought every result.
    pub fn works_again(&self) -> bool {
        self.again == Some(self.others + 1)
    }
}

impl FaultTrials {
    /// Returns the trials of a run, fault by fault, in the order of the records.
    pub fn from_results(results: &Results) -> Vec<Self> {
        let mut faults: Vec<Self> = Vec::new();
        for record in &results.trials {
            let place = faults.iter().position(|known| known.fault == record.fault).unwrap_or_else(|| {
                let (fault, workload) = (record.fault.clone(), record.workload.clone());
                faults.push(Self { fault, workload, cells: Vec::new() });
                faults.len() - 1
            });
            faults[place].add(record, &results.run);
        }
        faults
    }

    fn add(&mut self, record: &TrialRecord, run: &Run) {
        let trial = Trial::from_record(record);
        match self.cells.iter_mut().find(|known| known.cell == record.cell) {
            Some(known) => known.trials.push(trial),
            None => {
                let runner = run.runners.get(&record.cell.runner).cloned().unwrap_or_default();
                self.cells.push(TrialCell { cell: record.cell.clone(), runner, trials: vec![trial] });
            }
        }
    }
}
