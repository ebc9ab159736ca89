//! `docs/RECORDS.md` names every field of the files of a run, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use regatta_reports::record::{
    AxisOf, Build, Capacity, CapacityPoint, CellId, Counts, Deadlock, End, Failure, FailureKind, Group, Lone, Machine,
    Overhead, Plan, Profile, Program, Record, Run, RunnerInfo, Sample, Scale, Sweep, TaskEnd, TaskFate, Told,
    TrialRecord, Waiting, WorkloadInfo,
};
use regatta_reports::{Claims, Report, Results, write};
use serde_json::{Value, json};

/// The histograms of cases of coordination, and of servers.
const HISTOGRAMS: [&str; 5] = ["wait_ns", "set_to_run_ns", "handover_ns", "lateness_ns", "reply_ns"];

/// The figures of cases of coordination, of servers and of runtimes that warm up, of which there are no stored records.
const FIGURES: [&str; 25] = [
    "boot_ns",
    "first_run_ns",
    "warm_up_cut",
    "warm_up_ns",
    "warm_up_runs",
    "operations",
    "lost_updates",
    "oversold",
    "jain_index",
    "longest_turn",
    "waits",
    "most_inside",
    "released",
    "gave_up",
    "writes",
    "most_readers",
    "leaders",
    "most_in_queue",
    "refused",
    "replies_per_s",
    "p999_ns",
    "fairness",
    "memory_per_connection_bytes",
    "generator_cores",
    "littles_law_off_by",
];

/// Names of fields by the place of their object: `run.plan`, or the heading of a section.
type Fields = BTreeMap<String, BTreeSet<String>>;

/// Objects whose names are of the user's, the plan's or the program's choosing.
const OPEN: [&str; 13] = [
    "sample.params",
    "sample.group_params",
    "profile.params",
    "profile.group_params",
    "deadlock.params",
    "deadlock.group_params",
    "error.params",
    "error.group_params",
    "lone.params",
    "trial.params",
    "run.program.crates",
    "run.plan.groups[].params",
    "run.plan.groups[].scale.*.params",
];
/// Objects that have a name for each of many values of a kind.
const MANY: [&str; 6] = [
    "run.workloads",
    "run.runners",
    "run.builds",
    "run.plan.groups[].skipped",
    "run.plan.groups[].scale",
    "run.plan.groups[].pieces_per_ms",
];
/// What has the fields of a cell beside its own.
const CELLS: [&str; 6] = ["sample", "profile", "deadlock", "trial", "error", "run.plan.groups[].cells[]"];

