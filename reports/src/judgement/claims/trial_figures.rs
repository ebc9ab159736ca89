//! The figures of trials that claims speak of.
//!
//! | figure | what |
//! |---|---|
//! | `loss` | what is lost: 0 nothing, 1 the task, 2 other tasks too, 3 the rest of the run, 4 the process |
//! | `others_returned` | share of the other tasks whose results came back |
//! | `known` | 1 if somebody outside the task came to know of it, else 0 |
//! | `cancelled` | 1 if the model could end the task from outside, else 0 |
//! | `dropped` | 1 if the variables of the task were dropped, else 0 |
//! | `write_seen` | 1 if whoever handed in the tasks sees what the task wrote, else 0 |
//! | `left_processes` | processes that were left once the cell had ended |
//! | `works_again` | 1 if the same work once more brought every result, else 0 |

use crate::figures::trials::Trial;
use crate::judgement::losses::Loss;

/// What a figure is called, and how it is worked out; none if it does not apply to a trial.
type Figure = (&'static str, fn(&Trial) -> Option<f64>);

/// The figures that there are.
const FIGURES: [Figure; 8] = [
    ("loss", |trial| Loss::from_trial(trial).map(Loss::level)),
    ("others_returned", |trial| (trial.others > 0).then(|| trial.returned as f64 / trial.others as f64)),
    ("known", |trial| Some(is_so(trial.known_ns.is_some()))),
    ("cancelled", |trial| trial.was_cancelled.map(is_so)),
    ("dropped", |trial| Some(is_so(trial.victim_dropped))),
    ("write_seen", |trial| trial.write_seen.map(is_so)),
    ("left_processes", |trial| Some(trial.left.processes as f64)),
    ("works_again", |trial| Some(is_so(trial.works_again()))),
];

fn is_so(so: bool) -> f64 {
    f64::from(u8::from(so))
}

/// Returns how the figure of this name is worked out; none if there is none.
pub fn figure(name: &str) -> Option<fn(&Trial) -> Option<f64>> {
    FIGURES.iter().find(|(known, _)| *known == name).map(|(_, figure)| *figure)
}

/// Returns the names of all figures, as a sentence has them.
pub fn names() -> String {
    FIGURES.map(|(name, _)| format!("`{name}`")).join(", ")
}
