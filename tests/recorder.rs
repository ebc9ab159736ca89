//! The recorder against known work: burns of known CPU time, and sleeps.
//!
//! CPU time does not depend on how busy the machine is, so it is checked tightly; how many cores were at work at once does, so
//! that is checked only where nobody else wanted one. The tests take turns, for each would disturb the other.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};
use regatta::{Recorder, Usage};
use regatta_runners::worker::Command;
use regatta_runners::{ProcessPool, Runner, Settings};
use regatta_workloads::Counting;

const BURN: Duration = Duration::from_millis(100);

fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Uses this much CPU time on the calling thread, however long that takes.
fn burn(time: Duration) {
    let now = || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("every thread has this clock"));
    let end = now() + time;
    while now() < end {
        std::hint::black_box((0..1_000_u64).fold(0, |sum, n| sum ^ std::hint::black_box(n)));
    }
}

fn burn_on_threads(threads: usize) {
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| burn(BURN));
        }
    });
}

fn effective_cores(usage: &Usage) -> f64 {
    usage.cpu_ns as f64 / usage.wall_ns as f64
}

/// Whether a figure is within 5 % of what it should be.
fn close(figure: u64, right: Duration) -> bool {
    (figure as f64 / right.as_nanos() as f64 - 1.0).abs() < 0.05
}

/// Both kinds of recorder, in a thread of its own for each, for perf counts only what begins after it was opened.
fn with_each_recorder(check: impl Fn(&mut Recorder) + Sync) {
    let _turn = alone();
    for open in [Recorder::open, Recorder::without_perf] {
        std::thread::scope(|scope| {
            scope.spawn(|| check(&mut open()));
        });
    }
}

#[test]
fn burns_on_one_and_two_threads() {
    with_each_recorder(|recorder| {
        for threads in [1, 2] {
            for _ in 0..6 {
                let before = Instant::now();
                let (usage, ()) = recorder.measure(|| burn_on_threads(threads));
                let wall = before.elapsed();
                let right = BURN * threads as u32;
                assert!(close(usage.cpu_ns, right), "{threads} threads burn {right:?}: {usage:?}");
                assert!(close(usage.wall_ns, wall), "{wall:?}: {usage:?}");
                if let Some(cores) = usage.per_core_ns.as_ref().filter(|_| usage.source["cpu"] == "perf-task-clock") {
                    assert_eq!(cores.iter().sum::<u64>(), usage.cpu_ns, "{usage:?}");
                }
                let cores = std::thread::available_parallelism().map_or(1, usize::from).min(threads) as f64;
                assert!(effective_cores(&usage) < cores * 1.02, "{usage:?}");
                // How many cores were at work depends on who else wants them; where nobody does, it is known.
                let others = usage.outside_ns.unwrap_or(0) + usage.steal_ns.unwrap_or(0);
                if others == 0 {
                    assert!(effective_cores(&usage) > cores * 0.8, "{threads} threads alone on the machine: {usage:?}");
                }
            }
        }
    });
}

#[test]
fn a_sleep_uses_no_cpu() {
    with_each_recorder(|recorder| {
        let (usage, ()) = recorder.measure(|| std::thread::sleep(Duration::from_millis(300)));
        assert!(usage.wall_ns >= 300_000_000, "{usage:?}");
        assert!(effective_cores(&usage) < 0.02, "{usage:?}");
        assert!(usage.switches_voluntary >= Some(1), "{usage:?}");
    });
}

#[test]
fn worker_processes_are_counted_while_they_live() {
    with_each_recorder(|recorder| {
        let worker = Command {
            program: PathBuf::from(env!("CARGO_BIN_EXE_regatta")),
            args: vec!["__worker".to_owned()],
            env: Vec::new(),
        };
        let settings = Settings { workers: 2, options: BTreeMap::new(), worker };
        let workload = Arc::new(Counting { from: 4_000_000, tasks: 8 });
        let mut run = ProcessPool::start(workload, settings).expect("a pool of worker processes");
        // The same work in this process, by the thread's own clock, says what to expect.
        let expected = {
            let before = Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("a clock"));
            let workload = Counting { from: 4_000_000, tasks: 8 };
            for index in 0..8 {
                let task = regatta_workloads::Workload::task(&workload, &regatta_runners::Blocking, &(), index);
                regatta_runners::complete(task).expect("counting cannot fail");
            }
            Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("a clock")) - before
        };
        let (usage, outcome) = recorder.measure(&mut run);
        assert_eq!(outcome.expect("counting cannot fail").workers_seen, 2);
        let ratio = usage.cpu_ns as f64 / expected.as_nanos() as f64;
        // Two busy processes may share a physical core, so the same work may take up to about twice the CPU time.
        assert!((0.5..3.0).contains(&ratio), "expected {expected:?}: {usage:?}");
        assert!(usage.children_rss_bytes > Some(200_000), "{usage:?}");
        assert_eq!(usage.source["children_rss"], "vmhwm-sum-of-live-children");
    });
}

#[test]
fn perf_and_the_process_clocks_agree_on_worker_processes() {
    let _turn = alone();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (mut perf, mut clocks) = (Recorder::open(), Recorder::without_perf());
            let worker = Command {
                program: PathBuf::from(env!("CARGO_BIN_EXE_regatta")),
                args: vec!["__worker".to_owned()],
                env: Vec::new(),
            };
            let settings = Settings { workers: 2, options: BTreeMap::new(), worker };
            let workload = Arc::new(Counting { from: 4_000_000, tasks: 8 });
            let mut run = ProcessPool::start(workload, settings).expect("a pool of worker processes");
            let (inner, outer) = {
                let (outer, (inner, outcome)) = perf.measure(|| clocks.measure(&mut run));
                outcome.expect("counting cannot fail");
                (inner, outer)
            };
            if outer.source["cpu"] != "perf-task-clock" {
                eprintln!("perf is not available here: nothing to compare");
                return;
            }
            // The outer one also counts what the inner one spends on reading /proc.
            assert!(close(outer.cpu_ns, Duration::from_nanos(inner.cpu_ns)), "{outer:?} {inner:?}");
        });
    });
}

#[test]
fn memory_is_the_peak_of_the_run() {
    with_each_recorder(|recorder| {
        let (small, ()) = recorder.measure(|| ());
        let (large, length) = recorder.measure(|| std::hint::black_box(vec![1_u8; 64 << 20]).len());
        let (after, ()) = recorder.measure(|| ());
        let peak = |usage: &Usage| usage.peak_rss_bytes.expect("Linux tells");
        assert!(peak(&large) >= peak(&small) + length as u64 / 2, "{small:?} {large:?}");
        assert!(peak(&after) < peak(&large) - length as u64 / 2, "the peak starts anew: {after:?} {large:?}");
    });
}
