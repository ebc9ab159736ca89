//! Two builds side by side, cell by cell: from two separate runs, or from one run that carried both in the same rounds.
//!
//! ```text
//! difference.rs  what keeps two runs from being compared
//! samples.rs     the samples by cell, and what the runs show of the machine
//! cells.rs       which cells are compared with which, and their figures
//! change.rs      what became of a figure, and whether it is more than noise
//! compared.rs    what is said of a cell
//! counted.rs     what the kernel counted of a cell, beside its times
//! lost.rs        the cells that the new build has lost
//! side.rs        which program each of the two is, and the run that measured it
//! comparison.rs  all of it
//! ```

mod cells;
mod change;
mod compared;
mod comparison;
mod counted;
mod difference;
mod lost;
mod samples;
mod side;

pub use self::change::{Change, POWER, SIGNIFICANT};
pub use self::compared::{Compared, Conclusion};
pub use self::comparison::{Comparison, Counts, Kind, THRESHOLD};
pub use self::counted::Counted;
pub use self::difference::Difference;
pub use self::lost::{Loss, Lost};
pub use self::samples::OtherLoad;
pub use self::side::Side;
