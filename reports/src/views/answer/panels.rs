//! The figures of the answer: for each family and way of concurrency the best of its default runners.

use crate::figures::costs::Cost;
use crate::figures::{ChartKind, GroupSummary, Row, Summary, Versus};
use crate::statistics::Estimate;
use crate::text::{plain, units};
use crate::views::families;

/// The workloads that compute and do nothing else, the one to show first.
const COMPUTING: [&str; 2] = ["primes", "counting"];
/// The workloads that wait and do next to nothing else, the one to show first.
const WAITING: [&str; 2] = ["sleep", "echo"];
/// Fewest tasks that wait at once of which the answer tells.
const SOME: u64 = 2;
/// Fewest tasks that wait at once that are called many.
const MANY: u64 = 100;
/// A speed-up that is certainly less than this is no gain: the same bound as in the claims about a lock.
const NO_GAIN: f64 = 1.2;

/// A way to do several things at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Threads that share memory, whether one a task or in a pool.
    Threads,
    /// Processes, in a pool.
    Processes,
    /// Tasks that a scheduler of the program switches between.
    Coroutines,
}

impl Way {
    /// All ways, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Threads, Self::Processes, Self::Coroutines];

    /// Returns its name in the plural.
    pub fn name(self) -> &'static str {
        match self {
            Self::Threads => "threads",
            Self::Processes => "processes",
            Self::Coroutines => "coroutines",
        }
    }

    /// Returns the models that go this way.
    fn models(self) -> &'static [&'static str] {
        match self {
            Self::Threads => &["thread-pool", "thread", "scoped", "rayon"],
            Self::Processes => &["process-pool"],
            Self::Coroutines => &["async", "green", "async-single"],
        }
    }
}

/// A kind of work that the answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// Tasks that keep a core busy.
    Computing,
    /// Tasks that wait, against one after the other.
    Waiting,
    /// So many tasks that wait that nobody would do one after the other: against the longest wait.
    ManyWaits,
}

impl Work {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Computing, Self::Waiting, Self::ManyWaits];

    /// Returns what a figure of it is.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Computing | Self::Waiting => "speed-up",
            Self::ManyWaits => "time",
        }
    }

    /// Returns what stands beside a figure of it.
    pub fn beside(self) -> Option<&'static str> {
        match self {
            Self::Computing => Some("cores"),
            Self::Waiting => None,
            Self::ManyWaits => Some("memory each"),
        }
    }

    fn is_shown_by(self, group: &GroupSummary) -> bool {
        let names: &[&str] = if self == Self::Computing { &COMPUTING } else { &WAITING };
        let is_named = names.contains(&group.workload.as_str());
        is_named
            && match self {
                Self::Computing | Self::Waiting => group.versus == Versus::Baseline && group.tasks >= SOME,
                Self::ManyWaits => group.versus == Versus::Wait && group.tasks >= MANY,
            }
    }

    /// Returns the place of a group among those that could show it: the smaller, the better it shows it.
    fn rank(self, group: &GroupSummary) -> (usize, u64) {
        let names: &[&str] = if self == Self::Computing { &COMPUTING } else { &WAITING };
        let place = names.iter().position(|name| *name == group.workload).unwrap_or(names.len());
        (place, if self == Self::ManyWaits { u64::MAX - group.tasks } else { group.tasks })
    }
}

/// The best that a figure can be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ceiling {
    /// Its value: a speed-up, or a time over the longest wait.
    pub value: f64,
    /// Whether figures are at least this, rather than at most.
    pub is_least: bool,
}

/// Figures of one kind of work beside each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The kind.
    pub work: Work,
    /// What is done, in a few words.
    pub title: String,
    /// The best that a figure can be; none if the records do not say.
    pub ceiling: Option<Ceiling>,
}

impl Panel {
    /// Returns what is done, as a heading.
    pub fn heading(&self) -> String {
        self.title.clone()
    }

    /// Returns what its figures are, as the line below the heading.
    pub fn under_heading(&self) -> String {
        match self.work.beside() {
            Some(beside) => format!("{}, {beside}", self.work.unit()),
            None => self.work.unit().to_owned(),
        }
    }

