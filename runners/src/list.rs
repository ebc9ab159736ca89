//! Lists of runner types, and the way from a name to a type.

use crate::Runner;

/// Something to do with a runner, whichever it is.
pub trait RunnerVisitor {
    /// What [`visit`](Self::visit) returns.
    type Output;

    /// Visits the runner.
    fn visit<R: Runner>(self) -> Self::Output;
}

/// A list of runner types, `(First, (Second, ()))`.
pub trait Runners: 'static {
    /// Returns the names of all runners in the list, in order.
    fn names() -> Vec<&'static str>;

    /// Returns whether one has this name.
    fn has(name: &str) -> bool {
        Self::names().contains(&name)
    }

    /// Hands the runner of this name to the visitor, if there is such a runner.
    fn visit<V: RunnerVisitor>(name: &str, visitor: V) -> Option<V::Output>;
}

impl Runners for () {
    fn names() -> Vec<&'static str> {
        Vec::new()
    }

    fn visit<V: RunnerVisitor>(_name: &str, _visitor: V) -> Option<V::Output> {
        None
    }
}

impl<R: Runner, Rest: Runners> Runners for (R, Rest) {
    fn names() -> Vec<&'static str> {
        std::iter::once(R::NAME).chain(Rest::names()).collect()
    }

    fn visit<V: RunnerVisitor>(name: &str, visitor: V) -> Option<V::Output> {
        if name == R::NAME { Some(visitor.visit::<R>()) } else { Rest::visit(name, visitor) }
    }
}
