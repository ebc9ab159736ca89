//! Primitives of tokio: waiting suspends the task.

use regatta_workloads::{Mutex, Primitives};
use tokio::sync;

/// Primitives whose waiting suspends the task.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OfTokio;

impl Primitives for OfTokio {
    type Mutex<T: Send + 'static> = TokioMutex<T>;

    fn mutex<T: Send + 'static>(&self, value: T) -> TokioMutex<T> {
        TokioMutex(sync::Mutex::new(value))
    }
}

/// A lock of tokio: tasks get it in the order in which they asked.
#[derive(Debug)]
pub(crate) struct TokioMutex<T>(sync::Mutex<T>);

impl<T: Send + 'static> Mutex<T> for TokioMutex<T> {
    type Guard<'a> = sync::MutexGuard<'a, T>;

    fn lock(&self) -> impl Future<Output = Self::Guard<'_>> + Send {
        self.0.lock()
    }

    fn try_lock(&self) -> Option<Self::Guard<'_>> {
        self.0.try_lock().ok()
    }
}
