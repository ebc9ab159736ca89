//! Where the lesser of two quantities becomes the greater along an axis: a crossing, with its interval.
//!
//! At each place of the axis the two were measured in the same rounds, and what counts is the logarithm of their ratio.
//! - **Who leads** at a place is told where the interval of that logarithm excludes 0. Many places are looked at, so each interval misses
//!   with the share of 5 % that falls to it (Bonferroni): of lines that never cross a crossing is claimed in at most 5 % of cases.
//! - **A crossing** lies between two places where different sides lead, with no other such place between them.
//! - **Its interval** holds all between these two where the 95 % band of the logarithm holds 0. Between places the band runs straight over
//!   the logarithm of the axis. That is never narrower than the band of an interpolated value, for the errors of two places add up in full.
//! - **Between distant places** the curve bends. If it bends to one side only, it lies between the chord of a section and the nearer of the
//!   neighbouring chords prolonged. If it bends to both, as a step does, it lies between these two. The band is widened by that much, which
//!   is next to nothing between close places. The value follows a parabola.
//!
//! `tests/crossings.rs` finds how often the intervals enclose the truth, by simulation.
//!
//! Sources:
//! - E. C. Fieller, *Some Problems in Interval Estimation*, Journal of the Royal Statistical Society B 16, 1954: the interval of a zero as
//!   all values at which a line is not known to differ from 0.
//! - R. G. Miller, *Simultaneous Statistical Inference*, 2nd edition, Springer 1981, section 1.1: Bonferroni's inequality.

use std::collections::BTreeSet;

use serde::Serialize;

use super::clusters::median_at;
use super::estimate::{Estimate, LEVEL};

/// Steps in which the band between two places is looked through.
const STEPS: u32 = 64;

/// What was measured at one place of an axis.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    /// Where on the axis, above 0.
    pub at: f64,
    /// Values `(process, ln(first / second))`, one a round: above 0 where the second is less.
    pub values: Vec<(u32, f64)>,
    /// Noise that the values do not show, as a factor: 1 if none is known.
    pub noise: f64,
}

/// Which of two quantities is the lesser at a place. Of times that is the faster.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lead {
    /// The first.
    First,
    /// The second.
    Second,
    /// It cannot be told.
    #[default]
    Open,
}

/// Where the lead changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Crossing {
    /// Where the two are equal, on the axis.
    pub at: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
    /// The last place below at which the other side leads for certain.
    pub after: f64,
    /// The first place above at which the new side leads for certain.
    pub before: f64,
    /// Who leads above it.
    pub to: Lead,
}

/// Two quantities along an axis.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Duel {
    /// The places where they can be compared, ascending, each with who leads.
    pub places: Vec<(f64, Lead)>,
    /// Where the lead changes, ascending.
    pub crossings: Vec<Crossing>,
}

impl Duel {
    /// Compares two quantities at all places of an axis. Places without rounds enough for an interval are left out.
    pub fn new(places: &[Place]) -> Self {
        let known = Known::of_places(places);
        let leads: Vec<(f64, Lead)> = known.iter().map(|known| (known.at, known.lead)).collect();
        let told: Vec<usize> = (0..known.len()).filter(|&place| known[place].lead != Lead::Open).collect();
        let changes = told.windows(2).filter(|pair| known[pair[0]].lead != known[pair[1]].lead);
        let crossings = changes.filter_map(|pair| crossing(&known, pair[0], pair[1])).collect();
        Self { places: leads, crossings }
    }

    /// Returns who leads wherever it can be told, if that is one side only.
    pub fn only_leader(&self) -> Option<Lead> {
        let mut told = self.places.iter().map(|(_, lead)| *lead).filter(|lead| *lead != Lead::Open);
        let first = told.next()?;
        told.all(|lead| lead == first).then_some(first)
    }
}

/// What is known at a place.
struct Known {
    at: f64,
    /// Median of the logarithms of the ratios, with its interval at [`LEVEL`].
    log: Estimate,
    lead: Lead,
}

