//! `queues`: items go through a bounded queue and come out in its order.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::handled::Handled;
use super::line::{Item, Line, Order};
use super::parts::{WAIT, check_counts, wrong};
use crate::{
    Asks, Context, Error, Findings, Kind, Latencies, Mutex, Parameter, Primitives, Semaphore, Shared, Variant, Workload,
};

/// Puts items into a bounded queue in one task, and takes them out in another, which looks at their order.
///
/// They go in batches: as many as fill the queue, and one more. Nobody takes items out while a batch goes in, so the order of a batch
/// is known. The one more finds the queue full: it waits, or it is refused, kept, and put in later.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Queues {
    /// In which order items come out.
    pub order: Order,
    /// Number of items.
    pub items: u64,
    /// Room of the queue.
    pub capacity: u64,
    /// What happens to an item that finds the queue full.
    pub full: Full,
    /// Whose queue.
    pub primitives: Variant,
    /// How long each item was on its way.
    #[serde(skip)]
    waits: Latencies,
}

/// What happens to an item that finds the queue full.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Full {
    /// It waits.
    #[default]
    Waits,
    /// It is refused, kept, and put in later.
    Refuses,
}

impl Default for Queues {
    fn default() -> Self {
        Self {
            order: Order::Fifo,
            items: 100,
            capacity: 10,
            full: Full::Waits,
            primitives: Variant::Native,
            waits: Latencies::default(),
        }
    }
}

/// The queue, and what came of it.
pub struct Shelf<P: Primitives> {
    line: Line<P>,
    /// Counts batches that are in.
    filled: P::Semaphore,
    /// Counts batches that are out.
    emptied: P::Semaphore,
    /// The put of the one more of this batch has come back.
    is_over: AtomicBool,
    refused: AtomicU64,
    /// Times that a full queue took one more.
    overfull: AtomicU64,
    out_of_order: AtomicU64,
    taken: P::Mutex<Handled>,
}

impl<P: Primitives> Shared<Queues, P> for Shelf<P> {
    fn new(workload: &Queues, primitives: &P) -> Result<Self, Error> {
        Ok(Self {
            line: Line::new(workload.order, workload.capacity as usize, primitives),
            filled: primitives.semaphore(0),
            emptied: primitives.semaphore(0),
            is_over: AtomicBool::new(false),
            refused: AtomicU64::new(0),
            overfull: AtomicU64::new(0),
            out_of_order: AtomicU64::new(0),
            taken: primitives.mutex(Handled::default()),
        })
    }

    fn conclude(&self, workload: &Queues) -> Result<Findings, Error> {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (refused, overfull, out_of_order) =
            (count(&self.refused), count(&self.overfull), count(&self.out_of_order));
        if overfull > 0 {
            return wrong(format!("the queue took one more than it has room for, {overfull} times"));
        }
        if out_of_order > 0 {
            return wrong(format!("{out_of_order} items came out of order"));
        }
        let Some(taken) = self.taken.try_lock() else { return wrong("a task kept the lock") };
        if let Some(complaint) = taken.complaint(workload.items) {
            return wrong(complaint);
        }
        Ok(Findings::with_operations(workload.items).figure("refused", refused as f64))
    }
}

impl Queues {
    /// Returns the item with this number, ready to be put in now.
    fn item(&self, number: u64) -> Item {
        Item::new(number, self.waits.begin())
    }

    /// Returns the first numbers of the batches.
    fn batches(&self) -> impl Iterator<Item = u64> {
        (0..self.items).step_by(self.capacity as usize + 1)
    }

    /// Returns where the batch that begins at `first` ends.
    fn end_of(&self, first: u64) -> u64 {
        (first + self.capacity + 1).min(self.items)
    }

    /// Returns the number of the item that finds the queue full, in the batch that begins at `first`.
    fn one_more(&self, first: u64) -> Option<u64> {
        let number = first + self.capacity;
        (number < self.items).then_some(number)
    }

    async fn put_all<C: Context>(&self, cx: &C, shelf: &Shelf<C::Primitives>) -> u64 {
        let mut put = 0;
        for first in self.batches() {
            for number in first..self.end_of(first).min(first + self.capacity) {
                cx.checkpoint();
                shelf.line.put(self.item(number)).await;
                put += 1;
            }
            let mut one_more = self.one_more(first).map(|number| self.item(number));
            put += u64::from(one_more.is_some());
            if self.full == Full::Refuses
                && let Some(item) = one_more.take()
            {
                one_more = shelf.line.try_put(item).await.err();
                let counter = if one_more.is_some() { &shelf.refused } else { &shelf.overfull };
                counter.fetch_add(1, Ordering::Relaxed);
            }
            shelf.is_over.store(false, Ordering::Relaxed);
            shelf.filled.release().await;
            if let Some(item) = one_more {
                shelf.line.put(item).await;
                shelf.is_over.store(true, Ordering::Relaxed);
            }
            shelf.emptied.acquire().await;
        }
        put
    }

