//! Every workload under every runner, with no, one, few and many tasks, one that fails and one that panics.
//!
//! A runner is covered by being in the list of runners. The suite has a main of its own, for worker processes re-enter it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use libtest_mimic::{Arguments, Failed, Trial};
use regatta_runners::worker::{self, Command};
use regatta_runners::{Error, Outcome, Parallelism, Runner, RunnerVisitor, Runners, Settings, Standard, fits};
use regatta_workloads::{Context, Kind, Primitives, Selected, Tally, Visitor, Workload, Workloads, expected_tally};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Workers that a runner may use. One number for all, for may takes only the first that it is told in a process.
const WORKERS: usize = 2;

type Course = (Faulty, (Yielding, regatta_workloads::Standard));

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if let Some(("worker", rest)) = args.get(1).map(String::as_str).zip(args.get(2..)) {
        return worker::main::<Course>(rest);
    }
    let trials = Standard::names().into_iter().flat_map(trials_of).collect();
    // One run at a time in a process, as in a cell: threads that coroutines of two runs shared would count twice.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials_of(runner: &'static str) -> Vec<Trial> {
    let many = if runner == "process" { 40 } else { 400 };
    let mut trials = Vec::new();
    for tasks in [0, 1, 7, many] {
        let cases = [
            ("primes", json!({"start": 1000, "length": 5000, "tasks": tasks})),
            ("counting", json!({"from": 5000, "tasks": tasks})),
            ("switch", json!({"yields": 20, "tasks": tasks})),
            ("empty", json!({"tasks": tasks})),
            ("sleep", json!({"wait_us": 1000, "tasks": tasks})),
            ("block", json!({"wait_us": 500, "tasks": tasks.min(50)})),
            ("request", json!({"cpu_us": 5, "wait_us": 900, "requests": tasks, "steps": 3})),
            ("convoy", json!({"beside": tasks.min(1), "round_trips": tasks.max(1), "bytes": 10})),
            ("echo", json!({"connections": tasks, "round_trips": 3, "bytes": 100, "delay_us": 0})),
        ];
        for (workload, params) in cases {
            let name = format!("{runner}/{workload}/{tasks}");
            trials.push(Trial::test(name, move || agrees(runner, workload, params).map(drop)));
        }
    }
    for tasks in [1, 2, many] {
        for (number, (workload, params)) in (1..).zip(coordination(tasks)) {
            for primitives in ["native", "portable", "parking-lot"] {
                let mut params = params.clone();
                params["primitives"] = json!(primitives);
                let name = format!("{runner}/coordination {number}/{workload}/{tasks}/{primitives}");
                trials.push(Trial::test(name, move || coordinates(runner, workload, params)));
            }
        }
        for (workload, params) in alone(tasks) {
            let name = format!("{runner}/{workload}/{tasks}");
            trials.push(Trial::test(name, move || coordinates(runner, workload, params)));
        }
    }
    trials.push(Trial::test(format!("{runner}/primes/known-13"), move || {
        // The large ones take too long in a debug build; the oracle is checked against the sieve by unit tests.
        agrees(runner, "primes", json!({"start": 472_882_000, "length": 100, "tasks": 5})).map(drop)
    }));
    if runner == "process-pool" {
        trials.push(Trial::test(format!("{runner}/tickets are never sold twice in 1,000 runs"), move || {
            Standard::visit(runner, SellOften).ok_or("no such runner")?
        }));
    }
    trials.push(Trial::test(format!("{runner}/its workers are up"), move || {
        Standard::visit(runner, WorkersAreUp).ok_or("no such runner")?
    }));
    trials.push(Trial::test(format!("{runner}/a task fails"), move || {
        let error = fails(runner, json!({"tasks": 20, "fails": 3}))?;
        expect(matches!(&error, Error::Task { index: 3, message } if message.contains("told to")), &error)
    }));
    trials.push(Trial::test(format!("{runner}/a task panics"), move || {
        let error = fails(runner, json!({"tasks": 20, "panics": 5}))?;
        expect(error.to_string().contains("told to panic"), &error)
    }));
    trials.push(Trial::test(format!("{runner}/a task waits often"), move || {
        agrees(runner, "yielding", json!({"tasks": 30})).map(drop)
    }));
    trials
}

