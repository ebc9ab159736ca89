//! Regatta runs one and the same work under every concurrency model and says, with evidence, what holds on this machine.
//!
//! The program is a thin shell over this library, so that a program of your own can carry workloads and runners of its own:
//!
//! ```no_run
//! # use regatta_workloads::Empty as Mine;
//! fn main() -> std::process::ExitCode {
//!     regatta::Course::standard().workload::<Mine>().main()
//! }
//! ```
//!
//! [`prelude`] has what such workloads and runners need.
//!
//! # Layout
//! ```text
//! plan -> driver ==protocol==> cell [ workload -> runner -> recorder ] ==protocol==> driver -> results.jsonl -> report
//! ```
//! - `course`: which workloads and runners there are; `catalogue` is the same for code that needs no types.
//! - `cli`: the command line; `commands`: one file per subcommand; `exit`: how the process ends.
//! - `group`: a group of a plan, ready to be carried out.
//! - `plan`: which cells, how many rounds; the built-in plans are in `plans/`.
//! - `driver`: starts cells, sends rounds in random order, bounds time, turns failures into records.
//! - `cell`: the other end: a process that carries out one workload under one runner.
//! - `check`: a look at each task for itself: whether it is right, and whether it blocks its thread.
//! - `protocol`: what the two say to each other; `subprocess`: a child process that is spoken to line by line; `cell_error`: why
//!   it gave no answer that counts.
//! - `conformance`: whether a program in another language keeps to the protocol, for its author.
//! - `cpython`: the same in Python: which interpreters, and the script that they run.
//! - `guests`: programs in other languages that are cells, CPython's among them.
//! - `recorder`: the only code that reads clocks and counters.
//! - `profile`: which worker does what when, in a pass of its own.
//! - `server`: the echo server, in a process of its own; `load`: the load generator, likewise.
//! - `serving`: a cell whose runner is a server model.
//! - `calibration`: what the harness itself costs; `capacity`: how much parallel speed the machine gives; `lone`: one task alone;
//!   `blocking`: whether it blocks the thread of an event loop.
//! - `scale`: numbers that grow with the machine; `durations`: read and printed.
//! - `environment`: describes the machine and this program.
//! - `baselines`: runs that are kept under a name.
//! - `output`: the folder of a run and its `results.jsonl`; `header`: the first record in it; `report`: what is written when it is over.
//! - `terminal`: where text for people goes, and what it can show there; `verbosity`: how much of it; `browser`: opens a page.
//! - `trial`: what a model loses when one task of many comes to grief; `shared_numbers`: memory that its processes share.
//! - `shell`: completions and manual pages.
//! - [`harness`]: the same cells for another driver, as criterion under `cargo bench`.

mod baselines;
mod blocking;
mod browser;
mod calibration;
mod capacity;
mod catalogue;
mod cell;
mod cell_error;
mod check;
mod cli;
mod commands;
mod conformance;
mod course;
mod cpython;
mod crossover;
mod driver;
mod durations;
mod environment;
mod exit;
mod group;
mod guests;
pub mod harness;
mod header;
mod interrupt;
mod load;
mod lone;
mod output;
mod plan;
mod pools;
pub mod prelude;
mod profile;
mod progress;
mod protocol;
mod recorder;
mod report;
mod resolving;
mod server;
mod serving;
mod shared_numbers;
mod shell;
mod sizing;
mod standard;
mod subprocess;
mod terminal;
mod trial;
mod verbosity;

pub use catalogue::{Catalogue, Resolved, RunnerCard, WorkloadCard};
pub use course::Course;
pub use plan::{Plan, PlanError};
pub use recorder::{Recorder, Usage};
/// What the types of workloads derive: see [`prelude`].
pub use serde;
