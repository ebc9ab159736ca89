//! A group that is ready to be carried out: parameters filled in, tasks counted, the right answer known, a cell for each runner.

use std::collections::BTreeMap;
use std::time::Duration;

use regatta_reports::record::{CellId, Group, Parameters, arms};
use regatta_reports::records::baseline_place;
use regatta_runners::Parallelism;
use regatta_workloads::{Burn, Workload};
use serde_json::{Map, Value};

use crate::catalogue::{Catalogue, Resolved, RunnerCard, check_runners, selects, unknown};
use crate::durations;
use crate::plan::{Plan, PlanError, PlannedGroup, Variant, Workers};
use crate::protocol::{Start, VERSION};
use crate::scale;

/// Which runner carries out the reference burn.
const REFERENCE_RUNNER: &str = "sequential";
/// Steps of the reference burn: about 10 ms on a machine of 2025; tests of debug builds have no use for as many.
const REFERENCE_STEPS: u64 = if cfg!(debug_assertions) { 100_000 } else { 8_000_000 };

/// About what it takes to start a cell, at least.
const START: Duration = Duration::from_millis(3);

/// A group that is ready to be carried out.
#[derive(Debug, Clone)]
pub struct ReadyGroup {
    /// As it stands in the records.
    pub group: Group,
    /// The cells, in the order of the record.
    pub cells: Vec<ReadyCell>,
    /// The workload.
    pub resolved: Resolved,
    /// The reference burn, if the group has one: its arm carries out this instead of the workload.
    pub reference: Option<Reference>,
    /// The workload with a single task, as large as for one worker, if its tasks only compute.
    pub alone: Option<Resolved>,
}

/// A cell that is ready to be started.
#[derive(Debug, Clone)]
pub struct ReadyCell {
    /// As it stands in the records.
    pub id: CellId,
    /// The options of its runner.
    pub options: Parameters,
    /// Whose precision counts when the group is asked whether it is known well enough.
    pub precision: Precise,
}

/// By which figure of a cell the precision of its group is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precise {
    /// By none: others are compared with it.
    Nothing,
    /// By its wall time: it is compared with no other.
    Wall,
    /// By its speed-up over the cell at this place of the group.
    SpeedUp(usize),
}

/// A fixed piece of work that shows how fast the machine is.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Name of its workload.
    pub workload: String,
    /// The workload.
    pub resolved: Resolved,
}

impl ReadyGroup {
    /// Makes the record name the cells that there are.
    pub(crate) fn write_down_cells(&mut self) {
        self.group.cells = self.cells.iter().map(|cell| cell.id.clone()).collect();
    }
}

impl Plan {
    /// Resolves every group: parameters, tasks, the right answer, cells.
    ///
    /// # Errors
    /// If a name is unknown, a parameter does not fit, a number of workers is 0, or no cell is left.
    pub(crate) fn ready(&self, catalogue: &dyn Catalogue, cores: u64) -> Result<Vec<ReadyGroup>, PlanError> {
        let ready: Vec<_> =
            self.groups.iter().map(|group| self.ready_group(group, catalogue, cores)).collect::<Result<_, _>>()?;
        let ready: Vec<_> = ready
            .into_iter()
            .filter(|ready| !ready.group.cells.is_empty() || !ready.group.skipped.is_empty())
            .collect();
        let longest = self.groups.iter().filter_map(|group| group.hot).chain([self.hot]).max().unwrap_or_default();
        if longest > self.timeout {
            let (longest, timeout) = (durations::format(longest), durations::format(self.timeout));
            return Err(PlanError::Impossible(format!(
                "`hot` of {longest} is longer than a cell may take to answer ({timeout}): some 30ms are enough to wake workers up"
            )));
        }
        for (place, ReadyGroup { group, .. }) in ready.iter().enumerate() {
            let is_other = |other: &Group| other.workload == group.workload && other.params == group.params;
            let same_work = ready[..place].iter().find(|other| is_other(&other.group));
            if same_work.is_some_and(|other| other.group.hot_ns != group.hot_ns) {
                return Err(PlanError::Impossible(format!(
                    "two groups of `{}` have the same parameters and different `hot`: their records could not be told apart",
                    group.workload
                )));
            }
        }
        if ready.iter().all(|group| group.group.cells.is_empty()) {
            return Err(PlanError::Impossible(
                "nothing is left to run: the workloads and runners asked for leave no cell".to_owned(),
            ));
        }
        Ok(ready)
    }

