//! A model of CPython's global interpreter lock, and the world of threads that share one.
//!
//! It follows the lock that CPython has had since version 3.2. A thread that waits longer than the switch interval asks for the lock.
//! The holder sees that at its next checkpoint, lets go, and waits until another thread has really taken it (forced switching).
//! Whoever is about to block lets go first and takes the lock again afterwards.
//!
//! Sources: `Python/ceval_gil.c`, and Antoine Pitrou, "Reworking the GIL", python-dev, October 2009.

use std::cell::Cell;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use regatta_workloads::{Context, Stream};

use super::World;

static NEXT_THREAD: AtomicU64 = AtomicU64::new(1);

/// What is called on each thread that finds the lock taken, if anything is.
static WATCHER: OnceLock<fn()> = OnceLock::new();

thread_local! {
    /// A number of its own for each thread, and 0 until it first takes a lock.
    static THREAD: Cell<u64> = const { Cell::new(0) };
}

/// Has `watcher` called on each thread of this process that begins to wait for a modelled lock. It stays the first one that is set.
///
/// *Why:* a profile tells waits for the lock from others, and what is measured has no part in it.
pub fn watch_for_the_lock(watcher: fn()) {
    WATCHER.get_or_init(|| watcher);
}

/// The lock.
#[derive(Debug)]
pub(crate) struct Gil {
    /// How long a thread waits before it asks the holder to let go.
    interval: Duration,
    state: Mutex<State>,
    /// The lock has become free.
    freed: Condvar,
    /// The lock has been taken by another thread than before.
    switched: Condvar,
    /// A waiting thread asks the holder to let go. Read at every checkpoint without the mutex.
    drop_request: AtomicBool,
    /// Times that a thread found the lock taken.
    waits: AtomicU64,
    /// Times that a holder let go because it was asked to.
    forced: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    locked: bool,
    /// The thread that holds the lock or held it last, and 0 before the first.
    holder: u64,
    /// How often the lock went from one thread to another.
    switches: u64,
}

impl Gil {
    /// Creates a free lock with this switch interval.
    pub(crate) fn new(interval: Duration) -> Arc<Self> {
        Arc::new(Self {
            interval,
            state: Mutex::default(),
            freed: Condvar::new(),
            switched: Condvar::new(),
            drop_request: AtomicBool::new(false),
            waits: AtomicU64::new(0),
            forced: AtomicU64::new(0),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is whole at every point where the mutex is let go, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the lock, and asks for it whenever it has not changed hands for an interval.
    fn take(&self) {
        let me = this_thread();
        let mut state = self.state();
        if state.locked {
            self.waits.fetch_add(1, Ordering::Relaxed);
            if let Some(watcher) = WATCHER.get() {
                watcher();
            }
        }
        while state.locked {
            let switches = state.switches;
            let (woken, waited) = self.freed.wait_timeout(state, self.interval).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if waited.timed_out() && state.locked && state.switches == switches {
                self.drop_request.store(true, Ordering::Relaxed);
            }
        }
        state.locked = true;
        if state.holder != me {
            state.holder = me;
            state.switches += 1;
        }
        self.drop_request.store(false, Ordering::Relaxed);
        self.switched.notify_all();
    }

    /// Lets go. If another thread has asked for the lock, this waits until one has taken it.
    fn let_go(&self) {
        let me = this_thread();
        let mut state = self.state();
        state.locked = false;
        self.freed.notify_one();
        if self.drop_request.load(Ordering::Relaxed) {
            self.forced.fetch_add(1, Ordering::Relaxed);
            // Whoever asked is still waiting and will take it, so this ends.
            while state.holder == me {
                state = self.switched.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// Gives way to the thread that has asked for the lock.
    #[cold]
    fn give_way(&self) {
        self.let_go();
        self.take();
    }

    /// Returns how long a thread waits before it asks the holder to let go.
    pub(crate) fn interval(&self) -> Duration {
        self.interval
    }

    /// Returns how often, since the last time, a thread found the lock taken, and a holder let go because it was asked to.
    pub(crate) fn take_counts(&self) -> (u64, u64) {
        (self.waits.swap(0, Ordering::Relaxed), self.forced.swap(0, Ordering::Relaxed))
    }
}

fn this_thread() -> u64 {
    THREAD.with(|thread| {
        if thread.get() == 0 {
            thread.set(NEXT_THREAD.fetch_add(1, Ordering::Relaxed));
        }
        thread.get()
    })
}

/// The world of threads that must hold one lock to compute, and let go of it while they wait.
#[derive(Debug, Clone)]
pub(crate) struct UnderGil(pub(crate) Arc<Gil>);

/// Lets go of the lock when a task is done, even if it panicked.
struct Held<'a>(&'a Gil);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.let_go();
    }
}

impl UnderGil {
    /// Does something that blocks without holding the lock.
    pub(super) fn without<T>(&self, block: impl FnOnce() -> T) -> T {
        self.0.let_go();
        let output = block();
        self.0.take();
        output
    }
}

impl World for UnderGil {
    fn enter<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.take();
        let _held = Held(&self.0);
        work()
    }
}

impl Context for UnderGil {
    type Stream = GilStream;

    type Primitives = Self;

    fn primitives(&self) -> Self {
        self.clone()
    }

    async fn sleep(&self, duration: Duration) {
        self.without(|| std::thread::sleep(duration));
    }

    async fn block(&self, duration: Duration) {
        // A blocking call in a thread lets go of the interpreter's lock, whatever else it keeps busy.
        self.without(|| std::thread::sleep(duration));
    }

    async fn connect(&self, to: SocketAddr) -> io::Result<Self::Stream> {
        let stream = self.without(|| TcpStream::connect(to))?;
        stream.set_nodelay(true)?;
        Ok(GilStream { stream, world: self.clone() })
    }

    async fn yield_now(&self) {
        self.without(std::thread::yield_now);
    }

    #[inline]
    fn checkpoint(&self) {
        if self.lock_is_wanted() {
            self.0.give_way();
        }
    }

    #[inline]
    fn lock_is_wanted(&self) -> bool {
        self.0.drop_request.load(Ordering::Relaxed)
    }
}

/// A stream that is read and written without holding the lock, one system call at a time.
#[derive(Debug)]
pub(crate) struct GilStream {
    stream: TcpStream,
    world: UnderGil,
}

impl Stream for GilStream {
    async fn read_exact(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.world.without(|| self.stream.read(&mut buffer[filled..]))? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                length => filled += length,
            }
        }
        Ok(())
    }

