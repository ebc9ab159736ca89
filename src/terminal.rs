//! The terminal: how wide it is, and whether it shows colours.

use std::io;

use anstream::{AutoStream, ColorChoice};

/// Columns of the tables where the terminal does not say.
const WIDTH: u16 = 100;
/// Fewest columns that a table is laid out for.
const NARROWEST: u16 = 40;

/// Returns the columns of the terminal.
pub(crate) fn width() -> u16 {
    rustix::termios::tcgetwinsize(rustix::stdio::stdout()).map_or(WIDTH, |size| size.ws_col.max(NARROWEST))
}

/// Returns the columns of the terminal that standard error is; none if it is none, where lines may be as long as they like.
pub(crate) fn width_of_errors() -> Option<u16> {
    rustix::termios::tcgetwinsize(rustix::stdio::stderr()).ok().map(|size| size.ws_col.max(NARROWEST))
}

/// Returns whether standard error shows colours, by the same rules as [`shows_colours`].
pub(crate) fn shows_colours_of_errors() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

/// Returns whether standard output shows colours: it is a terminal, and neither `NO_COLOR` nor `TERM` speaks against it. With
/// `CLICOLOR_FORCE` it shows them wherever it goes.
pub(crate) fn shows_colours() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// Returns whether the locale is one of ASCII alone. Where nothing names a locale, as in most containers, other characters are shown.
pub(crate) fn is_ascii() -> bool {
    let value = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(value);
    locale.is_some_and(|locale| locale == "C" || locale == "POSIX")
}
