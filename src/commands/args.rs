//! What the subcommands are told on the command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::gate::{FailOn, Gate};
use crate::catalogue::OwnServer;
use crate::crossover::Range;
use crate::durations;
use crate::guests::NamedCell;
use crate::plan::{Assignment, PlannedSweep, Workers};

/// What to measure.
#[derive(Debug, Default, Args)]
pub(crate) struct RunArgs {
    /// quick, default, full, gil-sweep, scaling, coordination, languages, faults, servers, or the path of a TOML file.
    #[arg(long, default_value = "default")]
    pub(crate) plan: String,
    /// Measure only these workloads (comma-separated, repeatable), for example primes,sleep.
    #[arg(short, long, value_delimiter = ',')]
    pub(crate) workload: Vec<String>,
    /// Set a parameter of the workload, for example wait_us=5000 (repeatable). `regatta list WORKLOAD` shows them.
    #[arg(long, value_name = "NAME=VALUE", requires = "workload")]
    pub(crate) param: Vec<Assignment>,
    /// Vary one axis, for example workers=1,2,4,8 or tasks=10..10_000/7: workers, a parameter of the workload, or an option of runners.
    #[arg(long, value_name = "AXIS=VALUES", conflicts_with = "workers")]
    pub(crate) sweep: Option<PlannedSweep>,
    /// Measure only these runners or families (native, gil, cpython), comma-separated.
    #[arg(short, long, value_delimiter = ',')]
    pub(crate) runner: Vec<String>,
    /// Measure with these numbers of workers, for example 1,2,cores [default: one for each core].
    #[arg(long, value_delimiter = ',')]
    pub(crate) workers: Vec<Workers>,
    /// Measure exactly this many rounds of each group, however long they take.
    #[arg(short = 'n', long, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: Option<u32>,
    /// Spend at most this time on the whole run, for example 60s or 5m. What it does not reach is left out, and named.
    #[arg(long, value_parser = durations::parse)]
    pub(crate) budget: Option<Duration>,
    /// Run each cell unmeasured for at least TIME before each measured run, to wake its workers (for example 20ms; 0s disables) [default: from the plan].
    #[arg(long, value_name = "TIME", value_parser = durations::parse)]
    pub(crate) hot: Option<Duration>,
    /// Draw the order of cells in each round from this seed [default: a new one each time].
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Measure this Python too (repeatable) [default: the python3 of the search path].
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Vec<PathBuf>,
    /// Measure the cells of this program too, in any language (repeatable): docs/PROTOCOL.md says what a cell is. Its runners are
    /// NAME-...
    #[arg(long, value_name = "NAME[=COMMAND]")]
    pub(crate) cell: Vec<NamedCell>,
    /// Measure this server too, in the workload serve (repeatable): a command that prints the port at which it listens.
    #[arg(long, value_name = "NAME=COMMAND")]
    pub(crate) server: Vec<OwnServer>,
    /// Judge the claims of this file too (repeatable).
    #[arg(long, value_name = "FILE")]
    pub(crate) claims: Vec<PathBuf>,
    /// Write the results to this folder, which must not hold any yet.
    #[arg(short, long)]
    pub(crate) out: Option<PathBuf>,
    /// Keep this run under a name, and replace an older one of that name. `regatta baselines` lists them.
    #[arg(long, value_name = "NAME")]
    pub(crate) save_baseline: Option<String>,
    /// Compare this run with the one that was kept under a name.
    #[arg(long, value_name = "NAME")]
    pub(crate) baseline: Option<String>,
    /// Exit with code 1 on any of these (comma-separated, repeatable): `claim` if a claim fails, `claim=ID` if that one does; with --baseline
    /// `regression`, as `compare --fail-on`; and `undecided`, of such a claim or of the comparison.
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) fail_on: Vec<Gate>,
    /// With --baseline: the smallest change that matters, as `compare --threshold`.
    #[arg(long, value_name = "PERCENT", value_parser = threshold, requires = "baseline")]
    pub(crate) threshold: Option<f64>,
    /// With --baseline: compare even what cannot be compared; the result is marked.
    #[arg(long, requires = "baseline")]
    pub(crate) force: bool,
    /// With --baseline: write the comparison as Markdown to this file; `-` is standard output, in place of the table.
    #[arg(long, value_name = "FILE", requires = "baseline")]
    pub(crate) markdown: Option<PathBuf>,
    /// Print one JSON document on standard output, and text on standard error. docs/RECORDS.md says what is in it.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print all tables, and not only the answer and what does not hold.
    #[arg(long)]
    pub(crate) tables: bool,
    /// Open the page in the browser when it is done.
    #[arg(long)]
    pub(crate) open: bool,
}

