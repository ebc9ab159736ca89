//! `regatta explain`: one claim as a lesson, from a run of just the cells that it needs.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::time::Duration;

use anyhow::{Context, bail};
use jiff::Timestamp;
use regatta_reports::claims::Claim;
use regatta_reports::figures::Cell;
use regatta_reports::record::Group;
use regatta_reports::text::wrapped;
use regatta_reports::{Claims, Results, Summary};

use super::args::{ExplainArgs, RunArgs};
use super::report::{load_claims, names_of};
use super::run::{Setup, carry_out};
use crate::catalogue::{Catalogue, RunnerCard, unknown};
use crate::environment;
use crate::exit::Exit;
use crate::header::header;
use crate::plan::{Plan, PlanError, sweep};
use crate::report::Detail;
use crate::terminal::Screen;
use crate::verbosity::Verbosity;

/// Time for all of it on a machine of few cores, if that is busy. On a quiet one the rounds are done in a few seconds.
const BUDGET: Duration = Duration::from_secs(20);
/// Time for each core, where that is more, since the work of the default plan grows with the cores.
const BUDGET_PER_WORKER: Duration = Duration::from_secs(5);
/// The same for curves: each of their points is a cell with processes of its own.
const BUDGET_OF_CURVES: Duration = Duration::from_secs(30);
/// The same for each core.
const BUDGET_OF_CURVES_PER_WORKER: Duration = Duration::from_secs(10);
/// The plan with the cells of most claims.
const PLAN: &str = "default";
/// The plan with the sweeps that claims about curves speak of.
const PLAN_OF_CURVES: &str = "scaling";
/// Most rounds of a group: what these do not decide takes a run of its own.
const ROUNDS: u32 = 12;
/// Kinds of workloads, and what claims about them are about.
const KINDS: [(&str, &str); 4] = [
    ("cpu", "Computing"),
    ("io", "Waiting"),
    ("mixed", "Waiting beside computing"),
    ("coordination", "Waiting for each other"),
];

/// Runs what the named claim needs and prints the lesson; without a claim it lists them.
pub(crate) fn explain(catalogue: &dyn Catalogue, args: &ExplainArgs, verbosity: Verbosity) -> anyhow::Result<Exit> {
    let Some(id) = &args.claim else { return list(catalogue, args) };
    // Which programs are looked for is what the plan says that shows the claim.
    let built_in = Claims::built_in().only(id);
    let claim = built_in.as_ref().and_then(|only| only.iter().next());
    let plan = claim.map_or(PLAN, plan_of).to_owned();
    let run = RunArgs {
        plan,
        python: args.python.clone(),
        cell: args.cell.clone(),
        claims: args.claims.clone(),
        seed: args.seed,
        out: args.out.clone(),
        open: args.open,
        ..RunArgs::default()
    };
    let (exit, _) = carry_out(catalogue, &run, verbosity, |setup| {
        let ids: Vec<&str> = setup.claims.iter().map(|claim| claim.id.as_str()).collect();
        // A workload stands for the first claim about it that has a plan of its own.
        let of_workload = || setup.claims.iter().find(|claim| claim.plan.is_some() && claim.is_about(id));
        let named = setup.claims.only(id).or_else(|| setup.claims.only(&of_workload()?.id));
        let Some(only) = named else { bail!(unknown("claim", id, ids)) };
        setup.claims = only;
        setup.detail = Detail::Lesson;
        narrow(setup, args.budget)
    })?;
    Ok(exit)
}

/// Narrows the plan to what the verdicts on the claim take, and gives it a few seconds unless a budget was asked for.
fn narrow(setup: &mut Setup<'_>, budget: Option<Duration>) -> anyhow::Result<()> {
    let Setup { plan, claims, catalogue, machine, .. } = setup;
    let claim = claims.iter().next().context("there is no claim to explain")?;
    let is_about_curves = claim.is_about_curves();
    let name = plan_of(claim);
    if name != plan.name {
        *plan = Plan::load(name)?;
    }
    if claim.is_about_trials() {
        return narrow_trials(plan, claim);
    }
    plan.trials = None;
    let groups = points(plan, *catalogue, environment::cores(machine))?;
    let run = header(Timestamp::now(), 0, plan, groups.concat(), machine.clone(), *catalogue);
    let summary = Summary::from_results(&Results { run, ..Results::default() });
    let needed = claim.needed_cells(&summary);
    for (planned, points) in plan.groups.iter_mut().zip(&groups) {
        if planned.watch {
            // What goes wrong otherwise is a part of the lesson.
            let is_meant = |name: &String| {
                claim.is_about(&planned.workload)
                    && points.iter().flat_map(|point| &point.cells).any(|cell| cell.runner == *name)
            };
            planned.runners.retain(is_meant);
            continue;
        }
        let is_of =
            |cell: &Cell, point: &Group| cell.group.workload == point.workload && cell.group.params == point.params;
        let is_here = |cell: &&Cell| points.iter().any(|point| is_of(cell, point));
        let here: Vec<&Cell> = needed.iter().filter(is_here).collect();
        let is_needed = |card: &RunnerCard| here.iter().any(|cell| cell.row.cell.runner == card.name);
        let has_model = |card: &RunnerCard| here.iter().any(|cell| cell.row.runner.model == card.model);
        let cells = || points.iter().flat_map(|point| &point.cells);
        let is_planned = |card: &RunnerCard| cells().any(|cell| cell.is_main() && cell.runner == card.name);
        // A claim about a lock is seen best beside the same models without it, as far as their tasks can be watched.
        let contrasts = |card: &RunnerCard| claim.gil.is_some() && card.version.is_empty() && has_model(card);
        let cards: Vec<RunnerCard> = catalogue.runners().into_iter().filter(is_planned).collect();
        let chosen: Vec<&RunnerCard> = cards.iter().filter(|card| is_needed(card) || contrasts(card)).collect();
        // A curve is one of speed-ups where there is what they are over.
        let baselines = chosen.iter().filter(|_| is_about_curves).map(|card| &card.baseline);
        let names: BTreeSet<&String> = chosen.iter().map(|card| &card.name).chain(baselines).collect();
        let of_these = cards.iter().filter(|card| names.contains(&card.name));
        planned.runners = of_these.map(|card| card.name.clone()).collect();
        planned.variants.clear();
        planned.skip.clear();
    }
    plan.groups.retain(|group| !group.runners.is_empty());
    if plan.groups.is_empty() {
        bail!(cannot_run(claim, *catalogue));
    }
    plan.name = format!("explain {}", claim.id);
    plan.profile = !is_about_curves;
    plan.rounds = ROUNDS;
    plan.reference = claim.needs_capacity();
    let (usual, each) = match is_about_curves {
        true => (BUDGET_OF_CURVES, BUDGET_OF_CURVES_PER_WORKER),
        false => (BUDGET, BUDGET_PER_WORKER),
    };
    plan.budget_per_worker = budget.is_none().then_some(each);
    plan.budget = Some(budget.unwrap_or(usual));
    Ok(())
}

