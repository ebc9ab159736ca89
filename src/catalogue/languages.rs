//! The languages whose cells come along. Their names are known even where a language is missing.

/// All of them, in the order in which they are shown. Each is also the name of its family.
pub(crate) const LANGUAGES: [&str; 4] = ["go", "java", "node", "ruby"];

/// Returns the language whose family, or one of whose runners, has this name.
pub(crate) fn language_of(name: &str) -> Option<&'static str> {
    let own = |language: &&&str| {
        let rest = name.strip_prefix(**language);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '@']))
    };
    LANGUAGES.iter().find(own).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_by_its_family_and_by_its_runners() {
        for (name, language) in
            [("go", Some("go")), ("go-pool", Some("go")), ("node@20", Some("node")), ("gopher", None)]
        {
            assert_eq!(language_of(name), language, "{name}");
        }
    }
}
