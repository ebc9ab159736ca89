//! Judges a claim for each family of runners, and joins the judgements on its conditions to one verdict.

use std::collections::BTreeSet;

use serde::Serialize;

use super::claim::{Claim, Condition, Statistic};
use super::judgement::Judgement;
use super::measure::measure;
use super::outcome::Outcome;
use super::selection::{Missing, Scope};
use super::trials;
use crate::figures::Summary;

/// What the records say of a claim for one family of runners.
///
/// It is what the worst of its conditions is: all must hold. Its figures are those of that condition, or of the first
/// one if all hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Id of the claim.
    pub id: String,
    /// The family of runners that it was judged for.
    pub family: String,
    /// What is claimed.
    pub statement: String,
    /// Why it matters.
    pub matters: String,
    /// The number that people quote for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folk: Option<String>,
    /// The judgement that decides.
    #[serde(flatten)]
    pub judgement: Judgement,
    /// The judgements on all conditions, for each model.
    pub conditions: Vec<Judgement>,
    /// Models of a condition that were not run although others of it were, and why; and cells that failed, where another
    /// condition decides.
    pub notes: Vec<String>,
}

impl Verdict {
    /// Returns what became of the claim.
    pub fn outcome(&self) -> Outcome {
        self.judgement.verdict
    }
}

/// Returns the verdicts on a claim, one a family; at least one.
pub fn judge(claim: &Claim, summary: &Summary) -> Vec<Verdict> {
    let verdicts: Vec<Verdict> =
        claim.families.iter().flat_map(|pattern| of_pattern(claim, pattern, summary)).collect();
    if !verdicts.is_empty() {
        return verdicts;
    }
    let families = claim.families.join(" or ");
    let lock = if claim.gil == Some(true) { "with" } else { "without" };
    let why = format!("the run has no runners of the family {families} {lock} a global lock");
    vec![verdict(claim, &claim.families.join(", "), vec![Judgement::not_run(None, &why)], Vec::new())]
}

/// Returns the verdicts for the families that a name means: `cpython` is also `cpython@…`.
fn of_pattern(claim: &Claim, pattern: &str, summary: &Summary) -> Vec<Verdict> {
    let mut families: Vec<&str> = summary
        .run
        .runners
        .values()
        .filter(|info| info.is_of_family(pattern))
        .map(|info| info.family.as_str())
        .collect();
    families.sort_unstable();
    families.dedup();
    if families.is_empty() {
        // One without a lock is the exception: that there is none is no news.
        if claim.gil == Some(false) {
            return Vec::new();
        }
        let why = format!("the run has no runners of the family {pattern}");
        return vec![verdict(claim, pattern, vec![Judgement::not_run(None, &why)], Vec::new())];
    }
    families.into_iter().filter_map(|family| of_family(claim, pattern, family, summary)).collect()
}

/// Returns the verdict for a family; none if the claim is about families with a lock and this one has none, or the reverse.
fn of_family(claim: &Claim, pattern: &str, family: &str, summary: &Summary) -> Option<Verdict> {
    let runners = &summary.run.runners;
    let lock = runners.values().filter(|info| info.family == family).find_map(|info| info.gil);
    let not_run = |why: &str| Some(verdict(claim, family, vec![Judgement::not_run(None, why)], Vec::new()));
    match (claim.gil, lock) {
        (Some(wanted), Some(has)) if wanted != has => return None,
        (Some(false), None) => return None,
        (Some(true), None) => return not_run("the records do not say whether a global lock was on"),
        _ => {}
    }
    if let Some((needed, usable)) = claim.needs_cores.zip(summary.usable_cores)
        && usable < f64::from(needed)
    {
        return not_run(&format!("it takes {needed} cores, and {usable} could be used"));
    }
    let scope = Scope { summary, family, takes_planned: false };
    let mut judgements = Vec::new();
    let mut notes = Vec::new();
    for condition in claim.conditions.iter().filter(|condition| condition.is_about(pattern)) {
        let (mut found, missing) = judge_condition(condition, scope);
        if found.is_empty() && condition.optional {
            continue;
        }
        if found.is_empty() {
            found.push(Judgement::not_run(Some(condition), &missing.join("; ")));
        } else {
            notes.extend(missing);
        }
        judgements.append(&mut found);
    }
    notes.dedup();
    // A run that got to none of the cells has nothing to be undecided about.
    let is_untouched = |judgement: &Judgement| judgement.effect.is_none() && !judgement.has_failed;
    if judgements.iter().all(is_untouched) {
        judgements.iter_mut().for_each(|judgement| judgement.verdict = Outcome::NotRun);
    }
    Some(verdict(claim, family, judgements, notes))
}

