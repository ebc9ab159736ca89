//! `regatta baselines`: the runs that are kept under a name.

use std::io::Write;

use regatta_reports::compare::Side;
use regatta_reports::text::{moment, padded, plain, width};
use regatta_reports::views::{comparison, machine};

use crate::baselines;
use crate::exit::Exit;
use crate::terminal::Screen;

const HEADINGS: [&str; 6] = ["Name", "When", "Commit", "Plan", "Rounds", "Machine"];

/// Lists the baselines: when, by which commit, plan and machine each was measured.
pub(crate) fn list() -> anyhow::Result<Exit> {
    let names = baselines::names();
    let mut out = Screen::output();
    if names.is_empty() {
        writeln!(out, "There are no baselines here. `regatta run --save-baseline NAME` keeps one.")?;
        return Ok(Exit::Well);
    }
    let rows: Vec<[String; 6]> = [HEADINGS.map(str::to_owned)].into_iter().chain(names.into_iter().map(row)).collect();
    let columns: [usize; 6] =
        std::array::from_fn(|column| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0));
    for row in rows {
        let cells: Vec<String> = row.iter().zip(columns).map(|(cell, column)| padded(cell, column)).collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    Ok(Exit::Well)
}

/// Returns the row of a baseline, by [`HEADINGS`]. What its records do not say is a dash.
fn row(name: String) -> [String; 6] {
    let results = match baselines::read(&name) {
        Ok(results) => results,
        Err(error) => return [name, format!("{error:#}"), String::new(), String::new(), String::new(), String::new()],
    };
    let side = Side::of_run(&results);
    let rounds = side.rounds.map_or_else(String::new, comparison::round_text);
    let cut = if results.is_complete() { "" } else { ", stopped" };
    let known = [moment(&side.started), side.revision, side.plan, rounds + cut, machine::short(&side.machine)];
    let [when, commit, plan, rounds, machine] =
        known.map(|text| if text.is_empty() { "–".to_owned() } else { plain(&text) });
    [name, when, commit, plan, rounds, machine]
}
