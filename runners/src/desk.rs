//! Who is told what becomes of each task of an attempt.

use regatta_workloads::Findings;

use crate::Error;

/// Carries out every task once more, each time it is called. It comes back when all tasks are handed over, or, where it is the model's
/// nature that the caller waits, when all have ended. It may never come back.
///
/// An error is how the model says that the whole of it failed.
pub type Attempt = Box<dyn FnMut() -> Result<(), Error> + Send>;

/// Who is told what becomes of each task.
pub trait Desk: Send + Sync + 'static {
    /// Hears what came back of the task with this index to whoever handed it in.
    fn told(&self, index: u64, fate: Result<u64, Error>);

    /// Takes the way in which the model ends the task with this index from outside.
    fn can_cancel(&self, index: u64, cancel: Box<dyn FnOnce() + Send>);

    /// Takes the way to look at what the tasks of this attempt share.
    fn can_look(&self, look: Box<dyn Fn() -> Option<Findings> + Send>);
}