/// Returns the cases of coordination with about so many tasks. `deadlock` without a cure is not among them, for it may never end.
fn coordination(tasks: u64) -> Vec<(&'static str, Value)> {
    let (few, half) = ((2_000 / tasks).clamp(3, 100), (tasks / 2).max(1));
    vec![
        ("lost-update", json!({"tasks": tasks, "updates": 2, "pause_us": 0, "lock": true})),
        ("lost-update", json!({"tasks": tasks.min(50), "updates": 2, "pause_us": 1000, "lock": false})),
        ("contention", json!({"tasks": tasks, "operations": few, "inside": 10})),
        ("account", json!({"pairs": half, "operations": few})),
        ("semaphore", json!({"users": tasks, "permits": 5, "entries": 3, "hold_us": 0})),
        ("traffic-light", json!({"cars": tasks, "red_us": 1000, "connectors": half})),
        ("traffic-light", json!({"cars": 0, "connectors": tasks, "tries": 2, "connects": false})),
        ("rwlock", json!({"tasks": tasks, "operations": few, "readers": 80, "gives_way": true})),
        ("barrier", json!({"tasks": tasks, "phases": few.min(20)})),
        ("ping-pong", json!({"round_trips": tasks})),
        ("producer-consumer", json!({"producers": tasks, "consumers": half, "items": few, "capacity": 3})),
        ("producer-consumer", json!({"producers": half, "consumers": tasks, "items": few, "ending": "task-done"})),
        ("queues", json!({"items": tasks, "capacity": 3})),
        ("queues", json!({"items": tasks, "capacity": 3, "order": "lifo", "full": "refuses"})),
        ("queues", json!({"items": tasks, "capacity": 3, "order": "priority"})),
        ("dishes", json!({"dishes": tasks, "capacity": 3})),
        ("deadlock", json!({"tasks": tasks, "rounds": 3, "cure": "order"})),
        ("deadlock", json!({"tasks": tasks, "rounds": 3, "cure": "reentrant"})),
    ]
}

/// Returns the cases whose tasks share nothing, with so many tasks.
fn alone(tasks: u64) -> Vec<(&'static str, Value)> {
    vec![
        // One after the other they take the sum of their times.
        ("timer", json!({"tasks": tasks.min(12), "after_us": 1000})),
        ("tickets", json!({"buyers": tasks.min(50), "tickets": 5, "pause_us": 0})),
        ("tickets", json!({"buyers": tasks.min(50), "tickets": 5, "pause_us": 1000, "lock": false})),
        ("prime-filter", json!({"tasks": tasks, "numbers": 50, "stride": 8})),
        ("square-mapper", json!({"tasks": tasks, "numbers": 50, "stride": 8})),
    ]
}

fn expect(right: bool, found: &impl std::fmt::Debug) -> Result<(), Failed> {
    if right { Ok(()) } else { Err(format!("found {found:?}").into()) }
}

/// Does as [`agrees`], and looks whether both runs say how much was done. A runner with a thread per task can do every case.
fn coordinates(runner: &'static str, workload: &str, params: Value) -> Result<(), Failed> {
    let operations = |outcome: &Outcome| outcome.figures.get("operations").copied();
    let operations: Vec<_> = agrees(runner, workload, params)?.iter().map(operations).collect();
    expect(operations.iter().all(|count| count.is_some() && *count == operations[0]), &operations)?;
    expect(runner != "thread" || operations.len() == 2, &operations)
}

