//! Deadlocks in the worlds of all runners: each gets its name, and the tasks come to an end.
//!
//! Tasks meet at a barrier while they hold their first lock. So they deadlock for certain, and not by luck.

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use regatta_runners::{Error, Runner, RunnerVisitor, Runners, Settings, Standard, WaitsFor, WatchedWorkload, fits};
use regatta_workloads::{
    Barrier as _, Context, Deadlock, Error as TaskError, Findings, Kind, Mutex as _, Primitives, RwLock as _, Shared,
    Varied, Workload,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Workers of a runner, enough for all tasks at once.
const WORKERS: usize = 3;

fn main() -> ExitCode {
    let cases = [
        (
            Crossed { tasks: 2, locks: Locks::Mutexes },
            "\
            task 0 holds A and waits for B, which task 1 holds, and task 1 holds B and waits for A, which task 0 holds",
        ),
        (
            Crossed { tasks: 3, locks: Locks::Mutexes },
            "\
            task 0 holds A and waits for B, which task 1 holds, and task 1 holds B and waits for C, which task 2 holds, \
            and task 2 holds C and waits for A, which task 0 holds",
        ),
        (
            Crossed { tasks: 2, locks: Locks::ReadersAndWriters },
            "\
            task 0 holds A and waits for B, which task 1 holds, and task 1 holds B and waits for A, which task 0 holds",
        ),
        (Crossed { tasks: 1, locks: Locks::Mutexes }, "task 0 waits for A, which it holds itself"),
    ];
    let trials = Standard::names().into_iter().flat_map(|runner| {
        cases.clone().map(|(workload, words)| {
            let name = format!("{runner}/{} with {:?}", workload.tasks, workload.locks);
            Trial::test(name, move || Standard::visit(runner, IsNamed { workload, words }).ok_or("no such runner")?)
        })
    });
    let ends = |runner: &'static str| {
        Trial::test(format!("{runner}/the case without a cure"), move || {
            Standard::visit(runner, Ends).ok_or("no such runner")?
        })
    };
    let trials = trials.chain(Standard::names().into_iter().map(ends));
    // One run at a time in a process, as in a cell.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// Runs a workload that deadlocks, and looks what its circle is called.
struct IsNamed {
    workload: Crossed,
    words: &'static str,
}

impl RunnerVisitor for IsNamed {
    type Output = Result<(), Failed>;

    fn visit<R: Runner>(self) -> Self::Output {
        let settings = Settings { workers: WORKERS, ..Settings::default() };
        if let Err(Error::Unavailable(_)) = fits::<R, _>(&self.workload, &settings) {
            return Ok(());
        }
        let graph = WaitsFor::default();
        let workload = WatchedWorkload::new(self.workload, graph.clone());
        let mut run = R::start(Arc::new(workload), settings)?;
        // Twice, for the names of locks begin anew with each run.
        for _ in 0..2 {
            let error = run().err().ok_or("the tasks came to an end")?;
            let circle = graph.circle().ok_or_else(|| format!("no circle, but {error}"))?;
            expect(circle.to_string() == self.words, &circle.to_string())?;
            expect(error.to_string().contains(&format!("deadlock: {circle}")), &error.to_string())?;
            if R::MODEL != "thread" {
                // A pool need not be usable after a panic.
                break;
            }
        }
        Ok(())
    }
}

/// Runs the case `deadlock` without a cure, which ends by chance, or with a circle that has a name.
struct Ends;

impl RunnerVisitor for Ends {
    type Output = Result<(), Failed>;

    fn visit<R: Runner>(self) -> Self::Output {
        let case: Deadlock = serde_json::from_value(json!({"tasks": 4, "rounds": 3, "cure": "none"}))?;
        let (case, settings) = (Varied(case), Settings { workers: WORKERS, ..Settings::default() });
        if let Err(Error::Unavailable(_)) = fits::<R, _>(&case, &settings) {
            return Ok(());
        }
        let graph = WaitsFor::default();
        let mut run = R::start(Arc::new(WatchedWorkload::new(case, graph.clone())), settings)?;
        match (run(), graph.circle()) {
            (Ok(_), None) => Ok(()),
            // The graph has the first circle, and the error that of the first task that failed.
            (Err(error), Some(_)) => expect(error.to_string().contains("deadlock: task"), &error.to_string()),
            other => Err(format!("found {other:?}").into()),
        }
    }
}

fn expect(right: bool, found: &impl std::fmt::Debug) -> Result<(), Failed> {
    if right { Ok(()) } else { Err(format!("found {found:?}").into()) }
}

/// Each task holds a lock of its own, and then asks for that of the next.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Crossed {
    tasks: u64,
    locks: Locks,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
enum Locks {
    #[default]
    Mutexes,
    /// The first lock is read, and the next is to be written.
    ReadersAndWriters,
}

/// A lock of each kind for each task, and the point where they meet.
struct Table<P: Primitives> {
    mutexes: Vec<P::Mutex<()>>,
    rwlocks: Vec<P::RwLock<()>>,
    meet: P::Barrier,
}

impl<P: Primitives> Shared<Crossed, P> for Table<P> {
    fn new(workload: &Crossed, primitives: &P) -> Result<Self, TaskError> {
        let (mut mutexes, mut rwlocks) = (Vec::new(), Vec::new());
        for _ in 0..workload.tasks {
            match workload.locks {
                Locks::Mutexes => mutexes.push(primitives.mutex(())),
                Locks::ReadersAndWriters => rwlocks.push(primitives.rwlock(())),
            }
        }
        Ok(Self { mutexes, rwlocks, meet: primitives.barrier(workload.tasks as usize) })
    }

    fn conclude(&self, _: &Crossed) -> Result<Findings, TaskError> {
        Ok(Findings::default())
    }
}

impl Workload for Crossed {
    const NAME: &'static str = "crossed";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "deadlocks";
    const SHARES_MEMORY: bool = true;

    type Shared<P: Primitives> = Table<P>;

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, cx: &C, shared: &Table<C::Primitives>, index: u64) -> Result<u64, TaskError> {
        let (own, next) = (index as usize, ((index + 1) % self.tasks) as usize);
        // Under a watch, another task of this thread or coroutine could be taken for this one after a wait.
        cx.yield_now().await;
        match self.locks {
            Locks::Mutexes => {
                let _own = shared.mutexes[own].lock().await;
                shared.meet.wait().await;
                let _next = shared.mutexes[next].lock().await;
            }
            Locks::ReadersAndWriters => {
                let _own = shared.rwlocks[own].read().await;
                shared.meet.wait().await;
                let _next = shared.rwlocks[next].write().await;
            }
        }
        Ok(0)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.tasks).map(|_| 0)
    }

    fn at_once(&self) -> u64 {
        self.tasks
    }
}
