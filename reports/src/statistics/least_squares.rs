//! Least squares with very few terms, none of which may be below zero.
//!
//! The best non-negative solution is an ordinary one of the terms that are above zero in it. With three terms there are
//! seven sets to choose from, so all of them are tried: this is exact, and needs no rule for when to stop. Crates for it
//! bring `ndarray` or `nalgebra`, which take longer to compile than everything else here.
//!
//! Source: C. L. Lawson and R. J. Hanson, *Solving Least Squares Problems*, Prentice-Hall 1974, chapter 23.

/// Least share of a column that the others must leave of it: below it, it is taken for a sum of them.
const LEAST_OWN: f64 = 1e-9;

/// Returns the coefficients whose combination of the first `terms` columns is nearest to the targets; none if these columns depend
/// on each other.
pub fn ordinary<const N: usize>(rows: &[[f64; N]], targets: &[f64], terms: usize) -> Option<[f64; N]> {
    of_columns(rows, targets, &(0..terms.min(N)).collect::<Vec<_>>())
}

/// Does as [`ordinary`], with no coefficient below zero. All are zero if nothing is better than that.
pub fn non_negative<const N: usize>(rows: &[[f64; N]], targets: &[f64], terms: usize) -> [f64; N] {
    let sets = (1_u32..1 << terms.min(N)).map(|set| (0..N).filter(|at| set >> at & 1 == 1).collect::<Vec<_>>());
    let solutions = sets.filter_map(|columns| of_columns(rows, targets, &columns));
    let allowed = solutions.filter(|solution| solution.iter().all(|value| *value >= 0.0));
    let with_misses = allowed.map(|solution| (squares(rows, targets, &solution), solution));
    with_misses.min_by(|a, b| a.0.total_cmp(&b.0)).map_or([0.0; N], |(_, solution)| solution)
}

/// Returns the value of a combination of terms.
pub fn combine<const N: usize>(coefficients: &[f64; N], terms: &[f64; N]) -> f64 {
    dot(coefficients, terms)
}

/// Solves for some of the columns by modified Gram-Schmidt: each is freed of those before it, and so are the targets.
fn of_columns<const N: usize>(rows: &[[f64; N]], targets: &[f64], columns: &[usize]) -> Option<[f64; N]> {
    let mut free: Vec<Vec<f64>> = Vec::new();
    let mut shares = [[0.0; N]; N];
    let mut left = targets.to_vec();
    let mut along = [0.0; N];
    for (place, &column) in columns.iter().enumerate() {
        let mut own: Vec<f64> = rows.iter().map(|row| row[column]).collect();
        let whole = dot(&own, &own);
        for (before, unit) in free.iter().enumerate() {
            shares[before][place] = dot(unit, &own);
            subtract(&mut own, unit, shares[before][place]);
        }
        let length = dot(&own, &own).sqrt();
        if length.is_nan() || length <= LEAST_OWN * whole.sqrt() {
            return None;
        }
        own.iter_mut().for_each(|value| *value /= length);
        shares[place][place] = length;
        along[place] = dot(&own, &left);
        subtract(&mut left, &own, along[place]);
        free.push(own);
    }
    let mut coefficients = [0.0; N];
    for place in (0..columns.len()).rev() {
        let later: f64 = (place + 1..columns.len()).map(|at| shares[place][at] * coefficients[columns[at]]).sum();
        coefficients[columns[place]] = (along[place] - later) / shares[place][place];
    }
    Some(coefficients)
}

/// Returns the sum of the squares of what is missed.
fn squares<const N: usize>(rows: &[[f64; N]], targets: &[f64], coefficients: &[f64; N]) -> f64 {
    rows.iter().zip(targets).map(|(row, target)| (target - dot(row, coefficients)).powi(2)).sum()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn subtract(from: &mut [f64], unit: &[f64], times: f64) {
    from.iter_mut().zip(unit).for_each(|(value, unit)| *value -= times * unit);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the terms of a curve with a level, a slope and a bend.
    fn rows(up_to: u32) -> Vec<[f64; 3]> {
        (1..=up_to).map(f64::from).map(|n| [1.0, n - 1.0, n * (n - 1.0)]).collect()
    }

    fn targets(rows: &[[f64; 3]], coefficients: [f64; 3]) -> Vec<f64> {
        rows.iter().map(|row| combine(&coefficients, row)).collect()
    }

    fn close(found: [f64; 3], wanted: [f64; 3]) {
        let is_close = found.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-10);
        assert!(is_close, "{found:?} for {wanted:?}");
    }

    #[test]
    fn what_is_a_combination_is_found_again() {
        let rows = rows(128);
        for wanted in [[2.0, 0.3, 0.01], [2.0, 0.0, 0.01], [2.0, 0.3, 0.0], [2.0, 0.0, 0.0], [0.0, 0.3, 0.01]] {
            close(non_negative(&rows, &targets(&rows, wanted), 3), wanted);
            close(ordinary(&rows, &targets(&rows, wanted), 3).expect("independent"), wanted);
        }
        close(non_negative(&rows, &targets(&rows, [2.0, 0.3, 0.0]), 2), [2.0, 0.3, 0.0]);
    }

    #[test]
    fn a_term_that_would_be_below_zero_is_left_out_and_the_others_are_fitted_anew() {
        let rows = rows(8);
        let bent_down = targets(&rows, [1.0, 0.2, -0.01]);
        let without = ordinary(&rows, &bent_down, 2).expect("independent");
        close(non_negative(&rows, &bent_down, 3), without);
        assert!(without[1] < 0.2 && without[1] > 0.1, "{without:?}");
        close(non_negative(&rows, &targets(&rows, [-1.0, -1.0, -1.0]), 3), [0.0; 3]);
    }

    // The conditions of Karush, Kuhn and Tucker hold at a least square and nowhere else.
    #[test]
    fn no_direction_leads_down_from_the_solution() {
        let rows = rows(6);
        let offsets = [0.03, -0.02, 0.01, -0.05, 0.04, -0.01];
        for shape in [[1.0, 0.0, 0.0], [1.0, 0.05, 0.0], [1.0, 0.0, 0.002], [1.0, -0.05, 0.01]] {
            let noisy: Vec<f64> = targets(&rows, shape).iter().zip(offsets).map(|(value, by)| value + by).collect();
            let solution = non_negative(&rows, &noisy, 3);
            for term in 0..3 {
                let down: f64 = rows.iter().zip(&noisy).map(|(row, y)| row[term] * (y - combine(&solution, row))).sum();
                assert!(down < 1e-9 && (down > -1e-9 || solution[term] == 0.0), "{shape:?}, term {term}: {down}");
            }
        }
    }

    #[test]
    fn columns_that_depend_on_each_other_have_no_solution() {
        let twice = [[1.0, 2.0], [3.0, 6.0], [5.0, 10.0]];
        assert_eq!(ordinary(&twice, &[1.0, 2.0, 3.0], 2), None);
        assert_eq!(ordinary(&[[f64::NAN]], &[1.0], 1), None);
    }
}
