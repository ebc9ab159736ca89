//! A world of threads whose schedule shuttle draws.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use regatta_workloads::{Condvar, Mutex, Primitives, RwLock, monitor};
use shuttle::rand::{Rng, thread_rng};
use shuttle::sync;
use shuttle::thread::{self, Thread};

/// A time limit that is never over.
pub const NEVER: Duration = Duration::MAX;

/// The primitives of this world.
#[derive(Debug, Clone, Copy, Default)]
pub struct Model {
    /// Whether its condition variables wake nobody.
    pub is_deaf: bool,
}

impl Primitives for Model {
    type Mutex<T: Send + 'static> = ModelMutex<T>;
    type Condvar = ModelCondvar;
    type RwLock<T: Send + Sync + 'static> = ModelRwLock<T>;
    type Semaphore = monitor::Semaphore<Self>;
    type Event = monitor::Event<Self>;
    type Barrier = monitor::Barrier<Self>;
    type Channel<T: Send + 'static> = monitor::Queue<Self, monitor::Fifo<T>>;
    type Portable = Self;
    type ParkingLot = Self;

    fn mutex<T: Send + 'static>(&self, value: T) -> ModelMutex<T> {
        ModelMutex(sync::Mutex::new(value))
    }

    fn condvar(&self) -> ModelCondvar {
        ModelCondvar { is_deaf: self.is_deaf, waiting: std::sync::Mutex::default() }
    }

    fn rwlock<T: Send + Sync + 'static>(&self, value: T) -> ModelRwLock<T> {
        ModelRwLock(ModelMutex(sync::Mutex::new(value)))
    }

    fn semaphore(&self, permits: usize) -> Self::Semaphore {
        monitor::Semaphore::new(self, permits)
    }

    fn event(&self) -> Self::Event {
        monitor::Event::new(self)
    }

    fn barrier(&self, parties: usize) -> Self::Barrier {
        monitor::Barrier::new(self, parties)
    }

    fn channel<T: Send + 'static>(&self, capacity: usize) -> Self::Channel<T> {
        monitor::Queue::new(self, capacity)
    }

    fn portable(&self) -> Self {
        *self
    }

    fn parking_lot(&self) -> Option<Self> {
        None
    }
}

/// A lock of shuttle.
pub struct ModelMutex<T>(sync::Mutex<T>);

/// The guard of a lock of shuttle, and the lock, for a wait that lets go of it.
pub struct ModelGuard<'a, T> {
    guard: sync::MutexGuard<'a, T>,
    lock: &'a ModelMutex<T>,
}

// SAFETY: shuttle runs all threads of a schedule by turns on one thread, and polls a future where it was first polled.
unsafe impl<T: Send> Send for ModelGuard<'_, T> {}

impl<T> Deref for ModelGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for ModelGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T> ModelMutex<T> {
    fn take(&self) -> ModelGuard<'_, T> {
        ModelGuard { guard: self.0.lock().unwrap_or_else(PoisonError::into_inner), lock: self }
    }
}

impl<T: Send + 'static> Mutex<T> for ModelMutex<T> {
    type Guard<'a> = ModelGuard<'a, T>;

    async fn lock(&self) -> ModelGuard<'_, T> {
        self.take()
    }

    fn try_lock(&self) -> Option<ModelGuard<'_, T>> {
        let guard = self.0.try_lock().ok()?;
        Some(ModelGuard { guard, lock: self })
    }
}

/// A condition variable that does the worst that its surface allows.
pub struct ModelCondvar {
    is_deaf: bool,
    /// Those who wait, in order. No schedule switches threads while it is locked.
    waiting: std::sync::Mutex<VecDeque<Arc<Waiting>>>,
}

struct Waiting {
    thread: Thread,
    is_notified: AtomicBool,
}

impl ModelCondvar {
    fn waiting(&self) -> std::sync::MutexGuard<'_, VecDeque<Arc<Waiting>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits in line, and says whether it gave up before it was notified. It leaves the line only once it has the lock again: what reaches
    /// it after it gave up is used up.
    fn wait_in_line<'a, T>(&self, guard: ModelGuard<'a, T>, gives_up: impl Fn() -> bool) -> (ModelGuard<'a, T>, bool) {
        let me = Arc::new(Waiting { thread: thread::current(), is_notified: AtomicBool::new(false) });
        self.waiting().push_back(Arc::clone(&me));
        let lock = guard.lock;
        drop(guard);
        let mut gave_up = false;
        while !gave_up && !me.is_notified.load(SeqCst) {
            gave_up = gives_up();
        }
        let guard = lock.take();
        self.waiting().retain(|other| !Arc::ptr_eq(other, &me));
        (guard, gave_up)
    }

    fn notify(&self, how_many: usize) {
        if self.is_deaf {
            return;
        }
        for _ in 0..how_many {
            let Some(first) = self.waiting().pop_front() else { return };
            first.is_notified.store(true, SeqCst);
            first.thread.unpark();
        }
    }
}

/// Says yes, now and then, to a wait that could give up.
fn chance() -> bool {
    thread::yield_now();
    thread_rng().gen_ratio(1, 4)
}

impl Condvar<Model> for ModelCondvar {
    async fn wait<'a, T: Send + 'static>(&'a self, guard: ModelGuard<'a, T>) -> ModelGuard<'a, T> {
        // One that ends for nothing does so at once: one that could at any time would hide each wake-up that is lost.
        let ends_for_nothing = thread_rng().gen_ratio(1, 8);
        let gives_up = || {
            if !ends_for_nothing {
                thread::park();
            }
            ends_for_nothing
        };
        self.wait_in_line(guard, gives_up).0
    }

    async fn wait_for<'a, T: Send + 'static>(
        &'a self,
        guard: ModelGuard<'a, T>,
        duration: Duration,
    ) -> (ModelGuard<'a, T>, bool) {
        if duration == NEVER { (self.wait(guard).await, false) } else { self.wait_in_line(guard, chance) }
    }

    fn notify_one(&self) {
        thread::yield_now();
        self.notify(1);
    }

    fn notify_all(&self) {
        thread::yield_now();
        self.notify(usize::MAX);
    }
}

/// A lock for readers and writers that lets only one in. No monitor asks for one.
pub struct ModelRwLock<T>(ModelMutex<T>);

impl<T: Send + Sync + 'static> RwLock<T> for ModelRwLock<T> {
    type Read<'a> = ModelGuard<'a, T>;
    type Write<'a> = ModelGuard<'a, T>;

    async fn read(&self) -> ModelGuard<'_, T> {
        self.0.take()
    }

    async fn write(&self) -> ModelGuard<'_, T> {
        self.0.take()
    }
}
