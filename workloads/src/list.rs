//! Lists of workload types, and the way from a name to a type.
//!
//! Runners are generic over the workload, so a workload is chosen by type.
//! A list of types, `(First, (Second, ()))`, finds the type for a name and hands the value to a visitor.
//! A program of your own prepends its own types.

use serde_json::{Map, Value};

use crate::{Parameter, Workload};

/// Something to do with a workload, whichever it is.
pub trait Visitor {
    /// What [`visit`](Self::visit) returns.
    type Output;

    /// Visits the workload.
    fn visit<W: Workload>(self, workload: W) -> Self::Output;
}

/// A name, and the parameters that differ from the workload's defaults.
#[derive(Debug, Clone)]
pub struct Selected<'a> {
    /// Name of the workload.
    pub name: &'a str,
    /// Parameters by name.
    pub params: &'a Map<String, Value>,
}

/// Why there is no workload for a name and parameters.
#[derive(Debug, thiserror::Error)]
pub enum UnknownWorkload {
    /// No workload has the name.
    #[error("there is no workload `{0}`")]
    Name(String),
    /// The parameters do not fit.
    #[error("workload `{name}`: {message}")]
    Params {
        /// Name of the workload.
        name: String,
        /// What is wrong.
        message: String,
    },
}

/// What a workload is, for lists and messages.
#[derive(Debug, Clone)]
pub struct Card {
    /// Its name.
    pub name: &'static str,
    /// `cpu`, `switching`, `io`, `coordination`, `mixed`, `service` or `serving`.
    pub kind: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// What must hold in each run, beside the results of its tasks.
    pub holds: &'static str,
    /// What its parameters mean, as far as it says so.
    pub parameters: &'static [Parameter],
}

/// A list of workload types.
pub trait Workloads: 'static {
    /// Returns what each workload in the list is, in order. None of them is built.
    fn cards() -> Vec<Card>;

    /// Returns whether one has this name.
    fn has(name: &str) -> bool {
        Self::cards().iter().any(|card| card.name == name)
    }

    /// Builds the selected workload and hands it to the visitor.
    ///
    /// # Errors
    /// If no workload has the name, or the parameters do not fit.
    fn visit<V: Visitor>(selected: &Selected<'_>, visitor: V) -> Result<V::Output, UnknownWorkload>;
}

impl Workloads for () {
    fn cards() -> Vec<Card> {
        Vec::new()
    }

    fn visit<V: Visitor>(selected: &Selected<'_>, _visitor: V) -> Result<V::Output, UnknownWorkload> {
        Err(UnknownWorkload::Name(selected.name.to_owned()))
    }
}

impl<W: Workload, Rest: Workloads> Workloads for (W, Rest) {
    fn cards() -> Vec<Card> {
        let card =
            Card { name: W::NAME, kind: W::KIND.name(), about: W::ABOUT, holds: W::HOLDS, parameters: W::PARAMETERS };
        std::iter::once(card).chain(Rest::cards()).collect()
    }

    fn visit<V: Visitor>(selected: &Selected<'_>, visitor: V) -> Result<V::Output, UnknownWorkload> {
        if selected.name != W::NAME {
            return Rest::visit(selected, visitor);
        }
        let wrong = |message: String| UnknownWorkload::Params { name: W::NAME.to_owned(), message };
        let workload: W =
            serde_json::from_value(Value::Object(selected.params.clone())).map_err(|error| wrong(error.to_string()))?;
        workload.validate().map_err(wrong)?;
        Ok(visitor.visit(workload))
    }
}

/// The type of a list of types: `list![A, B]` is `(A, (B, ()))`.
#[macro_export]
macro_rules! list {
    () => { () };
    ($first:ty $(, $rest:ty)* $(,)?) => { ($first, $crate::list![$($rest),*]) };
}
