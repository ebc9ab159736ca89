//! Which workloads, models and families there are, and what claims name that there is not.

use std::collections::BTreeSet;

use super::claim::{Claim, Condition};
use super::set::Claims;
use crate::records::schema::Run;

/// The families that the built-in claims speak of.
const BUILT_IN_FAMILIES: [&str; 7] = ["native", "gil", "cpython", "go", "java", "node", "ruby"];

/// The names that claims may speak of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Workloads.
    pub workloads: BTreeSet<String>,
    /// Concurrency models.
    pub models: BTreeSet<String>,
    /// Families of runners.
    pub families: BTreeSet<String>,
}

/// A name in a claim that nothing has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Id of the claim.
    pub claim: String,
    /// `workload`, `model` or `family`.
    pub what: &'static str,
    /// The name.
    pub name: String,
}

impl Names {
    /// Adds what a run has.
    pub fn add_run(&mut self, run: &Run) {
        self.workloads.extend(run.workloads.keys().cloned());
        for info in run.runners.values() {
            self.models.insert(info.model.clone());
            self.add_family(&info.family);
        }
    }

    /// Adds a family, and what it is one of: `cpython@3.14` is a `cpython`.
    pub fn add_family(&mut self, family: &str) {
        self.families.insert(family.to_owned());
        self.families.extend(family.split('@').next().map(str::to_owned));
    }

    /// Returns the names of one kind.
    pub fn of_kind(&self, what: &str) -> &BTreeSet<String> {
        match what {
            "workload" => &self.workloads,
            "model" => &self.models,
            _ => &self.families,
        }
    }
}

impl Claims {
    /// Finds the names in the claims that are not known. Families that the built-in claims speak of are, with runners or without.
    pub fn unknown(&self, known: &Names) -> Vec<Unknown> {
        let mut found = Vec::new();
        for claim in self.iter() {
            for (what, name) in names_in(claim) {
                let is_known =
                    known.of_kind(what).contains(name) || (what == "family" && BUILT_IN_FAMILIES.contains(&name));
                let unknown = Unknown { claim: claim.id.clone(), what, name: name.to_owned() };
                if !is_known && !found.contains(&unknown) {
                    found.push(unknown);
                }
            }
        }
        found
    }
}

fn names_in(claim: &Claim) -> impl Iterator<Item = (&'static str, &str)> {
    let families = claim.families.iter().map(|family| ("family", family.as_str()));
    families.chain(claim.conditions.iter().flat_map(names_in_condition))
}

fn names_in_condition(condition: &Condition) -> impl Iterator<Item = (&'static str, &str)> {
    let to = condition.to.as_ref();
    let workloads = [Some(&condition.of.workload), to.and_then(|to| to.workload.as_ref())];
    let models = condition.of.models.iter().chain(to.and_then(|to| to.model.as_ref()));
    let workloads = workloads.into_iter().flatten().map(|name| ("workload", name.as_str()));
    workloads.chain(models.map(|name| ("model", name.as_str())))
}
