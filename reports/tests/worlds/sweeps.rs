//! The sweeps that claims about curves speak of, as plan `scaling` has them. Of the grains there are the ends and one between.

use regatta_reports::record::AxisOf;

use super::machine::World;
use super::model::Cell;
use super::plan::{Course, Plan, params};

/// Plan `scaling`, with the least rounds that it gives.
pub const SCALING: Plan = Plan { name: "scaling", rounds: 6, courses };

/// Titles of the groups in the plan, and what stands there: a test holds the plan against it, so that it stays what is simulated.
pub const PLANNED: [(&str, &str); 3] = [
    (
        "prime numbers by workers",
        "params = { start = 40_000_000, length = '16_000 per worker', tasks = '16 per worker' }
         scale = { cpython = { start = 10_000_000, length = '6_000 per worker', tasks = '16 per worker', hot = '0s' } }
         sweep = { axis = 'workers', values = '1..cores, cores..4 per core' }",
    ),
    (
        "counting by grain",
        "params = { tasks = '8 per worker' }
         scale = { cpython = { from = '3..3e5/11' } }
         sweep = { axis = 'from', values = '3e2..3e7/11' }",
    ),
    (
        "waits by size of the pool",
        "params = { wait_us = 5_000, tasks = '8 per worker' }
         sweep = { axis = 'workers', values = '1..cores, cores..8 per core' }",
    ),
];

/// Grains, native and in CPython.
const GRAINS: [(u64, u64); 3] = [(300, 3), (94_868, 949), (30_000_000, 300_000)];
/// What a step of counting takes, native and in CPython, nanoseconds.
const STEP_NS: (f64, f64) = (0.285, 30.0);

/// Whether a cell counts with the smallest tasks.
pub fn is_finest(cell: &Cell) -> bool {
    cell.workload == "counting" && cell.each_ns < 1e4
}

/// Whether a cell counts with the largest tasks.
pub fn is_coarsest(cell: &Cell) -> bool {
    cell.workload == "counting" && cell.each_ns > 1e6
}

/// Sizes of a pool, each twice the one before: from one to one a core, and from there to so many a core.
fn sizes(cores: u64, each: u64) -> Vec<u64> {
    let doubled = |from| std::iter::successors(Some(from), |size| Some(size * 2));
    let below = doubled(1).take_while(|size| *size < cores);
    below.chain(doubled(cores).take_while(|size| *size <= each * cores)).collect()
}

fn courses(world: &World) -> Vec<Course> {
    let workers = world.workers();
    let (computed, counted) = (16 * workers, 8 * workers);
    let primes = Course {
        workload: "primes",
        params: params(&[("length", 16_000 * workers), ("start", 40_000_000), ("tasks", computed)]),
        tasks: computed,
        models: &["sequential", "process-pool"],
        each_ns: (0.375e6, 1.65e6),
        sizes: sizes(workers, 4),
        ..Course::default()
    };
    let primes =
        primes.and_python(&[("length", 6_000 * workers), ("start", 10_000_000), ("tasks", computed)], computed);
    let counting = GRAINS.map(|(from, of_python)| {
        let course = Course {
            workload: "counting",
            params: params(&[("from", from), ("tasks", counted)]),
            tasks: counted,
            models: &["sequential", "process-pool", "thread", "thread-pool"],
            each_ns: (from as f64 * STEP_NS.0, of_python as f64 * STEP_NS.1),
            has_copies: false,
            ..Course::default()
        };
        let course = course.and_python(&[("from", of_python), ("tasks", counted)], counted);
        course.along(PLANNED[1].0, "from", AxisOf::Parameter)
    });
    let wait_us = 5_000;
    let sleep = Course {
        workload: "sleep",
        kind: "io",
        params: params(&[("tasks", counted), ("wait_us", wait_us)]),
        tasks: counted,
        wait_ns: wait_us * 1_000,
        models: &["sequential", "thread-pool"],
        sizes: sizes(workers, 8),
        has_copies: false,
        ..Course::default()
    };
    let primes = primes.along(PLANNED[0].0, "workers", AxisOf::Workers);
    let sleep = sleep.along(PLANNED[2].0, "workers", AxisOf::Workers);
    [primes].into_iter().chain(counting).chain([sleep]).collect()
}
