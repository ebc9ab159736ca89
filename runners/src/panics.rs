//! Where panics happened: a payload says what, and only the hook of the process sees the place.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::{Mutex, Once, PoisonError};

/// Most panics that are remembered.
const MOST: usize = 16;
/// What a panic says whose payload is no text.
const SILENT: &str = "no message";

/// The last panics of this process: what each said, and where.
static PLACES: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

thread_local! {
    /// Whether this thread's panics are for [`caught`] alone.
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// Remembers the places of this process's panics from here on, so that errors can name them.
pub fn note_places() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = take_hook();
        set_hook(Box::new(move |info| {
            note(info);
            if !IS_CAUGHT.get() {
                print(info);
            }
        }));
    });
}

fn note(info: &PanicHookInfo<'_>) {
    let Some(location) = info.location() else { return };
    let message = one_line(info.payload_as_str().unwrap_or(SILENT));
    let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
    if places.len() == MOST {
        places.remove(0);
    }
    places.push((message, format!("{}:{}", location.file(), location.line())));
}

/// Carries out code of a workload on this thread. A panic becomes words with its place, and prints nothing.
///
/// # Errors
/// If it panics.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    note_places();
    let before = IS_CAUGHT.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_CAUGHT.set(before);
    done.map_err(|payload| words(&*payload))
}

/// Puts what a panic said on one line: assertions take several.
fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns what a panic said, with its place if that is known.
pub(crate) fn words(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let message = one_line(text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or(SILENT));
    let places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
    match places.iter().rev().find(|(said, _)| *said == message) {
        Some((_, place)) => format!("{message}, at {place}"),
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_that_is_caught_has_its_place() {
        let line = line!() + 1;
        let words = caught::<()>(|| panic!("out of {}", "cheese")).expect_err("a panic");
        assert_eq!(words, format!("out of cheese, at {}:{line}", file!()));
        assert_eq!(caught(|| 5), Ok(5));
        let silent = caught::<()>(|| std::panic::panic_any(5_u8)).expect_err("a panic");
        assert!(silent.starts_with("no message, at "), "{silent}");
    }
}