/// Narrows the trials of a plan to the faults that a claim is about. Its models are few, and the others stand beside them.
fn narrow_trials(plan: &mut Plan, claim: &Claim) -> anyhow::Result<()> {
    let trials = plan.trials.as_mut().context("the plan of the claim has no trials")?;
    trials.faults.retain(|fault| claim.is_about_fault(fault.name()));
    plan.groups.clear();
    plan.name = format!("explain {}", claim.id);
    Ok(())
}

/// Returns the name of the plan that shows a claim.
fn plan_of(claim: &Claim) -> &str {
    let usual = if claim.is_about_curves() { PLAN_OF_CURVES } else { PLAN };
    claim.plan.as_deref().unwrap_or(usual)
}

/// Returns the groups that each group of a plan stands for.
fn points(plan: &Plan, catalogue: &dyn Catalogue, cores: u64) -> Result<Vec<Vec<Group>>, PlanError> {
    let ready = |planned| {
        let points = sweep::points(planned, catalogue, cores)?;
        points.iter().map(|point| Ok(plan.ready_group(point, catalogue, cores)?.group)).collect()
    };
    plan.groups.iter().map(ready).collect()
}

/// Says why a claim has no cells here, and what to do about it.
fn cannot_run(claim: &Claim, catalogue: &dyn Catalogue) -> String {
    let has_family = |family: &&String| catalogue.runners().iter().any(|card| card.family == **family);
    let missing: BTreeSet<String> = claim
        .families
        .iter()
        .filter(|family| !has_family(family))
        .filter_map(|family| Some(format!("; {family}: {}", catalogue.missing(family)?)))
        .collect();
    let missing: String = missing.into_iter().collect();
    let plan = plan_of(claim);
    format!("`{}` cannot be shown here: the plan `{plan}` has no cells of what it is about{missing}", claim.id)
}

/// Lists the claims by the kind of work that they are about, those about curves by themselves.
fn list(catalogue: &dyn Catalogue, args: &ExplainArgs) -> anyhow::Result<Exit> {
    let claims = load_claims(&args.claims, &names_of(catalogue))?;
    let ids = claims.iter().map(|claim| claim.id.len()).max().unwrap_or(0);
    let mut out = Screen::output();
    let columns = usize::from(out.width()).saturating_sub(ids + 4);
    let mut section = |title: &str, claims: Vec<&Claim>| -> io::Result<()> {
        writeln!(out, "{title}")?;
        for claim in claims {
            for (at, line) in wrapped(&claim.statement, columns).iter().enumerate() {
                let id = if at == 0 { claim.id.as_str() } else { "" };
                writeln!(out, "  {id:ids$}  {line}")?;
            }
        }
        writeln!(out)
    };
    for (kind, title) in KINDS {
        section(title, of_kind(&claims, kind, catalogue))?;
    }
    section("Along a curve", claims.iter().filter(|claim| claim.is_about_curves()).collect())?;
    writeln!(
        out,
        "`regatta explain gil-convoy`, for example, runs what that claim needs and shows why it comes out so."
    )?;
    Ok(Exit::Well)
}

/// Returns the claims whose first condition is about work of a kind, and that are not about curves.
fn of_kind<'a>(claims: &'a Claims, kind: &str, catalogue: &dyn Catalogue) -> Vec<&'a Claim> {
    let workloads = catalogue.workloads();
    let is_of_kind = |name: &str| workloads.iter().any(|card| card.name == name && card.kind == kind);
    let is_meant =
        |claim: &&Claim| claim.conditions.first().is_some_and(|condition| is_of_kind(&condition.of.workload));
    claims.iter().filter(|claim| !claim.is_about_curves()).filter(is_meant).collect()
}
