//! All points of a measure, for those who want every figure.

use crate::figures::{Line, Measure, Summary, Sweep};
use crate::judgement::reach::Gain;
use crate::text::units::NONE;
use crate::views::columns::Field;
use crate::views::families;

/// A table of lines by values of the axis. Families with values of their own have one each.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What is in it.
    pub title: String,
    /// The heading of each value of the axis.
    pub heads: Vec<String>,
    /// The lines of the sweep that are in it, by their places, each with a field a value.
    pub lines: Vec<(usize, Vec<Entry>)>,
    /// Whether the most of the figure is the best.
    pub is_most_first: bool,
}

/// A field of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The figure, with its interval.
    pub field: Field,
    /// How it stands to the baseline, in a table of speed-ups.
    pub gain: Option<Gain>,
}

impl Table {
    /// Returns the tables of a measure.
    pub(super) fn all_of(summary: &Summary, sweep: &Sweep, measure: Measure) -> Vec<Self> {
        let mut columns: Vec<(Vec<f64>, Vec<usize>)> = Vec::new();
        let mut places: Vec<usize> = (0..sweep.lines.len()).collect();
        // Lines with the most values make the columns into which those fit that have fewer.
        places.sort_by_key(|place| std::cmp::Reverse(sweep.lines[*place].values().len()));
        for place in places {
            let values = sweep.lines[place].values();
            match columns.iter_mut().find(|(others, _)| values.iter().all(|value| others.contains(value))) {
                Some((_, lines)) => lines.push(place),
                None => columns.push((values, vec![place])),
            }
        }
        let is_one = columns.len() == 1;
        let table = |(values, mut lines): (Vec<f64>, Vec<usize>)| {
            lines.sort_unstable();
            let mut of: Vec<String> =
                lines.iter().map(|line| families::title(summary, &sweep.lines[*line].family)).collect();
            of.dedup();
            let of = if is_one { String::new() } else { format!(", {}", of.join(", ")) };
            Self {
                title: format!("{} by {}{of}", measure.title(), sweep.unit.name),
                heads: values.iter().map(|value| sweep.unit.value(*value)).collect(),
                lines: lines
                    .into_iter()
                    .map(|line| (line, entries(summary, &sweep.lines[line], &values, measure)))
                    .filter(|(_, entries)| entries.iter().any(Entry::says_something))
                    .collect(),
                is_most_first: measure.is_most_first(),
            }
        };
        columns.into_iter().filter(|(values, _)| !values.is_empty()).map(table).collect()
    }
}

impl Entry {
    /// Returns whether it has a figure, or says why there is none.
    fn says_something(&self) -> bool {
        !matches!(self.field.figure.as_str(), "" | NONE)
    }
}

/// Returns the fields of a line. What the axis does not vary is the same in all of them.
fn entries(summary: &Summary, line: &Line, values: &[f64], measure: Measure) -> Vec<Entry> {
    let entry = |value: &f64| {
        let Some(point) = line.at(*value) else { return Entry { field: Field::default(), gain: None } };
        let cell = summary.cell(point);
        let gain = Gain::of_cell(cell).filter(|_| measure == Measure::SpeedUp);
        let field = match measure.of(cell) {
            Some(figure) => Field {
                figure: measure.format(figure.value),
                detail: if measure.is_over_baseline() && cell.row.is_baseline {
                    String::new()
                } else {
                    measure.ends(&figure)
                },
                sort: Some(figure.value),
            },
            None => Field { figure: cell.row.missing().unwrap_or_else(|| NONE.to_owned()), ..Field::default() },
        };
        Entry { field, gain }
    };
    values.iter().map(entry).collect()
}