/// Returns the judgements on a condition, one for each model that was measured or failed, and why others were not run.
fn judge_condition(condition: &Condition, scope: Scope) -> (Vec<Judgement>, Vec<String>) {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    let models: Vec<&String> = condition.of.models.iter().filter(|model| scope.has_model(model)).collect();
    if models.is_empty() {
        let models = condition.of.models.join(" or ");
        missing.push(format!("the run has no runner of the family {} for the model {models}", scope.family));
    }
    for model in models {
        let judged = match condition.statistic {
            Statistic::Trial => trials::judge(condition, model, scope),
            _ => judge_model(condition, model, scope),
        };
        match judged {
            Ok(judgement) => found.push(judgement),
            Err(Missing::Failed(why)) => found.push(Judgement::failed(condition, &why)),
            Err(Missing::NotReached(why)) => found.push(Judgement::not_reached(condition, &why)),
            Err(Missing::NotRun(why)) => missing.push(why),
        }
    }
    missing.dedup();
    (found, missing)
}

/// Returns the judgement on a condition for a model: in the first group that has all the cells. One that failed is not passed over for another.
fn judge_model(condition: &Condition, model: &str, scope: Scope) -> Result<Judgement, Missing> {
    let usable_cores = scope.summary.usable_cores;
    let mut reason = None;
    for of in scope.find(&condition.of, model) {
        let judged = of.and_then(|of| {
            let to = if condition.compares() { Some(scope.reference(&of, condition.to.as_ref())?) } else { None };
            measure(condition, of, to, scope.summary).map_err(Missing::NotRun)
        });
        match judged {
            Ok(measured) => return Ok(Judgement::hold(condition, &measured, usable_cores)),
            Err(Missing::NotRun(why)) => reason = reason.or(Some(why)),
            Err(failed) => return Err(failed),
        }
    }
    Err(Missing::NotRun(reason.unwrap_or_default()))
}

/// Joins the judgements on a claim's conditions.
fn verdict(claim: &Claim, family: &str, conditions: Vec<Judgement>, mut notes: Vec<String>) -> Verdict {
    let worst = conditions.iter().map(|judgement| judgement.verdict).max().unwrap_or(Outcome::NotRun);
    let failed = conditions.iter().find(|judgement| judgement.is_unknown());
    // A failure is told before anything else, but for a bound that is not kept.
    let decisive = match failed {
        Some(failed) if worst != Outcome::Fails => Some(failed),
        _ => conditions.iter().find(|judgement| judgement.verdict == worst),
    };
    let mut judgement =
        decisive.cloned().unwrap_or_else(|| Judgement::not_run(None, "none of its conditions is about this family"));
    let same = conditions.iter().filter(|other| other.verdict == judgement.verdict).count();
    if same > 1 && matches!(judgement.verdict, Outcome::Holds | Outcome::Fails) {
        let others = if same == 2 { "1 other condition".to_owned() } else { format!("{} other conditions", same - 1) };
        let verb = if judgement.verdict == Outcome::Holds { "hold" } else { "fail" };
        let verb = if same == 2 { format!("{verb}s") } else { verb.to_owned() };
        judgement.why = format!("{}; {others} {verb} too", judgement.why);
    }
    if let Some(folk) = claim.folk.as_ref().filter(|_| judgement.effect.is_some()) {
        judgement.why = format!("{}; people say {folk}", judgement.why);
    }
    let failures = conditions.iter().filter(|other| other.is_unknown()).map(|failed| failed.why.clone());
    let failures: BTreeSet<String> = failures.filter(|why| *why != judgement.why).collect();
    notes.extend(failures);
    Verdict {
        id: claim.id.clone(),
        family: family.to_owned(),
        statement: claim.statement.clone(),
        matters: claim.why.clone(),
        folk: claim.folk.clone(),
        judgement,
        conditions,
        notes,
    }
}
