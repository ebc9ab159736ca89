//! Sweeps as they are shown: curves, what follows from them, and all their points.
//!
//! ```text
//! picture.rs  the curves of one measure, by family
//! guides.rs   the lines that curves are held against
//! table.rs    all points of a measure
//! said.rs     what follows, in sentences
//! view.rs     the parts of a sweep's section
//! ```

mod guides;
mod picture;
mod said;
mod table;
mod view;

pub use self::guides::{Guide, Look};
pub use self::picture::{Along, Curve, Mark, Panel, Picture};
pub use self::said::{place, short};
pub use self::table::Table;
pub use self::view::SweepView;
