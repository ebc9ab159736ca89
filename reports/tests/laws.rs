//! Curves made up from a law give back its parameters, within the intervals, and the law itself.

#[path = "laws/mod.rs"]
mod made_up;
#[path = "laws/run.rs"]
mod run;

use made_up::{Course, Noise, curves, up_to};
use regatta_reports::judgement::laws::{LineLaw, SweepLaws, Unfitted};
use regatta_reports::statistics::Estimate;
use regatta_reports::statistics::laws::{Fit, Growth, Law, Refusal, Trend};
use regatta_reports::views::laws::LawsView;
use regatta_reports::{Results, Summary};

/// Seeds of each case.
const SEEDS: u64 = 1_000;
/// Least share of intervals that hold the truth.
const LEAST: f64 = 0.93;

fn fixed(serial: f64, crosstalk: f64) -> Course {
    Course { serial, crosstalk, growth: Growth::Fixed }
}

fn growing(serial: f64) -> Course {
    Course { serial, crosstalk: 0.0, growth: Growth::WithWorkers }
}

fn fit(course: Course, workers: &[f64], processes: u32, noise: Option<Noise>, seed: u64) -> Fit {
    Fit::new(&curves(course, workers, processes, noise, seed), course.growth)
}

fn holds(estimate: Estimate, truth: f64) -> bool {
    estimate.is_interval() && estimate.low <= truth && truth <= estimate.high
}

/// The shares of seeds in which the intervals of s, k and the peak hold the truth.
fn coverage(course: Course, workers: &[f64], processes: u32, noise: Noise) -> [f64; 3] {
    let mut hits = [0_u64; 3];
    let mut peaks = 0;
    let peak = ((1.0 - course.serial) / course.crosstalk).sqrt();
    for seed in 0..SEEDS {
        let fit = fit(course, workers, processes, Some(noise), seed);
        hits[0] += u64::from(holds(fit.serial, course.serial));
        hits[1] += u64::from(fit.crosstalk.is_none_or(|crosstalk| holds(crosstalk, course.crosstalk)));
        if let Some(found) = fit.peak {
            peaks += 1;
            hits[2] += u64::from(holds(found, peak));
        }
    }
    [hits[0] as f64 / SEEDS as f64, hits[1] as f64 / SEEDS as f64, hits[2] as f64 / peaks as f64]
}

/// The share of seeds in which a law is chosen.
fn chosen(course: Course, workers: &[f64], law: Law) -> f64 {
    let of_seeds = (0..SEEDS / 4).filter(|seed| fit(course, workers, 3, Some(Noise::Even), *seed).law == law);
    of_seeds.count() as f64 / (SEEDS / 4) as f64
}

#[test]
fn curves_without_noise_are_fitted_exactly() {
    for course in [fixed(0.0, 0.0), fixed(0.05, 0.0), fixed(0.0, 0.002), fixed(0.05, 0.002), fixed(1.0, 0.01)] {
        for workers in [up_to(4), up_to(16), vec![1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0]] {
            let fit = fit(course, &workers, 2, None, 0);
            let crosstalk = fit.crosstalk.expect("a fixed amount of work");
            for (found, truth) in [(fit.serial, course.serial), (crosstalk, course.crosstalk)] {
                let ends = [found.low, found.value, found.high];
                assert!(ends.iter().all(|end| (end - truth).abs() < 1e-9), "{course:?}: {found:?}");
            }
            let law = match (course.serial > 0.0, course.crosstalk > 0.0) {
                (_, true) => Law::Universal,
                (true, false) => Law::Amdahl,
                (false, false) => Law::Linear,
            };
            assert_eq!(fit.law, law, "{course:?}: {:?}", fit.candidates);
            assert!(fit.misfit < 1e-9 && fit.processes == 2);
            let last = workers[workers.len() - 1];
            let wanted = course.time(1.0) / course.time(last * 2.0);
            assert!((fit.speed_up(last * 2.0).expect("as far as that") - wanted).abs() < 1e-6);
            assert_eq!(fit.speed_up(last * 2.0 + 1.0), None, "no further than twice as far as was measured");
        }
    }
    let fit = fit(growing(0.2), &up_to(6), 2, None, 0);
    assert!(fit.law == Law::Gustafson && (fit.serial.value - 0.2).abs() < 1e-9, "{fit:?}");
    assert!((fit.speed_up(12.0).expect("as far as that") - (12.0 - 0.2 * 11.0)).abs() < 1e-9);
    assert_eq!((fit.crosstalk, fit.peak), (None, None));
}

