//! What a primitive costs through Regatta: one workload and, for each row, a loop written by hand over the same primitive.
//!
//! By hand, too, one body does both ends of a channel, tasks share what they coordinate with, and the optimiser does not see how it was made.

use std::hint::black_box;
use std::sync::{Arc, Mutex as StdMutex};

use crossbeam_channel::bounded;
use regatta_runners::{AsyncSingle, Runner, Sequential, Settings, Thread};
use regatta_workloads::{Context, Error, Findings, Kind, Mutex, Primitives, Queue, Shared, Workload, expected_tally};
use serde::{Deserialize, Serialize};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::Arm;

/// A row: what it is called, how many operations one run of its arms has, Regatta's arm and the one by hand.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) operations: u64,
    pub(crate) through: fn(u64) -> Arm,
    pub(crate) by_hand: fn(u64) -> Arm,
}

/// All rows. Where both ends of a channel are in one task, nobody waits. Where they are in two, each trip waits twice.
pub(crate) const ROWS: [Row; 6] = [
    Row { name: "std/lock", operations: 20_000, through: through::<Sequential, LOCK>, by_hand: lock_of_std },
    Row {
        name: "std/channel",
        operations: 20_000,
        through: through::<Sequential, CHANNEL>,
        by_hand: channel_of_crossbeam,
    },
    Row { name: "std/ping", operations: 500, through: through::<Thread, PING>, by_hand: ping_of_crossbeam },
    Row { name: "tokio/lock", operations: 20_000, through: through::<AsyncSingle, LOCK>, by_hand: lock_of_tokio },
    Row {
        name: "tokio/channel",
        operations: 20_000,
        through: through::<AsyncSingle, CHANNEL>,
        by_hand: channel_of_tokio,
    },
    Row { name: "tokio/ping", operations: 20_000, through: through::<AsyncSingle, PING>, by_hand: ping_of_tokio },
];

/// A task takes and lets go of a lock that nobody else wants.
const LOCK: u8 = 0;
/// A task puts an item into a channel and takes it out.
const CHANNEL: u8 = 1;
/// Two tasks send an item to and fro.
const PING: u8 = 2;

/// The workload that does one of these.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Coordinated<const WHAT: u8> {
    operations: u64,
}

struct Kit<P: Primitives> {
    lock: P::Mutex<u64>,
    there: P::Channel<u64>,
    back: P::Channel<u64>,
}

impl<P: Primitives, const WHAT: u8> Shared<Coordinated<WHAT>, P> for Kit<P> {
    fn new(_: &Coordinated<WHAT>, primitives: &P) -> Result<Self, Error> {
        Ok(Self { lock: primitives.mutex(0), there: primitives.channel(1), back: primitives.channel(1) })
    }

    fn conclude(&self, _: &Coordinated<WHAT>) -> Result<Findings, Error> {
        Ok(Findings::default())
    }
}

impl<const WHAT: u8> Workload for Coordinated<WHAT> {
    const NAME: &'static str = "coordinated";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "does what the loops written by hand over a primitive do";
    const SHARES_MEMORY: bool = true;

    type Shared<P: Primitives> = Kit<P>;

    fn tasks(&self) -> u64 {
        if WHAT == PING { 2 } else { 1 }
    }

    async fn task<C: Context>(&self, _cx: &C, kit: &Kit<C::Primitives>, index: u64) -> Result<u64, Error> {
        match (WHAT, index) {
            (LOCK, _) => {
                for _ in 0..self.operations {
                    *kit.lock.lock().await += 1;
                }
                Ok(*kit.lock.lock().await)
            }
            (CHANNEL, _) => {
                let mut item = 0;
                for _ in 0..self.operations {
                    kit.there.put(item + 1).await;
                    item = kit.there.take().await;
                }
                Ok(item)
            }
            (_, 0) => {
                let mut item = 0;
                for _ in 0..self.operations {
                    kit.there.put(item + 1).await;
                    item = kit.back.take().await;
                }
                Ok(item)
            }
            _ => {
                for _ in 0..self.operations {
                    let item = kit.there.take().await;
                    kit.back.put(item).await;
                }
                Ok(0)
            }
        }
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        [self.operations, 0].into_iter().take(self.tasks() as usize)
    }
}

