//! What a run recorded: the lines of `results.jsonl`, and how they are read.

pub mod keys;
pub mod results;
pub mod schema;

pub use self::keys::baseline_place;
pub use self::results::{ReadError, Results};
