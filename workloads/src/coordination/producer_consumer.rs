//! `producer-consumer`: some tasks put items into a bounded queue, and others take them out.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::handled::Handled;
use super::parts::{WAIT, check_counts, wrong};
use crate::{
    Asks, Condvar, Context, Error, Findings, Kind, Latencies, Mutex, Parameter, Primitives, Queue, Shared, Variant,
    Workload,
};

/// Hands items from producers to consumers, through one bounded queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProducerConsumer {
    /// Tasks that put items in.
    pub producers: u64,
    /// Tasks that take items out.
    pub consumers: u64,
    /// Items of each producer.
    pub items: u64,
    /// Room of the queue.
    pub capacity: u64,
    /// How consumers come to their end.
    pub ending: Ending,
    /// Whose queue.
    pub primitives: Variant,
    /// How long each item was on its way.
    #[serde(skip)]
    waits: Latencies,
}

/// How consumers come to their end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The producer that is done last puts in the end of work for each consumer.
    #[default]
    Sentinel,
    /// Consumers say of each item that it is done. Producer 0 waits until all of them are, and puts in the end of work then.
    TaskDone,
}

impl Default for ProducerConsumer {
    fn default() -> Self {
        Self {
            producers: 3,
            consumers: 2,
            items: 100,
            capacity: 10,
            ending: Ending::Sentinel,
            primitives: Variant::Native,
            waits: Latencies::default(),
        }
    }
}

impl ProducerConsumer {
    /// Returns the items of all producers.
    fn all(&self) -> u64 {
        self.producers * self.items
    }
}

/// An item on its way.
struct Item {
    number: u64,
    /// When its producer had it ready.
    since: Option<u64>,
}

/// The queue, and what is known of it.
pub struct Belt<P: Primitives> {
    /// Items, and the end of work for each consumer.
    queue: P::Channel<Option<Item>>,
    /// Producers that are not done.
    producing: AtomicU64,
    /// Items that no consumer has called done.
    undone: P::Mutex<u64>,
    all_done: P::Condvar,
    /// Puts that have come back, less takes that have begun. There were at least so many in the queue, however calls overlap.
    inside: AtomicI64,
    most_inside: AtomicI64,
    /// What consumers took that have ended.
    handled: P::Mutex<Handled>,
}

impl<P: Primitives> Shared<ProducerConsumer, P> for Belt<P> {
    fn new(workload: &ProducerConsumer, primitives: &P) -> Result<Self, Error> {
        Ok(Self {
            queue: primitives.channel(workload.capacity as usize),
            producing: AtomicU64::new(workload.producers),
            undone: primitives.mutex(workload.all()),
            all_done: primitives.condvar(),
            inside: AtomicI64::new(0),
            most_inside: AtomicI64::new(0),
            handled: primitives.mutex(Handled::default()),
        })
    }

    fn conclude(&self, workload: &ProducerConsumer) -> Result<Findings, Error> {
        let Some(handled) = self.handled.try_lock() else { return wrong("a task kept the lock") };
        if let Some(complaint) = handled.complaint(workload.all()) {
            return wrong(complaint);
        }
        let (most, capacity) = (self.most_inside.load(Ordering::Relaxed), workload.capacity);
        if most > capacity as i64 {
            return wrong(format!("{most} items were in the queue at once, and it has room for {capacity}"));
        }
        Ok(Findings::with_operations(workload.all()).figure("most_in_queue", most as f64))
    }
}

impl<P: Primitives> Belt<P> {
    async fn put(&self, item: Option<Item>) {
        self.queue.put(item).await;
        let inside = self.inside.fetch_add(1, Ordering::Relaxed) + 1;
        if inside > self.most_inside.load(Ordering::Relaxed) {
            self.most_inside.fetch_max(inside, Ordering::Relaxed);
        }
    }

    async fn take(&self) -> Option<Item> {
        self.inside.fetch_sub(1, Ordering::Relaxed);
        self.queue.take().await
    }

    /// Counts an item as done.
    async fn task_done(&self) {
        let mut undone = self.undone.lock().await;
        *undone -= 1;
        if *undone == 0 {
            self.all_done.notify_all();
        }
    }

