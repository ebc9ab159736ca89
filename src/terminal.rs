//! The terminal: where text for people goes, and what it can show there.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use regatta_reports::text::ascii;
use rustix::termios::tcgetwinsize;

/// Columns of the tables where the terminal does not say.
const WIDTH: u16 = 100;
/// Fewest columns that a table is laid out for.
const NARROWEST: u16 = 40;

/// A stream that people read, and what it can show. All text for people goes through one, so this is the only place that decides.
///
/// It shows colours if it is a terminal, and neither `NO_COLOR` nor `TERM` speaks against it. With `CLICOLOR_FORCE` it shows them wherever
/// it goes. In a locale of ASCII alone it turns what is written to it into ASCII. A reader that has gone, as in `regatta list | head`, is no
/// error: the rest is for nobody.
pub struct Screen {
    to: Box<dyn Write>,
    /// Columns of the terminal; none if it is no terminal, where lines may be as long as they like.
    columns: Option<u16>,
    has_colours: bool,
    is_ascii: bool,
    is_gone: bool,
}

impl Screen {
    /// Returns standard output.
    pub fn output() -> Self {
        Self::of(io::stdout())
    }

    /// Returns standard error.
    pub fn errors() -> Self {
        Self::of(io::stderr())
    }

    fn of(to: impl RawStream + AsFd + 'static) -> Self {
        Self {
            columns: tcgetwinsize(&to).ok().map(|size| size.ws_col),
            has_colours: has_colours(&to),
            to: Box::new(to),
            is_ascii: is_ascii(),
            is_gone: false,
        }
    }

    /// Returns standard output for a document, whose characters are its own affair.
    pub(crate) fn document() -> Self {
        Self { is_ascii: false, ..Self::output() }
    }

    /// Returns a screen that nobody sees.
    pub(crate) fn nowhere() -> Self {
        Self { to: Box::new(io::sink()), columns: None, has_colours: false, is_ascii: false, is_gone: true }
    }

    /// Returns the columns for tables.
    pub(crate) fn width(&self) -> u16 {
        self.columns().unwrap_or(WIDTH)
    }

    /// Returns the columns of the terminal; none if it is no terminal.
    pub(crate) fn columns(&self) -> Option<u16> {
        // A terminal that does not know says 0.
        self.columns.filter(|columns| *columns > 0).map(|columns| columns.max(NARROWEST))
    }

    /// Returns whether it shows colours.
    pub(crate) fn has_colours(&self) -> bool {
        self.has_colours
    }

    /// Returns the text in characters that it can show.
    pub(crate) fn shown(&self, text: &str) -> String {
        if self.is_ascii { ascii(text) } else { text.to_owned() }
    }
}

/// Returns whether a stream shows colours. A dumb terminal shows none in CI either, of which `anstream` thinks otherwise.
fn has_colours(to: &impl RawStream) -> bool {
    let is_dumb = std::env::var_os("TERM").is_some_and(|set| set == "dumb");
    let is_forced = std::env::var_os("CLICOLOR_FORCE").is_some_and(|set| set != "0");
    (is_forced || !is_dumb) && AutoStream::choice(to) != ColorChoice::Never
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_gone {
            return Ok(bytes.len());
        }
        let written = if self.is_ascii {
            self.to.write_all(ascii(&String::from_utf8_lossy(bytes)).as_bytes())
        } else {
            self.to.write_all(bytes)
        };
        self.unless_gone(written)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.to.flush();
        self.unless_gone(flushed)
    }
}

impl Screen {
    fn unless_gone(&mut self, done: io::Result<()>) -> io::Result<()> {
        match done {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_gone = true;
                Ok(())
            }
            other => other,
        }
    }
}

/// Says something on standard error. That nobody can read it is no reason to stop.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(Screen::errors(), "regatta: {line}");
}

/// Returns whether the locale is one of ASCII alone. Where nothing names a locale, as in most containers, other characters are shown.
fn is_ascii() -> bool {
    let value = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(value);
    locale.is_some_and(|locale| is_of_ascii(&locale))
}

fn is_of_ascii(locale: &str) -> bool {
    match locale.split_once('.') {
        Some((_, charset)) => !charset.to_ascii_lowercase().replace('-', "").starts_with("utf8"),
        None => matches!(locale, "C" | "POSIX"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_say_which_characters_there_are() {
        assert!(["C", "POSIX", "de_DE.ISO-8859-1", "C.ANSI_X3.4-1968"].into_iter().all(is_of_ascii));
        assert!(!["C.UTF-8", "en_US.utf8", "en_US", "de_DE.UTF-8@euro"].into_iter().any(is_of_ascii));
    }

    #[test]
    fn a_reader_that_has_gone_is_no_error() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(ErrorKind::BrokenPipe.into())
            }
        }
        let mut screen = Screen { to: Box::new(Gone), is_gone: false, ..Screen::nowhere() };
        assert!(writeln!(screen, "more").is_ok() && screen.flush().is_ok() && screen.is_gone);
    }
}
