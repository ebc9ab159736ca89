//! The surface of an event.

use std::future::Future;
use std::time::Duration;

/// Something that happens once: whoever waits for it goes on then, and nobody waits afterwards.
pub trait Event: Send + Sync + 'static {
    /// Lets it happen. Once more changes nothing.
    fn set(&self) -> impl Future<Output = ()> + Send;

    /// Says whether it has happened.
    fn is_set(&self) -> bool;

    /// Waits until it has happened.
    fn wait(&self) -> impl Future<Output = ()> + Send;

    /// Waits for `duration` at most, and says whether it has happened.
    fn wait_for(&self, duration: Duration) -> impl Future<Output = bool> + Send;
}
