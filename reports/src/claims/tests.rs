//! The engine against made-up records: each outcome, at and around thresholds, and every reason not to judge.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};
use serde_json::{Value, json};

use super::*;
use crate::record::{CellId, Failure, FailureKind, Group, RunnerInfo, Sample};

/// A run of two cores that is made up cell by cell.
struct Made(Results);

/// Wall times in ns of round after round.
type Walls = Vec<u64>;

impl Made {
    fn new() -> Self {
        let mut results = Results::default();
        results.run.machine.usable_cores = 2;
        for (name, family, gil) in [
            ("sequential", "native", false),
            ("thread", "native", false),
            ("thread-pool", "native", false),
            ("gil-thread", "gil", true),
            ("python-sequential", "cpython", true),
            ("python-thread", "cpython", true),
            ("free-thread", "cpython@free", false),
        ] {
            let model = name.split_once('-').filter(|_| name != "thread-pool").map_or(name, |(_, model)| model);
            let baseline = if family == "cpython" { "python-sequential" } else { "sequential" };
            let info = RunnerInfo {
                family: family.to_owned(),
                model: model.to_owned(),
                gil: Some(gil),
                baseline: baseline.to_owned(),
                ..RunnerInfo::default()
            };
            results.run.runners.insert(name.to_owned(), info);
        }
        Self(results)
    }

    /// The group of a workload with one parameter.
    fn group(&mut self, workload: &str, size: u64) -> &mut Group {
        let params: BTreeMap<String, Value> = BTreeMap::from([("size".to_owned(), json!(size))]);
        let groups = &mut self.0.run.plan.groups;
        let at = groups.iter().position(|group| group.workload == workload && group.params == params);
        let at = at.unwrap_or_else(|| {
            let group = Group { workload: workload.to_owned(), params, tasks: 10, ..Group::default() };
            groups.push(group);
            groups.len() - 1
        });
        &mut groups[at]
    }

    fn cell(mut self, workload: &str, size: u64, cell: CellId, walls: Walls) -> Self {
        let group = self.group(workload, size);
        group.cells.push(cell.clone());
        let params = group.params.clone();
        let sample = Sample { workload: workload.to_owned(), params, cell, ..Sample::default() };
        self.0.samples.extend(walls.into_iter().enumerate().map(|(round, wall_ns)| Sample {
            round: round as u32,
            wall_ns,
            cpu_ns: wall_ns * 3 / 2,
            switches_voluntary: Some(wall_ns / 1_000_000),
            switches_involuntary: Some(0),
            histograms: BTreeMap::from([("round_trip_ns".to_owned(), histogram(wall_ns))]),
            ..sample.clone()
        }));
        self
    }

    fn with(self, workload: &str, size: u64, runner: &str, workers: u64, walls: Walls) -> Self {
        self.cell(workload, size, CellId { runner: runner.to_owned(), workers, ..CellId::default() }, walls)
    }

    /// A second copy of the baseline.
    fn with_arm(self, walls: Walls) -> Self {
        let cell = CellId { runner: "sequential".to_owned(), workers: 1, arm: "a-a".to_owned(), ..CellId::default() };
        self.cell("work", 1, cell, walls)
    }

    fn failing(mut self, runner: &str, kind: FailureKind, message: &str) -> Self {
        self = self.with("work", 1, runner, 2, Vec::new());
        let group = self.group("work", 1).clone();
        let cell = group.cells.last().cloned().unwrap_or_default();
        let message = message.to_owned();
        let failure =
            Failure { workload: group.workload, params: group.params, cell, kind, message, ..Failure::default() };
        self.0.failures.push(failure);
        self
    }

    fn judge(&self, claims: &Claims) -> Vec<Verdict> {
        claims.judge(&self.0, &Summary::of(&self.0))
    }

    /// The verdict on one condition of the family `native`.
    fn verdict(&self, condition: &str) -> Judgement {
        let mut verdicts = self.judge(&one("families = [\"native\"]", condition));
        assert_eq!(verdicts.len(), 1);
        verdicts.remove(0).judgement
    }
}

/// A histogram with one value.
fn histogram(value: u64) -> String {
    let mut histogram = Histogram::<u64>::new_with_bounds(1, 60_000_000_000, 3).expect("valid bounds");
    histogram.record(value).expect("within bounds");
    let mut bytes = Vec::new();
    V2DeflateSerializer::new().serialize(&histogram, &mut bytes).expect("written to memory");
    BASE64_STANDARD.encode(bytes)
}

