//! The figures that the page carries for download: the summary as CSV, and the samples as JSON.
//!
//! The samples are lists by cell rather than a record each, so that a run of hundreds of cells and rounds stays small;
//! what else was recorded is in `results.jsonl`.

use serde_json::{Value, json};

use crate::documents::csv;
use crate::figures::{GroupSummary, Point, Row, Summary};
use crate::text::slug;
use crate::views::Report;

/// Samples that a page carries at most; of a longer run they are in `results.jsonl` alone.
const MOST_SAMPLES: usize = 100_000;

/// Returns whether the page carries the samples.
pub(super) fn has_samples(summary: &Summary) -> bool {
    let rows = summary.groups.iter().flat_map(|group| &group.rows);
    rows.map(|row| row.points.len() + row.left_out.len()).sum::<usize>() <= MOST_SAMPLES
}

/// Returns the content of the page's data element: JSON in which nothing can be taken for markup.
pub(super) fn embedded(report: &Report) -> Result<String, askama::Error> {
    let Report { results, summary, .. } = report;
    let csv = csv::summary(summary).map_err(|error| askama::Error::Custom(error.into()))?;
    let groups = if has_samples(summary) { summary.groups.as_slice() } else { &[] };
    let data = json!({
        "name": file_name(&results.run.id),
        "csv": String::from_utf8_lossy(&csv),
        "samples": {
            "run": results.run.id,
            "started": results.run.started,
            "machine": results.run.machine,
            "capacity": results.capacity,
            "program": results.run.program,
            "units": "wall_ns and cpu_ns are nanoseconds; each list has one entry a sample; the last `left_out` of them are from disturbed rounds",
            "groups": groups.iter().map(group).collect::<Vec<Value>>(),
        },
    });
    // A `<` could end the element or begin a comment; the others are harmless there, and escaped to be sure.
    let text = data.to_string();
    Ok(text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"))
}

/// Returns the part of the names of downloaded files that tells runs apart.
fn file_name(id: &str) -> String {
    format!("regatta-{}", slug(id))
}

fn group(group: &GroupSummary) -> Value {
    json!({
        "workload": group.workload,
        "title": group.title,
        "params": group.params,
        "tasks": group.tasks,
        "scale": group.scale,
        "cells": group.rows.iter().map(cell).collect::<Vec<Value>>(),
    })
}

fn cell(row: &Row) -> Value {
    // Samples of disturbed rounds come last, and are counted.
    let points = || row.points.iter().chain(&row.left_out);
    let list = |figure: fn(&Point) -> u64| points().map(figure).collect::<Vec<u64>>();
    json!({
        "cell": row.cell,
        "process": list(|point| u64::from(point.process)),
        "round": list(|point| u64::from(point.round)),
        "wall_ns": list(|point| point.wall_ns as u64),
        "cpu_ns": list(|point| point.cpu_ns as u64),
        "left_out": row.left_out.len(),
        "failures": row.failures.iter().map(|failure| json!([failure.kind.name(), failure.message])).collect::<Vec<Value>>(),
    })
}
