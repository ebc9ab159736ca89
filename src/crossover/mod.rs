//! Where one runner overtakes another along an axis: what is searched, and how it is measured.
//!
//! - `axis`: what is varied, from where to where.
//! - `hunt`: a search while it is carried out, within a budget.
//! - `search`: which places of the axis to measure next.
//! - `measuring`: fresh processes and rounds at some places.

mod axis;
mod hunt;
mod measuring;
mod search;

pub(crate) use self::axis::{Axis, Question, Range};
pub(crate) use self::hunt::Hunt;
pub(crate) use self::measuring::{Measuring, Stop};
pub(crate) use self::search::Search;
