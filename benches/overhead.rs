//! What the harness costs: dispatch through each runner against a loop written by hand over the same primitive.
//!
//! Both are run in turn, in random order within each round, and compared by the median of the paired log-ratios with its
//! order-statistic interval: criterion, which measures one after the other, is not asked. Its flags that have a meaning here
//! are understood: a filter, `--exact`, `--test`, `--list`, `--quick`.
//!
//! The hand-written loops do what a user would write: they call the body and add up the results. A runner also keeps its checksum,
//! counts its workers, and can fail; the ratio is what that costs.
//!
//! The rows `checkpoint` compare a task that offers a modelled lock a checkpoint every few nanoseconds with the same one that offers none,
//! both through the same runner: one without a lock should not notice.
//!
//! The rows `same-body` compare one task under a runner with the same task under `sequential`, its loop written inside the `async fn`, by CPU
//! time. What differs is machine code that the runner changed, for the rest of a run is nothing beside the task.
//!
//! The row `memory` compares what the peak of this process grows by while tasks sleep, first by hand, then through the runner.
//!
//! The rows `primitive` compare locks and channels through Regatta with those of the same crate by hand, uncontended and from task to task.
//!
//! `cargo bench --bench overhead`

#![allow(clippy::print_stdout, reason = "a benchmark prints what it finds")]

#[path = "overhead/primitives.rs"]
mod primitives;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rayon::prelude::*;
use regatta_bench::{Args, Mode};
use regatta_reports::statistics::{Estimate, median};
use regatta_runners::{
    Async, AsyncSingle, Error, Green, Outcome, Rayon, Runner, Scoped, Sequential, Settings, Thread, ThreadPool,
};
use regatta_workloads::{Context, Kind, Primitives, Sleep, Workload, expected_tally};
use serde::{Deserialize, Serialize};

use primitives::Row;

/// Workers of every model.
const WORKERS: usize = 2;
/// Rounds of each comparison.
const ROUNDS: usize = 120;
/// What one measurement should take at least.
const SHORTEST: Duration = Duration::from_millis(4);
/// Steps of a task of about 5 us; calibrated at the start.
const PROBE: u64 = 1_000_000;
/// Steps of the one task whose body is inside the `async fn`.
const INLINE_STEPS: u64 = 2_000_000;
/// Tasks that sleep at once, and for how long. In a test, a hundredth of them.
const SLEEPERS: u64 = 1_000_000;
const SLEEP: Duration = Duration::from_secs(2);
/// Steps between two checkpoints: about 16 ns.
const STRIDE: u64 = 16;

type Arm = Box<dyn FnMut() -> u64>;
/// Makes the arm that does a number of tasks with a body.
type MakeArm = fn(Body, u64) -> Arm;

/// A model: the loop written by hand over its primitive, and its runner over either workload.
struct Model {
    name: &'static str,
    by_hand: MakeArm,
    through: MakeArm,
}

impl Model {
    fn new<R: Runner>(name: &'static str, by_hand: MakeArm) -> Self {
        Self { name, by_hand, through: through::<R> }
    }
}