/// `count` rounds around `wall` ms, 1 % up and down.
fn around(wall: f64, count: u64) -> Walls {
    (0..count).map(|round| (wall * 1e6 * (0.99 + 0.02 * (round * 7 % 10) as f64 / 9.0)) as u64).collect()
}

/// `count` rounds of exactly `wall` ms.
fn exactly(wall: u64, count: u64) -> Walls {
    vec![wall * 1_000_000; count as usize]
}

fn one(head: &str, conditions: &str) -> Claims {
    let text = format!("[[claim]]\nid = \"a\"\nstatement = \"So it is.\"\nwhy = \"It is.\"\n{head}\n{conditions}");
    Claims::parse("test.toml", &text).expect("a valid claim")
}

const SPEED_UP: &str = "[[claim.condition]]\nstatistic = \"speed-up\"\n\
                        of = { workload = \"work\", models = [\"thread-pool\"] }\n";

/// Sequential 100 ms, and a pool.
fn pool(walls: Walls) -> Made {
    let count = walls.len() as u64;
    Made::new().with("work", 1, "sequential", 1, around(100.0, count)).with("work", 1, "thread-pool", 2, walls)
}

#[test]
fn holds_fails_and_undecided_around_a_threshold() {
    let condition = format!("{SPEED_UP}at-least = 1.8\nat-most = 2.2");
    for (wall, outcome) in [
        (50.0, Outcome::Holds),
        (54.0, Outcome::Holds),
        (100.0 / 1.8, Outcome::Undecided),
        (58.0, Outcome::Fails),
        (100.0 / 2.2, Outcome::Undecided),
        (44.0, Outcome::Fails),
    ] {
        // Against the order of the baseline's noise, so that the ratios vary.
        let mut walls = around(wall, 20);
        walls.reverse();
        let judgement = pool(walls).verdict(&condition);
        assert_eq!(judgement.verdict, outcome, "{wall}: {}", judgement.why);
        let threshold = if wall < 50.0 { 2.2 } else { 1.8 };
        assert!(wall == 50.0 || judgement.threshold == Some(threshold), "{wall}: {:?}", judgement.threshold);
    }
}

#[test]
fn without_variance_the_threshold_itself_holds() {
    let made = |wall| {
        let made = Made::new().with("work", 1, "sequential", 1, exactly(100, 20));
        made.with("work", 1, "thread-pool", 2, exactly(wall, 20))
    };
    for (bounds, wall, outcome) in [
        ("at-least = 2", 50, Outcome::Holds),
        ("at-most = 2", 50, Outcome::Holds),
        ("at-least = 2\nat-most = 2", 50, Outcome::Holds),
        ("at-least = 2", 51, Outcome::Fails),
        ("at-most = 2", 49, Outcome::Fails),
    ] {
        let judgement = made(wall).verdict(&format!("{SPEED_UP}{bounds}"));
        assert_eq!(judgement.verdict, outcome, "{bounds}, {wall}: {}", judgement.why);
    }
    let cores = "[[claim.condition]]\nstatistic = \"effective-cores\"\n\
                 of = { workload = \"work\", models = [\"thread-pool\"] }\n";
    for (bounds, outcome) in [
        ("at-least = 1.5", Outcome::Holds),
        ("at-most = 1.5", Outcome::Holds),
        ("at-least = 1.5\nat-most = 1.5", Outcome::Holds),
        ("at-least = 1.51", Outcome::Fails),
        ("at-most = 1.49", Outcome::Fails),
    ] {
        assert_eq!(made(50).verdict(&format!("{cores}{bounds}")).verdict, outcome, "{bounds}");
    }
}

#[test]
fn few_rounds_decide_nothing_and_say_how_many_would() {
    let condition = format!("{SPEED_UP}at-least = 1.5");
    for (count, outcome) in [(1, Outcome::Undecided), (5, Outcome::Undecided), (6, Outcome::Holds)] {
        let judgement = pool(around(50.0, count)).verdict(&condition);
        assert_eq!(judgement.verdict, outcome, "{count} rounds: {}", judgement.why);
    }
    let why = pool(around(50.0, 1)).verdict(&condition).why;
    assert!(why.contains("too few rounds to tell: at least 6 of each cell are needed, and there are 1"), "{why}");
}

