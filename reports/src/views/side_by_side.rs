//! What is shown of each run where several stand side by side.

use super::cells;
use super::columns::{Column, Field};
use crate::judgement::side_by_side::{Shared, Side};
use crate::text::units::{self, NONE};

/// Returns the figure of a side in a column. Ratios of different kinds are not to be compared.
pub fn field(shared: &Shared, column: Column, side: &Side) -> Field {
    match side {
        Some(cell) if cell.group.versus == shared.any.versus || !column.is_ratio() => {
            let field = column.field(cell.row);
            match cell.row.effective_cores {
                Some(cores) if column == Column::Cores => Field { detail: units::number_ends(&cores), ..field },
                _ => field,
            }
        }
        _ => Field { figure: NONE.to_owned(), ..Field::default() },
    }
}

/// Returns all that a side says, in one sentence.
pub fn sentence(side: &Side) -> String {
    side.map_or_else(|| "This run does not have the cell.".to_owned(), cells::sentence)
}
