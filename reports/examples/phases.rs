//! Times the phases of making a report: `cargo run --release -p regatta-reports --example phases -- DIR`.

use std::path::PathBuf;
use std::time::Instant;

use regatta_reports::{Claims, Report, Results};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = PathBuf::from(std::env::args_os().nth(1).ok_or("name the folder of a run")?);
    let start = Instant::now();
    let lap = |what: &str| eprintln!("{:8.2} s  {what}", start.elapsed().as_secs_f64());
    let results = Results::read(&dir)?;
    lap("read");
    let report = Report::from_results(results, &Claims::built_in());
    lap("figures and judgements");
    let text = regatta_reports::tables(&report, false, 100);
    lap(&format!("terminal, {} bytes", text.len()));
    let to = tempfile::tempdir()?;
    regatta_reports::write(&report, to.path())?;
    lap("written");
    Ok(())
}
