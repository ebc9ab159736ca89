//! One cell in two builds, and what is said of it.
//!
//! Wall time is what a user waits for; CPU time is what the work costs. On a machine that others use too, the wall time of CPU-bound
//! work is blurred by whoever takes its core away, and its CPU time is hardly: it shows a change of the work itself long before the
//! wall time does. So for CPU-bound work both are judged, and wall time has the first word.

use serde::Serialize;

use super::change::Change;
use super::samples::OtherLoad;

/// One cell in two builds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// Title of its group.
    pub group: String,
    /// The shortest name that tells it from the others of its group.
    pub label: String,
    /// Wall time in the base, nanoseconds, median.
    pub base_ns: f64,
    /// Wall time in the new build, nanoseconds, median.
    pub new_ns: f64,
    /// What became of its wall time.
    pub wall: Change,
    /// What became of its CPU time; none for work that is not CPU-bound.
    pub cpu: Option<Change>,
    /// What others did meanwhile, in separate runs.
    pub load: OtherLoad,
    /// Whether others did so little, and so alike in both runs, that wall times can be compared.
    pub is_wall_judged: bool,
    /// Processes on each side.
    pub processes: [usize; 2],
    /// Samples on each side.
    pub samples: [usize; 2],
    /// What is said of it.
    pub conclusion: Conclusion,
    /// Whether it is worse, but certainly by less than what matters.
    pub is_slight: bool,
}

impl Compared {
    /// Returns what is said of it if changes of less than `threshold`, a share, do not matter.
    pub(super) fn judged(&self, threshold: f64) -> Conclusion {
        let (wall, cpu) = (&self.wall, self.cpu.as_ref());
        if wall.probability.is_none() || (!self.is_wall_judged && cpu.is_none()) {
            return Conclusion::Unjudged;
        }
        if self.is_wall_judged && wall.is_real() {
            return if wall.ratio.value > 1.0 { Conclusion::Slower } else { Conclusion::Faster };
        }
        if let Some(cpu) = cpu.filter(|cpu| cpu.is_real()) {
            return if cpu.ratio.value > 1.0 { Conclusion::Costlier } else { Conclusion::Cheaper };
        }
        if !self.is_wall_judged {
            return Conclusion::Undecided { detectable: None };
        }
        let open = [Some(wall), cpu].into_iter().flatten().filter(|change| !change.is_within(threshold));
        match open.map(|change| change.detectable).reduce(|one, other| one.zip(other).map(|(a, b)| a.max(b))) {
            None => Conclusion::Same,
            Some(detectable) => Conclusion::Undecided { detectable },
        }
    }

    /// Returns whether it is said to be worse, but each change for the worse is certainly smaller than `threshold`, a share.
    pub(super) fn is_slightly_worse(&self, threshold: f64) -> bool {
        let judged = [self.is_wall_judged.then_some(&self.wall), self.cpu.as_ref()].into_iter().flatten();
        let mut worse = judged.filter(|change| change.is_real() && change.ratio.value > 1.0);
        self.judged(threshold).is_regression() && worse.all(|change| change.is_within(threshold))
    }
}

/// What is said of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Conclusion {
    /// The new build takes longer.
    Slower,
    /// The new build takes less long.
    Faster,
    /// Its wall time shows no difference, but the new build needs more CPU time for the same work.
    Costlier,
    /// Its wall time shows no difference, but the new build needs less CPU time for the same work.
    Cheaper,
    /// If there is a difference, it is smaller than what matters.
    Same,
    /// Neither a difference nor its absence could be shown.
    Undecided {
        /// The factor that would have been found; none if the machine was busy with something else in one run, so that no change
        /// of the wall time would have been.
        detectable: Option<f64>,
    },
    /// One process on one of the sides, or a machine that was busy with something else in one run: nothing can be said.
    Unjudged,
}

impl Conclusion {
    /// Returns its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Slower => "slower",
            Self::Faster => "faster",
            Self::Costlier => "more CPU",
            Self::Cheaper => "less CPU",
            Self::Same => "no difference",
            Self::Undecided { .. } => "undecided",
            Self::Unjudged => "not judged",
        }
    }

    /// Returns whether the new build is worse.
    pub fn is_regression(self) -> bool {
        matches!(self, Self::Slower | Self::Costlier)
    }

    /// Returns whether the new build is better.
    pub fn is_improvement(self) -> bool {
        matches!(self, Self::Faster | Self::Cheaper)
    }
}
