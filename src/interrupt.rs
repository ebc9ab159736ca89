//! Ctrl-C and SIGTERM: the first ends the run cleanly, a second one at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;

/// Whether the run is to end, and by which signal.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// Returns one that answers to the signals of this process.
    ///
    /// # Errors
    /// If the operating system refuses the handlers.
    pub fn install() -> io::Result<Self> {
        let interrupt = Self::default();
        for signal in [SIGINT, SIGTERM] {
            // In this order: a second signal finds the first one's mark and ends the process.
            let armed = Arc::new(AtomicBool::new(false));
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&armed))?;
            flag::register(signal, armed)?;
            flag::register_usize(signal, Arc::clone(&interrupt.0), signal.cast_unsigned() as usize)?;
        }
        // A file that may not grow is then an error of the write, which has its sentence, and not the end of the process.
        flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
        Ok(interrupt)
    }

    /// Returns the signal that asked for the end, if one did.
    pub fn signal(&self) -> Option<u8> {
        u8::try_from(self.0.load(Ordering::Relaxed)).ok().filter(|&signal| signal != 0)
    }

    /// Returns whether the run is to end.
    pub fn is_set(&self) -> bool {
        self.signal().is_some()
    }
}
