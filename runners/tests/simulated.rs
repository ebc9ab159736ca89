//! Every workload without a server in the simulated world: the answers must be right in each of 1,000 schedules.
//!
//! `REGATTA_SEED=n cargo test -p regatta-runners --test simulated NAME` replays the schedule of one seed alone.

use std::ops::Range;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use regatta_runners::simulated::{Failure, Simulation, simulate};
use regatta_workloads::{Deadlock, LostUpdate, Selected, Standard, Variant, Visitor, Workload, Workloads};
use serde_json::{Map, Value, json};

/// Schedules of each case.
const SCHEDULES: u64 = 1_000;

fn main() -> ExitCode {
    let mut trials: Vec<_> = Standard::cards()
        .into_iter()
        .flat_map(|card| trials_of(card.name, card.parameters.contains(&Variant::PARAMETER)))
        .collect();
    trials.push(Trial::test("a seed is a schedule", a_seed_is_a_schedule));
    trials.push(Trial::test("a clock that jumps", a_clock_that_jumps));
    trials.push(Trial::test("deadlock/without a cure", a_deadlock_is_named));
    trials.push(Trial::test("lost-update/without the lock", updates_are_lost_without_the_lock));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Returns the seeds to try: that of the environment alone, or all.
fn seeds() -> Range<u64> {
    match std::env::var("REGATTA_SEED").map(|seed| seed.parse::<u64>()) {
        Ok(seed) => {
            let seed = seed.expect("REGATTA_SEED is a number");
            seed..seed + 1
        }
        Err(_) => 0..SCHEDULES,
    }
}

fn trials_of(workload: &'static str, has_variants: bool) -> Vec<Trial> {
    let native = cases(workload);
    // Primitives that are the same in every world are tested here as well.
    let varied = native.iter().filter(|(_, params)| has_variants && params.is_object());
    let portable = varied.map(|(name, params)| {
        let mut params = params.clone();
        params["primitives"] = json!("portable");
        (format!("{name}, portable"), params)
    });
    let trial =
        |(name, params): (String, Value)| Trial::test(format!("{workload}/{name}"), move || agrees(workload, params));
    native.iter().cloned().chain(portable).map(trial).collect()
}

/// Returns small parameters of a workload: with one task, with two and with many, where it has so many.
fn cases(workload: &str) -> Vec<(String, Value)> {
    let named = |name: &str, params: Value| (name.to_owned(), params);
    let sizes = |params: fn(u64) -> Value| [1, 2, 5].map(|tasks| named(&tasks.to_string(), params(tasks))).to_vec();
    match workload {
        "primes" => sizes(|tasks| json!({"start": 1000, "length": 10, "tasks": tasks})),
        "counting" => sizes(|tasks| json!({"from": 50, "tasks": tasks})),
        "switch" => sizes(|tasks| json!({"yields": 3, "tasks": tasks})),
        "empty" => sizes(|tasks| json!({"tasks": tasks})),
        "sleep" => sizes(|tasks| json!({"wait_us": 1000, "tasks": tasks})),
        "block" => sizes(|tasks| json!({"wait_us": 500, "tasks": tasks})),
        "request" => sizes(|tasks| json!({"cpu_us": 5, "wait_us": 900, "requests": tasks, "steps": 3})),
        "lost-update" => sizes(|tasks| json!({"tasks": tasks, "updates": 2})),
        "contention" => sizes(|tasks| json!({"tasks": tasks, "operations": 3})),
        "account" => sizes(|tasks| json!({"pairs": tasks, "operations": 3})),
        "semaphore" => sizes(|tasks| json!({"users": tasks, "permits": 2, "entries": 2})),
        "traffic-light" => vec![
            named("1", json!({"cars": 1, "connectors": 0})),
            named("5", json!({"cars": 3, "connectors": 2})),
            named("never set", json!({"cars": 1, "connectors": 2, "connects": false})),
        ],
        "rwlock" => sizes(|tasks| json!({"tasks": tasks, "operations": 3, "readers": 50, "gives_way": true})),
        "barrier" => sizes(|tasks| json!({"tasks": tasks, "phases": 3})),
        "ping-pong" => vec![named("2", json!({"round_trips": 4}))],
        "producer-consumer" => {
            let case = |producers, consumers, ending: &str| {
                let params = json!({"producers": producers, "consumers": consumers, "items": 3, "capacity": 2, "ending": ending});
                named(&format!("{producers} and {consumers}, {ending}"), params)
            };
            let endings = ["sentinel", "task-done"];
            endings.iter().flat_map(|ending| [case(1, 1, ending), case(3, 2, ending)]).collect()
        }
        "queues" => {
            let case = |order: &&str, full: &str| {
                named(&format!("{order}, {full}"), json!({"order": order, "items": 6, "capacity": 2, "full": full}))
            };
            ["fifo", "lifo", "priority"]
                .iter()
                .flat_map(|order| [case(order, "waits"), case(order, "refuses")])
                .collect()
        }
        "dishes" => vec![named("3", json!({"dishes": 5, "capacity": 2}))],
        "deadlock" => ["order", "reentrant"]
            .iter()
            .flat_map(|cure| {
                [1, 2, 5]
                    .map(|tasks| named(&format!("{tasks}, {cure}"), json!({"tasks": tasks, "rounds": 2, "cure": cure})))
            })
            .collect(),
        "timer" => sizes(|tasks| json!({"tasks": tasks, "after_us": 1000})),
        "prime-filter" | "square-mapper" => sizes(|tasks| json!({"tasks": tasks, "numbers": 30, "stride": 10})),
        // The simulated world has no server for these, is none, and has no files.
        "echo" | "convoy" | "serve" | "tickets" => Vec::new(),
        _ => vec![named("has small parameters in this file", Value::Null)],
    }
}

fn agrees(workload: &str, params: Value) -> Result<(), Failed> {
    let params: Map<String, Value> = serde_json::from_value(params)?;
    Standard::visit(&Selected { name: workload, params: &params }, Schedules)?
}

/// Carries a workload out under each seed.
struct Schedules;

impl Visitor for Schedules {
    type Output = Result<(), Failed>;

    fn visit<W: Workload>(self, workload: W) -> Self::Output {
        for seed in seeds() {
            if let Err(failure) = simulate(&workload, seed) {
                return Err(format!("{failure} (REGATTA_SEED={seed})").into());
            }
        }
        Ok(())
    }
}

fn expect(right: bool, found: &impl std::fmt::Debug) -> Result<(), Failed> {
    if right { Ok(()) } else { Err(format!("found {found:?}").into()) }
}

fn a_seed_is_a_schedule() -> Result<(), Failed> {
    let schedule = |seed| simulate(&LostUpdate { tasks: 5, ..LostUpdate::default() }, seed).map(|run| run.schedule);
    let first: Vec<_> = (0..100).map(schedule).collect::<Result<_, _>>()?;
    let again: Vec<_> = (0..100).map(schedule).collect::<Result<_, _>>()?;
    expect(first == again, &"the same seeds, and other schedules")?;
    let mut different = first;
    different.sort_unstable();
    different.dedup();
    expect(different.len() == 100, &different.len())
}

fn a_clock_that_jumps() -> Result<(), Failed> {
    let day = std::time::Duration::from_secs(86_400);
    let sleep = regatta_workloads::Sleep { tasks: 3, wait_us: day.as_micros() as u64 };
    let elapsed = simulate(&sleep, 0)?.elapsed;
    expect(elapsed >= day && elapsed < day + std::time::Duration::from_millis(1), &elapsed)
}

fn a_deadlock_is_named() -> Result<(), Failed> {
    let workload: Deadlock = serde_json::from_value(json!({"tasks": 3, "rounds": 2, "cure": "none"}))?;
    let mut named = 0;
    for seed in 0..SCHEDULES {
        match simulate(&workload, seed) {
            Ok(_) => {}
            Err(Failure::Deadlock(circle)) => {
                // Odd tasks take B first. With three tasks that is task 1.
                let [first, second] = &circle.links[..] else { return Err(circle.to_string().into()) };
                let (even, odd) = if first.task == 1 { (second, first) } else { (first, second) };
                expect(odd.task == 1 && (&*odd.holds, &*odd.waits_for) == ("B", "A"), &circle)?;
                expect(even.task != 1 && (&*even.holds, &*even.waits_for) == ("A", "B"), &circle)?;
                named += 1;
            }
            Err(failure) => return Err(format!("{failure} (seed {seed})").into()),
        }
    }
    expect(named > 0, &"no deadlock")
}

fn updates_are_lost_without_the_lock() -> Result<(), Failed> {
    let lost = |run: Result<Simulation, Failure>| run.map(|run| run.outcome.figures["lost_updates"]);
    let runs = |lock, tasks| {
        let workload = LostUpdate { tasks, lock, ..LostUpdate::default() };
        (0..SCHEDULES).map(move |seed| lost(simulate(&workload, seed)))
    };
    let most = runs(false, 3).try_fold(0.0_f64, |most, lost| lost.map(|lost| lost.max(most)))?;
    expect(most == 2.0, &most)?;
    let alone = runs(false, 1).try_fold(0.0_f64, |most, lost| lost.map(|lost| lost.max(most)))?;
    expect(alone == 0.0, &alone)
}
