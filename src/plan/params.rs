//! Parameters that the command line sets: `--param NAME=VALUE`.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::PlannedGroup;
use crate::catalogue::{Catalogue, suggestion};

/// A parameter and its value as they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=').map(|(name, value)| (name.trim(), value.trim())) {
            Some((name, value)) if !name.is_empty() && !value.is_empty() => {
                Ok(Self { name: name.to_owned(), value: value.to_owned() })
            }
            _ => Err("a name and a value are expected, for example wait_us=5000".to_owned()),
        }
    }
}

/// Sets parameters in all groups whose workload has them. Groups that become the same work become one.
///
/// # Errors
/// If no workload of the groups has a parameter of this name, or its value is of another type.
pub(crate) fn assign(
    groups: &mut Vec<PlannedGroup>,
    assignments: &[Assignment],
    catalogue: &dyn Catalogue,
) -> Result<(), String> {
    for Assignment { name, value } in assignments {
        let mut is_known = false;
        for group in groups.iter_mut() {
            let defaults = catalogue.resolve(&group.workload, &Map::new())?.params;
            if let Some(default) = defaults.get(name) {
                is_known = true;
                group.params.insert(name.clone(), typed(name, default, value)?);
                group.scale.values_mut().for_each(|scale| drop(scale.params.remove(name)));
                // The plan's title is of the plan's work.
                group.title.clear();
            }
        }
        if !is_known {
            return Err(unknown(name, groups, catalogue));
        }
    }
    if !assignments.is_empty() {
        merge(groups);
    }
    Ok(())
}

/// Reads a value as what the default is.
fn typed(name: &str, default: &Value, text: &str) -> Result<Value, String> {
    let number = || text.replace('_', "").parse::<u64>().ok();
    match default {
        // Numbers may be relative to workers, which the plan checks.
        Value::Number(_) if text.contains("per worker") => Ok(text.into()),
        Value::Number(_) => number()
            .map(Value::from)
            .ok_or_else(|| format!("`{name}` is a whole number, as {default}, and not `{text}`")),
        Value::Bool(_) => {
            text.parse::<bool>().map(Value::from).map_err(|_| format!("`{name}` is true or false, and not `{text}`"))
        }
        _ => Ok(text.into()),
    }
}

/// Says that no workload has a parameter, which one may be meant, and where all are shown.
fn unknown(name: &str, groups: &[PlannedGroup], catalogue: &dyn Catalogue) -> String {
    let mut workloads: Vec<&str> = groups.iter().map(|group| group.workload.as_str()).collect();
    workloads.dedup();
    let of = |workload: &&str| catalogue.resolve(workload, &Map::new()).map(|work| work.params).unwrap_or_default();
    let known: Vec<String> = workloads.iter().flat_map(|workload| of(workload).into_keys()).collect();
    let meant = suggestion(name, known.iter().map(String::as_str));
    let quoted: Vec<String> = workloads.iter().map(|workload| format!("`{workload}`")).collect();
    let list: Vec<String> = workloads.iter().map(|workload| format!("`regatta list {workload}`")).collect();
    format!("{} has no parameter `{name}`{meant}; {} shows all", quoted.join(" or "), list.join(" or "))
}

/// Makes one group of those that are the same work, with the runners of all.
pub(super) fn merge(groups: &mut Vec<PlannedGroup>) {
    let mut merged: Vec<PlannedGroup> = Vec::new();
    for group in std::mem::take(groups) {
        let is_same = |other: &&mut PlannedGroup| other.workload == group.workload && other.params == group.params;
        let Some(other) = merged.iter_mut().find(is_same) else {
            merged.push(group);
            continue;
        };
        // No runner named is all of them.
        if other.runners.is_empty() || group.runners.is_empty() {
            other.runners.clear();
        } else {
            other.runners.extend(group.runners);
        }
        other.variants.extend(group.variants);
        other
            .workers
            .extend(group.workers.iter().filter(|count| !other.workers.contains(count)).copied().collect::<Vec<_>>());
        for (family, scale) in group.scale {
            other.scale.entry(family).or_insert(scale);
        }
        other.hot = other.hot.max(group.hot);
        other.skip.extend(group.skip);
    }
    *groups = merged;
}

#[cfg(test)]
mod tests {
    use crate::Course;
    use crate::plan::{Overrides, Plan};

    fn applied(plan: &str, workload: &str, params: &[&str]) -> Result<Plan, String> {
        let mut plan = Plan::load(plan).expect("a plan");
        let params = params.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
        let overrides = Overrides { workloads: vec![workload.to_owned()], params, ..Overrides::default() };
        plan.apply(&overrides, &Course::standard()).map_err(|error| error.to_string())?;
        Ok(plan)
    }

    #[test]
    fn a_parameter_is_set_in_every_group_and_the_same_work_becomes_one_group() {
        let plan = applied("default", "sleep", &["tasks=1_00", "wait_us=7"]).expect("parameters of sleep");
        assert_eq!(plan.groups.len(), 1, "three in the plan, and now the same");
        let params = &plan.groups[0].params;
        assert_eq!((params["tasks"].as_u64(), params["wait_us"].as_u64()), (Some(100), Some(7)));
        assert!(plan.groups[0].runners.is_empty(), "one of the three has all runners");
        let plan = applied("default", "primes", &["preset=known-13", "length=5 per worker"]).expect("parameters");
        assert_eq!(plan.groups[0].params["preset"], "known-13");
        assert_eq!(plan.groups[0].params["length"], "5 per worker");
    }

    #[test]
    fn what_is_no_parameter_is_refused_with_what_may_be_meant() {
        let message = applied("default", "request", &["cpu=200"]).expect_err("no such parameter");
        assert!(message.contains("`request` has no parameter `cpu` (did you mean `cpu_us`?)"), "{message}");
        assert!(message.contains("`regatta list request`"), "{message}");
        let message = applied("default", "request", &["pieces_per_ms=7"]).expect_err("not for users");
        assert!(message.contains("has no parameter `pieces_per_ms`"), "{message}");
        let message = applied("default", "request", &["cpu_us=much"]).expect_err("no number");
        assert!(message.contains("`cpu_us` is a whole number, as 200, and not `much`"), "{message}");
        assert!(applied("default", "request", &["cpu_us"]).expect_err("no value").contains("wait_us=5000"));
    }
}
