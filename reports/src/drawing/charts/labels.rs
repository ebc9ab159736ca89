//! Labels beside the ends of curves, clear of each other.

use crate::drawing::palette::Colour;

/// Height of a label.
pub const HEIGHT: f64 = 15.5;

/// A label beside the end of a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// What it says.
    pub text: String,
    /// The colour of its curve.
    pub colour: Colour,
    /// Where its curve ends.
    pub end: (f64, f64),
    /// The middle of the label, as near to the end of its curve as others allow.
    pub y: f64,
}

impl Label {
    /// Returns a label at the height of the end of its curve.
    pub fn new(text: &str, colour: Colour, end: (f64, f64)) -> Self {
        Self { text: text.to_owned(), colour, end, y: end.1 }
    }
}

/// Moves labels apart, within the limits as far as there is room. Their order is that of the ends of their curves.
pub fn spread(labels: &mut [Label], top: f64, bottom: f64) {
    labels.sort_by(|a, b| a.end.1.total_cmp(&b.end.1));
    let half = HEIGHT / 2.0;
    let mut least = top + half;
    for label in labels.iter_mut() {
        label.y = label.end.1.max(least);
        least = label.y + HEIGHT;
    }
    let mut most = bottom - half;
    for label in labels.iter_mut().rev() {
        label.y = label.y.min(most);
        most = label.y - HEIGHT;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::palette::INK;

    fn spread_out(ends: &[f64]) -> Vec<f64> {
        let mut labels: Vec<Label> = ends.iter().map(|y| Label::new("a", INK, (0.0, *y))).collect();
        spread(&mut labels, 0.0, 100.0);
        labels.into_iter().map(|label| label.y).collect()
    }

    #[test]
    fn labels_keep_their_order_and_do_not_overlap() {
        assert_eq!(spread_out(&[50.0, 20.0]), [20.0, 50.0]);
        for ends in [[50.0, 50.0, 51.0, 52.0], [99.0, 98.0, 97.0, 1.0], [0.0, 0.0, 0.0, 100.0]] {
            let places = spread_out(&ends);
            assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= HEIGHT - 1e-9), "{places:?}");
            assert!(places[0] >= HEIGHT / 2.0 && places[3] <= 100.0 - HEIGHT / 2.0, "{places:?}");
        }
    }
}
