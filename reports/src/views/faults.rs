//! What each model loses when a task comes to grief: one line a runner, one column a fault, and the evidence below.

use crate::figures::Summary;
use crate::figures::trials::{FaultTrials, Trial, TrialCell};
use crate::judgement::losses::{Loss, Losses};
use crate::records::schema::{AttemptEnd, KnownBy, LockState};
use crate::text::{named, plain, units};

/// All faults of a run by all of its runners.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Faults {
    /// The columns.
    pub heads: Vec<FaultHead>,
    /// The lines.
    pub lines: Vec<FaultLine>,
}

/// A column's fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultHead {
    /// Its name in the records.
    pub name: String,
    /// What it is, as a sentence about the task without a full stop.
    pub about: &'static str,
    /// The name of each runner with its evidence, sentences that semicolons part.
    pub evidence: Vec<(String, String)>,
}

/// A runner's line.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultLine {
    /// The runner as the records name it.
    pub runner: String,
    /// Its name, harmless to show.
    pub name: String,
    /// One field a fault.
    pub fields: Vec<FaultField>,
}

/// What a runner lost by a fault.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultField {
    /// What was lost; none if it was not tried, or the model has no answer.
    pub loss: Option<Loss>,
    /// The same in a word or two.
    pub word: String,
    /// What else matters: that nobody came to know of it, or that nothing works afterwards. Empty if nothing does.
    pub marks: String,
    /// The evidence, in sentences without full stops.
    pub evidence: Vec<String>,
}

/// What stands beside a loss that nobody came to know of.
const UNKNOWN: char = '?';
/// What stands beside a loss after which the same work does not come to its end.
const BROKEN: char = '!';

/// What the marks say.
pub const LEGEND: &str =
    "? nobody came to know of it while it was waited for; ! the same work once more did not come to its end";

impl Faults {
    /// Returns the faults of a run; empty if it has no trials.
    pub fn from_summary(summary: &Summary) -> Self {
        let mut runners: Vec<&str> = Vec::new();
        for cell in summary.trials.iter().flat_map(|fault| &fault.cells) {
            if !runners.contains(&cell.cell.runner.as_str()) {
                runners.push(&cell.cell.runner);
            }
        }
        let field = |fault: &FaultTrials, runner: &str| {
            let cell = fault.cells.iter().find(|cell| cell.cell.runner == runner);
            cell.map_or_else(FaultField::untried, FaultField::from_cell)
        };
        let line = |runner: &str| FaultLine {
            runner: runner.to_owned(),
            name: named(runner),
            fields: summary.trials.iter().map(|fault| field(fault, runner)).collect(),
        };
        let lines: Vec<FaultLine> = runners.into_iter().map(line).collect();
        let evidence = |place: usize| {
            let fields = lines.iter().map(move |line| (line.name.clone(), line.fields[place].evidence.join("; ")));
            fields.filter(|(_, said)| !said.is_empty()).collect()
        };
        let head = |(place, fault): (usize, &FaultTrials)| FaultHead {
            name: plain(&fault.fault),
            about: about(&fault.fault),
            evidence: evidence(place),
        };
        Self { heads: summary.trials.iter().enumerate().map(head).collect(), lines }
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }
}

/// Returns what a fault is.
fn about(fault: &str) -> &'static str {
    match fault {
        "none" => "nothing happens to it",
        "panic" => "it panics, or raises an exception",
        "abort" => "it aborts its process",
        "overflow" => "it calls itself until its stack overflows",
        "loop" => "it computes for ever and never gives way",
        "block" => "it blocks its thread for ever",
        "leak" => "it takes memory until a limit stops it",
        "cancel" => "it waits, and whoever started it ends it",
        "kill" => "it waits, and the process that it runs in is killed",
        "orphan" => "it waits, and the process that handed it in is killed",
        _ => "it comes to grief",
    }
}

impl FaultField {
    fn untried() -> Self {
        Self { loss: None, word: "–".to_owned(), marks: String::new(), evidence: Vec::new() }
    }

    /// Returns the field of a fault under a runner. With several rounds its evidence is that of the worst.
    fn from_cell(cell: &TrialCell) -> Self {
        let Some(losses) = Losses::from_cell(cell) else {
            let reasons = cell.trials.iter().map(|trial| plain(&trial.message));
            return Self { word: "not run".to_owned(), evidence: reasons.take(1).collect(), ..Self::untried() };
        };
        let is_worst = |trial: &&Trial| Loss::from_trial(trial) == Some(losses.most);
        let Some(worst) = cell.trials.iter().find(is_worst) else { return Self::untried() };
        let mut evidence = evidence(worst, losses.most);
        if cell.trials.len() > 1 {
            evidence.insert(0, rounds(cell, losses));
        }
        if worst.was_cancelled == Some(false) {
            evidence.insert(0, "the model has no way to end a task from outside, so it waits on".to_owned());
            return Self { loss: None, word: "no way".to_owned(), marks: String::new(), evidence };
        }
        let word = if losses.least == losses.most {
            losses.most.word().to_owned()
        } else {
            format!("{} to {}", losses.least.word(), losses.most.word())
        };
        Self { loss: Some(losses.most), word, marks: marks(worst, losses.most), evidence }
    }