impl Known {
    /// Works out the places that have an interval, ascending.
    fn of_places(places: &[Place]) -> Vec<Self> {
        let processes =
            |place: &Place| place.values.iter().map(|(process, _)| *process).collect::<BTreeSet<u32>>().len();
        // Rounds of one process tell nothing of others, so they do not count beside places that have several.
        let fewest = places.iter().map(processes).max().unwrap_or(0).min(2);
        let has_interval = |log: &Estimate| log.is_interval();
        let mut known: Vec<(&Place, Estimate)> = places
            .iter()
            .filter(|place| place.at > 0.0 && processes(place) >= fewest)
            .filter_map(|place| Some((place, median_at(&place.values, LEVEL).filter(has_interval)?)))
            .collect();
        known.sort_by(|(a, _), (b, _)| a.at.total_cmp(&b.at));
        let level = 1.0 - (1.0 - LEVEL) / known.len().max(1) as f64;
        let worked_out = |(place, log): (&Place, Estimate)| Self { at: place.at, log, lead: lead(place, level) };
        known.into_iter().map(worked_out).collect()
    }
}

/// Returns who leads at a place, by an interval of this level that is widened by the noise as squares add up.
fn lead(place: &Place, level: f64) -> Lead {
    let Some(log) = median_at(&place.values, level).filter(|log| log.coverage >= level) else { return Lead::Open };
    let noise = place.noise.max(1.0).ln();
    let is_beyond = |towards_zero: f64| log.value.abs() > towards_zero.hypot(noise);
    match log.value {
        value if value > 0.0 && is_beyond(value - log.low) => Lead::Second,
        value if value < 0.0 && is_beyond(log.high - value) => Lead::First,
        _ => Lead::Open,
    }
}

/// Returns the crossing between two places at which different sides lead.
fn crossing(known: &[Known], from: usize, to: usize) -> Option<Crossing> {
    let mut zeros = Span::default();
    let mut doubtful = Span::default();
    for left in from..to {
        let section = Section::new(known, left);
        let mut before = section.band(0.0);
        doubtful.take_if(before.holds_zero(), section.at(0.0));
        for step in 1..=STEPS {
            let (share, last) = (f64::from(step) / f64::from(STEPS), f64::from(step - 1) / f64::from(STEPS));
            let band = section.band(share);
            zeros.take_if(before.value * band.value <= 0.0, section.at(zero(&before, &band, last, share)));
            // The steps on either side of the ends belong to it: it is never too narrow.
            let touches = before.holds_zero() || band.holds_zero() || before.value * band.value <= 0.0;
            doubtful.take_if(touches, section.at(last));
            doubtful.take_if(touches, section.at(share));
            before = band;
        }
    }
    let (first, last) = zeros.ends?;
    let (low, high) = doubtful.ends?;
    let to_side = known[to].lead;
    let (after, before) = (known[from].at, known[to].at);
    Some(Crossing { at: (first * last).sqrt(), low, high, after, before, to: to_side })
}

/// Returns where between two steps the straight line through two values is 0.
fn zero(left: &Band, right: &Band, from: f64, to: f64) -> f64 {
    let rise = right.value - left.value;
    if rise == 0.0 { from } else { from - left.value / rise * (to - from) }
}

/// The least and the greatest of some positions.
#[derive(Default)]
struct Span {
    ends: Option<(f64, f64)>,
}

impl Span {
    fn take_if(&mut self, is_of_it: bool, at: f64) {
        if is_of_it {
            let (low, high) = self.ends.unwrap_or((at, at));
            self.ends = Some((low.min(at), high.max(at)));
        }
    }
}

/// What is known of the logarithm of the ratio at some position.
struct Band {
    value: f64,
    low: f64,
    high: f64,
}

impl Band {
    fn holds_zero(&self) -> bool {
        self.low <= 0.0 && self.high >= 0.0
    }
}

/// What lies between two neighbouring places.
struct Section<'k> {
    left: &'k Known,
    right: &'k Known,
    /// How far the chords of the sections to the left and to the right, prolonged, are off at the far end of this one. At its near end
    /// they are not off at all.
    off: (f64, f64),
}

impl<'k> Section<'k> {
    /// Returns the section that begins at a place.
    fn new(known: &'k [Known], place: usize) -> Self {
        let (left, right) = (&known[place], &known[place + 1]);
        let off = |outer: &Known, inner: &Known, far: &Known| {
            let slope = (inner.log.value - outer.log.value) / (inner.at.ln() - outer.at.ln());
            inner.log.value + slope * (far.at.ln() - inner.at.ln()) - far.log.value
        };
        let from_left = place.checked_sub(1).map(|outer| off(&known[outer], left, right));
        let from_right = known.get(place + 2).map(|outer| off(outer, right, left));
        // At the end of an axis, where one of them is missing, the curve is taken to bend as much as on the other side.
        let off = (from_left.or(from_right).unwrap_or(0.0), from_right.or(from_left).unwrap_or(0.0));
        Self { left, right, off }
    }

