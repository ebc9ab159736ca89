//! How large pools are where nobody says so: tasks that wait keep their workers, so a pool of one worker a core leaves the cores idle.

use crate::catalogue::{Resolved, RunnerCard};

/// Most threads of a pool that nobody asked for.
const MOST_THREADS: u64 = 512;
/// Most processes of a pool that nobody asked for: each is a program of its own.
const MOST_PROCESSES: u64 = 16;

/// Returns the sizes of a runner's pool beyond one worker a core, in ascending order: those around that which keeps the cores busy.
/// Empty where a worker is free while its task waits, or where tasks do not say how long they compute.
///
/// A task that computes for the share s of its time keeps s of a core busy, so c cores take c / s workers (Little's law).
pub(crate) fn sizes(card: &RunnerCard, work: &Resolved, cores: u64) -> Vec<u64> {
    let Some(computing) = work.computing.filter(|_| card.waits_in_workers && !work.wait.is_zero()) else {
        return Vec::new();
    };
    let share = computing.as_secs_f64() / (computing + work.wait).as_secs_f64();
    let most = work.tasks.min(if card.processes { MOST_PROCESSES } else { MOST_THREADS });
    // A share of 0 asks for more than any number, and gets the most there are.
    let enough = (cores as f64 / share).round().min(most as f64) as u64;
    let mut sizes: Vec<u64> = [enough / 2, enough, enough.saturating_mul(2).min(most)].to_vec();
    sizes.retain(|size| *size > cores);
    sizes.dedup();
    sizes
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::Course;
    use crate::catalogue::Catalogue;

    fn of(runner: &str, workload: &str, params: serde_json::Value, cores: u64) -> Vec<u64> {
        let params: Map<_, _> = params.as_object().expect("an object").clone();
        let work = Course::standard().resolve(workload, &params).expect("a workload");
        let card = Course::standard().runners().into_iter().find(|card| card.name == runner).expect("a runner");
        sizes(&card, &work, cores)
    }

    #[test]
    fn pools_are_as_large_as_it_takes_to_keep_the_cores_busy() {
        let request = |requests: u64| json!({ "cpu_us": 200, "wait_us": 5_000, "requests": requests });
        assert_eq!(of("thread-pool", "request", request(1_000), 2), [26, 52, 104]);
        assert_eq!(of("thread-pool", "request", request(64), 2), [26, 52, 64], "no more than tasks");
        assert_eq!(of("process-pool", "request", request(1_000), 2), [8, 16], "processes are dear");
        assert_eq!(of("thread-pool", "request", request(100_000), 64), [256, 512]);
        assert_eq!(of("thread-pool", "request", json!({ "cpu_us": 0, "wait_us": 50, "requests": 99 }), 2), [49, 99]);
    }

    #[test]
    fn no_other_size_where_none_helps() {
        let request = json!({ "cpu_us": 200, "wait_us": 5_000 });
        for runner in ["async", "green", "thread", "sequential", "async-single"] {
            assert_eq!(of(runner, "request", request.clone(), 2), [0; 0], "{runner} waits without a worker of a pool");
        }
        assert_eq!(of("thread-pool", "request", json!({ "cpu_us": 200, "wait_us": 0 }), 2), [0; 0], "nothing waits");
        assert_eq!(of("thread-pool", "primes", json!({}), 2), [0; 0]);
        assert_eq!(of("thread-pool", "sleep", json!({}), 2), [0; 0], "nobody says how long it computes");
    }
}
