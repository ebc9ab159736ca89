//! Text as people read it: strings from outside made harmless, and figures with their units.

mod ascii;
mod escaping;
mod message;
pub mod units;

pub use self::ascii::ascii;
pub use self::escaping::{distinct_slug, markdown, moment, named, padded, plain, shortened, slug, width, wrapped};
pub use self::message::{gist, lines};