    /// Waits until all items are done.
    async fn join(&self) {
        let mut undone = self.undone.lock().await;
        while *undone > 0 {
            undone = self.all_done.wait(undone).await;
        }
    }
}

impl ProducerConsumer {
    async fn produce<C: Context>(&self, cx: &C, belt: &Belt<C::Primitives>, producer: u64) {
        for item in 0..self.items {
            cx.checkpoint();
            let number = producer * self.items + item;
            belt.put(Some(Item { number, since: self.waits.begin() })).await;
        }
        let is_last = belt.producing.fetch_sub(1, Ordering::AcqRel) == 1;
        let ends = match self.ending {
            Ending::Sentinel => is_last,
            Ending::TaskDone => producer == 0,
        };
        if !ends {
            return;
        }
        if self.ending == Ending::TaskDone {
            belt.join().await;
        }
        for _ in 0..self.consumers {
            belt.put(None).await;
        }
    }

    async fn consume<C: Context>(&self, cx: &C, belt: &Belt<C::Primitives>) {
        let mut handled = Handled::default();
        while let Some(Item { number, since }) = belt.take().await {
            cx.checkpoint();
            self.waits.end(number, since);
            handled.add(number);
            if self.ending == Ending::TaskDone {
                belt.task_done().await;
            }
        }
        belt.handled.lock().await.merge(handled);
    }
}

impl Asks for ProducerConsumer {
    fn primitives(&self) -> Variant {
        self.primitives
    }
}

impl Workload for ProducerConsumer {
    const NAME: &'static str = "producer-consumer";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "hands items from some tasks to others through one bounded queue";
    const HOLDS: &'static str = "every item is handled once";
    const SHARES_MEMORY: bool = true;
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("producers", "", "tasks that put items in"),
        Parameter::new("consumers", "", "tasks that take items out"),
        Parameter::new("items", "", "items of each producer"),
        Parameter::new("capacity", "", "room of the queue"),
        Parameter::new("ending", "", "how consumers come to their end: `sentinel` or `task-done`"),
        Variant::PARAMETER,
    ];

    type Shared<P: Primitives> = Belt<P>;

    fn validate(&self) -> Result<(), String> {
        check_counts(&[("producers", self.producers), ("items", self.items)])?;
        check_counts(&[("consumers", self.consumers)])?;
        check_counts(&[("capacity", self.capacity)])
    }

    fn tasks(&self) -> u64 {
        self.producers + self.consumers
    }

    async fn task<C: Context>(&self, cx: &C, shared: &Belt<C::Primitives>, index: u64) -> Result<u64, Error> {
        if index < self.producers {
            self.produce(cx, shared, index).await;
            return Ok(self.items);
        }
        // Which consumer takes how many is a matter of luck.
        self.consume(cx, shared).await;
        Ok(0)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        let results = [(self.producers, self.items), (self.consumers, 0)];
        results.into_iter().flat_map(|(tasks, result)| (0..tasks).map(move |_| result))
    }

    fn at_once(&self) -> u64 {
        self.tasks()
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.waits = Latencies::new(self.all(), now);
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
    fn every_item_is_handled_once_with_either_ending() {
        for ending in [Ending::Sentinel, Ending::TaskDone] {
            for (producers, consumers) in [(1, 1), (3, 2), (1, 4)] {
                let workload = ProducerConsumer { producers, consumers, ending, ..ProducerConsumer::default() };
                let figures = run_rightly(&workload).figures;
                assert_eq!(figures["operations"], figures[WAIT]);
                assert_eq!(figures["operations"], producers as f64 * 100.0);
                assert!(figures["most_in_queue"] <= 10.0);
            }
        }
    }

    #[test]
    fn an_item_that_is_lost_is_wrong_and_so_is_a_queue_that_takes_too_many() {
        let workload = ProducerConsumer { producers: 1, items: 3, ..ProducerConsumer::default() };
        for (handled, most, what) in [(2, 10, "2 items came out"), (3, 11, "11 items were in the queue")] {
            let shared = share(&workload);
            *shared.handled.try_lock().expect("a free lock") = Handled::all(handled);
            shared.most_inside.store(most, Ordering::Relaxed);
            assert!(shared.conclude(&workload).expect_err("wrong").to_string().starts_with(what));
        }
    }
}
