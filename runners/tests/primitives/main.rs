//! The primitives of every world and of every variant under one suite, which is a workload with a case for each thing that must hold.
//!
//! No case depends on who is quicker. A wait with a time limit ends because nothing will ever end it sooner, or it has a limit that is
//! never reached. A wake-up that is lost leaves a case waiting for ever.

mod channels;
mod locks;
mod signals;
mod suite;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use regatta_runners::simulated::simulate;
use regatta_runners::{
    Async, AsyncSingle, Error, GilThread, Green, Runner, Settings, Thread, WaitsFor, WatchedWorkload,
};
use regatta_workloads::{Variant, Varied};

use suite::{Case, Suite};

/// Workers that a runner may use. One number for all, for may takes only the first that it is told in a process.
const WORKERS: usize = 2;
/// How often each case is run: the tasks meet otherwise each time.
const RUNS: usize = 3;
/// Schedules of each case in the simulated world.
const SCHEDULES: u64 = 100;

fn main() -> ExitCode {
    let mut trials = Vec::new();
    trials.extend(trials_of::<Thread>(true));
    trials.extend(trials_of::<GilThread>(true));
    trials.extend(trials_of::<Green>(false));
    trials.extend(trials_of::<Async>(false));
    trials.extend(trials_of::<AsyncSingle>(false));
    trials.extend(simulated_trials());
    // One at a time: each has threads of its own.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Returns every case on every variant that the world of this runner has.
fn trials_of<R: Runner>(may_block: bool) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (variant, is_there) in [(Variant::Native, true), (Variant::Portable, true), (Variant::ParkingLot, may_block)] {
        let name = format!("{}/{variant:?}", R::NAME);
        if !is_there {
            trials.push(Trial::test(format!("{name}/is not there"), move || is_unavailable::<R>(variant)));
            continue;
        }
        for case in Case::ALL {
            trials.push(Trial::test(format!("{name}/{case:?}"), move || holds::<R>(case, variant)));
        }
    }
    trials
}

/// Returns every case in the simulated world.
fn simulated_trials() -> impl Iterator<Item = Trial> {
    [Variant::Native, Variant::Portable].into_iter().flat_map(|primitives| {
        Case::ALL.into_iter().map(move |case| {
            Trial::test(format!("simulated/{primitives:?}/{case:?}"), move || {
                let suite = Varied(Suite { case, primitives });
                for seed in 0..SCHEDULES {
                    simulate(&suite, seed).map_err(|failure| format!("{failure} (seed {seed})"))?;
                }
                Ok(())
            })
        })
    })
}

fn settings() -> Settings {
    Settings { workers: WORKERS, ..Settings::default() }
}

fn holds<R: Runner>(case: Case, primitives: Variant) -> Result<(), Failed> {
    let suite = Varied(Suite { case, primitives });
    let mut run = R::start(Arc::new(suite.clone()), settings())?;
    for _ in 0..RUNS {
        run()?;
    }
    // Whoever watches them changes nothing, and finds no circle where there is none.
    R::start(Arc::new(WatchedWorkload::new(suite, WaitsFor::default())), settings())?()?;
    Ok(())
}

fn is_unavailable<R: Runner>(primitives: Variant) -> Result<(), Failed> {
    let suite = Suite { primitives, ..Suite::default() };
    let started = R::start(Arc::new(Varied(suite)), settings()).map(drop);
    match started {
        Err(Error::Unavailable(why)) if why.contains("parking_lot") => Ok(()),
        other => Err(format!("found {other:?}").into()),
    }
}
