//! Pairs what two cells have of the same round: what slows the whole machine cancels out.

use std::collections::HashMap;

use super::row::{Point, Row};
use crate::records::keys::Round;
use crate::statistics::Estimate;
use crate::statistics::clusters;

/// Pairs what both sides have of the same process and round, in the order of the first.
pub fn of_rounds<A, B: Copy>(
    own: impl IntoIterator<Item = (Round, A)>,
    other: impl IntoIterator<Item = (Round, B)>,
) -> Vec<(Round, A, B)> {
    let other: HashMap<Round, B> = other.into_iter().collect();
    own.into_iter().filter_map(|(round, own)| Some((round, own, *other.get(&round)?))).collect()
}

/// Pairs the samples of two cells.
pub fn of_rows<'a>(own: &'a Row, other: &'a Row) -> Vec<(&'a Point, &'a Point)> {
    let pairs = of_rounds(keyed(&own.points), keyed(&other.points));
    pairs.into_iter().map(|(_, own, other)| (own, other)).collect()
}

/// Returns the median of a figure of `own` over that of `other` within each round.
pub fn ratio(own: &Row, other: &Row, figure: impl Fn(&Point) -> f64) -> Option<Estimate> {
    let pairs = of_rows(own, other).into_iter().map(|(own, other)| (own.process, figure(own), figure(other)));
    clusters::ratio_of(&pairs.collect::<Vec<_>>())
}

fn keyed(points: &[Point]) -> impl Iterator<Item = (Round, &Point)> {
    points.iter().map(|point| ((point.process, point.round), point))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(walls: &[(u32, f64)]) -> Row {
        let points =
            walls.iter().map(|(round, wall_ns)| Point { round: *round, wall_ns: *wall_ns, ..Point::default() });
        Row { points: points.collect(), ..Row::default() }
    }

    #[test]
    fn only_rounds_that_both_have_are_paired() {
        let (own, other) = (row(&[(0, 4.0), (1, 6.0), (3, 8.0)]), row(&[(3, 2.0), (0, 2.0), (2, 9.0)]));
        let walls: Vec<(f64, f64)> = of_rows(&own, &other).iter().map(|(a, b)| (a.wall_ns, b.wall_ns)).collect();
        assert_eq!(walls, [(4.0, 2.0), (8.0, 2.0)]);
        assert_eq!(ratio(&own, &other, |point| point.wall_ns).map(|ratio| ratio.count), Some(2));
        assert_eq!(ratio(&own, &row(&[]), |point| point.wall_ns), None);
    }
}