    fn ready_group(
        &self,
        planned: &PlannedGroup,
        catalogue: &dyn Catalogue,
        cores: u64,
    ) -> Result<ReadyGroup, PlanError> {
        let names: Vec<_> = catalogue.workloads().iter().map(|card| card.name).collect();
        if !names.contains(&planned.workload.as_str()) {
            return Err(PlanError::Impossible(unknown("workload", &planned.workload, names)));
        }
        let runners = catalogue.runners();
        let named = planned.runners.iter().chain(planned.skip.keys());
        let named = named.chain(planned.variants.iter().map(|variant| &variant.runner));
        check_runners(named, &runners).map_err(PlanError::Impossible)?;
        check_variants(planned, &runners)?;
        let counts = if planned.workers.is_empty() { &self.workers } else { &planned.workers };
        let counts: Vec<u64> = counts
            .iter()
            .map(|count| match count {
                Workers::Number(number) => *number,
                Workers::Cores => cores,
            })
            .collect();
        if counts.contains(&0) {
            return Err(PlanError::Impossible(
                "0 workers can do no work: the number of workers must be at least 1".to_owned(),
            ));
        }
        let resolved = resolve(planned, catalogue, counts.iter().copied().max().unwrap_or(1))?;
        let mut group = Group {
            workload: planned.workload.clone(),
            params: resolved.params.clone(),
            tasks: resolved.tasks,
            wait_ns: nanoseconds(resolved.wait),
            hot_ns: nanoseconds(planned.hot.unwrap_or(self.hot)),
            cells: Vec::new(),
            skipped: BTreeMap::new(),
        };
        let mut cells: Vec<ReadyCell> = Vec::new();
        for card in runners.iter().filter(|card| selects(&planned.runners, card)) {
            if let Some(reason) = planned.skip.get(&card.name) {
                group.skipped.insert(card.name.clone(), reason.clone());
                continue;
            }
            let variants = planned.variants.iter().filter(|variant| variant.runner == card.name);
            let variants: Vec<_> =
                std::iter::once(Parameters::new()).chain(variants.map(|variant| variant.options.clone())).collect();
            for (&count, variant) in
                counts.iter().flat_map(|count| variants.iter().map(move |variant| (count, variant)))
            {
                let workers = card.parallelism.workers(count, resolved.tasks);
                let pairs: Vec<_> = variant.iter().map(|(name, value)| format!("{name}={value}")).collect();
                let cell = CellId { runner: card.name.clone(), options: pairs.join(","), workers, ..CellId::default() };
                if cells.iter().all(|other| other.id != cell) {
                    cells.push(ReadyCell { id: cell, options: variant.clone(), precision: Precise::Wall });
                }
            }
        }
        let copied = if self.noise_arm { copied(&cells, &runners) } else { Vec::new() };
        for place in copied {
            let mut copy = cells[place].clone();
            arms::AA.clone_into(&mut copy.id.arm);
            cells.push(copy);
        }
        compare(&mut cells, &runners);
        let alone = if resolved.only_computes { alone(planned, catalogue) } else { None };
        let reference = self.reference.then(|| reference(catalogue)).flatten().filter(|_| !cells.is_empty());
        if reference.is_some() {
            let (runner, arm) = (REFERENCE_RUNNER.to_owned(), arms::REFERENCE.to_owned());
            let id = CellId { runner, workers: 1, arm, ..CellId::default() };
            cells.push(ReadyCell { id, options: Parameters::new(), precision: Precise::Nothing });
        }
        let mut ready = ReadyGroup { group, cells, resolved, reference, alone };
        ready.write_down_cells();
        Ok(ready)
    }
}