#[test]
fn what_copies_of_one_cell_differ_by_is_not_told_from_the_threshold() {
    let condition = format!("{SPEED_UP}at-least = 1.8");
    let quiet = pool(around(50.0, 20)).with_arm(around(101.0, 20)).verdict(&condition);
    assert_eq!(quiet.verdict, Outcome::Holds, "{}", quiet.why);
    let noisy = pool(around(50.0, 20)).with_arm(around(115.0, 20)).verdict(&condition);
    assert_eq!(noisy.verdict, Outcome::Undecided);
    assert!(noisy.why.contains("may differ by up to") && noisy.why.contains("a quieter machine"), "{}", noisy.why);
    let far = pool(around(20.0, 20)).with_arm(around(115.0, 20)).verdict(&condition);
    assert_eq!(far.verdict, Outcome::Holds, "{}", far.why);
}

#[test]
fn copies_of_a_cell_of_microseconds_differ_by_amounts_and_not_by_shares() {
    let condition = "[[claim.condition]]\nstatistic = \"time\"\nat-least = 5\n\
                     of = { workload = \"work\", models = [\"thread\"] }\nto = { model = \"thread-pool\" }\n";
    let made = |baseline: f64| {
        let made = Made::new().with("work", 1, "sequential", 1, around(baseline, 20));
        let made =
            made.with("work", 1, "thread", 2, around(100.0, 20)).with("work", 1, "thread-pool", 2, around(10.0, 20));
        // The copies are 7 times apart.
        made.with_arm(around(7.0 * baseline, 20)).verdict(condition)
    };
    assert_eq!(made(1e-3).verdict, Outcome::Holds, "6 us are little beside 10 ms: {}", made(1e-3).why);
    let why = made(1.0).why;
    assert!(why.contains("identical cells may differ by up to"), "6 ms are not: {why}");
}

#[test]
fn a_core_that_others_kept_busy_excuses_a_low_figure_and_does_not_prove_one() {
    let made = |wall, outside: f64| {
        let mut made = pool(around(wall, 20));
        let info = crate::record::WorkloadInfo { kind: "cpu".to_owned(), ..Default::default() };
        made.0.run.workloads.insert("work".to_owned(), info);
        for sample in &mut made.0.samples {
            sample.outside_ns = Some((sample.wall_ns as f64 * outside) as u64);
        }
        made
    };
    let fast = SPEED_UP.replace("speed-up", "efficiency") + "at-least = 0.75";
    let slow = format!("{SPEED_UP}at-most = 1.2");
    for (wall, outside, condition, outcome) in [
        (90.0, 0.0, &fast, Outcome::Fails),
        (90.0, 0.7, &fast, Outcome::Undecided),
        (50.0, 0.7, &fast, Outcome::Holds),
        (98.0, 0.0, &slow, Outcome::Holds),
        (98.0, 0.7, &slow, Outcome::Undecided),
        (50.0, 0.7, &slow, Outcome::Fails),
    ] {
        let judgement = made(wall, outside).verdict(condition);
        assert_eq!(judgement.verdict, outcome, "{wall}, {outside}: {}", judgement.why);
        let blames = judgement.why.contains("others kept 0.70 cores of the machine busy");
        assert_eq!(blames, outcome == Outcome::Undecided, "{}", judgement.why);
    }
}

#[test]
fn on_a_busy_machine_no_latency_is_trusted() {
    let made = |wall, outside: f64| {
        let mut made = Made::new().with("work", 1, "thread", 2, around(wall, 20));
        for sample in &mut made.0.samples {
            sample.outside_ns = Some((sample.wall_ns as f64 * outside) as u64);
        }
        made
    };
    let condition = |bound: &str| {
        format!(
            "[[claim.condition]]\nstatistic = \"latency\"\nhistogram = \"round_trip_ns\"\nquantile = \"p50\"\n\
             of = {{ workload = \"work\", models = [\"thread\"] }}\n{bound}"
        )
    };
    for (wall, outside, bound, outcome) in [
        (5.0, 0.1, "at-least = 2_000_000", Outcome::Holds),
        (5.0, 1.5, "at-least = 2_000_000", Outcome::Undecided),
        (1.0, 0.1, "at-least = 2_000_000", Outcome::Fails),
        (1.0, 1.5, "at-least = 2_000_000", Outcome::Undecided),
        (1.0, 1.5, "at-most = 2_000_000", Outcome::Holds),
        (5.0, 1.5, "at-most = 2_000_000", Outcome::Undecided),
    ] {
        let judgement = made(wall, outside).verdict(&condition(bound));
        assert_eq!(judgement.verdict, outcome, "{wall} ms, {outside}, {bound}: {}", judgement.why);
    }
    let waits = "[[claim.condition]]\nstatistic = \"over-formula\"\nformula = \"longest-wait\"\n\
                 of = { workload = \"work\", models = [\"thread\"] }\nat-most = 1.2";
    for (outside, outcome) in [(0.1, Outcome::Fails), (1.9, Outcome::Undecided)] {
        let mut made = made(30.0, outside);
        made.group("work", 1).wait_ns = 20_000_000;
        assert_eq!(made.verdict(waits).verdict, outcome, "{outside}");
    }
}

