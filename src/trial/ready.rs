//! The trials of a plan, ready to be carried out: one a fault and runner.

use std::time::Duration;

use regatta_reports::record::{CellId, Parameters, TrialRecord};
use regatta_workloads::{Fault, FaultKind, Outside, Workload};
use serde_json::{Map, Value};

use super::ledger::MOST_TASKS;
use crate::catalogue::{Catalogue, check_runners};
use crate::plan::{Plan, PlanError, PlannedTrials, Workers};

/// A fault under a runner.
#[derive(Debug, Clone)]
pub(crate) struct ReadyTrial {
    pub(crate) workload: &'static str,
    /// All parameters, defaults filled in.
    pub(crate) params: Parameters,
    pub(crate) cell: CellId,
    pub(crate) fault: FaultKind,
    pub(crate) tasks: u64,
    pub(crate) victim: u64,
    /// Time without any news after which an attempt is given up.
    pub(crate) patience: Duration,
}

impl ReadyTrial {
    /// Returns the record of a trial of which nothing is known yet.
    pub(crate) fn record(&self, round: u32) -> TrialRecord {
        TrialRecord {
            workload: self.workload.to_owned(),
            params: self.params.clone(),
            cell: self.cell.clone(),
            round,
            fault: self.fault.name().to_owned(),
            victim: self.victim,
            patience_ns: u64::try_from(self.patience.as_nanos()).unwrap_or(u64::MAX),
            ..TrialRecord::default()
        }
    }

    /// Returns whether the task is cancelled.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.fault.from_outside() == Some(Outside::Cancels)
    }
}

impl Plan {
    /// Returns the trials that the plan asks for, those of a fault one after the other.
    ///
    /// # Errors
    /// If a name is unknown, a parameter does not fit, or a number of workers is 0.
    pub(crate) fn ready_trials(&self, catalogue: &dyn Catalogue, cores: u64) -> Result<Vec<ReadyTrial>, PlanError> {
        let Some(planned) = &self.trials else { return Ok(Vec::new()) };
        let runners = catalogue.runners();
        check_runners(&planned.runners, &runners).map_err(PlanError::Impossible)?;
        let workers = match planned.workers {
            Workers::Number(0) => return Err(PlanError::Impossible("0 workers can do no work".to_owned())),
            Workers::Number(number) => number,
            Workers::Cores => cores,
        };
        let mut ready = Vec::new();
        for fault in &planned.faults {
            let (workload, params) = workload(planned, *fault)?;
            let chosen = runners.iter().filter(|card| planned.has(card));
            ready.extend(chosen.map(|card| ReadyTrial {
                workload: Fault::NAME,
                params: params.clone(),
                cell: CellId {
                    runner: card.name.clone(),
                    workers: card.parallelism.workers(workers, workload.tasks),
                    ..CellId::default()
                },
                fault: *fault,
                tasks: workload.tasks,
                victim: workload.victim,
                patience: planned.patience,
            }));
        }
        Ok(ready)
    }
}

/// Returns the workload of a fault, with all its parameters.
fn workload(planned: &PlannedTrials, fault: FaultKind) -> Result<(Fault, Parameters), PlanError> {
    let impossible = |why: String| PlanError::Impossible(format!("trials of `{}`: {why}", fault.name()));
    let mut params: Map<String, Value> = planned.params.clone();
    params.insert("fault".to_owned(), fault.name().into());
    let workload: Fault =
        serde_json::from_value(Value::Object(params)).map_err(|error| impossible(error.to_string()))?;
    workload.validate().map_err(impossible)?;
    if workload.tasks > MOST_TASKS {
        return Err(impossible(format!("it has {} tasks, and a trial has {MOST_TASKS} at most", workload.tasks)));
    }
    let params = match serde_json::to_value(&workload) {
        Ok(Value::Object(params)) => params.into_iter().collect(),
        _ => Parameters::default(),
    };
    Ok((workload, params))
}
