//! What a name in a plan or a flag means, and what else it may have meant.

use regatta_runners::Family;

use super::languages::{LANGUAGES, language_of};
use super::{RunnerCard, cpython};

/// The families that every build knows.
const FAMILIES: [&str; 3] = [Family::Native.name(), Family::Gil.name(), cpython::FAMILY];

/// Returns whether a list of names of runners and families means this runner. An empty list means all.
pub(crate) fn selects(names: &[String], card: &RunnerCard) -> bool {
    names.is_empty() || names.iter().any(|name| means(name, &card.name) || means(name, &card.family))
}

/// Returns whether `name` means this runner or family: its own name, or that of its kind, as `cpython` is of `cpython@3.14`.
pub(crate) fn means(name: &str, own: &str) -> bool {
    name == own || own.split('@').next() == Some(name)
}

/// Refuses a name that no family has, in words for the one who wrote it.
pub(crate) fn check_family(name: &str, known: &[RunnerCard]) -> Result<(), String> {
    // CPython's are known even where no Python is, and those of the languages whose cells come along.
    let is_there = FAMILIES.contains(&name)
        || means(cpython::FAMILY, name)
        || LANGUAGES.contains(&name)
        || known.iter().any(|card| means(name, &card.family));
    let all = || FAMILIES.into_iter().chain(LANGUAGES);
    let families = all().map(|family| format!("`{family}`")).collect::<Vec<_>>().join(", ");
    let suggestion = suggestion(name, all());
    if is_there { Ok(()) } else { Err(format!("there is no family `{name}`{suggestion}; there are {families}")) }
}

/// Refuses names that neither a runner nor a family has, in words for the one who wrote them.
pub(crate) fn check_runners<'a>(
    names: impl IntoIterator<Item = &'a String>,
    known: &[RunnerCard],
) -> Result<(), String> {
    for name in names {
        // Python's are known even where no Python is, and those of a language where nobody has looked for it.
        let is_absent = |language| known.iter().all(|card| !means(language, &card.family));
        let there = FAMILIES.contains(&name.as_str()) || cpython::is_runner(name);
        let there = there || language_of(name).is_some_and(is_absent);
        if !there && !known.iter().any(|card| means(name, &card.name) || means(name, &card.family)) {
            return Err(unknown("runner", name, known.iter().map(|card| card.name.as_str())));
        }
    }
    Ok(())
}

/// Says that there is no `what` of this name, and which of `known` may be meant.
pub(crate) fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    format!("there is no {what} `{name}`{}; `regatta list` shows all", suggestion(name, known))
}

/// Returns ` (did you mean ...?)` if one of `known` looks like `name`, else nothing.
pub(crate) fn suggestion<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    known
        .into_iter()
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map_or_else(String::new, |(_, known)| format!(" (did you mean `{known}`?)"))
}
