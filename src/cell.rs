//! A cell process: carries out one workload under one runner, as often as the driver asks.

use std::cell::RefCell;
use std::io::{self, BufRead};
use std::marker::PhantomData;
use std::os::fd::OwnedFd;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;

use regatta_reports::record::{Deadlock, FailureKind, LockMove, LockStep, Sample, Waiting};
use regatta_runners::serving::ServerModel;
use regatta_runners::worker::Command;
use regatta_runners::{
    Error, Link, Move, Outcome, Runner, RunnerVisitor, Runners, Settings, Step, WaitsFor, WatchedWorkload, fits, panics,
};
use regatta_workloads::{Selected, UnknownWorkload, Visitor, Workload, Workloads};
use serde_json::{Map, Value};

use crate::check::{BLOCKED, CHECK, Check};
use crate::profile::{self, LOG_FILE, Log, Purpose, Traced};
use crate::protocol::{Answer, Request, Start, VERSION, WORKER};
use crate::recorder::{Recorder, histogram};
use crate::serving::{self, Served};
use crate::trial::{LEDGER, TrialCell};

/// What became of the conversation.
pub(crate) type Done = io::Result<()>;

/// Runs a cell process, from its first message to its last. `be` is given the workload that the driver asks for, and finds its type and
/// that of the runner.
pub(crate) fn main(
    servers: &[ServerModel],
    be: impl FnOnce(&Selected<'_>, Heard<'_>) -> Result<Done, UnknownWorkload>,
) -> ExitCode {
    panics::note_places();
    // Counters are inherited by threads and processes that come later, so they are opened first.
    let recorder = Recorder::open();
    match talk(recorder, servers, be) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("regatta cell: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The two ends of the conversation with the driver.
pub(crate) struct Line {
    answers: OwnedFd,
}

impl Line {
    /// Takes standard output for itself; what anything else prints goes to standard error from here on.
    fn open() -> io::Result<Self> {
        let answers = rustix::io::dup(rustix::stdio::stdout())?;
        rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
        Ok(Self { answers })
    }

    /// Returns what the driver says next; none when it has gone.
    fn hear(&self) -> io::Result<Option<Request>> {
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line)? == 0 {
            return Ok(None);
        }
        Ok(Some(serde_json::from_str(&line)?))
    }

    fn say(&mut self, answer: &Answer) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(answer)?;
        bytes.push(b'\n');
        let mut rest = &*bytes;
        while !rest.is_empty() {
            let written = rustix::io::retry_on_intr(|| rustix::io::write(&self.answers, rest))?;
            rest = &rest[written..];
        }
        Ok(())
    }

    fn complain(&mut self, kind: FailureKind, message: impl ToString) -> io::Result<()> {
        self.say(&Answer::Error { kind, message: message.to_string() })
    }
}

fn talk(
    recorder: Recorder,
    servers: &[ServerModel],
    be: impl FnOnce(&Selected<'_>, Heard<'_>) -> Result<Done, UnknownWorkload>,
) -> io::Result<()> {
    let mut line = Line::open()?;
    let start = match line.hear()? {
        Some(Request::Start(start)) => *start,
        Some(other) => return line.complain(FailureKind::Protocol, format!("`start` comes first, not {other:?}")),
        None => return Ok(()),
    };
    if start.protocol != VERSION {
        let message = format!("this cell speaks version {VERSION} of the protocol, the driver {}", start.protocol);
        return line.complain(FailureKind::Protocol, message);
    }
    let recorder = if start.count { recorder.with_events() } else { recorder };
    let params: Map<_, _> = start.params.clone().into_iter().collect();
    let selected = Selected { name: &start.workload, params: &params };
    let found = be(&selected, Heard { line: &mut line, start: &start, recorder, servers });
    match found {
        Ok(done) => done,
        Err(error) => line.complain(FailureKind::Unavailable, error),
    }
}

/// What the driver has said first, and what answers it.
pub(crate) struct Heard<'a> {
    line: &'a mut Line,
    start: &'a Start,
    recorder: Recorder,
    servers: &'a [ServerModel],
}

