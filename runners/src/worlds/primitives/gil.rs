//! Primitives of threads under the modelled lock: whoever must wait lets go of it first.

use std::sync::{self, PoisonError, TryLockError};

use regatta_workloads::{Mutex, Primitives};

use super::super::UnderGil;
use super::stays::Stays;

impl Primitives for UnderGil {
    type Mutex<T: Send + 'static> = GilMutex<T>;

    fn mutex<T: Send + 'static>(&self, value: T) -> GilMutex<T> {
        GilMutex { lock: sync::Mutex::new(value), world: self.clone() }
    }
}

/// A lock as CPython's `threading.Lock` takes it: at once if it is free, and else without the lock of the interpreter.
pub(crate) struct GilMutex<T> {
    lock: sync::Mutex<T>,
    world: UnderGil,
}

impl<T: Send + 'static> Mutex<T> for GilMutex<T> {
    type Guard<'a> = Stays<sync::MutexGuard<'a, T>>;

    async fn lock(&self) -> Self::Guard<'_> {
        self.try_lock().unwrap_or_else(|| {
            Stays::new(self.world.without(|| self.lock.lock().unwrap_or_else(PoisonError::into_inner)))
        })
    }

    fn try_lock(&self) -> Option<Self::Guard<'_>> {
        match self.lock.try_lock() {
            Ok(guard) => Some(Stays::new(guard)),
            Err(TryLockError::Poisoned(poisoned)) => Some(Stays::new(poisoned.into_inner())),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}
