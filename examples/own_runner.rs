//! A runner of one's own: `cargo run --release --example own_runner -- run --runner counter,scoped,sequential`

use regatta::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// W threads that share a counter.
struct Counter;

impl Runner for Counter {
    const NAME: &'static str = "counter";
    const ABOUT: &'static str = "W threads created for the run, which take the next task from a counter";
    const PARALLELISM: Parallelism = Parallelism::Workers;

    fn start<W: Workload>(
        workload: Arc<W>,
        settings: Settings,
    ) -> Result<impl FnMut() -> Result<Outcome, RunnerError> + use<W>, RunnerError> {
        Ok(move || {
            let (crew, next, shared) = (Crew::new(), AtomicU64::new(0), share(&*workload, &Std)?);
            let serve = || {
                let (mut tally, next) = (Tally::default(), std::iter::repeat_with(|| next.fetch_add(1, Relaxed)));
                for index in next.take_while(|index| *index < workload.tasks()) {
                    crew.mark();
                    tally.add(index, carry_out(&*workload, &Blocking, &shared, index)?);
                }
                Ok(tally)
            };
            let tally = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..settings.workers).map(|_| scope.spawn(|| catch(serve))).collect();
                let mut parts = threads.into_iter().map(|thread| thread.join().expect("panics are caught"));
                parts.try_fold(Tally::default(), |sum, part| Ok(sum.merge(part?)))
            })?;
            Outcome::new(tally, &crew).with(&shared, &*workload)
        })
    }
}

fn main() -> ExitCode {
    Course::standard().runner::<Counter>().main()
}
