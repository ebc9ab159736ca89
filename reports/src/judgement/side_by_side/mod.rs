//! Several runs side by side: machines, or commits. What each found, and what differs between them; nothing is judged, for
//! that is [`compare`](crate::judgement::compare)'s.

mod entry;
mod group;
mod runs;

pub use self::entry::Entry;
pub use self::group::{Line, Shared, Side};
pub use self::runs::{NothingShared, SideBySide, Verdicts};
