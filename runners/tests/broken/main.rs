//! A broken primitive of each kind: the case that uses it must notice, in the simulated world.

mod locks;
mod primitives;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use primitives::{Broken, Fault};
use regatta_runners::simulated::simulate_on;
use regatta_workloads::{Selected, Standard, Visitor, Workload, Workloads};
use serde_json::{Map, Value, json};

/// Schedules in which a fault must be noticed.
const SCHEDULES: u64 = 300;

fn main() -> ExitCode {
    let cases = [
        (Fault::Lock, "lost-update", json!({"tasks": 3})),
        (Fault::Semaphore, "semaphore", json!({"users": 5, "permits": 2, "entries": 2})),
        (Fault::Condvar, "account", json!({"pairs": 2, "operations": 3})),
        (Fault::Event, "traffic-light", json!({"cars": 3})),
        (Fault::RwLock, "rwlock", json!({"tasks": 4, "operations": 3, "readers": 50, "inside": 1})),
        (Fault::Barrier, "barrier", json!({"tasks": 3, "phases": 3})),
        (Fault::Channel, "producer-consumer", json!({"producers": 2, "consumers": 2, "items": 3, "capacity": 2})),
    ];
    let trials = cases.into_iter().map(|(fault, case, params)| {
        Trial::test(format!("{fault:?} in {case}"), move || {
            let params: Map<String, Value> = serde_json::from_value(params)?;
            Standard::visit(&Selected { name: case, params: &params }, IsNoticed(fault))?
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

/// Carries a case out on sound primitives, and on such with a fault.
struct IsNoticed(Fault);

impl Visitor for IsNoticed {
    type Output = Result<(), Failed>;

    fn visit<W: Workload>(self, case: W) -> Self::Output {
        for seed in 0..SCHEDULES {
            if let Err(failure) = simulate_on(&case, seed, |primitives| Broken::new(primitives, Fault::None)) {
                return Err(format!("sound primitives: {failure} (seed {seed})").into());
            }
        }
        let failures = (0..SCHEDULES).filter_map(|seed| {
            simulate_on(&case, seed, |primitives| Broken::new(primitives, self.0))
                .err()
                .map(|failure| failure.to_string())
        });
        let failures: Vec<_> = failures.collect();
        match failures.first() {
            None => Err("it went unnoticed".into()),
            Some(first) => {
                eprintln!("{:?}: noticed in {} of {SCHEDULES} schedules: {first}", self.0, failures.len());
                Ok(())
            }
        }
    }
}
