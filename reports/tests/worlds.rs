//! The built-in claims in simulated worlds: true ones are not said to fail on machines of any size, false ones not to hold.
//!
//! `REGATTA_SEEDS=1000 cargo test --release -p regatta-reports --test worlds` is the whole of it; the table of
//! docs/RESULTS.md is that of the example `worlds`.

#[path = "worlds/mod.rs"]
mod simulator;

use std::collections::BTreeMap;

use simulator::bent;
use simulator::coordination::{self, COORDINATION};
use simulator::plan::{DEFAULT, Plan};
use simulator::sweeps::{PLANNED, SCALING};
use simulator::tally::{self, Count, Job, Tally};
use simulator::truths::{Falsehood, false_worlds, falsehoods, worlds};

/// Seeds of each world, unless the environment says otherwise.
const SEEDS: u64 = 6;

fn seeds() -> u64 {
    std::env::var("REGATTA_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS)
}

/// The counts of each claim and family, all worlds together.
fn by_claim(tally: &Tally) -> BTreeMap<(String, String), Count> {
    let mut joined: BTreeMap<(String, String), Count> = BTreeMap::new();
    for ((id, family, _), count) in tally {
        joined.entry((id.clone(), family.clone())).or_default().join(count);
    }
    joined
}

/// More than 1 % of those that were judged.
fn is_too_many(count: u64, of: u64) -> bool {
    count * 100 > of
}

#[test]
fn true_claims_do_not_fail_and_false_ones_do_not_hold() {
    check(DEFAULT, falsehoods);
}

#[test]
fn true_claims_about_curves_do_not_fail_and_false_ones_do_not_hold() {
    check(SCALING, bent::falsehoods);
}

#[test]
fn true_claims_about_coordination_do_not_fail_and_false_ones_do_not_hold() {
    check(COORDINATION, coordination::falsehoods);
}

/// Judges the claims that a plan has cells for, in all worlds.
fn check(plan: Plan, falsehoods: fn() -> Vec<Falsehood>) {
    let seeds = seeds();
    let mut jobs: Vec<Job> = Vec::new();
    for world in worlds() {
        jobs.push(Box::new(move || tally::of_truth(plan, &world, seeds)));
    }
    let truths = tally::all(&jobs);
    let mut wrong = Vec::new();
    let mut judged_in: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for ((id, family, world), count) in &truths {
        if is_too_many(count.wrong, count.judged()) {
            wrong.push(format!("fails though true: {id} ({family}) in {world}: {count:?}"));
        }
        *judged_in.entry((id, family)).or_default() += usize::from(count.judged() > 0);
    }
    for (claim, count) in judged_in {
        if count < 12 {
            wrong.push(format!("{claim:?} is judged in {count} worlds only"));
        }
    }

    let mut jobs: Vec<Job> = Vec::new();
    for world in false_worlds() {
        for falsehood in falsehoods() {
            jobs.push(Box::new(move || tally::of_falsehood(plan, &world, &falsehood, seeds)));
        }
    }
    let lies = tally::all(&jobs);
    for ((id, family, falsehood), count) in &lies {
        if is_too_many(count.wrong, count.judged()) {
            wrong.push(format!("holds though false: {id} ({family}) with {falsehood}: {count:?}"));
        }
        if count.judged() == 0 {
            wrong.push(format!("{id} ({family}) with {falsehood} is not judged: {count:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let lies = by_claim(&lies);
    for claim in by_claim(&truths).into_keys() {
        assert!(lies.contains_key(&claim), "nothing makes {claim:?} false");
    }
}

/// Holds groups of a plan, by their titles, against what is simulated of them.
fn hold(plan: &str, planned: &[(&str, &str)], names: &[&str], rounds: u32, place: &str) {
    let table = |text: &str| toml::from_str::<toml::Table>(text).expect("TOML");
    let plan = table(plan);
    let groups: Vec<&toml::Table> =
        plan["group"].as_array().expect("groups").iter().filter_map(toml::Value::as_table).collect();
    for (title, simulated) in planned {
        let group = groups.iter().find(|group| group["title"].as_str() == Some(title)).expect(title);
        for name in names {
            assert_eq!(group.get(*name), table(simulated).get(*name), "{name} of {title}: change {place} too");
        }
    }
    assert_eq!(plan["least_rounds"].as_integer(), Some(i64::from(rounds)));
}

#[test]
fn the_plan_of_curves_is_what_is_simulated() {
    let plan = include_str!("../../src/plans/scaling.toml");
    hold(plan, &PLANNED, &["params", "scale", "sweep"], SCALING.rounds, "worlds/sweeps.rs");
}

#[test]
fn the_plan_of_coordination_is_what_is_simulated() {
    let plan = include_str!("../../src/plans/coordination.toml");
    let names = ["workload", "params", "scale", "noise_arm"];
    hold(plan, &coordination::PLANNED, &names, COORDINATION.rounds, "worlds/coordination.rs");
}
