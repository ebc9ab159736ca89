//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};

use crate::catalogue::Catalogue;
use crate::commands;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Well,
    /// The run is finished, but some cells failed.
    CellsFailed,
    /// A signal ended the run.
    Signal(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Well => Self::SUCCESS,
            Exit::CellsFailed => Self::from(3),
            Exit::Signal(signal) => Self::from(128 + signal),
        }
    }
}

/// The exit code for bad usage and bad input.
pub(crate) const BAD: u8 = 2;

const EXAMPLES: &str = "\
Examples:
  regatta                                          the default plan: two minutes, then tables, verdicts and report
  regatta run --plan quick                         a first look, about 10 seconds
  regatta run --workload primes --workers 1,2,4    one workload, three widths
  regatta run --workload sleep --runner thread,green,async --rounds 20
  regatta verify                                   every answer checked, nothing timed
  regatta report regatta-report/latest             the report once more, from its records
  regatta profile --workload primes --runner rayon,scoped    who does what when, with a trace for Perfetto

Exit codes: 0 all well, 2 bad usage or input, 3 finished but some cells failed, 128 + n ended by signal n.";

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
    /// Write the report of a run once more, from its records.
    Report(ReportArgs),
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
    /// Time for the whole run: 60s, 5m. Every group gets a few rounds even so.
    #[arg(long, value_parser = humantime::parse_duration)]
    pub(crate) budget: Option<Duration>,
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
    /// The folder of a run.
    pub(crate) dir: PathBuf,
    /// A file of further claims to judge; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) claims: Vec<PathBuf>,
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
        Some(Command::Report(args)) => commands::report(&args),
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
