//! Figures as people read them: three digits, and a unit that fits. Every figure of a report is formatted here.

use crate::statistics::Estimate;

/// What stands where there is no figure.
pub const NONE: &str = "–";

/// A unit and what one of it is worth.
#[derive(Debug, Clone, Copy)]
struct Unit {
    worth: f64,
    name: &'static str,
}

const DURATIONS: [Unit; 4] = [
    Unit { worth: 1.0, name: "ns" },
    Unit { worth: 1e3, name: "µs" },
    Unit { worth: 1e6, name: "ms" },
    Unit { worth: 1e9, name: "s" },
];

const SIZES: [Unit; 5] = [
    Unit { worth: 1.0, name: "B" },
    Unit { worth: 1024.0, name: "KiB" },
    Unit { worth: 1_048_576.0, name: "MiB" },
    Unit { worth: 1_073_741_824.0, name: "GiB" },
    Unit { worth: 1_099_511_627_776.0, name: "TiB" },
];

/// Returns the largest unit in which the value, rounded to three digits, is at least 1.
fn fitting(units: &[Unit], value: f64) -> Unit {
    units.iter().rev().copied().find(|unit| value.abs() >= 0.9995 * unit.worth).unwrap_or(units[0])
}

/// Returns the decimals that show a value with three digits; six at most.
fn decimals(value: f64) -> usize {
    match value.abs() {
        0.0 => 0,
        v if v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        v if v >= 0.0995 => 2,
        v if v >= 0.00995 => 3,
        // Ever smaller figures do not get ever longer.
        v => (2.0 - v.log10().floor()).min(6.0) as usize,
    }
}

/// Writes three digits, thousands grouped; in powers of ten where that would be long.
fn digits(value: f64) -> String {
    match value.abs() {
        v if is_extreme(v) => format!("{value:.2e}"),
        v if v >= 999.5 => count(value),
        _ => format!("{value:.*}", decimals(value)),
    }
}

/// Returns whether a figure is unreadable unless it is written in powers of ten.
fn is_extreme(value: f64) -> bool {
    value.abs() >= 1e9 || (value != 0.0 && value.abs() < 1e-5)
}

fn with_unit(units: &[Unit], value: f64) -> String {
    let unit = fitting(units, value);
    format!("{} {}", digits(value / unit.worth), unit.name)
}

/// Returns the ends of an estimate in the decimals of its value, without a unit, and marked where it is only a range.
fn ends(estimate: &Estimate, worth: f64) -> String {
    let places = decimals(estimate.value / worth);
    let mark = if estimate.is_interval() { "" } else { " min–max" };
    let (low, high) = (estimate.low / worth, estimate.high / worth);
    if [estimate.value / worth, low, high].into_iter().any(is_extreme) {
        return format!("{low:.1e}–{high:.1e}{mark}");
    }
    format!("{low:.places$}–{high:.places$}{mark}")
}

/// Formats a duration, given in nanoseconds: `1.23 ms`.
pub fn duration(ns: f64) -> String {
    with_unit(&DURATIONS, ns)
}

/// Formats a duration, given in nanoseconds, with six digits: `1.23457 ms`.
pub fn exact_duration(ns: f64) -> String {
    let unit = fitting(&DURATIONS, ns);
    let value = ns / unit.worth;
    if is_extreme(value) {
        return format!("{value:.5e} {}", unit.name);
    }
    let places = (5.0 - value.abs().max(1.0).log10().floor()).max(0.0) as usize;
    without_zeros(&format!("{value:.places$} {}", unit.name))
}

/// Formats the interval of a duration in the unit that [`duration`] gives its value: `1.20–1.26`.
pub fn duration_ends(estimate: &Estimate) -> String {
    ends(estimate, fitting(&DURATIONS, estimate.value).worth)
}

/// Formats a size, given in bytes: `12.3 MiB`.
pub fn size(bytes: f64) -> String {
    with_unit(&SIZES, bytes)
}

/// Formats a ratio: `1.98x`.
pub fn ratio(value: f64) -> String {
    format!("{}x", digits(value))
}

