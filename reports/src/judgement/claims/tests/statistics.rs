//! Each statistic on cells of which it is known.

use super::*;
use crate::figures::ChartKind;

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
        assert_eq!(judgement.chart.map(ChartKind::name), Some("wait"));
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
    assert_eq!((judgement.unit, judgement.chart.map(ChartKind::name)), (Some(Unit::Nanoseconds), Some("samples")));
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
        ("switches", "per = [\"tasks\"]\nat-least = 4.5\nat-most = 5.5".to_owned(), Outcome::Holds),
        ("switches", "at-most = 5.5".to_owned(), Outcome::Fails),
        ("faults", "at-least = 20\nat-most = 20".to_owned(), Outcome::Holds),
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
fn efficiency_is_held_against_batches_and_what_the_machine_gave() {
    let condition = SPEED_UP.replace("speed-up", "efficiency") + "at-least = 0.75";
    // 10 tasks for 8 workers are two batches, so 5 times as fast is all that there is.
    let made = || {
        let made = Made::new().with("work", 1, "sequential", 1, around(100.0, 20));
        let mut made = made.with("work", 1, "thread-pool", 8, around(20.5, 20));
        made.0.run.machine.usable_cores = 8;
        made
    };
    let by_batches = made().verdict(&condition);
    assert_eq!(by_batches.verdict, Outcome::Holds, "{}", by_batches.why);
    assert!(
        by_batches.why.contains("the 5.00x that 8 cores with 10 tasks for 8 workers can give"),
        "{}",
        by_batches.why
    );
    // The cores together give half of eight: 4 tasks' worth of time for the first batch, and nearly 1 for the two others.
    let mut slower = made();
    let point = |burns, speed| crate::records::schema::CapacityPoint { burns, speeds: vec![speed] };
    slower.0.capacity = Some(crate::records::schema::Capacity {
        points: vec![point(1, 1.0), point(2, 2.0), point(8, 4.0)],
        ..Default::default()
    });
    let by_capacity = slower.verdict(&condition);
    assert!((by_capacity.effect.unwrap_or(0.0) - 100.0 / 20.5 / (10.0 / 3.0)).abs() < 0.02, "{}", by_capacity.why);
    // Siblings: 4 cores of 2 threads each give what 4 cores give, whatever the burn makes of siblings.
    let mut siblings = made();
    siblings.0.run.machine.physical_cores = Some(4);
    siblings.0.run.machine.logical_cores = 8;
    let judgement = siblings.verdict(&condition);
    assert!(
        judgement.why.contains("8 sibling threads") && judgement.why.contains("the 3.33x that"),
        "{}",
        judgement.why
    );
    let busy = SPEED_UP.replace("speed-up", "occupancy") + "at-least = 0.75";
    let judgement = siblings.verdict(&busy);
    // 1.5 cores were busy, and 5 can be on average: all 8 threads for a batch, and 2 for the other.
    assert_eq!(judgement.verdict, Outcome::Fails, "{}", judgement.why);
    assert!((judgement.effect.unwrap_or(0.0) - 1.5 / 5.0).abs() < 0.01, "{}", judgement.why);
}

#[test]
fn cpu_time_and_the_start_of_a_runner_are_compared() {
    let mut made = pool(around(50.0, 20));
    made.0.samples.iter_mut().filter(|sample| sample.cell.runner == "thread-pool").for_each(|sample| {
        sample.cpu_ns = sample.wall_ns * 6;
        sample.start_ns = 100_000_000;
    });
    let time = |statistic: &str, bounds: &str| {
        made.verdict(&format!("{}to = {{ model = \"sequential\" }}\n{bounds}", SPEED_UP.replace("speed-up", statistic)))
    };
    // 300 ms of CPU time over 150; 150 ms with the start over 100.
    for (statistic, least, most) in [("cpu-time", 1.9, 2.1), ("time-with-start", 1.4, 1.6), ("time", 0.4, 0.6)] {
        let judgement = time(statistic, &format!("at-least = {least}\nat-most = {most}"));
        assert_eq!(judgement.verdict, Outcome::Holds, "{statistic}: {}", judgement.why);
    }
}

#[test]
fn a_cost_of_switching_takes_evidence_that_anything_was_switched() {
    let made = |switches: u64| {
        let made = Made::new().with("work", 5, "thread", 10, around(50.0, 20));
        let mut made = made.with("work", 0, "thread", 10, around(30.0, 20));
        for sample in &mut made.0.samples {
            sample.switches_voluntary = Some(if sample.wall_ns > 40_000_000 { switches } else { 10 });
        }
        made
    };
    // 30 ms of CPU time over 10 tasks and size 5; what switches is divided by the same.
    let condition = |bounds: &str| {
        format!(
            "[[claim.condition]]\nstatistic = \"cpu-cost\"\nper = [\"tasks\", \"size\"]\nswitches = 0.5\n\
             of = {{ workload = \"work\", params = {{ size = 5 }}, models = [\"thread\"] }}\n\
             to = {{ params = {{ size = 0 }} }}\n{bounds}"
        )
    };
    let holds = "at-least = 500_000\nat-most = 700_000";
    for (switches, bounds, outcome) in [
        (60, holds, Outcome::Holds),
        (20, holds, Outcome::Undecided),
        (20, "at-least = 900_000", Outcome::Fails),
        (60, "at-least = 900_000", Outcome::Fails),
    ] {
        let judgement = made(switches).verdict(&condition(bounds));
        assert_eq!(judgement.verdict, outcome, "{switches}: {}", judgement.why);
    }
    let why = made(20).verdict(&condition(holds)).why;
    assert!(why.contains("it made 0.2 context switches each time it gave way"), "{why}");
    let mut uncounted = made(60);
    uncounted.0.samples.iter_mut().for_each(|sample| sample.switches_voluntary = None);
    assert_eq!(uncounted.verdict(&condition(holds)).verdict, Outcome::NotRun);
}

