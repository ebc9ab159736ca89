//! What a name in a plan or a flag means, and what else it may have meant.

use regatta_runners::Family;

use super::{RunnerCard, cpython};

/// Returns whether a list of names of runners and families means this runner. An empty list means all.
pub(crate) fn selects(names: &[String], card: &RunnerCard) -> bool {
    let plain = |name: &str| name.split('@').next().map(str::to_owned);
    let means = |name: &String| {
        [&card.name, &card.family].contains(&name)
            || [plain(&card.name), plain(&card.family)].iter().flatten().any(|plain| plain == name)
    };
    names.is_empty() || names.iter().any(means)
}

/// Refuses names that neither a runner nor a family has, in words for the one who wrote them.
pub(crate) fn check_runners<'a>(
    names: impl IntoIterator<Item = &'a String>,
    known: &[RunnerCard],
) -> Result<(), String> {
    let families = [Family::Native.name(), Family::Gil.name(), cpython::FAMILY];
    for name in names {
        // Python's are known even where no Python is.
        let there = families.contains(&name.as_str()) || cpython::is_runner(name);
        if !there && !known.iter().any(|card| card.name == *name || card.family == *name) {
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
