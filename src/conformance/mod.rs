//! Whether a program in another language keeps to the protocol: every message, by every runner, with what was expected and what came.
//!
//! - `checks`: what a cell should do.
//! - `talk`: a conversation in which every line is looked at.
//! - `finding`: what came of a check.

mod checks;
mod finding;
mod talk;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use self::finding::Complaint;
pub(crate) use self::finding::{Finding, Outcome};
use crate::catalogue::{Catalogue, External, RunnerCard};
use crate::driver::Launcher;
use crate::group::ReadyCell;
use crate::guests::Guest;
use crate::interrupt::Interrupt;
use crate::plan::{Plan, PlanError, PlannedGroup};

/// Numbers of tasks that every runner must do with.
const TASKS: [(u64, &str); 4] = [(0, "no task"), (1, "one task"), (7, "a few tasks"), (100, "many tasks")];

/// A runner of a program.
struct Subject<'a> {
    catalogue: &'a dyn Catalogue,
    launch: &'a Launcher,
    card: &'a RunnerCard,
    external: &'a External,
    interrupt: &'a Interrupt,
    /// Cores of this machine.
    cores: u64,
}

/// A check that is to be made.
type Check<'a> = Box<dyn Fn() -> Vec<Finding> + Send + Sync + 'a>;

/// Checks all runners of a program, several checks at once, and tells each finding as it comes.
///
/// `plan` has small work of every kind.
///
/// # Errors
/// If the plan does not fit the catalogue.
pub(crate) fn check(
    guest: &Guest,
    plan: &Plan,
    catalogue: &dyn Catalogue,
    cores: u64,
    interrupt: &Interrupt,
    tell: &mut dyn FnMut(Finding),
) -> anyhow::Result<()> {
    let launch = Launcher::new(Vec::new(), interrupt.clone())?;
    let (cards, externals) = (guest.cards(), guest.externals());
    let subjects: Vec<Subject<'_>> = cards
        .iter()
        .zip(&externals)
        .map(|(card, external)| Subject { catalogue, launch: &launch, card, external, interrupt, cores })
        .collect();
    let mut checks: Vec<Check<'_>> = Vec::new();
    for subject in &subjects {
        for (workload, cell) in work_of(plan, catalogue, subject, cores)? {
            checks.push(Box::new(move || vec![subject.finding(&workload, checks::work(subject, &cell))]));
        }
        for (tasks, what) in TASKS {
            checks.push(Box::new(move || vec![subject.finding(what, checks::tasks(subject, tasks))]));
        }
        checks.push(Box::new(|| vec![subject.finding("a task that fails", checks::failing_task(subject))]));
        checks.push(Box::new(|| vec![subject.finding("a kill in a run", checks::killed(subject))]));
        checks.push(Box::new(|| vec![subject.finding("its clock", checks::clock(subject))]));
        checks.push(Box::new(|| vec![subject.finding("its accounts", checks::accounts(subject))]));
    }
    // What has nothing to do with a runner is seen by the first.
    if let Some(subject) = subjects.first() {
        checks.push(Box::new(|| subject.findings(checks::refusals(subject))));
        checks.push(Box::new(|| subject.findings(checks::early_ends(subject))));
    }
    carry_out(&checks, usize::try_from(cores).unwrap_or(1), interrupt, tell);
    Ok(())
}

/// Carries out so many checks at once. Each worker ends the processes that it started.
fn carry_out(checks: &[Check<'_>], at_once: usize, interrupt: &Interrupt, tell: &mut dyn FnMut(Finding)) {
    let (next, (give, findings)) = (AtomicUsize::new(0), channel());
    std::thread::scope(|scope| {
        for _ in 0..at_once.clamp(1, 8) {
            let (next, give) = (&next, give.clone());
            scope.spawn(move || {
                while let Some(check) = checks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // Nobody hears it any more only if the whole has failed.
                    if interrupt.is_set() || check().into_iter().any(|finding| give.send(finding).is_err()) {
                        break;
                    }
                }
            });
        }
        drop(give);
        findings.into_iter().for_each(tell);
    });
}

/// Returns the work of a plan that a runner says it can do, by the name of the workload.
fn work_of(
    plan: &Plan,
    catalogue: &dyn Catalogue,
    subject: &Subject<'_>,
    cores: u64,
) -> Result<Vec<(String, ReadyCell)>, PlanError> {
    let mut plan = plan.clone();
    (plan.reference, plan.noise_arm) = (false, false);
    plan.heat(Duration::ZERO);
    let mut work = Vec::new();
    // Where a plan spares a model some work, it spares another language's, too.
    let is_spared = |group: &PlannedGroup| group.skip.contains_key(&subject.card.model);
    plan.groups.retain(|group| !is_spared(group));
    for group in &mut plan.groups {
        group.runners = vec![subject.card.name.clone()];
        group.variants.clear();
        group.skip.clear();
    }
    for planned in &plan.groups {
        let ready = plan.ready_group(planned, catalogue, cores)?;
        // Larger pools do the same.
        let cell = ready.cells.into_iter().next();
        work.extend(cell.map(|mut cell| {
            cell.id.runner.clone_from(&subject.external.runner);
            (planned.workload.clone(), cell)
        }));
    }
    Ok(work)
}

impl Subject<'_> {
    fn finding(&self, check: &str, checked: Result<Outcome, Complaint>) -> Finding {
        let outcome = checked.unwrap_or_else(Outcome::Wrong);
        Finding { runner: self.card.name.clone(), check: check.to_owned(), outcome }
    }

    fn findings(&self, checked: Vec<(&'static str, Result<Outcome, Complaint>)>) -> Vec<Finding> {
        checked.into_iter().map(|(check, checked)| self.finding(check, checked)).collect()
    }
}
