//! Statistics of trials, in which one task of many comes to grief.

use super::claim::{Condition, Constraint, FAULT};
use super::judgement::{Evidence, Judgement};
use super::selection::{Missing, Scope};
use super::trial_figures::figure;
use super::unit::Unit;
use crate::figures::trials::{FaultTrials, TrialCell};
use crate::judgement::losses::Loss;
use crate::text::units;

/// Judges a condition by the trials of a model.
pub fn judge(condition: &Condition, model: &str, scope: Scope) -> Result<Judgement, Missing> {
    let name = condition.figure.as_deref().unwrap_or_default();
    let wanted = condition.of.params.get(FAULT).map(Constraint::words).unwrap_or_default();
    let Some((fault, cell)) = find(condition, model, scope) else {
        return Err(Missing::NotRun(format!("the run has no trial of {model} with fault {wanted}")));
    };
    let tried = cell.trials.iter().filter(|trial| trial.not_run.is_none());
    let figures: Vec<f64> = figure(name).map(|figure| tried.filter_map(figure).collect()).unwrap_or_default();
    let what = format!("{} with fault {}", cell.cell.runner, fault.fault);
    if figures.is_empty() {
        let reason = cell.trials.iter().find(|trial| trial.not_run.is_some()).map(|trial| trial.message.as_str());
        let reason = reason.unwrap_or("the figure does not apply to it");
        return Err(Missing::NotRun(format!("{what}: {reason}")));
    }
    let evidence = Evidence { group: "faults".to_owned(), cell: cell.cell.runner.clone(), samples: cell.trials.len() };
    let told = format!("{} of {what} is {}", name.replace('_', " "), words(name, &figures));
    Ok(Judgement::of_trials(condition, &figures, Unit::Events, &told, evidence))
}

/// Returns the figures of all rounds in few words.
fn words(name: &str, figures: &[f64]) -> String {
    let word = |figure: f64| {
        let number = units::without_zeros(&units::number(figure));
        let loss = Loss::ALL.into_iter().find(|loss| name == "loss" && loss.level() == figure);
        loss.map_or(number.clone(), |loss| format!("{number} ({})", loss.words()))
    };
    let mut distinct = figures.to_vec();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    distinct.into_iter().map(word).collect::<Vec<_>>().join(" or ")
}

/// Returns the trials that a condition means.
fn find<'a>(condition: &Condition, model: &str, scope: Scope<'a>) -> Option<(&'a FaultTrials, &'a TrialCell)> {
    let is_wanted =
        |fault: &&FaultTrials| fault.workload == condition.of.workload && condition.is_about_fault(&fault.fault);
    let is_of = |cell: &&TrialCell| cell.runner.family == scope.family && cell.runner.model == model;
    let mut faults = scope.summary.trials.iter().filter(is_wanted);
    faults.find_map(|fault| Some((fault, fault.cells.iter().find(is_of)?)))
}