#[test]
fn the_bound_that_is_straddled_is_the_one_that_is_named() {
    let walls = (0..20).map(|round| if round % 2 == 0 { 100_000_000 } else { 300_000_000 }).collect();
    // Between 0.33 and 1, and nearer to 1.05 than to 0.5 by the median.
    let judgement = pool(walls).verdict(&format!("{SPEED_UP}at-least = 0.5\nat-most = 1.05"));
    assert_eq!((judgement.verdict, judgement.threshold), (Outcome::Undecided, Some(0.5)), "{}", judgement.why);
    assert!(judgement.why.contains("straddles 0.5x"), "{}", judgement.why);
}

#[test]
fn an_interval_that_straddles_says_what_would_decide_it() {
    let walls = (0..20).map(|round| if round % 2 == 0 { 40_000_000 } else { 80_000_000 }).collect();
    let judgement = pool(walls).verdict(&format!("{SPEED_UP}at-least = 1.8"));
    assert_eq!(judgement.verdict, Outcome::Undecided);
    assert!(judgement.why.contains("straddles 1.8x: more rounds or a quieter machine"), "{}", judgement.why);
    assert_eq!((judgement.group.as_deref(), judgement.anchor.as_deref()), (Some("work"), Some("work-speedup")));
    let cells: Vec<(&str, usize)> = judgement.samples.iter().map(|cell| (cell.cell.as_str(), cell.samples)).collect();
    assert_eq!(cells, [("thread-pool", 20), ("sequential", 20)]);
}

#[test]
fn missing_cells_are_not_run_with_the_reason() {
    let condition = format!("{SPEED_UP}at-least = 1.8");
    let came_to = |outcome: Outcome, made: Made| {
        let judgement = made.verdict(&condition);
        assert_eq!((judgement.verdict, judgement.effect), (outcome, None));
        judgement.why
    };
    let reason = |made: Made| came_to(Outcome::NotRun, made);
    assert_eq!(reason(Made::new()), "the plan has no group of work");
    let only_baseline = || Made::new().with("work", 1, "sequential", 1, around(100.0, 20));
    assert!(
        reason(only_baseline()).contains("no runner of the model thread-pool of the family native for group of work")
    );
    let mut skipped = only_baseline();
    skipped.group("work", 1).skipped.insert("thread-pool".to_owned(), "it would take hours".to_owned());
    assert_eq!(reason(skipped), "thread-pool was left out: it would take hours");
    let limited = only_baseline().failing("thread-pool", FailureKind::Limit, "too many threads");
    assert_eq!(reason(limited), "thread-pool in work (limit): too many threads");
    let failed = only_baseline().failing("thread-pool", FailureKind::Crash, "killed by signal 11");
    let undecided = |made: Made| came_to(Outcome::Undecided, made);
    assert_eq!(undecided(failed), "thread-pool in work (crash): killed by signal 11; what failed is no evidence");
    assert_eq!(
        undecided(only_baseline().with("work", 1, "thread-pool", 2, Vec::new())),
        "thread-pool in work was not reached; what failed is no evidence"
    );
    let no_baseline = Made::new().with("work", 1, "thread-pool", 2, around(50.0, 20));
    assert_eq!(reason(no_baseline), "work has no cell of sequential, its baseline");
}

#[test]
fn a_cell_that_failed_late_is_no_evidence_but_does_not_hide_what_fails() {
    let mut made = pool(around(50.0, 20));
    let sample = made.0.samples.last().cloned().expect("samples");
    let Sample { workload, params, cell, .. } = sample;
    let message = "ended by signal 9".to_owned();
    made.0.failures.push(Failure { workload, params, cell, message, round: Some(20), ..Failure::default() });
    let judgement = made.verdict(&format!("{SPEED_UP}at-least = 1.8"));
    assert_eq!(judgement.verdict, Outcome::Undecided, "{}", judgement.why);
    assert!(judgement.why.contains("thread-pool in work (crash): ended by signal 9"), "{}", judgement.why);

    let made = made.with("work", 1, "thread", 10, around(90.0, 20));
    let condition = |bound| SPEED_UP.replace("\"thread-pool\"", "\"thread-pool\", \"thread\"") + bound;
    let judge = |bound| made.judge(&one("families = [\"native\"]", &condition(bound))).remove(0);
    let holds_by_the_other = judge("at-least = 1");
    assert_eq!(holds_by_the_other.outcome(), Outcome::Undecided, "{}", holds_by_the_other.judgement.why);
    let fails = judge("at-least = 1.8");
    assert_eq!(fails.outcome(), Outcome::Fails, "{}", fails.judgement.why);
    assert!(fails.notes[0].contains("ended by signal 9"), "{:?}", fails.notes);
    // Nor does what was not run hide it.
    let not_run = SPEED_UP.replace("\"work\"", "\"play\"") + "at-least = 1\n";
    let both =
        made.judge(&one("families = [\"native\"]", &format!("{not_run}{}", condition("at-least = 1")))).remove(0);
    assert!(both.outcome() == Outcome::Undecided && both.judgement.why.contains("signal 9"), "{}", both.judgement.why);
}

