//! What is done: workloads, each a set of tasks with a known right answer.
//!
//! A task body is written once, as an `async fn` that is generic over the world it waits in (its [`Context`]).
//! In a world where waiting blocks the thread, every future is ready at once.
//! So polling the task once runs it to its end, and the compiler removes the rest.
//! This crate holds no threads, no clocks and no runtime: those belong to the runners.
//!
//! # Layout
//! - `workload`: the [`Workload`] trait.
//! - `error`: what a task can fail with.
//! - `primitives`: locks, queues and signals of a world, and what tasks share.
//! - `variant`: which primitives a workload asks of its world.
//! - `context`: [`Context`] and [`Stream`], the world of a model as a task sees it.
//! - `checksum`: one figure for the results of all tasks, to compare with the oracle's.
//! - `latencies`: what tasks note of their round trips, without allocating.
//! - `list`: lists of workload types, and the way from a name to a type.
//! - `coordination`: workloads whose tasks coordinate, a file each.
//! - `fault`: a workload of its own kind, one task of which comes to grief; `fault_kind`, by what.
//! - one file per other workload, and `burn`, the reference burn, which the harness adds to every list.

mod block;
mod burn;
mod checksum;
mod context;
mod convoy;
mod coordination;
mod counting;
mod echo;
mod empty;
mod error;
mod fault;
mod fault_kind;
mod latencies;
mod list;
mod primes;
mod primitives;
mod request;
mod serve;
pub mod serving;
mod sleep;
mod switch;
mod tickets;
mod variant;
mod workload;

pub use block::Block;
pub use burn::Burn;
pub use checksum::{Tally, expected_tally};
pub use context::{Context, Stream};
pub use convoy::Convoy;
pub use coordination::{
    Account, Barriers, Contention, Cure, Deadlock, Dishes, Ending, Full, LostUpdate, Order, PingPong, PrimeFilter,
    ProducerConsumer, Queues, RwLocks, Semaphores, SquareMapper, Timer, TrafficLight,
};
pub use counting::Counting;
pub use echo::Echo;
pub use empty::Empty;
pub use error::Error;
pub use fault::{Fault, LOCK_FREE, LOCK_POISONED, Mark, WRITES, Witness};
pub use fault_kind::{FaultKind, Outside};
pub use latencies::Latencies;
pub use list::{Card, Selected, UnknownWorkload, Visitor, Workloads};
pub use primes::{Preset, Primes};
pub use primitives::{
    Barrier, Condvar, Event, Findings, Guard, Mutex, Primitives, Queue, RwLock, Semaphore, Shared, monitor,
};
pub use request::Request;
pub use serve::Serve;
pub use sleep::Sleep;
pub use switch::Switch;
pub use tickets::Tickets;
pub use variant::{Asks, OnVariant, Variant, Varied, VariedShared};
pub use workload::{Kind, Parameter, Service, Sizing, Workload};

/// The workloads that come with Regatta, in the order in which they are shown. A new one is one more name here.
pub type Standard = list![
    Primes,
    Counting,
    Switch,
    Empty,
    Sleep,
    Block,
    Echo,
    Convoy,
    Request,
    Serve,
    Varied<LostUpdate>,
    Varied<Contention>,
    Varied<Account>,
    Varied<Semaphores>,
    Varied<TrafficLight>,
    Varied<RwLocks>,
    Varied<Barriers>,
    Varied<PingPong>,
    Varied<ProducerConsumer>,
    Varied<Queues>,
    Varied<Dishes>,
    Varied<Deadlock>,
    Timer,
    Tickets,
    PrimeFilter,
    SquareMapper
];