/// Runs twice, for a pool must still be whole after the first run, and compares with the oracle.
fn agrees(runner: &'static str, workload: &str, params: Value) -> Result<Vec<Outcome>, Failed> {
    let checked = run(runner, workload, params)?;
    let outcomes = checked.outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
    for outcome in &outcomes {
        expect(outcome.tally == checked.expected, &(outcome.tally, checked.expected))?;
        let tasks = checked.expected.tasks;
        let allowed = checked.parallelism.workers(WORKERS as u64, tasks).min(tasks);
        expect(outcome.workers_seen <= allowed && (outcome.workers_seen > 0) == (tasks > 0), outcome)?;
    }
    Ok(outcomes)
}

fn fails(runner: &'static str, params: Value) -> Result<Error, Failed> {
    let mut outcomes = run(runner, "faulty", params)?.outcomes;
    outcomes.swap_remove(0).err().ok_or_else(|| "the run should have failed".into())
}

struct Checked {
    outcomes: Vec<Result<Outcome, Error>>,
    expected: Tally,
    parallelism: Parallelism,
}

fn run(runner: &'static str, workload: &str, params: Value) -> Result<Checked, Failed> {
    let params: Map<String, Value> = serde_json::from_value(params)?;
    Course::visit(&Selected { name: workload, params: &params }, ChooseRunner(runner))?
}

struct ChooseRunner(&'static str);

impl Visitor for ChooseRunner {
    type Output = Result<Checked, Failed>;

    fn visit<W: Workload>(self, mut workload: W) -> Self::Output {
        if workload.service().is_some() {
            workload.attach(echo_server());
        }
        let folder = tempfile::tempdir()?;
        workload.attach_folder(folder.path());
        Standard::visit(self.0, RunTwice(workload)).ok_or("no such runner")?
    }
}

/// Reads a clock for what only tasks can time.
fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

struct RunTwice<W>(W);

impl<W: Workload> RunnerVisitor for RunTwice<W> {
    type Output = Result<Checked, Failed>;

    fn visit<R: Runner>(self) -> Self::Output {
        let program = std::env::current_exe()?;
        let worker = Command { program, args: vec!["worker".to_owned()], env: Vec::new() };
        let settings = Settings { workers: WORKERS, options: BTreeMap::new(), worker };
        if let Err(Error::Unavailable(_)) = fits::<R, W>(&self.0, &settings) {
            // What a runner says that it cannot do is not asked of it.
            let expected = expected_tally(self.0.expected());
            return Ok(Checked { outcomes: Vec::new(), expected, parallelism: R::PARALLELISM });
        }
        let mut workload = self.0;
        workload.attach_clock(now);
        let workload = Arc::new(workload);
        let expected = expected_tally(workload.expected());
        let mut run = match R::start(Arc::clone(&workload), settings) {
            // Its world lacks these primitives.
            Err(Error::Unavailable(_)) => {
                return Ok(Checked { outcomes: Vec::new(), expected, parallelism: R::PARALLELISM });
            }
            started => started?,
        };
        let mut again = || {
            workload.begin();
            let mut outcome = run()?;
            workload.audit().map_err(|error| Error::Wrong(error.to_string()))?;
            let figures = workload.figures().into_iter().map(|(name, figure)| (name.to_owned(), figure));
            outcome.figures.extend(figures);
            Ok(outcome)
        };
        let first = again();
        let outcomes = if first.is_ok() { vec![first, again()] } else { vec![first] };
        Ok(Checked { outcomes, expected, parallelism: R::PARALLELISM })
    }
}

/// Sells the tickets of a stock many times, and looks whether there were ever too many.
struct SellOften;

impl RunnerVisitor for SellOften {
    type Output = Result<(), Failed>;

    fn visit<R: Runner>(self) -> Self::Output {
        let program = std::env::current_exe()?;
        let worker = Command { program, args: vec!["worker".to_owned()], env: Vec::new() };
        let settings = Settings { workers: WORKERS, options: BTreeMap::new(), worker };
        let folder = tempfile::tempdir()?;
        let mut tickets = regatta_workloads::Tickets { pause_us: 0, ..Default::default() };
        tickets.attach_folder(folder.path());
        let tickets = Arc::new(tickets);
        let mut run = R::start(Arc::clone(&tickets), settings)?;
        for _ in 0..1_000 {
            tickets.begin();
            run()?;
            tickets.audit()?;
            expect(tickets.figures().contains(&("oversold", 0.0)), &tickets.figures())?;
        }
        Ok(())
    }
}

/// Starts a runner without running anything, and looks whether all of its threads and processes have come to wait for work.
struct WorkersAreUp;

impl RunnerVisitor for WorkersAreUp {
    type Output = Result<(), Failed>;

    fn visit<R: Runner>(self) -> Self::Output {
        let program = std::env::current_exe()?;
        let worker = Command { program, args: vec!["worker".to_owned()], env: Vec::new() };
        let settings = Settings { workers: WORKERS, options: BTreeMap::new(), worker };
        while threads_that_never_ran()? > 0 {
            // The timer of `may` is none of its workers, and may come up later than they.
            std::thread::yield_now();
        }
        let pool = R::start(Arc::new(regatta_workloads::Empty::default()), settings)?;
        let never_ran = threads_that_never_ran()?;
        drop(pool);
        let allowed = usize::from(R::NAME == "green");
        expect(never_ran <= allowed, &format!("{never_ran} threads that had never run"))
    }
}

/// Counts the threads of this process and its children that no core has run yet, by the last figure of proc(5)'s `schedstat`.
fn threads_that_never_ran() -> std::io::Result<usize> {
    let children = std::fs::read_to_string(format!("/proc/self/task/{}/children", std::process::id()))?;
    let processes = children.split_whitespace().map(str::to_owned).chain(["self".to_owned()]);
    let mut count = 0;
    for process in processes {
        for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
            // A thread may end meanwhile.
            let Ok(times) = std::fs::read_to_string(thread?.path().join("schedstat")) else { continue };
            count += usize::from(times.trim_end().ends_with(" 0"));
        }
    }
    Ok(count)
}

