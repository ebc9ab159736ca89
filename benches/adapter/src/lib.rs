//! `cargo bench`: criterion drives the cells of a plan.
//!
//! A bench target has a `main` of its own (`harness = false` in `Cargo.toml`), for it is also the program of its cells:
//!
//! ```no_run
//! # use regatta_workloads::Empty as Mine;
//! # const PLAN: &str = "";
//! fn main() -> std::process::ExitCode {
//!     regatta_bench::main(regatta::Course::standard().workload::<Mine>(), "mine", PLAN)
//! }
//! ```
//!
//! The plan is that of `regatta run --plan FILE`. A group of the plan is a group of criterion, a runner a function, its workers
//! the value: `primes/rayon/2`. `rounds` is criterion's sample size (at least 10), and `budget` bounds the time of the target.
//!
//! Every run is verified. Its wall time is what criterion sees; all of it goes to `regatta-report/<time>-<name>/results.jsonl`,
//! with a report beside. A cell that cannot run here, or fails, is named and left out; the others go on.
//!
//! # Layout
//! - `args`: what criterion was asked for.
//! - `target`: a bench target while it is carried out.
//! - `names`: what criterion calls groups and cells.
//! - `time`: how long a target takes.
//! - `measurement`: what criterion adds up.
//! - `left`: the way out of a benchmark that cannot go on.
//! - `ledger`: the records of the target, and its report.
//! - `profiler`: what `--profile-time` records.

mod args;
mod ledger;
mod left;
mod measurement;
mod names;
mod profiler;
mod target;
mod time;

use std::process::ExitCode;

use regatta::Course;
use regatta::harness::Exit;
use regatta_runners::Runners;
use regatta_workloads::Workloads;

pub use args::{Args, Mode};

/// Runs a whole bench target: criterion drives the cells of `plan`, a plan in TOML, with the workloads and runners of `course`.
///
/// Returns the exit code of the process, which may have been started as one of the cells.
pub fn main<Ws: Workloads, Rs: Runners>(course: Course<Ws, Rs>, name: &str, plan: &str) -> ExitCode {
    if let Some(exit) = course.helper() {
        return exit;
    }
    let exit = target::carry_out(&course, name, plan).unwrap_or_else(|error| {
        eprintln!("{name}: {error:#}");
        Exit::Bad
    });
    exit.into()
}
