//! Primitives of the standard library: waiting blocks the thread.

use std::sync::{self, PoisonError, TryLockError};

use regatta_workloads::{Mutex, Primitives};

use super::stays::Stays;

/// Primitives whose waiting blocks the thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct Std;

impl Primitives for Std {
    type Mutex<T: Send + 'static> = StdMutex<T>;

    fn mutex<T: Send + 'static>(&self, value: T) -> StdMutex<T> {
        StdMutex(sync::Mutex::new(value))
    }
}

/// A lock of the standard library. One that a task left by a panic is not poisoned: the run has failed then anyway.
#[derive(Debug)]
pub struct StdMutex<T>(sync::Mutex<T>);

impl<T: Send + 'static> Mutex<T> for StdMutex<T> {
    type Guard<'a> = Stays<sync::MutexGuard<'a, T>>;

    async fn lock(&self) -> Self::Guard<'_> {
        Stays::new(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn try_lock(&self) -> Option<Self::Guard<'_>> {
        match self.0.try_lock() {
            Ok(guard) => Some(Stays::new(guard)),
            Err(TryLockError::Poisoned(poisoned)) => Some(Stays::new(poisoned.into_inner())),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}
