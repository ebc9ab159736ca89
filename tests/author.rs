//! The story of an author: a workload of one's own that is right, answers wrongly, panics, or blocks.
//!
//! This program is the author's program too, told by the environment: it starts itself.

mod common;
#[path = "../examples/own_workload/src/orders.rs"]
mod orders;

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Output};
use std::time::Duration;

use common::{Folder, said};
use libtest_mimic::{Arguments, Trial};
use orders::Orders;
use regatta::prelude::*;

/// Whether this is the author's program.
const PROGRAM: &str = "REGATTA_TEST_AUTHOR";
/// Runners of every sort.
const RUNNERS: &str = "sequential,thread,process-pool,green,async";

fn main() -> ExitCode {
    let is_helper = std::env::args().nth(1).is_some_and(|arg| arg.starts_with("__"));
    if is_helper || std::env::var_os(PROGRAM).is_some() {
        return Course::standard().workload::<Orders>().workload::<Broken>().main();
    }
    let trials: [(&str, fn()); 9] = [
        ("the example is right under every model", the_example),
        ("a wrong answer names the first task that differs", wrong_task),
        ("a wrong oracle is suspected", wrong_oracle),
        ("tasks that disturb each other are told from wrong ones", disturbed),
        ("a panic in the oracle or in validate has its place", panic_outside_of_tasks),
        ("a panic in a task has its place", panic_in_a_task),
        ("a task that blocks its thread is warned of", blocking),
        ("a plan and parameters can be verified", plan_and_parameters),
        ("latencies of one's own are in the records", latencies),
    ];
    let trials = trials.map(|(name, trial)| {
        Trial::test(name, move || {
            trial();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit_code()
}

/// What is wrong with the workload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(crate = "regatta::serde", rename_all = "kebab-case")]
enum Fault {
    #[default]
    None,
    /// Tasks 3 and 5 give another result.
    WrongTask,
    /// The oracle has another result for task 2.
    WrongOracle,
    /// The oracle has no result for the last task.
    ShortOracle,
    /// Task 3 gives another result where it does not run on the first thread of its process.
    Disturbed,
    PanicInExpected,
    PanicInValidate,
    PanicInTask,
    /// Each task blocks its thread, and its world is not told.
    Blocks,
    /// Each task blocks its thread, and says so.
    BlocksOpenly,
}

/// A workload with a fault.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(crate = "regatta::serde", default, deny_unknown_fields)]
struct Broken {
    fault: Fault,
    tasks: u64,
}

impl Default for Broken {
    fn default() -> Self {
        Self { fault: Fault::None, tasks: 8 }
    }
}

/// The wait of a task that blocks.
const NAP: Duration = Duration::from_millis(3);

impl Workload for Broken {
    const NAME: &'static str = "broken";
    const KIND: Kind = Kind::Service;
    const ABOUT: &'static str = "gives the number of each task";

    type Shared<P: Primitives> = ();

    fn validate(&self) -> Result<(), String> {
        assert_ne!(self.fault, Fault::PanicInValidate, "told to panic");
        Ok(())
    }

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, cx: &C, _shared: &(), index: u64) -> Result<u64, TaskError> {
        let is_first_thread = || std::thread::current().name() == Some("main");
        match self.fault {
            Fault::WrongTask if index == 3 || index == 5 => return Ok(99),
            Fault::Disturbed if index == 3 && !is_first_thread() => return Ok(99),
            Fault::PanicInTask => panic!("told to panic"),
            Fault::Blocks => std::thread::sleep(NAP),
            Fault::BlocksOpenly => cx.block(NAP).await,
            _ => cx.sleep(Duration::from_micros(100)).await,
        }
        Ok(index)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        assert_ne!(self.fault, Fault::PanicInExpected, "told to panic");
        let (fault, tasks) = (self.fault, self.tasks);
        let count = if fault == Fault::ShortOracle { tasks - 1 } else { tasks };
        (0..count).map(move |index| if fault == Fault::WrongOracle && index == 2 { 7 } else { index })
    }
}

/// Runs the author's program in a folder.
fn run_in(folder: &Path, args: &[&str]) -> Output {
    let program = std::env::current_exe().expect("this program");
    Command::new(program).args(args).env(PROGRAM, "1").current_dir(folder).output().expect("the program starts")
}

/// Verifies the faulty workload. Gives the exit code, what is said, and the complaint.
fn verify(fault: &str, runners: &str) -> (Option<i32>, String, String) {
    let fault = format!("fault={fault}");
    let args = ["verify", "--workload", "broken", "--param", &fault, "--runner", runners];
    let output = run_in(Folder::new().path(), &args);
    let (printed, complaint) = said(&output);
    (output.status.code(), printed, complaint)
}

fn the_example() {
    let args = ["verify", "--workload", "orders", "--runner", "native,gil", "--param", "orders=8"];
    let output = run_in(Folder::new().path(), &args);
    let (printed, complaint) = said(&output);
    assert!(output.status.success(), "{printed}{complaint}");
    assert!(!printed.contains("warning") && printed.contains("12 answers right, 0 cells failed"), "{printed}");
}

fn wrong_task() {
    let (code, printed, _) = verify("wrong-task", RUNNERS);
    assert_eq!(code, Some(3), "{printed}");
    let named = printed.matches("task 3: its result is 99, and 3 is expected").count();
    assert_eq!(named, 5, "each failure names it: {printed}");
    assert!(
        printed.contains("suspect `expected`, or the task itself") && printed.contains("the checksum is"),
        "{printed}"
    );
}

fn wrong_oracle() {
    let (code, printed, _) = verify("wrong-oracle", RUNNERS);
    assert_eq!(code, Some(3), "{printed}");
    assert!(printed.contains("task 2: its result is 2, and 7 is expected"), "{printed}");
    assert!(printed.contains("All 5 runners agree") && printed.contains("suspect `expected` of `broken`"), "{printed}");
    let (code, _, complaint) = verify("short-oracle", RUNNERS);
    assert_eq!(code, Some(2), "{complaint}");
    assert!(complaint.contains("workload `broken`: `expected` has 7 results, and there are 8 tasks"), "{complaint}");
}

fn disturbed() {
    let (code, printed, _) = verify("disturbed", "sequential,thread");
    assert_eq!(code, Some(3), "{printed}");
    assert!(printed.contains("ok       broken     sequential"), "{printed}");
    assert!(
        printed.contains("task 3: its result is 99, and 3 is expected. One after the other all are right"),
        "{printed}"
    );
    assert!(!printed.contains("suspect"), "{printed}");
}

fn panic_outside_of_tasks() {
    for (fault, words) in [("panic-in-expected", "`expected` panicked: "), ("panic-in-validate", "it panicked: ")] {
        let (code, printed, complaint) = verify(fault, RUNNERS);
        assert_eq!(code, Some(2), "{printed}{complaint}");
        assert!(complaint.contains(&format!("workload `broken`: {words}")), "{complaint}");
        assert!(complaint.contains("told to panic") && complaint.contains(", at tests/author.rs:"), "{complaint}");
        assert_eq!(complaint.trim_end().lines().count(), 1, "{complaint}");
        assert!(!complaint.contains("BACKTRACE") && !complaint.contains("thread 'main'"), "{complaint}");
    }
    let (printed, _) = said(&run_in(Folder::new().path(), &["list"]));
    assert!(printed.contains("broken"), "{printed}");
}

fn panic_in_a_task() {
    let (code, printed, complaint) = verify("panic-in-task", RUNNERS);
    assert_eq!(code, Some(3), "{printed}{complaint}");
    assert_eq!(printed.matches("told to panic, at tests/author.rs:").count(), 5, "{printed}");
}

fn blocking() {
    let (code, printed, _) = verify("blocks", RUNNERS);
    assert_eq!(code, Some(0), "answers are right: {printed}");
    assert!(printed.contains("warning") && printed.contains("blocked the thread of an event loop"), "{printed}");
    assert!(printed.contains("broken (") && printed.contains("cx.sleep"), "{printed}");
    for fault in ["none", "blocks-openly"] {
        let (_, printed, _) = verify(fault, RUNNERS);
        assert!(!printed.contains("warning"), "{fault}: {printed}");
    }
    let folder = Folder::new();
    let (printed, _) = said(&run_in(folder.path(), &["verify", "--workload", "block", "--runner", "native"]));
    assert!(!printed.contains("warning"), "it says so itself: {printed}");
    let args = ["run", "--workload", "broken", "--param", "fault=blocks", "--runner", "thread,async", "--rounds", "2"];
    let output = run_in(folder.path(), &args);
    assert!(output.status.success(), "{:?}", said(&output));
    let report = fs::read_to_string(folder.path().join("regatta-report/latest/summary.md")).expect("a report");
    assert!(report.contains("blocked the thread of an event loop"), "{report}");
}

fn plan_and_parameters() {
    let folder = Folder::new();
    let plan = "rounds = 50\nprofile = true\n[[group]]\nworkload = 'orders'\nparams = { orders = 6 }\nrunners = ['thread']\n\
                [[group]]\nworkload = 'broken'\nrunners = ['async']\n";
    let plan = folder.plan(plan).display().to_string();
    let (printed, complaint) = said(&run_in(folder.path(), &["verify", "--plan", &plan]));
    assert!(printed.contains("2 answers right, 0 cells failed, 0 not run"), "{printed}{complaint}");
    assert!(printed.contains("6 tasks") && printed.contains("8 tasks"), "{printed}");
    let args = ["verify", "--plan", &plan, "--workload", "orders", "--param", "orders=5"];
    let (printed, complaint) = said(&run_in(folder.path(), &args));
    assert!(printed.contains("5 tasks") && printed.contains("1 answers right"), "{printed}{complaint}");
    let output = run_in(folder.path(), &["verify", "--plan", "defualt"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).1.contains("did you mean `default`?"), "{:?}", said(&output));
}

fn latencies() {
    let folder = Folder::new();
    let out = folder.out().display().to_string();
    let args =
        ["run", "--workload", "orders", "--param", "orders=8", "--runner", "async", "--rounds", "2", "--out", &out];
    let output = run_in(folder.path(), &args);
    assert!(output.status.success(), "{:?}", said(&output));
    let samples = folder.results().samples;
    let measured = samples.iter().filter(|sample| sample.cell.runner == "async");
    assert!(measured.clone().count() >= 2);
    assert!(measured.clone().all(|sample| sample.histograms.contains_key("payment_ns")), "{samples:?}");
}
