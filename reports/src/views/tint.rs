//! How far from 1 a ratio is, in steps that are the same in both directions on a logarithmic scale.

/// The ratios from which the next step begins; for ratios below 1 their reciprocals.
pub const BOUNDS: [f64; 4] = [1.1, 1.5, 3.0, 8.0];

/// Steps from 1: below 0 slower, above 0 faster, at most as many as there are [`BOUNDS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tint(i8);

impl Tint {
    /// Returns the step of a ratio; 0 for what is no ratio.
    pub fn from_ratio(ratio: f64) -> Self {
        let distance = ratio.max(1.0 / ratio);
        let steps = BOUNDS.iter().filter(|bound| distance >= **bound).count() as i8;
        Self(if ratio < 1.0 { -steps } else { steps })
    }

    /// Returns all steps, from the slowest to the fastest.
    pub fn all() -> impl Iterator<Item = Self> {
        let most = BOUNDS.len() as i8;
        (-most..=most).map(Self)
    }

    /// Returns its class in the page.
    pub fn class(self) -> String {
        match self.0 {
            0 => "t0".to_owned(),
            steps if steps < 0 => format!("slower t{}", -steps),
            steps => format!("faster t{steps}"),
        }
    }

    /// Returns the ratios that it stands for, for a legend.
    pub fn words(self) -> String {
        match self.0 {
            0 => "about 1".to_owned(),
            steps if steps < 0 => format!("below 1/{}", BOUNDS[usize::from(steps.unsigned_abs()) - 1]),
            steps => format!("from {}x", BOUNDS[usize::from(steps.unsigned_abs()) - 1]),
        }
    }

    /// Returns a bar of as many characters as steps: full where faster, light where slower.
    pub fn bar(self) -> String {
        let block = if self.0 < 0 { "░" } else { "█" };
        block.repeat(usize::from(self.0.unsigned_abs()))
    }

    /// Returns whether it is slower, as fast (none), or faster.
    pub fn is_faster(self) -> Option<bool> {
        (self.0 != 0).then_some(self.0 > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_symmetrical_about_one() {
        for ratio in [1.0, 1.05, 1.2, 1.96, 5.0, 20.0, 1e300] {
            assert_eq!(Tint::from_ratio(ratio).0, -Tint::from_ratio(1.0 / ratio).0, "{ratio}");
        }
        assert_eq!([1.0, 1.2, 1.96, 5.0, 20.0].map(|ratio| Tint::from_ratio(ratio).0), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn what_is_no_ratio_has_no_or_the_last_step() {
        assert_eq!(Tint::from_ratio(f64::NAN).0, 0);
        assert_eq!((Tint::from_ratio(f64::INFINITY).0, Tint::from_ratio(0.0).0), (4, -4));
    }
}
