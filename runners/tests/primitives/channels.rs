//! Cases of channels.

use std::sync::atomic::Ordering;

use regatta_workloads::{Context, Primitives, Queue};

use crate::suite::{CAPACITY, Kit, LONG, SHORT, TASKS, TINY};

/// Items of each task that puts some in.
const EACH: u64 = 100;
/// Items that half of the tasks put in.
pub const ITEMS: u64 = TASKS / 2 * EACH;

/// Puts numbers in with one task, and takes them out in the same order with another. Never are more in than there is room for.
pub async fn channel_keeps_order<P: Primitives>(kit: &Kit<P>, index: u64) {
    for item in 0..EACH {
        match index {
            0 => {
                kit.channel.put(item).await;
                let begun = kit.counters[0].load(Ordering::SeqCst);
                kit.must(item < begun + CAPACITY as u64, "more items are in than there is room for");
            }
            1 => {
                kit.count(0, 1);
                kit.must(kit.channel.take().await == item, "an item came out of its turn");
            }
            _ => {}
        }
    }
}

/// Finds the channel empty, fills it, finds it full, and empties it, all with one task.
pub async fn channel_is_bounded<P: Primitives>(kit: &Kit<P>, index: u64) {
    if index > 0 {
        return;
    }
    let channel = &kit.channel;
    kit.must(channel.try_take().await.is_none(), "it is empty");
    kit.must(channel.take_for(SHORT).await.is_none(), "it is empty");
    channel.put(0).await;
    kit.must(channel.try_put(1).await.is_ok(), "there is room");
    kit.must(channel.put_for(2, LONG).await.is_ok(), "there is room");
    kit.must(channel.try_put(3).await == Err(3), "it is full, and the item comes back");
    kit.must(channel.put_for(4, SHORT).await == Err(4), "it is full, and the item comes back");
    kit.must(channel.take().await == 0, "first in, first out");
    kit.must(channel.put_for(5, LONG).await.is_ok(), "there is room");
    kit.must(channel.try_take().await == Some(1), "first in, first out");
    kit.must(channel.take_for(LONG).await == Some(2), "first in, first out");
    kit.must(channel.take_for(SHORT).await == Some(5), "first in, first out");
    kit.must(channel.try_take().await.is_none(), "it is empty");
}

/// Puts items in by every form there is with half of the tasks, and takes them out by every form with the others.
pub async fn channel_loses_nothing<C: Context>(cx: &C, kit: &Kit<C::Primitives>, index: u64) {
    for round in 0..EACH {
        if index.is_multiple_of(2) {
            put(cx, kit, index / 2 * EACH + round, round).await;
        } else {
            let item = take(cx, kit, index + round).await;
            kit.seen[item as usize].fetch_add(1, Ordering::SeqCst);
        }
    }
}

async fn put<C: Context>(cx: &C, kit: &Kit<C::Primitives>, mut item: u64, mut form: u64) {
    loop {
        let refused = match form % 4 {
            0 => return kit.channel.put(item).await,
            1 => kit.channel.try_put(item).await,
            2 => kit.channel.put_for(item, TINY).await,
            _ => {
                let put = kit.channel.put_for(item, LONG).await;
                return kit.must(put.is_ok(), "there was room, and nobody heard of it");
            }
        };
        match refused {
            Ok(()) => return,
            Err(same) => item = same,
        }
        form += 1;
        cx.yield_now().await;
    }
}

async fn take<C: Context>(cx: &C, kit: &Kit<C::Primitives>, mut form: u64) -> u64 {
    loop {
        let taken = match form % 4 {
            0 => Some(kit.channel.take().await),
            1 => kit.channel.try_take().await,
            2 => kit.channel.take_for(TINY).await,
            _ => kit.channel.take_for(LONG).await,
        };
        match taken {
            Some(item) => return item,
            None => form += 1,
        }
        cx.yield_now().await;
    }
}
