//! Trials: one task of many comes to grief in a cell that may be lost, and it is written down what the model lost by that.
//!
//! A trial is no measurement of speed. So it has its own messages, its own records, and no rounds in random order.
//!
//! - `ready`: the trials of a plan.
//! - `supervisor`: the driver's end: starts cells, bounds them, and looks at what is left.
//! - `cell`: the other end: a process that tries the work twice, with the fault and without.
//! - `ledger`: what became of each task, in memory that no end of a process erases.
//! - `limits`: what keeps a cell from hurting the machine.
//! - `worker`: worker processes of such a cell.

mod cell;
mod ledger;
mod limits;
mod ready;
mod supervisor;
mod worker;

pub(crate) use self::cell::TrialCell;
pub(crate) use self::ledger::LEDGER;
pub(crate) use self::ready::ReadyTrial;
pub(crate) use self::supervisor::carry_out;
pub(crate) use self::worker::Faults;