impl Plan {
    /// Returns a time that the least rounds of the groups take at any rate: starts, waits and warming up. What computing takes is not
    /// known before it is measured.
    pub(crate) fn least_time(&self, groups: &[ReadyGroup]) -> Duration {
        let least = self.least_rounds.min(self.rounds);
        let group = |ReadyGroup { group, .. }: &ReadyGroup| {
            let cells = group.cells.iter().filter(|cell| cell.arm != arms::REFERENCE).count();
            let cells = u32::try_from(cells).unwrap_or(u32::MAX);
            let (wait, hot) = (Duration::from_nanos(group.wait_ns), Duration::from_nanos(group.hot_ns));
            // No cell waits for less than its longest wait, nor is hot in less time than it should be.
            let rounds = (wait + hot).saturating_mul(least) + wait.saturating_mul(self.processes);
            (rounds + START.saturating_mul(self.processes)).saturating_mul(cells)
        };
        groups.iter().map(group).sum()
    }
}

/// Returns the workload of a group, with the numbers that its parameters are for so many workers.
fn resolve(planned: &PlannedGroup, catalogue: &dyn Catalogue, workers: u64) -> Result<Resolved, PlanError> {
    let name = &planned.workload;
    let impossible = |message| PlanError::Impossible(format!("workload `{name}`: {message}"));
    let params = scale::resolve(&planned.params, workers).map_err(impossible)?;
    let resolved = catalogue.resolve(name, &params).map_err(PlanError::Impossible)?;
    if resolved.tasks > 0 {
        return Ok(resolved);
    }
    let zeros = resolved.params.iter().filter(|(_, value)| value.as_u64() == Some(0)).map(|(name, _)| name);
    // Of the parameters that are 0 those that leave no task.
    let culprits: Vec<_> = zeros
        .filter(|zero| {
            let mut params = params.clone();
            params.insert((*zero).clone(), 1.into());
            catalogue.resolve(name, &params).is_ok_and(|resolved| resolved.tasks > 0)
        })
        .map(|culprit| format!("`{culprit}`"))
        .collect();
    Err(impossible(if culprits.is_empty() {
        "its parameters leave no task to do".to_owned()
    } else {
        format!("with {} = 0 there is no task to do; it must be at least 1", culprits.join(" and "))
    }))
}

/// How much of a worker's work a task alone is, at least, where parameters are relative to workers: a task of its own may be too short.
const SHARE_ALONE: u64 = 8;

/// Returns the workload of a group with a single task; none if no parameter sets the number of tasks.
///
/// A parameter that grows with the workers is taken for a part of one worker, so that the task is about as large on every machine.
fn alone(planned: &PlannedGroup, catalogue: &dyn Catalogue) -> Option<Resolved> {
    let resolve = |params: &Map<String, Value>| catalogue.resolve(&planned.workload, params).ok();
    let mut params = scale::resolve(&planned.params, 1).ok()?;
    let resolved = resolve(&params)?;
    if resolved.tasks == 1 {
        return Some(resolved);
    }
    let single = |name: &String| {
        let mut params = params.clone();
        params.insert(name.clone(), 1.into());
        resolve(&params).is_some_and(|resolved| resolved.tasks == 1)
    };
    let numbers = resolved.params.iter().filter(|(_, value)| value.as_u64().is_some_and(|number| number > 1));
    let (tasks, _) = numbers.into_iter().find(|(name, _)| single(name))?;
    for (name, value) in params.iter_mut().filter(|(name, value)| planned.params.get(*name) != Some(*value)) {
        *value = (resolved.params.get(name)?.as_u64()? / resolved.tasks.min(SHARE_ALONE)).max(1).into();
    }
    params.insert(tasks.clone(), 1.into());
    resolve(&params)
}

/// Refuses variants of runners that the group does not have, and options that the runner does not have.
fn check_variants(planned: &PlannedGroup, runners: &[RunnerCard]) -> Result<(), PlanError> {
    for Variant { runner, options } in &planned.variants {
        let impossible = |why: String| Err(PlanError::Impossible(format!("variant of `{runner}`: {why}")));
        let Some(card) = runners.iter().find(|card| card.name == *runner) else { continue };
        if !selects(&planned.runners, card) {
            return impossible(format!("the group of `{}` does not have this runner", planned.workload));
        }
        if let Some(name) = options.keys().find(|name| !card.options.contains(&name.as_str())) {
            let known: Vec<_> = card.options.iter().map(|option| format!("`{option}`")).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return impossible(format!("there is no option `{name}`; it has {known}"));
        }
    }
    Ok(())
}

