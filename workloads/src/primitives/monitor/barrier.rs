//! A barrier made of a lock and a condition variable.

use super::super::{self as surface, Condvar as _, Mutex as _, Primitives};

/// How many wait, behind a lock.
pub struct Barrier<P: Primitives> {
    parties: usize,
    state: P::Mutex<State>,
    passed: P::Condvar,
}

#[derive(Default)]
struct State {
    waiting: usize,
    /// How often the barrier was passed, so that a task which waits again does not wait with those who leave.
    generation: u64,
}

impl<P: Primitives> Barrier<P> {
    /// Makes a barrier that `parties` tasks pass together.
    pub fn new(primitives: &P, parties: usize) -> Self {
        Self { parties, state: primitives.mutex(State::default()), passed: primitives.condvar() }
    }
}

impl<P: Primitives> surface::Barrier for Barrier<P> {
    async fn wait(&self) -> bool {
        let mut state = self.state.lock().await;
        state.waiting += 1;
        if state.waiting >= self.parties {
            state.waiting = 0;
            state.generation += 1;
            self.passed.notify_all();
            return true;
        }
        let generation = state.generation;
        while state.generation == generation {
            state = self.passed.wait(state).await;
        }
        false
    }
}
