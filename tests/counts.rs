//! The recorder against known numbers of events: switches, page faults, and where perf tells them migrations, wake-ups and system calls.
//!
//! Each event is caused far more often than anything else in the process could cause it. The tests take turns, for the kernel keeps
//! account of whole processes.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use regatta::{Recorder, Usage};
use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous, munmap};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Events that anything else may cause meanwhile.
const SLACK: u64 = 200;

/// Measures `work` on a thread of its own, after one run that nobody measures: the first one brings pages in.
fn measured(work: impl Fn() + Sync) -> Usage {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    std::thread::scope(|scope| {
        let measured = scope.spawn(|| {
            let mut recorder = Recorder::open().with_events();
            recorder.measure(&work);
            recorder.measure(&work).0
        });
        measured.join().expect("the work does not fail")
    })
}

/// Holds that a count is at least `least` and no more than `most` and some, if it was to be had; else its source says why not.
fn holds(usage: &Usage, figure: &str, count: Option<u64>, least: u64, most: u64) {
    match count {
        Some(count) => assert!((least..=most + SLACK).contains(&count), "{figure}: {least} to {most}, not {count}"),
        None => assert!(usage.source[figure].starts_with("unavailable: "), "{usage:?}"),
    }
}

/// Has the calling thread run on this core only.
fn pin(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core);
    sched_setaffinity(None, &cores).expect("a core that may be used");
}

/// Returns the cores that may be used.
fn usable() -> Vec<usize> {
    let cores = sched_getaffinity(None).expect("every thread may use some");
    (0..CpuSet::MAX_CPU).filter(|core| cores.is_set(*core)).collect()
}

fn pass_on(from: &mut PipeReader, to: &mut PipeWriter) {
    let mut byte = [0];
    from.read_exact(&mut byte).expect("the other thread writes");
    to.write_all(&byte).expect("the other thread reads");
}

#[test]
fn threads_that_take_turns_switch_each_time() {
    const TURNS: u64 = 3_000;
    let usage = measured(|| {
        // On one core the other thread can only go on after a switch.
        pin(usable()[0]);
        let ((mut from_a, mut to_b), (mut from_b, mut to_a)) = (pipe().expect("a pipe"), pipe().expect("a pipe"));
        std::thread::scope(|scope| {
            scope.spawn(move || (0..TURNS).for_each(|_| pass_on(&mut from_a, &mut to_a)));
            to_b.write_all(&[0]).expect("the other thread reads");
            (1..TURNS).for_each(|_| pass_on(&mut from_b, &mut to_b));
            from_b.read_exact(&mut [0]).expect("the other thread writes");
        });
    });
    let switches = usage.counts.switches.expect("the kernel keeps account of them");
    assert!(switches + SLACK >= 2 * TURNS, "{usage:?}");
    assert!(usage.switches_voluntary <= Some(2 * TURNS + SLACK), "{usage:?}");
    holds(&usage, "wakeups", usage.counts.wakeups, TURNS, 2 * TURNS);
    // A read and a write for each turn of each thread.
    holds(&usage, "calls", usage.counts.calls, 4 * TURNS, 4 * TURNS);
}

#[test]
fn each_fresh_page_is_a_fault() {
    const PAGES: usize = 5_000;
    let bytes = PAGES * rustix::param::page_size();
    let usage = measured(|| {
        let (access, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE);
        // SAFETY: a new mapping, which overlaps no memory in use. It is written within its bounds, and unmapped when nobody refers to it.
        unsafe {
            let memory = mmap_anonymous(std::ptr::null_mut(), bytes, access, flags).expect("some megabytes");
            // A kernel without huge pages refuses, and needs no telling.
            let _ = madvise(memory, bytes, Advice::LinuxNoHugepage);
            for page in (0..bytes).step_by(rustix::param::page_size()) {
                memory.cast::<u8>().add(page).write_volatile(1);
            }
            munmap(memory, bytes).expect("it was mapped");
        }
    });
    holds(&usage, "faults", usage.counts.faults_minor, PAGES as u64, PAGES as u64);
    assert_eq!(usage.counts.faults_major, Some(0), "no disk is behind these pages");
}

#[test]
fn nothing_is_hardly_anything() {
    let usage = measured(|| {});
    for (figure, count) in [
        ("switches", usage.counts.switches),
        ("faults", usage.counts.faults_minor),
        ("migrations", usage.counts.migrations),
        ("wakeups", usage.counts.wakeups),
    ] {
        holds(&usage, figure, count, 0, 0);
    }
    if let Some(calls) = usage.counts.calls {
        assert_eq!(calls, 0, "what the recorder itself calls does not count");
    }
}

#[test]
fn each_system_call_counts() {
    const CALLS: u64 = 5_000;
    let usage = measured(|| {
        (0..CALLS).for_each(|_| {
            std::hint::black_box(rustix::process::getppid());
        });
    });
    holds(&usage, "calls", usage.counts.calls, CALLS, CALLS);
}

#[test]
fn each_move_to_another_core_is_a_migration() {
    const MOVES: u64 = 2_000;
    let usage = measured(|| {
        let cores = usable();
        (0..MOVES as usize).for_each(|turn| pin(cores[turn % cores.len().min(2)]));
        let mut all = CpuSet::new();
        cores.into_iter().for_each(|core| all.set(core));
        sched_setaffinity(None, &all).expect("these may be used");
    });
    let moves = if usable().len() > 1 { MOVES } else { 0 };
    holds(&usage, "migrations", usage.counts.migrations, moves, moves + 1);
}

#[test]
fn what_child_processes_do_counts_too() {
    const CHILDREN: u64 = 20;
    let usage = measured(|| {
        for _ in 0..CHILDREN {
            let child = Command::new("true").stdin(Stdio::null()).status().expect("every system has it");
            assert!(child.success());
        }
    });
    // A process that is executed touches dozens of pages, and reads its program and its libraries.
    assert!(usage.counts.faults_minor > Some(20 * CHILDREN), "{usage:?}");
    assert!(usage.counts.calls.is_none_or(|calls| calls > 10 * CHILDREN), "{usage:?}");
    assert!(usage.counts.switches >= Some(CHILDREN), "{usage:?}");
}
