//! What a cell carries out: a workload with its parameters, or the reference burn.

use std::time::Duration;

use regatta_reports::record::{Scale, arms};
use regatta_workloads::{Burn, Workload};
use serde_json::{Map, Value};

use crate::catalogue::{Catalogue, Resolved};
use crate::plan::{PlanError, PlannedGroup, relative};
use crate::protocol::Start;

/// Which runner carries out the reference burn.
pub(crate) const REFERENCE_RUNNER: &str = "sequential";
/// Steps of the reference burn: about 10 ms on a machine of 2025; tests of debug builds have no use for as many.
const REFERENCE_STEPS: u64 = if cfg!(debug_assertions) { 100_000 } else { 8_000_000 };

/// What a cell carries out.
#[derive(Debug, Clone)]
pub struct Work {
    /// Name of the workload.
    pub workload: String,
    /// The workload with its parameters.
    pub resolved: Resolved,
    /// Time for which it is carried out uncounted right before each counted run.
    pub hot: Duration,
}

impl Work {
    /// Returns the reference burn, a fixed piece of work that shows how fast the machine is; none if the catalogue lacks what carries it out.
    pub(crate) fn reference(catalogue: &dyn Catalogue) -> Option<Self> {
        let params = Map::from_iter([("steps".to_owned(), REFERENCE_STEPS.into()), ("tasks".to_owned(), 1.into())]);
        catalogue.runners().iter().find(|card| card.name == REFERENCE_RUNNER)?;
        let resolved = catalogue.resolve(Burn::NAME, &params).ok()?;
        Some(Self { workload: Burn::NAME.to_owned(), resolved, hot: Duration::ZERO })
    }

    /// Returns what a cell that carries out the reference burn is told to be.
    pub(crate) fn start_of_reference(&self) -> Start {
        Start {
            arm: arms::REFERENCE.to_owned(),
            ..Start::lone(&self.workload, self.resolved.params.clone(), REFERENCE_RUNNER)
        }
    }

