//! Wakes coroutines of may whose time limit got lost.
//!
//! *Why:* may 0.3 sets the timer of a wait before it puts the coroutine where the timer looks for it (`Park::subscribe`). If the thread
//! loses its core in between for longer than the limit, the timer finds nobody, and the wait lasts for ever. On a busy machine one
//! wait of 1 ms in some thousands does. A second look, a little later, finds it.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Time after a limit at which its wait is taken for lost, and between two calls for the same wait.
const PATIENCE: Duration = Duration::from_millis(20);

/// What ends a wait, or does no harm. It is called under the lock, so nobody calls it any more when its alarm has been dropped.
type Call = Box<dyn Fn() + Send>;

/// The waits that have a limit.
#[derive(Default)]
struct Alarms {
    /// What to call, by the time and a number of its own.
    calls: Mutex<BTreeMap<(Instant, u64), Call>>,
    earlier: Condvar,
}

/// Calls again and again from a little after a limit on, until it is dropped.
pub(super) struct Alarm {
    number: u64,
}

impl Alarm {
    /// Sets an alarm for a wait that begins now. None is needed for a limit that no clock reaches.
    pub(super) fn set(limit: Duration, call: impl Fn() + Send + 'static) -> Option<Self> {
        let time = Instant::now().checked_add(limit)?.checked_add(PATIENCE)?;
        let alarms = Alarms::get()?;
        let mut calls = alarms.calls();
        let number = next_number();
        calls.insert((time, number), Box::new(call));
        if calls.first_key_value().is_some_and(|((_, first), _)| *first == number) {
            alarms.earlier.notify_one();
        }
        Some(Self { number })
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if let Some(alarms) = Alarms::get() {
            alarms.calls().retain(|(_, number), _| *number != self.number);
        }
    }
}

fn next_number() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Alarms {
    /// Returns the alarms of this process, with the thread that calls. None if there can be no such thread.
    fn get() -> Option<&'static Self> {
        static ALARMS: OnceLock<Option<&'static Alarms>> = OnceLock::new();
        *ALARMS.get_or_init(|| {
            let alarms: &'static Self = Box::leak(Box::default());
            thread::Builder::new().name("alarm".to_owned()).spawn(|| alarms.serve()).ok().map(|_| alarms)
        })
    }

    fn calls(&self) -> MutexGuard<'_, BTreeMap<(Instant, u64), Call>> {
        // Nobody panics while it holds the lock.
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        let mut calls = self.calls();
        loop {
            let now = Instant::now();
            let first = calls.first_key_value().map(|(key, _)| *key);
            calls = match first {
                None => self.earlier.wait(calls).unwrap_or_else(PoisonError::into_inner),
                Some((time, _)) if time > now => {
                    self.earlier.wait_timeout(calls, time - now).unwrap_or_else(PoisonError::into_inner).0
                }
                Some(key) => {
                    if let Some(call) = calls.remove(&key) {
                        call();
                        calls.insert((now + PATIENCE, key.1), call);
                    }
                    calls
                }
            };
        }
    }
}
