//! The checks: each says what a cell should do, and how it is seen that it does.

use std::time::{Duration, Instant};

use regatta_reports::record::{FailureKind, Sample};
use serde_json::{Map, Value, json};

use super::Subject;
use super::finding::{Complaint, Outcome};
use super::talk::{TIMEOUT, Talk, shown};
use crate::catalogue::Resolved;
use crate::driver::{Launch, start};
use crate::group::ReadyCell;
use crate::protocol::{Answer, Request, Start};

/// What came of a check, or what is wrong.
type Checked = Result<Outcome, Complaint>;

/// Workloads whose tasks are as many as a parameter says, the simplest first.
const COUNTED: [&str; 4] = ["empty", "counting", "sleep", "primes"];
/// CPU time of a run by which accounts are checked, nanoseconds.
const ENOUGH_NS: u64 = 60_000_000;
/// What a message costs a cell, at most, nanoseconds: it hears and answers outside of what it times.
const MESSAGE_NS: f64 = 10e6;
/// By how much accounts may differ.
const TOLERANCE: f64 = 0.25;
/// A wait by which the clock of a cell is checked.
const WAIT: Duration = Duration::from_millis(30);

/// Checks two runs of a piece of work in one process: answers, workers, and that the end of its input is its end.
pub(super) fn work(subject: &Subject<'_>, cell: &ReadyCell) -> Checked {
    let service = cell.work.resolved.service.map(|service| subject.launch.server(service, 0)).transpose();
    let server = match service {
        Ok(server) => server,
        Err(error) => return Ok(Outcome::Skipped(error.to_string())),
    };
    let start = Start { server: server.as_ref().map(|server| server.address()), ..start(cell) };
    runs(subject, &start, &cell.work.resolved, 2)
}

/// Checks a run of so many tasks that do little.
pub(super) fn tasks(subject: &Subject<'_>, tasks: u64) -> Checked {
    let Some(name) = COUNTED.into_iter().find(|name| subject.card.can_do(name)) else {
        return Ok(Outcome::Skipped(format!("it can do none of {}", COUNTED.join(", "))));
    };
    let params = match name {
        "empty" => json!({ "tasks": tasks }),
        "counting" => json!({ "tasks": tasks, "from": 10 }),
        "sleep" => json!({ "tasks": tasks, "wait_us": 100 }),
        _ => json!({ "tasks": tasks, "start": 1_000, "length": 500 }),
    };
    let (start, resolved) = subject.start(name, &params)?;
    runs(subject, &start, &resolved, 2)
}

fn runs(subject: &Subject<'_>, start: &Start, resolved: &Resolved, runs: u32) -> Checked {
    let mut talk = subject.talk()?;
    if let Some(reason) = talk.start(start)? {
        return Ok(Outcome::Skipped(reason));
    }
    for _ in 0..runs {
        let (_, sample) = talk.run()?;
        answer(&sample, resolved, start)?;
    }
    talk.end().map(|()| Outcome::Right)
}

/// Refuses a sample that is not right.
fn answer(sample: &Sample, resolved: &Resolved, start: &Start) -> Result<(), Complaint> {
    let expect =
        |is_so: bool, expected: String, came: String| if is_so { Ok(()) } else { Err(Complaint::new(expected, came)) };
    let expected = resolved.expected;
    let (tasks, checksum, seen) = (sample.tasks, sample.checksum, sample.workers_seen);
    let what = format!("{} with {}", start.workload, Value::from_iter(start.params.clone()));
    expect(tasks == expected.tasks, format!("{} tasks of {what}", expected.tasks), format!("{tasks} tasks"))?;
    let sum = format!("the checksum {} of {what}", expected.checksum);
    expect(checksum == expected.checksum, sum, format!("{checksum}"))?;
    let least = u64::from(expected.tasks > 0);
    let workers = format!("`workers_seen` from {least} to {}", start.workers);
    expect((least..=start.workers).contains(&seen), workers, format!("{seen}"))?;
    expect(sample.wall_ns > 0, "a `wall_ns` above 0".to_owned(), "0".to_owned())
}

