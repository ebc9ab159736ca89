//! The serial share that a single speed-up stands for, and if it stays the same with more workers.

use super::growth::Growth;
use crate::statistics::{Estimate, clusters};

/// What becomes of the serial share with more workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trend {
    /// It rises: there are costs that grow with the workers, which no fixed serial share explains.
    Rising,
    /// It falls: more workers bring something beyond their share, such as more cache.
    Falling,
    /// No change is seen, which is what a fixed serial share would look like.
    Constant,
}

/// Returns the serial share by which a law of one parameter gives this speed-up over one worker, below zero where it is more than
/// linear. None for a single worker. For a fixed amount of work the law is Amdahl's, and the share is that of Karp and Flatt:
/// (1/S - 1/N) / (1 - 1/N). For work that grows it is Gustafson's: (N - S) / (N - 1).
pub fn serial_share(growth: Growth, workers: f64, speed_up: Estimate) -> Option<Estimate> {
    let share = |speed_up: f64| share_of(growth, workers, speed_up);
    let share =
        Estimate { value: share(speed_up.value), low: share(speed_up.high), high: share(speed_up.low), ..speed_up };
    (workers > 1.0).then_some(share)
}

/// Returns what becomes of the serial share from `few` workers to `many`, and by how much it changes, from the speed-ups of rounds
/// `(process, with few, with many)`. None without enough rounds for an interval.
pub fn trend(growth: Growth, few: f64, many: f64, rounds: &[(u32, f64, f64)]) -> Option<(Trend, Estimate)> {
    let change = |(process, with_few, with_many): &(u32, f64, f64)| {
        (*process, share_of(growth, many, *with_many) - share_of(growth, few, *with_few))
    };
    let change = clusters::median_of(&rounds.iter().map(change).collect::<Vec<_>>())?;
    let trend = match change {
        _ if change.low > 0.0 => Trend::Rising,
        _ if change.high < 0.0 => Trend::Falling,
        _ => Trend::Constant,
    };
    change.is_interval().then_some((trend, change))
}

fn share_of(growth: Growth, workers: f64, speed_up: f64) -> f64 {
    match growth {
        Growth::Fixed => (1.0 / speed_up - 1.0 / workers) / (1.0 - 1.0 / workers),
        Growth::WithWorkers => (workers - speed_up) / (workers - 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Method;

    fn speed_up(low: f64, value: f64, high: f64) -> Estimate {
        Estimate { low, value, high, coverage: 0.96, count: 9, method: Method::Values }
    }

    /// Returns the speed-up by a law of one parameter.
    fn by_law(growth: Growth, workers: f64, share: f64) -> f64 {
        match growth {
            Growth::Fixed => workers / (1.0 + share * (workers - 1.0)),
            Growth::WithWorkers => workers - share * (workers - 1.0),
        }
    }

    #[test]
    fn a_speed_up_by_the_law_has_its_serial_share() {
        for growth in [Growth::Fixed, Growth::WithWorkers] {
            for workers in [2.0, 4.0, 16.0] {
                let share = serial_share(growth, workers, speed_up(1.0, by_law(growth, workers, 0.05), workers));
                let share = share.expect("more than one worker");
                assert!((share.value - 0.05).abs() < 1e-12, "{share:?}");
                assert_eq!((share.low, share.high, share.count), (0.0, 1.0, 9));
            }
            assert!(serial_share(growth, 2.0, speed_up(2.0, 2.1, 2.2)).expect("two workers").value < 0.0);
            assert_eq!(serial_share(growth, 1.0, speed_up(1.0, 1.0, 1.0)), None);
        }
    }

    /// Returns rounds in which the share is `few` with two workers and `many` with eight, more or less.
    fn rounds(growth: Growth, few: f64, many: f64) -> Vec<(u32, f64, f64)> {
        let noise = |round: u32| 0.001 * f64::from(round * 7 % 5) - 0.002;
        let round = |round: u32| {
            let (few, many) = (few + noise(round), many - noise(round));
            (round / 4, by_law(growth, 2.0, few), by_law(growth, 8.0, many))
        };
        (0..12).map(round).collect()
    }

    #[test]
    fn costs_that_grow_with_the_workers_make_it_rise() {
        for growth in [Growth::Fixed, Growth::WithWorkers] {
            let of = |few, many| trend(growth, 2.0, 8.0, &rounds(growth, few, many)).map(|(trend, _)| trend);
            assert_eq!(of(0.05, 0.09), Some(Trend::Rising));
            assert_eq!(of(0.05, 0.01), Some(Trend::Falling));
            assert_eq!(of(0.05, 0.05), Some(Trend::Constant));
            let few = &rounds(growth, 0.05, 0.09)[..3];
            assert_eq!(trend(growth, 2.0, 8.0, few), None, "three rounds tell nothing");
            assert_eq!(trend(growth, 2.0, 8.0, &[]), None);
        }
    }
}
