//! Text as people read it: strings from outside made harmless, and figures with their units.

mod escaping;
pub mod units;

pub use self::escaping::{distinct_slug, markdown, moment, named, padded, plain, shortened, slug, width, wrapped};