    /// Returns the best that a figure can be, in words; empty if the records do not say.
    pub fn ceiling_in_words(&self) -> String {
        let Some(Ceiling { value, is_least }) = self.ceiling else { return String::new() };
        let value = units::without_zeros(&units::ratio(value));
        if is_least { format!("least {value} of one wait") } else { format!("ceiling {value}") }
    }

    /// Returns how much of the ceiling a figure is, from 0 to 1; none where less is better, or without a ceiling.
    pub fn share(&self, value: f64) -> Option<f64> {
        let ceiling = self.ceiling.filter(|ceiling| !ceiling.is_least && ceiling.value > 0.0)?;
        Some((value / ceiling.value).clamp(0.0, 1.0))
    }
}

/// What a way of concurrency gains in a family of runners.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The family.
    pub family: String,
    /// What the family is called.
    pub family_title: String,
    /// Whether a global lock is on; none if the records do not say.
    pub gil: Option<bool>,
    /// The way.
    pub way: Way,
    /// One a panel; none where nothing of this way was to be run.
    pub figures: Vec<Option<Figure>>,
}

/// A figure of the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The runner that it is of: the best default one that goes this way.
    pub runner: String,
    /// Slug of the group that shows it.
    pub slug: String,
    /// The figure with its interval; none where no run gave one.
    pub value: Option<Estimate>,
    /// Why there is none, in few words.
    pub missing: Option<String>,
    /// Cores that were busy, of work that computes.
    pub cores: Option<f64>,
    /// Memory of each waiting task, bytes, of many waits.
    pub memory: Option<f64>,
    /// Whether it rests on rounds enough to be told.
    pub is_told: bool,
    /// Whether it is certain that nothing was gained.
    pub is_no_gain: bool,
}

impl Figure {
    /// Returns the figure as people read it, with a question mark where it is not told.
    pub fn text(&self) -> String {
        match self.value {
            Some(estimate) if self.is_told => units::ratio(estimate.value),
            Some(estimate) => format!("{}?", units::ratio(estimate.value)),
            None => units::NONE.to_owned(),
        }
    }

    /// Returns the figure with its interval.
    pub fn with_interval(&self) -> String {
        match self.value {
            Some(estimate) if estimate.is_interval() => {
                format!("{} [{}]", units::ratio(estimate.value), units::number_ends(&estimate))
            }
            _ => self.text(),
        }
    }

    /// Returns what stands beside it: busy cores, or memory; empty if neither was recorded.
    pub fn beside(&self) -> String {
        match (self.cores, self.memory) {
            (Some(cores), _) => units::cores(cores),
            (None, Some(memory)) => units::size(memory),
            (None, None) => String::new(),
        }
    }
}

/// Panels and lines.
pub(super) struct Panels {
    pub(super) panels: Vec<Panel>,
    pub(super) lines: Vec<Line>,
}

impl Panels {
    pub(super) fn from_summary(summary: &Summary, costs: &[Cost]) -> Self {
        let families = families::with_locks(summary);
        let shown = Work::ALL.into_iter().filter_map(|work| Shown::new(summary, work, &families));
        // A panel of which nothing was measured says nothing: what was left out is among the remarks.
        let shown: Vec<Shown> = shown.filter(|shown| shown.told(&families) > 0).collect();
        let mut lines = Vec::new();
        for (family, gil) in &families {
            for way in Way::ALL {
                let figures: Vec<Option<Figure>> = shown.iter().map(|shown| shown.figure(costs, family, way)).collect();
                if figures.iter().any(Option::is_some) {
                    let family_title = families::title(summary, family);
                    lines.push(Line { family: family.clone(), family_title, gil: *gil, way, figures });
                }
            }
        }
        let panels = shown.iter().map(|shown| shown.panel(summary)).collect();
        Self { panels, lines }
    }
}

/// The groups that show a kind of work.
struct Shown<'a> {
    work: Work,
    /// The best first. Families may have numbers of their own for work that computes, since ratios stay within a family. Of waits all
    /// have the same number, for it is the most that can be gained.
    groups: Vec<&'a GroupSummary>,
}

