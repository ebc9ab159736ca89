//! The engine against made-up records: each outcome, at and around thresholds, and every reason not to judge.

mod bounds;
mod cells;
mod sets;
mod statistics;

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};
use serde_json::{Value, json};

use super::*;
use crate::figures::Summary;
use crate::records::Results;
use crate::records::schema::{CellId, Counts, Failure, FailureKind, Group, RunnerInfo, Sample};

/// A run of two cores that is made up cell by cell.
struct Made(Results);

/// Wall times in ns of round after round.
type Walls = Vec<u64>;

impl Made {
    fn new() -> Self {
        let mut results = Results::default();
        results.run.machine.usable_cores = 2;
        for (name, family, gil) in [
            ("sequential", "native", false),
            ("thread", "native", false),
            ("thread-pool", "native", false),
            ("gil-thread", "gil", true),
            ("python-sequential", "cpython", true),
            ("python-thread", "cpython", true),
            ("free-thread", "cpython@free", false),
        ] {
            let model = name.split_once('-').filter(|_| name != "thread-pool").map_or(name, |(_, model)| model);
            let baseline = if family == "cpython" { "python-sequential" } else { "sequential" };
            let info = RunnerInfo {
                family: family.to_owned(),
                model: model.to_owned(),
                gil: Some(gil),
                baseline: baseline.to_owned(),
                ..RunnerInfo::default()
            };
            results.run.runners.insert(name.to_owned(), info);
        }
        Self(results)
    }

    /// Returns the group of a workload with one parameter.
    fn group(&mut self, workload: &str, size: u64) -> &mut Group {
        let params: BTreeMap<String, Value> = BTreeMap::from([("size".to_owned(), json!(size))]);
        let groups = &mut self.0.run.plan.groups;
        let at = groups.iter().position(|group| group.workload == workload && group.params == params);
        let at = at.unwrap_or_else(|| {
            let group = Group { workload: workload.to_owned(), params, tasks: 10, ..Group::default() };
            groups.push(group);
            groups.len() - 1
        });
        &mut groups[at]
    }

    fn cell(mut self, workload: &str, size: u64, cell: CellId, walls: Walls) -> Self {
        let group = self.group(workload, size);
        group.cells.push(cell.clone());
        let params = group.params.clone();
        let sample = Sample { workload: workload.to_owned(), params, cell, ..Sample::default() };
        self.0.samples.extend(walls.into_iter().enumerate().map(|(round, wall_ns)| Sample {
            round: round as u32,
            wall_ns,
            cpu_ns: wall_ns * 3 / 2,
            switches_voluntary: Some(wall_ns / 1_000_000),
            switches_involuntary: Some(0),
            counts: Counts {
                switches: Some(wall_ns / 1_000_000),
                faults_minor: Some(20),
                faults_major: Some(0),
                ..Counts::default()
            },
            histograms: BTreeMap::from([("round_trip_ns".to_owned(), histogram(wall_ns))]),
            ..sample.clone()
        }));
        self
    }

    fn with(self, workload: &str, size: u64, runner: &str, workers: u64, walls: Walls) -> Self {
        self.cell(workload, size, CellId { runner: runner.to_owned(), workers, ..CellId::default() }, walls)
    }

    /// Returns a second copy of the baseline.
    fn with_arm(self, walls: Walls) -> Self {
        let cell = CellId { runner: "sequential".to_owned(), workers: 1, arm: "a-a".to_owned(), ..CellId::default() };
        self.cell("work", 1, cell, walls)
    }

    fn failing(mut self, runner: &str, kind: FailureKind, message: &str) -> Self {
        self = self.with("work", 1, runner, 2, Vec::new());
        let group = self.group("work", 1).clone();
        let cell = group.cells.last().cloned().unwrap_or_default();
        let message = message.to_owned();
        let failure =
            Failure { workload: group.workload, params: group.params, cell, kind, message, ..Failure::default() };
        self.0.failures.push(failure);
        self
    }

    fn judge(&self, claims: &Claims) -> Vec<Verdict> {
        claims.judge(&Summary::from_results(&self.0))
    }

    /// Returns the verdict on one condition of the family `native`.
    fn verdict(&self, condition: &str) -> Judgement {
        let mut verdicts = self.judge(&one("families = [\"native\"]", condition));
        assert_eq!(verdicts.len(), 1);
        verdicts.remove(0).judgement
    }
}

/// Returns a histogram with one value.
fn histogram(value: u64) -> String {
    let mut histogram = Histogram::<u64>::new_with_bounds(1, 60_000_000_000, 3).expect("valid bounds");
    histogram.record(value).expect("within bounds");
    let mut bytes = Vec::new();
    V2DeflateSerializer::new().serialize(&histogram, &mut bytes).expect("written to memory");
    BASE64_STANDARD.encode(bytes)
}

/// Returns `count` rounds around `wall` ms, 1 % up and down.
fn around(wall: f64, count: u64) -> Walls {
    (0..count).map(|round| (wall * 1e6 * (0.99 + 0.02 * (round * 7 % 10) as f64 / 9.0)) as u64).collect()
}

/// Returns `count` rounds of exactly `wall` ms.
fn exactly(wall: u64, count: u64) -> Walls {
    vec![wall * 1_000_000; count as usize]
}

fn one(head: &str, conditions: &str) -> Claims {
    let text = format!("[[claim]]\nid = \"a\"\nstatement = \"So it is.\"\nwhy = \"It is.\"\n{head}\n{conditions}");
    Claims::parse("test.toml", &text).expect("a valid claim")
}

const SPEED_UP: &str = "[[claim.condition]]\nstatistic = \"speed-up\"\n\
                        of = { workload = \"work\", models = [\"thread-pool\"] }\n";

/// Returns sequential 100 ms, and a pool.
fn pool(walls: Walls) -> Made {
    let count = walls.len() as u64;
    Made::new().with("work", 1, "sequential", 1, around(100.0, count)).with("work", 1, "thread-pool", 2, walls)
}
