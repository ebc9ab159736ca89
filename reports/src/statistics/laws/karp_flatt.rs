//! The serial share that a single speed-up stands for, and if it stays the same with more workers.

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

/// Returns the serial share by which Amdahl's law gives this speed-up over one worker: (1/S - 1/N) / (1 - 1/N), below zero where
/// the speed-up is more than linear. None for a single worker.
pub fn serial_share(workers: f64, speed_up: Estimate) -> Option<Estimate> {
    let share = |speed_up: f64| share_of(workers, 1.0 / speed_up);
    let share =
        Estimate { value: share(speed_up.value), low: share(speed_up.high), high: share(speed_up.low), ..speed_up };
    (workers > 1.0).then_some(share)
}

/// Returns what becomes of the serial share from `few` workers to `many`, and by how much it changes. The rounds `(process, over few,
/// over many)` hold the times with few and with many workers over that with one. None without enough rounds for an interval.
pub fn trend(few: f64, many: f64, rounds: &[(u32, f64, f64)]) -> Option<(Trend, Estimate)> {
    let change = |(process, over_few, over_many): &(u32, f64, f64)| {
        (*process, share_of(many, *over_many) - share_of(few, *over_few))
    };
    let change = clusters::median_of(&rounds.iter().map(change).collect::<Vec<_>>())?;
    let trend = match change {
        _ if change.low > 0.0 => Trend::Rising,
        _ if change.high < 0.0 => Trend::Falling,
        _ => Trend::Constant,
    };
    change.is_interval().then_some((trend, change))
}

/// Returns the serial share of a time that is given as a multiple of that of one worker.
fn share_of(workers: f64, time: f64) -> f64 {
    (time - 1.0 / workers) / (1.0 - 1.0 / workers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Method;

    fn speed_up(low: f64, value: f64, high: f64) -> Estimate {
        Estimate { low, value, high, coverage: 0.96, count: 9, method: Method::Values }
    }

    #[test]
    fn a_speed_up_of_amdahl_has_its_serial_share() {
        for workers in [2.0, 4.0, 16.0] {
            let share = serial_share(workers, speed_up(1.0, workers / (1.0 + 0.05 * (workers - 1.0)), workers));
            let share = share.expect("more than one worker");
            assert!((share.value - 0.05).abs() < 1e-12, "{share:?}");
            assert_eq!((share.low, share.high, share.count), (0.0, 1.0, 9));
        }
        assert!(serial_share(2.0, speed_up(2.0, 2.1, 2.2)).expect("two workers").value < 0.0);
        assert_eq!(serial_share(1.0, speed_up(1.0, 1.0, 1.0)), None);
    }

    /// Rounds in which the share is `few` with two workers and `many` with eight, more or less.
    fn rounds(few: f64, many: f64) -> Vec<(u32, f64, f64)> {
        let time = |workers: f64, share: f64| share + (1.0 - share) / workers;
        let noise = |round: u32| 0.001 * f64::from(round * 7 % 5) - 0.002;
        (0..12).map(|round| (round / 4, time(2.0, few + noise(round)), time(8.0, many - noise(round)))).collect()
    }

    #[test]
    fn costs_that_grow_with_the_workers_make_it_rise() {
        let of = |few, many| trend(2.0, 8.0, &rounds(few, many)).map(|(trend, _)| trend);
        assert_eq!(of(0.05, 0.09), Some(Trend::Rising));
        assert_eq!(of(0.05, 0.01), Some(Trend::Falling));
        assert_eq!(of(0.05, 0.05), Some(Trend::Constant));
        assert_eq!(trend(2.0, 8.0, &rounds(0.05, 0.09)[..3]), None, "three rounds tell nothing");
        assert_eq!(trend(2.0, 8.0, &[]), None);
    }
}
