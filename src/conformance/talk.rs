//! A conversation with a cell in which every line is looked at.

use std::time::Duration;

use regatta_reports::record::Sample;

use super::finding::Complaint;
use crate::catalogue::External;
use crate::cell_error::CellError;
use crate::driver::external;
use crate::interrupt::Interrupt;
use crate::protocol::{Answer, Request, Start};
use crate::recorder::Outside;
use crate::subprocess::Subprocess;

/// Time within which a cell must answer.
pub(super) const TIMEOUT: Duration = Duration::from_secs(20);
/// Most characters of a line that are shown.
const SHOWN: usize = 160;

/// A cell that is spoken to.
pub(super) struct Talk {
    process: Subprocess,
    outside: Option<Outside>,
}

/// What a cell answered, and the line in which it did.
pub(super) type Heard = (Answer, String);

impl Talk {
    /// Starts the cell of a runner.
    pub(super) fn open(external: &External, interrupt: &Interrupt) -> Result<Self, Complaint> {
        let spawned = Subprocess::spawn("cell process", &mut external::command(external), interrupt.clone());
        let mut process = spawned.map_err(|error| Complaint::new("a program that starts", error.to_string()))?;
        let outside = external::watch(external, &mut process);
        Ok(Self { process, outside })
    }

    /// Returns the number of its process.
    pub(super) fn process(&self) -> Option<u32> {
        self.process.process()
    }

    /// Says a line as it is.
    pub(super) fn say_line(&mut self, line: &str) {
        self.process.send(line);
    }

    /// Says a message.
    pub(super) fn say(&mut self, request: &Request) {
        match serde_json::to_string(request) {
            Ok(line) => self.say_line(&line),
            Err(error) => unreachable!("every request has a line: {error}"),
        }
    }

    /// Waits for the next line.
    pub(super) fn hear_line(&mut self, expected: &str) -> Result<String, Complaint> {
        self.process.receive(TIMEOUT).map_err(|error| match error {
            CellError::Failed { message, .. } => Complaint::new(expected, message),
            CellError::Interrupted => Complaint::new(expected, "the run was stopped"),
        })
    }

    /// Waits for the next message.
    pub(super) fn hear(&mut self, expected: &str) -> Result<Heard, Complaint> {
        let line = self.hear_line(expected)?;
        let answer = serde_json::from_str(&line)
            .map_err(|error| Complaint::new(expected, format!("`{}` ({error})", shown(&line))))?;
        Ok((answer, line))
    }

    /// Says what to be. Returns none if the cell is ready, or why it cannot be that, if that is no fault of it.
    pub(super) fn start(&mut self, start: &Start) -> Result<Option<String>, Complaint> {
        let expected = "`ready`, or an `error` that says why not";
        self.say(&Request::Start(Box::new(start.clone())));
        match self.hear(expected)? {
            (Answer::Ready { .. }, _) => Ok(None),
            (Answer::Error { kind, message }, _) if kind.is_not_run() => Ok(Some(message)),
            (_, line) => Err(Complaint::new(expected, format!("`{}`", shown(&line)))),
        }
    }

    /// Has it run once. Returns its sample with what the driver saw from outside, and the sample as the cell gave it.
    pub(super) fn run(&mut self) -> Result<(Sample, Sample), Complaint> {
        let expected = "`sample`";
        if let Some(outside) = &mut self.outside {
            outside.begin();
        }
        self.say(&Request::Run);
        match self.hear(expected)? {
            (Answer::Sample(said), _) => {
                let mut seen = Sample { wall_ns: said.sample.wall_ns, ..Sample::default() };
                if let Some(outside) = &mut self.outside {
                    let expected = "a `wall_ns` of at most the time that the driver waited for the answer";
                    outside.end(&mut seen).map_err(|came| Complaint::new(expected, came))?;
                }
                Ok((seen, said.sample))
            }
            (_, line) => Err(Complaint::new(expected, format!("`{}`", shown(&line)))),
        }
    }

    /// Ends its input, and waits for its end. Nothing more may be written, and the exit code must be 0.
    pub(super) fn end(mut self) -> Result<(), Complaint> {
        self.process.dismiss();
        match self.process.receive(TIMEOUT) {
            Ok(line) => Err(Complaint::new("nothing more after the end of its input", format!("`{}`", shown(&line)))),
            Err(CellError::Failed { message, .. }) => match self.process.ended() {
                Some(status) if status.success() => Ok(()),
                _ => Err(Complaint::new("exit code 0 after the end of its input", message)),
            },
            Err(CellError::Interrupted) => Ok(()),
        }
    }
}

/// Returns as much of a line as one wants to read.
pub(super) fn shown(line: &str) -> String {
    let line = line.trim();
    let start: String = line.chars().take(SHOWN).collect();
    if start.len() < line.len() { format!("{start}...") } else { start }
}