    async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.world.without(|| self.stream.write_all(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(interval: Duration) -> UnderGil {
        UnderGil(Gil::new(interval))
    }

    #[test]
    fn only_one_thread_computes_at_a_time() {
        let world = world(Duration::from_micros(100));
        let (inside, most) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    world.enter(|| {
                        for _ in 0..20_000 {
                            most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                            inside.fetch_sub(1, Ordering::SeqCst);
                            world.checkpoint();
                        }
                    });
                });
            }
        });
        assert_eq!(most.into_inner(), 1);
    }

    #[test]
    fn a_holder_that_is_asked_gives_way_until_another_has_taken_the_lock() {
        let world = world(Duration::from_micros(500));
        let turns = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for name in 0..2 {
                let (world, turns) = (&world, &turns);
                scope.spawn(move || {
                    world.enter(|| {
                        for _ in 0..3 {
                            turns.lock().expect("no panic").push(name);
                            // Computes until the lock has changed hands.
                            let before = world.0.forced.load(Ordering::SeqCst);
                            for _ in 0..100_000_000 {
                                world.checkpoint();
                                if world.0.forced.load(Ordering::SeqCst) != before {
                                    break;
                                }
                            }
                        }
                    });
                });
            }
        });
        let (waits, forced) = world.0.take_counts();
        assert!(waits >= 1 && forced >= 2, "{waits} waits, {forced} forced switches");
        assert!(turns.into_inner().expect("no panic").windows(2).any(|pair| pair[0] != pair[1]), "they took turns");
        assert_eq!(world.0.take_counts(), (0, 0), "they start anew");
    }

    #[test]
    fn the_lock_is_free_while_a_thread_waits_and_after_a_panic() {
        let world = world(Duration::from_secs(1));
        std::thread::scope(|scope| {
            let panics = scope.spawn(|| world.enter(|| panic!("as it should")));
            assert!(panics.join().is_err());
            // With an interval of a second, two waits of 50 ms overlap only if the lock is let go.
            scope.spawn(|| world.enter(|| crate::complete(world.sleep(Duration::from_millis(50)))));
            world.enter(|| assert!(world.0.state().locked));
        });
        assert!(!world.0.state().locked);
    }
}