#[test]
fn one_percent_of_noise_leaves_the_truth_within_the_intervals() {
    for most in [4, 8, 16] {
        for course in [fixed(0.0, 0.0), fixed(0.05, 0.0), fixed(0.0, 0.002), fixed(0.05, 0.002), fixed(0.3, 0.01)] {
            let found = coverage(course, &up_to(most), 3, Noise::Even);
            assert!(found[..2].iter().all(|share| *share >= LEAST), "{most} points, {course:?}: {found:?}");
        }
    }
}

#[test]
fn the_interval_of_the_peak_holds_it() {
    for (most, course) in [(8, fixed(0.05, 0.01)), (16, fixed(0.05, 0.01)), (8, fixed(0.5, 0.02))] {
        let [_, _, peak] = coverage(course, &up_to(most), 3, Noise::Even);
        assert!(peak >= LEAST, "{most} points, {course:?}: {peak}");
    }
}

#[test]
fn other_noise_does_so_too() {
    for noise in [Noise::Growing, Noise::Drifting, Noise::Skewed] {
        for course in [fixed(0.05, 0.0), fixed(0.05, 0.002)] {
            let found = coverage(course, &up_to(8), 5, noise);
            assert!(found[..2].iter().all(|share| *share >= LEAST), "{noise:?}, {course:?}: {found:?}");
        }
    }
}

#[test]
fn work_that_grows_gives_back_its_serial_share() {
    for (most, course) in [(4, growing(0.0)), (4, growing(0.1)), (8, growing(0.1)), (16, growing(0.5))] {
        let [serial, ..] = coverage(course, &up_to(most), 3, Noise::Even);
        assert!(serial >= LEAST, "{most} points, {course:?}: {serial}");
    }
}

#[test]
fn the_law_behind_a_curve_is_chosen() {
    for (fewest, course, law) in [
        (4, fixed(0.0, 0.0), Law::Linear),
        (4, fixed(0.05, 0.0), Law::Amdahl),
        (4, fixed(0.3, 0.0), Law::Amdahl),
        (4, growing(0.1), Law::Gustafson),
        // Four points seldom tell a slight bend from a larger serial share.
        (8, fixed(0.0, 0.005), Law::Universal),
        (8, fixed(0.05, 0.005), Law::Universal),
    ] {
        for most in [4, 8, 16].into_iter().filter(|most| *most >= fewest) {
            let share = chosen(course, &up_to(most), law);
            assert!(share >= 0.9, "{most} points, {course:?}: {share}");
        }
    }
}

#[test]
fn one_process_gives_parameters_without_intervals() {
    let fit = fit(fixed(0.05, 0.002), &up_to(8), 1, Some(Noise::Even), 0);
    assert!(!fit.serial.is_interval() && fit.serial.low == fit.serial.high, "{fit:?}");
    assert!((fit.serial.value - 0.05).abs() < 0.05 && fit.processes == 1, "{fit:?}");
}

/// What the laws say of the pool of a run.
fn of_pool(results: &Results) -> LineLaw {
    let summary = Summary::from_results(results);
    let [laws] = &SweepLaws::from_summary(&summary)[..] else { panic!("one sweep") };
    let [line] = &laws.lines[..] else { panic!("sequential code has no workers to vary: {laws:?}") };
    assert_eq!(summary.sweeps[laws.sweep].lines[line.line].label, "pool");
    line.clone()
}

/// What a report says of a run.
fn said(results: &Results) -> LawsView {
    let summary = Summary::from_results(results);
    LawsView::from_laws(&summary, &SweepLaws::from_summary(&summary)[0]).expect("the pool has workers")
}

