//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::catalogue::Catalogue;
use crate::commands;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Well,
    /// A comparison found what it was to fail on.
    Regression,
    /// The run is finished, but some cells failed.
    CellsFailed,
    /// A signal ended the run.
    Signal(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Well => Self::SUCCESS,
            Exit::Regression => Self::from(1),
            Exit::CellsFailed => Self::from(3),
            Exit::Signal(signal) => Self::from(128 + signal),
        }
    }
}

/// The exit code for bad usage and bad input.
pub(crate) const BAD: u8 = 2;

const EXAMPLES: &str = "\
Examples:
  regatta                                          the default plan: 90 seconds on 2 cores, then tables, verdicts and report
  regatta run --plan quick                         a first look, about 30 seconds
  regatta run --workload primes --workers 1,2,4    one workload, three widths
  regatta run --workload sleep --runner thread,green,async --rounds 20
  regatta verify                                   every answer checked, nothing timed
  regatta report regatta-report/latest             the report once more, from its records
  regatta report laptop/ server/ --open            machines or commits side by side, in the browser
  regatta compare --live old/regatta new/regatta --workload primes --fail-on regression,undecided --threshold 3%
  regatta profile --workload primes --runner rayon,scoped    who does what when, with a trace for Perfetto

Exit codes: 0 all well, 1 what --fail-on names, 2 bad usage or input, 3 finished but some cells failed, 128 + n ended by signal n.";

const COMPARE_EXAMPLES: &str = "\
Examples:
  regatta compare base/ new/                                   two runs; what changed beyond noise
  regatta compare base/ new/ --fail-on regression              exit 1 if a cell is slower, fails, answers wrongly or is gone
  regatta compare base/ new/ --fail-on regression,undecided --threshold 3%
                                                               exit 1, too, where a change of 3 % could have gone unseen
  regatta compare --live old/regatta new/regatta --plan default --budget 5m --markdown comment.md
  regatta compare regatta-report/latest                        a live comparison once more, from its records

A cell is slower or faster (or needs more or less CPU) beyond noise; or there is no difference of the threshold or more; or it is
undecided, with the change that would have been seen.";

/// Runs one and the same work under every concurrency model, watches every core, and says what holds on this machine.
#[derive(Debug, Parser)]
#[command(name = "regatta", version, after_help = EXAMPLES, styles = styles())]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure, print the tables and write a report.
    Run(RunArgs),
    /// Show workloads, runners and plans, and whether they can run here.
    List,
    /// Run every workload under every runner once and check the answers; nothing is timed.
    Verify(VerifyArgs),
    /// Write the report of a run once more, from its records; or, of several runs, one that sets them side by side.
    Report(ReportArgs),
    /// Show what changed between two runs, or, with --live, between two builds in the same rounds.
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(CompareArgs),
    /// Show which worker does what when: a timeline of the cores, a lane for each worker, a trace for Perfetto.
    Profile(ProfileArgs),
}

/// What to measure.
#[derive(Debug, Default, Args)]
pub(crate) struct RunArgs {
    /// quick, default, full, gil-sweep, or the path of a TOML file.
    #[arg(long, default_value = "default")]
    pub(crate) plan: String,
    /// Only these workloads (comma-separated; may be given several times).
    #[arg(long, value_delimiter = ',')]
    pub(crate) workload: Vec<String>,
    /// Only these runners or families of runners (native, gil, cpython).
    #[arg(long, value_delimiter = ',')]
    pub(crate) runner: Vec<String>,
    /// Numbers of workers.
    #[arg(long, value_delimiter = ',')]
    pub(crate) workers: Vec<u64>,
    /// Exactly this many rounds of each group, however long they take.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: Option<u32>,
    /// Time for the whole run, profiles included: 60s, 5m. What it does not reach is left out, and named.
    #[arg(long, value_parser = humantime::parse_duration)]
    pub(crate) budget: Option<Duration>,
    /// Let each cell run uncounted for this long right before each counted run, so that its workers are awake: 20ms, say, or 0s for not at all.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) hot: Option<Duration>,
    /// Seed of the order of cells in each round; a new one each time if none is given.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// A Python to measure too; may be given several times (default: the python3 of the search path).
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Vec<PathBuf>,
    /// A file of further claims to judge; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) claims: Vec<PathBuf>,
    /// Folder for the results; it must not hold any yet.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Keep this run under a name, in place of an older one of that name.
    #[arg(long, value_name = "NAME")]
    pub(crate) save_baseline: Option<String>,
    /// Compare this run with the one that was kept under a name.
    #[arg(long, value_name = "NAME")]
    pub(crate) baseline: Option<String>,
    /// With --baseline: exit with code 1 on any of these (comma-separated).
    #[arg(long, value_enum, value_delimiter = ',', requires = "baseline")]
    pub(crate) fail_on: Vec<FailOn>,
    /// With --baseline: the smallest change that matters, as `compare --threshold`.
    #[arg(long, value_name = "PERCENT", value_parser = threshold, requires = "baseline")]
    pub(crate) threshold: Option<f64>,
    /// With --baseline: compare even what cannot be compared; the result is marked.
    #[arg(long, requires = "baseline")]
    pub(crate) force: bool,
    /// Open the page in the browser when it is done.
    #[arg(long)]
    pub(crate) open: bool,
}