/// What to list.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Show the parameters of this workload.
    pub(crate) workload: Option<String>,
    /// List the runners of this program too (repeatable).
    #[arg(long, value_name = "NAME[=COMMAND]")]
    pub(crate) cell: Vec<NamedCell>,
    /// Print a JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What to verify.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Check the cells of this plan: quick, default, full, gil-sweep, or the path of a TOML file [default: small work of every kind].
    #[arg(long)]
    pub(crate) plan: Option<String>,
    /// Check only these workloads.
    #[arg(short, long, value_delimiter = ',')]
    pub(crate) workload: Vec<String>,
    /// Set a parameter of the workload, for example wait_us=5000 (repeatable). `regatta list WORKLOAD` shows them.
    #[arg(long, value_name = "NAME=VALUE", requires = "workload")]
    pub(crate) param: Vec<Assignment>,
    /// Check only these runners.
    #[arg(short, long, value_delimiter = ',')]
    pub(crate) runner: Vec<String>,
    /// Check this Python too (repeatable) [default: the python3 of the search path].
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Vec<PathBuf>,
    /// Measure the cells of this program too, in any language (repeatable): docs/PROTOCOL.md says what a cell is. Its runners are
    /// NAME-...
    #[arg(long, value_name = "NAME[=COMMAND]")]
    pub(crate) cell: Vec<NamedCell>,
    /// Check this server too, in the workload serve (repeatable): a command that prints the port at which it listens.
    #[arg(long, value_name = "NAME=COMMAND")]
    pub(crate) server: Vec<OwnServer>,
}

/// What to profile.
#[derive(Debug, Args)]
pub(crate) struct ProfileArgs {
    /// Profile these workloads.
    #[arg(short, long, value_delimiter = ',', required = true)]
    pub(crate) workload: Vec<String>,
    /// Set a parameter of the workload, for example wait_us=5000 (repeatable). `regatta list WORKLOAD` shows them.
    #[arg(long, value_name = "NAME=VALUE", requires = "workload")]
    pub(crate) param: Vec<Assignment>,
    /// Profile under these runners.
    #[arg(short, long, value_delimiter = ',', required = true)]
    pub(crate) runner: Vec<String>,
    /// Profile with these numbers of workers.
    #[arg(long, value_delimiter = ',')]
    pub(crate) workers: Vec<Workers>,
    /// Take the parameters of the workload from this plan.
    #[arg(long, default_value = "default")]
    pub(crate) plan: String,
    /// Write the results to this folder, which must not hold any yet.
    #[arg(short, long)]
    pub(crate) out: Option<PathBuf>,
}

/// What to explain.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The claim, for example gil-convoy [default: none, and all are listed].
    pub(crate) claim: Option<String>,
    /// Measure this Python too (repeatable) [default: the python3 of the search path].
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Vec<PathBuf>,
    /// Measure the cells of this program too, in any language (repeatable): docs/PROTOCOL.md says what a cell is. Its runners are
    /// NAME-...
    #[arg(long, value_name = "NAME[=COMMAND]")]
    pub(crate) cell: Vec<NamedCell>,
    /// Spend at most this time on the whole run [default: 20s, or 5s for each core where that is more; 30s and 10s
    /// for curves].
    #[arg(long, value_parser = durations::parse)]
    pub(crate) budget: Option<Duration>,
    /// Take claims of this file too (repeatable).
    #[arg(long, value_name = "FILE")]
    pub(crate) claims: Vec<PathBuf>,
    /// Draw the order of cells in each round from this seed [default: a new one each time].
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Write the results to this folder, which must not hold any yet.
    #[arg(short, long)]
    pub(crate) out: Option<PathBuf>,
    /// Open the page in the browser when it is done.
    #[arg(long)]
    pub(crate) open: bool,
}

/// Where to look for a crossing.
#[derive(Debug, Args)]
pub(crate) struct CrossoverArgs {
    /// Compare by this workload, for example counting.
    #[arg(short, long)]
    pub(crate) workload: String,
    /// Vary this: a number among the parameters of the workload (`regatta list WORKLOAD` shows them), or `workers`.
    #[arg(long)]
    pub(crate) axis: String,
    /// Compare these two runners, comma-separated, for example sequential,rayon.
    #[arg(long, value_name = "RUNNER,RUNNER", value_delimiter = ',', required = true)]
    pub(crate) between: Vec<String>,
    /// Search this range of the axis, for example 1e3..1e7 [default: one that fits the axis].
    #[arg(long, value_name = "LOW..HIGH")]
    pub(crate) from: Option<Range>,
    /// Set another parameter of the workload, for example tasks=64 (repeatable).
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) param: Vec<Assignment>,
    /// Measure with this number of workers [default: one for each core].
    #[arg(long)]
    pub(crate) workers: Option<Workers>,
    /// Spend at most this time on the whole search [default: 30s].
    #[arg(long, value_parser = durations::parse)]
    pub(crate) budget: Option<Duration>,
    /// Run each cell unmeasured for at least TIME before each measured run, to wake its workers [default: 0s].
    #[arg(long, value_name = "TIME", value_parser = durations::parse)]
    pub(crate) hot: Option<Duration>,
    /// Draw the order of cells in each round from this seed [default: a new one each time].
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Measure this Python too (repeatable) [default: the python3 of the search path].
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Vec<PathBuf>,
    /// Measure the cells of this program too, in any language (repeatable): docs/PROTOCOL.md says what a cell is. Its runners are
    /// NAME-...
    #[arg(long, value_name = "NAME[=COMMAND]")]
    pub(crate) cell: Vec<NamedCell>,
    /// Write the results to this folder, which must not hold any yet.
    #[arg(short, long)]
    pub(crate) out: Option<PathBuf>,
    /// Print one JSON document on standard output, and text on standard error. docs/RECORDS.md says what is in it.
    #[arg(long)]
    pub(crate) json: bool,
    /// Open the page in the browser when it is done.
    #[arg(long)]
    pub(crate) open: bool,
}

