//! The whole pipeline with cells, a server, a clock and a disk that a test makes up: exact, and without processes.

mod sweep;

use std::cell::{Cell as Slot, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use regatta_workloads::{Service, Tally};

use super::*;
use crate::catalogue::Resolved;
use crate::group::{Precise, ReadyCell, Work};
use crate::plan::OwnQuota;
use regatta_reports::record::{FailureKind, Group, Parameters, arms};

/// What a made-up cell does in its n-th run.
type Script = fn(run: u32) -> Result<Sample, CellError>;

/// Makes up cells by runner name. Time passes only when a cell runs.
#[derive(Default)]
struct World {
    scripts: BTreeMap<&'static str, Script>,
    now: Rc<Slot<Duration>>,
    starts: RefCell<Vec<String>>,
    server_alive: Rc<Slot<bool>>,
    server_starts: Slot<u32>,
    interrupt_after: Slot<Option<u32>>,
}

struct MadeUpCell {
    script: Script,
    runs: u32,
    now: Rc<Slot<Duration>>,
}

struct MadeUpServer(Rc<Slot<bool>>);

fn right() -> Sample {
    Sample { tasks: 4, checksum: 99, workers_seen: 1, wall_ns: 1_000, cpu_ns: 1_000, ..Sample::default() }
}

impl Launch for World {
    fn spawn(&self, start: &Start) -> Result<Box<dyn Spawned>, CellError> {
        self.starts.borrow_mut().push(start.runner.clone());
        match self.scripts.get(start.runner.as_str()) {
            Some(&script) => Ok(Box::new(MadeUpCell { script, runs: 0, now: Rc::clone(&self.now) })),
            None => Err(CellError::failed(FailureKind::Limit, "too little of everything; get more")),
        }
    }

    fn server(&self, _service: Service, port: u16) -> Result<Box<dyn Server>, CellError> {
        assert_eq!(port, if self.server_starts.get() == 0 { 0 } else { 7 }, "a server comes back on its old port");
        self.server_starts.update(|starts| starts + 1);
        self.server_alive.set(true);
        Ok(Box::new(MadeUpServer(Rc::clone(&self.server_alive))))
    }

    fn interrupted(&self) -> bool {
        let left = self.interrupt_after.get();
        self.interrupt_after.set(left.map(|left| left.saturating_sub(1)));
        left == Some(0)
    }
}

impl Spawned for MadeUpCell {
    fn start(self: Box<Self>, _timeout: Duration) -> Result<Box<dyn Cell>, CellError> {
        Ok(self)
    }
}

impl Cell for MadeUpCell {
    fn ask(&mut self) {}

    fn hear(&mut self, _timeout: Duration) -> Result<Sample, CellError> {
        self.runs += 1;
        self.now.update(|now| now + Duration::from_millis(100));
        (self.script)(self.runs)
    }

    fn profile(&mut self, timeout: Duration) -> Result<Profile, CellError> {
        self.run(timeout).map(|sample| Profile { wall_ns: sample.wall_ns, ..Profile::default() })
    }
}

impl Server for MadeUpServer {
    fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 7))
    }

    fn ended(&mut self) -> Option<String> {
        (!self.0.get()).then(|| "signal: 9".to_owned())
    }

    fn cpu_ns(&self) -> Option<u64> {
        None
    }
}

impl Clock for World {
    fn elapsed(&self) -> Duration {
        self.now.get()
    }
}

struct Silence;

impl Watch for Silence {}

/// A disk that has room for so many records.
struct Disk {
    records: Vec<Record>,
    room: usize,
}

impl Sink for Disk {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        if self.records.len() == self.room {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        self.records.push(record.clone());
        Ok(())
    }
}