impl Heard<'_> {
    /// Has a server that has started answer loads when asked.
    fn serve_load(self, served: Result<Served, Error>, start_ns: u64) -> Done {
        let Self { line, start, recorder, .. } = self;
        if start.check || start.profile_log.is_some() {
            let message = "the tasks of a server are requests, and its workers are not seen from outside";
            return line.complain(FailureKind::Unavailable, message);
        }
        match served {
            Err(error) => line.complain(kind(&error), error),
            Ok(served) => {
                let running = Running(Rc::new(RefCell::new(served)));
                let served = Rc::clone(&running.0);
                line.say(&Answer::Ready { start_ns, version: None })?;
                let run = Box::new(move || serving::run(&served));
                Work { recorder, purpose: None, graph: None, workload: &running, run }.answer(line)
            }
        }
    }

    /// Returns the name of the runner that is asked for.
    pub(crate) fn runner(&self) -> &str {
        &self.start.runner
    }

    /// Returns whether it is to be the cell of a trial.
    pub(crate) fn is_of_trial(&self) -> bool {
        self.start.trial.is_some()
    }
}

/// Serves as the cell of a trial under one of these runners.
pub(crate) fn try_out<Rs: Runners>(heard: Heard<'_>) -> Done {
    let Heard { line, start, .. } = heard;
    let Some(trial) = &start.trial else { return line.complain(FailureKind::Protocol, "`start` has no trial") };
    let params = Value::Object(start.params.clone().into_iter().collect());
    let mut cell = match TrialCell::start::<Rs>(trial, params, &start.runner, settings(start)?) {
        Ok(cell) => cell,
        Err((kind, message)) => return line.complain(kind, message),
    };
    line.say(&Answer::Ready { start_ns: 0, version: None })?;
    while let Some(request) = line.hear()? {
        if request != Request::Attempt {
            let message = format!("`attempt` is what comes after `start`, not {request:?}");
            return line.complain(FailureKind::Protocol, message);
        }
        line.say(&Answer::Attempted(Box::new(cell.attempt()?)))?;
    }
    Ok(())
}

/// Serves as the cell of one of these workloads under one of these runners.
///
/// # Errors
/// If there is no such workload, or its parameters do not fit.
pub(crate) fn be<Ws: Workloads, Rs: Runners>(
    selected: &Selected<'_>,
    heard: Heard<'_>,
) -> Result<Done, UnknownWorkload> {
    Ws::visit(selected, ChooseRunner { heard, runners: PhantomData::<Rs> })
}

/// Knows the workload and looks for the runner.
struct ChooseRunner<'a, Rs> {
    heard: Heard<'a>,
    runners: PhantomData<Rs>,
}

impl<Rs: Runners> Visitor for ChooseRunner<'_, Rs> {
    type Output = Done;

    fn visit<W: Workload>(self, mut workload: W) -> Done {
        let start = self.heard.start;
        if let Some(serving) = workload.serving() {
            let begin = Recorder::now_ns();
            if let Some(served) = Served::start(start, serving, self.heard.servers) {
                return self.heard.serve_load(served, Recorder::now_ns() - begin);
            }
        }
        if let Some(server) = start.server {
            workload.attach(server);
        }
        if let Some(folder) = &start.folder {
            workload.attach_folder(folder);
        }
        workload.attach_clock(Recorder::now_ns);
        let purpose = match &start.profile_log {
            Some(path) => Some(Purpose::Profile(Arc::new(Log::create(path)?))),
            None if start.check || start.watch => Some(Purpose::Check(Arc::new(Check::new(workload.expected())))),
            None => None,
        };
        match purpose {
            None => self.serve(workload, None),
            Some(purpose) => {
                // Each note costs a look at the clock, so a pass notes what it is there for.
                let graph = match &purpose {
                    Purpose::Profile(_) => WaitsFor::noting_waits(Recorder::now_ns, profile::this_thread),
                    Purpose::Check(_) if start.watch => WaitsFor::noting(Recorder::now_ns),
                    Purpose::Check(_) => WaitsFor::default(),
                };
                let workload = Traced::new(WatchedWorkload::new(workload, graph.clone()), purpose.clone());
                self.serve(workload, Some((purpose, graph)))
            }
        }
    }
}

