//! What one task alone shows: runners in which the compiler made other code of its body, and workloads that block an event loop.
//!
//! A run measures one task alone, several times, in each runner of a CPU-bound group. The runner's own cost is part of that, so what is
//! less than a tenth, or less than an own cost could be, is nothing. Interpreted runners have no compiler that could inline a body.
//! What is compared is the baseline's task with that of each runner whose baseline it is. The ranges of the repetitions must not meet: for
//! 5 repetitions of each, the chance of that is 1 in 126 if nothing differs.

use serde::Serialize;

use crate::records::Results;
use crate::records::schema::{Lone, Parameters, RunnerInfo};
use crate::statistics::median;

/// Least factor that is a difference.
const LEAST_FACTOR: f64 = 1.10;
/// What a runner itself may cost for one task, nanoseconds: a thread, a wake-up, a poll.
const OWN_COST_NS: f64 = 2e5;
/// The same for a runner that starts a process for it.
const OWN_COST_OF_PROCESS_NS: f64 = 5e6;
/// Fewest repetitions on each side.
const FEWEST: usize = 4;

/// The least time that counts as blocking, nanoseconds. A lock or a page that is not there yet takes less.
const LEAST_BLOCKED_NS: u64 = 200_000;

/// A workload whose task blocks the thread of an event loop.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Blocks {
    /// Workload name.
    pub workload: String,
    /// For how long one task alone blocks it, nanoseconds.
    pub blocked_ns: u64,
}

/// Returns the workloads whose task blocks the thread of an event loop, in the order of the records.
pub fn blocking(lone: &[Lone]) -> Vec<Blocks> {
    let blocks = |lone: &Lone| {
        let blocked_ns = lone.blocked_ns.filter(|ns| *ns >= LEAST_BLOCKED_NS)?;
        Some(Blocks { workload: lone.workload.clone(), blocked_ns })
    };
    lone.iter().filter_map(blocks).collect()
}

/// A runner whose code of a task's body differs from that of its baseline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CodeDiffers {
    /// Workload name.
    pub workload: String,
    /// All parameters of the group that it stands for.
    pub params: Parameters,
    /// Runner name.
    pub runner: String,
    /// The runner that it is compared with.
    pub baseline: String,
    /// CPU time of a task over that under the baseline.
    pub factor: f64,
}

/// Finds the runners whose code differs, in the order of the records.
pub fn find(results: &Results) -> Vec<CodeDiffers> {
    let differs = |lone: &Lone| {
        let info = results.run.runners.get(&lone.runner).filter(|info| !info.is_of_family("cpython"))?;
        let is_baseline = |other: &&Lone| {
            other.runner == info.baseline && other.workload == lone.workload && other.params == lone.params
        };
        let baseline = results.lone.iter().find(is_baseline).filter(|baseline| baseline.runner != lone.runner)?;
        Some(CodeDiffers {
            workload: lone.workload.clone(),
            params: lone.params.clone(),
            runner: lone.runner.clone(),
            baseline: baseline.runner.clone(),
            factor: factor(lone, baseline, info)?,
        })
    };
    results.lone.iter().filter_map(differs).collect()
}

/// Returns by how much the CPU times differ; none if they do not.
fn factor(lone: &Lone, baseline: &Lone, info: &RunnerInfo) -> Option<f64> {
    let [own, of_baseline] = [lone, baseline].map(|one| one.cpu_ns.iter().map(|ns| *ns as f64).collect::<Vec<f64>>());
    if own.len() < FEWEST || of_baseline.len() < FEWEST {
        return None;
    }
    let own_cost = if info.model.starts_with("process") { OWN_COST_OF_PROCESS_NS } else { OWN_COST_NS };
    let least = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    let is_apart = least(&own) > most(&of_baseline) || most(&own) < least(&of_baseline);
    let (own, of_baseline) = (median(&own)?, median(&of_baseline).filter(|ns| *ns > 0.0)?);
    let factor = own / of_baseline;
    let is_large = factor.max(1.0 / factor) >= LEAST_FACTOR && (own - of_baseline).abs() > own_cost;
    (is_apart && is_large).then_some(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(lone: &[(&str, &str, u64)]) -> Results {
        let mut results = Results::default();
        for (runner, model, ms) in lone {
            let info = RunnerInfo {
                family: if runner.starts_with("python") { "cpython" } else { "native" }.to_owned(),
                model: (*model).to_owned(),
                baseline: "sequential".to_owned(),
                ..RunnerInfo::default()
            };
            results.run.runners.insert((*runner).to_owned(), info);
            let cpu_ns = (0..5).map(|i| ms * 1_000_000 + i * 50_000).collect();
            results.lone.push(Lone {
                workload: "w".to_owned(),
                runner: (*runner).to_owned(),
                cpu_ns,
                ..Lone::default()
            });
        }
        results
    }

    #[test]
    fn other_code_shows_in_the_time_of_one_task() {
        let results = results(&[
            ("sequential", "sequential", 14),
            ("async", "async", 25),
            ("green", "green", 14),
            ("process", "process", 17),
            ("python", "sequential", 500),
        ]);
        let found = find(&results);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].runner.as_str(), found[0].baseline.as_str()), ("async", "sequential"));
        assert!((found[0].factor - 1.78).abs() < 0.01, "{found:?}");
    }

    #[test]
    fn only_what_blocks_for_long_is_told() {
        let lone = |workload: &str, blocked_ns| Lone { workload: workload.to_owned(), blocked_ns, ..Lone::default() };
        let found = blocking(&[lone("a", None), lone("b", Some(60_000)), lone("c", Some(5_000_000))]);
        assert_eq!(found, [Blocks { workload: "c".to_owned(), blocked_ns: 5_000_000 }]);
    }

    #[test]
    fn what_could_be_chance_or_the_runners_own_cost_is_nothing() {
        let mut results = results(&[("sequential", "sequential", 14), ("async", "async", 25)]);
        results.lone[1].cpu_ns[0] = 14_100_000;
        assert!(find(&results).is_empty(), "the ranges meet");
        results.lone[1].cpu_ns.truncate(3);
        assert!(find(&results).is_empty(), "too few repetitions");
        for (one, ns) in results.lone.iter_mut().zip([50_000_u64, 150_000]) {
            one.cpu_ns = vec![ns; 5];
        }
        assert!(find(&results).is_empty(), "0.1 ms may be the creation of a thread");
    }
}
