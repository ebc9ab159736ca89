//! What is made here on event-listener, under schedules that shuttle draws.
//!
//! Listening and notifying are steps that nothing interrupts, and shuttle switches between them: its world gives way before each wait.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::Poll;
use std::time::Duration;

use regatta_workloads::{Condvar, Event, Mutex, Primitives, Queue, Semaphore};
use shuttle::future::{block_on, spawn, yield_now};
use shuttle::rand::{Rng, thread_rng};

use super::{Portable, Waits};

/// Schedules of each test, by each way to draw them.
const SCHEDULES: usize = 2_000;
/// A time limit that is never over.
const NEVER: Duration = Duration::MAX;
/// A time limit that may be over at any moment.
const SOON: Duration = Duration::from_millis(1);

/// The world of shuttle's tasks.
#[derive(Debug, Clone)]
struct Scheduled;

impl Waits for Scheduled {
    async fn wait<F>(&self, future: F) -> F::Output
    where
        F: Future<Output: Send> + Send,
    {
        yield_now().await;
        future.await
    }

    async fn wait_for<F>(&self, future: F, duration: Duration) -> Option<F::Output>
    where
        F: Future<Output: Send> + Send,
    {
        if duration == NEVER {
            return Some(self.wait(future).await);
        }
        let mut future = pin!(future);
        loop {
            yield_now().await;
            if let Poll::Ready(output) = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
                return Some(output);
            }
            yield_now().await;
            if thread_rng().gen_ratio(1, 3) {
                return None;
            }
        }
    }
}

/// Runs tasks under many schedules. `make` makes what they share, `task` is done for each index, and `end` is done when all have ended.
fn explore<S, F>(
    tasks: usize,
    make: fn(&Portable<Scheduled>) -> S,
    task: impl Fn(Arc<S>, usize) -> F + Copy + Send + Sync + 'static,
    end: fn(&S),
) where
    S: Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let run = move || {
        block_on(async {
            let shared = Arc::new(make(&Portable(Scheduled)));
            let tasks: Vec<_> = (0..tasks).map(|index| spawn(task(Arc::clone(&shared), index))).collect();
            for task in tasks {
                task.await.expect("nobody aborts it");
            }
            end(&shared);
        });
    };
    shuttle::check_random(run, SCHEDULES);
    shuttle::check_pct(run, SCHEDULES, 3);
}

/// Tokens, and a condition variable that tells of each.
struct Tokens {
    tokens: <Portable<Scheduled> as Primitives>::Mutex<usize>,
    changed: <Portable<Scheduled> as Primitives>::Condvar,
}

impl Tokens {
    fn new(primitives: &Portable<Scheduled>) -> Self {
        Self { tokens: primitives.mutex(0), changed: primitives.condvar() }
    }

    async fn make(&self, how_many: usize) {
        *self.tokens.lock().await += how_many;
        yield_now().await;
        match how_many {
            1 => self.changed.notify_one(),
            _ => self.changed.notify_all(),
        }
    }

    async fn take(&self, limit: Option<Duration>) {
        let mut tokens = self.tokens.lock().await;
        while *tokens == 0 {
            tokens = match limit {
                None => self.changed.wait(tokens).await,
                Some(limit) => self.changed.wait_for(tokens, limit).await.0,
            };
        }
        *tokens -= 1;
    }

    fn are_used_up(&self) {
        assert_eq!(self.tokens.try_lock().map(|tokens| *tokens), Some(0));
    }
}

#[test]
fn a_condition_variable_loses_no_wake_up_and_hands_on_those_of_tasks_that_give_up() {
    let task = |shared: Arc<Tokens>, index| async move {
        for _ in 0..2 {
            match index {
                0 | 1 => shared.make(1).await,
                2 => shared.take(None).await,
                _ => shared.take(Some(SOON)).await,
            }
        }
    };
    explore(4, Tokens::new, task, Tokens::are_used_up);
}

#[test]
fn a_condition_variable_wakes_all() {
    let task = |shared: Arc<Tokens>, index| async move {
        match index {
            0 => shared.make(3).await,
            1 => shared.take(None).await,
            _ => shared.take(Some(NEVER)).await,
        }
    };
    explore(4, Tokens::new, task, Tokens::are_used_up);
}