    /// Returns the word with its marks.
    pub fn text(&self) -> String {
        if self.marks.is_empty() { self.word.clone() } else { format!("{} {}", self.word, self.marks) }
    }

    /// Returns the class that colours it.
    pub fn class(&self) -> &'static str {
        match self.loss {
            None => "absent",
            Some(Loss::Nothing | Loss::Task) => "holds",
            Some(Loss::Others | Loss::Run) => "undecided",
            Some(Loss::Process) => "fails",
        }
    }
}

fn marks(trial: &Trial, loss: Loss) -> String {
    let is_unknown = loss != Loss::Nothing && trial.known_ns.is_none();
    let is_broken = loss != Loss::Process && !trial.works_again();
    [(is_unknown, UNKNOWN), (is_broken, BROKEN)].iter().filter(|(is_so, _)| *is_so).map(|(_, mark)| *mark).collect()
}

/// Says whether the rounds came out alike.
fn rounds(cell: &TrialCell, losses: Losses) -> String {
    let count = cell.trials.len();
    if losses.least == losses.most {
        return format!("so in each of {count} rounds");
    }
    let of = |loss: Loss| cell.trials.iter().filter(|trial| Loss::from_trial(trial) == Some(loss)).count();
    let parts =
        Loss::ALL.into_iter().filter(|loss| of(*loss) > 0).map(|loss| format!("{} in {}", loss.word(), of(loss)));
    format!("of {count} rounds: {}", parts.collect::<Vec<_>>().join(", "))
}

/// Says what a trial showed.
fn evidence(trial: &Trial, loss: Loss) -> Vec<String> {
    let mut said = vec![format!("{}: {} of the {} other tasks came back", loss.words(), trial.returned, trial.others)];
    if trial.done > trial.returned {
        said.push(format!("{} more had done their work, and nobody heard of it", trial.done - trial.returned));
    }
    if trial.wrong > 0 {
        said.push(format!("{} results were wrong", trial.wrong));
    }
    said.extend(known(trial, loss));
    said.extend(match trial.end {
        AttemptEnd::Failed => Some("the model gave up the whole run".to_owned()),
        AttemptEnd::Unsettled => Some("whoever handed in the tasks went on, and never heard of some".to_owned()),
        AttemptEnd::Stuck => Some("whoever handed in the tasks waits for ever".to_owned()),
        AttemptEnd::Silent => Some("the process did not answer any more".to_owned()),
        _ => None,
    });
    said.extend(trial.lock.map(|lock| {
        let state = match lock {
            LockState::Free => "free",
            LockState::Poisoned => "poisoned",
            LockState::Held => "never free again",
        };
        format!("the lock that it held is {state}")
    }));
    said.extend(
        trial.write_seen.filter(|seen| !seen).map(|_| "what the task wrote is not seen outside its process".to_owned()),
    );
    said.extend(again(trial));
    let left = trial.left;
    let parts = [(left.processes, "processes"), (left.files, "files"), (left.segments, "segments of shared memory")];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    said.push(format!("left behind: {}", if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }));
    const WORTH_A_WORD: i64 = 16 << 20;
    said.extend(
        trial
            .grown_bytes
            .filter(|grown| *grown > WORTH_A_WORD)
            .map(|grown| format!("the process holds {} more than before", units::size(grown as f64))),
    );
    let message = plain(&trial.message);
    if !message.is_empty() {
        said.push(format!("it was said: {}", crate::text::gist(&message)));
    }
    said
}

fn known(trial: &Trial, loss: Loss) -> Option<String> {
    if loss == Loss::Nothing {
        return None;
    }
    Some(match (trial.known_ns, trial.known_by) {
        (Some(ns), Some(by)) => {
            let by = match by {
                KnownBy::Task => "of the task",
                KnownBy::Attempt => "of the run",
                KnownBy::Process => "by the end of the process",
            };
            format!("known after {} {by}", units::duration(ns as f64))
        }
        _ => format!("nobody knew of it while nothing happened for {}", units::duration(trial.patience_ns as f64)),
    })
}

fn again(trial: &Trial) -> Option<String> {
    let all = trial.others + 1;
    Some(match (trial.again_end?, trial.again?) {
        (AttemptEnd::Refused, _) => "the same work once more could not be handed in".to_owned(),
        (_, again) if again == all => format!("the same work once more brought all {all} results"),
        (AttemptEnd::Died | AttemptEnd::Silent, again) => {
            format!("the same work once more brought {again} of {all} results, and the process was lost")
        }
        (_, again) => format!("the same work once more brought {again} of {all} results"),
    })
}
