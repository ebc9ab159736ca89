//! The cases of coordination that claims speak of, as plan `coordination` has them: what they take in a world, and what makes claims false.

use regatta_reports::record::Parameters;
use serde_json::{Value, json};

use super::machine::World;
use super::model::{Cell, Counted, Figures};
use super::plan::{Course, Plan};
use super::truths::Falsehood;

/// Plan `coordination`, with the least rounds that it gives.
pub const COORDINATION: Plan = Plan { name: "coordination", rounds: 9, courses };

/// Titles of the groups in the plan, and what stands there: a test holds the plan against it, so that it stays what is simulated.
pub const PLANNED: [(&str, &str); 10] = [
    ("updates under a lock", "workload = 'lost-update'\nparams = { tasks = 10, pause_us = 1_000 }"),
    ("updates without a lock", "workload = 'lost-update'\nparams = { tasks = 10, pause_us = 1_000, lock = false }"),
    (
        "one lock for many",
        "workload = 'contention'\nparams = { tasks = '2 per worker', operations = 100_000 }
         scale = { cpython = { operations = 30_000 } }\nnoise_arm = true",
    ),
    (
        "one lock for one",
        "workload = 'contention'\nparams = { tasks = 1, operations = '200_000 per worker' }
         scale = { cpython = { operations = '60_000 per worker' } }\nnoise_arm = true",
    ),
    ("hand-over from one to the other", "workload = 'ping-pong'\nparams = { round_trips = 1_000 }"),
    ("cars wait for one light", "workload = 'traffic-light'\nparams = { connectors = 5 }"),
    ("producers and consumers with a sentinel", "workload = 'producer-consumer'"),
    ("producers and consumers with task-done", "workload = 'producer-consumer'\nparams = { ending = 'task-done' }"),
    ("two locks in one order", "workload = 'deadlock'"),
    ("run after", "workload = 'timer'"),
];

const MODELS: &[&str] = &["thread", "thread-pool", "green", "async", "async-single"];
/// Tasks of most cases, and cars at a light.
const TASKS: u64 = 10;
/// Pause between reading and writing back, nanoseconds.
const PAUSE_NS: f64 = 1e6;
/// Room of a queue.
const ROOM: f64 = 10.0;
/// Rounds of each task that takes two locks.
const ROUNDS: u64 = 10;
/// What taking a lock costs that nobody else wants, native and in CPython, nanoseconds.
const LOCK_NS: (f64, f64) = (15.0, 90.0);
/// How many times as much where threads meet at it: once, and for each doubling of them on top.
const CONTENDED: (f64, f64) = (1.8, 0.3);
/// How many times as long as other locks a fair one takes then.
const FAIR: f64 = 2.5;

fn params(pairs: &[(&str, Value)]) -> Parameters {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// The groups of the plan that claims speak of.
fn courses(world: &World) -> Vec<Course> {
    let workers = world.workers();
    let course = |workload, pairs: &[(&str, Value)], tasks, wait_ns| Course {
        workload,
        kind: "coordination",
        params: params(&[pairs, &[("primitives", json!("native"))]].concat()),
        tasks,
        wait_ns,
        models: MODELS,
        has_copies: false,
        ..Course::default()
    };
    let updates = |lock| {
        let waits = if lock { TASKS } else { 1 };
        let pairs = [("tasks", json!(TASKS)), ("pause_us", json!(1_000)), ("lock", json!(lock))];
        course("lost-update", &pairs, TASKS, waits * PAUSE_NS as u64)
    };
    let contention = |tasks: u64, operations: u64, of_python: u64| {
        let pairs = |operations| [("tasks", json!(tasks)), ("operations", json!(operations))];
        let python = course("", &pairs(of_python), tasks, 0).params;
        Course {
            has_copies: true,
            families: &["native"],
            of_python: Some((python, tasks)),
            ..course("contention", &pairs(operations), tasks, 0)
        }
    };
    let queue =
        |ending| course("producer-consumer", &[("capacity", json!(ROOM as u64)), ("ending", json!(ending))], 5, 0);
    vec![
        updates(true),
        updates(false),
        contention(2 * workers, 100_000, 30_000),
        contention(1, 200_000 * workers, 60_000 * workers),
        Course { families: &["native", "cpython"], ..course("ping-pong", &[("round_trips", json!(1_000))], 2, 0) },
        course("traffic-light", &[("cars", json!(TASKS)), ("connectors", json!(5)), ("connects", json!(true))], 16, 0),
        queue("sentinel"),
        queue("task-done"),
        course("deadlock", &[("tasks", json!(TASKS)), ("rounds", json!(ROUNDS)), ("cure", json!("order"))], TASKS, 0),
        course("timer", &[("tasks", json!(TASKS))], TASKS, 0),
    ]
}

/// The histogram of a workload; none if its latencies are of no matter.
pub fn histogram_of(workload: &str) -> &'static str {
    match workload {
        "ping-pong" => "handover_ns",
        "traffic-light" => "set_to_run_ns",
        "timer" => "lateness_ns",
        _ => "round_trip_ns",
    }
}

