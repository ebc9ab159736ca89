//! How often each claim fails, holds and is undecided, over many seeds.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use regatta_reports::{Claims, Outcome, Results, Summary, Verdict};

use super::machine::World;
use super::plan::Plan;
use super::records::run_of;
use super::truths::Falsehood;

/// How often something came out.
#[derive(Debug, Clone, Default)]
pub struct Count {
    pub of: u64,
    pub holds: u64,
    pub undecided: u64,
    pub fails: u64,
    pub not_run: u64,
    /// Times that it came out wrong.
    pub wrong: u64,
    /// Why it came out wrong, once.
    pub example: Option<String>,
}

impl Count {
    fn add(&mut self, verdict: &Verdict, wrong: Outcome) {
        self.of += 1;
        match verdict.outcome() {
            Outcome::Holds => self.holds += 1,
            Outcome::Undecided => self.undecided += 1,
            Outcome::Fails => self.fails += 1,
            Outcome::NotRun => self.not_run += 1,
        }
        if verdict.outcome() == wrong {
            self.wrong += 1;
            self.example.get_or_insert_with(|| verdict.judgement.why.clone());
        }
    }

    /// Times that the claim was judged.
    pub fn judged(&self) -> u64 {
        self.of - self.not_run
    }

    pub fn join(&mut self, other: &Self) {
        self.of += other.of;
        self.holds += other.holds;
        self.undecided += other.undecided;
        self.fails += other.fails;
        self.not_run += other.not_run;
        self.wrong += other.wrong;
        self.example = self.example.take().or_else(|| other.example.clone());
    }
}

/// Counts by id and family of the claim, and by name of the world.
pub type Tally = BTreeMap<(String, String, &'static str), Count>;

fn judged(claims: &Claims, results: &Results) -> Vec<Verdict> {
    claims.judge(&Summary::from_results(results))
}

/// The verdicts on a run of a plan in a world in which all is as it should be.
pub fn of_truth(plan: Plan, world: &World, seeds: u64) -> Tally {
    let mut tally = Tally::new();
    let claims = Claims::built_in();
    for seed in 0..seeds {
        for verdict in judged(&claims, &run_of(plan, world, seed, |_| true, |_, _| ())) {
            let key = (verdict.id.clone(), verdict.family.clone(), world.name);
            tally.entry(key).or_default().add(&verdict, Outcome::Fails);
        }
    }
    tally
}

/// The verdicts on the claims that are false in a world.
pub fn of_falsehood(plan: Plan, world: &World, falsehood: &Falsehood, seeds: u64) -> Tally {
    let mut tally = Tally::new();
    let claims = Claims::built_in();
    for seed in 0..seeds {
        let results = run_of(plan, world, seed, |workload| falsehood.workloads.contains(&workload), falsehood.breaking);
        for verdict in judged(&claims, &results) {
            if falsehood.claims.contains(&(&verdict.id, &verdict.family)) {
                let key = (verdict.id.clone(), verdict.family.clone(), falsehood.name);
                tally.entry(key).or_default().add(&verdict, Outcome::Holds);
            }
        }
    }
    tally
}

/// Something to count.
pub type Job = Box<dyn Fn() -> Tally + Sync>;

/// Carries out jobs on as many threads as there are cores, and joins what they counted.
pub fn all(jobs: &[Job]) -> Tally {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        let mut tally = Tally::new();
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            for (key, count) in job() {
                tally.entry(key).or_default().join(&count);
            }
        }
        tally
    };
    let mut tally = Tally::new();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            for (key, count) in worker.join().expect("a job does not panic") {
                tally.entry(key).or_default().join(&count);
            }
        }
    });
    tally
}
