//! Prints how often the built-in claims come out wrong or undecided in simulated worlds, as the table of docs/RESULTS.md.
//!
//! `cargo run --release -p regatta-reports --example worlds [SEEDS]` takes 1,000 seeds of each world by default.

#[path = "../tests/worlds/mod.rs"]
mod simulator;

use std::collections::BTreeMap;
use std::io::{self, Write};

use simulator::bent;
use simulator::coordination::{self, COORDINATION};
use simulator::plan::{DEFAULT, Plan};
use simulator::sweeps::SCALING;
use simulator::tally::{self, Count, Job, Tally};
use simulator::truths::{Falsehood, false_worlds, falsehoods, worlds};

fn main() -> io::Result<()> {
    let seeds = std::env::args().nth(1).map_or(1000, |seeds| seeds.parse().expect("a number of seeds"));
    let (mut truths, mut lies) = tallies(DEFAULT, falsehoods(), seeds);
    let (of_curves, lies_of_curves) = tallies(SCALING, bent::falsehoods(), seeds);
    let (of_coordination, lies_of_coordination) = tallies(COORDINATION, coordination::falsehoods(), seeds);
    truths.extend(of_curves.into_iter().chain(of_coordination));
    lies.extend(lies_of_curves.into_iter().chain(lies_of_coordination));
    write(&mut io::stdout().lock(), &by_claim(&truths), &by_claim(&lies))
}

/// What comes out in true worlds, and in false ones, of the claims that a plan has cells for.
fn tallies(plan: Plan, falsehoods: Vec<Falsehood>, seeds: u64) -> (Tally, Tally) {
    let truths = worlds().into_iter().map(|world| Box::new(move || tally::of_truth(plan, &world, seeds)) as Job);
    let truths = tally::all(&truths.collect::<Vec<Job>>());
    let lies = falsehoods.into_iter().flat_map(|falsehood| {
        false_worlds()
            .into_iter()
            .map(move |world| Box::new(move || tally::of_falsehood(plan, &world, &falsehood, seeds)) as Job)
    });
    (truths, tally::all(&lies.collect::<Vec<Job>>()))
}

/// What came out for one claim and family.
#[derive(Default)]
struct Found {
    /// All worlds together.
    all: Count,
    worlds: usize,
    /// The world in which it came out undecided most often, and how often.
    worst: Option<(f64, &'static str)>,
    /// The greatest share of wrong verdicts in one world.
    wrong: f64,
}

fn by_claim(tally: &Tally) -> BTreeMap<(&str, &str), Found> {
    let mut found: BTreeMap<(&str, &str), Found> = BTreeMap::new();
    for ((id, family, world), count) in tally.iter().filter(|(_, count)| count.judged() > 0) {
        let claim = found.entry((id, family)).or_default();
        let undecided = count.undecided as f64 / count.judged() as f64;
        claim.all.join(count);
        claim.worlds += 1;
        claim.wrong = claim.wrong.max(count.wrong as f64 / count.judged() as f64);
        if undecided > claim.worst.map_or(0.0, |(most, _)| most) {
            claim.worst = Some((undecided, world));
        }
    }
    found
}

fn write(
    out: &mut impl Write,
    truths: &BTreeMap<(&str, &str), Found>,
    lies: &BTreeMap<(&str, &str), Found>,
) -> io::Result<()> {
    writeln!(
        out,
        "| claim | true worlds | fails there | undecided | most in one world | falsehoods | holds there | undecided |"
    )?;
    writeln!(out, "|---|---:|---:|---:|---|---:|---:|---:|")?;
    let share = |part: u64, of: u64| percent(part as f64 / of.max(1) as f64);
    for ((id, family), truth) in truths {
        let worst = truth.worst.map_or_else(|| "-".to_owned(), |(most, world)| format!("{} ({world})", percent(most)));
        let empty = Found::default();
        let lie = lies.get(&(*id, *family)).unwrap_or(&empty);
        writeln!(
            out,
            "| {id} ({family}) | {} | {} | {} | {worst} | {} | {} | {} |",
            truth.worlds,
            percent(truth.wrong),
            share(truth.all.undecided, truth.all.judged()),
            lie.worlds,
            percent(lie.wrong),
            share(lie.all.undecided, lie.all.judged()),
        )?;
    }
    Ok(())
}

fn percent(share: f64) -> String {
    match share * 100.0 {
        0.0 => "0 %".to_owned(),
        share if share < 0.095 => "< 0.1 %".to_owned(),
        share => format!("{share:.1} %"),
    }
}
