//! Cases of locks and condition variables.

use regatta_workloads::{Barrier, Condvar, Context, Event, Mutex, Primitives, RwLock};

use crate::suite::{Kit, LONG, SHORT, TASKS, TINY};

/// Rounds of each task.
pub const ROUNDS: u64 = 50;

/// Reads, gives way, and writes back one more, with each task.
pub async fn one_holds_the_lock<C: Context>(cx: &C, kit: &Kit<C::Primitives>) {
    for _ in 0..ROUNDS {
        let mut number = kit.number.lock().await;
        let read = *number;
        cx.yield_now().await;
        *number = read + 1;
    }
}

/// Holds the lock with one task while the others try.
pub async fn try_lock_does_not_wait<P: Primitives>(kit: &Kit<P>, index: u64) {
    if index == 0 {
        let held = kit.number.lock().await;
        kit.begun.set().await;
        kit.together.wait().await;
        drop(held);
    } else {
        kit.begun.wait().await;
        kit.must(kit.number.try_lock().is_none(), "two tasks hold the lock");
        kit.together.wait().await;
    }
    kit.together.wait().await;
    if index == 1 {
        kit.must(kit.number.try_lock().is_some(), "a lock that nobody holds is not free");
    }
}

/// Reads with all tasks at once. Then they write by turns, and nobody sees half of that.
pub async fn readers_share_and_writers_do_not<C: Context>(cx: &C, kit: &Kit<C::Primitives>) {
    let all_read = kit.pair.read().await;
    kit.together.wait().await;
    drop(all_read);
    for _ in 0..ROUNDS {
        let mut pair = kit.pair.write().await;
        pair.0 += 1;
        cx.yield_now().await;
        pair.1 += 1;
        drop(pair);
        let pair = kit.pair.read().await;
        kit.must(pair.0 == pair.1, "a reader saw half of what a writer does");
        drop(pair);
    }
    kit.together.wait().await;
    let pair = kit.pair.read().await;
    kit.must(*pair == (TASKS * ROUNDS, TASKS * ROUNDS), "an update was lost");
}

/// Goes on with one task after the other by their indices, each woken with all others.
pub async fn condvar_wakes_all<P: Primitives>(kit: &Kit<P>, index: u64) {
    for _ in 0..ROUNDS {
        let mut number = kit.number.lock().await;
        while *number % TASKS != index {
            number = kit.changed.wait(number).await;
        }
        *number += 1;
        drop(number);
        kit.changed.notify_all();
    }
}

/// Makes tokens with half of the tasks, and wakes one task for each. The others take them, some with a time limit.
pub async fn condvar_loses_no_wake_up<C: Context>(cx: &C, kit: &Kit<C::Primitives>, index: u64) {
    for round in 0..ROUNDS {
        let mut number = kit.number.lock().await;
        if index.is_multiple_of(2) {
            *number += 1;
            drop(number);
            kit.changed.notify_one();
            if round.is_multiple_of(7) {
                cx.yield_now().await;
            }
            continue;
        }
        while *number == 0 {
            number = match index {
                1 => kit.changed.wait(number).await,
                3 => kit.changed.wait_for(number, TINY).await.0,
                _ => {
                    let (number, is_over) = kit.changed.wait_for(number, LONG).await;
                    kit.must(!is_over, "a wake-up was lost");
                    number
                }
            };
        }
        *number -= 1;
    }
}

/// Waits without anybody who notifies, so that every wait ends by its time limit, with the lock held.
pub async fn condvar_times_out<P: Primitives>(kit: &Kit<P>) {
    let mut number = kit.number.lock().await;
    loop {
        let (again, is_over) = kit.changed.wait_for(number, SHORT).await;
        number = again;
        if is_over {
            break;
        }
    }
    let read = *number;
    std::hint::black_box(read);
    *number = read + 1;
}