#[test]
fn a_reference_in_another_group_differs_by_nothing_but_what_is_named() {
    let mut made = Made::new().with("work", 5, "thread", 10, around(50.0, 20));
    made = made.with("work", 0, "thread", 10, around(30.0, 20));
    let condition = "[[claim.condition]]\nstatistic = \"time\"\nat-least = 1\n\
                     of = { workload = \"work\", params = { size = 5 }, models = [\"thread\"] }\n\
                     to = { params = { size = 0 } }";
    assert_eq!(made.verdict(condition).verdict, Outcome::Holds);
    let is_plain = |params: &BTreeMap<String, Value>| params["size"] == json!(0);
    let grow = |params: &mut BTreeMap<String, Value>| params.insert("length".to_owned(), json!(7));
    made.0.run.plan.groups.iter_mut().filter(|group| is_plain(&group.params)).for_each(|group| {
        grow(&mut group.params);
    });
    made.0.samples.iter_mut().filter(|sample| is_plain(&sample.params)).for_each(|sample| {
        grow(&mut sample.params);
    });
    let judgement = made.verdict(condition);
    assert_eq!(
        (judgement.verdict, judgement.why.as_str()),
        (Outcome::NotRun, "the plan has no group of work with size = 0")
    );
}

#[test]
fn a_delay_is_told_in_switch_intervals_of_what_was_measured() {
    let condition = "[[claim.condition]]\nstatistic = \"latency-difference\"\nhistogram = \"round_trip_ns\"\nquantile = \"p50\"\n\
                     per = [\"switch-interval\"]\nof = { workload = \"work\", params = { size = 1 }, models = [\"thread\"] }\n\
                     to = { params = { size = 0 } }\nat-least = 0.8\nat-most = 1.5";
    for (interval_us, outcome) in
        [(None, Outcome::Holds), (Some(5e3), Outcome::Holds), (Some(1e3), Outcome::Fails), (Some(2e4), Outcome::Fails)]
    {
        let made = Made::new().with("work", 1, "thread", 2, around(6.0, 20));
        let mut made = made.with("work", 0, "thread", 2, around(1.0, 20));
        for sample in &mut made.0.samples {
            sample.figures.extend(interval_us.map(|us| ("switch_interval_us".to_owned(), us)));
        }
        let judgement = made.verdict(condition);
        assert_eq!((judgement.verdict, judgement.unit), (outcome, Some(Unit::Ratio)), "{}", judgement.why);
        assert_eq!(judgement.why.contains("which the records do not say"), interval_us.is_none(), "{}", judgement.why);
    }
}

#[test]
fn load_that_leaves_more_than_the_bound_does_not_hold_a_figure_below_it() {
    let made = |outside: f64| {
        let mut made = pool(around(98.0, 20));
        let info = crate::records::schema::WorkloadInfo { kind: "cpu".to_owned(), ..Default::default() };
        made.0.run.workloads.insert("work".to_owned(), info);
        for sample in &mut made.0.samples {
            sample.outside_ns = Some((sample.wall_ns as f64 * outside) as u64);
        }
        made
    };
    let slow = format!("{SPEED_UP}at-most = 1.2");
    // A fifth of a core leaves 1.8, which is half more than the bound.
    for (outside, outcome) in [(0.3, Outcome::Holds), (0.6, Outcome::Undecided)] {
        let judgement = made(outside).verdict(&slow);
        assert_eq!(judgement.verdict, outcome, "{outside}: {}", judgement.why);
    }
}

#[test]
fn what_it_takes_to_hand_out_tasks_is_that_of_tasks_that_do_nothing() {
    let condition = |bounds: &str| {
        format!(
            "[[claim.condition]]\nstatistic = \"over-formula\"\nformula = \"batches-handed-out\"\n\
             of = {{ workload = \"work\", models = [\"thread-pool\"] }}\n{bounds}"
        )
    };
    // 10 tasks for 5 workers: two batches of 20 ms, and 3 ms to hand out each.
    let mut made = Made::new().with("work", 1, "thread-pool", 5, around(70.0, 20));
    made.group("work", 1).wait_ns = 20_000_000;
    let tight = "at-least = 0.95\nat-most = 1.05";
    assert_eq!(made.verdict(&condition(tight)).verdict, Outcome::Fails, "nothing says what handing out takes");
    let other = made.with("empty", 1, "thread-pool", 4, around(30.0, 20));
    assert_eq!(other.verdict(&condition(tight)).verdict, Outcome::Fails, "another number of workers does not either");
    let same = other.with("empty", 1, "thread-pool", 5, around(30.0, 20)).verdict(&condition(tight));
    assert_eq!(same.verdict, Outcome::Holds, "{}", same.why);
    assert!(same.why.contains("and 30.0 ms to hand out 10"), "{}", same.why);
}
