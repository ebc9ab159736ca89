//! What makes claims about curves false: curves that go where they should not.

use super::model::{Cell, Figures};
use super::sweeps::{is_coarsest, is_finest};
use super::truths::Falsehood;

/// What the same tasks take one after the other.
fn one_by_one(cell: Cell) -> Figures {
    Cell { model: "sequential", workers: 1, ..cell }.figures()
}

fn is_parallel(cell: &Cell) -> bool {
    cell.model != "sequential"
}

/// A pool of processes that computes.
fn is_computing_pool(cell: &Cell) -> bool {
    cell.workload == "primes" && cell.model == "process-pool"
}

fn is_under_lock(cell: &Cell) -> bool {
    cell.has_lock() && cell.is_in_threads()
}

/// Everything that is tried.
pub fn falsehoods() -> Vec<Falsehood> {
    vec![
        Falsehood {
            name: "pools that are twice as fast beyond the cores",
            claims: &[("too-many-processes", "native"), ("too-many-processes", "cpython")],
            is_seen: true,
            workloads: &["primes"],
            breaking: |cell, figures| {
                if is_computing_pool(&cell) && cell.workers > cell.world.workers() {
                    figures.wall /= 2.0;
                }
            },
        },
        Falsehood {
            name: "only the largest pools use all cores",
            claims: &[("too-many-processes", "native"), ("too-many-processes", "cpython")],
            is_seen: true,
            workloads: &["primes"],
            breaking: |cell, figures| {
                if is_computing_pool(&cell) && cell.workers < 4 * cell.world.workers() {
                    figures.wall *= 1.5;
                }
            },
        },
        Falsehood {
            name: "pools that are slower with each worker",
            claims: &[("too-many-processes", "native"), ("too-many-processes", "cpython")],
            is_seen: true,
            workloads: &["primes"],
            breaking: |cell, figures| {
                if is_computing_pool(&cell) {
                    figures.wall = one_by_one(cell).wall * (1.0 + 0.5 * (cell.workers as f64).log2());
                }
            },
        },
        Falsehood {
            name: "the smallest tasks gain",
            claims: &[("grain", "native"), ("grain", "cpython")],
            is_seen: true,
            workloads: &["counting"],
            breaking: |cell, figures| {
                if is_finest(&cell) && is_parallel(&cell) {
                    figures.wall = one_by_one(cell).wall / 1.5;
                }
            },
        },
        Falsehood {
            name: "handing out costs nothing",
            claims: &[("grain", "native"), ("grain", "cpython")],
            is_seen: true,
            workloads: &["counting"],
            breaking: |cell, figures| {
                if is_finest(&cell) && is_parallel(&cell) {
                    figures.wall = one_by_one(cell).wall;
                }
            },
        },
        Falsehood {
            name: "the largest tasks gain nothing",
            claims: &[("grain", "native"), ("grain", "cpython")],
            is_seen: true,
            workloads: &["counting"],
            breaking: |cell, figures| {
                if is_coarsest(&cell) && is_parallel(&cell) {
                    figures.wall = one_by_one(cell).wall;
                }
            },
        },
        Falsehood {
            name: "a lock that large tasks let go of",
            claims: &[("gil-no-grain", "gil"), ("gil-no-grain", "cpython")],
            is_seen: true,
            workloads: &["counting"],
            breaking: |cell, figures| {
                if is_coarsest(&cell) && is_under_lock(&cell) {
                    figures.wall /= 1.6;
                }
            },
        },
        Falsehood {
            name: "a lock that small tasks do not take",
            claims: &[("gil-no-grain", "gil"), ("gil-no-grain", "cpython")],
            is_seen: true,
            workloads: &["counting"],
            breaking: |cell, figures| {
                if is_finest(&cell) && is_under_lock(&cell) {
                    figures.wall = one_by_one(cell).wall / 1.6;
                }
            },
        },
        Falsehood {
            name: "a lock that makes large tasks slow",
            claims: &[("gil-no-grain", "gil"), ("gil-no-grain", "cpython")],
            is_seen: true,
            workloads: &["counting"],
            breaking: |cell, figures| {
                if is_coarsest(&cell) && is_under_lock(&cell) {
                    figures.wall *= 1.7;
                }
            },
        },
        Falsehood {
            name: "waits in no more threads than cores",
            claims: &[
                ("oversubscribed-waits", "native"),
                ("oversubscribed-waits", "gil"),
                ("oversubscribed-waits", "cpython"),
            ],
            is_seen: true,
            workloads: &["sleep"],
            breaking: |cell, figures| {
                let cores = cell.world.workers();
                if cell.workload == "sleep" && cell.workers > cores {
                    *figures = Cell { workers: cores, ..cell }.figures();
                }
            },
        },
        Falsehood {
            name: "waits that gain half again beyond the cores",
            claims: &[
                ("oversubscribed-waits", "native"),
                ("oversubscribed-waits", "gil"),
                ("oversubscribed-waits", "cpython"),
            ],
            is_seen: true,
            workloads: &["sleep"],
            breaking: |cell, figures| {
                let cores = cell.world.workers();
                if cell.workload == "sleep" && cell.workers > cores {
                    figures.wall = Cell { workers: cores, ..cell }.figures().wall / 1.5;
                }
            },
        },
        Falsehood {
            name: "a pool that serves waits one by one",
            claims: &[
                ("oversubscribed-waits", "native"),
                ("oversubscribed-waits", "gil"),
                ("oversubscribed-waits", "cpython"),
            ],
            is_seen: true,
            workloads: &["sleep"],
            breaking: |cell, figures| {
                if cell.workload == "sleep" {
                    figures.wall = one_by_one(cell).wall;
                }
            },
        },
    ]
}
