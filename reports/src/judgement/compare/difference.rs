//! What differs between two runs besides the build: some of it makes their ratio meaningless.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::records::schema::{Group, Parameters, Run, arms};
use crate::text::plain;
use crate::text::units;

/// Memory sizes that differ by less than this share are the same: a kernel keeps a little for itself.
const MEMORY: f64 = 0.02;

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Whether the two cannot be compared because of it.
    pub refuses: bool,
    /// What it is, in one sentence.
    pub text: String,
}

impl Difference {
    /// Returns a difference that forbids the comparison.
    pub(super) fn fatal(text: String) -> Self {
        Self { refuses: true, text }
    }

    /// Returns all differences between two runs that their first lines show. What one of them does not know is no difference.
    pub fn between(base: &Run, new: &Run) -> Vec<Self> {
        let mut all = Vec::new();
        let (b, n) = (&base.machine, &new.machine);
        let number = |value: u64| if value > 0 { value.to_string() } else { String::new() };
        let optional = |value: Option<bool>| value.map_or(String::new(), |is| if is { "on" } else { "off" }.to_owned());
        let quota = |value: Option<f64>| value.map_or_else(|| "no limit".to_owned(), |cores| format!("{cores} cores"));
        let mut compare = |refuses: bool, what: &str, base: &str, new: &str| {
            if base != new && !base.is_empty() && !new.is_empty() {
                all.push(Self { refuses, text: format!("{what}: {} and {}.", plain(base), plain(new)) });
            }
        };
        compare(true, "The CPUs differ", &b.cpu, &n.cpu);
        compare(true, "The architectures differ", &b.arch, &n.arch);
        compare(true, "The numbers of logical cores differ", &number(b.logical_cores), &number(n.logical_cores));
        compare(true, "The numbers of usable cores differ", &number(b.usable_cores), &number(n.usable_cores));
        if b.usable_cores > 0 && n.usable_cores > 0 {
            compare(true, "The CPU quotas differ", &quota(b.quota_cores), &quota(n.quota_cores));
        }
        compare(true, "The frequency governors differ", &b.governor, &n.governor);
        compare(true, "Frequency boost differs", &optional(b.turbo), &optional(n.turbo));
        compare(true, "Multithreading differs", &optional(b.smt), &optional(n.smt));
        compare(true, "Running on battery differs", &optional(b.on_battery), &optional(n.on_battery));
        compare(true, "The build profiles differ", &base.program.profile, &new.program.profile);
        compare(true, "The drivers differ", &base.driver, &new.driver);
        compare(false, "The kernels differ", &b.kernel, &n.kernel);
        compare(false, "The systems differ", &b.os, &n.os);
        compare(false, "The compilers differ", &base.program.rustc, &new.program.rustc);
        for (name, version) in &base.program.crates {
            if let Some(other) = new.program.crates.get(name) {
                compare(false, &format!("The versions of {} differ", plain(name)), version, other);
            }
        }
        for (name, runner) in &base.runners {
            if let Some(other) = new.runners.get(name) {
                compare(false, &format!("What runs {} differs", plain(name)), &runner.version, &other.version);
            }
        }
        let memory = [b.memory_bytes as f64, n.memory_bytes as f64];
        if memory.iter().all(|bytes| *bytes > 0.0) && (memory[0] / memory[1]).ln().abs() > MEMORY {
            let [base, new] = memory.map(units::size);
            all.push(Self { refuses: false, text: format!("The memory sizes differ: {base} and {new}.") });
        }
        all.extend(plans(base, new));
        all
    }
}

/// Returns the workloads that both plans have, but never with the same parameters, tasks and uncounted runs.
fn plans(base: &Run, new: &Run) -> Vec<Difference> {
    let mut found: Vec<Difference> = Vec::new();
    for group in &base.plan.groups {
        let others: Vec<&Group> = new.plan.groups.iter().filter(|other| other.workload == group.workload).collect();
        let same: Vec<&&Group> = others.iter().filter(|other| is_same_group(group, other)).collect();
        if others.is_empty() {
            continue;
        }
        let name = plain(&group.workload);
        let text = if same.is_empty() {
            let others: Vec<String> = others.iter().map(|other| words(&other.params)).collect();
            let (work, others) = (words(&group.params), others.join(", "));
            Some(format!("The plans give `{name}` different work: {work} and {others}."))
        } else {
            let of_each: Vec<Option<String>> = same.iter().map(|other| scales([base, new], [group, other])).collect();
            of_each.into_iter().min_by_key(Option::is_some).flatten()
        };
        found.extend(text.map(Difference::fatal));
    }
    found
}

/// Says in what the work of a family differs, or for how long its cells ran uncounted; none if it is the same in all families that both have.
fn scales(runs: [&Run; 2], groups: [&Group; 2]) -> Option<String> {
    let name = plain(&groups[0].workload);
    let [base, new] = [0, 1].map(|side| families(runs[side], groups[side]));
    let in_both: Vec<&str> = base.intersection(&new).copied().collect();
    // Older records may know nothing of runners.
    let in_both = if in_both.is_empty() { vec![""] } else { in_both };
    in_both.into_iter().find_map(|family| {
        let [base, new] = groups.map(|group| group.scale_of(family));
        let of = if groups.iter().any(|group| group.scale.contains_key(family)) {
            format!(" of {}", plain(family))
        } else {
            String::new()
        };
        if base.params != new.params {
            let [base, new] = [base, new].map(|scale| words(&scale.params));
            return Some(format!("The plans give `{name}` different work: {base} and {new}, in cells{of}."));
        }
        let [base, new] = [base, new].map(|scale| scale.hot_ns as f64);
        (base != new).then(|| {
            let [base, new] = [base, new].map(units::duration);
            format!("In `{name}` cells{of} ran uncounted for {base} and for {new} before each counted run.")
        })
    })
}

/// Returns the families that have cells in a group.
fn families<'r>(run: &'r Run, group: &Group) -> BTreeSet<&'r str> {
    let cells = group.cells.iter().filter(|cell| cell.arm != arms::REFERENCE);
    cells.filter_map(|cell| run.runners.get(&cell.runner)).map(|info| info.family.as_str()).collect()
}

fn is_same_group(one: &Group, other: &Group) -> bool {
    one.params == other.params && (one.tasks == other.tasks || one.tasks == 0 || other.tasks == 0)
}

fn words(params: &Parameters) -> String {
    let params: Vec<String> = params.iter().map(|(name, value)| format!("{name} {value}")).collect();
    plain(&format!("({})", params.join(", ")))
}
