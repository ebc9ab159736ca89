//! A guard that stays where it was made.

use std::ops::{Deref, DerefMut};

/// The guard of a lock in a world that polls the future of a task once, to its end, on one thread or coroutine.
///
/// Such guards must not go to another thread, and the future of a task that holds one has to be `Send` all the same.
pub struct Stays<G>(G);

// SAFETY: the future of a task is sent before its first poll, when it holds no guard. From then on it is polled once, to its end, by
// one thread or coroutine, so a guard that it makes is dropped where it was made. `complete` and `carry_out` panic if a future is not
// ready after that poll, and drop it there. Only worlds whose futures are ready at once make this type.
unsafe impl<G> Send for Stays<G> {}

impl<G> Stays<G> {
    /// Wraps a guard. Its world must have futures that are ready at once.
    pub(super) fn new(guard: G) -> Self {
        Self(guard)
    }

    /// Returns the guard.
    pub(super) fn into_inner(self) -> G {
        self.0
    }
}

impl<G: Deref> Deref for Stays<G> {
    type Target = G::Target;

    fn deref(&self) -> &G::Target {
        &self.0
    }
}

impl<G: DerefMut> DerefMut for Stays<G> {
    fn deref_mut(&mut self) -> &mut G::Target {
        &mut self.0
    }
}