    /// Returns the position on the axis of a share of the way from left to right.
    fn at(&self, share: f64) -> f64 {
        (self.left.at.ln() * (1.0 - share) + self.right.at.ln() * share).exp()
    }

    /// Returns the band at a share of the way.
    fn band(&self, share: f64) -> Band {
        let between = |end: fn(&Estimate) -> f64| end(&self.left.log) * (1.0 - share) + end(&self.right.log) * share;
        let (left, right) = (self.off.0 * share, self.off.1 * (1.0 - share));
        let bends_one_way = left * right > 0.0;
        let nearer = left.abs().min(right.abs()).copysign(left);
        let (least, most) = if bends_one_way { (nearer, nearer) } else { (left.min(right), left.max(right)) };
        // A parabola is that far from its chord.
        let bend = if bends_one_way { nearer * share.max(1.0 - share) / 2.0 } else { 0.0 };
        Band {
            value: between(|log| log.value) + bend,
            low: between(|log| log.low) + least.min(0.0),
            high: between(|log| log.high) + most.max(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns places with 6 processes whose medians are around these logarithms.
    fn places(logs: &[(f64, f64)]) -> Vec<Place> {
        let place = |&(at, log): &(f64, f64)| {
            let values = (0..6).map(|process| (process, log + 0.001 * (f64::from(process) - 2.5)));
            Place { at, values: values.flat_map(|value| [value; 4]).collect(), noise: 1.0 }
        };
        logs.iter().map(place).collect()
    }

    #[test]
    fn a_line_crosses_where_it_is_zero() {
        let duel = Duel::new(&places(&[(1.0, -1.0), (10.0, -0.5), (100.0, 0.5), (1000.0, 1.5)]));
        let leads: Vec<Lead> = duel.places.iter().map(|(_, lead)| *lead).collect();
        assert_eq!(leads, [Lead::First, Lead::First, Lead::Second, Lead::Second]);
        let [crossing] = duel.crossings[..] else { panic!("{duel:?}") };
        assert!((crossing.at / 1000_f64.sqrt() - 1.0).abs() < 0.01, "{crossing:?}");
        assert!(crossing.low < crossing.at && crossing.at < crossing.high && crossing.to == Lead::Second);
        assert_eq!((crossing.after, crossing.before), (10.0, 100.0));
        assert_eq!(duel.only_leader(), None);
    }

    #[test]
    fn places_that_cannot_be_told_lie_within_the_interval() {
        let duel = Duel::new(&places(&[(1.0, 0.5), (2.0, 0.0), (4.0, 0.0), (8.0, -0.5)]));
        let [crossing] = duel.crossings[..] else { panic!("{duel:?}") };
        assert!(crossing.low < 2.0 && crossing.high > 4.0, "{crossing:?}");
        assert_eq!((duel.places[1].1, crossing.to), (Lead::Open, Lead::First));
    }

    #[test]
    fn who_leads_everywhere_and_who_crosses_twice() {
        let duel = Duel::new(&places(&[(1.0, -1.0), (10.0, -0.5), (100.0, 0.0)]));
        assert!(duel.crossings.is_empty() && duel.only_leader() == Some(Lead::First), "{duel:?}");
        let twice = Duel::new(&places(&[(1.0, -1.0), (10.0, 0.5), (100.0, -0.5)]));
        assert_eq!(twice.crossings.iter().map(|crossing| crossing.to).collect::<Vec<_>>(), [Lead::Second, Lead::First]);
        assert_eq!(Duel::new(&[]), Duel::default());
    }

    #[test]
    fn a_bend_between_distant_places_widens_the_interval() {
        // The curve is flat up to 10 and steep from there, so the chord crosses too early.
        let bent = places(&[(1.0, -0.2), (5.0, -0.2), (20.0, 0.4), (40.0, 1.0)]);
        let [crossing] = Duel::new(&bent).crossings[..] else { panic!("no crossing") };
        let truth = 20.0 / (0.4_f64 / 0.6 * 2_f64.ln()).exp();
        assert!(crossing.at < truth && crossing.high >= truth, "{crossing:?}, {truth}");
    }

    #[test]
    fn noise_leaves_small_differences_open() {
        let mut all = places(&[(1.0, -0.05), (10.0, 0.05)]);
        assert_eq!(Duel::new(&all).crossings.len(), 1);
        all.iter_mut().for_each(|place| place.noise = 1.06);
        assert!(Duel::new(&all).places.iter().all(|(_, lead)| *lead == Lead::Open));
    }
}