/// What to report on.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The folder of a run; several are set side by side [default: the latest, regatta-report/latest].
    #[arg(value_name = "DIR")]
    pub(crate) dirs: Vec<PathBuf>,
    /// Judge the claims of this file too (repeatable).
    #[arg(long, value_name = "FILE")]
    pub(crate) claims: Vec<PathBuf>,
    /// Write the report to this folder [default: that of the run; of several, a new one under regatta-report].
    #[arg(short, long)]
    pub(crate) out: Option<PathBuf>,
    /// Print one JSON document on standard output, and text on standard error. docs/RECORDS.md says what is in it.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print all tables, and not only the answer and what does not hold.
    #[arg(long)]
    pub(crate) tables: bool,
    /// Open the page in the browser.
    #[arg(long)]
    pub(crate) open: bool,
}

/// What to compare.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Folder, results.jsonl or name (of a baseline) of the run to compare with; with --live, the old program.
    pub(crate) base: PathBuf,
    /// Folder, results.jsonl or name of the new run; with --live, the new program. Without it, BASE is the folder of a live comparison.
    pub(crate) new: Option<PathBuf>,
    /// Run two builds of this program side by side, in the same rounds: much sharper than two separate runs.
    #[arg(long)]
    pub(crate) live: bool,
    /// Print one JSON document on standard output, and text on standard error. docs/RECORDS.md says what is in it.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
    /// With --live: compare the cells of this plan.
    #[arg(long, default_value = "quick", requires = "live")]
    pub(crate) plan: String,
    /// With --live: compare only these workloads.
    #[arg(short, long, value_delimiter = ',', requires = "live")]
    pub(crate) workload: Vec<String>,
    /// With --live: compare only these runners or families.
    #[arg(short, long, value_delimiter = ',', requires = "live")]
    pub(crate) runner: Vec<String>,
    /// With --live: compare with these numbers of workers.
    #[arg(long, value_delimiter = ',', requires = "live")]
    pub(crate) workers: Vec<Workers>,
    /// With --live: measure exactly this many rounds of each group.
    #[arg(short = 'n', long, value_parser = clap::value_parser!(u32).range(1..), requires = "live")]
    pub(crate) rounds: Option<u32>,
    /// With --live: spread the rounds over so many fresh processes of each build.
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..), requires = "live")]
    pub(crate) processes: Option<u32>,
    /// With --live: spend at most this time [default: 15 s for each cell].
    #[arg(long, value_parser = durations::parse, requires = "live")]
    pub(crate) budget: Option<Duration>,
    /// With --live: run each cell unmeasured for at least TIME before each measured run.
    #[arg(long, value_name = "TIME", value_parser = durations::parse, requires = "live")]
    pub(crate) hot: Option<Duration>,
    /// With --live: draw the order of cells in each round from this seed.
    #[arg(long, requires = "live")]
    pub(crate) seed: Option<u64>,
    /// With --live: write the results to this folder, which must not hold any yet.
    #[arg(short, long, requires = "live")]
    pub(crate) out: Option<PathBuf>,
}

/// How a comparison is shown.
#[derive(Debug, Default, Args)]
pub(crate) struct ShowArgs {
    /// Compare even what cannot be compared; the result is marked.
    #[arg(long)]
    pub(crate) force: bool,
    /// Exit with code 1 on any of these (comma-separated).
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) fail_on: Vec<FailOn>,
    /// Set the smallest change that matters [default: 5%]. A change that is certainly smaller is "no difference". A change that may
    /// be larger or smaller is undecided.
    #[arg(long, value_name = "PERCENT", value_parser = threshold)]
    pub(crate) threshold: Option<f64>,
    /// Write the comparison as Markdown to this file; `-` is standard output, in place of the table.
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Write the comparison as a page to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Open the page in the browser: that of --html, or the one that --live writes in any case.
    #[arg(long)]
    pub(crate) open: bool,
}

/// Reads a threshold in percent and returns it as a share.
fn threshold(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches('%').trim_end();
    let percent: f64 = number.parse().map_err(|_| format!("`{text}` is not a number of percent: 5%, say"))?;
    if percent > 0.0 && percent <= 100.0 {
        Ok(percent / 100.0)
    } else {
        Err("it must be above 0 % and at most 100 %".to_owned())
    }
}