fn through<R: Runner, const WHAT: u8>(operations: u64) -> Arm {
    let workload = Arc::new(Coordinated::<WHAT> { operations });
    let expected = expected_tally(workload.expected());
    let mut run = R::start(workload, Settings::default()).expect("every model of this bench starts here");
    Box::new(move || {
        let tally = run().expect("these tasks cannot fail").tally;
        assert_eq!(tally, expected);
        operations
    })
}

fn lock_of_std(operations: u64) -> Arm {
    Box::new(move || {
        let lock = black_box(Arc::new(StdMutex::new(0)));
        for _ in 0..operations {
            *lock.lock().expect("no panic") += 1;
        }
        *lock.lock().expect("no panic")
    })
}

fn channel_of_crossbeam(operations: u64) -> Arm {
    Box::new(move || {
        let ends = black_box(Arc::new(bounded(1)));
        let (put, take) = &*ends;
        let mut item = 0;
        for _ in 0..operations {
            put.send(item + 1).expect("both ends live");
            item = take.recv().expect("both ends live");
        }
        item
    })
}

fn ping_of_crossbeam(operations: u64) -> Arm {
    Box::new(move || {
        let (there, taken) = black_box(bounded(1));
        let (back, returned) = black_box(bounded(1));
        let ping = std::thread::spawn(move || {
            let mut item = 0;
            for _ in 0..operations {
                there.send(item + 1).expect("both ends live");
                item = returned.recv().expect("both ends live");
            }
            item
        });
        let pong = std::thread::spawn(move || {
            for _ in 0..operations {
                let item: u64 = taken.recv().expect("both ends live");
                back.send(item).expect("both ends live");
            }
        });
        pong.join().expect("no panic");
        ping.join().expect("no panic")
    })
}

fn event_loop() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn lock_of_tokio(operations: u64) -> Arm {
    let runtime = event_loop();
    Box::new(move || {
        let lock = black_box(Arc::new(tokio::sync::Mutex::new(0)));
        let task = async move {
            for _ in 0..operations {
                *lock.lock().await += 1;
            }
            *lock.lock().await
        };
        runtime.block_on(async { tokio::spawn(task).await.expect("no panic") })
    })
}

/// A channel of tokio for more than one receiver, as its users make it.
struct Shareable {
    put: Sender<u64>,
    take: tokio::sync::Mutex<Receiver<u64>>,
}

impl Shareable {
    fn new() -> Arc<Self> {
        let (put, take) = black_box(mpsc::channel(1));
        Arc::new(Self { put, take: tokio::sync::Mutex::new(take) })
    }

    async fn put(&self, item: u64) {
        self.put.send(item).await.expect("both ends live");
    }

    async fn take(&self) -> u64 {
        self.take.lock().await.recv().await.expect("both ends live")
    }
}

fn channel_of_tokio(operations: u64) -> Arm {
    let runtime = event_loop();
    Box::new(move || {
        let channel = Shareable::new();
        let task = async move {
            let mut item = 0;
            for _ in 0..operations {
                channel.put(item + 1).await;
                item = channel.take().await;
            }
            item
        };
        runtime.block_on(async { tokio::spawn(task).await.expect("no panic") })
    })
}

/// Sends items to and fro as one end or the other.
async fn trips(is_first: bool, operations: u64, there: Arc<Shareable>, back: Arc<Shareable>) -> u64 {
    let mut item = 0;
    for _ in 0..operations {
        if is_first {
            there.put(item + 1).await;
            item = back.take().await;
        } else {
            item = there.take().await;
            back.put(item).await;
        }
    }
    item
}

fn ping_of_tokio(operations: u64) -> Arm {
    let runtime = event_loop();
    Box::new(move || {
        let (there, back) = (Shareable::new(), Shareable::new());
        runtime.block_on(async {
            let ping = tokio::spawn(trips(true, operations, Arc::clone(&there), Arc::clone(&back)));
            let pong = tokio::spawn(trips(false, operations, there, back));
            pong.await.expect("no panic");
            ping.await.expect("no panic")
        })
    })
}
