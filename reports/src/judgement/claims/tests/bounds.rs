//! Figures at and around bounds, and what excuses them: few rounds, copies that differ, load from outside.

use super::*;

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
        let info = crate::records::schema::WorkloadInfo { kind: "cpu".to_owned(), ..Default::default() };
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
fn what_computes_alone_and_lacks_its_core_excuses_a_low_figure_where_ticks_show_nothing() {
    for (share, outcome) in [(0.97, Outcome::Fails), (0.6, Outcome::Undecided)] {
        let mut made = pool(around(90.0, 20));
        let info = crate::records::schema::WorkloadInfo { kind: "cpu".to_owned(), ..Default::default() };
        made.0.run.workloads.insert("work".to_owned(), info);
        for sample in &mut made.0.samples {
            sample.outside_ns = Some(0);
            sample.cpu_ns = (sample.wall_ns as f64 * share) as u64;
        }
        let judgement = made.verdict(&(SPEED_UP.replace("speed-up", "efficiency") + "at-least = 0.75"));
        assert_eq!(judgement.verdict, outcome, "{share}: {}", judgement.why);
        assert_eq!(
            judgement.why.contains("others kept 1.40 cores"),
            outcome == Outcome::Undecided,
            "{}",
            judgement.why
        );
    }
}

#[test]
fn ticks_that_are_wrong_in_one_sample_are_right_in_all_together() {
    // Of runs of 15 ms, most of which see no tick of the others' 10 ms, and some of which see two.
    for (ticks, outcome) in [(0, Outcome::Fails), (20_000_000, Outcome::Undecided)] {
        let mut made = pool(around(13.5, 80));
        let info = crate::records::schema::WorkloadInfo { kind: "cpu".to_owned(), ..Default::default() };
        made.0.run.workloads.insert("work".to_owned(), info);
        for (at, sample) in made.0.samples.iter_mut().enumerate() {
            sample.wall_ns = if sample.cell.runner == "sequential" { 15_000_000 } else { sample.wall_ns };
            sample.cpu_ns = sample.wall_ns;
            sample.outside_ns = Some(0);
            sample.busy_ns = Some(sample.cpu_ns + if at % 2 == 0 { ticks } else { 0 });
        }
        let judgement = made.verdict(&(SPEED_UP.replace("speed-up", "efficiency") + "at-least = 0.75"));
        assert_eq!(judgement.verdict, outcome, "{ticks}: {}", judgement.why);
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
