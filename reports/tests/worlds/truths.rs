//! Worlds in which all claims are true, and for each claim what makes it false.

use super::machine::World;
use super::model::{Cell, Figures};

/// Worlds in which every claim that can be judged there is true.
pub fn worlds() -> Vec<World> {
    const USUAL: World = World::USUAL;
    vec![
        World { name: "1 core", cores: 1, ..USUAL },
        USUAL,
        World { name: "2 cores, steal 20 %", steal: 0.2, noise: 1.5, ..USUAL },
        World { name: "2 cores, no capacity measured", has_capacity: false, ..USUAL },
        World { name: "2 cores, a fifth of one busy", outside: 0.2, noise: 1.5, ..USUAL },
        World { name: "2 threads of 1 core", cores: 1, siblings: 2, sibling_yield: 1.25, burn_yield: 1.9, ..USUAL },
        World { name: "3 cores, dear threads", cores: 3, creation: 2.0, ..USUAL },
        World { name: "4 cores, turbo", cores: 4, droop: 0.2, ..USUAL },
        World {
            name: "4 cores x 2 threads",
            cores: 4,
            siblings: 2,
            sibling_yield: 1.3,
            burn_yield: 1.6,
            droop: 0.1,
            ..USUAL
        },
        World { name: "6 slow cores, interval 1 ms", cores: 6, slowness: 3.0, interval_ns: 1e6, ..USUAL },
        World { name: "8 cores, quota 3", cores: 8, quota: Some(3.0), ..USUAL },
        World { name: "8 cores, noisy", cores: 8, noise: 3.0, ..USUAL },
        World { name: "12 cores, interval 20 ms", cores: 12, droop: 0.15, interval_ns: 20e6, ..USUAL },
        World {
            name: "16 cores x 2 threads, turbo 30 %",
            cores: 16,
            siblings: 2,
            sibling_yield: 1.1,
            burn_yield: 1.9,
            droop: 0.3,
            ..USUAL
        },
        World { name: "24 cores", cores: 24, droop: 0.1, ..USUAL },
        World { name: "32 cores, steal 10 %", cores: 32, steal: 0.1, noise: 1.5, ..USUAL },
        World { name: "64 cores, fast", cores: 64, slowness: 0.6, droop: 0.2, ..USUAL },
        World { name: "128 cores", cores: 128, droop: 0.3, ..USUAL },
        World {
            name: "64 cores x 2 threads",
            cores: 64,
            siblings: 2,
            sibling_yield: 1.3,
            burn_yield: 1.3,
            droop: 0.25,
            noise: 1.5,
            ..USUAL
        },
    ]
}

/// What breaks a claim.
pub type Breaking = fn(Cell, &mut Figures);

/// A world in which some claims are false.
#[derive(Clone, Copy)]
pub struct Falsehood {
    pub name: &'static str,
    /// Ids and families of the claims that it makes false.
    pub claims: &'static [(&'static str, &'static str)],
    /// Workloads whose records show it.
    pub workloads: &'static [&'static str],
    pub breaking: Breaking,
    /// Whether it is seen on a quiet machine; else nothing shows the claim to be true, and no more.
    pub is_seen: bool,
}

/// The machines on which falsehoods are tried.
pub fn false_worlds() -> Vec<World> {
    let names = ["2 quiet cores", "4 cores, turbo", "16 cores x 2 threads, turbo 30 %", "64 cores, fast"];
    worlds().into_iter().filter(|world| names.contains(&world.name)).collect()
}

fn is_computing(cell: &Cell) -> bool {
    matches!(cell.workload, "primes" | "counting")
}

/// On half of the threads that it should use.
fn halved(cell: Cell, figures: &mut Figures) {
    let world = cell.world;
    let (all, half) = (cell.threads(), (cell.threads() / 2).max(1));
    let slower = world.speed(all, world.sibling_yield) / world.speed(half, world.sibling_yield);
    figures.wall *= slower;
    figures.cpu = figures.wall * half as f64 * world.share(half as f64);
}