#[test]
fn one_process_promises_no_coverage_and_says_so() {
    let condition = format!("{SPEED_UP}at-least = 1.8");
    let one = pool(around(50.0, 20)).verdict(&condition);
    assert_eq!((one.verdict, one.coverage), (Outcome::Holds, None));
    assert!(one.why.contains("it rests on one process of each cell"), "{}", one.why);
    let mut made = pool(around(50.0, 20));
    made.0.samples.iter_mut().for_each(|sample| sample.process = sample.round / 7);
    let three = made.verdict(&condition);
    assert!(three.coverage.is_some_and(|coverage| coverage >= 0.95) && !three.why.contains("one process"), "{three:?}");
}

#[test]
fn efficiency_needs_two_cores_and_two_workers() {
    let condition = SPEED_UP.replace("speed-up", "efficiency") + "at-least = 0.8";
    let two = pool(around(55.0, 20)).verdict(&condition);
    assert_eq!(two.verdict, Outcome::Holds, "{}", two.why);
    assert!((two.effect.unwrap_or(0.0) - 100.0 / 55.0 / 2.0).abs() < 0.02);
    let mut one_core = pool(around(55.0, 20));
    one_core.0.run.machine.usable_cores = 1;
    let why = one_core.verdict(&condition).why;
    assert!(why.contains("only 1 core could be used"), "{why}");
    let alone = Made::new().with("work", 1, "sequential", 1, around(100.0, 20));
    let alone = alone.with("work", 1, "thread-pool", 1, around(100.0, 20)).verdict(&condition);
    assert_eq!(alone.verdict, Outcome::NotRun, "{}", alone.why);
    let needs = one("families = [\"native\"]\nneeds-cores = 2", &format!("{SPEED_UP}at-least = 0.1"));
    let why = one_core.judge(&needs).remove(0).judgement.why;
    assert_eq!(why, "it takes 2 cores, and 1 could be used");
}

#[test]
fn the_number_of_workers_is_the_most_unless_named() {
    let made = || pool(around(50.0, 20)).with("work", 1, "thread-pool", 4, around(25.0, 20));
    assert_eq!(made().verdict(&format!("{SPEED_UP}at-least = 3")).verdict, Outcome::Holds);
    // 10 tasks for 4 workers are fewer than 4 each, for 2 they are 5.
    let batches = SPEED_UP.replace("] }", "], batches = { at-least = 4 } }") + "at-most = 3";
    assert_eq!(made().verdict(&batches).verdict, Outcome::Holds);
    let more = batches.replace("= 4 }", "= 6 }");
    let more = made().verdict(&more);
    assert_eq!(more.why, "thread-pool ×4 in work has 10 tasks for 4 workers, and it takes tasks for each worker >= 6");
    let named = SPEED_UP.replace("] }", "], workers = 2 }") + "at-most = 3";
    assert_eq!(made().verdict(&named).verdict, Outcome::Holds);
}

#[test]
fn options_and_second_arms_are_not_taken_for_the_cell() {
    let sweep = CellId { runner: "thread-pool".to_owned(), options: "x=1".to_owned(), workers: 9, ..CellId::default() };
    let made = pool(around(50.0, 20)).cell("work", 1, sweep, around(5.0, 20));
    assert_eq!(made.verdict(&format!("{SPEED_UP}at-most = 3")).verdict, Outcome::Holds);
}