fn group(runners: &[&str], service: bool) -> ReadyGroup {
    let cells: Vec<_> =
        runners.iter().map(|&runner| CellId { runner: runner.to_owned(), workers: 2, ..CellId::default() }).collect();
    let resolved = Resolved {
        params: Parameters::new(),
        tasks: 4,
        expected: Tally { tasks: 4, checksum: 99 },
        wait: Duration::ZERO,
        computing: None,
        sizing: None,
        service: service.then_some(Service::Echo { delay: Duration::ZERO }),
        serving: None,
        shares_memory: false,
        only_computes: true,
    };
    let group = Group { workload: "w".to_owned(), tasks: 4, ..Group::default() };
    let work = Work { workload: "w".to_owned(), resolved, hot: Duration::ZERO };
    let ready = |(place, id)| {
        let precision = if place == 0 { Precise::Wall } else { Precise::Nothing };
        ReadyCell { id, options: Parameters::new(), work: work.clone(), pieces_per_ms: None, precision }
    };
    let cells = cells.into_iter().enumerate().map(ready).collect();
    let mut ready = ReadyGroup { group, cells, alone: None, own_quota: OwnQuota::default(), watch: false };
    ready.write_down_cells();
    ready
}

fn plan(text: &str) -> Plan {
    Plan::parse("test", &format!("{text}\ngroup = []")).expect("a plan")
}

/// Carries the groups out and gives what became of them, and the records.
fn drive(world: &World, plan: &Plan, groups: &[ReadyGroup], seed: u64) -> (RunTotals, Vec<Record>) {
    let mut disk = Disk { records: Vec::new(), room: usize::MAX };
    let driver =
        Driver { plan, seed, launch: world, clock: world, watch: &mut Silence, sink: &mut disk, warm_up: true };
    let tallied = driver.run(groups).expect("a disk with room");
    (tallied, disk.records)
}

fn samples(records: &[Record]) -> Vec<&Sample> {
    records
        .iter()
        .filter_map(|record| if let Record::Sample(sample) = record { Some(&**sample) } else { None })
        .collect()
}

fn failures(records: &[Record]) -> Vec<&Failure> {
    records.iter().filter_map(|record| if let Record::Error(failure) = record { Some(failure) } else { None }).collect()
}

