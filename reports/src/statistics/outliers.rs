//! Values far from the middle half: told, never dropped.
//!
//! J. W. Tukey, *Exploratory Data Analysis*, Addison-Wesley 1977, section 2E: outside of the fences, 1.5 times the distance
//! of the quartiles beyond them.

/// How far beyond the quartiles a fence stands, in distances of the quartiles.
const FENCE: f64 = 1.5;

/// Returns how many of the values lie outside of Tukey's fences. Below 4 values there are no quartiles to speak of, and none does.
pub fn count(values: &[f64]) -> usize {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    if sorted.len() < 4 {
        return 0;
    }
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (quantile(&sorted, 0.25), quantile(&sorted, 0.75));
    let reach = FENCE * (high - low);
    sorted.iter().filter(|value| **value < low - reach || **value > high + reach).count()
}

/// Returns a quantile of sorted values, by linear interpolation.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let (below, part) = (at.floor() as usize, at.fract());
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + part * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_values_count_and_near_ones_do_not() {
        let mut values: Vec<f64> = (0..20).map(f64::from).collect();
        assert_eq!(count(&values), 0);
        values.extend([100.0, -100.0, f64::NAN]);
        assert_eq!(count(&values), 2);
        assert_eq!(count(&[1.0, 1.0, 50.0]), 0);
        assert_eq!(count(&[1.0; 9]), 0);
        assert_eq!(count(&[1.0, 1.0, 1.0, 1.0, 1.0, 2.0]), 1, "among equal values any other is one");
    }
}
