//! A cell process: carries out one workload under one runner, as often as the driver asks.

use std::io::{self, BufRead};
use std::marker::PhantomData;
use std::os::fd::OwnedFd;
use std::process::ExitCode;
use std::sync::Arc;

use regatta_reports::record::{FailureKind, Sample};
use regatta_runners::worker::Command;
use regatta_runners::{Error, Runner, RunnerVisitor, Runners, Settings, fits};
use regatta_workloads::{Selected, Visitor, Workload, Workloads};
use serde_json::Map;

use crate::profile::{self, LOG_FILE, Log, Traced};
use crate::protocol::{Answer, Request, Start, VERSION, WORKER};
use crate::recorder::{Recorder, histogram};

/// The whole of a cell process.
pub(crate) fn main<Ws: Workloads, Rs: Runners>() -> ExitCode {
    // Counters are inherited by threads and processes that come later, so they are opened first.
    let recorder = Recorder::open();
    match talk::<Ws, Rs>(recorder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("regatta cell: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The two ends of the conversation with the driver.
struct Line {
    answers: OwnedFd,
}

impl Line {
    /// Takes standard output for itself; what anything else prints goes to standard error from here on.
    fn open() -> io::Result<Self> {
        let answers = rustix::io::dup(rustix::stdio::stdout())?;
        rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
        Ok(Self { answers })
    }

    /// What the driver says next; none when it has gone.
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

fn talk<Ws: Workloads, Rs: Runners>(recorder: Recorder) -> io::Result<()> {
    let mut line = Line::open()?;
    let start = match line.hear()? {
        Some(Request::Start(start)) => start,
        Some(other) => return line.complain(FailureKind::Protocol, format!("`start` comes first, not {other:?}")),
        None => return Ok(()),
    };
    if start.protocol != VERSION {
        let message = format!("this cell speaks version {VERSION} of the protocol, the driver {}", start.protocol);
        return line.complain(FailureKind::Protocol, message);
    }
    let params: Map<_, _> = start.params.clone().into_iter().collect();
    let selected = Selected { name: &start.workload, params: &params };
    let found =
        Ws::visit(&selected, ChooseRunner { line: &mut line, start: &start, recorder, runners: PhantomData::<Rs> });
    match found {
        Ok(done) => done,
        Err(error) => line.complain(FailureKind::Unavailable, error),
    }
}

/// Knows the workload and looks for the runner.
struct ChooseRunner<'a, Rs> {
    line: &'a mut Line,
    start: &'a Start,
    recorder: Recorder,
    runners: PhantomData<Rs>,
}

impl<Rs: Runners> Visitor for ChooseRunner<'_, Rs> {
    type Output = io::Result<()>;

    fn visit<W: Workload>(self, mut workload: W) -> io::Result<()> {
        if let Some(server) = self.start.server {
            workload.attach(server);
        }
        workload.attach_clock(Recorder::now_ns);
        let none = || Err(io::Error::other("there is no such runner"));
        let Self { line, start, recorder, .. } = self;
        match &start.profile_log {
            None => Rs::visit(&start.runner, Serve { line, start, recorder, workload, log: None }).unwrap_or_else(none),
            Some(path) => {
                let log = Arc::new(Log::create(path)?);
                let workload = Traced::new(workload, Arc::clone(&log));
                Rs::visit(&start.runner, Serve { line, start, recorder, workload, log: Some(log) }).unwrap_or_else(none)
            }
        }
    }
}

/// Knows both, and runs when asked.
struct Serve<'a, W> {
    line: &'a mut Line,
    start: &'a Start,
    recorder: Recorder,
    workload: W,
    /// Where the workload logs, if the cell is to be profiled.
    log: Option<Arc<Log>>,
}

impl<W: Workload> RunnerVisitor for Serve<'_, W> {
    type Output = io::Result<()>;

    fn visit<R: Runner>(self) -> io::Result<()> {
        let Self { line, start, mut recorder, workload, log } = self;
        let settings = Settings {
            workers: usize::try_from(start.workers).unwrap_or(usize::MAX).max(1),
            options: start.options.clone(),
            worker: Command {
                program: std::env::current_exe()?,
                args: vec![WORKER.to_owned()],
                env: start.profile_log.iter().map(|path| (LOG_FILE.to_owned(), path.display().to_string())).collect(),
            },
        };
        if let Err(error) = fits::<R, W>(&workload, &settings) {
            return line.complain(kind(&error), error);
        }
        let workload = Arc::new(workload);
        let (start_ns, started) = recorder.time(|| R::start(Arc::clone(&workload), settings));
        let mut run = match started {
            Ok(run) => run,
            Err(error) => return line.complain(kind(&error), error),
        };
        line.say(&Answer::Ready { start_ns, version: None })?;
        while let Some(request) = line.hear()? {
            if let Some(log) = log.as_ref().filter(|_| request == Request::Profile) {
                match profile::record(log, &recorder, || workload.begin(), &mut run)? {
                    Ok(profile) => line.say(&Answer::Profile(Box::new(profile)))?,
                    Err(error) => return line.complain(kind(&error), error),
                }
                continue;
            }
            workload.begin();
            if request != Request::Run {
                return line
                    .complain(FailureKind::Protocol, format!("`run` is what comes after `start`, not {request:?}"));
            }
            let (usage, outcome) = recorder.measure(&mut run);
            match outcome {
                Ok(outcome) => {
                    let mut sample = Sample {
                        tasks: outcome.tally.tasks,
                        checksum: outcome.tally.checksum,
                        workers_seen: outcome.workers_seen,
                        figures: outcome.figures,
                        ..Sample::default()
                    };
                    usage.fill(&mut sample);
                    if let Some((name, latencies)) = workload.latencies() {
                        sample.histograms.insert(name.to_owned(), histogram(&latencies).map_err(io::Error::other)?);
                    }
                    line.say(&Answer::Sample(Box::new(sample)))?;
                }
                Err(error) => return line.complain(kind(&error), error),
            }
        }
        Ok(())
    }
}

/// What kind of failure an error is in a record.
fn kind(error: &Error) -> FailureKind {
    match error {
        Error::Limit { .. } => FailureKind::Limit,
        Error::Unavailable(_) => FailureKind::Unavailable,
        Error::Task { .. } | Error::Panic(_) | Error::Lost(_) | Error::System { .. } => FailureKind::Crash,
    }
}
