//! Reading `results.jsonl`: strict about what is broken, lenient about what a killed run leaves behind.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::records::schema::{Capacity, Deadlock, End, Failure, Lone, Profile, Run, SCHEMA, Sample, TrialRecord};

/// Name of the file of records in the folder of a run.
pub const FILE_NAME: &str = "results.jsonl";

/// All records of one run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Results {
    /// What was asked for, and of which machine.
    pub run: Run,
    /// How much parallel speed the machine gave; none if it was not measured.
    pub capacity: Option<Capacity>,
    /// The CPU time of one task alone, by workload and runner.
    pub lone: Vec<Lone>,
    /// The samples in the order in which they were measured.
    pub samples: Vec<Sample>,
    /// What cells did in passes of their own, in the order of the file.
    pub profiles: Vec<Profile>,
    /// The deadlocks that were seen, in the order of the file.
    pub deadlocks: Vec<Deadlock>,
    /// What models lost when one task of many came to grief, in the order of the file.
    pub trials: Vec<TrialRecord>,
    /// The cells that gave no time, in the order in which they failed.
    pub failures: Vec<Failure>,
    /// How the run ended; none if it was killed.
    pub end: Option<End>,
    /// What was odd about the file and could be read past, one sentence each.
    pub warnings: Vec<String>,
}

/// Why a file of records could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be opened or read.
    #[error("cannot read {path}: {cause}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The file holds nothing, or its only line is cut off.
    #[error("{path} has no `run` record: it is empty, or the run ended before it could write its first line")]
    NoRun {
        /// The file.
        path: PathBuf,
    },
    /// The first line is something else than the `run` record.
    #[error("line 1 of {path} is a `{found}` record, but must be the `run` record: is this the beginning of the file?")]
    NotRun {
        /// The file.
        path: PathBuf,
        /// Type of the record that is there.
        found: String,
    },
    /// The records are of a schema that this build does not know.
    #[error(
        "{path} has records of schema {found}, and this build reads schema {SCHEMA}: \
         make the report with the version of Regatta that wrote them, or a newer one"
    )]
    Schema {
        /// The file.
        path: PathBuf,
        /// Schema number of the file.
        found: u64,
    },
    /// A line is not a record.
    #[error("line {line} of {path} is broken: {why}")]
    Line {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
}

/// The part of a line that says how to read the rest.
#[derive(Deserialize)]
struct Tag {
    #[serde(rename = "type")]
    kind: String,
    schema: Option<u64>,
}

impl Results {
    /// Reads the records of a run, given its folder or the file itself.
    ///
    /// Unknown fields are ignored; so are records of an unknown type and a last line that is cut off, with a warning.
    ///
    /// # Errors
    /// If the file cannot be read, does not begin with a `run` record, is of a newer schema, or has a broken line.
    pub fn read(folder_or_file: &Path) -> Result<Self, ReadError> {
        let path = if folder_or_file.is_dir() { folder_or_file.join(FILE_NAME) } else { folder_or_file.to_owned() };
        match File::open(&path) {
            Ok(file) => Self::read_from(BufReader::new(file), &path),
            Err(cause) => Err(ReadError::Io { path, cause }),
        }
    }

    /// Reads records from `input`; `path` is what error messages call it.
    ///
    /// # Errors
    /// As [`Results::read`].
    pub fn read_from(mut input: impl BufRead, path: &Path) -> Result<Self, ReadError> {
        let mut reader = Reader { path, line: 0, has_run: false, results: Self::default() };
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            let read = input.read_until(b'\n', &mut bytes);
            if read.map_err(|cause| ReadError::Io { path: path.to_owned(), cause })? == 0 {
                break;
            }
            reader.line += 1;
            let is_ended = bytes.ends_with(b"\n");
            let line = bytes.trim_ascii();
            if !line.is_empty() {
                reader.take(line, is_ended)?;
            }
        }
        if !reader.has_run {
            return Err(ReadError::NoRun { path: path.to_owned() });
        }
        Ok(reader.results)
    }

    /// Returns whether the run came to the end of its plan.
    pub fn is_complete(&self) -> bool {
        self.end.as_ref().is_some_and(|end| end.complete)
    }
}

