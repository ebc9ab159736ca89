//! Which workloads and runners there are, as types; and the way in for every kind of process that this program can be.

use std::marker::PhantomData;
use std::process::ExitCode;

use regatta_runners::serving::{self, ServerModel};
use regatta_runners::{Family, Parallelism, Runner, RunnerVisitor, Runners, panics, worker};
use regatta_workloads::{Selected, Workload, Workloads};
use serde_json::{Map, Value};

use crate::catalogue::{Catalogue, Resolved, RunnerCard, WorkloadCard};
use crate::check::CHECK;
use crate::profile::{LOG_FILE, TracedWorkloads};
use crate::protocol::{CELL, MODEL, SERVER, WORKER};
use crate::resolving::Resolve;
use crate::trial::{Faults, LEDGER};
use crate::{cell, cli, server, standard};

/// A course: workload types and runner types of a program's own, beside those that come with Regatta, and all server models.
#[derive(Debug)]
pub struct Course<Ws = (), Rs = ()> {
    servers: Vec<ServerModel>,
    types: PhantomData<fn() -> (Ws, Rs)>,
}

impl Course {
    /// Returns the workloads, runners and server models that come with Regatta.
    pub fn standard() -> Self {
        Self { servers: serving::STANDARD.to_vec(), types: PhantomData }
    }
}

impl<Ws: Workloads, Rs: Runners> Course<Ws, Rs> {
    /// Returns the same with one more workload.
    pub fn workload<W: Workload>(self) -> Course<(W, Ws), Rs> {
        Course { servers: self.servers, types: PhantomData }
    }

    /// Returns the same with one more runner.
    pub fn runner<R: Runner>(self) -> Course<Ws, (R, Rs)> {
        Course { servers: self.servers, types: PhantomData }
    }

    /// Returns the same with one more server model.
    #[must_use]
    pub fn server(mut self, model: ServerModel) -> Self {
        self.servers.push(model);
        self
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
            CELL => Some(cell::main(&self.servers, |selected, heard| {
                match (Ws::has(selected.name), Rs::has(heard.runner())) {
                    (_, true) if heard.is_of_trial() => Ok(cell::try_out::<Rs>(heard)),
                    (_, false) if heard.is_of_trial() => Ok(standard::trial(heard)),
                    (true, true) => cell::be::<Ws, Rs>(selected, heard),
                    (true, false) => cell::be::<Ws, standard::Runners>(selected, heard),
                    (false, true) => cell::be::<standard::Workloads, Rs>(selected, heard),
                    (false, false) => standard::cell(selected, heard),
                }
            })),
            WORKER if std::env::var_os(LEDGER).is_some() => Some(worker::main::<Faults>(&args[2..])),
            WORKER => {
                let is_own = worker::workload(&args[2..]).is_some_and(Ws::has);
                let is_watched = [LOG_FILE, CHECK].iter().any(|name| std::env::var_os(name).is_some());
                let main = match (is_own, is_watched) {
                    (true, true) => worker::main::<TracedWorkloads<Ws>>,
                    (true, false) => worker::main::<Ws>,
                    (false, true) => standard::traced_worker,
                    (false, false) => standard::worker,
                };
                Some(main(&args[2..]))
            }
            MODEL => Some(serving::main(&self.servers, &args[2..])),
            SERVER => Some(server::main(&args[2..])),
            _ => None,
        }
    }
}

impl<Ws: Workloads, Rs: Runners> Catalogue for Course<Ws, Rs> {
    fn workloads(&self) -> Vec<WorkloadCard> {
        Ws::cards().into_iter().chain(regatta_workloads::Standard::cards()).collect()
    }

    fn runners(&self) -> Vec<RunnerCard> {
        let own = Rs::names().into_iter().filter_map(|name| Rs::visit(name, DescribeRunner));
        let standard = standard::Runners::names().into_iter();
        let runners = own.chain(standard.filter_map(|name| standard::Runners::visit(name, DescribeRunner)));
        runners.chain(self.servers.iter().map(describe_server)).collect()
    }

    fn resolve(&self, name: &str, params: &Map<String, Value>) -> Result<Resolved, String> {
        let selected = Selected { name, params };
        let resolved =
            panics::caught(|| if Ws::has(name) { Ws::visit(&selected, Resolve) } else { standard::resolve(&selected) });
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
            computes_as: "sequential".to_owned(),
            is_server: false,
            parallelism: R::PARALLELISM,
            processes: R::PROCESSES,
            waits_in_workers: R::PARALLELISM == Parallelism::Workers && R::PREEMPTIVE,
            options: R::OPTIONS.iter().map(|name| (*name).to_owned()).collect(),
            workloads: None,
            version: String::new(),
        }
    }
}

fn describe_server(model: &ServerModel) -> RunnerCard {
    RunnerCard {
        name: model.name.to_owned(),
        about: model.about.to_owned(),
        family: Family::Native.name().to_owned(),
        model: model.name.to_owned(),
        gil: false,
        baseline: "blocking-server".to_owned(),
        computes_as: "sequential".to_owned(),
        is_server: true,
        parallelism: model.parallelism,
        processes: model.processes,
        waits_in_workers: false,
        options: Vec::new(),
        workloads: None,
        version: String::new(),
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
