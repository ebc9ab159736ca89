//! The bounded channel of async-channel.

use std::time::Duration;

use async_channel::{Receiver, Sender, TrySendError};
use event_listener::listener;
use regatta_workloads::Queue;

use super::Waits;

/// A bounded channel of async-channel. Both its ends live as long as it does, so that neither ever finds the other gone.
///
/// A send that is given up loses its item. So who puts an item in within a time only tries to, and waits between for an event that
/// tells of each item taken.
#[derive(Debug)]
pub struct PortableChannel<W, T> {
    world: W,
    filled: Sender<T>,
    emptied: Receiver<T>,
    has_room: event_listener::Event,
}

impl<W, T> PortableChannel<W, T> {
    pub(super) fn new(world: W, capacity: usize) -> Self {
        let (filled, emptied) = async_channel::bounded(capacity.max(1));
        Self { world, filled, emptied, has_room: event_listener::Event::new() }
    }

    /// Returns an item that was taken, and says that there is room.
    fn tell_of_room(&self, item: T) -> T {
        self.has_room.notify_additional(1);
        item
    }

    /// Puts in the item that is kept, and waits for room until it can. Given up, it leaves the item where it was.
    async fn put_kept(&self, kept: &mut Option<T>) {
        while let Some(item) = kept.take() {
            listener!(self.has_room => has_room);
            // It listens first, for an item may be taken out between a try and the wait.
            match self.filled.try_send(item) {
                Ok(()) => return,
                Err(TrySendError::Full(item) | TrySendError::Closed(item)) => *kept = Some(item),
            }
            has_room.await;
        }
    }
}

impl<W: Waits, T: Send + 'static> Queue<T> for PortableChannel<W, T> {
    async fn put(&self, item: T) {
        self.world.wait(self.filled.send(item)).await.expect("the channel holds both ends");
    }

    async fn try_put(&self, item: T) -> Result<(), T> {
        self.filled.try_send(item).map_err(TrySendError::into_inner)
    }

    async fn put_for(&self, item: T, duration: Duration) -> Result<(), T> {
        let mut kept = Some(item);
        self.world.wait_for(self.put_kept(&mut kept), duration).await;
        kept.map_or(Ok(()), Err)
    }

    async fn take(&self) -> T {
        self.tell_of_room(self.world.wait(self.emptied.recv()).await.expect("the channel holds both ends"))
    }

    async fn try_take(&self) -> Option<T> {
        self.emptied.try_recv().ok().map(|item| self.tell_of_room(item))
    }

    async fn take_for(&self, duration: Duration) -> Option<T> {
        let taken = self.world.wait_for(self.emptied.recv(), duration).await?;
        taken.ok().map(|item| self.tell_of_room(item))
    }
}
