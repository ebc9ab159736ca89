//! What became of one figure of a cell, and whether that is more than chance and noise explain.

use serde::Serialize;

use crate::statistics::Estimate;
use crate::statistics::effect::{self, Effect};

/// Below this probability, after the correction for the number of figures, chance is no longer held to explain a difference.
pub const SIGNIFICANT: f64 = 0.05;
/// How often a change is found that [`Change::detectable`] names.
pub const POWER: f64 = 0.8;

/// What became of one figure of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// The new figure over that of the base, with its interval: relative to the reference burn if `is_relative`.
    pub ratio: Estimate,
    /// The same without regard to the reference burn.
    pub raw: Estimate,
    /// Whether the ratio is relative to the reference burn.
    pub is_relative: bool,
    /// The factor that is noise: by which copies of the same cell differed in the noisier of the two, and what else is known to
    /// make builds look different. 1 if nothing is known.
    pub floor: f64,
    /// Probability that chance alone explains the change, corrected for the number of figures that are judged; none if
    /// it cannot be told.
    pub probability: Option<f64>,
    /// The factor that would have been found with the probability [`POWER`]; none if nothing can be told.
    pub detectable: Option<f64>,
}

impl Change {
    /// Returns whether it is more than chance and noise explain, with and without regard to the reference burn: a burn that lost its core in
    /// one of the runs makes no change, nor does a machine that was slower.
    pub fn is_real(&self) -> bool {
        let [ratio, raw] = [self.ratio, self.raw].map(|estimate| estimate.value.ln());
        let is_beyond_noise = ratio * raw > 0.0 && ratio.abs().min(raw.abs()) > self.floor.ln();
        is_beyond_noise && self.probability.is_some_and(|probability| probability < SIGNIFICANT)
    }

    /// Returns whether the figure is the same in both but for less than `threshold`, a share: its whole interval is, and noise besides.
    pub fn is_within(&self, threshold: f64) -> bool {
        let limit = threshold.ln_1p() - self.floor.ln();
        self.probability.is_some() && self.ratio.low.ln() > -limit && self.ratio.high.ln() < limit
    }
}

/// The differences behind a [`Change`], before all are judged together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effects {
    /// Relative to the reference burn, if there is one that can be relied on; else the same as `raw`.
    pub(super) judged: Effect,
    pub(super) raw: Effect,
    pub(super) is_relative: bool,
    /// As [`Change::floor`].
    pub(super) floor: f64,
}

impl Effects {
    /// Returns what can be said of it alone.
    pub(super) fn change(&self) -> Change {
        let Self { judged, raw, is_relative, floor } = *self;
        let (ratio, raw) = (judged.estimate(), raw.estimate());
        Change { ratio, raw, is_relative, floor, probability: None, detectable: None }
    }

    /// Returns the probability that chance alone explains either of them: that of the less certain one; 1 if they contradict each other.
    fn p_value(&self) -> f64 {
        if self.judged.log * self.raw.log > 0.0 { self.judged.p_value().max(self.raw.p_value()) } else { 1.0 }
    }

    fn detectable(&self, level: f64) -> Option<f64> {
        let floor = self.floor.ln();
        let [judged, raw] = [self.judged, self.raw].map(|effect| effect.detectable(level, POWER, floor));
        judged.zip(raw).map(|(judged, raw)| judged.max(raw).exp())
    }
}

/// Judges figures together, for each look at one more is one more chance to be wrong.
pub(super) fn judge(effects: &[Effects]) -> Vec<Change> {
    let is_judgeable = |effects: &&Effects| effects.judged.is_judgeable() && effects.raw.is_judgeable();
    let p_values: Vec<f64> = effects.iter().filter(is_judgeable).map(Effects::p_value).collect();
    let adjusted = effect::holm(&p_values);
    // What would have been found is judged as the next one is by Holm, after those that are found.
    let found = adjusted.iter().filter(|probability| **probability < SIGNIFICANT).count();
    let level = SIGNIFICANT / (adjusted.len() - found).max(1) as f64;
    let mut adjusted = adjusted.into_iter();
    effects
        .iter()
        .map(|effects| {
            let change = effects.change();
            if !is_judgeable(&effects) {
                return change;
            }
            Change { probability: adjusted.next(), detectable: effects.detectable(level), ..change }
        })
        .collect()
}
