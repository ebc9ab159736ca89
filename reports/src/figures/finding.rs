//! What a workload or a runner counts in a run, such as lost updates or waits for a lock.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::records::schema::Sample;
use crate::statistics::{Estimate, clusters};

/// What a workload or a runner counts in a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The figure of a run, median over samples.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// That of each sample, with its process.
    #[serde(skip)]
    pub values: Vec<(u32, f64)>,
}

/// Returns the findings of samples by name, as far as they have them.
pub(super) fn of_samples(samples: &[&Sample]) -> BTreeMap<String, Finding> {
    let mut values: BTreeMap<&String, Vec<(u32, f64)>> = BTreeMap::new();
    for sample in samples {
        for (name, value) in &sample.figures {
            values.entry(name).or_default().push((sample.process, *value));
        }
    }
    let finding = |(name, values): (&String, Vec<(u32, f64)>)| {
        let estimate = clusters::median_of_sizes(&values)?.map(|figure| figure.min(most(name)));
        Some((name.clone(), Finding { estimate, values }))
    };
    values.into_iter().filter_map(finding).collect()
}

/// Returns the most that a finding can be, beyond which no interval goes either: whoever has a part of all has no more than all.
fn most(name: &str) -> f64 {
    if name == JAIN_INDEX { 1.0 } else { f64::INFINITY }
}

/// The name of Jain's index.
pub const JAIN_INDEX: &str = "jain_index";

/// A finding that tables have a column for.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    /// Its name in records.
    pub name: &'static str,
    /// The heading of its column.
    pub heading: &'static str,
    /// What it is of a run, in one sentence.
    pub meaning: &'static str,
}

/// The findings that tables have columns for, in their order.
pub static TOLD: [Told; 10] = [
    Told {
        name: "lost_updates",
        heading: "Lost updates",
        meaning: "Updates of one run that another one overwrote, median.",
    },
    Told {
        name: JAIN_INDEX,
        heading: "Fairness",
        meaning: "Jain's index of the operations by task when the first task was done: 1 if all had as many, and 1 over the \
                  tasks if one had all. Median.",
    },
    Told {
        name: "longest_turn",
        heading: "Longest turn",
        meaning: "Most operations in a row by one task in a run, median.",
    },
    Told {
        name: "most_inside",
        heading: "Most inside",
        meaning: "Most tasks that had a permit at once in a run, median.",
    },
    Told { name: "most_readers", heading: "Most readers", meaning: "Most tasks that read at once in a run, median." },
    Told { name: "waits", heading: "Waits", meaning: "Operations of one run that had to wait, median." },
    Told { name: "released", heading: "Released", meaning: "Tasks of one run that the event released, median." },
    Told {
        name: "gave_up",
        heading: "Gave up",
        meaning: "Tasks of one run that gave up after their last try, median.",
    },
    Told {
        name: "most_in_queue",
        heading: "Most in queue",
        meaning: "Most items that were in the queue at once in a run, median.",
    },
    Told {
        name: "refused",
        heading: "Refused",
        meaning: "Items of one run that a full queue refused at first, median.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_interval_of_an_index_goes_beyond_what_it_can_be() {
        let sample = |(process, index): (u32, f64)| Sample {
            process,
            figures: BTreeMap::from([(JAIN_INDEX.to_owned(), index), ("waits".to_owned(), index)]),
            ..Sample::default()
        };
        // Processes that differ, so that the interval is Student's, which knows no bound.
        let values = [(0, 0.9), (0, 0.91), (1, 0.99), (1, 1.0), (2, 1.0), (2, 1.0)];
        let samples = values.map(sample);
        let found = of_samples(&samples.iter().collect::<Vec<_>>());
        let (index, waits) = (found[JAIN_INDEX].estimate, found["waits"].estimate);
        assert!(waits.high > 1.0, "{waits:?}");
        assert_eq!((index.value, index.low, index.high), (waits.value, waits.low, 1.0));
    }
}
