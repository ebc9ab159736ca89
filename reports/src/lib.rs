//! Records in; statistics, verdicts, charts, HTML and tables out.
//!
//! This crate knows nothing of runners or workloads: it reads what a run recorded, and everything it says follows from
//! that.
//!
//! ```no_run
//! use std::path::Path;
//! let results = regatta_reports::Results::read(Path::new("regatta-report/latest"))?;
//! let claims = regatta_reports::Claims::built_in();
//! let report = regatta_reports::Report::from_results(results, &claims);
//! let files = regatta_reports::write(&report, Path::new("regatta-report/latest"))?;
//! eprintln!("{}", files.index.display());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Layout
//! A report is worked out in stages. Each is a folder, and uses only those before it.
//! ```text
//! statistics/  medians, intervals, factors
//! text/        strings made harmless, figures with their units
//! records/     the lines of results.jsonl:        file      -> Results
//! figures/     every figure of a run:             Results   -> Summary
//! judgement/   verdicts, notices, advice:         Summary   -> Verdicts, Advice, Comparison
//! views/       findings, columns, the matrix:     all of it -> Report, which any medium can show
//! drawing/     colours and charts:                figures   -> SVG and PNG
//! documents/   terminal, Markdown, page, CSV, JSON, and the folder that holds them
//! ```

pub mod documents;
pub mod drawing;
pub mod figures;
pub mod judgement;
pub mod records;
pub mod statistics;
pub mod text;
pub mod views;

pub use documents::terminal::{answer, break_even, brief, few_tables, lesson, tables, verdict_line};
pub use documents::{Files, WriteError, write, write_side_by_side};
pub use drawing::charts;
pub use figures::{GroupSummary, Row, Summary};
pub use judgement::claims::{ClaimError, Claims, Judgement, Outcome, Verdict};
pub use judgement::compare::Comparison;
pub use judgement::{advice, claims, compare, fidelity, side_by_side};
pub use records::schema as record;
pub use records::{ReadError, Results};
pub use statistics::clusters;
pub use views::Report;
