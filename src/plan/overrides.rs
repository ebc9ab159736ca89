//! What the flags of the command line change in a plan.

use std::time::Duration;

use regatta_workloads::{Fault, Workload};

use super::{Assignment, Plan, PlanError, PlannedGroup, PlannedSweep, RoundsFor, Workers};
use crate::catalogue::{Catalogue, RunnerCard, check_runners, selects, unknown};

/// Most rounds of a group where only time counts.
const MOST_ROUNDS: u32 = 10_000;

/// What the flags of the command line change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Overrides {
    pub(crate) workloads: Vec<String>,
    pub(crate) runners: Vec<String>,
    pub(crate) workers: Vec<Workers>,
    pub(crate) params: Vec<Assignment>,
    pub(crate) sweep: Option<PlannedSweep>,
    pub(crate) rounds: Option<u32>,
    pub(crate) budget: Option<Duration>,
    pub(crate) hot: Option<Duration>,
}

impl Plan {
    /// Applies what the command line says.
    ///
    /// # Errors
    /// If it names a workload, a parameter, an axis or a runner that there is not.
    pub(crate) fn apply(&mut self, overrides: &Overrides, catalogue: &dyn Catalogue) -> Result<(), PlanError> {
        if let Some(rounds) = overrides.rounds {
            self.rounds = rounds;
            self.have_at_least(rounds);
            self.trials.iter_mut().for_each(|trials| trials.rounds = rounds);
            // The budget of the plan is for the plan's own rounds.
            (self.budget, self.budget_per_worker) = (None, None);
        }
        if overrides.budget.is_some() {
            (self.budget, self.budget_per_worker) = (overrides.budget, None);
            if overrides.rounds.is_none() {
                self.rounds = MOST_ROUNDS;
            }
        }
        if *overrides != Overrides::default() {
            // Whoever asks for some of a plan, or for more of it, wants its figures.
            self.rounds_for = RoundsFor::Ratios;
        }
        if let Some(hot) = overrides.hot {
            self.heat(hot);
        }
        if !overrides.workers.is_empty() {
            self.workers.clone_from(&overrides.workers);
            self.groups.iter_mut().for_each(|group| group.workers.clear());
            if let Some((trials, most)) = self.trials.as_mut().zip(overrides.workers.last()) {
                trials.workers = *most;
            }
        }
        if !overrides.workloads.is_empty() {
            self.keep_workloads(&overrides.workloads, catalogue)?;
        }
        super::params::assign(&mut self.groups, &overrides.params, catalogue).map_err(PlanError::Impossible)?;
        if let Some(sweep) = &overrides.sweep {
            let left_out = super::sweep::vary(&mut self.groups, sweep, catalogue).map_err(PlanError::Impossible)?;
            self.left_out.extend(left_out);
        }
        if !overrides.runners.is_empty() {
            self.keep_runners(&overrides.runners, catalogue)?;
        }
        Ok(())
    }

    /// Keeps the groups of these workloads. One that the plan does not have gets a group with its defaults.
    fn keep_workloads(&mut self, workloads: &[String], catalogue: &dyn Catalogue) -> Result<(), PlanError> {
        let mut known: Vec<_> = catalogue.workloads().iter().map(|card| card.name).collect();
        self.trials = self.trials.take().filter(|_| workloads.iter().any(|name| name == Fault::NAME));
        known.extend(self.trials.as_ref().map(|_| Fault::NAME));
        for name in workloads {
            if !known.contains(&name.as_str()) {
                return Err(PlanError::Impossible(unknown("workload", name, known)));
            }
            if name != Fault::NAME && !self.groups.iter().any(|group| group.workload == *name) {
                self.groups.push(PlannedGroup { workload: name.clone(), ..PlannedGroup::default() });
            }
        }
        self.groups.retain(|group| workloads.contains(&group.workload));
        Ok(())
    }

    /// Keeps these runners and families in all groups, and notes what was asked for and is not there.
    fn keep_runners(&mut self, runners: &[String], catalogue: &dyn Catalogue) -> Result<(), PlanError> {
        let cards = catalogue.runners();
        check_runners(runners, &cards).map_err(PlanError::Impossible)?;
        for name in runners {
            let there = cards.iter().any(|card| selects(std::slice::from_ref(name), card));
            if let Some(reason) = catalogue.missing(name).filter(|_| !there) {
                return Err(PlanError::Impossible(format!("`{name}` cannot run here: {reason}")));
            }
        }
        let mut used: Vec<&String> = Vec::new();
        if let Some(trials) = &mut self.trials {
            let asked = |card: &&RunnerCard| trials.has(card) && selects(runners, card);
            let chosen: Vec<&RunnerCard> = cards.iter().filter(asked).collect();
            let is_used = |name: &&String| chosen.iter().any(|card| selects(std::slice::from_ref(*name), card));
            used.extend(runners.iter().filter(is_used));
            trials.runners = chosen.iter().map(|card| card.name.clone()).collect();
        }
        self.trials = self.trials.take().filter(|trials| !trials.runners.is_empty());
        for group in &mut self.groups {
            let planned = std::mem::take(&mut group.runners);
            let asked = |card: &&RunnerCard| selects(runners, card) && selects(&planned, card);
            let chosen: Vec<&RunnerCard> = cards.iter().filter(asked).collect();
            let is_used = |name: &&String| chosen.iter().any(|card| selects(std::slice::from_ref(*name), card));
            used.extend(runners.iter().filter(is_used));
            group.runners = chosen.iter().map(|card| card.name.clone()).collect();
            group.variants.retain(|variant| group.runners.contains(&variant.runner));
            group.skip.retain(|name, _| group.runners.contains(name));
        }
        let is_empty = |group: &&PlannedGroup| group.runners.is_empty();
        let emptied: Vec<String> = self.groups.iter().filter(is_empty).map(PlannedGroup::name).collect();
        if !emptied.is_empty() {
            let (asked, emptied) = (runners.join(", "), emptied.join(", "));
            self.left_out.push(format!("of the runners that were asked for ({asked}) the plan has none in: {emptied}"));
        }
        for name in runners.iter().filter(|name| !used.contains(name)) {
            self.left_out.push(format!("`{name}` was asked for, and no group of the plan has it"));
        }
        self.groups.retain(|group| !group.runners.is_empty());
        Ok(())
    }
}
