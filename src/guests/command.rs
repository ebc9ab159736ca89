//! A name and a command, as flags and plans have them.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::catalogue::languages::LANGUAGES;
use crate::subprocess::on_search_path;

/// Most characters of a name.
const LONGEST: usize = 40;
/// Names that are those of other families, or would be taken for them.
const TAKEN: [&str; 4] = ["native", "gil", "cpython", "python"];

/// A program that is a cell, by the name that its runners begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedCell {
    /// Its name, perhaps with an `@` and the name of its kind: `mine@2.0`.
    pub(crate) name: String,
    /// The program and its arguments; empty for a cell that comes along.
    pub(crate) command: Vec<String>,
}

impl NamedCell {
    /// Returns whether it is one that comes along.
    pub(super) fn comes_along(&self) -> bool {
        self.command.is_empty()
    }

    /// Understands a command as a shell does, and checks the name.
    ///
    /// # Errors
    /// If either is none: in words for the one who wrote it.
    pub(crate) fn new(name: &str, command: &str) -> Result<Self, String> {
        let name = name.trim();
        let (plain, kind) = name.split_once('@').map_or((name, None), |(plain, kind)| (plain, Some(kind)));
        let is_name = |text: &str| {
            let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
            !text.is_empty()
                && text.len() <= LONGEST
                && text.starts_with(|first: char| first.is_ascii_alphanumeric())
                && text.chars().all(is_letter)
        };
        if !is_name(plain) || kind.is_some_and(|kind| !is_name(kind)) {
            return Err(format!(
                "`{name}` is no name for a cell: it begins with a letter or digit, and has letters, digits, `-`, `.` and `_`"
            ));
        }
        if TAKEN.contains(&plain) {
            return Err(format!("`{plain}` is the name of runners that are there: give the cell another name"));
        }
        let command = shlex::split(command).ok_or_else(|| format!("the command of `{name}` has an open quote"))?;
        if command.is_empty() {
            return Err(format!(
                "`{name}` has no command: write NAME=COMMAND, for example mine='perl cell.pl', or the name of one that comes along"
            ));
        }
        Ok(Self { name: name.to_owned(), command })
    }

    /// Returns the program's file.
    ///
    /// # Errors
    /// If there is none in the search path.
    pub(super) fn program(&self) -> Result<PathBuf, String> {
        let program = Path::new(&self.command[0]);
        if program.components().count() > 1 || program.is_absolute() || self.command[0].starts_with("./") {
            return Ok(program.to_owned());
        }
        let search = std::env::var_os("PATH").unwrap_or_default();
        on_search_path(program, &search).ok_or_else(|| {
            format!("there is no program `{}` in the search path; one of this folder is ./{0}", self.command[0])
        })
    }
}

impl FromStr for NamedCell {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, command)) => Self::new(name, command),
            None if LANGUAGES.contains(&text) => Ok(Self { name: text.to_owned(), command: Vec::new() }),
            None => Self::new(text, ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_understood_as_by_a_shell() {
        let cell: NamedCell = "mine@2=perl 'a b.pl' --x=1".parse().expect("a cell");
        assert_eq!((&*cell.name, cell.command), ("mine@2", ["perl", "a b.pl", "--x=1"].map(str::to_owned).to_vec()));
    }

    #[test]
    fn what_is_no_name_or_no_command_is_refused_in_words() {
        for (text, why) in [
            ("mine", "has no command"),
            ("=x", "no name"),
            ("a b=x", "no name"),
            ("a@=x", "no name"),
            ("gil=x", "give the cell another name"),
            ("python@9=x", "give the cell another name"),
            ("mine='x", "open quote"),
        ] {
            let refused = text.parse::<NamedCell>().expect_err(text);
            assert!(refused.contains(why), "{text}: {refused}");
        }
        let refused = NamedCell::new("mine", "no-such-program-here").expect("a cell").program().expect_err("none");
        assert!(refused.contains("./no-such-program-here"), "{refused}");
    }
}