#[test]
fn waits_are_held_against_formulas() {
    for (formula, wall) in
        [("longest-wait", 20.0), ("sum-of-waits", 200.0), ("batches", 80.0), ("shared-waits", 200.0 / 3.0)]
    {
        let condition = format!(
            "[[claim.condition]]\nstatistic = \"over-formula\"\nformula = \"{formula}\"\n\
             of = {{ workload = \"work\", models = [\"thread-pool\"] }}\nat-least = 0.95\nat-most = 1.05"
        );
        let mut made = Made::new().with("work", 1, "thread-pool", 3, around(wall, 20));
        assert!(made.verdict(&condition).why.contains("do not wait"));
        made.group("work", 1).wait_ns = 20_000_000;
        let judgement = made.verdict(&condition);
        assert_eq!(judgement.verdict, Outcome::Holds, "{formula}: {}", judgement.why);
        assert_eq!(judgement.chart.as_deref(), Some("wait"));
    }
}

#[test]
fn across_groups_intervals_are_joined() {
    let made = |count| {
        let made = Made::new().with("work", 5, "thread", 10, around(50.0, count));
        made.with("work", 0, "thread", 10, around(30.0, count)).with("work", 7, "thread", 10, around(1.0, count))
    };
    let condition = |bounds: &str| {
        format!(
            "[[claim.condition]]\nstatistic = \"cost\"\nper = [\"tasks\", \"size\"]\n\
             of = {{ workload = \"work\", params = {{ size = {{ at-least = 1 }} }}, models = [\"thread\"] }}\n\
             to = {{ params = {{ size = 0 }} }}\n{bounds}"
        )
    };
    // 20 ms over 10 tasks and size 5
    let judgement = made(20).verdict(&condition("at-least = 380_000\nat-most = 420_000"));
    assert_eq!(judgement.verdict, Outcome::Holds, "{}", judgement.why);
    assert_eq!((judgement.unit, judgement.chart.as_deref()), (Some(Unit::Nanoseconds), Some("samples")));
    let negative = made(20).verdict(&condition("at-least = 500_000"));
    assert_eq!(negative.verdict, Outcome::Fails, "{}", negative.why);
    let few = made(6).verdict(&condition("at-least = 1"));
    assert!(few.why.contains("at least 7 of each cell are needed, and there are 6"), "{}", few.why);
}

#[test]
fn latencies_and_switches_are_compared() {
    let condition = |statistic: &str, rest: &str| {
        format!(
            "[[claim.condition]]\nstatistic = \"{statistic}\"\n\
             of = {{ workload = \"work\", params = {{ size = 1 }}, models = [\"thread\"] }}\n{rest}"
        )
    };
    let quantile = "histogram = \"round_trip_ns\"\nquantile = \"p50\"\n";
    let to = "to = { params = { size = 0 } }\n";
    let made = Made::new().with("work", 1, "thread", 2, around(50.0, 20)).with("work", 0, "thread", 2, around(5.0, 20));
    let cases = [
        ("latency", format!("{quantile}at-least = 45_000_000\nat-most = 55_000_000"), Outcome::Holds),
        ("latency-ratio", format!("{to}{quantile}at-least = 9\nat-most = 11"), Outcome::Holds),
        ("latency-ratio", format!("{to}{}at-most = 9", quantile.replace("p50", "p99")), Outcome::Fails),
        ("latency-difference", format!("{to}{quantile}at-least = 40_000_000"), Outcome::Holds),
        ("switches-ratio", format!("{to}at-least = 8"), Outcome::Holds),
        ("time", format!("{to}at-least = 9\nat-most = 11"), Outcome::Holds),
    ];
    for (statistic, rest, outcome) in cases {
        let judgement = made.verdict(&condition(statistic, &rest));
        assert_eq!(judgement.verdict, outcome, "{statistic}: {}", judgement.why);
    }
    let other = made.verdict(&condition("latency", &format!("{}at-least = 1", quantile.replace("round", "square"))));
    assert_eq!(other.why, "thread in work, size 1 recorded no histogram square_trip_ns");
    let still =
        Made::new().with("work", 1, "thread", 2, around(50.0, 20)).with("work", 0, "thread", 2, around(0.5, 20));
    let still = still.verdict(&condition("switches-ratio", &format!("{to}at-least = 8")));
    assert!(still.verdict == Outcome::NotRun && still.why.contains("made none"), "{}", still.why);
}