fn main() {
    let args = Args::of_process();
    let rounds = match args.mode() {
        Mode::Profile => return println!("overhead: has no cells to profile"),
        Mode::Test => 2,
        Mode::List | Mode::Measure if args.is_quick() => ROUNDS / 4,
        Mode::List | Mode::Measure => ROUNDS,
    };
    let models = [
        Model::new::<Sequential>("plain-loop", by_loop),
        Model::new::<Scoped>("thread-scope", by_scope),
        Model::new::<ThreadPool>("crossbeam-channel", by_channel),
        Model::new::<Rayon>("rayon-par_iter", by_rayon),
        Model::new::<Green>("may-spawn", by_may),
        Model::new::<Async>("tokio-spawn", by_tokio),
        Model::new::<AsyncSingle>("tokio-1-thread", by_loop_of_tokio),
    ];
    if args.mode() == Mode::Measure {
        println!("overhead: about 60s; dispatch through Regatta / by hand, {WORKERS} workers, {rounds} rounds in turn");
        println!("{:<30} {:>28} {:>16}", "", "median [97 % interval]", "added a task");
    }
    let same_body: [(&str, MakeArm); 7] = [
        ("thread", through::<Thread>),
        ("thread-pool", through::<ThreadPool>),
        ("scoped", through::<Scoped>),
        ("rayon", through::<Rayon>),
        ("green", through::<Green>),
        ("async", through::<Async>),
        ("async-single", through::<AsyncSingle>),
    ];
    for (name, through_it) in same_body {
        row(&args, &format!("same-body/{name}"), || {
            let body = Body::Inline(INLINE_STEPS);
            compare_by(cpu_time, rounds / 2, through_it(body, 1), through::<Sequential>(body, 1), 1)
        });
    }
    row(&args, "memory/tokio-spawn/sleeping", || match args.mode() {
        Mode::Test => memory(SLEEPERS / 100, SLEEP / 100),
        _ => memory(SLEEPERS, SLEEP),
    });
    for Row { name, operations, through, by_hand } in primitives::ROWS {
        row(&args, &format!("primitive/{name}"), || {
            compare_by(cpu_time, rounds, through(operations), by_hand(operations), operations)
        });
    }
    let five_us = steps_of(Duration::from_micros(5));
    for Model { name, by_hand, through } in models {
        for (of, body, tasks) in [("empty", Body::Index, 20_000), ("5us", Body::Chain(five_us), 1_000)] {
            row(&args, &format!("overhead/{name}/{of}"), || {
                compare(rounds, through(body, tasks), by_hand(body, tasks), tasks)
            });
        }
        row(&args, &format!("checkpoint/{name}/5us"), || {
            compare(rounds, through(Body::Checked(five_us), 1_000), through(Body::Chain(five_us), 1_000), 1_000)
        });
    }
}

/// Does with a comparison what was asked for.
fn row(args: &Args, name: &str, compare: impl FnOnce() -> String) {
    match args.mode() {
        _ if !args.matches(name) => {}
        Mode::List => println!("{name}: benchmark"),
        Mode::Test => {
            compare();
            println!("Testing {name}\nSuccess");
        }
        Mode::Measure | Mode::Profile => println!("{name:<30} {}", compare()),
    }
}

/// What a task does. Both sides call the very same code, so that what differs is how it gets called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Body {
    /// Gives its index.
    Index,
    /// A chain of this many steps.
    Chain(u64),
    /// The same chain with checkpoints.
    Checked(u64),
    /// So many steps of a loop that is written inside the task.
    Inline(u64),
}

impl Body {
    #[inline]
    fn run(self, index: u64, checkpoint: impl Fn()) -> u64 {
        match self {
            Self::Index => black_box(index),
            Self::Chain(steps) => chain(steps, || ()),
            Self::Checked(steps) => chain(steps, checkpoint),
            Self::Inline(steps) => (0..=steps).rev().fold(0, u64::wrapping_add),
        }
    }

    /// Does as [`Body::run`] for a loop written by hand, which knows no checkpoints.
    #[inline]
    fn by_hand(self, index: u64) -> u64 {
        self.run(index, || ())
    }
}

/// Carries out a chain of multiplications, each of which needs the one before: it lives in registers, for where a loop over memory happens to find
/// its word on the stack makes it 3 % slower or faster, whoever calls it. Not a part of its caller, where the compiler might make
/// something else of it.
#[inline(never)]
fn chain(steps: u64, checkpoint: impl Fn()) -> u64 {
    // Unseen by the optimiser, or it would call this once for all tasks.
    let steps = black_box(steps);
    let mut link = steps;
    for _ in 0..steps / STRIDE {
        checkpoint();
        for _ in 0..STRIDE {
            link = link.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        }
    }
    link
}

/// The workload whose tasks do that.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Course {
    body: Body,
    tasks: u64,
}

impl Default for Course {
    fn default() -> Self {
        Self { body: Body::Index, tasks: 0 }
    }
}

impl Workload for Course {
    const NAME: &'static str = "overhead";
    const KIND: Kind = Kind::Cpu;
    const ABOUT: &'static str = "does what the loops written by hand do";

