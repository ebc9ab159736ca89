//! The monitors under schedules that shuttle draws: a lock and a condition variable of its own stand in for those of a world.
//!
//! The condition variable does whatever its surface allows: waits end for nothing, and a task whose time is over may use up a notification.
//! A schedule in which all tasks wait fails the test, and so does a wrong answer. Shuttle prints the schedule, which replays it.

mod model;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use regatta_workloads::monitor::{Barrier, Event, Fifo, Lifo, Priority, Queue as Channel, Semaphore};
use regatta_workloads::{Barrier as _, Event as _, Mutex as _, Primitives, Queue, Semaphore as _};
use shuttle::future::block_on;
use shuttle::thread;

use model::{Model, NEVER};

/// Schedules of each test.
const SCHEDULES: usize = 2_000;
/// A time limit that may be over at any moment.
const SOON: Duration = Duration::from_millis(1);

/// Runs tasks under many schedules. `make` makes what they share, `task` is done for each index, and `end` is done when all have ended.
fn explore<S: Send + Sync + 'static>(
    tasks: usize,
    make: fn() -> S,
    task: impl Fn(&S, usize) + Copy + Send + Sync + 'static,
    end: fn(&S),
) {
    let run = move || {
        let shared = Arc::new(make());
        let threads = (0..tasks).map(|index| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || task(&shared, index))
        });
        let threads: Vec<_> = threads.collect();
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        end(&shared);
    };
    shuttle::check_random(run, SCHEDULES);
    shuttle::check_pct(run, SCHEDULES, 3);
}

#[test]
fn a_semaphore_never_gives_more_permits_than_it_has_and_keeps_them() {
    struct Shared {
        semaphore: Semaphore<Model>,
        inside: AtomicUsize,
    }
    let task = |shared: &Shared, index: usize| {
        for round in 0..2 {
            let is_in = match (index + round) % 3 {
                0 => block_on(shared.semaphore.acquire_for(SOON)),
                1 => block_on(shared.semaphore.try_acquire()),
                _ => {
                    block_on(shared.semaphore.acquire());
                    true
                }
            };
            if is_in {
                assert!(shared.inside.fetch_add(1, SeqCst) < 2);
                thread::yield_now();
                shared.inside.fetch_sub(1, SeqCst);
                block_on(shared.semaphore.release());
            }
        }
    };
    let make = || Shared { semaphore: Semaphore::new(&Model::default(), 2), inside: AtomicUsize::new(0) };
    explore(4, make, task, |shared| {
        let permits = [(); 3].map(|()| block_on(shared.semaphore.try_acquire()));
        assert_eq!(permits, [true, true, false]);
    });
}

#[test]
fn a_permit_that_is_handed_over_reaches_a_task_that_waits() {
    let task = |semaphore: &Semaphore<Model>, index: usize| match index {
        0 => (0..3).for_each(|_| block_on(semaphore.release())),
        1 => block_on(semaphore.acquire()),
        2 => assert!(block_on(semaphore.acquire_for(NEVER))),
        _ => while !block_on(semaphore.acquire_for(SOON)) {},
    };
    explore(
        4,
        || Semaphore::new(&Model::default(), 0),
        task,
        |semaphore| {
            assert!(!block_on(semaphore.try_acquire()));
        },
    );
}

#[test]
fn an_event_releases_all() {
    let task = |event: &Event<Model>, index: usize| match index {
        0 => block_on(event.set()),
        1 => block_on(event.wait()),
        2 => assert!(block_on(event.wait_for(NEVER))),
        _ => {
            let has_happened = block_on(event.wait_for(SOON));
            assert!(!has_happened || event.is_set());
        }
    };
    explore(4, || Event::new(&Model::default()), task, |event| assert!(event.is_set()));
}

#[test]
fn a_barrier_lets_tasks_pass_together_and_names_one_leader() {
    const PARTIES: usize = 3;
    struct Shared {
        barrier: Barrier<Model>,
        come: AtomicUsize,
        leaders: AtomicUsize,
    }
    let make = || Shared {
        barrier: Barrier::new(&Model::default(), PARTIES),
        come: AtomicUsize::new(0),
        leaders: AtomicUsize::new(0),
    };
    let task = |shared: &Shared, _| {
        for phase in 1..=3 {
            shared.come.fetch_add(1, SeqCst);
            let is_leader = block_on(shared.barrier.wait());
            shared.leaders.fetch_add(usize::from(is_leader), SeqCst);
            let come = shared.come.load(SeqCst);
            assert!((phase * PARTIES..(phase + 1) * PARTIES).contains(&come), "{come} in phase {phase}");
        }
    };
    explore(PARTIES, make, task, |shared| assert_eq!(shared.leaders.load(SeqCst), 3));
}

