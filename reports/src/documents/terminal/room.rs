//! The room of a table: which of its columns fit, and the line that names those that do not.

use super::style::push_wrapped;

/// Space between columns.
pub const GAP: usize = 2;

/// Returns how many columns of these widths fit `room`, from the first, each with a gap in front; at least one.
pub fn fitting(widths: impl IntoIterator<Item = usize>, room: usize) -> usize {
    let mut used = 0;
    let fits = widths.into_iter().enumerate().take_while(|(at, width)| {
        used += width + GAP;
        *at == 0 || used <= room
    });
    fits.count()
}

/// Returns the places of the columns that there is room for, as evenly spread as can be, the first and the last among them: the ends of a
/// curve say more than what is between. At least one.
pub fn spread(widths: &[usize], room: usize) -> Vec<usize> {
    let last = widths.len().saturating_sub(1);
    let of = |count: usize| -> Vec<usize> { (0..count).map(|i| i * last / (count - 1).max(1)).collect() };
    let fits = |places: &Vec<usize>| places.iter().map(|place| widths[*place] + GAP).sum::<usize>() <= room;
    (2..=widths.len()).rev().map(of).find(fits).unwrap_or_else(|| of(1.min(widths.len())))
}

/// Adds the line that names the columns which were dropped, if any were.
pub fn push_dropped<S: AsRef<str>>(out: &mut String, dropped: &[S], width: usize) {
    if !dropped.is_empty() {
        let names: Vec<&str> = dropped.iter().map(AsRef::as_ref).collect();
        push_wrapped(out, 0, &format!("Too narrow for: {}.", names.join(", ")), width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fit_from_the_first_and_one_is_there_in_any_case() {
        assert_eq!(fitting([5, 5, 5], 21), 3);
        assert_eq!(fitting([5, 5, 5], 20), 2);
        assert_eq!(fitting([50, 5], 20), 1);
    }

    #[test]
    fn the_ends_stay_where_columns_are_spread() {
        assert_eq!(spread(&[5; 5], 35), [0, 1, 2, 3, 4]);
        assert_eq!(spread(&[5; 5], 34), [0, 1, 2, 4]);
        assert_eq!(spread(&[5; 5], 20), [0, 4]);
        assert_eq!(spread(&[5; 5], 9), [0]);
        assert_eq!(spread(&[50], 9), [0]);
        assert_eq!(spread(&[], 9), [0; 0]);
        let mut out = String::new();
        push_dropped(&mut out, &["a", "b"], 40);
        push_dropped::<&str>(&mut out, &[], 40);
        assert_eq!(out, "Too narrow for: a, b.\n");
    }
}
