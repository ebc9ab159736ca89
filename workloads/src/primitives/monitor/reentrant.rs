//! A reentrant lock made of a lock and its owner.

use std::sync::atomic::{AtomicU64, Ordering};

use super::super::{Guard, Mutex as _, Primitives};

/// Stands for no owner. No task has this index.
const NOBODY: u64 = u64::MAX;

/// A lock that its holder may take once more.
pub struct Reentrant<P: Primitives> {
    lock: P::Mutex<()>,
    /// Index of the task that holds the lock. Only its holder writes it, so a task that reads its own index holds it.
    owner: AtomicU64,
}

/// Holds a reentrant lock. The one that was taken first lets go of it, so it is dropped last, as variables are by themselves.
pub struct Held<'a, P: Primitives> {
    /// Only that which was taken first has it.
    guard: Option<Guard<'a, P, ()>>,
    owner: &'a AtomicU64,
}

impl<P: Primitives> Reentrant<P> {
    /// Makes a lock that nobody holds.
    pub fn new(primitives: &P) -> Self {
        Self { lock: primitives.mutex(()), owner: AtomicU64::new(NOBODY) }
    }

    /// Waits until no task but `me` holds the lock, and takes it.
    pub async fn lock(&self, me: u64) -> Held<'_, P> {
        if self.owner.load(Ordering::Relaxed) == me {
            return Held { guard: None, owner: &self.owner };
        }
        let guard = self.lock.lock().await;
        self.owner.store(me, Ordering::Relaxed);
        Held { guard: Some(guard), owner: &self.owner }
    }
}

impl<P: Primitives> Drop for Held<'_, P> {
    fn drop(&mut self) {
        // The guard is dropped after this. Then the owner may be another task.
        if self.guard.is_some() {
            self.owner.store(NOBODY, Ordering::Relaxed);
        }
    }
}
