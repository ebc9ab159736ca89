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
        let mut out = String::new();
        push_dropped(&mut out, &["a", "b"], 40);
        push_dropped::<&str>(&mut out, &[], 40);
        assert_eq!(out, "Too narrow for: a, b.\n");
    }
}