impl<Rs: Runners> ChooseRunner<'_, Rs> {
    /// Runs the workload when asked. If it is watched, this says for what, and where its tasks note whom they wait for.
    fn serve<W: Workload>(self, workload: W, watched: Option<(Purpose, WaitsFor)>) -> Done {
        let Heard { line, start, recorder, .. } = self.heard;
        let workload = Arc::new(workload);
        let under = Under { workload: Arc::clone(&workload), settings: settings(start)? };
        match Rs::visit(&start.runner, under) {
            None => Err(io::Error::other("there is no such runner")),
            Some(Err(error)) => line.complain(kind(&error), error),
            Some(Ok((start_ns, run))) => {
                line.say(&Answer::Ready { start_ns, version: None })?;
                let (purpose, graph) = watched.unzip();
                Work { recorder, purpose, graph, workload: &*workload, run }.answer(line)
            }
        }
    }
}

/// Carries out every task once.
type Run = Box<dyn FnMut() -> Result<Outcome, Error>>;

/// Starts a workload under a runner.
struct Under<W> {
    workload: Arc<W>,
    settings: Settings,
}

impl<W: Workload> RunnerVisitor for Under<W> {
    /// How long the start took, nanoseconds, and what it has brought.
    type Output = Result<(u64, Run), Error>;

    // The compiler makes a copy of this for each pair of workload and runner, so it does nothing that needs no types.
    fn visit<R: Runner>(self) -> Self::Output {
        fits::<R, W>(&self.workload, &self.settings)?;
        let begin = Recorder::now_ns();
        let run = R::start(self.workload, self.settings)?;
        let start_ns = Recorder::now_ns() - begin;
        Ok((start_ns, Box::new(run)))
    }
}

/// Returns what the runner is given beside the workload.
fn settings(start: &Start) -> io::Result<Settings> {
    Ok(Settings {
        workers: usize::try_from(start.workers).unwrap_or(usize::MAX).max(1),
        options: start.options.clone(),
        worker: Command { program: std::env::current_exe()?, args: vec![WORKER.to_owned()], env: variables(start) },
    })
}

/// Returns the variables by which worker processes know what their tasks are watched for.
fn variables(start: &Start) -> Vec<(String, String)> {
    let log = start.profile_log.iter().map(|path| (LOG_FILE.to_owned(), path.display().to_string()));
    let ledger = start.trial.iter().map(|trial| (LEDGER.to_owned(), trial.ledger.display().to_string()));
    log.chain(ledger).chain(start.check.then(|| (CHECK.to_owned(), "1".to_owned()))).collect()
}

