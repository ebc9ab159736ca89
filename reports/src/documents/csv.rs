//! `summary.csv`: one line a cell, every figure in full precision, the unit at the end of each column's name.

use crate::figures::{Count, GroupSummary, Row, Summary, Sweep, Versus};
use crate::statistics::Estimate;

/// A column: its name and its value.
type Column = (&'static str, fn(&GroupSummary, &Row) -> String);
/// A column about the sweep that a row is a point of.
type SweepColumn = (&'static str, fn(&Sweep, Option<f64>) -> String);

/// The columns. New ones are added at the end, so that programs that count them go on working.
const COLUMNS: &[Column] = &[
    ("workload", |group, _| group.workload.clone()),
    ("params_json", |_, row| serde_json::json!(row.scale.params).to_string()),
    ("kind", |group, _| group.kind.clone()),
    ("tasks", |_, row| row.scale.tasks.to_string()),
    ("runner", |_, row| row.cell.runner.clone()),
    ("options", |_, row| row.cell.options.clone()),
    ("workers", |_, row| row.cell.workers.to_string()),
    ("arm", |_, row| row.cell.arm.clone()),
    ("samples", |_, row| row.samples().to_string()),
    ("failures", |_, row| row.failures.len().to_string()),
    ("failure_kind", |_, row| row.failures.first().map(|failure| failure.kind.name().to_owned()).unwrap_or_default()),
    ("wall_median_ns", |_, row| number(row.wall.map(|wall| wall.value))),
    ("wall_low_ns", |_, row| number(row.wall.map(|wall| wall.low))),
    ("wall_high_ns", |_, row| number(row.wall.map(|wall| wall.high))),
    ("wall_coverage", |_, row| number(row.wall.map(|wall| wall.coverage))),
    ("baseline", |_, row| row.baseline.clone().unwrap_or_default()),
    ("speedup", |group, row| number(ratio(group, row, Versus::Baseline).map(|ratio| ratio.value))),
    ("speedup_low", |group, row| number(ratio(group, row, Versus::Baseline).map(|ratio| ratio.low))),
    ("speedup_high", |group, row| number(ratio(group, row, Versus::Baseline).map(|ratio| ratio.high))),
    ("speedup_coverage", |group, row| number(ratio(group, row, Versus::Baseline).map(|ratio| ratio.coverage))),
    ("over_wait", |group, row| number(ratio(group, row, Versus::Wait).map(|ratio| ratio.value))),
    ("over_wait_low", |group, row| number(ratio(group, row, Versus::Wait).map(|ratio| ratio.low))),
    ("over_wait_high", |group, row| number(ratio(group, row, Versus::Wait).map(|ratio| ratio.high))),
    ("effective_cores", |_, row| number(row.effective_cores.map(|cores| cores.value))),
    ("ideal_cores", |_, row| number(row.ideal_cores)),
    ("cpu_median_ns", |_, row| number(row.cpu_ns)),
    ("switches_voluntary_median", |_, row| number(row.switches_voluntary)),
    ("switches_involuntary_median", |_, row| number(row.switches_involuntary)),
    ("peak_rss_bytes", |_, row| number(row.peak_rss_bytes)),
    ("children_rss_bytes", |_, row| number(row.children_rss_bytes)),
    ("start_median_ns", |_, row| number(row.start_ns)),
    ("workers_seen_least", |_, row| row.workers_seen.map(|(least, _)| least.to_string()).unwrap_or_default()),
    ("workers_seen_most", |_, row| row.workers_seen.map(|(_, most)| most.to_string()).unwrap_or_default()),
    ("steal_median_ns", |_, row| number(row.steal.map(|load| load.ns))),
    ("outside_median_ns", |_, row| number(row.outside.map(|load| load.ns))),
    ("core_busy_shares", |_, row| row.core_busy.iter().map(f64::to_string).collect::<Vec<_>>().join(";")),
    ("latency", |_, row| row.latencies.first().map(|latency| latency.name.clone()).unwrap_or_default()),
    ("latency_p50_ns", |_, row| number(row.latencies.first().map(|latency| latency.p50.value))),
    ("latency_p50_low_ns", |_, row| number(row.latencies.first().map(|latency| latency.p50.low))),
    ("latency_p50_high_ns", |_, row| number(row.latencies.first().map(|latency| latency.p50.high))),
    ("latency_p99_ns", |_, row| number(row.latencies.first().map(|latency| latency.p99.value))),
    ("latency_p99_low_ns", |_, row| number(row.latencies.first().map(|latency| latency.p99.low))),
    ("latency_p99_high_ns", |_, row| number(row.latencies.first().map(|latency| latency.p99.high))),
    ("wall_min_ns", |_, row| number(row.fastest_ns)),
    ("outliers", |_, row| row.outliers.to_string()),
    ("left_out", |_, row| row.left_out.len().to_string()),
    ("tree_pss_bytes", |_, row| number(row.tree_pss_bytes)),
    ("processes", |_, row| row.processes.to_string()),
    ("noise_factor", |_, row| number(row.noise)),
    ("over_original", |_, row| number(row.over_original.map(|ratio| ratio.value))),
    ("over_original_low", |_, row| number(row.over_original.map(|ratio| ratio.low))),
    ("over_original_high", |_, row| number(row.over_original.map(|ratio| ratio.high))),
    ("code_differs", |_, row| row.code_differs.to_string()),
    ("capacity_cores", |group, row| {
        let ceiling = group.ceiling.as_ref().filter(|ceiling| ceiling.is_measured());
        number(ceiling.map(|ceiling| ceiling.of_threads(row.cell.workers as f64)))
    }),
    ("group", |group, _| group.slug.clone()),
    ("tasks_per_s", |_, row| number(row.per_second.map(|rate| rate.value))),
    ("tasks_per_s_low", |_, row| number(row.per_second.map(|rate| rate.low))),
    ("tasks_per_s_high", |_, row| number(row.per_second.map(|rate| rate.high))),
    ("task_p50_ns", |_, row| number(row.task_times.map(|times| times.p50_ns))),
    ("task_p99_ns", |_, row| number(row.task_times.map(|times| times.p99_ns))),
    ("faults_median", |_, row| counted(row, Count::Faults)),
    ("faults_major_median", |_, row| counted(row, Count::MajorFaults)),
    ("wakeups_median", |_, row| counted(row, Count::WakeUps)),
    ("migrations_median", |_, row| counted(row, Count::Migrations)),
    ("calls_median", |_, row| counted(row, Count::Calls)),
];

/// The columns about sweeps, behind all others; empty where nothing is varied.
const SWEEP_COLUMNS: [SweepColumn; 3] = [
    ("sweep", |sweep, _| sweep.title.clone()),
    ("axis", |sweep, _| sweep.axis.clone()),
    ("axis_value", |_, at| number(at)),
];

/// Returns the summary as CSV with a heading line. A figure that there is not is an empty field.
///
/// # Errors
/// Never for want of memory alone; only if the writer of the CSV library refuses a record.
pub fn summary(figures: &Summary) -> Result<Vec<u8>, ::csv::Error> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let names = COLUMNS.iter().map(|(name, _)| name);
    writer.write_record(names.chain(SWEEP_COLUMNS.iter().map(|(name, _)| name)))?;
    for (place, group) in figures.groups.iter().enumerate() {
        let sweep = group.sweep.map(|sweep| &figures.sweeps[sweep]);
        for (row_place, row) in group.rows.iter().enumerate() {
            let at = sweep.and_then(|sweep| sweep.value_of(place, row_place));
            let of_sweep =
                SWEEP_COLUMNS.iter().map(|(_, value)| sweep.map(|sweep| value(sweep, at)).unwrap_or_default());
            let of_row = COLUMNS.iter().map(|(_, value)| value(group, row));
            writer.write_record(of_row.chain(of_sweep).map(harmless))?;
        }
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn counted(row: &Row, count: Count) -> String {
    number(row.counts.get(&count).map(|events| events.value))
}

fn ratio(group: &GroupSummary, row: &Row, versus: Versus) -> Option<Estimate> {
    row.ratio.filter(|_| group.versus == versus)
}

/// Returns the field with an apostrophe in front if a spreadsheet would take it for a formula; numbers stay numbers.
fn harmless(field: String) -> String {
    let is_formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']) && field.parse::<f64>().is_err();
    if is_formula { format!("'{field}") } else { field }
}

/// Returns the shortest text that reads back as the same number.
fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_is_a_formula_and_numbers_stay_numbers() {
        for formula in ["=1+1", "+cmd", "-x", "@SUM(A1)", "\t=1", "\r=1", "-1+cmd|' /C calc'!A0"] {
            assert_eq!(harmless(formula.to_owned()), format!("'{formula}"));
        }
        for plain in ["", "-5", "-0.25", "+3", "-1e-7", "rayon", "a=b", "2026-01-01"] {
            assert_eq!(harmless(plain.to_owned()), plain);
        }
    }

    #[test]
    fn names_from_outside_are_made_harmless() {
        let mut row = Row::default();
        row.cell.runner = "=HYPERLINK(\"http://x\")".to_owned();
        row.cell.options = "@x=1".to_owned();
        let (_, runner) = COLUMNS.iter().find(|(name, _)| *name == "runner").expect("a column");
        let group = GroupSummary::default();
        assert!(harmless(runner(&group, &row)).starts_with("'="));
    }
}
