//! What the harness costs: dispatch through each runner against a loop written by hand over the same primitive.
//!
//! Both are run in turn, in random order within each round, and compared by the median of the paired log-ratios with its
//! order-statistic interval. The hand-written loops do what a user would write: they call the body and add up the results. A runner
//! also keeps its checksum, counts its workers, and can fail; the ratio is what that costs.
//!
//! `cargo bench --bench overhead`

#![allow(clippy::print_stdout, reason = "a benchmark prints what it finds")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rayon::prelude::*;
use regatta_reports::statistics::{Estimate, median};
use regatta_runners::{Async, AsyncSingle, Error, Green, Outcome, Rayon, Runner, Scoped, Sequential, Settings};
use regatta_workloads::{Counting, Empty, Workload};

/// Workers of every model.
const WORKERS: usize = 2;
/// Rounds of each comparison.
const ROUNDS: usize = 60;
/// What one measurement should take at least.
const SHORTEST: Duration = Duration::from_millis(4);
/// Steps of a task of about 5 us; calibrated at the start.
const PROBE: u64 = 1_000_000;

type Arm = Box<dyn FnMut() -> u64>;

fn main() {
    // `cargo test --benches` and `cargo bench -- --test` ask whether it works, not how fast it is.
    let rounds = if std::env::args().any(|arg| arg == "--test") || cfg!(debug_assertions) { 2 } else { ROUNDS };
    let five_us = steps_of(Duration::from_micros(5));
    println!(
        "dispatch through Regatta / by hand, {WORKERS} workers, {rounds} rounds, median [97 % interval], added time per task"
    );
    println!("{:<14} {:>32} {:>32}", "model", "empty tasks (20,000)", "5 us tasks (1,000)");
    let empty = |arm: fn(Body, u64) -> Arm, runner: fn(Arc<Empty>) -> Arm| {
        compare(rounds, 20_000, runner(Arc::new(Empty { tasks: 20_000 })), arm(Body::Index, 20_000))
    };
    let counting = |arm: fn(Body, u64) -> Arm, runner: fn(Arc<Counting>) -> Arm| {
        let workload = Counting { from: five_us, tasks: 1_000 };
        compare(rounds, 1_000, runner(Arc::new(workload)), arm(Body::Count(five_us), 1_000))
    };
    let row = |model: &str, empty: String, counting: String| println!("{model:<14} {empty:>32} {counting:>32}");
    row("plain loop", empty(by_loop, through::<Sequential, _>), counting(by_loop, through::<Sequential, _>));
    row("thread::scope", empty(by_scope, through::<Scoped, _>), counting(by_scope, through::<Scoped, _>));
    row("rayon par_iter", empty(by_rayon, through::<Rayon, _>), counting(by_rayon, through::<Rayon, _>));
    row("may spawn", empty(by_may, through::<Green, _>), counting(by_may, through::<Green, _>));
    row("tokio::spawn", empty(by_tokio, through::<Async, _>), counting(by_tokio, through::<Async, _>));
    row(
        "tokio, 1 thread",
        empty(by_loop_of_tokio, through::<AsyncSingle, _>),
        counting(by_loop_of_tokio, through::<AsyncSingle, _>),
    );
}

/// What a task does, written by hand.
#[derive(Clone, Copy)]
enum Body {
    Index,
    Count(u64),
}

impl Body {
    #[inline]
    fn run(self, index: u64) -> u64 {
        match self {
            Self::Index => black_box(index),
            Self::Count(from) => {
                let (mut left, mut steps) = (from, 0);
                while left > 0 {
                    left = black_box(left - 1);
                    steps += 1;
                }
                steps
            }
        }
    }
}

/// Steps that count for as long as `time`.
fn steps_of(time: Duration) -> u64 {
    let fastest = (0..5).map(|_| {
        let start = Instant::now();
        black_box(Body::Count(PROBE).run(0));
        start.elapsed()
    });
    let per_step = fastest.min().unwrap_or_default().as_secs_f64() / PROBE as f64;
    (time.as_secs_f64() / per_step) as u64
}

fn through<R: Runner, W: Workload>(workload: Arc<W>) -> Arm {
    let settings = Settings { workers: WORKERS, options: BTreeMap::new(), ..Settings::default() };
    let expected = workload.expected();
    let mut run = R::start(workload, settings).expect("every model of this bench starts here");
    Box::new(move || {
        let outcome: Result<Outcome, Error> = run();
        let tally = outcome.expect("these tasks cannot fail").tally;
        assert_eq!(tally, expected);
        tally.checksum
    })
}

fn by_loop(body: Body, tasks: u64) -> Arm {
    Box::new(move || (0..tasks).map(|index| body.run(index)).fold(0, u64::wrapping_add))
}

fn by_scope(body: Body, tasks: u64) -> Arm {
    let workers = WORKERS as u64;
    Box::new(move || {
        std::thread::scope(|scope| {
            let share = |worker| tasks * worker / workers..tasks * (worker + 1) / workers;
            let threads: Vec<_> = (0..workers)
                .map(|worker| {
                    scope.spawn(move || share(worker).map(|index| body.run(index)).fold(0, u64::wrapping_add))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).fold(0, u64::wrapping_add)
        })
    })
}

fn by_rayon(body: Body, tasks: u64) -> Arm {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(WORKERS).build().expect("a pool");
    Box::new(move || {
        pool.install(|| (0..tasks).into_par_iter().map(|index| body.run(index)).reduce(|| 0, u64::wrapping_add))
    })
}

fn by_may(body: Body, tasks: u64) -> Arm {
    Box::new(move || {
        // SAFETY: the body neither blocks, nor uses thread-locals, nor needs more than its stack.
        let spawn = |index| unsafe { may::coroutine::spawn(move || body.run(index)) };
        let coroutines: Vec<_> = (0..tasks).map(spawn).collect();
        coroutines.into_iter().map(|coroutine| coroutine.join().expect("no panic")).fold(0, u64::wrapping_add)
    })
}

fn spawn_all(runtime: tokio::runtime::Runtime, body: Body, tasks: u64) -> Arm {
    Box::new(move || {
        runtime.block_on(async {
            let tasks: Vec<_> = (0..tasks).map(|index| tokio::spawn(async move { body.run(index) })).collect();
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

/// The ratio of the first arm's time to the second's and the difference per task, as text.
fn compare(rounds: usize, tasks: u32, through: Arm, by_hand: Arm) -> String {
    let mut arms = [through, by_hand];
    let time = |arm: &mut Arm, repeats: u32| {
        let start = Instant::now();
        for _ in 0..repeats {
            black_box(arm());
        }
        start.elapsed()
    };
    let warm = arms.iter_mut().map(|arm| time(arm, 1)).max().unwrap_or_default();
    let repeats = (SHORTEST.as_secs_f64() / warm.as_secs_f64().max(1e-7)).clamp(1.0, 1e5) as u32;
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(1);
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
    let per_task = 1e9 / f64::from(repeats) / f64::from(tasks);
    let added: Vec<f64> = pairs.iter().map(|(through, by_hand)| (through - by_hand) * per_task).collect();
    match (Estimate::of_ratio(&pairs), median(&added)) {
        (Some(ratio), Some(added)) => {
            format!("{:.3} [{:.3} to {:.3}] {added:+.1} ns", ratio.value, ratio.low, ratio.high)
        }
        _ => "not measured".to_owned(),
    }
}
