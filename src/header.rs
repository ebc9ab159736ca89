//! The first record of a run: what is to be measured, by which program, on which machine.

use std::collections::BTreeMap;

use jiff::Timestamp;
use regatta_reports::record::{self, RunnerInfo, SCHEMA, WorkloadInfo};
use regatta_workloads::{Burn, Workloads};

use crate::catalogue::{Catalogue, RunnerCard};
use crate::environment;
use crate::plan::Plan;
use crate::trial::Faults;

/// Returns the first record of a run.
pub(crate) fn header(
    started: Timestamp,
    seed: u64,
    plan: &Plan,
    groups: Vec<record::Group>,
    machine: record::Machine,
    catalogue: &dyn Catalogue,
) -> record::Run {
    let uses = |name: &str| groups.iter().any(|group| group.workload == name);
    let of_trials = Faults::cards().into_iter().filter(|_| plan.trials.is_some());
    let workloads = catalogue.workloads().into_iter().filter(|card| uses(card.name)).chain(of_trials);
    let has = |name: &str| {
        let named = |group: &record::Group| {
            group.skipped.contains_key(name) || group.cells.iter().any(|cell| cell.runner == name)
        };
        groups.iter().any(named)
    };
    let is_tried = |card: &RunnerCard| plan.trials.as_ref().is_some_and(|trials| trials.has(card));
    let runners = catalogue.runners().into_iter().filter(|card| has(&card.name) || is_tried(card));
    record::Run {
        schema: SCHEMA,
        id: format!("{}-{:08x}", started.strftime("%Y%m%dT%H%M%S"), seed as u32),
        started: started.to_string(),
        seed,
        driver: "regatta".to_owned(),
        program: environment::program(),
        machine,
        workloads: workloads
            .map(|card| {
                let [kind, about, holds] = [card.kind, card.about, card.holds].map(str::to_owned);
                let info = WorkloadInfo { kind, about, holds };
                (card.name.to_owned(), info)
            })
            .collect::<BTreeMap<_, _>>(),
        runners: runners
            .map(|card| {
                let info = RunnerInfo {
                    family: card.family,
                    model: card.model,
                    gil: Some(card.gil),
                    about: card.about,
                    baseline: card.baseline,
                    parallelism: card.parallelism.name().to_owned(),
                    version: card.version,
                };
                (card.name, info)
            })
            .collect(),
        plan: record::Plan {
            name: plan.name.clone(),
            budget_s: plan.budget.map(|budget| budget.as_secs_f64()),
            target: Some(plan.target).filter(|target| plan.budget.is_some() && *target > 0.0),
            rounds: plan.rounds,
            processes: plan.processes,
            groups,
        },
        overhead: None,
        reference: Burn::MADE_OF.to_owned(),
        builds: BTreeMap::new(),
        left_out: plan.left_out.clone(),
    }
}
