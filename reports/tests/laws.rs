//! Curves made up from a law give back its parameters, within the intervals, and the law itself.

#[path = "laws/mod.rs"]
mod made_up;

use made_up::{Course, Noise, curves, up_to};
use regatta_reports::statistics::Estimate;
use regatta_reports::statistics::laws::{Fit, Growth, Law};

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
