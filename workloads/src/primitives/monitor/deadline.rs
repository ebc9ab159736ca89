//! How long a wait that is woken for nothing has left.

use std::time::Duration;

use super::super::{Condvar, Guard, Primitives};

/// Waits until `is_ready` says so of what the lock guards, for `duration` at most. Returns the lock, and whether it is ready.
///
/// A wake-up for nothing begins a new wait of the whole `duration`, for this crate holds no clock. *Why that ends:* worlds wake a task
/// for nothing rarely, and a task that is overtaken again and again waits behind others that do go on.
pub(super) async fn wait_until<'a, P: Primitives, T: Send + 'static>(
    changed: &'a P::Condvar,
    mut guard: Guard<'a, P, T>,
    duration: Duration,
    is_ready: impl Fn(&T) -> bool + Send,
) -> (Guard<'a, P, T>, bool) {
    loop {
        if is_ready(&guard) {
            return (guard, true);
        }
        let (again, is_over) = changed.wait_for(guard, duration).await;
        guard = again;
        if is_over {
            let ready = is_ready(&guard);
            return (guard, ready);
        }
    }
}
