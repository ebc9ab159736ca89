//! What is wrong with a plan.

/// How a text of TOML fails to be a plan, with the place in it.
type Unreadable = serde_path_to_error::Error<toml::de::Error>;

/// What the library calls a type, and what it is in a plan.
const TYPES: [(&str, &str); 8] = [
    ("u32", "a whole number"),
    ("u64", "a whole number"),
    ("f64", "a number"),
    ("a boolean", "true or false"),
    ("a string", "a text in quotes"),
    ("a sequence", "a list, as [\"a\", \"b\"]"),
    ("a map", "a table, as { name = value }"),
    ("struct PlannedGroup", "a table, as below [[group]]"),
];

/// What is wrong with a plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// There is no such plan.
    #[error(
        "there is no plan `{name}`{suggestion}; built in are quick, default, full, gil-sweep, scaling, coordination, languages and servers, and a path names a file"
    )]
    Unknown {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        suggestion: String,
    },
    /// Its file cannot be read.
    #[error("cannot read the plan {path}: {cause}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// It is not what a plan looks like.
    #[error("the plan {name} cannot be understood:\n{message}")]
    Malformed {
        /// Name of the plan.
        name: String,
        /// Where and why.
        message: String,
    },
    /// It asks for something that is not there or cannot be.
    #[error("{0}")]
    Impossible(String),
}

/// Says which line and field of a plan cannot be understood, and what is allowed there.
pub(super) fn explained(error: &Unreadable) -> String {
    let told = error.inner().to_string();
    let told = told.trim_end();
    let (before, expected) = told.rsplit_once("expected ").unwrap_or((told, ""));
    let expected = TYPES.iter().find(|(name, _)| *name == expected).map_or(expected, |(_, words)| words);
    let expected = if expected.is_empty() { String::new() } else { format!("expected {expected}") };
    match error.path().to_string().as_str() {
        "." => format!("{before}{expected}"),
        field => format!("{before}{expected}\nin `{field}`"),
    }
}