#[test]
fn a_queue_hands_every_item_over_once_whatever_the_form() {
    const EACH: usize = 3;
    struct Shared {
        queue: Channel<Model, Fifo<usize>>,
        seen: [AtomicUsize; 2 * EACH],
    }
    let make = || Shared { queue: Channel::new(&Model::default(), 1), seen: Default::default() };
    let task = |shared: &Shared, index: usize| {
        for round in 0..EACH {
            let form = index + round;
            if index.is_multiple_of(2) {
                put(&shared.queue, index / 2 * EACH + round, form);
            } else {
                shared.seen[take(&shared.queue, form)].fetch_add(1, SeqCst);
            }
        }
    };
    explore(4, make, task, |shared| {
        assert!(shared.seen.iter().all(|seen| seen.load(SeqCst) == 1));
        assert!(block_on(shared.queue.try_take()).is_none());
    });
}

#[test]
fn a_queue_keeps_the_order_of_one_task_and_its_bound() {
    struct Shared {
        queue: Channel<Model, Fifo<usize>>,
        begun: AtomicUsize,
    }
    let make = || Shared { queue: Channel::new(&Model::default(), 2), begun: AtomicUsize::new(0) };
    let task = |shared: &Shared, index: usize| {
        for item in 0..5 {
            if index == 0 {
                put(&shared.queue, item, item);
                assert!(item < shared.begun.load(SeqCst) + 2, "more are in than there is room for");
            } else {
                shared.begun.fetch_add(1, SeqCst);
                assert_eq!(take(&shared.queue, item), item);
            }
        }
    };
    explore(2, make, task, |_| {});
}

#[test]
fn orders_other_than_first_in_first_out() {
    shuttle::check_random(
        || {
            let (lifo, priority) = (
                Channel::<_, Lifo<u64>>::new::<u64>(&Model::default(), 3),
                Channel::<_, Priority<u64>>::new::<u64>(&Model::default(), 3),
            );
            for item in [2, 3, 1] {
                block_on(lifo.put(item));
                block_on(priority.put(item));
            }
            assert_eq!(block_on(lifo.try_put(4)), Err(4));
            assert_eq!(block_on(priority.put_for(4, SOON)), Err(4));
            assert_eq!([(); 4].map(|()| block_on(lifo.try_take())), [Some(1), Some(3), Some(2), None]);
            assert_eq!([(); 4].map(|()| block_on(priority.take_for(SOON))), [Some(3), Some(2), Some(1), None]);
        },
        100,
    );
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_condition_variable_that_loses_a_wake_up_is_caught() {
    let task = |semaphore: &Semaphore<Model>, index: usize| match index {
        0 => block_on(semaphore.release()),
        _ => block_on(semaphore.acquire()),
    };
    explore(2, || Semaphore::new(&Model { is_deaf: true }, 0), task, |_| {});
}

#[test]
#[should_panic(expected = "the lock is held by nobody else")]
fn a_model_without_a_lock_would_be_seen() {
    // Reads, gives way, and writes back, as the monitors would on a lock that does not lock.
    let task = |(lock, inside): &(<Model as Primitives>::Mutex<u64>, AtomicUsize), index: usize| {
        let guard = (index > 0).then(|| block_on(lock.lock()));
        assert_eq!(inside.fetch_add(1, SeqCst), 0, "the lock is held by nobody else");
        thread::yield_now();
        inside.fetch_sub(1, SeqCst);
        drop(guard);
    };
    explore(2, || (Model::default().mutex(0), AtomicUsize::new(0)), task, |_| {});
}

fn put(queue: &impl Queue<usize>, item: usize, form: usize) {
    match form % 4 {
        0 => block_on(queue.put(item)),
        1 => assert_eq!(block_on(queue.put_for(item, NEVER)), Ok(())),
        2 => while block_on(queue.put_for(item, SOON)).is_err() {},
        _ => {
            while block_on(queue.try_put(item)).is_err() {
                thread::yield_now();
            }
        }
    }
}

fn take(queue: &impl Queue<usize>, form: usize) -> usize {
    loop {
        let taken = match form % 4 {
            0 => Some(block_on(queue.take())),
            1 => block_on(queue.take_for(NEVER)),
            2 => block_on(queue.take_for(SOON)),
            _ => block_on(queue.try_take()),
        };
        if let Some(item) = taken {
            return item;
        }
        thread::yield_now();
    }
}