impl<'a> Shown<'a> {
    /// Returns none if no group shows it.
    fn new(summary: &'a Summary, work: Work, families: &[(String, Option<bool>)]) -> Option<Self> {
        let mut groups: Vec<&GroupSummary> = summary.unswept().filter(|group| work.is_shown_by(group)).collect();
        groups.sort_by_key(|group| work.rank(group));
        if work == Work::Computing {
            return (!groups.is_empty()).then_some(Self { work, groups });
        }
        let with = |tasks: u64| {
            let groups = groups.iter().copied().filter(|group| group.tasks == tasks).collect();
            Self { work, groups }
        };
        let numbers: Vec<u64> = groups.iter().map(|group| group.tasks).collect();
        // Of those that tell as much, the first is the best.
        numbers.into_iter().rev().map(with).max_by_key(|shown| shown.told(families))
    }

    /// Returns the number of ways with a figure, in all families together.
    fn told(&self, families: &[(String, Option<bool>)]) -> usize {
        let ways = families.iter().flat_map(|(family, _)| Way::ALL.map(|way| (family, way)));
        ways.filter(|(family, way)| self.best(family, *way).is_some_and(|(_, row)| row.ratio.is_some())).count()
    }

    fn panel(&self, summary: &Summary) -> Panel {
        let tasks = self.groups.first().map_or(0.0, |group| group.tasks as f64);
        let ceiling = match self.work {
            Work::Computing => summary.ceiling.as_ref().map(|ceiling| ceiling.of_threads(f64::INFINITY)),
            Work::Waiting => Some(tasks),
            Work::ManyWaits => Some(1.0),
        };
        let title = match self.work {
            Work::Computing => "computing".to_owned(),
            Work::Waiting | Work::ManyWaits => format!("{} waits", units::count(tasks)),
        };
        let ceiling = ceiling.map(|value| Ceiling { value, is_least: self.work == Work::ManyWaits });
        Panel { work: self.work, title, ceiling }
    }

    /// Returns the best default runner that goes this way, with its group: the first that has a figure, or else the first that has the
    /// runner.
    fn best(&self, family: &str, way: Way) -> Option<(&'a GroupSummary, &'a Row)> {
        let is_of = |row: &&Row| {
            let is_default = row.is_main() && row.cell.options.is_empty() && !row.is_baseline;
            is_default && row.runner.family == family && way.models().contains(&row.runner.model.as_str())
        };
        let has_as_many =
            |group: &GroupSummary, row: &Row| self.work == Work::Computing || row.scale.tasks == group.tasks;
        // By the end of the interval that is sure: a noisy runner is not the best because its median was lucky.
        let goodness = |row: &Row| match row.ratio {
            Some(ratio) if self.work == Work::ManyWaits => -ratio.high,
            Some(ratio) => ratio.low,
            None => f64::NEG_INFINITY,
        };
        let best = |group: &&'a GroupSummary| {
            let rows = group.rows.iter().filter(is_of).filter(|row| has_as_many(group, row));
            Some((*group, rows.max_by(|a, b| goodness(a).total_cmp(&goodness(b)))?))
        };
        let found: Vec<_> = self.groups.iter().filter_map(best).collect();
        found.iter().find(|(_, row)| row.ratio.is_some()).or(found.first()).copied()
    }

    fn figure(&self, costs: &[Cost], family: &str, way: Way) -> Option<Figure> {
        let (group, best) = self.best(family, way)?;
        let (value, work) = (best.ratio, self.work);
        let memory = costs.iter().filter(|cost| cost.chart == ChartKind::MemoryCost).flat_map(|cost| &cost.items);
        let memory = memory.filter(|item| item.runner == best.cell.runner).find_map(|item| item.figure.clone().ok());
        let is_interval = value.is_some_and(|ratio| ratio.is_interval());
        let gains_nothing = value.is_some_and(|ratio| ratio.high < NO_GAIN);
        Some(Figure {
            runner: plain(&best.cell.runner),
            slug: group.slug.clone(),
            value,
            missing: best.missing(),
            cores: best.effective_cores.map(|cores| cores.value).filter(|_| work == Work::Computing),
            memory: memory.filter(|_| work == Work::ManyWaits),
            is_told: is_interval && !best.code_differs,
            is_no_gain: work != Work::ManyWaits && is_interval && gains_nothing,
        })
    }
}