/// Where the repository has this file.
fn repository(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Adds the fields of a value and of all within it.
fn collect(place: &str, value: &Value, fields: &mut Fields) {
    match value {
        Value::Object(object) if MANY.contains(&place) => {
            object.values().for_each(|value| collect(&format!("{place}.*"), value, fields));
        }
        Value::Object(object) if !OPEN.contains(&place) => {
            for (name, value) in object {
                fields.entry(place.to_owned()).or_default().insert(name.clone());
                collect(&format!("{place}.{name}"), value, fields);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(&format!("{place}[]"), value, fields)),
        _ => {}
    }
}

/// A value that is not left out for being empty.
fn text() -> String {
    "x".to_owned()
}

/// A record of each type with every field that can be omitted. Each object that has such fields is written out, so that a new
/// one does not compile before it is here.
fn complete() -> Vec<Record> {
    let cell = CellId { runner: text(), options: text(), workers: 1, arm: text() };
    let group = Group {
        workload: text(),
        title: text(),
        params: BTreeMap::new(),
        tasks: 1,
        wait_ns: 1,
        pieces_per_ms: BTreeMap::from([("native".to_owned(), 100)]),
        hot_ns: 1,
        scale: BTreeMap::from([(text(), Scale { params: BTreeMap::new(), tasks: 1, wait_ns: 1, hot_ns: 1 })]),
        sweep: Some(Sweep { title: text(), axis: text(), of: AxisOf::Workers, between: vec![text()] }),
        cells: vec![cell.clone()],
        skipped: BTreeMap::new(),
    };
    let plan = Plan { name: text(), budget_s: None, target: Some(0.02), rounds: 1, processes: 1, groups: vec![group] };
    let runner = RunnerInfo {
        family: text(),
        model: text(),
        gil: None,
        about: text(),
        baseline: text(),
        parallelism: text(),
        version: text(),
    };
    let run = Run {
        schema: 1,
        id: text(),
        started: text(),
        seed: 1,
        driver: text(),
        program: Program::default(),
        plan,
        machine: Machine::default(),
        workloads: BTreeMap::from([(text(), WorkloadInfo::default())]),
        runners: BTreeMap::from([(text(), runner)]),
        overhead: Some(Overhead::default()),
        reference: text(),
        builds: BTreeMap::from([(text(), Build::default())]),
        left_out: vec![text()],
    };
    let sample = Sample {
        workload: text(),
        params: BTreeMap::new(),
        group_params: Some(BTreeMap::new()),
        cell: cell.clone(),
        process: 0,
        round: 0,
        order: 0,
        tasks: 1,
        checksum: 1,
        workers_seen: 1,
        wall_ns: 1,
        cpu_ns: 1,
        per_core_ns: None,
        switches_voluntary: None,
        switches_involuntary: None,
        counts: Counts { switches: Some(1), faults_minor: Some(1), faults_major: Some(1), ..Counts::default() },
        peak_rss_bytes: None,
        children_rss_bytes: None,
        tree_pss_bytes: Some(1),
        start_ns: 1,
        steal_ns: None,
        outside_ns: None,
        busy_ns: Some(1),
        server_cpu_ns: Some(1),
        // The names in these are those of the stored records, and those that they lack.
        figures: FIGURES.map(|figure| (figure.to_owned(), 1.0)).into(),
        histograms: HISTOGRAMS.map(|histogram| (histogram.to_owned(), text())).into(),
        turns: vec![vec![1]],
        source: ["perf", "faults"].map(|figure| (figure.to_owned(), text())).into(),
    };
    let one = Some(1);
    let counts =
        Counts { switches: one, faults_minor: one, faults_major: one, migrations: one, wakeups: one, calls: one };
    let fate = TaskFate {
        process: Some(0),
        thread: Some(0),
        begun_ns: Some(0),
        ended_ns: Some(0),
        end: Some(TaskEnd::Done),
        told_ns: Some(0),
        told: Some(Told::Result),
    };
    let counted = ["switches", "faults", "migrations", "wakeups", "calls"];
    vec![
        Record::Run(Box::new(run)),
        Record::Capacity(Capacity { points: vec![CapacityPoint::default()], outside_cores: Some(0.0) }),
        Record::Lone(Lone { cpu_ns: vec![1], blocked_ns: Some(1), ..Lone::default() }),
        Record::Sample(Box::new(sample)),
        Record::Profile(Box::new(Profile {
            cell: cell.clone(),
            group_params: Some(BTreeMap::new()),
            counts: vec![counts],
            counts_source: counted.map(|figure| (figure.to_owned(), text())).into(),
            ..Profile::default()
        })),
        Record::Deadlock(Box::new(Deadlock {
            cell: cell.clone(),
            group_params: Some(BTreeMap::new()),
            circle: vec![Waiting::default()],
            ..Deadlock::default()
        })),
        Record::Trial(Box::new(TrialRecord {
            cell: cell.clone(),
            message: text(),
            victim_message: text(),
            not_run: Some(FailureKind::Limit),
            tasks: vec![fate],
            again: vec![fate],
            ..TrialRecord::default()
        })),
        Record::Error(Failure { cell, group_params: Some(BTreeMap::new()), ..Failure::default() }),
        Record::End(End { finished: text(), complete: true, remarks: vec![text()] }),
    ]
}

/// The fields of the records: those that a run has written, and those that it could have written.
fn recorded() -> Fields {
    let mut fields = Fields::new();
    let stored = ["reports/tests/records/base.jsonl", "reports/tests/records/new.jsonl"].map(repository);
    let lines = stored.iter().flat_map(|text| text.lines());
    let lines = lines.map(|line| serde_json::from_str(line).expect("a record"));
    for mut record in lines.chain(complete().iter().map(|record| json!(record))) {
        let kind = record.as_object_mut().and_then(|record| record.remove("type")).expect("a type");
        collect(kind.as_str().expect("a text"), &record, &mut fields);
    }
    let of_cell: BTreeSet<String> = ["runner", "options", "workers", "arm"].map(str::to_owned).into();
    for place in CELLS {
        let found = fields.get_mut(place).expect(place);
        assert!(of_cell.is_subset(found), "{place}");
        found.retain(|name| !of_cell.contains(name));
    }
    fields.insert("The cell".to_owned(), of_cell);
    fields
}

/// The fields of `summary.csv` and `verdicts.json`, as a report has them.
fn reported() -> Fields {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("records");
    fs::create_dir_all(&folder).expect("a folder for the test");
    let stored = repository("reports/tests/records/base.jsonl");
    let results = Results::read_from(stored.as_bytes(), Path::new("base.jsonl")).expect("the records can be read");
    let report = Report::from_results(results, &Claims::built_in());
    let files = write(&report, &folder).expect("the report is written");
    let csv = fs::read_to_string(files.csv).expect("it is there");
    let heading = csv.lines().next().expect("a heading").split(',').map(str::to_owned);
    let mut fields = Fields::from([("summary.csv".to_owned(), heading.collect())]);

    let verdicts = fs::read_to_string(files.verdicts).expect("it is there");
    let verdicts: Vec<Value> = serde_json::from_str(&verdicts).expect("an array");
    verdicts.iter().for_each(|verdict| collect("verdicts.json", verdict, &mut fields));
    let of_conditions = fields.remove("verdicts.json.conditions[]").expect("conditions");
    assert!(of_conditions.is_subset(&fields["verdicts.json"]), "a condition has fields of its own");
    assert_eq!(fields.remove("verdicts.json.conditions[].samples[]").as_ref(), fields.get("verdicts.json.samples[]"));
    fields
}

/// The fields of the tables of `docs/RECORDS.md`, by the heading that they are under.
fn documented() -> Fields {
    let mut fields = Fields::new();
    let mut heading = String::new();
    let mut is_of_fields = false;
    for line in repository("docs/RECORDS.md").lines() {
        if line.starts_with('#') {
            heading = line.trim_start_matches('#').trim().replace('`', "");
        }
        is_of_fields = line.starts_with("| field |") || is_of_fields && line.starts_with('|');
        if let Some(row) = line.strip_prefix("| `").filter(|_| is_of_fields) {
            let (name, _) = row.split_once('`').expect("a name in backticks");
            assert!(fields.entry(heading.clone()).or_default().insert(name.to_owned()), "{name} is there twice");
        }
    }
    fields
}

#[test]
fn every_field_is_documented_and_every_documented_field_exists() {
    let mut there = recorded();
    there.extend(reported());
    there.retain(|_, fields| !fields.is_empty());
    let documented = documented();
    for place in there.keys().chain(documented.keys()) {
        let empty = BTreeSet::new();
        let (is, said) = (there.get(place).unwrap_or(&empty), documented.get(place).unwrap_or(&empty));
        let missing: Vec<_> = is.difference(said).collect();
        let stale: Vec<_> = said.difference(is).collect();
        assert!(
            missing.is_empty() && stale.is_empty(),
            "docs/RECORDS.md, {place}: {missing:?} are missing, {stale:?} do not exist"
        );
    }
}
