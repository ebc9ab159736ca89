//! A group that is ready to be carried out: parameters filled in, tasks counted, the right answer known, a cell for each runner.

use std::collections::BTreeMap;
use std::time::Duration;

use regatta_reports::record::{CellId, Group, Parameters, arms};
use regatta_workloads::{Burn, Workload};
use serde_json::Map;

use crate::catalogue::{Catalogue, Resolved, RunnerCard};
use crate::plan::{Plan, PlanError, PlannedGroup, Workers, check_runners, selects, unknown};

/// Which runner carries out the reference burn.
const REFERENCE_RUNNER: &str = "sequential";
/// Steps of the reference burn: about 10 ms on a machine of 2025; tests of debug builds have no use for as many.
const REFERENCE_STEPS: u64 = if cfg!(debug_assertions) { 100_000 } else { 8_000_000 };

/// A group that is ready to be carried out.
#[derive(Debug, Clone)]
pub struct ReadyGroup {
    /// As it stands in the records.
    pub group: Group,
    /// The options of each cell's runner, in the order of the group's cells.
    pub options: Vec<Parameters>,
    /// The workload.
    pub resolved: Resolved,
    /// The reference burn, if the group has one: its arm carries out this instead of the workload.
    pub reference: Option<Reference>,
    /// The cells whose precision decides when the group is done, each with the cell that it is compared with, by their places.
    pub baselines: Vec<(usize, Option<usize>)>,
}

/// A fixed piece of work that shows how fast the machine is.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Name of its workload.
    pub workload: String,
    /// The workload.
    pub resolved: Resolved,
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
            let (longest, timeout) = (humantime::format_duration(longest), humantime::format_duration(self.timeout));
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
        let resolved = catalogue.resolve(&planned.workload, &planned.params).map_err(PlanError::Impossible)?;
        let runners = catalogue.runners();
        let named = planned.runners.iter().chain(planned.skip.keys());
        check_runners(named.chain(planned.variants.iter().map(|variant| &variant.runner)), &runners)?;
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
        let mut group = Group {
            workload: planned.workload.clone(),
            params: resolved.params.clone(),
            tasks: resolved.tasks,
            wait_ns: nanoseconds(resolved.wait),
            hot_ns: nanoseconds(planned.hot.unwrap_or(self.hot)),
            cells: Vec::new(),
            skipped: BTreeMap::new(),
        };
        let mut options = Vec::new();
        for card in runners.iter().filter(|card| selects(&planned.runners, card)) {
            if let Some(reason) = planned.skip.get(&card.name).or(card.unavailable.as_ref()) {
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
                if !group.cells.contains(&cell) {
                    group.cells.push(cell);
                    options.push(variant.clone());
                }
            }
        }
        // The A/A arm: a second copy of the baseline in every round shows how much identical cells differ.
        let is_baseline =
            |cell: &&CellId| cell.options.is_empty() && runners.iter().any(|card| card.baseline == cell.runner);
        if let Some(baseline) = group.cells.iter().find(is_baseline).filter(|_| self.noise_arm && group.cells.len() > 1)
        {
            group.cells.push(CellId { arm: arms::AA.to_owned(), ..baseline.clone() });
            options.push(Parameters::new());
        }
        let baselines = baselines(&group.cells, &runners);
        let reference = self.reference.then(|| reference(catalogue)).flatten().filter(|_| !group.cells.is_empty());
        if reference.is_some() {
            let (runner, arm) = (REFERENCE_RUNNER.to_owned(), arms::REFERENCE.to_owned());
            group.cells.push(CellId { runner, workers: 1, arm, ..CellId::default() });
            options.push(Parameters::new());
        }
        Ok(ReadyGroup { group, options, resolved, reference, baselines })
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// What each cell is compared with: the narrowest default cell of its baseline runner. A baseline has no ratio of its own.
fn baselines(cells: &[CellId], runners: &[RunnerCard]) -> Vec<(usize, Option<usize>)> {
    let baseline_of = |cell: &CellId| {
        let name = &runners.iter().find(|card| card.name == cell.runner)?.baseline;
        let are_default = cells.iter().enumerate().filter(|(_, cell)| cell.arm.is_empty() && cell.options.is_empty());
        let places = are_default.filter(|(_, cell)| cell.runner == *name);
        places.min_by_key(|(_, cell)| cell.workers).map(|(place, _)| place)
    };
    let all = cells.iter().enumerate().map(|(place, cell)| (place, baseline_of(cell)));
    all.filter(|(place, baseline)| *baseline != Some(*place)).collect()
}

/// The reference burn; none if the catalogue lacks what carries it out.
fn reference(catalogue: &dyn Catalogue) -> Option<Reference> {
    let params = Map::from_iter([("steps".to_owned(), REFERENCE_STEPS.into()), ("tasks".to_owned(), 1.into())]);
    catalogue.runners().iter().find(|card| card.name == REFERENCE_RUNNER && card.unavailable.is_none())?;
    Some(Reference { workload: Burn::NAME.to_owned(), resolved: catalogue.resolve(Burn::NAME, &params).ok()? })
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
                ("sequential", 1, "")
            ]
        );
        let arms: Vec<_> = ready[0].group.cells.iter().rev().take(3).map(|cell| &*cell.arm).collect();
        assert_eq!(arms, [arms::REFERENCE, arms::AA, ""]);
        let burn = ready[0].reference.as_ref().map(|reference| (&*reference.workload, reference.resolved.tasks));
        assert_eq!(burn, Some(("reference-burn", 1)), "no workload of a list, so that no build changes it");
        assert!(Course::standard().workloads().iter().all(|card| card.name != Burn::NAME), "and none lists it");
    }
}
