//! Primitives of may: waiting suspends the coroutine.

use std::sync::{PoisonError, TryLockError};

use may::sync;
use regatta_workloads::{Mutex, Primitives};

use super::stays::Stays;

/// Primitives whose waiting suspends the coroutine.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct May;

impl Primitives for May {
    type Mutex<T: Send + 'static> = MayMutex<T>;

    fn mutex<T: Send + 'static>(&self, value: T) -> MayMutex<T> {
        MayMutex(sync::Mutex::new(value))
    }
}

/// A lock of may.
#[derive(Debug)]
pub(crate) struct MayMutex<T>(sync::Mutex<T>);

impl<T: Send + 'static> Mutex<T> for MayMutex<T> {
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
