//! Queues made of a lock and two condition variables, in three orders.

use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use super::super::{self as surface, Condvar as _, Mutex as _, Primitives};
use super::deadline::wait_until;

/// In which order items come out.
pub trait Discipline<T>: Send + 'static {
    /// Makes an empty store with room for `capacity` items.
    fn with_capacity(capacity: usize) -> Self;

    /// Puts an item in.
    fn push(&mut self, item: T);

    /// Takes out the item whose turn it is.
    fn pop(&mut self) -> Option<T>;

    /// Returns how many items are in.
    fn count(&self) -> usize;
}

/// First in, first out.
#[derive(Debug)]
pub struct Fifo<T>(VecDeque<T>);

/// Last in, first out.
#[derive(Debug)]
pub struct Lifo<T>(Vec<T>);

/// The greatest first.
#[derive(Debug)]
pub struct Priority<T>(BinaryHeap<T>);

impl<T: Send + 'static> Discipline<T> for Fifo<T> {
    fn with_capacity(capacity: usize) -> Self {
        Self(VecDeque::with_capacity(capacity))
    }

    fn push(&mut self, item: T) {
        self.0.push_back(item);
    }

    fn pop(&mut self) -> Option<T> {
        self.0.pop_front()
    }

    fn count(&self) -> usize {
        self.0.len()
    }
}

impl<T: Send + 'static> Discipline<T> for Lifo<T> {
    fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    fn push(&mut self, item: T) {
        self.0.push(item);
    }

    fn pop(&mut self) -> Option<T> {
        self.0.pop()
    }

    fn count(&self) -> usize {
        self.0.len()
    }
}

impl<T: Ord + Send + 'static> Discipline<T> for Priority<T> {
    fn with_capacity(capacity: usize) -> Self {
        Self(BinaryHeap::with_capacity(capacity))
    }

    fn push(&mut self, item: T) {
        self.0.push(item);
    }

    fn pop(&mut self) -> Option<T> {
        self.0.pop()
    }

    fn count(&self) -> usize {
        self.0.len()
    }
}

/// A bounded queue of the discipline `D`.
pub struct Queue<P: Primitives, D: Send + 'static> {
    capacity: usize,
    items: P::Mutex<D>,
    filled: P::Condvar,
    emptied: P::Condvar,
}

impl<P: Primitives, D: Send + 'static> Queue<P, D> {
    /// Makes a queue with room for `capacity` items, 1 at least.
    pub fn new<T>(primitives: &P, capacity: usize) -> Self
    where
        D: Discipline<T>,
    {
        let capacity = capacity.max(1);
        Self {
            capacity,
            items: primitives.mutex(D::with_capacity(capacity)),
            filled: primitives.condvar(),
            emptied: primitives.condvar(),
        }
    }
}

impl<P: Primitives, T: Send + 'static, D: Discipline<T>> surface::Queue<T> for Queue<P, D> {
    async fn put(&self, item: T) {
        let mut items = self.items.lock().await;
        while items.count() >= self.capacity {
            items = self.emptied.wait(items).await;
        }
        items.push(item);
        drop(items);
        self.filled.notify_one();
    }

    async fn try_put(&self, item: T) -> Result<(), T> {
        let mut items = self.items.lock().await;
        if items.count() >= self.capacity {
            return Err(item);
        }
        items.push(item);
        drop(items);
        self.filled.notify_one();
        Ok(())
    }

    async fn put_for(&self, item: T, duration: Duration) -> Result<(), T> {
        let items = self.items.lock().await;
        let has_room = |items: &D| items.count() < self.capacity;
        let (mut items, is_ready) = wait_until::<P, _>(&self.emptied, items, duration, has_room).await;
        if !is_ready {
            return Err(item);
        }
        items.push(item);
        drop(items);
        self.filled.notify_one();
        Ok(())
    }

    async fn take(&self) -> T {
        let mut items = self.items.lock().await;
        loop {
            if let Some(item) = items.pop() {
                drop(items);
                self.emptied.notify_one();
                return item;
            }
            items = self.filled.wait(items).await;
        }
    }

    async fn try_take(&self) -> Option<T> {
        let item = self.items.lock().await.pop()?;
        self.emptied.notify_one();
        Some(item)
    }

    async fn take_for(&self, duration: Duration) -> Option<T> {
        let items = self.items.lock().await;
        let (mut items, _) = wait_until::<P, _>(&self.filled, items, duration, |items: &D| items.count() > 0).await;
        let item = items.pop()?;
        drop(items);
        self.emptied.notify_one();
        Some(item)
    }
}