fn world(scripts: &[(&'static str, Script)]) -> World {
    World { scripts: scripts.iter().copied().collect(), ..World::default() }
}

const WELL: Script = |_| Ok(right());

#[test]
fn every_cell_runs_once_in_every_round_in_an_order_drawn_from_the_seed() {
    let groups = [group(&["a", "b", "c"], false)];
    let orders = |seed| {
        let world = world(&[("a", WELL), ("b", WELL), ("c", WELL)]);
        let (tallied, records) = drive(&world, &plan("rounds = 8\nprocesses = 2"), &groups, seed);
        assert_eq!(tallied, RunTotals { samples: 24, ..RunTotals::default() });
        assert_eq!(world.starts.borrow().len(), 6, "three cells in two processes each");
        let samples = samples(&records);
        for (number, round) in samples.chunks(3).enumerate() {
            let mut runners: Vec<_> = round.iter().map(|sample| sample.cell.runner.as_str()).collect();
            runners.sort_unstable();
            assert_eq!(runners, ["a", "b", "c"]);
            assert!(round.iter().all(|sample| sample.round == number as u32 && sample.process == number as u32 / 4));
            assert_eq!(round.iter().map(|sample| sample.order).collect::<Vec<_>>(), [0, 1, 2]);
        }
        samples.iter().map(|sample| sample.cell.runner.clone()).collect::<Vec<_>>()
    };
    assert_eq!(orders(1), orders(1));
    assert_ne!(orders(1), orders(2));
}

#[test]
fn the_warm_up_is_not_counted_but_verified() {
    let world = world(&[("a", WELL), ("bad", |_| Ok(Sample { checksum: 1, ..right() }))]);
    let (tallied, records) = drive(&world, &plan("rounds = 3"), &[group(&["a", "bad"], false)], 0);
    assert_eq!((tallied.samples, tallied.failed), (3, 1));
    assert_eq!(failures(&records)[0].round, None);
}

#[test]
fn hot_runs_come_right_before_each_counted_one_and_are_not_counted() {
    // A run takes 100 ms: two of them before the counted one, which the made-up cell numbers by its wall time.
    let numbered: Script = |run| Ok(Sample { wall_ns: run.into(), ..right() });
    let world = world(&[("a", numbered), ("b", numbered)]);
    let mut hot = group(&["a", "b"], false);
    hot.cells.iter_mut().for_each(|cell| cell.work.hot = Duration::from_millis(150));
    let (tallied, records) = drive(&world, &plan("rounds = 2"), &[hot], 0);
    assert_eq!(tallied, RunTotals { samples: 4, ..RunTotals::default() });
    let numbers: Vec<u64> = samples(&records).iter().map(|sample| sample.wall_ns).collect();
    // The first run of each is the warm-up of its process.
    assert_eq!(numbers, [4, 4, 7, 7]);
}

#[test]
fn of_the_reference_burn_the_run_of_the_least_cpu_time_counts() {
    let numbered: Script = |run| Ok(Sample { cpu_ns: (u64::from(run) + 1) % 3 + 1, ..right() });
    let world = world(&[("a", WELL), ("burn", numbered)]);
    let mut with_burn = group(&["a", "burn"], false);
    with_burn.cells[1].id.arm = arms::REFERENCE.to_owned();
    with_burn.write_down_cells();
    let (_, records) = drive(&world, &plan("rounds = 3"), &[with_burn], 0);
    let burns = samples(&records).into_iter().filter(|sample| sample.cell.runner == "burn");
    assert_eq!(burns.map(|sample| sample.cpu_ns).collect::<Vec<_>>(), [1; 3]);
}

#[test]
fn a_cell_that_fails_while_it_is_made_hot_is_done_with() {
    let fails_later: Script = |run| if run < 3 { Ok(right()) } else { Ok(Sample { checksum: 1, ..right() }) };
    let world = world(&[("a", WELL), ("bad", fails_later)]);
    let mut hot = group(&["a", "bad"], false);
    hot.cells.iter_mut().for_each(|cell| cell.work.hot = Duration::from_secs(1));
    let (tallied, records) = drive(&world, &plan("rounds = 2"), &[hot], 0);
    assert_eq!((tallied.samples, tallied.failed), (2, 1));
    assert_eq!(failures(&records)[0].round, None);
}

#[test]
fn a_wrong_sample_is_an_error_record_and_never_a_time() {
    let cases: [(Script, FailureKind, &str); 6] = [
        (|_| Ok(Sample { checksum: 98, ..right() }), FailureKind::WrongAnswer, "checksum"),
        (|_| Ok(Sample { tasks: 3, ..right() }), FailureKind::WrongAnswer, "3 tasks"),
        (|_| Ok(Sample { workers_seen: 3, ..right() }), FailureKind::WrongAnswer, "3 workers"),
        (|_| Ok(Sample { workers_seen: 0, ..right() }), FailureKind::WrongAnswer, "no worker"),
        (|_| Ok(Sample { wall_ns: 0, ..right() }), FailureKind::Protocol, "no time"),
        (|_| Err(CellError::failed(FailureKind::Timeout, "late")), FailureKind::Timeout, "late"),
    ];
    for (script, kind, message) in cases {
        let world = world(&[("a", WELL), ("bad", script)]);
        let (tallied, records) = drive(&world, &plan("rounds = 5"), &[group(&["bad", "a"], false)], 0);
        assert_eq!((tallied.samples, tallied.failed), (5, 1), "the other cell goes on");
        assert!(samples(&records).iter().all(|sample| sample.cell.runner == "a"));
        let failure = failures(&records)[0];
        assert_eq!(failure.kind, kind);
        assert!(failure.message.contains(message), "{}", failure.message);
    }
}

#[test]
fn a_void_run_is_no_sample_and_its_cell_goes_on() {
    let sometimes: Script =
        |run| if run % 2 == 0 { Err(CellError::failed(FailureKind::Void, "busy")) } else { Ok(right()) };
    let always: Script = |_| Err(CellError::failed(FailureKind::Void, "always busy"));
    let world = world(&[("sometimes", sometimes), ("always", always)]);
    let (totals, records) = drive(&world, &plan("rounds = 20"), &[group(&["sometimes", "always"], false)], 0);
    assert_eq!((totals.samples, totals.failed), (10, 0), "nothing is wrong with either");
    let voids = failures(&records);
    assert!(voids.iter().all(|failure| failure.kind == FailureKind::Void), "{voids:?}");
    let of = |runner: &str| voids.iter().filter(|failure| failure.cell.runner == runner).count();
    assert_eq!(of("sometimes"), 10);
    assert!((1..=8).contains(&of("always")), "it is given up: {voids:?}");
    let is_told = |remark: &String| remark.contains("void") && remark.contains("busy");
    assert!(totals.remarks.iter().any(is_told), "{totals:?}");
}

#[test]
fn a_cell_that_fails_late_keeps_what_it_had() {
    let third: Script = |run| if run < 4 { Ok(right()) } else { Err(CellError::failed(FailureKind::Crash, "gone")) };
    let world = world(&[("a", WELL), ("bad", third)]);
    let (tallied, records) = drive(&world, &plan("rounds = 6\nprocesses = 2"), &[group(&["a", "bad"], false)], 0);
    assert_eq!((tallied.samples, tallied.failed), (6 + 2, 1), "three runs, the first of which was the warm-up");
    assert_eq!(failures(&records)[0].round, Some(2));
    assert_eq!(world.starts.borrow().iter().filter(|runner| *runner == "bad").count(), 1, "it is not started again");
}

#[test]
fn what_cannot_run_here_is_not_a_failure() {
    let world = world(&[("a", WELL)]);
    let mut groups = [group(&["a", "missing"], false)];
    groups[0].group.skipped.insert("left-out".to_owned(), "for a reason".to_owned());
    let (tallied, records) = drive(&world, &plan("rounds = 2"), &groups, 0);
    assert_eq!((tallied.samples, tallied.failed, tallied.not_run), (2, 0, 2));
    assert!(failures(&records).iter().any(|failure| failure.kind == FailureKind::Unavailable));
    assert!(failures(&records).iter().any(|failure| failure.message.contains("get more")));
}

#[test]
fn a_dead_server_costs_one_record_and_comes_back() {
    thread_local! { static SERVER: RefCell<Option<Rc<Slot<bool>>>> = const { RefCell::new(None) }; }
    let script: Script = |run| {
        let alive = SERVER.with_borrow(Clone::clone).expect("set below");
        if run == 3 {
            alive.set(false);
        }
        if alive.get() { Ok(right()) } else { Err(CellError::failed(FailureKind::Crash, "connection refused")) }
    };
    let world = world(&[("a", script), ("b", WELL)]);
    SERVER.with_borrow_mut(|server| *server = Some(Rc::clone(&world.server_alive)));
    let (tallied, records) = drive(&world, &plan("rounds = 6"), &[group(&["a", "b"], true)], 0);
    let message = &failures(&records)[0].message;
    assert!(message.contains("signal: 9") && message.contains("refused"), "{message}");
    // The restarted cell counts its runs anew, so the server dies once more in its third run after that.
    assert_eq!((tallied.failed, world.server_starts.get()), (2, 3));
    assert_eq!(samples(&records).iter().filter(|sample| sample.cell.runner == "b").count(), 6);
    assert_eq!(samples(&records).iter().filter(|sample| sample.cell.runner == "a").count(), 4);
}

#[test]
fn a_full_disk_ends_the_run_with_what_it_had() {
    let world = world(&[("a", WELL)]);
    let mut disk = Disk { records: Vec::new(), room: 3 };
    let plan = plan("rounds = 9");
    let driver = Driver {
        plan: &plan,
        seed: 0,
        launch: &world,
        clock: &world,
        watch: &mut Silence,
        sink: &mut disk,
        warm_up: true,
    };
    let error = driver.run(&[group(&["a"], false)]).expect_err("no room");
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(disk.records.len(), 3);
}

#[test]
fn an_interrupt_ends_the_run_between_samples() {
    let world = world(&[("a", WELL)]);
    world.interrupt_after.set(Some(4));
    let (tallied, records) = drive(&world, &plan("rounds = 9"), &[group(&["a"], false), group(&["a"], false)], 0);
    assert!(tallied.interrupted);
    assert_eq!(samples(&records).len(), 2, "one look before the start, one before the warm-up, one before each sample");
}

#[test]
fn groups_share_the_budget_and_rounds_stay_whole() {
    let world = world(&[("a", WELL), ("b", WELL)]);
    // A round takes 0.2 s: of 4 s each of two groups gets 2 s, less a warm-up.
    let groups = [group(&["a", "b"], false), group(&["a", "b"], false)];
    let (_, records) = drive(&world, &plan("rounds = 1000\ntarget = 0\nbudget = '4s'"), &groups, 0);
    assert_eq!(samples(&records).len(), 2 * 2 * 9);
    assert!(world.now.get() <= Duration::from_secs(4));
}

#[test]
fn a_budget_is_a_promise_and_what_it_cuts_is_said() {
    let world = world(&[("a", WELL), ("b", WELL)]);
    let groups = [group(&["a", "b"], false), group(&["a", "b"], false), group(&["a", "b"], false)];
    // A round takes 0.2 s. The least rounds of the first group, with warm-ups, take 2 s; then there is time for three more rounds.
    let plan = plan("rounds = 50\nleast_rounds = 7\nprocesses = 3\nbudget = '2700ms'");
    let (tallied, records) = drive(&world, &plan, &groups, 0);
    assert!(
        world.now.get() < Duration::from_millis(2700 + 200),
        "no more than the round under way: {:?}",
        world.now.get()
    );
    assert_eq!(samples(&records).len(), 2 * (7 + 2), "whole rounds, the second group's after a warm-up");
    assert_eq!((tallied.failed, tallied.not_run), (0, 2), "the cells of the third group");
    assert!(
        failures(&records).iter().all(|failure| failure.message.contains("left out: the budget of 2s 700ms was spent"))
    );
    assert_eq!(tallied.remarks, ["w (4 tasks) had 2 rounds where 7 are the least: the budget of 2s 700ms was spent"]);
}

#[test]
fn a_group_whose_share_is_up_still_gets_the_least_rounds() {
    let world = world(&[("a", WELL)]);
    let groups = [group(&["a"], false), group(&["a"], false)];
    let plan = plan("rounds = 50\nleast_rounds = 9\nprocesses = 3\ntarget = 0\nbudget = '2s'");
    let (tallied, records) = drive(&world, &plan, &groups, 0);
    // With warm-ups they take 1.2 s of a share of 1 s, which leaves two processes of three rounds to the second group.
    assert_eq!(samples(&records).len(), 9 + 6);
    assert_eq!(tallied.remarks.len(), 1, "{:?}", tallied.remarks);
    assert_eq!(world.now.get(), Duration::from_secs(2));
}

#[test]
fn what_was_measured_before_the_groups_counts_too() {
    let world = world(&[("a", WELL)]);
    world.now.set(Duration::from_secs(5));
    let (tallied, records) = drive(&world, &plan("rounds = 5\nbudget = '4s'"), &[group(&["a"], false)], 0);
    assert_eq!((samples(&records).len(), tallied.not_run, world.starts.borrow().len()), (0, 1, 0));
}

#[test]
fn profiles_come_last_within_the_budget_and_those_that_are_missing_are_named() {
    let world = world(&[("a", WELL), ("b", WELL)]);
    let groups = [group(&["a", "b"], false), group(&["a", "b"], false)];
    let profiles = |records: &[Record]| records.iter().filter(|record| matches!(record, Record::Profile(_))).count();
    let plenty = plan("rounds = 400\ntarget = 0\nprofile = true\nbudget = '10s'");
    let (tallied, records) = drive(&world, &plenty, &groups, 0);
    assert_eq!((profiles(&records), tallied.remarks.len()), (4, 0), "time is set aside for them");
    assert!(world.now.get() <= Duration::from_secs(10));
    assert!(records.iter().rev().take(4).all(|record| matches!(record, Record::Profile(_))));
    world.now.set(Duration::ZERO);
    // Both groups need 1.4 s for their least rounds, a profile 0.1 s, and its counts 0.4 s.
    let short = plan("rounds = 400\nleast_rounds = 6\ntarget = 0\nprofile = true\nbudget = '3s'");
    let (tallied, records) = drive(&world, &short, &groups, 0);
    assert_eq!((samples(&records).len(), profiles(&records)), (24, 2));
    let missing = ["counts", "timeline"].map(|what| format!("No {what} of w under a, b: the budget of 3s was spent"));
    assert_eq!(tallied.remarks, missing);
    assert!(world.now.get() <= Duration::from_secs(3));
}

#[test]
fn a_profile_that_fails_leaves_the_times_of_its_cell_alone() {
    let fails_at_first: Script = |run| {
        // The cell of the profile pass is a new one, in its first run, which in the rounds is the warm-up.
        thread_local! { static FIRST: Slot<u32> = const { Slot::new(0) }; }
        FIRST.set(FIRST.get() + u32::from(run == 1));
        if FIRST.get() == 2 { Err(CellError::failed(FailureKind::Crash, "it has no log")) } else { Ok(right()) }
    };
    let world = world(&[("a", fails_at_first)]);
    let (tallied, records) = drive(&world, &plan("rounds = 3\nprofile = true"), &[group(&["a"], false)], 0);
    assert_eq!((tallied.samples, tallied.failed, failures(&records).len()), (3, 0, 0));
    assert_eq!(tallied.remarks, ["No timeline of w under a: it has no log"]);
}

#[test]
fn the_capacity_is_told_in_units_of_the_lone_burn() {
    // Of three cells the third is twice as slow, as a sibling thread may be; each burns twice, and the second time counts.
    thread_local! { static STARTED: Slot<u32> = const { Slot::new(0) }; }
    struct Machine(World);
    impl Launch for Machine {
        fn spawn(&self, start: &Start) -> Result<Box<dyn Spawned>, CellError> {
            assert_eq!((&*start.arm, start.workers), (arms::REFERENCE, 1));
            STARTED.set(STARTED.get() + 1);
            let runner = if STARTED.get() == 3 { "slow" } else { "fast" };
            self.0.spawn(&Start { runner: runner.to_owned(), ..start.clone() })
        }
        fn server(&self, _service: Service, _port: u16) -> Result<Box<dyn Server>, CellError> {
            unreachable!("a burn talks to no server")
        }
        fn interrupted(&self) -> bool {
            false
        }
    }
    let fast: Script = |run| Ok(Sample { wall_ns: if run % 2 == 0 { 1_000 } else { 7_000 }, ..right() });
    let slow: Script = |run| Ok(Sample { wall_ns: if run % 2 == 0 { 2_000 } else { 9_000 }, ..right() });
    let machine = Machine(world(&[("fast", fast), ("slow", slow)]));
    let reference = group(&["fast"], false).cells.remove(0).work;
    let capacity =
        crate::capacity::measure(&machine, &machine.0, &|| None, &reference, 3, None).expect("right answers");
    let points: Vec<_> = capacity.points.iter().map(|point| (point.burns, &*point.speeds)).collect();
    // A repetition takes 1.2 s of the made-up clock, so there are no more than the fewest.
    assert_eq!(points, [(1, &[1.0; 3][..]), (2, &[2.0; 3]), (3, &[2.5; 3])]);
    let wrong = Machine(world(&[("fast", |_| Ok(Sample { checksum: 1, ..right() }))]));
    assert_eq!(crate::capacity::measure(&wrong, &wrong.0, &|| None, &reference, 1, None), None);
}

/// Says that verdicts are undecided, and counts how often it is asked.
struct Doubtful(Vec<Undecided>, u32);

impl Watch for Doubtful {
    fn undecided(&mut self) -> Vec<Undecided> {
        self.1 += 1;
        self.0.clone()
    }
}

/// Carries the groups out with rounds for verdicts, of which those on these runners are undecided. Returns the rounds of each runner by
/// process.
fn drive_for_verdicts(
    world: &World,
    groups: &[ReadyGroup],
    text: &str,
    undecided: &[&str],
) -> BTreeMap<String, Vec<u32>> {
    let plan = plan(&format!("rounds_for = 'verdicts'\n{text}"));
    let mut disk = Disk { records: Vec::new(), room: usize::MAX };
    let doubts = groups.iter().enumerate().filter_map(|(group, ready)| {
        let cells = ready.cells.iter().map(|cell| cell.id.clone());
        let cells: BTreeSet<CellId> = cells.filter(|cell| undecided.contains(&&*cell.runner)).collect();
        (!cells.is_empty()).then_some(Undecided { group, cells })
    });
    let mut watch = Doubtful(doubts.collect(), 0);
    let driver =
        Driver { plan: &plan, seed: 0, launch: world, clock: world, watch: &mut watch, sink: &mut disk, warm_up: true };
    driver.run(groups).expect("a disk with room");
    assert_eq!(watch.1, 1, "whoever looks again and again finds what is not there");
    let mut rounds: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for sample in samples(&disk.records) {
        let of = rounds.entry(sample.cell.runner.clone()).or_default();
        of.resize(of.len().max(sample.process as usize + 1), 0);
        of[sample.process as usize] += 1;
    }
    rounds
}

#[test]
fn rounds_for_verdicts_go_to_the_groups_whose_verdicts_are_undecided() {
    let groups = [group(&["a"], false), group(&["b"], false), group(&["c"], false)];
    let wells = [("a", WELL), ("b", WELL), ("c", WELL)];
    // Of 12 s each group has 2 s at first, or what half of its share is by then: two rounds a process and a warm-up take 0.3 s.
    let text = "rounds = 90\nleast_rounds = 6\nprocesses = 3\nbudget = '12s'";
    let rounds = drive_for_verdicts(&world(&wells), &groups, text, &[]);
    assert!(rounds.values().all(|rounds| rounds.len() == 3), "nothing is undecided: {rounds:?}");
    let at_first = rounds["b"].iter().sum::<u32>();
    assert!((15..=25).contains(&at_first), "{rounds:?}");
    let revisited = drive_for_verdicts(&world(&wells), &groups, text, &["a", "c"]);
    assert_eq!(revisited["b"], rounds["b"]);
    assert_eq!((revisited["a"].len(), revisited["c"].len()), (5, 5), "two visits in fresh processes: {revisited:?}");
    let all: u32 = revisited.values().flatten().sum();
    assert!((100..=115).contains(&all), "warm-ups take 13 of 120 rounds: {revisited:?}");
    let few = "rounds = 10\nleast_rounds = 6\nprocesses = 3\nbudget = '12s'";
    let rounds = drive_for_verdicts(&world(&wells), &groups, few, &["b"]);
    assert_eq!(rounds["b"].iter().sum::<u32>(), 10, "never more than the plan has: {rounds:?}");
    // The least rounds of three groups take 2.7 s, which leaves no time for more.
    let short = "rounds = 90\nleast_rounds = 6\nprocesses = 3\nbudget = '2800ms'";
    let rounds = drive_for_verdicts(&world(&wells), &groups, short, &["a", "b", "c"]);
    assert!(rounds.values().all(|rounds| *rounds == [2, 2, 2]), "{rounds:?}");
}

/// Notes what it hears of groups, and says that the verdict on the last one is undecided.
#[derive(Default)]
struct Listener(Vec<String>);

impl Watch for Listener {
    fn group(&mut self, group: &ReadyGroup) {
        self.0.push(format!("begins {}", group.cells[0].id.runner));
    }

    fn measured(&mut self, place: usize) {
        self.0.push(format!("measured {place}"));
    }

    fn undecided(&mut self) -> Vec<Undecided> {
        self.0.push("undecided?".to_owned());
        vec![Undecided { group: 1, cells: BTreeSet::from([group(&["b"], false).cells[0].id.clone()]) }]
    }
}

#[test]
fn it_says_when_a_group_has_had_its_rounds_before_the_next_one_begins() {
    let groups = [group(&["a"], false), group(&["b"], false)];
    let (world, plan) =
        (world(&[("a", WELL), ("b", WELL)]), plan("rounds_for = 'verdicts'\nrounds = 90\nbudget = '9s'"));
    let (mut watch, mut disk) = (Listener::default(), Disk { records: Vec::new(), room: usize::MAX });
    let launch = &world;
    let driver =
        Driver { plan: &plan, seed: 0, launch, clock: launch, watch: &mut watch, sink: &mut disk, warm_up: true };
    driver.run(&groups).expect("a disk with room");
    let heard = ["begins a", "measured 0", "begins b", "measured 1", "undecided?"];
    let revisited = ["begins b", "measured 1", "begins b", "measured 1"];
    assert_eq!(watch.0, [&heard[..], &revisited].concat());
}

#[test]
fn cells_of_decided_verdicts_rest_while_others_have_more_rounds() {
    let groups = [group(&["a", "b", "c", "d"], false)];
    let wells = [("a", WELL), ("b", WELL), ("c", WELL), ("d", WELL)];
    let text = "rounds = 900\nleast_rounds = 6\nprocesses = 3\nbudget = '12s'";
    let rounds = drive_for_verdicts(&world(&wells), &groups, text, &["c"]);
    assert_eq!((rounds["a"].len(), rounds["c"].len()), (3, 5), "{rounds:?}");
    let (first, visits): (u32, u32) = (rounds["c"][..3].iter().sum(), rounds["c"][3..].iter().sum());
    assert!(visits > 3 * first, "as long alone as with three others at first: {rounds:?}");
}

#[test]
fn a_group_whose_ratios_are_tight_gives_its_time_to_later_ones() {
    let unsteady: Script = |run| Ok(Sample { wall_ns: 1_000 + 300 * (u64::from(run) % 4), ..right() });
    let world = world(&[("a", WELL), ("b", unsteady)]);
    let groups = [group(&["a"], false), group(&["b"], false)];
    let (_, records) = drive(&world, &plan("rounds = 1000\nleast_rounds = 6\nbudget = '10s'"), &groups, 0);
    let of = |runner: &str| samples(&records).iter().filter(|sample| sample.cell.runner == runner).count();
    assert_eq!(of("a"), 6, "it is known exactly, from as few rounds as have an interval");
    assert!(of("b") > 80, "{} rounds", of("b"));
    world.now.set(Duration::ZERO);
    let (_, records) = drive(&world, &plan("rounds = 40\ntarget = 0\nbudget = '10s'"), &groups[..1], 0);
    assert_eq!(samples(&records).len(), 40, "without a target there are as many as were asked for");
}

#[test]
fn programs_load_side_by_side_and_models_start_one_after_the_other() {
    #[derive(Default)]
    struct Steps(Rc<RefCell<Vec<String>>>);
    struct Loading(String, Rc<RefCell<Vec<String>>>);
    impl Launch for Steps {
        fn spawn(&self, start: &Start) -> Result<Box<dyn Spawned>, CellError> {
            self.0.borrow_mut().push(format!("spawn {}", start.runner));
            if start.runner == "b" {
                return Err(CellError::failed(FailureKind::Unavailable, "no such program"));
            }
            Ok(Box::new(Loading(start.runner.clone(), Rc::clone(&self.0))))
        }
        fn server(&self, _service: Service, _port: u16) -> Result<Box<dyn Server>, CellError> {
            unreachable!("none is asked for")
        }
        fn interrupted(&self) -> bool {
            false
        }
    }
    impl Spawned for Loading {
        fn settle(&mut self, _timeout: Duration) {
            self.1.borrow_mut().push(format!("settle {}", self.0));
        }
        fn start(self: Box<Self>, _timeout: Duration) -> Result<Box<dyn Cell>, CellError> {
            self.1.borrow_mut().push(format!("start {}", self.0));
            Err(CellError::Interrupted)
        }
    }
    let launch = Steps::default();
    let ready = group(&["a", "b", "c"], false);
    let starts: Vec<_> = ready.cells.iter().map(start).collect();
    let cells = launch.cells(&starts, Duration::ZERO);
    assert_eq!(*launch.0.borrow(), ["spawn a", "spawn b", "spawn c", "settle a", "settle c", "start a", "start c"]);
    assert!(matches!(
        &cells[..],
        [Err(CellError::Interrupted), Err(CellError::Failed { .. }), Err(CellError::Interrupted)]
    ));
}
