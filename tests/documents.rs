//! The tables of `docs/PLANS.md` and `docs/PROTOCOL.md` name the fields of plans and the parameters of workloads, all of them and no other.

mod common;

use std::collections::BTreeSet;

use common::{Folder, regatta, said};

const PLANS: &str = include_str!("../docs/PLANS.md");
const PROTOCOL: &str = include_str!("../docs/PROTOCOL.md");

/// The names that the program expects where this plan has `x`.
fn expected(plan: &str) -> BTreeSet<String> {
    let folder = Folder::new();
    let plan = folder.plan(plan);
    let (_, complaint) = said(&regatta(&folder, &["run", "--plan", &plan.to_string_lossy()]));
    let (_, names) = complaint.split_once("unknown field `x`, expected ").unwrap_or_else(|| panic!("{complaint}"));
    in_backticks(names.lines().next().unwrap_or_default())
}

fn in_backticks(text: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The rows of the first table after a line, cell by cell.
fn rows<'a>(page: &'a str, after: &str) -> Vec<Vec<&'a str>> {
    let (_, rest) = page.split_once(after).unwrap_or_else(|| panic!("there is no `{after}`"));
    let table = rest.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    table.skip(2).map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[test]
fn fields_of_plans() {
    for (plan, after) in [
        ("x = 1\nrounds = 1\n[[group]]\nworkload = 'empty'\n", "## Fields"),
        ("rounds = 1\n[[group]]\nworkload = 'empty'\nx = 1\n", "A `[[group]]` has these fields"),
    ] {
        let said = rows(PLANS, after).into_iter().flat_map(|row| in_backticks(row[0])).collect();
        assert_eq!(expected(plan), said, "{after}");
    }
}

#[test]
fn parameters_of_workloads() {
    let tables = ["## The workloads' results", "## The workloads that coordinate"].map(|after| rows(PROTOCOL, after));
    let rows = tables.concat();
    let names: BTreeSet<String> = rows.iter().flat_map(|row| in_backticks(row[0])).collect();
    let folder = Folder::new();
    let list = said(&regatta(&folder, &["list"])).0;
    let listed = list.lines().skip(1).take_while(|line| !line.is_empty());
    let listed = listed.filter_map(|line| line.split_whitespace().next()).map(str::to_owned);
    assert_eq!(names, listed.collect());
    for row in rows {
        let workload = row[0].trim_matches('`');
        let plan = format!("rounds = 1\n[[group]]\nworkload = '{workload}'\nparams = {{ x = 1 }}\n");
        // What is in brackets says more of the parameter before it.
        let outside = row[1].split('(').map(|part| part.rsplit(')').next().unwrap_or_default());
        let said: BTreeSet<String> = outside.flat_map(in_backticks).collect();
        let mut expected = expected(&plan);
        // The address of the server is a field, for worker processes get it with the others; the harness sets it.
        expected.remove("server");
        // So it is with the folder of a cell.
        expected.remove("folder");
        // The text says once of all cases whose locks these are.
        expected.remove("primitives");
        assert_eq!(expected, said, "{workload}");
    }
}
