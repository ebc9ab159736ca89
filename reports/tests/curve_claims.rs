//! The claims about curves, judged on made-up sweeps in which they are true, and on the same ones made false.

#[path = "common/sweeps.rs"]
mod made;

use regatta_reports::Summary;
use regatta_reports::claims::{Claims, Outcome, Verdict};
use regatta_reports::record::Sample;

/// Returns the verdict on a claim for a family, after samples were changed.
fn verdict(id: &str, family: &str, change: impl Fn(&mut Sample)) -> Verdict {
    let mut results = made::results();
    results.samples.iter_mut().for_each(change);
    let claims = Claims::built_in().only(id).expect("a built-in claim");
    let verdicts = claims.judge(&Summary::from_results(&results));
    verdicts.into_iter().find(|verdict| verdict.family == family).expect("a verdict on the family")
}

/// Makes the cells of a runner and a workload faster by a factor where `is_there`.
fn faster(runner: &str, workload: &str, factor: f64, is_there: impl Fn(&Sample) -> bool) -> impl Fn(&mut Sample) {
    let (runner, workload) = (runner.to_owned(), workload.to_owned());
    move |sample: &mut Sample| {
        if sample.cell.runner == runner && sample.workload == workload && is_there(sample) {
            sample.wall_ns = (sample.wall_ns as f64 / factor) as u64;
        }
    }
}

fn nothing(_: &mut Sample) {}

fn from(sample: &Sample) -> u64 {
    sample.params["from"].as_u64().expect("a number")
}

#[test]
fn more_processes_than_cores_are_too_many_unless_they_are_faster() {
    for family in ["native", "cpython"] {
        assert_eq!(verdict("too-many-processes", family, nothing).outcome(), Outcome::Holds, "{family}");
    }
    let many = |sample: &Sample| sample.cell.workers == 16;
    let found = verdict("too-many-processes", "native", faster("process-pool", "primes", 3.0, many));
    assert_eq!(found.outcome(), Outcome::Fails);
    let few = |sample: &Sample| sample.cell.workers == 1;
    let found = verdict("too-many-processes", "native", faster("process-pool", "primes", 9.0, few));
    assert_eq!(found.outcome(), Outcome::Fails, "one is better than as many as there are cores");
}

#[test]
fn a_grain_is_where_parallel_code_begins_to_pay() {
    let found = verdict("grain", "native", nothing);
    assert_eq!(found.outcome(), Outcome::Holds, "{:?}", found.judgement);
    let least = faster("thread-pool", "counting", 900.0, |sample| from(sample) == 10);
    assert_eq!(verdict("grain", "native", least).outcome(), Outcome::Fails, "it pays from the first point on");
    let most = faster("thread-pool", "counting", 0.2, |sample| from(sample) == 100_000);
    assert_eq!(verdict("grain", "native", most).outcome(), Outcome::Fails, "it never pays");
    let between = faster("thread-pool", "counting", 0.2, |sample| from(sample) == 1_000);
    assert_eq!(verdict("grain", "native", between).outcome(), Outcome::Holds, "the ends of the curve count");
}

#[test]
fn no_grain_pays_under_a_lock() {
    assert_eq!(verdict("gil-no-grain", "cpython", nothing).outcome(), Outcome::Holds);
    let most = faster("python-thread-pool", "counting", 3.0, |sample| from(sample) == 10_000);
    assert_eq!(verdict("gil-no-grain", "cpython", most).outcome(), Outcome::Fails);
}

#[test]
fn what_the_plan_does_not_vary_is_not_run() {
    let found = verdict("oversubscribed-waits", "native", nothing);
    assert_eq!(found.outcome(), Outcome::NotRun);
    assert!(
        found.judgement.why.contains("the plan has no sweep of sleep along workers for the model thread-pool"),
        "{}",
        found.judgement.why
    );
}

#[test]
fn as_many_workers_as_cores_are_no_fewer() {
    let mut results = made::results();
    results.run.machine.usable_cores = 6;
    let claims = Claims::built_in().only("too-many-processes").expect("a built-in claim");
    let verdicts = claims.judge(&Summary::from_results(&results));
    let why = &verdicts[0].judgement.why;
    assert_eq!(verdicts[0].outcome(), Outcome::NotRun, "4 of 6 cores are no reason to blame 8 workers: {why}");
    assert!(why.contains("process-pool has no point with as many workers as there are cores"), "{why}");
}

#[test]
fn a_sweep_up_to_the_cores_says_nothing_of_what_is_beyond() {
    let mut results = made::results();
    results.samples.retain(|sample| sample.cell.workers <= 4);
    let claims = Claims::built_in().only("too-many-processes").expect("a built-in claim");
    let verdicts = claims.judge(&Summary::from_results(&results));
    let why = &verdicts[0].judgement.why;
    assert_eq!(verdicts[0].outcome(), Outcome::NotRun, "{why}");
    assert!(why.contains("is the only point to compare: the sweep goes no further"), "{why}");
}

#[test]
fn a_point_without_an_axis_is_refused() {
    let claim = |of: &str, more: &str| {
        let text = format!(
            "[[claim]]\nid = 'a'\nstatement = 'b'\nwhy = 'c'\nfamilies = ['native']\n[[claim.condition]]\n\
             statistic = 'speed-up'\nof = {{ workload = 'primes', models = ['rayon']{of} }}\nat-least = 1.0\n{more}"
        );
        Claims::parse("test", &text).map_err(|error| error.to_string())
    };
    assert!(claim(", along = 'workers', at = 'cores'", "to = { at = 3 }").is_ok());
    assert!(claim(", at = 'cores'", "").expect_err("no axis").contains("name its axis in `of.along`"));
    assert!(claim("", "to = { at = 'best' }").expect_err("no axis").contains("name its axis in `of.along`"));
    assert!(claim(", along = 'workers', at = 'worst'", "").expect_err("no point").contains("`best` or a number"));
    assert!(claim("", "optional = true").expect_err("nothing to judge").contains("all its conditions are `optional`"));
}
