//! Records in; statistics, verdicts, charts, HTML and tables out.
//!
//! This crate knows nothing of runners or workloads: it reads what a run recorded, and everything it says follows from
//! that.
//!
//! ```no_run
//! use std::path::Path;
//! let results = regatta_reports::Results::read(Path::new("regatta-report/latest"))?;
//! let claims = regatta_reports::Claims::built_in();
//! let report = regatta_reports::write(&results, &claims, Path::new("regatta-report/latest"))?;
//! eprintln!("{}", report.index.display());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Layout
//! ```text
//! record.rs      the lines of results.jsonl
//! results.rs     reads them:                   file      -> Results
//! capacity.rs    how much parallel speed a machine, a number of workers and a number of tasks allow
//! statistics.rs  medians, intervals, paired ratios
//! clusters.rs    medians of rounds that share a process
//! outliers.rs    Tukey's fences
//! rounds.rs      which rounds were disturbed
//! lone.rs        in which runners the compiler made other code of a task
//! lint.rs        what is unfair or doubtful, with its remedy
//! effect.rs      the factor between two builds, with processes as the units
//! compare.rs     two runs or two builds side by side:   Results x 2 -> Comparison
//! beside.rs      any number of runs side by side
//! summary.rs     works out every figure:       Results   -> Summary
//! claims.rs      judges claims by it:          Summary   -> Verdicts
//! fidelity.rs    sets the modelled GIL beside CPython
//! matrix.rs      the run at a glance:      Summary   -> Matrix
//! advice.rs      recommends:             Summary   -> Advice
//! loss.rs        says where the time went
//! costs.rs       what a model asks for by itself
//! findings.rs    says what is seen, in words
//! columns.rs     the columns of all tables
//! verdicts.rs    shows verdicts in the terminal, in Markdown, and as verdicts.json
//! table.rs       shows it in the terminal:     Summary   -> text
//! markdown.rs    summary.md
//! csv.rs         summary.csv
//! charts.rs      SVG and PNG:                  GroupSummary -> Charts
//! html.rs        index.html, by templates/
//! write.rs       puts all of it into a folder
//! units.rs       figures as people read them
//! colours.rs     one colour per runner, two themes
//! text.rs        makes strings from outside harmless
//! ```

pub mod advice;
pub mod beside;
pub mod capacity;
pub mod charts;
pub mod claims;
pub mod clusters;
pub mod colours;
pub mod columns;
pub mod compare;
pub mod costs;
pub mod csv;
pub mod effect;
pub mod fidelity;
pub mod findings;
pub mod html;
mod loss;

pub mod lint;
pub mod lone;
pub mod markdown;
pub mod matrix;
pub mod outliers;
pub mod record;
pub mod results;
pub mod rounds;
pub mod statistics;
pub mod summary;
pub mod table;
pub mod text;
pub mod units;
pub mod verdicts;
mod write;

pub use claims::{ClaimError, Claims, Outcome, Verdict};
pub use compare::Comparison;
pub use results::{ReadError, Results};
pub use summary::{GroupSummary, Row, Summary};
pub use table::terminal;
pub use write::{Report, WriteError, write, write_judged, write_side_by_side};
