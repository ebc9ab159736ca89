//! `regatta explain`: one claim as a lesson, from a run of just the cells that it needs.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::Duration;

use anyhow::{Context, bail};
use jiff::Timestamp;
use regatta_reports::claims::Claim;
use regatta_reports::figures::Cell;
use regatta_reports::text::wrapped;
use regatta_reports::{Claims, Results, Summary};

use super::args::{ExplainArgs, RunArgs};
use super::report::{load_claims, names_of};
use super::run::{Setup, carry_out};
use crate::catalogue::{Catalogue, RunnerCard, unknown};
use crate::environment;
use crate::exit::Exit;
use crate::header::header;
use crate::report::Detail;
use crate::terminal::Screen;
use crate::verbosity::Verbosity;

/// Time for all of it on a machine of few cores, if that is busy. On a quiet one the rounds are done in a few seconds.
const BUDGET: Duration = Duration::from_secs(20);
/// Time for each core, where that is more, since the work of the default plan grows with the cores.
const BUDGET_PER_WORKER: Duration = Duration::from_secs(5);
/// Most rounds of a group: what these do not decide takes a run of its own.
const ROUNDS: u32 = 12;
/// Kinds of workloads, and what claims about them are about.
const KINDS: [(&str, &str); 3] = [("cpu", "Computing"), ("io", "Waiting"), ("mixed", "Waiting beside computing")];

/// Runs what the named claim needs and prints the lesson; without a claim it lists them.
pub(crate) fn explain(catalogue: &dyn Catalogue, args: &ExplainArgs, verbosity: Verbosity) -> anyhow::Result<Exit> {
    let Some(id) = &args.claim else { return list(catalogue, args) };
    let run = RunArgs {
        plan: "default".to_owned(),
        python: args.python.clone(),
        claims: args.claims.clone(),
        seed: args.seed,
        out: args.out.clone(),
        open: args.open,
        ..RunArgs::default()
    };
    let (exit, _) = carry_out(catalogue, &run, verbosity, |setup| {
        let ids: Vec<&str> = setup.claims.iter().map(|claim| claim.id.as_str()).collect();
        let Some(only) = setup.claims.only(id) else { bail!(unknown("claim", id, ids)) };
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
    let cores = environment::cores(machine);
    let groups = plan.groups.iter().map(|group| plan.ready_group(group, *catalogue, cores));
    let groups: Vec<_> = groups.map(|ready| ready.map(|ready| ready.group)).collect::<Result<_, _>>()?;
    let run = header(Timestamp::now(), 0, plan, groups.clone(), machine.clone(), *catalogue);
    let summary = Summary::from_results(&Results { run, ..Results::default() });
    let needed = claim.needed_cells(&summary);
    for (planned, group) in plan.groups.iter_mut().zip(&groups) {
        let is_here = |cell: &&Cell| cell.group.workload == group.workload && cell.group.params == group.params;
        let here: Vec<&Cell> = needed.iter().filter(is_here).collect();
        let is_needed = |card: &RunnerCard| here.iter().any(|cell| cell.row.cell.runner == card.name);
        let has_model = |card: &RunnerCard| here.iter().any(|cell| cell.row.runner.model == card.model);
        let is_planned = |card: &RunnerCard| group.cells.iter().any(|cell| cell.is_main() && cell.runner == card.name);
        // A claim about a lock is seen best beside the same models without it, as far as their tasks can be watched.
        let contrasts = |card: &RunnerCard| claim.gil.is_some() && card.version.is_empty() && has_model(card);
        let cards = catalogue.runners().into_iter().filter(is_planned);
        planned.runners = cards.filter(|card| is_needed(card) || contrasts(card)).map(|card| card.name).collect();
        planned.variants.clear();
        planned.skip.clear();
    }
    plan.groups.retain(|group| !group.runners.is_empty());
    if plan.groups.is_empty() {
        bail!(cannot_run(claim, *catalogue));
    }
    plan.name = format!("explain {}", claim.id);
    plan.profile = true;
    plan.rounds = ROUNDS;
    plan.reference = claim.needs_capacity();
    plan.budget_per_worker = budget.is_none().then_some(BUDGET_PER_WORKER);
    plan.budget = Some(budget.unwrap_or(BUDGET));
    Ok(())
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
    format!("`{}` cannot be shown here: the default plan has no cells of what it is about{missing}", claim.id)
}

/// Lists the claims by the kind of work that they are about.
fn list(catalogue: &dyn Catalogue, args: &ExplainArgs) -> anyhow::Result<Exit> {
    let claims = load_claims(&args.claims, &names_of(catalogue))?;
    let ids = claims.iter().map(|claim| claim.id.len()).max().unwrap_or(0);
    let mut out = Screen::output();
    let columns = usize::from(out.width()).saturating_sub(ids + 4);
    for (kind, title) in KINDS {
        writeln!(out, "{title}")?;
        for claim in of_kind(&claims, kind, catalogue) {
            for (at, line) in wrapped(&claim.statement, columns).iter().enumerate() {
                let id = if at == 0 { claim.id.as_str() } else { "" };
                writeln!(out, "  {id:ids$}  {line}")?;
            }
        }
        writeln!(out)?;
    }
    writeln!(
        out,
        "`regatta explain gil-convoy`, for example, runs what that claim needs and shows why it comes out so."
    )?;
    Ok(Exit::Well)
}

/// Returns the claims whose first condition is about work of a kind.
fn of_kind<'a>(claims: &'a Claims, kind: &str, catalogue: &dyn Catalogue) -> Vec<&'a Claim> {
    let workloads = catalogue.workloads();
    let is_of_kind = |name: &str| workloads.iter().any(|card| card.name == name && card.kind == kind);
    let is_meant =
        |claim: &&Claim| claim.conditions.first().is_some_and(|condition| is_of_kind(&condition.of.workload));
    claims.iter().filter(is_meant).collect()
}
