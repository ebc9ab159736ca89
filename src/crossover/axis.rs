//! What is varied, from where to where, and between which two runners.

use std::str::FromStr;

use regatta_reports::record::{AxisOf, Sweep};
use regatta_runners::Parallelism;
use serde_json::{Map, Value};

use crate::catalogue::{Catalogue, RunnerCard, check_runners, suggestion, unknown};
use crate::plan::{Assignment, PlanError, PlannedGroup, Workers, assign};

/// The axis that is no parameter.
const WORKERS: &str = "workers";
/// How far the size of a task goes down from its default, as a factor, unless the range is named.
const DOWN: u64 = 10_000;
/// How many tasks there are at most, unless the range is named or the default is more than half of it.
const MANY: u64 = 1_000;
/// How far workers go, as a multiple of the cores, unless the range is named.
const WORKERS_PER_CORE: u64 = 4;

/// A range of whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) low: u64,
    pub(crate) high: u64,
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ends = text.split_once("..").and_then(|(low, high)| Some((number(low)?, number(high)?)));
        match ends {
            Some((low, high)) if low >= 1 && low < high => Ok(Self { low, high }),
            Some(_) => Err("the first number must be at least 1 and below the second, for example 1e3..1e7".to_owned()),
            None => Err("a range of whole numbers is expected, for example 1e3..1e7".to_owned()),
        }
    }
}

/// Reads a whole number such as `1000`, `1_000` or `1e3`.
fn number(text: &str) -> Option<u64> {
    let text = text.trim().replace('_', "");
    let number = text.parse::<u64>().ok().map(|number| number as f64).or_else(|| text.parse::<f64>().ok())?;
    (number.fract() == 0.0 && (0.0..=1e15).contains(&number)).then_some(number as u64)
}

/// What is asked, as it was written.
#[derive(Debug)]
pub(crate) struct Question<'q> {
    pub(crate) workload: &'q str,
    pub(crate) axis: &'q str,
    /// Two runners.
    pub(crate) between: &'q [String],
    pub(crate) range: Option<Range>,
    pub(crate) params: &'q [Assignment],
    pub(crate) workers: Option<Workers>,
}

/// What is varied, checked.
#[derive(Debug)]
pub(crate) struct Axis {
    pub(crate) range: Range,
    of: AxisOf,
    name: String,
    /// The group without the parameter that is varied, and without workers if they are.
    base: PlannedGroup,
    /// The runner whose wall time tells what a task takes; none if it is one of the two, or the axis is not the size of a task.
    baseline: Option<String>,
}

impl Axis {
    /// Checks what is asked.
    ///
    /// # Errors
    /// If a name is unknown, the axis is none, or the range cannot be measured; in words for the one who asked.
    pub(crate) fn check(question: &Question<'_>, catalogue: &dyn Catalogue, cores: u64) -> Result<Self, PlanError> {
        Self::checked(question, catalogue, cores).map_err(PlanError::Impossible)
    }

    fn checked(question: &Question<'_>, catalogue: &dyn Catalogue, cores: u64) -> Result<Self, String> {
        let Question { workload, axis, between, .. } = question;
        let workloads: Vec<&str> = catalogue.workloads().iter().map(|card| card.name).collect();
        if !workloads.contains(workload) {
            return Err(unknown("workload", workload, workloads));
        }
        let cards = two(between, catalogue)?;
        let mut group =
            PlannedGroup { workload: (*workload).to_owned(), runners: between.to_vec(), ..PlannedGroup::default() };
        let mut groups = vec![group];
        assign(&mut groups, question.params, catalogue)?;
        group = groups.swap_remove(0);
        let of = if *axis == WORKERS { AxisOf::Workers } else { AxisOf::Parameter };
        if question.params.iter().any(|param| param.name == *axis) {
            return Err(format!("`{axis}` is the axis, and --param sets it too: leave out one of them"));
        }
        let (range, baseline) = match of {
            AxisOf::Workers => (workers_range(question, &cards, cores)?, None),
            _ => parameter_range(question, &group, catalogue, &cards[0])?,
        };
        let is_one_of_two = |name: &String| between.contains(name);
        group.workers = question.workers.into_iter().collect();
        let title = format!("{} and {} by {axis}", between[0], between[1]);
        group.point = Some(Sweep { title, axis: (*axis).to_owned(), of, between: between.to_vec() });
        let baseline = baseline.filter(|name| !is_one_of_two(name));
        Ok(Self { range, of, name: (*axis).to_owned(), base: group, baseline })
    }

    /// Returns whether all places are cells of one group.
    pub(crate) fn is_of_cells(&self) -> bool {
        self.of == AxisOf::Workers
    }

    /// Returns the group that has these places: of a parameter just one, which has the baseline's cell if it is to tell what a task takes.
    pub(crate) fn group(&self, places: &[u64], has_baseline: bool) -> PlannedGroup {
        let mut group = self.base.clone();
        match self.of {
            AxisOf::Workers => group.workers = places.iter().map(|count| Workers::Number(*count)).collect(),
            _ => drop(group.params.insert(self.name.clone(), places.first().copied().unwrap_or(self.range.low).into())),
        }
        group.runners.extend(self.baseline.iter().filter(|_| has_baseline).cloned());
        group
    }
}

/// Returns the two runners.
fn two(between: &[String], catalogue: &dyn Catalogue) -> Result<[RunnerCard; 2], String> {
    let cards = catalogue.runners();
    let [first, second] = between else {
        return Err("--between takes two runners, for example sequential,rayon".to_owned());
    };
    if first == second {
        return Err(format!("`{first}` never overtakes itself: name two different runners"));
    }
    check_runners(between, &cards)?;
    let card = |name: &String| {
        let found = cards.iter().find(|card| card.name == *name).cloned();
        found.ok_or_else(|| match catalogue.missing(name) {
            Some(missing) => format!("`{name}` cannot run here: {missing}"),
            None => format!("`{name}` is a family: name one of its runners, for example {}", example(name, &cards)),
        })
    };
    Ok([card(first)?, card(second)?])
}