/// Everything that is tried.
pub fn falsehoods() -> Vec<Falsehood> {
    vec![
        Falsehood {
            name: "a lock that does not lock",
            claims: &[("cpu-gil-threads", "gil"), ("cpu-gil-threads", "cpython")],
            is_seen: true,
            workloads: &["primes", "counting"],
            breaking: |cell, figures| {
                if is_computing(&cell) && cell.has_lock() && cell.is_in_threads() {
                    figures.wall /= 1.6;
                }
            },
        },
        Falsehood {
            name: "threads that compute at once and are no faster",
            claims: &[("cpu-gil-threads", "gil"), ("cpu-gil-threads", "cpython")],
            is_seen: true,
            workloads: &["primes", "counting"],
            breaking: |cell, figures| {
                if is_computing(&cell) && cell.has_lock() && cell.is_in_threads() {
                    figures.cpu *= 1.6;
                }
            },
        },
        Falsehood {
            name: "pools and schedulers on half of the cores",
            claims: &[
                ("cpu-processes", "native"),
                ("cpu-processes", "cpython"),
                ("cpu-threads-free", "native"),
                ("coroutines-on-threads", "native"),
            ],
            is_seen: true,
            workloads: &["primes", "counting", "empty"],
            breaking: |cell, figures| {
                if is_computing(&cell) && cell.threads() > 1 {
                    halved(cell, figures);
                }
            },
        },
        Falsehood {
            name: "work that is done twice",
            claims: &[
                ("cpu-processes", "native"),
                ("cpu-processes", "cpython"),
                ("cpu-threads-free", "native"),
                ("coroutines-on-threads", "native"),
            ],
            is_seen: true,
            workloads: &["primes", "counting", "empty"],
            breaking: |cell, figures| {
                if is_computing(&cell) && cell.threads() > 1 {
                    figures.wall *= 2.0;
                    figures.cpu *= 2.0;
                }
            },
        },
        Falsehood {
            name: "an event loop with threads of its own",
            claims: &[("cpu-coroutines", "native"), ("cpu-coroutines", "cpython")],
            is_seen: true,
            workloads: &["primes", "counting"],
            breaking: |cell, figures| {
                if is_computing(&cell) && cell.model == "async-single" {
                    figures.wall /= 1.7;
                }
            },
        },
        Falsehood {
            name: "an event loop that makes computing slower",
            claims: &[("cpu-coroutines", "native"), ("cpu-coroutines", "cpython")],
            is_seen: true,
            workloads: &["primes", "counting"],
            breaking: |cell, figures| {
                if is_computing(&cell) && cell.model == "async-single" {
                    figures.wall *= 1.35;
                    figures.cpu *= 1.35;
                }
            },
        },
        Falsehood {
            name: "yields that do nothing",
            claims: &[("switch-costs", "native"), ("switch-costs", "gil"), ("switch-costs", "cpython")],
            is_seen: true,
            workloads: &["switch"],
            breaking: |cell, figures| {
                if cell.workload == "switch" {
                    let yields = cell.tasks as f64 * cell.param("yields");
                    figures.cpu = cell.tasks as f64 * 300.0 + yields * 0.5;
                    figures.wall = figures.cpu + 40e3;
                    figures.switches = 2.0 * cell.tasks as f64;
                }
            },
        },
        Falsehood {
            name: "threads that compute in place of switching",
            claims: &[("switch-costs", "native"), ("switch-costs", "gil"), ("switch-costs", "cpython")],
            is_seen: false,
            workloads: &["switch"],
            breaking: |cell, figures| {
                if cell.workload == "switch" {
                    figures.switches = 2.0 * cell.tasks as f64;
                }
            },
        },
        Falsehood {
            name: "threads that wait one after another",
            claims: &[
                ("io-threads-gil", "native"),
                ("io-pool-bound", "native"),
                ("io-threads-gil", "gil"),
                ("io-threads-gil", "cpython"),
                ("io-pool-bound", "gil"),
                ("io-pool-bound", "cpython"),
            ],
            is_seen: true,
            workloads: &["sleep", "echo"],
            breaking: |cell, figures| {
                if cell.is_in_threads() && matches!(cell.workload, "sleep" | "echo") {
                    let wait = cell.param("wait_us").max(cell.param("delay_us") * cell.param("round_trips")) * 1e3;
                    figures.wall = cell.tasks as f64 * wait;
                }
            },
        },
        Falsehood {
            name: "a loop that waits for one thing after another",
            claims: &[("io-one-thread", "native"), ("io-one-thread", "cpython")],
            is_seen: true,
            workloads: &["sleep"],
            breaking: |cell, figures| {
                if cell.workload == "sleep" && cell.model == "async-single" {
                    figures.wall *= 2.0;
                }
            },
        },
        Falsehood {
            name: "polling in place of waiting",
            claims: &[("io-one-thread", "native"), ("io-one-thread", "cpython")],
            is_seen: true,
            workloads: &["sleep"],
            breaking: |cell, figures| {
                if cell.workload == "sleep" && cell.model == "async-single" {
                    figures.cpu = figures.wall;
                }
            },
        },
        Falsehood {
            name: "pools of twice the workers",
            claims: &[("io-pool-bound", "native"), ("io-pool-bound", "gil"), ("io-pool-bound", "cpython")],
            is_seen: true,
            workloads: &["sleep"],
            breaking: |cell, figures| {
                if cell.workload == "sleep" && cell.is_pool() {
                    figures.wall /= 2.0;
                }
            },
        },
        Falsehood {
            name: "blocking calls that block nobody else",
            claims: &[("blocking-stalls", "native"), ("blocking-stalls", "cpython")],
            is_seen: true,
            workloads: &["block", "sleep"],
            breaking: |cell, figures| {
                if cell.workload == "block" {
                    figures.wall = 1.2 * cell.param("wait_us") * 1e3;
                }
            },
        },
        Falsehood {
            name: "a scheduler with one thread",
            claims: &[("blocking-stalls", "native")],
            is_seen: true,
            workloads: &["block", "sleep"],
            breaking: |cell, figures| {
                if cell.workload == "block" && matches!(cell.model, "async" | "green") {
                    figures.wall = cell.tasks as f64 * cell.param("wait_us") * 1e3;
                }
            },
        },
        Falsehood {
            name: "a lock that is let go at once",
            claims: &[("gil-convoy", "gil"), ("gil-convoy", "cpython")],
            is_seen: true,
            workloads: &["convoy"],
            breaking: |cell, figures| {
                if cell.workload == "convoy" && cell.has_lock() && cell.param("beside") > 0.0 {
                    figures.latency = 1.1e6 + 0.5 * cell.world.interval_ns;
                }
            },
        },
        Falsehood {
            name: "a lock that is had after two intervals",
            claims: &[("gil-convoy", "gil"), ("gil-convoy", "cpython")],
            is_seen: true,
            workloads: &["convoy"],
            breaking: |cell, figures| {
                if cell.workload == "convoy" && cell.has_lock() && cell.param("beside") > 0.0 {
                    figures.latency += cell.world.interval_ns;
                }
            },
        },
        Falsehood {
            name: "a convoy without a lock",
            claims: &[("no-convoy-without-gil", "native")],
            is_seen: true,
            workloads: &["convoy"],
            breaking: |cell, figures| {
                if cell.workload == "convoy" && !cell.has_lock() && cell.param("beside") > 0.0 {
                    figures.latency += 1e6;
                }
            },
        },
        Falsehood {
            name: "processes that are threads",
            claims: &[("spawn-cost", "native"), ("spawn-cost", "cpython"), ("cpu-threads-free", "native")],
            is_seen: true,
            workloads: &["empty", "primes", "counting"],
            breaking: |cell, figures| {
                if cell.workload == "empty" && cell.model == "process" {
                    figures.cpu = 200e3 * cell.tasks as f64;
                }
            },
        },
        Falsehood {
            name: "a pool that creates a thread for each task",
            claims: &[("pool-amortises", "native"), ("pool-amortises", "gil"), ("pool-amortises", "cpython")],
            is_seen: true,
            workloads: &["empty"],
            breaking: |cell, figures| {
                if cell.workload == "empty" && cell.model == "thread-pool" {
                    let each = if cell.is_python() { 78e3 } else { 57e3 };
                    figures.wall = each * cell.world.creation * cell.tasks as f64;
                }
            },
        },
        Falsehood {
            name: "a pool that takes as long to start as its tasks take",
            claims: &[("pool-amortises", "native"), ("pool-amortises", "gil"), ("pool-amortises", "cpython")],
            is_seen: true,
            workloads: &["empty"],
            breaking: |cell, figures| {
                if cell.workload == "empty" && cell.model == "thread-pool" {
                    let each = if cell.is_python() { 78e3 } else { 57e3 };
                    figures.start = each * cell.world.creation * cell.tasks as f64;
                }
            },
        },
    ]
}
