//! `tickets`: buyers, in processes perhaps, who take tickets from a stock that is kept in a file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Context, Error, Kind, Parameter, Primitives, Workload};

/// Time until a buyer who finds the stock locked tries again. The lock of a file wakes no coroutine, so all models try.
const RETRY: Duration = Duration::from_micros(200);
/// The file with the number of tickets that are left.
const STOCK: &str = "stock";
/// The file with a byte for each ticket that was sold.
const SALES: &str = "sales";

/// Sells tickets whose number is kept in a file: each buyer reads it, pauses, and writes it back less one.
///
/// With a lock on the file no more tickets are sold than there are. Without it buyers who pause together sell the same one. That is
/// expected, and counted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tickets {
    /// Number of tasks, each a buyer of one ticket.
    pub buyers: u64,
    /// Tickets that there are.
    pub tickets: u64,
    /// Pause between reading and writing, microseconds.
    pub pause_us: u64,
    /// Whether the file is locked from reading to writing.
    pub lock: bool,
    /// Where the files are. The harness sets it, so it is no parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
}

impl Default for Tickets {
    fn default() -> Self {
        Self { buyers: 20, tickets: 5, pause_us: 500, lock: true, folder: None }
    }
}

impl Tickets {
    fn file(&self, name: &str) -> Result<PathBuf, Error> {
        let folder = self.folder.as_ref().ok_or_else(|| Error::Wrong("the harness named no folder".to_owned()))?;
        Ok(folder.join(name))
    }

    /// Returns how many tickets were sold, and how many are left.
    fn count(&self) -> Result<(u64, u64), Error> {
        let sold = std::fs::metadata(self.file(SALES)?)?.len();
        Ok((sold, left(&mut File::open(self.file(STOCK)?)?)?))
    }

    /// Returns how many tickets can be sold at most.
    fn most(&self) -> u64 {
        self.tickets.min(self.buyers)
    }
}

/// Reads the number of tickets that are left.
fn left(stock: &mut File) -> Result<u64, Error> {
    let mut number = [0; 8];
    stock.seek(SeekFrom::Start(0))?;
    stock.read_exact(&mut number)?;
    Ok(u64::from_le_bytes(number))
}

impl Workload for Tickets {
    const NAME: &'static str = "tickets";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "buyers take tickets from a stock in a file: read, pause, write back less one";
    const HOLDS: &'static str = "with the lock, no more tickets are sold than there are";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("buyers", "", "number of tasks, each a buyer of one ticket"),
        Parameter::new("tickets", "", "tickets that there are"),
        Parameter::new("pause_us", "us", "pause between reading and writing"),
        Parameter::new("lock", "", "whether the file is locked meanwhile"),
    ];

    type Shared<P: Primitives> = ();

    fn validate(&self) -> Result<(), String> {
        if self.buyers > 0 { Ok(()) } else { Err("`buyers` must be at least 1".to_owned()) }
    }

    fn tasks(&self) -> u64 {
        self.buyers
    }

    async fn task<C: Context>(&self, cx: &C, _shared: &(), index: u64) -> Result<u64, Error> {
        let mut stock = OpenOptions::new().read(true).write(true).open(self.file(STOCK)?)?;
        if self.lock {
            // The end of the file's handle lets go of it.
            while let Err(refused) = stock.try_lock() {
                match refused {
                    TryLockError::WouldBlock => cx.sleep(RETRY).await,
                    TryLockError::Error(error) => return Err(error.into()),
                }
            }
        }
        let found = left(&mut stock)?;
        cx.sleep(Duration::from_micros(self.pause_us)).await;
        if let Some(rest) = found.checked_sub(1) {
            // One write of one byte to the end: no two of them are one.
            OpenOptions::new().append(true).open(self.file(SALES)?)?.write_all(b"x")?;
            stock.seek(SeekFrom::Start(0))?;
            stock.write_all(&rest.to_le_bytes())?;
        }
        Ok(index)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        0..self.buyers
    }

    fn wait(&self) -> Duration {
        let in_a_row = if self.lock { u32::try_from(self.buyers).unwrap_or(u32::MAX) } else { 1 };
        Duration::from_micros(self.pause_us).saturating_mul(in_a_row)
    }

    fn descriptors(&self) -> u64 {
        2
    }

    fn attach_folder(&mut self, folder: &Path) {
        self.folder = Some(folder.to_owned());
    }

    fn begin(&self) {
        // What cannot be written is missing when the first task reads it, which says so.
        let write = || -> Result<(), Error> {
            std::fs::write(self.file(STOCK)?, self.tickets.to_le_bytes())?;
            Ok(std::fs::write(self.file(SALES)?, "")?)
        };
        drop(write());
    }

    fn audit(&self) -> Result<(), Error> {
        let (sold, left) = self.count()?;
        let (most, buyers, tickets) = (self.most(), self.buyers, self.tickets);
        if self.lock && (sold, left) != (most, tickets - most) {
            return Err(Error::Wrong(format!(
                "{sold} tickets of {tickets} were sold under the lock, and {left} are left"
            )));
        }
        if sold < most || sold > buyers {
            return Err(Error::Wrong(format!("{sold} tickets were sold to {buyers} buyers, and there were {tickets}")));
        }
        Ok(())
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        let Ok((sold, _)) = self.count() else { return Vec::new() };
        vec![("operations", self.buyers as f64), ("oversold", sold.saturating_sub(self.most()) as f64)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sold_is_checked() {
        let folder = std::env::temp_dir().join(format!("regatta-tickets-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut tickets = Tickets::default();
        tickets.attach_folder(&folder);
        tickets.begin();
        assert!(tickets.audit().is_err(), "nothing was sold");
        std::fs::write(folder.join(SALES), "xxxxx").expect("it can be written");
        assert!(tickets.audit().is_err(), "and none is missing");
        std::fs::write(folder.join(STOCK), 0_u64.to_le_bytes()).expect("it can be written");
        tickets.audit().expect("all are sold");
        std::fs::write(folder.join(SALES), "xxxxxx").expect("it can be written");
        assert!(tickets.audit().is_err(), "one was sold twice");
        let unlocked = Tickets { lock: false, ..tickets };
        unlocked.audit().expect("that is expected, and counted");
        assert!(unlocked.figures().contains(&("oversold", 1.0)));
        std::fs::remove_dir_all(&folder).expect("it is there");
    }
}