    type Shared<P: Primitives> = ();

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, cx: &C, _shared: &(), index: u64) -> Result<u64, regatta_workloads::Error> {
        if let Body::Inline(mut left) = self.body {
            let mut sum = left;
            while left > 0 {
                cx.checkpoint();
                // Through memory, where it matters most what the compiler makes of a body.
                left = black_box(left - 1);
                sum += left;
            }
            return Ok(sum);
        }
        Ok(self.body.run(index, || cx.checkpoint()))
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.tasks).map(|index| self.body.by_hand(index))
    }
}

/// Returns the steps of the chain that take about `time`.
fn steps_of(time: Duration) -> u64 {
    let fastest = (0..5).map(|_| {
        let start = Instant::now();
        black_box(Body::Chain(PROBE).by_hand(0));
        start.elapsed()
    });
    let per_step = fastest.min().unwrap_or_default().as_secs_f64() / PROBE as f64;
    (time.as_secs_f64() / per_step) as u64
}

fn through<R: Runner>(body: Body, tasks: u64) -> Arm {
    let workload = Arc::new(Course { body, tasks });
    let settings = Settings { workers: WORKERS, options: BTreeMap::new(), ..Settings::default() };
    let expected = expected_tally(workload.expected());
    let mut run = R::start(workload, settings).expect("every model of this bench starts here");
    Box::new(move || {
        let outcome: Result<Outcome, Error> = run();
        let tally = outcome.expect("these tasks cannot fail").tally;
        assert_eq!(tally, expected);
        tally.checksum
    })
}

fn by_loop(body: Body, tasks: u64) -> Arm {
    Box::new(move || (0..tasks).map(|index| body.by_hand(index)).fold(0, u64::wrapping_add))
}

