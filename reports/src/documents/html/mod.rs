//! Pages: each one self-contained file from `templates/`, which escape all that comes from the records.

mod comparison;
mod data;
mod facts;
mod glance;
mod page;
mod shell;
mod side_by_side;

pub use self::comparison::comparison;
pub use self::page::{Charts, page};
pub use self::side_by_side::side_by_side;
