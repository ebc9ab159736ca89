//! `fault`: many tasks, one of which comes to grief.

use std::hint::black_box;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Context, Error, FaultKind, Findings, Kind, Mutex, Parameter, Primitives, Shared, Workload};

/// For longer than any limit of a cell.
const FOR_EVER: Duration = Duration::from_secs(3_600);
/// Memory that is taken at once, bytes.
const PIECE: usize = 1 << 20;
/// Pieces after which a leak has met no limit: 4 GiB.
const MOST_PIECES: usize = 4_096;
/// Waits of each task.
const WAITS: u64 = 3;
/// Rounds of computing between two waits.
const STEPS: u64 = 2_000;

/// The finding that is 1 if somebody else can take the lock, else 0.
pub const LOCK_FREE: &str = "lock_free";
/// The finding that is 1 if the lock remembers that its holder panicked, else 0.
pub const LOCK_POISONED: &str = "lock_poisoned";
/// The finding that says how often the number behind the lock was written, as far as it can be read.
pub const WRITES: &str = "writes";

/// Many tasks that wait and compute in turn. One of them holds a lock of its own when something befalls it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// Number of tasks.
    pub tasks: u64,
    /// Index of the task that comes to grief.
    pub victim: u64,
    /// What befalls it.
    pub fault: FaultKind,
    /// Each wait of a task, microseconds.
    pub pause_us: u64,
    /// Who writes down what becomes of each task.
    #[serde(skip)]
    witness: Witness,
}

impl Default for Fault {
    fn default() -> Self {
        Self { tasks: 12, victim: 4, fault: FaultKind::None, pause_us: 500, witness: Witness::default() }
    }
}

/// Who writes down what becomes of each task, where the end of the process cannot erase it.
#[derive(Debug, Clone, Copy)]
pub struct Witness {
    /// Notes something of the task with this index.
    pub note: fn(u64, Mark),
    /// Returns whether the fault is still to come. It comes once: the same work once more is to show what is left.
    pub is_armed: fn() -> bool,
}

impl Default for Witness {
    fn default() -> Self {
        Self { note: |_, _| {}, is_armed: || true }
    }
}

/// Something that became of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It begins.
    Begun,
    /// The fault begins.
    Struck,
    /// The fault goes on, and may yet come to an end by itself.
    Alive,
    /// It ends as it should.
    Done,
    /// Its variables are dropped before its end: it unwinds, or is cancelled.
    Dropped,
}

/// Notes how a task ends, if somebody cleans up behind it.
struct Ending<'w> {
    witness: &'w Witness,
    index: u64,
    is_done: bool,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        (self.witness.note)(self.index, if self.is_done { Mark::Done } else { Mark::Dropped });
    }
}

/// The lock that the task holds when the fault begins. No other task asks for it.
pub struct HeldLock<P: Primitives>(P::Mutex<u64>);

impl<P: Primitives> Shared<Fault, P> for HeldLock<P> {
    fn new(_workload: &Fault, primitives: &P) -> Result<Self, Error> {
        Ok(Self(primitives.mutex(0)))
    }

    fn conclude(&self, _workload: &Fault) -> Result<Findings, Error> {
        let writes = self.0.try_lock().map(|writes| *writes);
        let figure = |is_so| f64::from(u8::from(is_so));
        let found = Findings::default()
            .figure(LOCK_FREE, figure(writes.is_some()))
            .figure(LOCK_POISONED, figure(self.0.is_poisoned()));
        Ok(writes.into_iter().fold(found, |found, writes| found.figure(WRITES, writes as f64)))
    }
}

impl Fault {
    /// Has `witness` write down what becomes of each task.
    pub fn attach_witness(&mut self, witness: Witness) {
        self.witness = witness;
    }

    /// Has the fault begin. It ends only where the fault is none, or an error or a limit ends it.
    async fn strike<C: Context>(&self, cx: &C) -> Result<(), Error> {
        match self.fault {
            FaultKind::None => Ok(()),
            FaultKind::Panic => panic!("the task panics, as it was told to"),
            FaultKind::Abort => std::process::abort(),
            FaultKind::Overflow => wrong(format!("a stack without end holds {}", dig(0))),
            FaultKind::Loop => spin(cx),
            FaultKind::Block => {
                cx.block(FOR_EVER).await;
                wrong("it was blocked, and came back".to_owned())
            }
            FaultKind::Leak => leak(|| (self.witness.note)(self.victim, Mark::Alive)),
            FaultKind::Cancel | FaultKind::Kill | FaultKind::Orphan => {
                cx.sleep(FOR_EVER).await;
                wrong("nobody ended it".to_owned())
            }
        }
    }
}