/// A file that is being read.
struct Reader<'a> {
    path: &'a Path,
    /// Number of the line that was read last, from 1.
    line: usize,
    /// Whether the `run` record has been seen; nothing else is accepted before.
    has_run: bool,
    results: Results,
}

impl Reader<'_> {
    /// Takes in one line.
    fn take(&mut self, line: &[u8], is_ended: bool) -> Result<(), ReadError> {
        let tag: Tag = match serde_json::from_slice(line) {
            Ok(tag) => tag,
            Err(error) if !is_ended && error.classify() != Category::Data => {
                self.warn("is cut off and was left out: the run was killed, or the disk was full");
                return Ok(());
            }
            Err(error) => return Err(self.broken(&error)),
        };
        if !self.has_run {
            self.check_first(&tag)?;
        }
        // By the tag rather than as a `Record`, which would hold each line in memory once more before it is taken apart.
        match tag.kind.as_str() {
            "run" if self.has_run => return Err(self.broken(&"a second `run` record: a file holds one run")),
            "run" => {
                self.results.run = self.parsed(line)?;
                self.has_run = true;
            }
            "capacity" => self.results.capacity = Some(self.parsed(line)?),
            "group" => {
                let added = self.parsed(line)?;
                self.results.run.plan.add(added);
            }
            "lone" => self.results.lone.push(self.parsed(line)?),
            "sample" => self.results.samples.push(self.parsed(line)?),
            "deadlock" => self.results.deadlocks.push(self.parsed(line)?),
            "profile" => self.results.profiles.push(self.parsed(line)?),
            "trial" => self.results.trials.push(self.parsed(line)?),
            "error" => self.results.failures.push(self.parsed(line)?),
            "end" => self.results.end = Some(self.parsed(line)?),
            unknown => {
                let unknown = crate::text::plain(unknown);
                self.warn(&format!("is of the unknown type `{unknown}` and was ignored"));
            }
        }
        Ok(())
    }

    /// Returns the record of a line.
    fn parsed<T: DeserializeOwned>(&self, line: &[u8]) -> Result<T, ReadError> {
        serde_json::from_slice(line).map_err(|error| self.broken(&error))
    }

    /// Accepts only a `run` record of a schema that can be read.
    fn check_first(&self, tag: &Tag) -> Result<(), ReadError> {
        if tag.kind != "run" {
            return Err(ReadError::NotRun { path: self.path.to_owned(), found: crate::text::plain(&tag.kind) });
        }
        match tag.schema {
            Some(found) if found > u64::from(SCHEMA) => Err(ReadError::Schema { path: self.path.to_owned(), found }),
            Some(found) if found > 0 => Ok(()),
            _ => Err(self.broken(&"the `run` record does not name its schema")),
        }
    }

    fn warn(&mut self, what: &str) {
        self.results.warnings.push(format!("Line {} of {} {what}.", self.line, self.path.display()));
    }

    /// Says what is wrong with the current line. The parser counts lines within its one line: only its column is of
    /// use.
    fn broken(&self, why: &dyn std::fmt::Display) -> ReadError {
        let why = crate::text::plain(&why.to_string()).replace(" at line 1 column ", " at column ");
        ReadError::Line { path: self.path.to_owned(), line: self.line, why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = r#"{"type":"run","schema":1,"id":"x","later":{"a":[1]}}"#;

    fn read(text: &str) -> Result<Results, ReadError> {
        Results::read_from(text.as_bytes(), Path::new("results.jsonl"))
    }

    fn message(text: &str) -> String {
        read(text).expect_err("must be refused").to_string()
    }

    #[test]
    fn reads_all_records_and_ignores_unknown_fields_and_types() {
        let text = format!(
            "{RUN}\n{}\n{}\n{}\n\n{}\n",
            r#"{"type":"sample","workload":"w","runner":"r","workers":2,"wall_ns":5,"new":{"x":1}}"#,
            r#"{"type":"weather","sunny":true}"#,
            r#"{"type":"error","workload":"w","runner":"r","workers":2,"round":null,"kind":"limit","message":"m"}"#,
            r#"{"type":"end","finished":"now","complete":true}"#,
        );
        let results = read(&text).expect("well-formed");
        assert_eq!((results.samples.len(), results.failures.len()), (1, 1));
        assert_eq!(results.samples[0].cell.workers, 2);
        assert!(results.is_complete());
        assert_eq!(results.warnings, ["Line 3 of results.jsonl is of the unknown type `weather` and was ignored."]);
    }

    #[test]
    fn lone_tasks_memory_of_the_tree_and_what_is_left_out_are_read() {
        let text = format!(
            "{}\n{}\n{}\n",
            r#"{"type":"run","schema":1,"left_out":["No workload is called `x`."]}"#,
            r#"{"type":"lone","workload":"w","params":{"n":3},"runner":"r","cpu_ns":[5,6]}"#,
            r#"{"type":"sample","workload":"w","runner":"r","tree_pss_bytes":7}"#,
        );
        let results = read(&text).expect("well-formed");
        assert_eq!(results.run.left_out, ["No workload is called `x`."]);
        assert_eq!((results.lone[0].runner.as_str(), results.lone[0].cpu_ns.as_slice()), ("r", [5, 6].as_slice()));
        assert_eq!(results.samples[0].tree_pss_bytes, Some(7));
        assert!(results.warnings.is_empty());
    }

    #[test]
    fn the_first_line_must_be_the_run() {
        assert!(message("").contains("no `run` record"));
        assert!(message("{\"type\":\"run\",\"sche").contains("no `run` record"));
        assert!(message("{\"type\":\"end\"}\n").contains("line 1 of results.jsonl is a `end` record"));
        assert!(message("{\"type\":\"run\"}\n").contains("does not name its schema"));
        assert!(message(&format!("{RUN}\n{RUN}\n")).contains("line 2 of results.jsonl is broken: a second `run`"));
    }

    #[test]
    fn a_newer_schema_is_refused_by_both_numbers() {
        let message = message(r#"{"type":"run","schema":7,"plan":"of another shape"}"#);
        assert!(message.contains("schema 7") && message.contains("schema 1"), "{message}");
    }

    #[test]
    fn a_truncated_last_line_is_a_warning() {
        for tail in [r#"{"type":"sam"#, r#"{"type":"sample","wall_ns":12"#, "{", "\u{e4}"] {
            let results = read(&format!("{RUN}\n{tail}")).expect("tolerated");
            assert_eq!(results.warnings.len(), 1, "{tail}");
            assert!(results.warnings[0].starts_with("Line 2 of results.jsonl is cut off"));
            assert!(!results.is_complete());
        }
        let whole =
            read(&format!("{RUN}\n{}", r#"{"type":"sample","wall_ns":12}"#)).expect("only the line feed is missing");
        assert_eq!((whole.samples.len(), whole.warnings.len()), (1, 0));
    }

    #[test]
    fn broken_lines_are_named_by_number_and_reason() {
        for (line, reason) in [
            (r#"{"type":"sample","wall_ns":-5}"#, "invalid value: integer `-5`, expected u64"),
            (r#"{"type":"sample","wall_ns":NaN}"#, "expected value at column 28"),
            (r#"{"type":"sample","wall_ns":1e999}"#, "number out of range"),
            (r#"{"type":"sample","wall_ns":18446744073709551616}"#, "expected u64"),
            (r#"{"type":"sample","per_core_ns":[1,"x"]}"#, "expected u64"),
            (r#"{"type":"error","kind":"sulking"}"#, "unknown variant `sulking`"),
            (r#"{"type":"sample""#, "EOF"),
            ("[]", "invalid"),
            ("nonsense", "expected ident"),
        ] {
            let message = message(&format!("{RUN}\n{line}\n"));
            assert!(message.starts_with("line 2 of results.jsonl is broken: "), "{message}");
            assert!(message.contains(reason), "{line}: {message}");
        }
        let bad_last = format!("{RUN}\n{}", r#"{"type":"sample","wall_ns":-5}"#);
        assert!(message(&bad_last).contains("line 2"), "a whole last line that is wrong is not forgiven");
    }

    #[test]
    fn invalid_utf8_is_a_broken_line() {
        let mut bytes = format!("{RUN}\n").into_bytes();
        bytes.extend(b"{\"type\":\"sample\",\"workload\":\"\xff\"}\n");
        let error = Results::read_from(&bytes[..], Path::new("results.jsonl")).expect_err("must be refused");
        assert!(error.to_string().starts_with("line 2"), "{error}");
    }
}
