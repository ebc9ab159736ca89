//! A semaphore made of a lock and a condition variable.

use std::time::Duration;

use super::super::{self as surface, Condvar as _, Mutex as _, Primitives};
use super::deadline::wait_until;

/// A number of permits behind a lock. A task that comes later may take a permit before one that waits.
pub struct Semaphore<P: Primitives> {
    permits: P::Mutex<usize>,
    released: P::Condvar,
}

impl<P: Primitives> Semaphore<P> {
    /// Makes a semaphore with this number of permits.
    pub fn new(primitives: &P, permits: usize) -> Self {
        Self { permits: primitives.mutex(permits), released: primitives.condvar() }
    }
}

impl<P: Primitives> surface::Semaphore for Semaphore<P> {
    async fn acquire(&self) {
        let mut permits = self.permits.lock().await;
        while *permits == 0 {
            permits = self.released.wait(permits).await;
        }
        *permits -= 1;
    }

    async fn try_acquire(&self) -> bool {
        let mut permits = self.permits.lock().await;
        let is_free = *permits > 0;
        *permits -= usize::from(is_free);
        is_free
    }

    async fn acquire_for(&self, duration: Duration) -> bool {
        let permits = self.permits.lock().await;
        let (mut permits, is_ready) =
            wait_until::<P, _>(&self.released, permits, duration, |permits| *permits > 0).await;
        *permits -= usize::from(is_ready);
        is_ready
    }

    async fn release(&self) {
        *self.permits.lock().await += 1;
        self.released.notify_one();
    }
}