fn by_scope(body: Body, tasks: u64) -> Arm {
    let workers = WORKERS as u64;
    Box::new(move || {
        std::thread::scope(|scope| {
            let share = |worker| tasks * worker / workers..tasks * (worker + 1) / workers;
            let threads: Vec<_> = (0..workers)
                .map(|worker| {
                    scope.spawn(move || share(worker).map(|index| body.by_hand(index)).fold(0, u64::wrapping_add))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).fold(0, u64::wrapping_add)
        })
    })
}

fn by_channel(body: Body, tasks: u64) -> Arm {
    let (jobs, take) = crossbeam_channel::unbounded::<u64>();
    let (give, done) = crossbeam_channel::unbounded::<u64>();
    for _ in 0..WORKERS {
        let (take, give) = (take.clone(), give.clone());
        // It ends with the sender of its jobs, which is the arm's.
        std::thread::spawn(move || take.iter().try_for_each(|index| give.send(body.by_hand(index))));
    }
    Box::new(move || {
        (0..tasks).for_each(|index| jobs.send(index).expect("the threads live"));
        (0..tasks).map(|_| done.recv().expect("the threads live")).fold(0, u64::wrapping_add)
    })
}

fn by_rayon(body: Body, tasks: u64) -> Arm {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(WORKERS).build().expect("a pool");
    Box::new(move || {
        pool.install(|| (0..tasks).into_par_iter().map(|index| body.by_hand(index)).reduce(|| 0, u64::wrapping_add))
    })
}

fn by_may(body: Body, tasks: u64) -> Arm {
    Box::new(move || {
        // SAFETY: the body neither blocks, nor uses thread-locals, nor needs more than its stack.
        let spawn = |index| unsafe { may::coroutine::spawn(move || body.by_hand(index)) };
        let coroutines: Vec<_> = (0..tasks).map(spawn).collect();
        coroutines.into_iter().map(|coroutine| coroutine.join().expect("no panic")).fold(0, u64::wrapping_add)
    })
}

fn spawn_all(runtime: tokio::runtime::Runtime, body: Body, tasks: u64) -> Arm {
    Box::new(move || {
        runtime.block_on(async {
            let tasks: Vec<_> = (0..tasks).map(|index| tokio::spawn(async move { body.by_hand(index) })).collect();
            let mut sum = 0_u64;
            for task in tasks {
                sum = sum.wrapping_add(task.await.expect("no panic"));
            }
            sum
        })
    })
}

fn by_tokio(body: Body, tasks: u64) -> Arm {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    spawn_all(runtime.expect("a runtime"), body, tasks)
}

fn by_loop_of_tokio(body: Body, tasks: u64) -> Arm {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    spawn_all(runtime.expect("a runtime"), body, tasks)
}

/// Returns the ratio of what the peak memory grows by while so many tasks sleep, through the runner and by hand, as text.
///
/// The one by hand comes first: what it leaves to the allocator is of use to the other, so both peaks are taken from the same base.
fn memory(tasks: u64, wait: Duration) -> String {
    let base = resident("VmRSS");
    let peak_of = |run: &mut dyn FnMut()| {
        // Refused where clear_refs cannot be written; the peak is then that of both.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        run();
        resident("VmHWM").saturating_sub(base).max(1)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let by_hand = peak_of(&mut || {
        runtime.block_on(async {
            let sleep = |index| async move {
                tokio::time::sleep(wait).await;
                index
            };
            let tasks: Vec<_> = (0..tasks).map(|index| tokio::spawn(sleep(index))).collect();
            for (index, task) in (0..).zip(tasks) {
                assert_eq!(task.await.expect("no panic"), index);
            }
        });
    });
    drop(runtime);
    let workload = Sleep { wait_us: wait.as_micros() as u64, tasks };
    let mut run =
        Async::start(Arc::new(workload), Settings { workers: WORKERS, ..Settings::default() }).expect("a runtime");
    let through = peak_of(&mut || drop(run().expect("sleeping cannot fail")));
    let ratio = format!("{:.3}", through as f64 / by_hand as f64);
    format!("{ratio:>28} {:>16}", format!("{} KiB, {by_hand} by hand", through))
}

/// Returns a figure of `/proc/self/status`, KiB; 0 if it cannot be read.
fn resident(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Returns the time since this was first asked.
fn wall_time() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// Returns the CPU time of this process.
fn cpu_time() -> Duration {
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}

/// Returns the ratio of the first arm's wall time to the second's and the difference per task, as text.
fn compare(rounds: usize, through: Arm, by_hand: Arm, tasks: u64) -> String {
    compare_by(wall_time, rounds, through, by_hand, tasks)
}

/// Returns the same by a clock.
fn compare_by(clock: fn() -> Duration, rounds: usize, through: Arm, by_hand: Arm, tasks: u64) -> String {
    let mut arms = [through, by_hand];
    let time = |arm: &mut Arm, repeats: u32| {
        let start = clock();
        for _ in 0..repeats {
            black_box(arm());
        }
        clock().saturating_sub(start)
    };
    let warm = arms.iter_mut().map(|arm| time(arm, 1)).max().unwrap_or_default();
    let repeats = (SHORTEST.as_secs_f64() / warm.as_secs_f64().max(1e-7)).clamp(1.0, 1e5) as u32;
    let mut random = rand::rngs::ChaCha8Rng::seed_from_u64(1);
    let pairs: Vec<(f64, f64)> = (0..rounds)
        .map(|_| {
            let mut times = [0.0; 2];
            let mut order = [0, 1];
            order.shuffle(&mut random);
            for arm in order {
                times[arm] = time(&mut arms[arm], repeats).as_secs_f64();
            }
            (times[0], times[1])
        })
        .collect();
    let per_task = 1e9 / f64::from(repeats) / tasks as f64;
    let added: Vec<f64> = pairs.iter().map(|(through, by_hand)| (through - by_hand) * per_task).collect();
    match (Estimate::of_ratio(&pairs), median(&added)) {
        (Some(ratio), Some(added)) => {
            let ratio = format!("{:.3} [{:.3} to {:.3}]", ratio.value, ratio.low, ratio.high);
            format!("{ratio:>28} {:>16}", format!("{added:+.1} ns"))
        }
        _ => "not measured".to_owned(),
    }
}
