//! An event made of a lock and a condition variable.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::super::{self as surface, Condvar as _, Mutex as _, Primitives};
use super::deadline::wait_until;

/// A flag behind a lock, and beside it a copy that is read without the lock.
pub struct Event<P: Primitives> {
    is_set: AtomicBool,
    flag: P::Mutex<bool>,
    happened: P::Condvar,
}

impl<P: Primitives> Event<P> {
    /// Makes an event that has not happened.
    pub fn new(primitives: &P) -> Self {
        Self { is_set: AtomicBool::new(false), flag: primitives.mutex(false), happened: primitives.condvar() }
    }
}

impl<P: Primitives> surface::Event for Event<P> {
    async fn set(&self) {
        let mut flag = self.flag.lock().await;
        *flag = true;
        // Before the lock is let go, so that who has waited finds it set.
        self.is_set.store(true, Ordering::Release);
        drop(flag);
        self.happened.notify_all();
    }

    fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Acquire)
    }

    async fn wait(&self) {
        let mut flag = self.flag.lock().await;
        while !*flag {
            flag = self.happened.wait(flag).await;
        }
    }

    async fn wait_for(&self, duration: Duration) -> bool {
        let flag = self.flag.lock().await;
        wait_until::<P, _>(&self.happened, flag, duration, |flag| *flag).await.1
    }
}
