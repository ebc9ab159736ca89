//! Where one runner overtakes another along an axis: what is searched, and how it is measured.
//!
//! - `search`: which places of the axis to measure next.

mod search;
