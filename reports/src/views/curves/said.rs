//! What follows from a sweep, in sentences and in a few characters.

use crate::figures::{Line, Measure, Summary, Sweep, grain};
use crate::judgement::advice::Course;
use crate::judgement::reach::{Gain, Range, Reach};
use crate::records::schema::AxisOf;
use crate::text::units;
use crate::views::families;

/// Says for a family which runner to take where, as a sentence that begins with what the family is called.
pub(super) fn course(summary: &Summary, course: &Course) -> String {
    let sweep = &summary.sweeps[course.sweep];
    let said = course.sentence(|value| grain::words(summary, sweep, &course.family, value));
    format!("{}: {said}.", families::title(summary, &course.family))
}

/// Says where a line outperforms its baseline, where it does best, and from where on more is of no use. Empty if it has no speed-ups.
pub fn place(summary: &Summary, sweep: &Sweep, line: &Line) -> String {
    let Some(reach) = Reach::of_line(summary, line) else { return String::new() };
    let words = |value: f64| grain::words(summary, sweep, &line.family, value);
    let faster = match reach.range() {
        Range::Nowhere => "nowhere faster than the baseline".to_owned(),
        Range::Undecided => "nowhere faster than the baseline for certain".to_owned(),
        range => format!("faster than the baseline {}", range.words(words)),
    };
    let best = reach.best.filter(|(_, ratio)| ratio.is_interval());
    let best = best.map(|(at, ratio)| format!("; at best {} at {}", units::ratio(ratio.value), words(at)));
    let enough = reach.enough.filter(|enough| reach.best.is_some_and(|(at, _)| at != *enough));
    let enough = enough.map(|enough| format!(", and {} is within 5 % of that", words(enough)));
    format!("{}: {faster}{}{}", line.label, best.unwrap_or_default(), enough.unwrap_or_default())
}

/// Says where a line gains, in few characters: `≥100: 7.9x`, `≤4: 3.7x`, `best ≤300`, or its last figure where there is nothing to
/// gain.
pub fn short(summary: &Summary, sweep: &Sweep, line: &Line, courses: &[&Course]) -> String {
    let value = |value: f64| sweep.unit.short(value);
    if let Some(reach) = Reach::of_line(summary, line) {
        let best = reach.best.map(|(_, ratio)| units::ratio(ratio.value)).unwrap_or_default();
        return match (reach.range(), reach.enough.or(reach.best.map(|(at, _)| at))) {
            (Range::Nowhere, _) => "no gain".to_owned(),
            (Range::Undecided, _) if reach.gains.iter().all(|(_, gain)| *gain == Gain::Open) => "?".to_owned(),
            (Range::Undecided, _) => "no gain?".to_owned(),
            // More workers are of use up to where it is as fast as anywhere.
            (_, Some(enough)) if sweep.of == AxisOf::Workers => format!("≤{}: {best}", value(enough)),
            (range, _) => format!("{}: {best}", range.short(value)),
        };
    }
    let own = courses.iter().filter(|course| course.family == line.family);
    if let Some(range) = own.filter_map(|course| course.where_best(&line.label)).next() {
        return format!("best {}", range.short(value)).replace("best all", "best");
    }
    let measure = Measure::all_of(summary, sweep).into_iter().next();
    let last = measure.and_then(|measure| {
        let mut figures = line.points.iter().filter_map(|point| measure.of(summary.cell(*point)));
        Some(measure.format(figures.next_back()?.value))
    });
    last.unwrap_or_else(|| units::NONE.to_owned())
}
