//! Samples how busy each core is, on a thread of its own: this process tree by perf, or else the whole machine.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use regatta_reports::record::Moment;

use crate::Recorder;
use crate::recorder::PERF;

/// Time between two samples of the tree's own counters.
const FINE: Duration = Duration::from_millis(5);
/// Time between two samples of the machine's, which count steps of 10 ms.
const COARSE: Duration = Duration::from_millis(200);
/// Most samples that are kept.
const MOST: usize = 4_000;

/// A running sampler.
pub struct Timeline {
    stop: Arc<AtomicBool>,
    sampler: JoinHandle<Vec<Moment>>,
    source: &'static str,
}

impl Timeline {
    /// Starts sampling what the recorder's counters count.
    ///
    /// # Errors
    /// If there can be no further thread.
    pub fn start(recorder: &Recorder) -> io::Result<Self> {
        let (mut read, source) = recorder.core_reader();
        let step = if source == PERF { FINE } else { COARSE };
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let mut moment = move || {
            let at_ns = Recorder::now_ns();
            read().map(|cores_ns| Moment { at_ns, cores_ns })
        };
        // The first is taken before the run begins: the sampler may be late to wake up.
        let mut moments: Vec<Moment> = moment().into_iter().collect();
        let sampler = std::thread::Builder::new().spawn(move || {
            loop {
                std::thread::park_timeout(step);
                let last = stopped.load(Ordering::Acquire);
                moments.extend(moment());
                if last || moments.len() >= MOST {
                    break moments;
                }
            }
        })?;
        Ok(Self { stop, sampler, source })
    }

    /// Stops, and returns the samples in time since `zero_ns`, and where they come from.
    pub fn stop(self, zero_ns: u64) -> (Vec<Moment>, String) {
        self.stop.store(true, Ordering::Release);
        self.sampler.thread().unpark();
        let mut moments = self.sampler.join().unwrap_or_default();
        let first = moments.first().map(|moment| moment.cores_ns.clone()).unwrap_or_default();
        for moment in &mut moments {
            moment.at_ns = moment.at_ns.saturating_sub(zero_ns);
            moment.cores_ns.iter_mut().zip(&first).for_each(|(now, then)| *now = now.saturating_sub(*then));
        }
        (moments, self.source.to_owned())
    }
}
