//! The records of a bench target, written as they come, and its report.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use jiff::Timestamp;
use regatta::harness::{Detail, Output, Screen, Sink, write_report};
use regatta_reports::Claims;
use regatta_reports::record::{End, Failure, Record, Run, Sample};
use regatta_reports::text::gist;

/// Keeps the records of a target.
pub(crate) struct Ledger {
    /// The name of the target.
    name: String,
    header: Run,
    /// Whether there is anything to keep: a test leaves no trace.
    records: bool,
    /// `None` before the first record.
    output: RefCell<Option<Output>>,
    /// Which cell of its group is measured now.
    place: Cell<u32>,
    /// Runs of that cell that were kept.
    rounds: Cell<u32>,
    failed: Cell<bool>,
}

impl Ledger {
    pub(crate) fn new(name: &str, header: Run, records: bool) -> Self {
        let (place, rounds, failed) = Default::default();
        Self { name: name.to_owned(), header, records, output: RefCell::new(None), place, rounds, failed }
    }

    /// Takes the samples that follow for those of the cell at this place of its group.
    pub(crate) fn begin(&self, place: usize) {
        self.place.set(u32::try_from(place).unwrap_or(u32::MAX));
        self.rounds.set(0);
    }

    /// Returns the round that the present cell is in; none before its first sample is kept.
    pub(crate) fn round(&self) -> Option<u32> {
        Some(self.rounds.get()).filter(|&round| round > 0)
    }

    /// Keeps samples of the present cell.
    pub(crate) fn samples(&self, samples: &[Sample]) -> anyhow::Result<()> {
        for sample in samples {
            let (round, order) = (self.rounds.get(), self.place.get());
            self.write(&Record::Sample(Box::new(Sample { round, order, ..sample.clone() })))?;
            self.rounds.set(round + 1);
        }
        Ok(())
    }

    /// Keeps, and says, that a cell gave no figure.
    pub(crate) fn failure(&self, cell: &str, failure: Failure) -> anyhow::Result<()> {
        let word = if failure.kind.is_not_run() { "not run" } else { "FAILED" };
        // Nobody to read it is no reason to stop.
        let _ = writeln!(Screen::errors(), "{cell}: {word}: {}", gist(&failure.message));
        self.failed.set(self.failed.get() || !failure.kind.is_not_run());
        self.write(&Record::Error(failure))
    }

    /// Returns whether a cell failed.
    pub(crate) fn failed(&self) -> bool {
        self.failed.get()
    }

    fn write(&self, record: &Record) -> anyhow::Result<()> {
        if !self.records {
            return Ok(());
        }
        let mut output = self.output.borrow_mut();
        let output = match &mut *output {
            Some(output) => output,
            none => {
                let mut new = Output::for_bench(&self.name, Timestamp::now())?;
                new.write(&Record::Run(Box::new(self.header.clone()))).with_context(|| lost(&new.folder))?;
                none.insert(new)
            }
        };
        output.write(record).with_context(|| lost(&output.folder))
    }

    /// Writes the last record and the report, and says where it is, if anything was recorded.
    pub(crate) fn finish(&self, complete: bool, is_for_machines: bool) -> anyhow::Result<()> {
        if self.output.borrow().is_none() {
            return Ok(());
        }
        self.write(&Record::End(End { finished: Timestamp::now().to_string(), complete, ..End::default() }))?;
        let output = self.output.borrow();
        let Some(output) = &*output else { return Ok(()) };
        // Blocks of time, one cell after the other, can bear no claim.
        let claims = Claims::default();
        let mut screen = if is_for_machines { Screen::errors() } else { Screen::output() };
        write_report(&output.folder, &output.folder, &claims, Detail::Tables, &mut screen)?;
        Ok(())
    }
}

fn lost(folder: &Path) -> String {
    format!("cannot write to {}; what it holds already is kept", folder.display())
}