fn example(family: &str, cards: &[RunnerCard]) -> String {
    cards.iter().find(|card| card.family == family).map_or_else(|| "sequential".to_owned(), |card| card.name.clone())
}

/// Returns the range of workers.
fn workers_range(question: &Question<'_>, cards: &[RunnerCard; 2], cores: u64) -> Result<Range, String> {
    if cards.iter().all(|card| card.parallelism != Parallelism::Workers) {
        let [first, second] = cards.each_ref().map(|card| &card.name);
        return Err(format!(
            "neither `{first}` nor `{second}` has a number of workers: choose a parameter for the axis"
        ));
    }
    if question.workers.is_some() {
        return Err("the axis is the number of workers, and --workers sets it too: leave out one of them".to_owned());
    }
    Ok(question.range.unwrap_or(Range { low: 1, high: (cores * WORKERS_PER_CORE).max(2) }))
}

/// Returns the range of a parameter, and the baseline that tells what a task takes if the parameter is the size of a task.
fn parameter_range(
    question: &Question<'_>,
    group: &PlannedGroup,
    catalogue: &dyn Catalogue,
    card: &RunnerCard,
) -> Result<(Range, Option<String>), String> {
    let Question { workload, axis, .. } = question;
    let params = catalogue.resolve(workload, &Map::new())?.params;
    let Some(default) = params.get(*axis).and_then(Value::as_u64) else {
        let numbers = params.iter().filter(|(_, value)| value.is_number()).map(|(name, _)| name.as_str());
        let known: Vec<&str> = numbers.chain([WORKERS]).collect();
        let meant = suggestion(axis, known.iter().copied());
        return Err(format!("`{workload}` has no axis `{axis}`{meant}; there are `{}`", known.join("`, `")));
    };
    let tasks = |value: u64| {
        // What is relative to workers is of no account here.
        let mut params: Map<String, Value> =
            group.params.clone().into_iter().filter(|(_, value)| !value.is_string()).collect();
        params.insert((*axis).to_owned(), value.into());
        catalogue.resolve(workload, &params).map(|resolved| resolved.tasks)
    };
    let is_size = tasks(default.max(1))? == tasks(default.max(1) * 2)?;
    let usual = if is_size {
        Range { low: (default / DOWN).max(1), high: default.max(2) }
    } else {
        Range { low: 1, high: MANY.max(default * 2) }
    };
    let range = question.range.unwrap_or(usual);
    // A value that the workload refuses is refused before anything is measured, in its own words.
    tasks(range.low)?;
    tasks(range.high)?;
    Ok((range, is_size.then(|| card.baseline.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Course;

    fn checked(workload: &str, axis: &str, between: &[&str], range: Option<&str>) -> Result<Axis, String> {
        let between: Vec<String> = between.iter().map(|name| (*name).to_owned()).collect();
        let range = range.map(str::parse).transpose()?;
        let question = Question { workload, axis, between: &between, range, params: &[], workers: None };
        Axis::check(&question, &Course::standard(), 2).map_err(|error| error.to_string())
    }

    #[test]
    fn ranges_have_a_default_that_fits_the_axis() {
        let of = |workload, axis, between: &[&str]| checked(workload, axis, between, None).expect(axis);
        let grain = of("counting", "from", &["thread-pool", "rayon"]);
        assert_eq!(grain.range, Range { low: 500, high: 5_000_000 });
        assert_eq!(grain.group(&[7], true).runners, ["thread-pool", "rayon", "sequential"]);
        assert_eq!(grain.group(&[7], false).runners.len(), 2);
        let waits = of("sleep", "tasks", &["thread", "async"]);
        assert_eq!((waits.range, waits.baseline.as_deref()), (Range { low: 1, high: 1_000 }, None));
        let workers = of("primes", "workers", &["sequential", "rayon"]);
        assert_eq!(workers.range, Range { low: 1, high: 8 });
        assert_eq!(workers.group(&[1, 4], false).workers, [Workers::Number(1), Workers::Number(4)]);
        assert_eq!(
            checked("counting", "from", &["sequential", "rayon"], Some("1e3..1_0000")).expect("fits").range.high,
            10_000
        );
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_to_do() {
        let axes = "`counting` has no axis `form` (did you mean `from`?); there are `from`, `tasks`, `workers`";
        let cases = [
            ["countign", "from", "sequential,rayon", "1..9", "did you mean `counting`?"],
            ["counting", "form", "sequential,rayon", "1..9", axes],
            ["counting", "from", "sequential,rayn", "1..9", "did you mean `rayon`?"],
            ["counting", "from", "rayon,rayon", "1..9", "never overtakes itself"],
            ["counting", "from", "rayon", "1..9", "two runners"],
            [
                "counting",
                "from",
                "native,rayon",
                "1..9",
                "is a family: name one of its runners, for example sequential",
            ],
            [
                "primes",
                "workers",
                "sequential,thread",
                "1..9",
                "neither `sequential` nor `thread` has a number of workers",
            ],
            ["counting", "from", "sequential,rayon", "1e5..1e3", "below the second"],
            ["counting", "from", "sequential,rayon", "0..10", "at least 1"],
            ["counting", "from", "sequential,rayon", "many", "a range of whole numbers"],
        ];
        for [workload, axis, between, range, words] in cases {
            let between: Vec<&str> = between.split(',').collect();
            let message = checked(workload, axis, &between, Some(range)).expect_err(words);
            assert!(message.contains(words), "{message}");
        }
    }
}