/// Returns the places of the cells that get a second copy, by which identical cells show how far they differ: of each family its
/// baseline, or its first cell where the baseline is in no cell, and the widest cell of its first runner with several workers.
///
/// A cell alone is compared with nothing, so it has no copy.
fn copied(cells: &[ReadyCell], runners: &[RunnerCard]) -> Vec<usize> {
    let card = |cell: &CellId| runners.iter().find(|card| card.name == cell.runner);
    let plain: Vec<(usize, &CellId, &RunnerCard)> = cells
        .iter()
        .map(|cell| &cell.id)
        .enumerate()
        .filter(|(_, cell)| cell.arm.is_empty() && cell.options.is_empty())
        .filter_map(|(place, cell)| Some((place, cell, card(cell)?)))
        .collect();
    let mut families: Vec<&str> = plain.iter().map(|(.., card)| &*card.family).collect();
    families.dedup();
    let mut copied = Vec::new();
    for family in families.iter().filter(|_| cells.len() > 1) {
        let of_family = || plain.iter().filter(|(.., card)| card.family == *family);
        let Some(&(first, _, card)) = of_family().next() else { continue };
        let baselines = plain.iter().filter(|(_, cell, _)| cell.runner == card.baseline);
        copied.push(baselines.min_by_key(|(_, cell, _)| cell.workers).map_or(first, |(place, ..)| *place));
        let with =
            |parallelism| of_family().find(move |(_, cell, card)| card.parallelism == parallelism && cell.workers > 1);
        if let Some((_, cell, _)) = with(Parallelism::Workers).or_else(|| with(Parallelism::PerTask)) {
            let of_runner = of_family().filter(|(_, other, _)| other.runner == cell.runner);
            copied.extend(of_runner.max_by_key(|(_, other, _)| other.workers).map(|(place, ..)| *place));
        }
    }
    copied.sort_unstable();
    copied.dedup();
    copied
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Notes what each cell is compared with: the narrowest default cell of its baseline runner. A baseline has no ratio of its own.
fn compare(cells: &mut [ReadyCell], runners: &[RunnerCard]) {
    let ids: Vec<CellId> = cells.iter().map(|cell| cell.id.clone()).collect();
    let baseline_of = |id: &CellId| {
        let card = runners.iter().find(|card| card.name == id.runner)?;
        baseline_place(&card.baseline, &ids)
    };
    let found: Vec<_> = cells.iter().map(|cell| baseline_of(&cell.id)).collect();
    for (place, (cell, baseline)) in cells.iter_mut().zip(found).enumerate() {
        cell.precision = match baseline {
            None => Precise::Wall,
            Some(baseline) if baseline == place => Precise::Nothing,
            Some(baseline) => Precise::SpeedUp(baseline),
        };
    }
}

/// Returns the reference burn; none if the catalogue lacks what carries it out.
pub(crate) fn reference(catalogue: &dyn Catalogue) -> Option<Reference> {
    let params = Map::from_iter([("steps".to_owned(), REFERENCE_STEPS.into()), ("tasks".to_owned(), 1.into())]);
    catalogue.runners().iter().find(|card| card.name == REFERENCE_RUNNER)?;
    Some(Reference { workload: Burn::NAME.to_owned(), resolved: catalogue.resolve(Burn::NAME, &params).ok()? })
}

impl Reference {
    /// Returns what a cell that carries it out is told to be.
    pub(crate) fn start(&self) -> Start {
        Start {
            protocol: VERSION,
            workload: self.workload.clone(),
            params: self.resolved.params.clone(),
            runner: REFERENCE_RUNNER.to_owned(),
            workers: 1,
            options: Parameters::new(),
            server: None,
            profile_log: None,
            arm: arms::REFERENCE.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Course;

    #[test]
    fn families_and_variants_become_cells() {
        let text = "rounds = 1\nworkers = [1, 2]\n[[group]]\nworkload = 'counting'\nrunners = ['gil', 'sequential']\n\
                    [[group.variant]]\nrunner = 'gil-thread-pool'\noptions = { switch_interval_us = 100 }\n";
        let ready = Plan::parse("test", text).and_then(|plan| plan.ready(&Course::standard(), 2)).expect("a plan");
        let cells: Vec<_> =
            ready[0].group.cells.iter().map(|cell| (&*cell.runner, cell.workers, &*cell.options)).collect();
        let varied = "switch_interval_us=100";
        assert_eq!(
            cells,
            [
                ("sequential", 1, ""),
                ("gil-thread", 32, ""),
                ("gil-thread-pool", 1, ""),
                ("gil-thread-pool", 1, varied),
                ("gil-thread-pool", 2, ""),
                ("gil-thread-pool", 2, varied),
                ("sequential", 1, ""),
                ("gil-thread-pool", 2, ""),
                ("sequential", 1, "")
            ]
        );
        let arms: Vec<_> = ready[0].group.cells.iter().rev().take(4).map(|cell| &*cell.arm).collect();
        assert_eq!(arms, [arms::REFERENCE, arms::AA, arms::AA, ""]);
        let burn = ready[0].reference.as_ref().map(|reference| (&*reference.workload, reference.resolved.tasks));
        assert_eq!(burn, Some(("reference-burn", 1)), "no workload of a list, so that no build changes it");
        assert!(Course::standard().workloads().iter().all(|card| card.name != Burn::NAME), "and none lists it");
    }
    fn copies(group: &str) -> Vec<String> {
        let text = format!("rounds = 1\nreference = false\nworkers = [1, 2]\n[[group]]\nworkload = 'sleep'\n{group}");
        let ready = Plan::parse("test", &text).and_then(|plan| plan.ready(&Course::standard(), 2)).expect("a plan");
        let copies = ready[0].group.cells.iter().filter(|cell| cell.arm == arms::AA);
        copies.map(|cell| format!("{} {}", cell.runner, cell.workers)).collect()
    }

    #[test]
    fn each_family_has_copies_of_its_baseline_and_of_a_parallel_cell() {
        assert_eq!(copies("runners = ['native', 'gil']"), ["sequential 1", "process-pool 2", "gil-thread-pool 2"]);
        assert_eq!(
            copies("runners = ['thread', 'gil-thread']"),
            ["thread 20", "gil-thread 20"],
            "no baseline, no pool"
        );
        assert_eq!(copies("runners = ['async-single', 'thread', 'green']"), ["thread 20", "green 2"]);
        assert_eq!(copies("runners = ['async-single', 'sequential']"), ["sequential 1"]);
        assert_eq!(copies("runners = ['sequential']"), [""; 0], "a cell alone is compared with nothing");
    }

    fn refused(group: &str) -> String {
        let text = format!("rounds = 1\n[[group]]\n{group}");
        let ready = Plan::parse("test", &text).and_then(|plan| plan.ready(&Course::standard(), 2));
        ready.expect_err(group).to_string()
    }

    #[test]
    fn work_without_a_task_is_refused_by_the_parameter() {
        for (workload, culprit) in
            [("primes", "tasks"), ("counting", "tasks"), ("empty", "tasks"), ("echo", "connections")]
        {
            let message = refused(&format!("workload = '{workload}'\nparams = {{ {culprit} = 0 }}"));
            assert!(message.contains(&format!("`{workload}`: with `{culprit}` = 0 there is no task")), "{message}");
        }
        for (workload, culprit) in [
            ("primes", "length"),
            ("counting", "from"),
            ("sleep", "wait_us"),
            ("block", "wait_us"),
            ("echo", "round_trips"),
            ("convoy", "round_trips"),
        ] {
            let message = refused(&format!("workload = '{workload}'\nparams = {{ {culprit} = 0 }}"));
            assert!(message.contains(&format!("`{workload}`: `{culprit}` must be at least 1")), "{message}");
        }
    }

    #[test]
    fn options_that_a_runner_does_not_have_are_refused() {
        let variant = |runner: &str, option: &str| {
            refused(&format!(
                "workload = 'empty'\nrunners = ['native', 'gil-thread']\n[[group.variant]]\nrunner = '{runner}'\noptions = {{ {option} = 1 }}\n"
            ))
        };
        assert_eq!(variant("rayon", "stack"), "variant of `rayon`: there is no option `stack`; it has none");
        assert!(variant("gil-thread", "interval").ends_with("no option `interval`; it has `switch_interval_us`"));
        assert!(
            variant("gil-thread-pool", "switch_interval_us").contains("the group of `empty` does not have this runner")
        );
    }

    /// Returns the groups of a built-in plan with their work on a machine with so many cores.
    fn work(plan: &str, cores: u64) -> Vec<(PlannedGroup, Resolved)> {
        let groups = Plan::load(plan).expect(plan).groups.into_iter();
        groups
            .map(|group| {
                let resolved = resolve(&group, &Course::standard(), cores).expect(plan);
                (group, resolved)
            })
            .collect()
    }

    #[test]
    fn work_grows_with_the_machine() {
        for plan in ["quick", "default"] {
            let two = work(plan, 2);
            for cores in [1, 24, 64] {
                for ((group, work), (_, two)) in work(plan, cores).iter().zip(&two) {
                    let of = |work: &Resolved, name: &str| work.params.get(name).and_then(Value::as_u64);
                    let what = format!("{plan}, {cores} cores, {}", group.title());
                    if ["primes", "counting", "switch"].contains(&&*group.workload) {
                        assert_eq!(work.tasks * 2, two.tasks * cores, "{what}");
                        assert_eq!(of(work, "length").map(|n| n * 2), of(two, "length").map(|n| n * cores), "{what}");
                        assert_eq!(of(work, "from"), of(two, "from"), "{what}");
                    }
                    let pools = ["native", "gil", "cpython", "thread-pool", "process-pool", "rayon"];
                    let has_pool =
                        group.runners.is_empty() || group.runners.iter().any(|name| pools.contains(&&**name));
                    // Of coroutines all wait at once, but where they block there are as many as there are threads.
                    let has_pool =
                        has_pool || (group.workload == "block" && group.runners.iter().any(|name| name == "green"));
                    let batches = work.tasks / cores;
                    assert!(!has_pool || batches >= 2, "two full batches: {what}");
                    assert!(group.workload != "echo" || work.tasks >= 8, "{what}");
                }
            }
        }
        let default = work("default", 2);
        let tasks = |workload: &str| -> Vec<u64> {
            default.iter().filter(|(group, _)| group.workload == workload).map(|(_, work)| work.tasks).collect()
        };
        assert_eq!((tasks("primes"), tasks("counting"), tasks("switch")), (vec![16, 8], vec![32, 8], vec![16; 3]));
        assert_eq!((tasks("empty"), tasks("sleep")), (vec![1_000, 500, 50], vec![100, 8, 2_000]));
        assert_eq!((tasks("echo"), tasks("block")), (vec![8], vec![10]));
    }
    #[test]
    fn a_task_alone_is_as_large_on_every_machine() {
        let alone = |text: &str| {
            let plan = Plan::parse("test", &format!("rounds = 1\n[[group]]\n{text}")).expect("a plan");
            let alone = plan.ready(&Course::standard(), 64).expect("ready").remove(0).alone?;
            Some((alone.tasks, alone.params.get("length").or(alone.params.get("from"))?.as_u64()?))
        };
        let primes = "workload = 'primes'\nparams = { length = '800 per worker', tasks = '16 per worker' }";
        assert_eq!(alone(primes), Some((1, 100)));
        assert_eq!(alone("workload = 'primes'\nparams = { length = 500, tasks = 2 }"), Some((1, 500)));
        assert_eq!(alone("workload = 'counting'\nparams = { from = 77, tasks = '2 per worker' }"), Some((1, 77)));
        assert_eq!(alone("workload = 'primes'\nparams = { preset = 'known-13' }"), None, "nothing sets its tasks");
        assert_eq!(alone("workload = 'switch'"), None, "what a switch costs differs by nature");
        assert_eq!(alone("workload = 'sleep'"), None);
    }
}
