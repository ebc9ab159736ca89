//! What the runners under a modelled global interpreter lock have in common: their option and their figures.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::worlds::Gil;
use crate::{Error, Outcome, Settings};

/// The option that sets the switch interval, microseconds.
pub(crate) const INTERVAL: &str = "switch_interval_us";
/// CPython's switch interval (`sys.getswitchinterval`), microseconds.
const DEFAULT_INTERVAL_US: u64 = 5_000;

/// Makes a free lock with the switch interval that the settings ask for.
pub(crate) fn new_lock(settings: &Settings) -> Result<Arc<Gil>, Error> {
    let wrong = |option: &str, why: &str| Err(Error::Unavailable(format!("option `{option}` {why}")));
    if let Some(name) = settings.options.keys().find(|name| *name != INTERVAL) {
        return wrong(name, &format!("is not known; there is `{INTERVAL}`"));
    }
    let interval = match settings.options.get(INTERVAL).map(Value::as_u64) {
        None => DEFAULT_INTERVAL_US,
        Some(Some(interval @ 1..)) => interval,
        Some(_) => return wrong(INTERVAL, "must be a whole number of microseconds, at least 1"),
    };
    Ok(Gil::new(Duration::from_micros(interval)))
}

/// Adds the switch interval, and what the lock saw in the run, to the figures of a run.
pub(crate) fn with_figures(mut outcome: Outcome, gil: &Gil) -> Outcome {
    let (waits, forced) = gil.take_counts();
    let interval_us = gil.interval().as_secs_f64() * 1e6;
    let figures = [("lock_waits", waits as f64), ("forced_switches", forced as f64), (INTERVAL, interval_us)];
    outcome.figures.extend(figures.map(|(name, figure)| (name.to_owned(), figure)));
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_that_of_the_settings_and_a_figure_of_the_run() {
        let options = [(INTERVAL.to_owned(), 700.into())].into();
        let gil = new_lock(&Settings { options, ..Settings::default() }).expect("a whole number of microseconds");
        let figures = with_figures(Outcome::default(), &gil).figures;
        assert_eq!((figures[INTERVAL], figures["lock_waits"], figures["forced_switches"]), (700.0, 0.0, 0.0));
    }

    #[test]
    fn odd_options_are_refused() {
        for (name, value) in [(INTERVAL, serde_json::json!(0)), (INTERVAL, "5ms".into()), ("interval", 5.into())] {
            let settings = Settings { options: [(name.to_owned(), value)].into(), ..Settings::default() };
            let error = new_lock(&settings).expect_err("odd").to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