/// What a cell needs of a workload once its runner has started.
trait Started {
    /// Does as [`Workload::begin`].
    fn begin(&self);
    /// Does as [`Workload::audit`].
    fn audit(&self) -> Result<(), Error>;
    /// Returns the latencies of the last run, as records have them.
    fn histograms(&self) -> io::Result<Vec<(&'static str, String)>>;
    /// Does as [`Workload::figures`].
    fn figures(&self) -> Vec<(&'static str, f64)>;
    /// Does as [`Workload::turns`].
    fn turns(&self) -> Vec<Vec<u32>>;
}

impl<W: Workload> Started for W {
    fn begin(&self) {
        Workload::begin(self);
    }

    fn audit(&self) -> Result<(), Error> {
        Workload::audit(self).map_err(|error| Error::Wrong(error.to_string()))
    }

    fn histograms(&self) -> io::Result<Vec<(&'static str, String)>> {
        let encoded = |(name, latencies): (_, Vec<u64>)| Ok((name, histogram(&latencies).map_err(io::Error::other)?));
        self.latencies().into_iter().map(encoded).collect()
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        Workload::figures(self)
    }

    fn turns(&self) -> Vec<Vec<u32>> {
        Workload::turns(self)
    }
}

/// A server that has started.
struct Running(Rc<RefCell<Served>>);

impl Started for Running {
    fn begin(&self) {}

    fn audit(&self) -> Result<(), Error> {
        Ok(())
    }

    fn histograms(&self) -> io::Result<Vec<(&'static str, String)>> {
        Ok(serving::histograms(&self.0))
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    fn turns(&self) -> Vec<Vec<u32>> {
        Vec::new()
    }
}

/// A workload under a runner that has started.
struct Work<'a> {
    recorder: Recorder,
    purpose: Option<Purpose>,
    /// Where tasks note whom they wait for, if they are watched.
    graph: Option<WaitsFor>,
    workload: &'a dyn Started,
    run: Run,
}

impl Work<'_> {
    /// Runs as often as the driver asks.
    fn answer(mut self, line: &mut Line) -> io::Result<()> {
        while let Some(request) = line.hear()? {
            let answer = match (&request, &self.purpose) {
                (Request::Profile, Some(Purpose::Profile(log))) => {
                    let waits = || self.graph.as_ref().map(WaitsFor::waits).unwrap_or_default();
                    profile::record(log, &self.recorder, || self.workload.begin(), waits, &mut self.run)?
                        .map(|profile| Answer::Profile(Box::new(profile)))
                }
                (Request::Run, _) => self.sample()?.map(|sample| Answer::Sample(Box::new(sample.into()))),
                _ => {
                    let message = format!("`run` is what comes after `start`, not {request:?}");
                    return line.complain(FailureKind::Protocol, message);
                }
            };
            match answer {
                Ok(answer) => line.say(&answer)?,
                // There is nothing wrong with the cell, so it goes on.
                Err(error @ Error::Void(_)) => line.complain(FailureKind::Void, error)?,
                Err(error) => match self.graph.as_ref().and_then(deadlock) {
                    Some(deadlock) => return line.say(&Answer::Deadlock(Box::new(deadlock))),
                    None => return line.complain(self.kind(&error), error),
                },
            }
        }
        Ok(())
    }

    /// Runs once, measured.
    fn sample(&mut self) -> io::Result<Result<Sample, Error>> {
        self.workload.begin();
        let check = if let Some(Purpose::Check(check)) = &self.purpose { Some(check) } else { None };
        if let Some(check) = check {
            check.begin();
        }
        let (usage, outcome) = self.recorder.measure(&mut self.run);
        let outcome = match (outcome, check.and_then(|check| check.wrong())) {
            (Err(error), _) | (Ok(_), Some(error)) => return Ok(Err(error)),
            (Ok(outcome), None) => outcome,
        };
        if let Err(error) = self.workload.audit() {
            return Ok(Err(error));
        }
        let mut sample = Sample {
            tasks: outcome.tally.tasks,
            checksum: outcome.tally.checksum,
            workers_seen: outcome.workers_seen,
            figures: outcome.figures,
            ..Sample::default()
        };
        usage.fill(&mut sample);
        if let Some(check) = check {
            sample.figures.insert(BLOCKED.to_owned(), check.blocked_ns() as f64);
        }
        sample.figures.extend(self.workload.figures().into_iter().map(|(name, figure)| (name.to_owned(), figure)));
        sample.turns = self.workload.turns();
        let histograms = self.workload.histograms()?;
        sample.histograms.extend(histograms.into_iter().map(|(name, encoded)| (name.to_owned(), encoded)));
        Ok(Ok(sample))
    }

    /// Returns what kind of failure an error is in a record. A task that fails in a check is a wrong one.
    fn kind(&self, error: &Error) -> FailureKind {
        match (&self.purpose, error) {
            (Some(Purpose::Check(_)), Error::Task { .. }) => FailureKind::WrongAnswer,
            _ => kind(error),
        }
    }
}

/// Returns the circle that tasks have closed, and what they did until then; none if there is none.
fn deadlock(graph: &WaitsFor) -> Option<Deadlock> {
    let circle = graph.circle()?;
    let (steps, closed_ns) = graph.history();
    let link = |Link { task, holds, waits_for }| Waiting { task, holds, waits_for };
    let step = |Step { task, at_ns, what, lock }| {
        let what = match what {
            Move::Asks => LockMove::Asks,
            Move::Holds => LockMove::Holds,
            Move::LetsGo => LockMove::LetsGo,
            Move::GoesOn => LockMove::GoesOn,
        };
        LockStep { task, at_ns, what, lock }
    };
    Some(Deadlock {
        circle: circle.links.into_iter().map(link).collect(),
        steps: steps.into_iter().map(step).collect(),
        closed_ns,
        ..Deadlock::default()
    })
}

/// Returns what kind of failure an error is in a record.
fn kind(error: &Error) -> FailureKind {
    match error {
        Error::Limit { .. } => FailureKind::Limit,
        Error::Unavailable(_) => FailureKind::Unavailable,
        Error::Void(_) => FailureKind::Void,
        Error::Wrong(_) => FailureKind::WrongAnswer,
        Error::Task { .. } | Error::Panic(_) | Error::Lost(_) | Error::System { .. } => FailureKind::Crash,
    }
}