/// The name of what a workload counts, as far as claims speak of it.
pub fn counted_of(workload: &str) -> &'static str {
    match workload {
        "lost-update" => "lost_updates",
        "contention" => "longest_turn",
        "producer-consumer" => "most_in_queue",
        "traffic-light" => "released",
        _ => "operations",
    }
}

/// What one waits longer than it should for a time to pass: the timer of tokio has steps of a millisecond.
fn lateness(cell: &Cell) -> f64 {
    60e3 + if cell.model.starts_with("async") && !cell.is_python() { 1.1e6 } else { 0.0 }
}

/// What it takes to hand over from one task to another.
fn handover(cell: &Cell) -> f64 {
    let in_kernel = cell.is_in_threads() || (cell.model == "async" && cell.threads() > 1);
    match (cell.is_python(), in_kernel) {
        (true, true) => 20e3,
        (true, false) => 9e3,
        (false, true) => 6e3,
        (false, false) => 150.0,
    }
}

/// What is to be expected of a case; none if the workload is no case of coordination.
pub fn figures(cell: &Cell) -> Option<Figures> {
    let handing_out = cell.tasks as f64 * 60e3 * cell.world.creation;
    let (wall, latency, counted) = match cell.workload {
        "lost-update" if is_locked(cell) => {
            (cell.tasks as f64 * (PAUSE_NS + lateness(cell)), 0.0, Counted { usual: 0.0, spread: 0.0 })
        }
        // All but one are lost, unless some come late.
        "lost-update" => (PAUSE_NS + lateness(cell), 0.0, Counted { usual: cell.tasks as f64 - 1.0, spread: 0.4 }),
        "contention" => contention(cell),
        "ping-pong" => {
            let handover = handover(cell) * cell.world.slowness;
            let trips = 2.0 * cell.param("round_trips");
            (trips * handover, handover, Counted { usual: trips, spread: 0.0 })
        }
        "traffic-light" => (5e6, 2.0 * handover(cell).max(1e3), Counted { usual: cell.param("cars"), spread: 0.0 }),
        "producer-consumer" => (2e6 * cell.world.slowness, 0.0, Counted { usual: ROOM, spread: 0.8 }),
        "deadlock" => {
            let rounds = cell.tasks as f64 * ROUNDS as f64;
            (rounds * 2.0 * handover(cell) * cell.world.slowness, 0.0, Counted { usual: rounds, spread: 0.0 })
        }
        "timer" => (10e6, lateness(cell), Counted { usual: cell.tasks as f64, spread: 0.0 }),
        _ => return None,
    };
    let wall = wall + if cell.is_in_threads() { handing_out } else { 10e3 };
    Some(Figures { wall, cpu: 0.1 * wall, latency, counted: Some(counted), ..Figures::default() })
}

fn is_locked(cell: &Cell) -> bool {
    cell.params.get("lock").and_then(Value::as_bool) == Some(true)
}

/// One lock for as many tasks as there are.
fn contention(cell: &Cell) -> (f64, f64, Counted) {
    let each = if cell.is_python() { LOCK_NS.1 } else { LOCK_NS.0 };
    let operations = cell.param("operations");
    let alone = each * cell.world.slowness * cell.tasks as f64 * operations;
    if cell.tasks == 1 || cell.threads() == 1 {
        return (alone, 0.0, Counted { usual: operations, spread: 0.0 });
    }
    let meeting = CONTENDED.0 + CONTENDED.1 * (cell.threads() as f64).log2();
    if cell.model == "async" {
        return (FAIR * meeting * alone, 0.0, Counted { usual: 20.0, spread: 0.8 });
    }
    (meeting * alone, 0.0, Counted { usual: 0.1 * operations, spread: 0.95 })
}

/// Whether many want one lock at once.
fn is_wanted_by_many(cell: &Cell) -> bool {
    cell.workload == "contention" && cell.tasks > 1
}

/// Sets what is counted to one figure in all runs.
fn count(figures: &mut Figures, usual: f64) {
    figures.counted = Some(Counted { usual, spread: 0.0 });
}

const EVERYWHERE: [&str; 3] = ["native", "gil", "cpython"];

/// A claim in all families.
macro_rules! everywhere {
    ($id:literal) => {
        &[($id, EVERYWHERE[0]), ($id, EVERYWHERE[1]), ($id, EVERYWHERE[2])]
    };
}

/// The claims that a lock keeps tasks apart, of threads and of event loops.
const PROTECTING: &[(&str, &str)] = &[
    ("lock-protects", "native"),
    ("lock-protects", "gil"),
    ("lock-protects", "cpython"),
    ("async-lock-across-await", "native"),
    ("async-lock-across-await", "cpython"),
];

