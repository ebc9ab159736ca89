//! Which workloads and runners there are, as types; and the way in for every kind of process that this program can be.

use std::cmp::Ordering;
use std::marker::PhantomData;
use std::process::ExitCode;

use regatta_reports::record::Parameters;
use regatta_runners::{Family, Parallelism, Runner, RunnerVisitor, Runners, panics, worker};
use regatta_workloads::{Burn, Kind, Selected, Tally, Visitor, Workload, Workloads, expected_tally};
use serde_json::{Map, Value};

use crate::catalogue::{Catalogue, ReadySizing, Resolved, RunnerCard, WorkloadCard};
use crate::check::CHECK;
use crate::profile::{LOG_FILE, TracedWorkloads};
use crate::protocol::{CELL, SERVER, WORKER};
use crate::{cell, cli, server};

/// A list of workloads, and the reference burn, which every program has and none lists.
type WithBurn<Ws> = (Burn, Ws);

/// A course: a list of workload types and a list of runner types.
#[derive(Debug)]
pub struct Course<Ws, Rs>(PhantomData<(Ws, Rs)>);

impl Course<regatta_workloads::Standard, regatta_runners::Standard> {
    /// Returns the workloads and runners that come with Regatta.
    pub fn standard() -> Self {
        Self(PhantomData)
    }
}

impl<Ws: Workloads, Rs: Runners> Course<Ws, Rs> {
    /// Returns the same with one more workload.
    pub fn workload<W: Workload>(self) -> Course<(W, Ws), Rs> {
        Course(PhantomData)
    }

    /// Returns the same with one more runner.
    pub fn runner<R: Runner>(self) -> Course<Ws, (R, Rs)> {
        Course(PhantomData)
    }

    /// Runs the whole of a program: the command line, and the cells, workers and servers as which it starts itself.
    pub fn main(self) -> ExitCode {
        self.helper().unwrap_or_else(|| cli::main(&self))
    }

    /// Carries out a cell, a worker or a server if this process was started as one, and returns its exit code.
    ///
    /// A program that does not hand its whole `main` to [`Course::main`] begins with this: it starts itself as its cells.
    pub fn helper(&self) -> Option<ExitCode> {
        let args: Vec<String> = std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect();
        match args.get(1)?.as_str() {
            CELL => Some(cell::main::<WithBurn<Ws>, Rs>()),
            WORKER if [LOG_FILE, CHECK].iter().any(|name| std::env::var_os(name).is_some()) => {
                Some(worker::main::<TracedWorkloads<WithBurn<Ws>>>(&args[2..]))
            }
            WORKER => Some(worker::main::<WithBurn<Ws>>(&args[2..])),
            SERVER => Some(server::main(&args[2..])),
            _ => None,
        }
    }
}

impl<Ws: Workloads, Rs: Runners> Catalogue for Course<Ws, Rs> {
    fn workloads(&self) -> Vec<WorkloadCard> {
        Ws::cards()
    }

    fn runners(&self) -> Vec<RunnerCard> {
        Rs::names().into_iter().filter_map(|name| Rs::visit(name, DescribeRunner)).collect()
    }

    fn resolve(&self, name: &str, params: &Map<String, Value>) -> Result<Resolved, String> {
        let resolved = panics::caught(|| WithBurn::<Ws>::visit(&Selected { name, params }, Resolve));
        let of_workload = |message: String| format!("workload `{name}`: {message}");
        let visited = resolved.map_err(|panic| of_workload(format!("it panicked: {panic}")))?;
        visited.map_err(|error| error.to_string())?.map_err(of_workload)
    }
}

struct DescribeRunner;

impl RunnerVisitor for DescribeRunner {
    type Output = RunnerCard;

    fn visit<R: Runner>(self) -> RunnerCard {
        RunnerCard {
            name: R::NAME.to_owned(),
            about: R::ABOUT.to_owned(),
            family: R::FAMILY.name().to_owned(),
            model: R::MODEL.to_owned(),
            gil: R::FAMILY == Family::Gil,
            baseline: "sequential".to_owned(),
            parallelism: R::PARALLELISM,
            processes: R::PROCESSES,
            waits_in_workers: R::PARALLELISM == Parallelism::Workers && R::PREEMPTIVE,
            options: R::OPTIONS,
            version: String::new(),
        }
    }
}

struct Resolve;

impl Visitor for Resolve {
    /// The workload, or what is wrong with it.
    type Output = Result<Resolved, String>;

    fn visit<W: Workload>(self, workload: W) -> Self::Output {
        let sizing = workload.sizing();
        Ok(Resolved {
            params: parameters(&workload),
            tasks: workload.tasks(),
            expected: expected(&workload)?,
            wait: workload.wait(),
            computing: workload.computing(),
            sizing: sizing.map(|sizing| ReadySizing { field: sizing.field, probe: parameters(&sizing.probe) }),
            service: workload.service(),
            shares_memory: W::SHARES_MEMORY,
            only_computes: W::KIND == Kind::Cpu,
        })
    }
}

/// Asks the oracle.
///
/// # Errors
/// If it panics, or has not as many results as there are tasks.
fn expected<W: Workload>(workload: &W) -> Result<Tally, String> {
    let tasks = workload.tasks();
    let most = usize::try_from(tasks).unwrap_or(usize::MAX).saturating_add(1);
    let expected = panics::caught(|| expected_tally(workload.expected().take(most)))
        .map_err(|panic| format!("`expected` panicked: {panic}"))?;
    match expected.tasks.cmp(&tasks) {
        Ordering::Equal => Ok(expected),
        Ordering::Less => Err(format!("`expected` has {} results, and there are {tasks} tasks", expected.tasks)),
        Ordering::Greater => Err(format!("`expected` has more results than there are tasks, which are {tasks}")),
    }
}

/// Returns all parameters of a workload by name, defaults filled in.
fn parameters<W: Workload>(workload: &W) -> Parameters {
    match serde_json::to_value(workload) {
        Ok(Value::Object(params)) => params.into_iter().collect(),
        _ => Parameters::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_parameter_is_described_once_and_nothing_else_is() {
        for card in Course::standard().workloads() {
            let defaults = Course::standard().resolve(card.name, &Map::new()).expect(card.name).params;
            let mut described: Vec<&str> = card.parameters.iter().map(|parameter| parameter.name).collect();
            described.sort_unstable();
            assert_eq!(described, defaults.keys().map(String::as_str).collect::<Vec<_>>(), "{}", card.name);
        }
    }
}
