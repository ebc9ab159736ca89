//! How well the ratios of a group are known so far.

use std::collections::HashMap;

use regatta_reports::clusters;

/// The wall times of a group, and what each is compared with.
#[derive(Debug, Default)]
pub(crate) struct Precision {
    /// For each arm that is shown, the arm that it is compared with; none is compared with nothing, and its own time counts.
    baselines: Vec<(usize, Option<usize>)>,
    /// Logarithms of wall times, by arm, process and round.
    walls: HashMap<(usize, u32, u32), f64>,
}

impl Precision {
    pub(crate) fn new(baselines: Vec<(usize, Option<usize>)>) -> Self {
        Self { baselines, walls: HashMap::new() }
    }

    pub(crate) fn add(&mut self, arm: usize, process: u32, round: u32, wall_ns: u64) {
        self.walls.insert((arm, process, round), (wall_ns as f64).ln());
    }

    /// Half the width of the widest interval, as a share: 0.02 is 2 %. Infinite while some arm has none. Arms without any sample,
    /// which have failed, do not count.
    pub(crate) fn widest(&self) -> f64 {
        let widths = self.baselines.iter().filter_map(|&(arm, baseline)| {
            let of_arm = self.walls.iter().filter(|((of, ..), _)| *of == arm);
            let values: Vec<(u32, f64)> = of_arm
                .filter_map(|((_, process, round), wall)| match baseline {
                    Some(baseline) => Some((*process, wall - self.walls.get(&(baseline, *process, *round))?)),
                    None => Some((*process, *wall)),
                })
                .collect();
            let estimate = clusters::median_of(&values)?;
            Some(if estimate.is_interval() {
                ((estimate.high - estimate.low) / 2.0).exp() - 1.0
            } else {
                f64::INFINITY
            })
        });
        widths.reduce(f64::max).unwrap_or(f64::INFINITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_ratio_counts_and_failed_arms_do_not() {
        let mut precision = Precision::new(vec![(1, Some(0)), (2, Some(0)), (3, Some(0))]);
        assert_eq!(precision.widest(), f64::INFINITY);
        for round in 0..20 {
            let drift = 1_000_000 * (1 + u64::from(round));
            precision.add(0, 0, round, drift);
            precision.add(1, 0, round, 2 * drift);
        }
        assert!(precision.widest() < 1e-9, "drift cancels");
        (0..20).for_each(|round| precision.add(2, 0, round, 1_000_000));
        assert!(precision.widest() > 0.5);
    }
}
