//! Queues in three orders behind one surface, and the items that go through them.

use serde::{Deserialize, Serialize};

use crate::monitor::{self, Lifo, Priority};
use crate::{Primitives, Queue};

/// Multiplies an item's number to its rank. It is odd, so no two numbers have one rank.
const SCATTER: u64 = 0x9E37_79B9_7F4A_7C15;

/// In which order items come out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// First in, first out.
    #[default]
    Fifo,
    /// Last in, first out.
    Lifo,
    /// The greatest rank first.
    Priority,
}

impl Order {
    /// Says whether an item may come out right after another, where nothing was put in meanwhile.
    pub(super) fn allows(self, item: &Item, last: &Item) -> bool {
        match self {
            Self::Fifo => item.number == last.number + 1,
            Self::Lifo => item.number + 1 == last.number,
            Self::Priority => item < last,
        }
    }
}

/// An item on its way. Items are compared by rank.
#[derive(Debug)]
pub(super) struct Item {
    rank: u64,
    pub(super) number: u64,
    /// When it was ready to be put in.
    pub(super) since: Option<u64>,
}

impl Item {
    /// Makes the item with this number. Its rank has nothing to do with when it is put in.
    pub(super) fn new(number: u64, since: Option<u64>) -> Self {
        Self { rank: number.wrapping_mul(SCATTER), number, since }
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl Eq for Item {}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Item {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }
}

/// The queue in question.
pub(super) enum Line<P: Primitives> {
    Fifo(P::Channel<Item>),
    Lifo(monitor::Queue<P, Lifo<Item>>),
    Priority(monitor::Queue<P, Priority<Item>>),
}

impl<P: Primitives> Line<P> {
    pub(super) fn new(order: Order, capacity: usize, primitives: &P) -> Self {
        match order {
            Order::Fifo => Self::Fifo(primitives.channel(capacity)),
            Order::Lifo => Self::Lifo(monitor::Queue::new(primitives, capacity)),
            Order::Priority => Self::Priority(monitor::Queue::new(primitives, capacity)),
        }
    }

    pub(super) async fn put(&self, item: Item) {
        match self {
            Self::Fifo(queue) => queue.put(item).await,
            Self::Lifo(queue) => queue.put(item).await,
            Self::Priority(queue) => queue.put(item).await,
        }
    }

    pub(super) async fn try_put(&self, item: Item) -> Result<(), Item> {
        match self {
            Self::Fifo(queue) => queue.try_put(item).await,
            Self::Lifo(queue) => queue.try_put(item).await,
            Self::Priority(queue) => queue.try_put(item).await,
        }
    }

    pub(super) async fn take(&self) -> Item {
        match self {
            Self::Fifo(queue) => queue.take().await,
            Self::Lifo(queue) => queue.take().await,
            Self::Priority(queue) => queue.take().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_follow_depends_on_the_order() {
        let [five, six, seven] = [5, 6, 7].map(|number| Item::new(number, None));
        assert!(Order::Fifo.allows(&six, &five) && !Order::Fifo.allows(&seven, &five));
        assert!(Order::Lifo.allows(&five, &six) && !Order::Lifo.allows(&six, &five));
        let (low, high) = if five < six { (five, six) } else { (six, five) };
        assert!(Order::Priority.allows(&low, &high) && !Order::Priority.allows(&high, &low));
    }
}