/// Everything that is tried.
pub fn falsehoods() -> Vec<Falsehood> {
    vec![
        Falsehood {
            name: "a lock under which an update is lost now and then",
            claims: PROTECTING,
            is_seen: true,
            workloads: &["lost-update"],
            breaking: |cell, figures| {
                if is_locked(&cell) {
                    figures.counted = Some(Counted { usual: 4.0, spread: 0.8 });
                }
            },
        },
        Falsehood {
            name: "a lock under which pauses overlap",
            claims: PROTECTING,
            is_seen: true,
            workloads: &["lost-update"],
            breaking: |cell, figures| {
                if is_locked(&cell) {
                    figures.wall /= 4.0;
                }
            },
        },
        Falsehood {
            name: "a lock that sleeps long between two holders",
            claims: everywhere!("lock-protects"),
            is_seen: true,
            workloads: &["lost-update"],
            breaking: |cell, figures| {
                if is_locked(&cell) {
                    figures.wall *= 4.0;
                }
            },
        },
        Falsehood {
            name: "no update is lost without a lock",
            claims: &[
                ("lock-protects", "native"),
                ("lock-protects", "gil"),
                ("lock-protects", "cpython"),
                ("gil-is-no-lock", "gil"),
                ("gil-is-no-lock", "cpython"),
            ],
            is_seen: true,
            workloads: &["lost-update"],
            breaking: |cell, figures| {
                if !is_locked(&cell) {
                    count(figures, 0.0);
                }
            },
        },
        Falsehood {
            name: "a lock that costs the same, however many want it",
            claims: &[("contention", "native")],
            is_seen: true,
            workloads: &["contention"],
            breaking: |cell, figures| {
                if is_wanted_by_many(&cell) {
                    figures.wall = Cell { tasks: 1, ..cell }.figures().wall * cell.tasks as f64;
                }
            },
        },
        Falsehood {
            name: "a lock that is faster the more want it",
            claims: &[("contention", "native")],
            is_seen: true,
            workloads: &["contention"],
            breaking: |cell, figures| {
                if is_wanted_by_many(&cell) {
                    figures.wall = 0.7 * Cell { tasks: 1, ..cell }.figures().wall * cell.tasks as f64;
                }
            },
        },
        Falsehood {
            name: "a lock that is said to be fair, with turns as long as any",
            claims: &[("fair-or-fast", "native")],
            is_seen: true,
            workloads: &["contention"],
            breaking: |cell, figures| {
                if is_wanted_by_many(&cell) {
                    figures.counted = Some(Counted { usual: 0.1 * cell.param("operations"), spread: 0.5 });
                }
            },
        },
        Falsehood {
            name: "a fair lock that is as fast as an unfair one",
            claims: &[("fair-or-fast", "native")],
            is_seen: true,
            workloads: &["contention"],
            breaking: |cell, figures| {
                if is_wanted_by_many(&cell) && cell.model == "async" {
                    figures.wall /= FAIR;
                }
            },
        },
        Falsehood {
            name: "threads that hand over as coroutines do",
            claims: &[("handover-cost", "native"), ("handover-cost", "cpython")],
            is_seen: true,
            workloads: &["ping-pong"],
            breaking: |cell, figures| {
                if cell.workload == "ping-pong" {
                    figures.latency = Cell { model: "async-single", ..cell }.figures().latency;
                }
            },
        },
        Falsehood {
            name: "a queue with room for one more than it should have",
            claims: everywhere!("bounded-queue-holds-back"),
            is_seen: true,
            workloads: &["producer-consumer"],
            breaking: |_, figures| count(figures, ROOM + 1.0),
        },
        Falsehood {
            name: "an event that forgets one who waits",
            claims: everywhere!("event-releases-all"),
            is_seen: true,
            workloads: &["traffic-light"],
            breaking: |cell, figures| count(figures, cell.param("cars") - 1.0),
        },
        Falsehood {
            name: "an event that is noticed at the next tick of a slow clock",
            claims: everywhere!("event-releases-all"),
            is_seen: true,
            workloads: &["traffic-light"],
            breaking: |_, figures| figures.latency += 2e6,
        },
        Falsehood {
            name: "a timer with steps of 10 ms",
            claims: everywhere!("timer-lateness"),
            is_seen: true,
            workloads: &["timer"],
            breaking: |_, figures| figures.latency += 5e6,
        },
        Falsehood {
            name: "tasks that give up a round in two locks",
            claims: everywhere!("lock-order"),
            is_seen: true,
            workloads: &["deadlock"],
            breaking: |cell, figures| count(figures, cell.tasks as f64 * ROUNDS as f64 - 1.0),
        },
    ]
}