type PortableSemaphore = <Portable<Scheduled> as Primitives>::Semaphore;

#[test]
fn a_semaphore_never_gives_more_permits_than_it_has_and_keeps_them() {
    struct Inside(PortableSemaphore, AtomicUsize);
    let task = |shared: Arc<Inside>, index| async move {
        let Inside(semaphore, inside) = &*shared;
        for round in 0..2 {
            let is_in = match (index + round) % 3 {
                0 => semaphore.acquire_for(SOON).await,
                1 => semaphore.try_acquire().await,
                _ => {
                    semaphore.acquire().await;
                    true
                }
            };
            if is_in {
                assert!(inside.fetch_add(1, SeqCst) < 2);
                yield_now().await;
                inside.fetch_sub(1, SeqCst);
                semaphore.release().await;
            }
        }
    };
    let make = |primitives: &Portable<Scheduled>| Inside(primitives.semaphore(2), AtomicUsize::new(0));
    explore(4, make, task, |Inside(semaphore, _)| {
        let permits = [(); 3].map(|()| crate::complete(semaphore.try_acquire()));
        assert_eq!(permits, [true, true, false]);
    });
}

#[test]
fn permits_that_are_handed_over_at_once_reach_all_who_wait() {
    let task = |semaphore: Arc<PortableSemaphore>, index| async move {
        match index {
            0 => {
                for _ in 0..3 {
                    semaphore.release().await;
                }
            }
            1 => semaphore.acquire().await,
            2 => assert!(semaphore.acquire_for(NEVER).await),
            _ => while !semaphore.acquire_for(SOON).await {},
        }
    };
    explore(
        4,
        |primitives| primitives.semaphore(0),
        task,
        |semaphore| {
            assert!(!crate::complete(semaphore.try_acquire()));
        },
    );
}

#[test]
fn an_event_releases_all() {
    let task = |event: Arc<<Portable<Scheduled> as Primitives>::Event>, index| async move {
        match index {
            0 => event.set().await,
            1 => event.wait().await,
            2 => assert!(event.wait_for(NEVER).await),
            _ => {
                let has_happened = event.wait_for(SOON).await;
                assert!(!has_happened || event.is_set());
            }
        }
    };
    explore(4, Portable::event, task, |event| assert!(event.is_set()));
}

#[test]
fn a_channel_loses_nothing_where_tasks_give_up() {
    struct Items(<Portable<Scheduled> as Primitives>::Channel<usize>, [AtomicUsize; 4]);
    let task = |shared: Arc<Items>, index: usize| async move {
        let Items(channel, seen) = &*shared;
        for item in (index / 2 * 2..).take(2) {
            match index {
                0 => while channel.put_for(item, SOON).await.is_err() {},
                2 => assert_eq!(channel.put_for(item, NEVER).await, Ok(())),
                _ => {
                    let taken = loop {
                        match channel.take_for(if index == 1 { SOON } else { NEVER }).await {
                            Some(taken) => break taken,
                            None => yield_now().await,
                        }
                    };
                    seen[taken].fetch_add(1, SeqCst);
                }
            }
        }
    };
    let make = |primitives: &Portable<Scheduled>| Items(primitives.channel(1), Default::default());
    explore(4, make, task, |Items(channel, seen)| {
        assert!(seen.iter().all(|seen| seen.load(SeqCst) == 1));
        assert!(crate::complete(channel.try_take()).is_none());
    });
}

#[test]
fn each_item_taken_lets_one_more_task_put() {
    let make = |primitives: &Portable<Scheduled>| {
        let channel = primitives.channel(2);
        for item in 0..2 {
            assert_eq!(crate::complete(channel.try_put(item)), Ok(()));
        }
        channel
    };
    let task = |channel: Arc<<Portable<Scheduled> as Primitives>::Channel<usize>>, index| async move {
        match index {
            0 => assert_eq!((channel.take().await, channel.take().await), (0, 1)),
            _ => assert_eq!(channel.put_for(index, NEVER).await, Ok(())),
        }
    };
    explore(3, make, task, |channel| {
        let mut left = [(); 2].map(|()| crate::complete(channel.try_take()));
        left.sort_unstable();
        assert_eq!(left, [Some(1), Some(2)]);
    });
}
