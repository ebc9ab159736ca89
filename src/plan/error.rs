//! What is wrong with a plan.

/// What is wrong with a plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// There is no such plan.
    #[error(
        "there is no plan `{name}`{suggestion}; built in are quick, default, full and gil-sweep, and a path names a file"
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
