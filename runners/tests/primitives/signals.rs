//! Cases of semaphores, events and barriers.

use std::sync::atomic::Ordering;

use regatta_workloads::{Barrier, Context, Event, Primitives, Semaphore};

use crate::suite::{Kit, LONG, PERMITS, SHORT, TASKS, TINY};

/// Entries of each task, and permits that are handed to each.
const ROUNDS: u64 = 50;
/// Phases of the barrier.
pub const PHASES: u64 = 40;

/// Stays inside a moment, and keeps count of how many are.
async fn be_inside<C: Context>(cx: &C, kit: &Kit<C::Primitives>) {
    let inside = kit.count(0, 1);
    kit.counters[1].fetch_max(inside, Ordering::SeqCst);
    cx.yield_now().await;
    kit.count(0, u64::MAX);
}

/// Checks that there are as many permits as in the beginning: no task holds one now.
async fn has_all_its_permits<P: Primitives>(kit: &Kit<P>) {
    for _ in 0..PERMITS {
        kit.must(kit.permits.try_acquire().await, "a permit is gone");
    }
    kit.must(!kit.permits.try_acquire().await, "there is a permit too many");
    kit.must(!kit.permits.acquire_for(SHORT).await, "there is a permit too many");
    kit.permits.release().await;
    kit.must(kit.permits.acquire_for(LONG).await, "a permit was given back, and is not there");
}

pub async fn semaphore_keeps_its_permits<C: Context>(cx: &C, kit: &Kit<C::Primitives>, index: u64) {
    for _ in 0..ROUNDS {
        kit.permits.acquire().await;
        be_inside(cx, kit).await;
        kit.permits.release().await;
    }
    kit.together.wait().await;
    if index == 0 {
        has_all_its_permits(kit).await;
    }
}

/// Gives permits with one task, several at once now and then. The others take them and keep them.
pub async fn semaphore_hands_over<C: Context>(cx: &C, kit: &Kit<C::Primitives>, index: u64) {
    for round in 0..ROUNDS {
        if index == 0 {
            for _ in 1..TASKS {
                kit.handed.release().await;
            }
            if round.is_multiple_of(5) {
                cx.yield_now().await;
            }
        } else if index.is_multiple_of(2) {
            kit.handed.acquire().await;
        } else {
            kit.must(kit.handed.acquire_for(LONG).await, "a permit was lost on its way");
        }
    }
}

/// Gives up waiting for permits all the time, while others are given back.
pub async fn semaphore_times_out<C: Context>(cx: &C, kit: &Kit<C::Primitives>, index: u64) {
    for _ in 0..ROUNDS {
        if kit.permits.acquire_for(TINY).await {
            be_inside(cx, kit).await;
            kit.permits.release().await;
        }
    }
    kit.together.wait().await;
    if index == 0 {
        has_all_its_permits(kit).await;
    }
}

/// Finds, with all tasks but one, that nothing happens. Then it does, for those who wait and for those who come later.
pub async fn event_releases_all<P: Primitives>(kit: &Kit<P>, index: u64) {
    if index > 0 {
        kit.must(!kit.happened.wait_for(SHORT).await, "it has not happened yet");
        kit.must(!kit.happened.is_set(), "it has not happened yet");
    }
    kit.together.wait().await;
    match index {
        0 => {
            kit.happened.set().await;
            kit.happened.set().await;
        }
        _ if index.is_multiple_of(2) => kit.happened.wait().await,
        _ => kit.must(kit.happened.wait_for(LONG).await, "it has happened, and was not heard of"),
    }
    kit.must(kit.happened.is_set(), "it has happened");
    kit.happened.wait().await;
    kit.must(kit.happened.wait_for(SHORT).await, "it has happened");
}

/// Passes the barrier with all tasks. Nobody goes on before all have come, and one of them is told so.
pub async fn barrier_keeps_phases<P: Primitives>(kit: &Kit<P>) {
    for phase in 1..=PHASES {
        kit.count(0, 1);
        let is_leader = kit.together.wait().await;
        kit.count(1, u64::from(is_leader));
        let come = kit.count(0, 0);
        kit.must(come >= phase * TASKS && come < (phase + 1) * TASKS, "the barrier let a task pass too early");
    }
}