    /// Returns how much it is, as it stands in the records.
    pub(crate) fn scale(&self) -> Scale {
        Scale {
            params: self.resolved.params.clone(),
            tasks: self.resolved.tasks,
            wait_ns: nanoseconds(self.resolved.wait),
            hot_ns: nanoseconds(self.hot),
        }
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Returns a workload with the numbers that its parameters are for so many workers.
pub(super) fn resolve(
    name: &str,
    params: &Map<String, Value>,
    catalogue: &dyn Catalogue,
    workers: u64,
) -> Result<Resolved, PlanError> {
    let impossible = |message| PlanError::Impossible(format!("workload `{name}`: {message}"));
    let params = relative::resolve(params, workers).map_err(impossible)?;
    let resolved = catalogue.resolve(name, &params).map_err(PlanError::Impossible)?;
    if resolved.tasks > 0 {
        return Ok(resolved);
    }
    let zeros = resolved.params.iter().filter(|(_, value)| value.as_u64() == Some(0)).map(|(name, _)| name);
    // Of the parameters that are 0 those that leave no task.
    let culprits: Vec<_> = zeros
        .filter(|zero| {
            let mut params = params.clone();
            params.insert((*zero).clone(), 1.into());
            catalogue.resolve(name, &params).is_ok_and(|resolved| resolved.tasks > 0)
        })
        .map(|culprit| format!("`{culprit}`"))
        .collect();
    Err(impossible(if culprits.is_empty() {
        "its parameters leave no task to do".to_owned()
    } else {
        format!("with {} = 0 there is no task to do; it must be at least 1", culprits.join(" and "))
    }))
}

/// How much of a worker's work a task alone is, at least, where parameters are relative to workers: a task of its own may be too short.
const SHARE_ALONE: u64 = 8;

/// Returns the workload of a group with a single task, as large as those of a family; none if no parameter sets the number of tasks.
///
/// A parameter that grows with the workers is taken for a part of one worker, so that the task is about as large on every machine.
pub(super) fn alone(planned: &PlannedGroup, family: &str, catalogue: &dyn Catalogue) -> Option<Resolved> {
    let written = planned.params_of(family);
    let resolve = |params: &Map<String, Value>| catalogue.resolve(&planned.workload, params).ok();
    let mut params = relative::resolve(&written, 1).ok()?;
    let resolved = resolve(&params)?;
    if resolved.tasks == 1 {
        return Some(resolved);
    }
    let single = |name: &String| {
        let mut params = params.clone();
        params.insert(name.clone(), 1.into());
        resolve(&params).is_some_and(|resolved| resolved.tasks == 1)
    };
    let numbers = resolved.params.iter().filter(|(_, value)| value.as_u64().is_some_and(|number| number > 1));
    let (tasks, _) = numbers.into_iter().find(|(name, _)| single(name))?;
    for (name, value) in params.iter_mut().filter(|(name, value)| written.get(*name) != Some(*value)) {
        *value = (resolved.params.get(name)?.as_u64()? / resolved.tasks.min(SHARE_ALONE)).max(1).into();
    }
    params.insert(tasks.clone(), 1.into());
    resolve(&params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Course;
    use crate::group::scales::Scales;
    use crate::plan::Plan;

    fn refused(group: &str) -> String {
        let text = format!("rounds = 1\n[[group]]\n{group}");
        let ready = Plan::parse("test", &text).and_then(|plan| plan.ready(&Course::standard(), 2));
        ready.expect_err(group).to_string()
    }

    #[test]
    fn work_without_a_task_is_refused_by_the_parameter() {
        for (workload, culprit) in
            [("primes", "tasks"), ("counting", "tasks"), ("empty", "tasks"), ("echo", "connections")]
        {
            let message = refused(&format!("workload = '{workload}'\nparams = {{ {culprit} = 0 }}"));
            assert!(message.contains(&format!("`{workload}`: with `{culprit}` = 0 there is no task")), "{message}");
        }
        for (workload, culprit) in [
            ("primes", "length"),
            ("counting", "from"),
            ("sleep", "wait_us"),
            ("block", "wait_us"),
            ("echo", "round_trips"),
            ("convoy", "round_trips"),
        ] {
            let message = refused(&format!("workload = '{workload}'\nparams = {{ {culprit} = 0 }}"));
            assert!(message.contains(&format!("`{workload}`: `{culprit}` must be at least 1")), "{message}");
        }
    }

    /// Returns the groups of a built-in plan with their work on a machine with so many cores, and once more with that of each scale.
    fn work(plan: &str, cores: u64) -> Vec<(PlannedGroup, Resolved)> {
        let mut found = Vec::new();
        for group in Plan::load(plan).expect(plan).groups {
            let scales = Scales::resolve(&group, Duration::ZERO, &Course::standard(), cores).expect(plan);
            let works = scales.all();
            found.extend(works.map(|work| (group.clone(), work.resolved.clone())));
        }
        found
    }

    #[test]
    fn work_grows_with_the_machine() {
        for plan in ["quick", "default"] {
            let two = work(plan, 2);
            for cores in [1, 24, 64] {
                for ((group, work), (_, two)) in work(plan, cores).iter().zip(&two) {
                    let of = |work: &Resolved, name: &str| work.params.get(name).and_then(Value::as_u64);
                    let what = format!("{plan}, {cores} cores, {}", group.name());
                    if ["primes", "counting", "switch"].contains(&&*group.workload) {
                        assert_eq!(work.tasks * 2, two.tasks * cores, "{what}");
                        assert_eq!(of(work, "length").map(|n| n * 2), of(two, "length").map(|n| n * cores), "{what}");
                        assert_eq!(of(work, "from"), of(two, "from"), "{what}");
                    }
                    let pools = ["native", "gil", "cpython", "thread-pool", "process-pool", "rayon"];
                    let has_pool =
                        group.runners.is_empty() || group.runners.iter().any(|name| pools.contains(&&**name));
                    // Of coroutines all wait at once, but where they block there are as many as there are threads.
                    let has_pool =
                        has_pool || (group.workload == "block" && group.runners.iter().any(|name| name == "green"));
                    let batches = work.tasks / cores;
                    assert!(!has_pool || batches >= 2, "two full batches: {what}");
                    assert!(group.workload != "echo" || work.tasks >= 8, "{what}");
                }
            }
        }
        let default = work("default", 2);
        let tasks = |workload: &str| -> Vec<u64> {
            default.iter().filter(|(group, _)| group.workload == workload).map(|(_, work)| work.tasks).collect()
        };
        assert_eq!((tasks("primes"), tasks("counting"), tasks("switch")), (vec![16, 8], vec![32, 8], vec![16; 3]));
        assert_eq!((tasks("empty"), tasks("sleep")), (vec![1_000, 500, 50], vec![100, 8, 2_000]));
        assert_eq!((tasks("echo"), tasks("block")), (vec![8], vec![10]));
    }

    #[test]
    fn a_task_alone_is_as_large_on_every_machine() {
        let alone = |text: &str| {
            let plan = Plan::parse("test", &format!("rounds = 1\n[[group]]\n{text}")).expect("a plan");
            let alone = plan.ready(&Course::standard(), 64).expect("ready").remove(0).alone?;
            Some((alone.tasks, alone.params.get("length").or(alone.params.get("from"))?.as_u64()?))
        };
        let primes = "workload = 'primes'\nparams = { length = '800 per worker', tasks = '16 per worker' }";
        assert_eq!(alone(primes), Some((1, 100)));
        assert_eq!(alone("workload = 'primes'\nparams = { length = 500, tasks = 2 }"), Some((1, 500)));
        assert_eq!(alone("workload = 'counting'\nparams = { from = 77, tasks = '2 per worker' }"), Some((1, 77)));
        assert_eq!(alone("workload = 'primes'\nparams = { preset = 'known-13' }"), None, "nothing sets its tasks");
    }
}