/// Computes for ever.
fn spin<C: Context>(cx: &C) -> Result<(), Error> {
    let mut turns = 0_u64;
    while black_box(true) {
        turns = black_box(turns.wrapping_add(1));
        cx.checkpoint();
    }
    wrong(format!("it came to an end after {turns} turns"))
}

/// Calls itself until the stack overflows.
#[inline(never)]
#[allow(unconditional_recursion, reason = "it is what this is for")]
fn dig(depth: u64) -> u64 {
    let room = black_box([depth; 32]);
    dig(depth + 1).wrapping_add(black_box(room)[0])
}

/// Takes memory, and touches it, until there is no more. It says after each piece that it goes on.
fn leak(goes_on: impl Fn()) -> Result<(), Error> {
    for _ in 0..MOST_PIECES {
        black_box(Vec::leak(vec![1_u8; PIECE]));
        goes_on();
    }
    wrong(format!("no limit stopped it before it had {MOST_PIECES} MiB"))
}

fn wrong<T>(what: String) -> Result<T, Error> {
    Err(Error::Wrong(what))
}

/// Returns what the task with this index computes between two waits.
fn step(mut value: u64) -> u64 {
    for _ in 0..STEPS {
        value = value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    }
    value
}

/// Returns what is left of `value` after as many steps, found as a jump: the steps of a linear congruence are one of another.
fn jump(value: u64, steps: u64) -> u64 {
    let (mut factor, mut sum) = (6_364_136_223_846_793_005_u64, 1_u64);
    let (mut all_factor, mut all_sum, mut left) = (1_u64, 0_u64, steps);
    while left > 0 {
        if left % 2 == 1 {
            all_factor = all_factor.wrapping_mul(factor);
            all_sum = all_sum.wrapping_mul(factor).wrapping_add(sum);
        }
        sum = factor.wrapping_add(1).wrapping_mul(sum);
        factor = factor.wrapping_mul(factor);
        left /= 2;
    }
    all_factor.wrapping_mul(value).wrapping_add(all_sum)
}

impl Workload for Fault {
    const NAME: &'static str = "fault";
    const KIND: Kind = Kind::Mixed;
    const ABOUT: &'static str = "many tasks that compute and wait, one of which comes to grief while it holds a lock";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("tasks", "", "number of tasks"),
        Parameter::new("victim", "", "index of the task that comes to grief"),
        Parameter::new("fault", "", "none, panic, abort, overflow, loop, block, leak, cancel, kill or orphan"),
        Parameter::new("pause_us", "us", "each of the three waits of a task"),
    ];

    type Shared<P: Primitives> = HeldLock<P>;

    fn validate(&self) -> Result<(), String> {
        if self.victim < self.tasks {
            return Ok(());
        }
        Err(format!("`victim` must be one of the {} tasks, which are counted from 0", self.tasks))
    }

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, cx: &C, shared: &HeldLock<C::Primitives>, index: u64) -> Result<u64, Error> {
        (self.witness.note)(index, Mark::Begun);
        let mut ending = Ending { witness: &self.witness, index, is_done: false };
        let mut value = index;
        for wait in 0..WAITS {
            cx.sleep(Duration::from_micros(self.pause_us)).await;
            value = step(value);
            if wait == 0 && index == self.victim && (self.witness.is_armed)() {
                let mut held = shared.0.lock().await;
                *held += 1;
                (self.witness.note)(index, Mark::Struck);
                self.strike(cx).await?;
            }
        }
        ending.is_done = true;
        Ok(value)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.tasks).map(|index| jump(index, WAITS * STEPS))
    }

    fn wait(&self) -> Duration {
        Duration::from_micros(WAITS * self.pause_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_a_jump_come_to_the_same() {
        assert_eq!(jump(7, 0), 7);
        assert_eq!(jump(7, 3 * STEPS), step(step(step(7))));
    }

    #[test]
    fn the_victim_is_one_of_the_tasks() {
        assert!(Fault { victim: 12, ..Fault::default() }.validate().is_err());
        assert!(Fault::default().validate().is_ok());
    }
}