#[test]
fn each_family_is_judged_by_itself_and_only_where_the_claim_is_about_it() {
    let mut made = Made::new();
    for (runner, wall) in [
        ("sequential", 100.0),
        ("thread", 50.0),
        ("gil-thread", 99.0),
        ("python-sequential", 400.0),
        ("python-thread", 410.0),
        ("free-thread", 60.0),
    ] {
        made = made.with("work", 1, runner, 2, around(wall, 20));
    }
    let condition = SPEED_UP.replace("thread-pool", "thread") + "at-most = 1.2";
    let outcomes = |head: &str| -> Vec<(String, Outcome)> {
        let verdicts = made.judge(&one(head, &condition));
        verdicts.iter().map(|verdict| (verdict.family.clone(), verdict.outcome())).collect()
    };
    let all = "families = [\"native\", \"gil\", \"cpython\"]";
    assert_eq!(
        outcomes(all),
        [
            ("native".to_owned(), Outcome::Fails),
            ("gil".to_owned(), Outcome::Holds),
            ("cpython".to_owned(), Outcome::Holds),
            ("cpython@free".to_owned(), Outcome::Fails)
        ]
    );
    assert_eq!(
        outcomes(&format!("{all}\ngil = true")),
        [("gil".to_owned(), Outcome::Holds), ("cpython".to_owned(), Outcome::Holds)]
    );
    let free = outcomes(&format!("{all}\ngil = false"));
    assert_eq!(free, [("native".to_owned(), Outcome::Fails), ("cpython@free".to_owned(), Outcome::Fails)]);
    assert_eq!(outcomes("families = [\"jvm\"]"), [("jvm".to_owned(), Outcome::NotRun)]);
}

#[test]
fn the_worst_condition_decides_and_the_verdict_names_it() {
    let holds = format!("{SPEED_UP}at-least = 1.8\n");
    let fails = format!("{SPEED_UP}at-least = 3\n");
    let not_run = SPEED_UP.replace("\"work\"", "\"play\"") + "at-least = 1\n";
    let undecided = format!("{SPEED_UP}at-least = 2\n");
    let made = || {
        let mut walls = around(50.0, 20);
        walls.reverse();
        pool(walls)
    };
    for (conditions, outcome, effect_known) in [
        (vec![&holds, &holds], Outcome::Holds, true),
        (vec![&holds, &undecided], Outcome::Undecided, true),
        (vec![&undecided, &not_run, &holds], Outcome::NotRun, false),
        (vec![&not_run, &fails, &undecided], Outcome::Fails, true),
    ] {
        let text: String = conditions.into_iter().map(String::as_str).collect();
        let verdict = made().judge(&one("families = [\"native\"]", &text)).remove(0);
        assert_eq!((verdict.outcome(), verdict.judgement.effect.is_some()), (outcome, effect_known));
    }
    let both = made().judge(&one("families = [\"native\"]", &format!("{holds}{holds}"))).remove(0);
    assert!(both.judgement.why.ends_with("; 1 other condition holds too"), "{}", both.judgement.why);
}

#[test]
fn of_several_models_those_that_were_measured_are_judged_and_the_others_noted() {
    let condition =
        SPEED_UP.replace("\"thread-pool\"", "\"thread\", \"thread-pool\", \"carrier-pigeon\"") + "at-least = 1.5";
    let claims = one("families = [\"native\"]", &condition);
    let made = pool(around(50.0, 20)).failing("thread", FailureKind::Limit, "too many threads");
    let verdict = made.judge(&claims).remove(0);
    assert_eq!((verdict.outcome(), verdict.conditions.len()), (Outcome::Holds, 1));
    assert_eq!(verdict.notes, ["thread in work (limit): too many threads"]);
    let both = pool(around(50.0, 20)).with("work", 1, "thread", 10, around(90.0, 20)).judge(&claims).remove(0);
    assert_eq!(both.outcome(), Outcome::Fails, "{}", both.judgement.why);
    assert!(both.judgement.why.starts_with("thread is "), "{}", both.judgement.why);
}