/// Checks that what cannot be is answered with an error, and neither with silence nor with `ready`.
pub(super) fn refusals(subject: &Subject<'_>) -> Vec<(&'static str, Checked)> {
    let Some(name) = COUNTED.into_iter().find(|name| subject.card.can_do(name)) else {
        return vec![("wrong messages", Ok(Outcome::Skipped(format!("it can do none of {}", COUNTED.join(", ")))))];
    };
    let right = match subject.start(name, &json!({ "tasks": 3 })) {
        Ok((start, _)) => start,
        Err(complaint) => return vec![("wrong messages", Err(complaint))],
    };
    let with = |change: fn(&mut Start)| {
        let mut start = right.clone();
        change(&mut start);
        serde_json::to_string(&Request::Start(Box::new(start))).unwrap_or_default()
    };
    let lines = [
        ("a workload that there is not", with(|start| start.workload = "no-such-workload".to_owned())),
        ("a runner that there is not", with(|start| start.runner = "no-such-runner".to_owned())),
        ("another version of the protocol", with(|start| start.protocol = 99)),
        (
            "an option that there is not",
            with(|start| drop(start.options.insert("no_such_option".to_owned(), 1.into()))),
        ),
        ("a parameter that is missing", with(|start| drop(start.params.remove("tasks")))),
        ("a parameter below zero", with(|start| drop(start.params.insert("tasks".to_owned(), (-3).into())))),
        ("a parameter that is no number", with(|start| drop(start.params.insert("tasks".to_owned(), "many".into())))),
        ("a run before the start", r#"{"do":"run"}"#.to_owned()),
        ("a message that there is not", r#"{"do":"dance"}"#.to_owned()),
        ("a line that is not JSON", "{\"do\":".to_owned()),
    ];
    lines.into_iter().map(|(what, line)| (what, refusal(subject, &line))).collect()
}

fn refusal(subject: &Subject<'_>, line: &str) -> Checked {
    let expected = "an `error`";
    let mut talk = subject.talk()?;
    talk.say_line(line);
    match talk.hear(expected)? {
        (Answer::Error { .. }, _) => Ok(Outcome::Right),
        (_, line) => Err(Complaint::new(expected, format!("`{}`", shown(&line)))),
    }
}

/// Checks that a task that fails is an error with a message: one that talks to a server that is not there.
pub(super) fn failing_task(subject: &Subject<'_>) -> Checked {
    if !subject.card.can_do("echo") {
        return Ok(Outcome::Skipped("none of its workloads can fail: it does not do echo".to_owned()));
    }
    let (mut start, _) = subject.start("echo", &json!({ "connections": 2, "round_trips": 1 }))?;
    // Nobody listens at the port of one's own that was just given back.
    let gone = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    start.server = gone.ok();
    let expected = "an `error` of kind `crash`, with a message that says what failed";
    let mut talk = subject.talk()?;
    talk.say(&Request::Start(Box::new(start)));
    let mut heard = talk.hear(expected)?;
    if matches!(heard.0, Answer::Ready { .. }) {
        talk.say(&Request::Run);
        heard = talk.hear(expected)?;
    }
    match heard {
        (Answer::Error { kind, message }, _) if kind.is_not_run() => Ok(Outcome::Skipped(message)),
        (Answer::Error { kind: FailureKind::Crash, message }, _) if !message.trim().is_empty() => Ok(Outcome::Right),
        (_, line) => Err(Complaint::new(expected, format!("`{}`", shown(&line)))),
    }
}

/// Checks that the end of its input is the end of a cell, before its start and after it.
pub(super) fn early_ends(subject: &Subject<'_>) -> Vec<(&'static str, Checked)> {
    let before = || subject.talk()?.end().map(|()| Outcome::Right);
    let after = || {
        let Some(name) = COUNTED.into_iter().find(|name| subject.card.can_do(name)) else {
            return Ok(Outcome::Skipped(format!("it can do none of {}", COUNTED.join(", "))));
        };
        let (start, _) = subject.start(name, &json!({ "tasks": 3 }))?;
        let mut talk = subject.talk()?;
        match talk.start(&start)? {
            Some(reason) => Ok(Outcome::Skipped(reason)),
            None => talk.end().map(|()| Outcome::Right),
        }
    };
    vec![("its input ends before the start", before()), ("its input ends before a run", after())]
}

/// Checks that of a cell that is killed in a run nothing is left.
pub(super) fn killed(subject: &Subject<'_>) -> Checked {
    if !subject.card.can_do("sleep") {
        return Ok(Outcome::Skipped("it does not do sleep".to_owned()));
    }
    let (start, _) = subject.start("sleep", &json!({ "tasks": 2, "wait_us": 600_000_000 }))?;
    let mut talk = subject.talk()?;
    if let Some(reason) = talk.start(&start)? {
        return Ok(Outcome::Skipped(reason));
    }
    talk.say(&Request::Run);
    // Worker processes have begun by then, or will be seen below as what they are.
    std::thread::sleep(Duration::from_millis(200));
    let tree = talk.process().map(crate::recorder::tree_of).unwrap_or_default();
    drop(talk);
    let is_left = |process: &&u32| crate::recorder::is_alive(**process);
    let deadline = Instant::now() + TIMEOUT;
    while tree.iter().any(|process| is_left(&process)) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    let left: Vec<String> = tree.iter().filter(is_left).map(u32::to_string).collect();
    if left.is_empty() {
        return Ok(Outcome::Right);
    }
    let expected = "that it ends with its process group, and with it all that it started";
    Err(Complaint::new(expected, format!("these processes are left: {}", left.join(", "))))
}

/// Checks that a cell times what it says, by waits that cannot be shorter.
pub(super) fn clock(subject: &Subject<'_>) -> Checked {
    if !subject.card.can_do("sleep") {
        return Ok(Outcome::Skipped("it does not do sleep".to_owned()));
    }
    let wait_us = WAIT.as_micros() as u64;
    let (start, resolved) = subject.start("sleep", &json!({ "tasks": 2, "wait_us": wait_us }))?;
    let mut talk = subject.talk()?;
    if let Some(reason) = talk.start(&start)? {
        return Ok(Outcome::Skipped(reason));
    }
    let (_, sample) = talk.run()?;
    answer(&sample, &resolved, &start)?;
    let least = WAIT.as_nanos() as u64 / 100 * 99;
    if sample.wall_ns >= least {
        return talk.end().map(|()| Outcome::Right);
    }
    let expected = format!("a `wall_ns` of at least {} for waits of {wait_us} us", WAIT.as_nanos());
    Err(Complaint::new(expected, format!("{}", sample.wall_ns)))
}

/// Checks the accounts of a run that computes against what the driver saw from outside: not more CPU time than the cores had in its
/// wall time, and as much as the cell says, if it says it.
pub(super) fn accounts(subject: &Subject<'_>) -> Checked {
    if !subject.card.can_do("counting") {
        return Ok(Outcome::Skipped("it does not do counting".to_owned()));
    }
    let mut from = 20_000_u64;
    loop {
        let (start, resolved) = subject.start("counting", &json!({ "tasks": 4, "from": from }))?;
        let mut talk = subject.talk()?;
        if let Some(reason) = talk.start(&start)? {
            return Ok(Outcome::Skipped(reason));
        }
        talk.run()?;
        let (seen, said) = talk.run()?;
        answer(&said, &resolved, &start)?;
        if seen.cpu_ns < ENOUGH_NS && from < 1 << 34 {
            from *= if seen.cpu_ns < ENOUGH_NS / 16 { 16 } else { 4 };
            continue;
        }
        compare(&seen, &said, subject.cores)?;
        return talk.end().map(|()| Outcome::Right);
    }
}

/// Compares what the driver saw of a run with what the cell says.
fn compare(seen: &Sample, said: &Sample, cores: u64) -> Result<(), Complaint> {
    let (cpu, wall) = (seen.cpu_ns as f64, said.wall_ns as f64);
    let most = (wall + MESSAGE_NS) * cores as f64 * (1.0 + TOLERANCE);
    if cpu > most {
        let expected =
            format!("a `wall_ns` in which {cores} cores can spend the {cpu} ns of CPU time that the driver saw");
        return Err(Complaint::new(expected, format!("{wall}")));
    }
    let own = said.cpu_ns as f64;
    if said.cpu_ns > 0 && !(cpu * (1.0 - TOLERANCE) - MESSAGE_NS..=cpu * (1.0 + TOLERANCE) + MESSAGE_NS).contains(&own)
    {
        return Err(Complaint::new(format!("a `cpu_ns` near the {cpu} ns that the driver saw"), format!("{own}")));
    }
    Ok(())
}

impl Subject<'_> {
    /// Returns what its cell is told to be for a workload, and the right answer.
    fn start(&self, workload: &str, params: &Value) -> Result<(Start, Resolved), Complaint> {
        let params: Map<String, Value> = params.as_object().cloned().unwrap_or_default();
        let impossible = |message: String| Complaint::new("a workload of this program", message);
        let resolved = self.catalogue.resolve(workload, &params).map_err(impossible)?;
        let workers = self.card.parallelism.workers(2, resolved.tasks);
        let start = Start::lone(workload, resolved.params.clone(), &self.external.runner);
        Ok((Start { workers, ..start }, resolved))
    }

    fn talk(&self) -> Result<Talk, Complaint> {
        Talk::open(self.external, self.interrupt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(wall_ns: u64, cpu_ns: u64) -> Sample {
        Sample { wall_ns, cpu_ns, ..Sample::default() }
    }

    #[test]
    fn accounts_that_cannot_be_are_found() {
        let ms = 1_000_000;
        let seen = sample(0, 200 * ms);
        assert_eq!(compare(&seen, &sample(110 * ms, 0), 2), Ok(()), "two cores");
        assert_eq!(compare(&seen, &sample(110 * ms, 190 * ms), 2), Ok(()));
        let short = compare(&seen, &sample(10 * ms, 0), 2).expect_err("it takes longer");
        assert!(short.expected.contains("2 cores") && short.came == "10000000", "{short:?}");
        let modest = compare(&seen, &sample(110 * ms, 20 * ms), 2).expect_err("a tenth");
        assert!(modest.expected.starts_with("a `cpu_ns` near"), "{modest:?}");
    }
}
