//! What is right and wrong in what a program says of itself.

use std::collections::BTreeSet;

use crate::protocol::{Hello, HelloRunner, VERSION};

/// Most runners of a program.
const MOST_RUNNERS: usize = 50;
/// Most characters of a name.
const LONGEST_NAME: usize = 40;
/// Most characters of a sentence.
const LONGEST_TEXT: usize = 200;

/// Refuses what cannot be, in words for the author.
pub(crate) fn check(hello: &Hello) -> Result<(), String> {
    if hello.protocol != VERSION {
        return Err(format!("it speaks version {} of the protocol, the driver {VERSION}", hello.protocol));
    }
    if hello.runners.is_empty() || hello.runners.len() > MOST_RUNNERS {
        return Err(format!("it names {} runners: 1 to {MOST_RUNNERS} are expected", hello.runners.len()));
    }
    for (what, text) in [("language", &hello.language), ("version", &hello.version)] {
        if text.trim().is_empty() || text.chars().count() > LONGEST_TEXT {
            return Err(format!("its `{what}` is empty, or longer than {LONGEST_TEXT} characters"));
        }
    }
    let mut names = BTreeSet::new();
    for runner in &hello.runners {
        let name = &runner.name;
        check_name("runner", name)?;
        check_name("model", &runner.model)?;
        runner.options.iter().try_for_each(|option| check_name("option", option))?;
        runner.family.iter().try_for_each(|family| check_name("family", family))?;
        if runner.about.chars().count() > LONGEST_TEXT {
            return Err(format!("runner `{name}`: its `about` is longer than {LONGEST_TEXT} characters"));
        }
        if !names.insert(name) {
            return Err(format!("it names two runners `{name}`"));
        }
        let baseline = baseline(hello, runner);
        if !hello.runners.iter().any(|other| other.name == baseline) {
            return Err(format!("runner `{name}`: its baseline `{baseline}` is none of its runners"));
        }
    }
    Ok(())
}

/// Returns the runner that a runner's speed-up is taken against.
pub(super) fn baseline<'a>(hello: &'a Hello, runner: &'a HelloRunner) -> &'a str {
    let of_family = || hello.runners.iter().filter(|other| other.family == runner.family);
    let sequential = || of_family().find(|other| other.model == "sequential").or(of_family().next());
    runner.baseline.as_deref().or_else(|| Some(&sequential()?.name)).unwrap_or(&runner.name)
}

fn check_name(what: &str, name: &str) -> Result<(), String> {
    let is_letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-._".contains(letter);
    if (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(is_letter) {
        return Ok(());
    }
    let shown: String = name.chars().take(LONGEST_NAME).collect();
    Err(format!(
        "`{shown}` is no name of a {what}: small letters, digits, `-`, `.` and `_` are, at most {LONGEST_NAME}"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn hello(runners: Value) -> Result<Hello, String> {
        let hello = json!({ "protocol": 1, "language": "L", "version": "1", "runners": runners });
        let hello: Hello = serde_json::from_value(hello).map_err(|error| error.to_string())?;
        check(&hello).map(|()| hello)
    }

    fn runner(name: &str, more: Value) -> Value {
        let mut runner = json!({ "name": name, "model": "thread", "parallelism": "workers" });
        runner.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        runner
    }

    #[test]
    fn a_speed_up_is_over_what_is_named_or_over_sequential_code_of_the_same_family() {
        let said = hello(json!([
            runner("a", json!({})),
            runner("b", json!({ "model": "sequential" })),
            runner("c", json!({ "baseline": "a" })),
            runner("d", json!({ "family": "jit" })),
        ]));
        let said = said.expect("four runners");
        let baselines: Vec<&str> = said.runners.iter().map(|runner| baseline(&said, runner)).collect();
        assert_eq!(baselines, ["b", "b", "a", "d"]);
    }

    #[test]
    fn what_cannot_be_is_refused_with_the_reason() {
        for (runners, why) in [
            (json!([]), "names 0 runners"),
            (json!([runner("A b", json!({}))]), "`A b` is no name of a runner"),
            (json!([runner("a", json!({})), runner("a", json!({}))]), "two runners `a`"),
            (json!([runner("a", json!({ "baseline": "z" }))]), "baseline `z` is none"),
            (json!([runner("a", json!({ "parallelism": "many" }))]), "unknown variant `many`"),
            (json!([{ "name": "a" }]), "missing field `model`"),
        ] {
            let refused = hello(runners).expect_err(why);
            assert!(refused.contains(why), "{refused}");
        }
    }
}
