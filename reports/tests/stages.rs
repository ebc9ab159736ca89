//! The stages of a report: no file uses a stage after its own, and no two files use each other.
//!
//! A file is read as text: what counts is which paths of the crate its `use` lines and its qualified names begin with.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The stages, each of which uses only itself and those before it.
const STAGES: [&str; 8] = ["statistics", "text", "records", "figures", "judgement", "views", "drawing", "documents"];

/// A module: the names of the modules that it is in, and its own.
type Module = Vec<String>;

/// Each module of the crate with its text, tests left out.
fn modules() -> BTreeMap<Module, String> {
    let mut found = BTreeMap::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut Vec::new(), &mut found);
    found
}

fn collect(folder: &Path, path: &mut Module, found: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let file = entry.expect("readable").path();
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        if file.is_dir() {
            path.push(name);
            collect(&file, path, found);
            path.pop();
        } else if file.extension().is_some_and(|extension| extension == "rs") && name != "tests" {
            let own = if name == "mod" || name == "lib" { None } else { Some(name) };
            let text = fs::read_to_string(&file).expect("readable");
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let code = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            found.insert(path.iter().cloned().chain(own).collect(), code);
        }
    }
}

/// The paths that a text uses, `{…}` taken apart, from the root of the crate.
fn used(own: &Module, code: &str) -> Vec<Module> {
    let mut all = Vec::new();
    for statement in code.split(';') {
        let Some((_, tree)) = statement.rsplit_once("use ").filter(|(before, _)| is_start(before)) else { continue };
        // A new name is as good as one more part of the path: no module is called so.
        let tree = tree.replace(" as ", "::as::");
        branches(&tree.split_whitespace().collect::<String>(), "", &mut all);
    }
    for part in code.split("crate::").skip(1) {
        let is_of_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        all.push(format!("crate::{}", part.split(|c| !is_of_path(c)).next().unwrap_or_default()));
    }
    all.iter().filter_map(|path| from_root(own, path)).collect()
}

/// Whether a statement can begin after this text.
fn is_start(before: &str) -> bool {
    before.is_empty() || before.ends_with(['\n', ' ', '}', ')'])
}

/// Takes `a::{b, c::{d}}` apart.
fn branches(tree: &str, prefix: &str, all: &mut Vec<String>) {
    let Some((head, rest)) = tree.split_once('{') else {
        all.push(format!("{prefix}{tree}"));
        return;
    };
    let mut depth = 0;
    let is_end = |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        (depth == 0 && c == ',') || depth < 0
    };
    for branch in rest.split(is_end).filter(|branch| !branch.is_empty()) {
        branches(branch, &format!("{prefix}{head}"), all);
    }
}

/// A path as seen from the root; none if it is of another crate.
fn from_root(own: &Module, path: &str) -> Option<Module> {
    let mut at = own.clone();
    let mut parts = path.split("::").peekable();
    match *parts.peek()? {
        "crate" => at.clear(),
        "self" | "super" => {}
        _ => return None,
    }
    for part in parts {
        match part {
            "crate" | "self" => {}
            "super" => drop(at.pop()),
            name => at.push(name.to_owned()),
        }
    }
    Some(at)
}

/// Which modules each module uses: of each path the longest part that is a module.
fn graph() -> BTreeMap<Module, BTreeSet<Module>> {
    let modules = modules();
    let module_of = |path: &Module| {
        (0..=path.len()).rev().map(|length| path[..length].to_vec()).find(|module| modules.contains_key(module))
    };
    let edges = |(own, code): (&Module, &String)| {
        let uses = used(own, code).iter().filter_map(module_of).filter(|other| other != own).collect();
        (own.clone(), uses)
    };
    modules.iter().map(edges).collect()
}

fn stage(module: &Module) -> Option<usize> {
    STAGES.iter().position(|stage| module.first().is_some_and(|first| first == stage))
}

#[test]
fn every_file_belongs_to_a_stage() {
    for module in graph().keys().filter(|module| !module.is_empty()) {
        assert!(stage(module).is_some(), "{} is in no stage", module.join("::"));
    }
}

#[test]
fn no_file_uses_a_later_stage() {
    for (module, uses) in graph() {
        for other in uses {
            let is_allowed = module.is_empty() || !other.is_empty() && stage(&other) <= stage(&module);
            assert!(is_allowed, "{} uses {}", module.join("::"), other.join("::"));
        }
    }
}

#[test]
fn no_two_files_use_each_other_however_indirectly() {
    let graph = graph();
    // What uses nothing that is left is taken away, until there are circles and their users, or nothing.
    let mut left: BTreeMap<&Module, BTreeSet<&Module>> =
        graph.iter().map(|(module, uses)| (module, uses.iter().collect())).collect();
    loop {
        let free: BTreeSet<&Module> =
            left.iter().filter(|(_, uses)| uses.is_empty()).map(|(module, _)| *module).collect();
        if free.is_empty() {
            break;
        }
        left.retain(|module, _| !free.contains(module));
        left.values_mut().for_each(|uses| uses.retain(|other| !free.contains(other)));
    }
    // Of what is left, whoever nobody uses is in no circle either.
    loop {
        let wanted: BTreeSet<&Module> = left.values().flatten().copied().collect();
        let count = left.len();
        left.retain(|module, _| wanted.contains(module));
        if left.len() == count {
            break;
        }
    }
    let circles: Vec<String> = left
        .iter()
        .map(|(module, uses)| {
            let uses: Vec<String> = uses.iter().map(|other| other.join("::")).collect();
            format!("{} -> {}", module.join("::"), uses.join(", "))
        })
        .collect();
    assert!(circles.is_empty(), "{circles:#?}");
}