#[test]
fn broken_claims_are_refused_with_line_or_reason() {
    let valid = format!(
        "[[claim]]\nid = \"a\"\nstatement = \"S.\"\nwhy = \"W.\"\nfamilies = [\"native\"]\n{SPEED_UP}at-least = 1\n"
    );
    assert!(Claims::parse("my.toml", &valid).is_ok());
    let message = |text: &str| Claims::parse("my.toml", text).expect_err("must be refused").to_string();
    for (from, to, wanted) in [
        ("why =", "wye =", "unknown field `wye`"),
        ("why =", "wye =", "line 4"),
        ("\"speed-up\"", "\"speed-down\"", "unknown variant `speed-down`"),
        ("\"speed-up\"", "\"speed-down\"", "line 7"),
        ("\"speed-up\"", "\"speed-down\"", "in claim `a`"),
        ("at-least = 1", "at-least = \"1\"", "line 9"),
        ("at-least = 1", "at-leats = 1", "unknown field `at-leats`"),
        ("models =", "params = { x = { at-leats = 1 } }, models =", "unknown field `at-leats`"),
        ("families = [\"native\"]\n", "", "missing field `families`"),
        ("id = \"a\"", "id = \"<b>\"", "an id has small letters"),
        ("at-least = 1", "", "neither `at-least` nor `at-most`"),
        ("at-least = 1", "at-least = nan", "a bound must be finite"),
        ("at-least = 1", "at-least = 0", "must be above 0"),
        ("at-least = 1", "at-least = 2\nat-most = 1", "its bounds contradict"),
        ("at-least = 1", "at-least = 1\nformula = \"batches\"", "`over-formula` needs a `formula`"),
        ("at-least = 1", "at-least = 1\nquantile = \"p50\"", "statistics of latency need"),
        ("\"speed-up\"", "\"cost\"", "needs a `to`"),
        ("\"speed-up\"", "\"effective-cores\"\nto = { model = \"x\" }", "has no `to`"),
        ("\"speed-up\"", "\"efficiency\"\nper = [\"tasks\"]", "only `speed-up`, `cost`, `cpu-cost` and"),
        ("\"speed-up\"", "\"speed-up\"\nswitches = 1", "only `cpu-cost` asks for `switches`"),
        ("at-least = 1", "at-least = 1\nfolk = \"5\"", "unknown field `folk`"),
        ("statistic", "families = [\"gil\"]\nstatistic", "`gil` is not among the claim's families"),
    ] {
        let message = message(&valid.replacen(from, to, 1));
        assert!(message.contains(wanted) && message.contains("my.toml"), "{from} -> {to}: {message}");
    }
    assert!(message(&format!("{valid}{valid}")).contains("two claims `a`"));
    assert!(message("[[claim]").contains("line 1"));
    assert!(
        message(&valid.replace("at-least = 0", "").replace(SPEED_UP, "").replace("at-least = 1\n", "condition = []\n"))
            .contains("could not fail")
    );
}

#[test]
fn names_that_nothing_has_are_found_with_their_claim() {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let mut known =
        Names { workloads: set(&["work"]), models: set(&["sequential", "thread-pool"]), families: set(&["native"]) };
    let head = "families = [\"native\", \"cpython\", \"nativ\"]";
    let condition = SPEED_UP.replace("\"thread-pool\"", "\"thread-pool\", \"thread-pol\"")
        + "to = { model = \"sequentiel\", workload = \"wok\" }\nat-least = 1";
    let unknown = one(head, &condition).unknown(&known);
    let found: Vec<(&str, &str)> = unknown.iter().map(|unknown| (unknown.what, unknown.name.as_str())).collect();
    assert_eq!(found, [("family", "nativ"), ("workload", "wok"), ("model", "thread-pol"), ("model", "sequentiel")]);
    assert!(unknown.iter().all(|unknown| unknown.claim == "a"));
    let mut run = crate::record::Run::default();
    let info = |family: &str, model: &str| RunnerInfo {
        family: family.to_owned(),
        model: model.to_owned(),
        ..RunnerInfo::default()
    };
    run.runners.insert("mine".to_owned(), info("nativ@1", "thread-pol"));
    run.runners.insert("other".to_owned(), info("native", "sequentiel"));
    run.workloads.insert("wok".to_owned(), crate::record::WorkloadInfo::default());
    known.add_run(&run);
    assert_eq!(one(head, &condition).unknown(&known), []);
}

#[test]
fn sets_of_claims_join_unless_an_id_is_there_twice() {
    let mut claims = Claims::built_in();
    let count = claims.iter().count();
    let more = one("families = [\"native\"]", &format!("{SPEED_UP}at-least = 1"));
    claims.extend(more.clone()).expect("a new id");
    assert_eq!(claims.iter().count(), count + 1);
    let before = claims.clone();
    assert!(matches!(claims.extend(more), Err(ClaimError::Duplicate(id)) if id == "a"));
    assert_eq!(claims, before);
}

#[test]
fn the_built_in_claims_are_those_of_the_first_stage() {
    let claims = Claims::built_in();
    let ids: Vec<&str> = claims.iter().map(|claim| claim.id.as_str()).collect();
    for id in [
        "cpu-gil-threads",
        "cpu-processes",
        "cpu-threads-free",
        "cpu-coroutines",
        "switch-costs",
        "io-threads-gil",
        "io-one-thread",
        "io-pool-bound",
        "blocking-stalls",
        "gil-convoy",
        "no-convoy-without-gil",
        "spawn-cost",
        "pool-amortises",
    ] {
        assert!(ids.contains(&id), "{id}");
    }
}
