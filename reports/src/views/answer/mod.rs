//! The answer to what everybody comes for: what threads, processes and coroutines gain for computing and for waiting, with a global lock
//! and without one.

mod panels;
mod sentences;

use self::panels::Panels;
pub use self::panels::{Ceiling, Figure, Line, Panel, Way, Work};
pub use self::sentences::{Sentence, Topic};
use crate::figures::Summary;
use crate::figures::costs::Cost;
use crate::judgement::advice::Advice;
use crate::judgement::claims::Verdict;

/// The conclusion of a run. It is empty where the run has neither computing nor waiting that its models share.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// What is set beside each other, each with its ceiling: at most one of each kind of work.
    pub panels: Vec<Panel>,
    /// One a family and way of concurrency, each with a figure a panel.
    pub lines: Vec<Line>,
    /// What follows, each from verdicts and figures that were decided, or what is missing for it.
    pub sentences: Vec<Sentence>,
}

impl Answer {
    /// Works out the answer of a run from its figures, its verdicts and its advice.
    pub fn from_judgements(summary: &Summary, costs: &[Cost], verdicts: &[Verdict], advice: &[Advice]) -> Self {
        let Panels { panels, lines } = Panels::from_summary(summary, costs);
        let sentences = sentences::from_judgements(&lines, &panels, verdicts, advice);
        Self { panels, lines, sentences }
    }

    /// Returns whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        let figures = || self.lines.iter().flat_map(|line| line.figures.iter().flatten());
        self.panels.is_empty() || figures().all(|figure| figure.value.is_none())
    }

    /// Returns the lines by family, each family's next to each other.
    pub fn by_family(&self) -> impl Iterator<Item = &[Line]> {
        self.lines.chunk_by(|a, b| a.family == b.family)
    }
}
