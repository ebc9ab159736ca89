//! The cells of a plan that the verdict on a claim takes, found as the verdict finds them.

use std::collections::BTreeSet;

use super::claim::{Claim, Condition, Statistic};
use super::selection::Scope;
use crate::figures::{Cell, Summary};

impl Claim {
    /// Returns whether a verdict on it takes what the machine gives to several cores at once.
    pub fn needs_capacity(&self) -> bool {
        let takes_capacity =
            |condition: &Condition| matches!(condition.statistic, Statistic::Efficiency | Statistic::Occupancy);
        self.conditions.iter().any(takes_capacity)
    }

    /// Returns the cells of a run that the verdict on it takes, whether they have been measured or not. A cell may be there several times.
    pub fn needed_cells<'a>(&self, summary: &'a Summary) -> Vec<Cell<'a>> {
        let runners = summary.run.runners.values();
        let has_wanted_lock = |gil: Option<bool>| self.gil.is_none_or(|wanted| gil == Some(wanted));
        let infos = runners.filter(|info| has_wanted_lock(info.gil)).map(|info| (info.family.as_str(), info));
        let families: BTreeSet<(&str, &String)> = infos
            .flat_map(|(family, info)| {
                let patterns = self.families.iter().filter(move |pattern| info.is_of_family(pattern));
                patterns.map(move |pattern| (family, pattern))
            })
            .collect();
        let mut found = Vec::new();
        for (family, pattern) in families {
            let scope = Scope { summary, family, takes_planned: true };
            for condition in self.conditions.iter().filter(|condition| condition.is_about(pattern)) {
                found.extend(condition.of.models.iter().flat_map(|model| needed(condition, model, scope)));
            }
        }
        found
    }
}

/// Returns the cells that a condition takes for a model: those of the first group that has all of them.
fn needed<'a>(condition: &Condition, model: &str, scope: Scope<'a>) -> Vec<Cell<'a>> {
    let all = |of: Cell<'a>| {
        let to = if condition.compares() { Some(scope.reference(&of, condition.to.as_ref()).ok()?) } else { None };
        let idle = condition.formula.and_then(|formula| formula.idle_cell(of, scope.summary));
        Some([Some(of), to, idle].into_iter().flatten().collect())
    };
    scope.find(&condition.of, model).into_iter().flatten().find_map(all).unwrap_or_default()
}
