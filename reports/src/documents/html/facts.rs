//! Facts of a run, as terms with what there is to say of them.

use std::collections::BTreeMap;

use crate::figures::Summary;
use crate::records::schema::{Machine, Overhead, Program, Run};
use crate::text::{plain, units};
use crate::views::capacity;

/// A term and what there is to say of it.
pub struct Fact {
    pub term: String,
    pub text: String,
}

/// Returns the facts of which something is known.
fn facts<const N: usize>(facts: [(&str, Option<String>); N]) -> Vec<Fact> {
    let known = facts.into_iter().filter_map(|(term, text)| Some((term, text.filter(|text| !text.is_empty())?)));
    known.map(|(term, text)| Fact { term: term.to_owned(), text: plain(&text) }).collect()
}

/// Returns what is known of the machine.
pub fn machine(machine: &Machine, summary: &Summary) -> Vec<Fact> {
    let yes_no = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let count = |cores: u64| (cores > 0).then(|| cores.to_string());
    facts([
        ("CPU", Some(machine.cpu.clone())),
        ("Architecture", Some(machine.arch.clone())),
        ("Physical cores", machine.physical_cores.and_then(count)),
        ("Logical cores", count(machine.logical_cores)),
        ("Usable cores", count(machine.usable_cores)),
        (
            "CPU quota",
            machine.quota_cores.map(|cores| format!("{} cores", units::without_zeros(&units::number(cores)))),
        ),
        ("Capacity, measured", summary.ceiling.as_ref().and_then(capacity::each)),
        ("Memory", (machine.memory_bytes > 0).then(|| units::size(machine.memory_bytes as f64))),
        ("System", Some(machine.os.clone())),
        ("Kernel", Some(machine.kernel.clone())),
        ("Hypervisor", Some(machine.hypervisor.clone())),
        ("Governor", Some(machine.governor.clone())),
        ("Multithreading", machine.smt.map(yes_no)),
        ("Frequency boost", machine.turbo.map(yes_no)),
        ("On battery", machine.on_battery.map(yes_no)),
        ("Load at the start", machine.load_average.map(units::number)),
    ])
}

/// Returns what is known of the plan.
pub fn plan(run: &Run) -> Vec<Fact> {
    let plan = &run.plan;
    let overhead = |figure: fn(&Overhead) -> Option<f64>| run.overhead.as_ref().and_then(figure).map(units::duration);
    facts([
        ("Plan", Some(plan.name.clone())),
        ("Groups", Some(plan.groups.len().to_string())),
        ("Rounds at most", Some(plan.rounds.to_string())),
        ("Processes per cell", Some(plan.processes.to_string())),
        ("Budget", plan.budget_s.map(|seconds| units::duration(seconds * 1e9))),
        ("Target", plan.target.map(|target| format!("±{} %", units::number(target * 100.0)))),
        ("An empty run takes", overhead(|overhead| overhead.empty_run_ns)),
        ("A sleep of 1 µs takes", overhead(|overhead| overhead.shortest_sleep_ns)),
        ("To ask a cell for a run costs", overhead(|overhead| overhead.round_trip_ns)),
        ("Seed", Some(run.seed.to_string())),
        ("Driver", Some(run.driver.clone())),
        ("Run", Some(run.id.clone())),
    ])
}

/// Returns what is known of the program.
pub fn program(program: &Program) -> Vec<Fact> {
    let mut all = facts([
        ("Regatta", Some(program.version.clone())),
        ("Revision", Some(program.revision.clone())),
        ("Build", Some(program.profile.clone())),
        ("Compiler", Some(program.rustc.clone())),
    ]);
    all.extend(program.crates.iter().map(|(name, version)| Fact { term: plain(name), text: plain(version) }));
    all
}

/// Returns where figures come from, over all cells: the figure, and the names of its sources.
pub fn sources(summary: &Summary) -> Vec<Fact> {
    let mut sources: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let rows = summary.groups.iter().flat_map(|group| &group.rows);
    for (figure, name) in
        rows.flat_map(|row| &row.sources).flat_map(|(figure, names)| names.iter().map(move |name| (figure, name)))
    {
        let names = sources.entry(figure).or_default();
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    sources.into_iter().map(|(figure, names)| Fact { term: plain(figure), text: plain(&names.join(", ")) }).collect()
}