    async fn take_all<C: Context>(&self, cx: &C, shelf: &Shelf<C::Primitives>) -> u64 {
        let mut taken = Handled::default();
        let mut count = 0;
        for first in self.batches() {
            shelf.filled.acquire().await;
            if first == 0 {
                // The one more has a chance to go where it has no room. Once is enough, for giving way is no price of a queue.
                cx.yield_now().await;
            }
            shelf.overfull.fetch_add(u64::from(shelf.is_over.load(Ordering::Relaxed)), Ordering::Relaxed);
            let mut last: Option<Item> = None;
            for _ in first..self.end_of(first) {
                cx.checkpoint();
                let item = shelf.line.take().await;
                self.waits.end(item.number, item.since);
                taken.add(item.number);
                count += 1;
                // The one more goes in while others come out, so its place is a matter of luck, but in a queue that is first in, first out.
                if self.order != Order::Fifo && Some(item.number) == self.one_more(first) {
                    continue;
                }
                if last.is_some_and(|last| !self.order.allows(&item, &last)) {
                    shelf.out_of_order.fetch_add(1, Ordering::Relaxed);
                }
                last = Some(item);
            }
            shelf.emptied.release().await;
        }
        *shelf.taken.lock().await = taken;
        count
    }
}

impl Asks for Queues {
    fn primitives(&self) -> Variant {
        self.primitives
    }
}

impl Workload for Queues {
    const NAME: &'static str = "queues";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "puts items into a bounded queue, and looks at the order in which they come out";
    const HOLDS: &'static str =
        "items come out in the order of the queue, none is lost, and never more are in than there is room";
    const SHARES_MEMORY: bool = true;
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("order", "", "in which order items come out: `fifo`, `lifo` or `priority`"),
        Parameter::new("items", "", "number of items"),
        Parameter::new("capacity", "", "room of the queue"),
        Parameter::new("full", "", "what happens to an item that finds the queue full: `waits` or `refuses`"),
        Variant::PARAMETER,
    ];

    type Shared<P: Primitives> = Shelf<P>;

    fn validate(&self) -> Result<(), String> {
        check_counts(&[("items", self.items)])?;
        check_counts(&[("capacity", self.capacity)])
    }

    fn tasks(&self) -> u64 {
        2
    }

    async fn task<C: Context>(&self, cx: &C, shared: &Shelf<C::Primitives>, index: u64) -> Result<u64, Error> {
        Ok(if index == 0 { self.put_all(cx, shared).await } else { self.take_all(cx, shared).await })
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        [self.items; 2].into_iter()
    }

    fn at_once(&self) -> u64 {
        2
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.waits = Latencies::new(self.items, now);
    }

    fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
        self.waits.named(WAIT)
    }

    fn begin(&self) {
        self.waits.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::polled::{run_rightly, share};
    use super::*;

    #[test]
    fn every_order_is_kept_and_a_full_queue_waits_or_says_so() {
        for order in [Order::Fifo, Order::Lifo, Order::Priority] {
            for (capacity, items, batches_beyond) in [(1, 7, 3.0), (10, 100, 9.0), (10, 5, 0.0), (3, 8, 2.0)] {
                for (full, refused) in [(Full::Waits, 0.0), (Full::Refuses, batches_beyond)] {
                    let workload = Queues { order, items, capacity, full, ..Queues::default() };
                    let figures = run_rightly(&workload).figures;
                    assert_eq!((figures["operations"], figures["refused"]), (items as f64, refused), "{workload:?}");
                }
            }
        }
    }

    #[test]
    fn a_full_queue_that_takes_one_more_is_wrong_and_so_are_disorder_and_loss() {
        let workload = Queues::default();
        for (overfull, out_of_order, taken) in [(1, 0, 100), (0, 1, 100), (0, 0, 99)] {
            let shared = share(&workload);
            shared.overfull.store(overfull, Ordering::Relaxed);
            shared.out_of_order.store(out_of_order, Ordering::Relaxed);
            *shared.taken.try_lock().expect("a free lock") = Handled::all(taken);
            assert!(matches!(shared.conclude(&workload), Err(Error::Wrong(_))));
        }
    }
}