/// Formats the interval of a ratio or of another bare number: `1.96–1.99`.
pub fn number_ends(estimate: &Estimate) -> String {
    ends(estimate, 1.0)
}

/// Formats a bare number with three digits: `1.97`.
pub fn number(value: f64) -> String {
    digits(value)
}

/// Formats a number of cores: `1.97`, `0.051`, and no more digits where it is next to none.
pub fn cores(value: f64) -> String {
    match value {
        v if v <= 0.0 || v >= 0.0995 => number(v),
        v if v < 0.001 => "<0.001".to_owned(),
        v => format!("{v:.3}"),
    }
}

/// Formats a share between 0 and 1: `97 %`.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// Formats a whole number with grouped thousands: `12,345`.
pub fn count(value: f64) -> String {
    let rounded = format!("{value:.0}");
    let (sign, digits) = rounded.strip_prefix('-').map_or(("", rounded.as_str()), |digits| ("-", digits));
    let mut grouped = String::from(sign);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Formats a round number for the ticks of an axis, without needless zeros: `20 ms` of `20.0 ms`, `0.5x` of `0.50x`.
pub fn without_zeros(figure: &str) -> String {
    let end = figure.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',' | '-')).unwrap_or(figure.len());
    let (number, unit) = figure.split_at(end);
    if number.contains('.') {
        format!("{}{unit}", number.trim_end_matches('0').trim_end_matches('.'))
    } else {
        figure.to_owned()
    }
}

/// Formats a share in per cent with its decimals: `5 %`, `0.7 %`.
pub fn share(share: f64) -> String {
    format!("{} %", without_zeros(&number(share * 100.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Method;

    #[test]
    fn durations() {
        for (ns, text) in [
            (0.0, "0 ns"),
            (999.4, "999 ns"),
            (999.6, "1.00 µs"),
            (1_234_567.0, "1.23 ms"),
            (99_960_000.0, "100 ms"),
            (2.5e9, "2.50 s"),
            (3.6e13, "36,000 s"),
            (3.6e20, "3.60e11 s"),
        ] {
            assert_eq!(duration(ns), text);
        }
    }

    #[test]
    fn exact_durations() {
        let exact = [0.0, 999.0, 41_312_345.0, 250_000_000.0, 1e300].map(exact_duration);
        assert_eq!(exact, ["0 ns", "999 ns", "41.3123 ms", "250 ms", "1.00000e291 s"]);
    }

    #[test]
    fn sizes_ratios_counts() {
        assert_eq!(size(12.3 * 1_048_576.0), "12.3 MiB");
        assert_eq!(size(0.0), "0 B");
        assert_eq!(ratio(1.984), "1.98x");
        assert_eq!(ratio(123.4), "123x");
        assert_eq!(ratio(0.01737), "0.017x");
        assert_eq!(count(1_234_567.0), "1,234,567");
        assert_eq!(count(-1_234.0), "-1,234");
        assert_eq!(count(12.0), "12");
        assert_eq!(percent(0.974), "97 %");
        assert_eq!([0.0, 0.000_1, 0.051_4, 1.966, 64.0].map(cores), ["0", "<0.001", "0.051", "1.97", "64.0"]);
    }

    #[test]
    fn intervals_share_the_unit_of_their_value() {
        let wide = Estimate { value: 1.2e6, low: 0.9e6, high: 15e6, coverage: 0.96, count: 20, method: Method::Values };
        assert_eq!(duration_ends(&wide), "0.90–15.00");
        let few = Estimate { coverage: 0.5, ..wide };
        assert_eq!(duration_ends(&few), "0.90–15.00 min–max");
    }

    #[test]
    fn ticks_have_no_needless_zeros() {
        assert_eq!(without_zeros("20.0 ms"), "20 ms");
        assert_eq!(without_zeros("0.50x"), "0.5x");
        assert_eq!(without_zeros("100 ms"), "100 ms");
        assert_eq!(without_zeros("2.00"), "2");
    }

    #[test]
    fn extremes_do_not_panic() {
        for value in [f64::MAX, f64::MIN_POSITIVE, u64::MAX as f64, -1.0] {
            assert!(!duration(value).is_empty() && !size(value).is_empty() && !ratio(value).is_empty());
        }
    }
}
