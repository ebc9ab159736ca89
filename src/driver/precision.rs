//! How well the ratios of a group are known so far.

use regatta_reports::clusters;

use crate::group::Precise;

/// The wall times of a group, and what each is compared with.
#[derive(Debug, Default)]
pub(crate) struct Precision {
    /// By arm, the figure by which it is judged.
    figures: Vec<Precise>,
    /// The process of each round, and by arm the logarithms of its wall times; none where an arm gave no sample.
    rounds: Vec<(u32, Vec<Option<f64>>)>,
}

impl Precision {
    pub(crate) fn new(figures: Vec<Precise>) -> Self {
        Self { figures, rounds: Vec::new() }
    }

    /// Notes a wall time of a round; rounds are counted through all processes.
    pub(crate) fn add(&mut self, arm: usize, process: u32, round: u32, wall_ns: u64) {
        let round = round as usize;
        if self.rounds.len() <= round {
            self.rounds.resize(round + 1, (process, Vec::new()));
        }
        let (of, walls) = &mut self.rounds[round];
        *of = process;
        if walls.len() <= arm {
            walls.resize(arm + 1, None);
        }
        walls[arm] = Some((wall_ns as f64).ln());
    }

    /// Returns half the width of the widest interval, as a share: 0.02 is 2 %. Infinite while some arm has none. Arms without any sample,
    /// which have failed, do not count. It takes all rounds into account, so it is not to be asked for after each.
    pub(crate) fn widest(&self) -> f64 {
        let widths = self.figures.iter().enumerate().filter_map(|(arm, figure)| {
            let baseline = match *figure {
                Precise::Nothing => return None,
                Precise::Wall => None,
                Precise::SpeedUp(baseline) => Some(baseline),
            };
            let wall = |walls: &[Option<f64>], arm: usize| walls.get(arm).copied().flatten();
            let value = |(process, walls): &(u32, Vec<Option<f64>>)| {
                let against = baseline.map_or(Some(0.0), |baseline| wall(walls, baseline))?;
                Some((*process, wall(walls, arm)? - against))
            };
            let values: Vec<(u32, f64)> = self.rounds.iter().filter_map(value).collect();
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
        let mut precision = Precision::new([Precise::Nothing].into_iter().chain([Precise::SpeedUp(0); 3]).collect());
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
