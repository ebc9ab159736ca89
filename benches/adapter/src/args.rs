//! What criterion was asked for, as far as others have to know: criterion keeps it to itself.
//!
//! The flags are those of criterion, all of them: one that is not known would hide those after it. So the workspace pins criterion, and
//! a new version of it comes with a look at its `src/lib.rs`.

use std::ffi::OsString;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use regex::Regex;

/// Criterion's flags that take a value, and their short forms.
const VALUES: [(&str, Option<char>); 16] = [
    ("color", Some('c')),
    ("save-baseline", Some('s')),
    ("baseline", Some('b')),
    ("baseline-lenient", None),
    ("load-baseline", None),
    ("format", None),
    ("profile-time", None),
    ("sample-size", None),
    ("warm-up-time", None),
    ("measurement-time", None),
    ("nresamples", None),
    ("noise-threshold", None),
    ("confidence-level", None),
    ("significance-level", None),
    ("plotting-backend", None),
    ("output-format", None),
];

/// Those that take none.
const FLAGS: [(&str, Option<char>); 15] = [
    ("bench", None),
    ("test", None),
    ("list", None),
    ("exact", None),
    ("ignored", None),
    ("quick", None),
    ("quiet", None),
    ("noplot", Some('n')),
    ("verbose", Some('v')),
    ("discard-baseline", None),
    ("nocapture", None),
    ("show-output", None),
    ("include-ignored", None),
    ("help", Some('h')),
    ("version", Some('V')),
];

/// What a bench target is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Measure and report: `cargo bench`.
    Measure,
    /// Run everything once: `cargo test --benches`, `cargo bench -- --test`.
    Test,
    /// Name everything: `--list`.
    List,
    /// Run for a while and record where the time goes: `--profile-time`.
    Profile,
}

/// The arguments of a bench target. What is wrong with them is criterion's to say.
#[derive(Debug)]
pub struct Args {
    matches: ArgMatches,
    filter: Option<Filter>,
}

#[derive(Debug)]
enum Filter {
    Exact(String),
    Pattern(Regex),
}

impl Args {
    /// Returns those of this process.
    pub fn of_process() -> Self {
        Self::of(std::env::args_os())
    }

    fn of(args: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Self {
        let value = |(name, short): (&'static str, Option<char>)| Arg::new(name).long(name).short(short);
        let flag = |flag| value(flag).action(ArgAction::SetTrue);
        let matches = Command::new("bench")
            .ignore_errors(true)
            .disable_help_flag(true)
            .disable_version_flag(true)
            .args(VALUES.map(value))
            .args(FLAGS.map(flag))
            .arg(Arg::new("filter"))
            .get_matches_from(args);
        let filter = matches.get_one::<String>("filter").and_then(|filter| {
            if matches.get_flag("exact") {
                Some(Filter::Exact(filter.clone()))
            } else {
                Regex::new(filter).ok().map(Filter::Pattern)
            }
        });
        Self { matches, filter }
    }

    /// Returns what to do.
    pub fn mode(&self) -> Mode {
        let has = |flag| self.matches.get_flag(flag);
        match () {
            () if has("list") => Mode::List,
            // Cargo says `--bench` to a benchmark and nothing to a test.
            () if has("test") || !has("bench") => Mode::Test,
            () if self.profile_time().is_some() => Mode::Profile,
            () => Mode::Measure,
        }
    }

    /// Returns whether the benchmark of this name is asked for.
    pub fn matches(&self, name: &str) -> bool {
        let passes = match &self.filter {
            None => true,
            Some(Filter::Exact(filter)) => filter == name,
            Some(Filter::Pattern(filter)) => filter.is_match(name),
        };
        passes && !self.matches.get_flag("ignored")
    }

    /// Returns whether a rough figure is enough.
    pub fn is_quick(&self) -> bool {
        self.matches.get_flag("quick")
    }

    /// Returns whether standard output is read by a program.
    pub(crate) fn is_for_machines(&self) -> bool {
        self.matches.get_one::<String>("output-format").is_some_and(|format| format == "bencher")
    }

    /// Returns whether criterion draws charts.
    pub(crate) fn has_plots(&self) -> bool {
        !self.matches.get_flag("noplot")
    }

    /// Returns whether only results are to be printed.
    pub(crate) fn is_quiet(&self) -> bool {
        self.matches.get_flag("quiet")
    }

    pub(crate) fn profile_time(&self) -> Option<Duration> {
        self.seconds("profile-time")
    }

    pub(crate) fn warm_up(&self) -> Option<Duration> {
        self.seconds("warm-up-time")
    }

    pub(crate) fn measurement(&self) -> Option<Duration> {
        self.seconds("measurement-time")
    }

    fn seconds(&self, flag: &str) -> Option<Duration> {
        let seconds: f64 = self.matches.get_one::<String>(flag)?.parse().ok()?;
        Duration::try_from_secs_f64(seconds).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(line: &str) -> Args {
        Args::of(line.split(' ').map(str::to_owned))
    }

    #[test]
    fn the_mode_is_criterions() {
        assert_eq!(args("x --bench").mode(), Mode::Measure);
        assert_eq!(args("x").mode(), Mode::Test);
        assert_eq!(args("x --test --bench").mode(), Mode::Test);
        assert_eq!(args("x --list --bench").mode(), Mode::List);
        assert_eq!(args("x --profile-time 5 --bench").mode(), Mode::Profile);
        assert_eq!(args("x --profile-time=5 --bench").profile_time(), Some(Duration::from_secs(5)));
    }

    #[test]
    fn a_value_is_no_filter() {
        let args = args("x -s before -v --noplot --nocapture --sample-size 10 primes/ray --discard-baseline --bench");
        assert!(args.matches("primes/rayon/2") && !args.matches("primes/thread/2") && !args.matches("before"));
        assert_eq!(args.mode(), Mode::Measure);
    }

    #[test]
    fn exact_and_ignored() {
        let exact = args("x --exact primes/rayon/2 --bench");
        assert!(exact.matches("primes/rayon/2") && !exact.matches("primes/rayon/22"));
        assert!(!args("x --ignored --bench").matches("primes/rayon/2"));
    }
}