/// What to verify.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Only these workloads.
    #[arg(long, value_delimiter = ',')]
    pub(crate) workload: Vec<String>,
    /// Only these runners.
    #[arg(long, value_delimiter = ',')]
    pub(crate) runner: Vec<String>,
    /// A Python to check too; may be given several times (default: the python3 of the search path).
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Vec<PathBuf>,
}

/// What to profile.
#[derive(Debug, Args)]
pub(crate) struct ProfileArgs {
    /// These workloads.
    #[arg(long, value_delimiter = ',', required = true)]
    pub(crate) workload: Vec<String>,
    /// Under these runners.
    #[arg(long, value_delimiter = ',', required = true)]
    pub(crate) runner: Vec<String>,
    /// Numbers of workers.
    #[arg(long, value_delimiter = ',')]
    pub(crate) workers: Vec<u64>,
    /// The plan whose parameters of the workload are used.
    #[arg(long, default_value = "default")]
    pub(crate) plan: String,
    /// Folder for the results; it must not hold any yet.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
}

/// What to report on.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The folder of a run; several are set side by side.
    #[arg(required = true, value_name = "DIR")]
    pub(crate) dirs: Vec<PathBuf>,
    /// A file of further claims to judge; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) claims: Vec<PathBuf>,
    /// Folder for the report [default: that of the run; of several, a new one under regatta-report].
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Open the page in the browser.
    #[arg(long)]
    pub(crate) open: bool,
}

/// What to compare.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Folder or results.jsonl of the run to compare with; with --live, the old program.
    pub(crate) base: PathBuf,
    /// Folder or results.jsonl of the new run; with --live, the new program. Without it, BASE is the folder of a live comparison.
    pub(crate) new: Option<PathBuf>,
    /// Run two builds of this program side by side, in the same rounds: far sharper than two runs one after the other.
    #[arg(long)]
    pub(crate) live: bool,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
    /// With --live: the plan whose cells are compared.
    #[arg(long, default_value = "quick", requires = "live")]
    pub(crate) plan: String,
    /// With --live: only these workloads.
    #[arg(long, value_delimiter = ',', requires = "live")]
    pub(crate) workload: Vec<String>,
    /// With --live: only these runners or families.
    #[arg(long, value_delimiter = ',', requires = "live")]
    pub(crate) runner: Vec<String>,
    /// With --live: numbers of workers.
    #[arg(long, value_delimiter = ',', requires = "live")]
    pub(crate) workers: Vec<u64>,
    /// With --live: exactly this many rounds of each group.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..), requires = "live")]
    pub(crate) rounds: Option<u32>,
    /// With --live: fresh processes of each build, over which the rounds are spread.
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..), requires = "live")]
    pub(crate) processes: Option<u32>,
    /// With --live: time for all of it (default: 15 s for each cell).
    #[arg(long, value_parser = humantime::parse_duration, requires = "live")]
    pub(crate) budget: Option<Duration>,
    /// With --live: let each cell run uncounted for this long right before each counted run.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, requires = "live")]
    pub(crate) hot: Option<Duration>,
    /// With --live: seed of the order of cells in each round.
    #[arg(long, requires = "live")]
    pub(crate) seed: Option<u64>,
    /// With --live: folder for the results; it must not hold any yet.
    #[arg(long, requires = "live")]
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
    /// The smallest change that matters [default: 5%]: "no difference" is said where the change is certainly smaller; what neither is
    /// nor differs for certain is undecided.
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

/// What a comparison is to fail on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// A cell that has become slower beyond noise, fails, answers wrongly or is gone.
    Regression,
    /// A cell of which neither a change nor its absence could be shown, or nothing at all.
    Undecided,
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

fn styles() -> Styles {
    Styles::styled().header(AnsiColor::Green.on_default().bold()).usage(AnsiColor::Green.on_default().bold())
}

/// Reads the command line and does what it says.
pub(crate) fn main(catalogue: &dyn Catalogue) -> ExitCode {
    let done = match Cli::parse().command {
        None => commands::run(catalogue, &RunArgs { plan: "default".to_owned(), ..RunArgs::default() }),
        Some(Command::Run(args)) => commands::run(catalogue, &args),
        Some(Command::List) => commands::list(catalogue),
        Some(Command::Verify(args)) => commands::verify(catalogue, &args),
        Some(Command::Report(args)) => commands::report(catalogue, &args),
        Some(Command::Compare(args)) => commands::compare(catalogue, &args),
        Some(Command::Profile(args)) => commands::profile(catalogue, &args),
    };
    match done {
        Ok(exit) => exit.into(),
        // A reader that has seen enough, as in `regatta list | head`, is no fault of anyone.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("regatta: {error:#}");
            ExitCode::from(BAD)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
