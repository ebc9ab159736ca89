//! Worlds where waiting blocks the thread.

use std::sync::Arc;
use std::task::Wake;
use std::thread::{self, Thread};
use std::time::Duration;

use super::portable::{Parked, Parks};

/// A world that may block its thread.
pub trait Blocks: Parks<Parked = ParkedThread> {}

impl<W: Parks<Parked = ParkedThread>> Blocks for W {}

/// A thread that parks. Whatever else unparks it ends no wait for long.
pub struct ParkedThread(Thread);

impl Wake for ParkedThread {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl Parked for ParkedThread {
    fn here() -> Self {
        Self(thread::current())
    }

    fn park(&self, limit: Option<Duration>) {
        match limit {
            None => thread::park(),
            Some(limit) => thread::park_timeout(limit),
        }
    }
}