/// Starts an upper-casing server on a thread of this process: what is tested here are answers, not times.
fn echo_server() -> SocketAddr {
    static SERVER: OnceLock<SocketAddr> = OnceLock::new();
    *SERVER.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || {
                    let mut line = Vec::new();
                    let mut reader = BufReader::new(&stream);
                    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                        line.make_ascii_uppercase();
                        if (&stream).write_all(&line).is_err() {
                            break;
                        }
                        line.clear();
                    }
                });
            }
        });
        address
    })
}

/// One task of many fails, or panics.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Faulty {
    tasks: u64,
    fails: Option<u64>,
    panics: Option<u64>,
}

impl Workload for Faulty {
    const NAME: &'static str = "faulty";
    const KIND: Kind = Kind::Cpu;
    const ABOUT: &'static str = "has one bad task";

    type Shared<P: Primitives> = ();

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, _cx: &C, _shared: &(), index: u64) -> Result<u64, regatta_workloads::Error> {
        assert_ne!(Some(index), self.panics, "told to panic");
        if Some(index) == self.fails {
            return Err(regatta_workloads::Error::Wrong("told to fail".to_owned()));
        }
        Ok(0)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.tasks).map(|_| 0)
    }
}

/// Waits in every way that a context offers, so that a coroutine moves between threads if its model lets it.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Yielding {
    tasks: u64,
}

impl Workload for Yielding {
    const NAME: &'static str = "yielding";
    const KIND: Kind = Kind::Mixed;
    const ABOUT: &'static str = "gives way and sleeps by turns";

    type Shared<P: Primitives> = ();

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, cx: &C, _shared: &(), index: u64) -> Result<u64, regatta_workloads::Error> {
        let text = format!("task {index}");
        for _ in 0..5 {
            cx.yield_now().await;
            cx.sleep(std::time::Duration::from_micros(100)).await;
            cx.checkpoint();
        }
        Ok(text.len() as u64)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.tasks).map(|index| 5 + index.to_string().len() as u64)
    }
}