#[test]
fn more_workers_than_cores_take_no_part() {
    let course = fixed(0.05, 0.005);
    let all = run::results(course, &[1, 2, 3, 4, 6, 8, 12, 16, 32, 64], 16, "cpu");
    let within = run::results(course, &[1, 2, 3, 4, 6, 8, 12, 16], 16, "cpu");
    let (of_all, of_within) = (of_pool(&all), of_pool(&within));
    assert_eq!(of_all, of_within);
    let fit = of_all.fit.expect("eight points");
    assert_eq!((fit.law, fit.largest, fit.farthest()), (Law::Universal, 16.0, 32.0));
    assert!((fit.serial.value - 0.05).abs() < 0.005, "{fit:?}");
    let mut slower = all.clone();
    slower.samples.iter_mut().filter(|sample| sample.cell.workers > 16).for_each(|sample| sample.wall_ns *= 3);
    assert_eq!(of_pool(&slower), of_within, "whatever they measured");
}

#[test]
fn the_serial_share_rises_by_costs_that_grow_with_the_workers_and_not_by_serial_work() {
    let trend = |course| of_pool(&run::results(course, &[1, 2, 4, 8], 8, "cpu")).trend.map(|(trend, _)| trend);
    assert_eq!(trend(fixed(0.05, 0.0)), Some(Trend::Constant));
    assert_eq!(trend(fixed(0.05, 0.01)), Some(Trend::Rising));
    let shares = of_pool(&run::results(fixed(0.05, 0.0), &[1, 2, 4, 8], 8, "cpu")).shares;
    assert_eq!(shares.iter().map(|share| share.workers).collect::<Vec<_>>(), [2.0, 4.0, 8.0]);
    assert!(shares.iter().all(|share| (share.share.value - 0.05).abs() < 0.005), "{shares:?}");
}

#[test]
fn work_that_grows_in_a_run_is_fitted_by_gustafson() {
    let line = of_pool(&run::results(growing(0.1), &[1, 2, 4, 8], 8, "cpu"));
    let fit = line.fit.expect("four points");
    assert!(fit.law == Law::Gustafson && (fit.serial.value - 0.1).abs() < 0.005, "{fit:?}");
    assert!(
        (line.shares[0].speed_up.value - 1.9).abs() < 0.01,
        "twice the work in little more time: {:?}",
        line.shares
    );
}

#[test]
fn two_cores_cannot_tell_and_the_report_says_what_they_measured() {
    let results = run::results(fixed(0.05, 0.0), &[1, 2, 4, 8], 2, "cpu");
    assert_eq!(of_pool(&results).fit, Err(Unfitted::Refused(Refusal::Points(2))));
    let said = said(&results);
    assert_eq!(
        said.sentences,
        [
            "Two cores cannot tell which law holds: it takes 4 points up to the cores, and beyond them another regime begins."
        ]
    );
    let [shares] = &said.tables[..] else { panic!("one table: {said:?}") };
    assert_eq!(shares.headings, ["2 workers"]);
    assert!(shares.lines[0].1[0].starts_with("1.91x: 4.9 % [4.9, "), "{shares:?}");
}

#[test]
fn what_is_told_of_eight_cores() {
    let said_of = |course| said(&run::results(course, &[1, 2, 3, 4, 6, 8], 8, "cpu"));
    let bent = said_of(fixed(0.05, 0.01));
    assert_eq!(
        bent.tables[0].headings,
        ["law", "serial share", "cost of a pair", "fastest with", "points off by up to"]
    );
    let (_, fields) = &bent.tables[0].lines[0];
    assert_eq!(fields[0], "universal scalability");
    assert!(fields[3].starts_with("9."), "{fields:?}");
    assert!(bent.sentences[0].contains("overhead that grows"), "{bent:?}");
    let slight = said_of(fixed(0.05, 0.001));
    assert!(slight.tables[0].lines[0].1[3].contains("beyond what was measured"), "{slight:?}");
    assert_eq!(said_of(fixed(0.05, 0.0)).tables[0].lines[0].1[3], "no peak seen");
}

#[test]
fn who_waits_has_no_law_and_neither_has_a_machine_of_unknown_size() {
    let course = fixed(0.05, 0.0);
    let waits = run::results(course, &[1, 2, 4, 8], 8, "io");
    assert_eq!(of_pool(&waits).fit, Err(Unfitted::Waits));
    assert!(said(&waits).tables.is_empty() && said(&waits).sentences[0].contains("tasks that wait"));
    let unknown = run::results(course, &[1, 2, 4, 8], 0, "cpu");
    assert_eq!(of_pool(&unknown).fit, Err(Unfitted::UnknownCores));
}
