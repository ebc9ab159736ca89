//! Runs side by side as a page, by `templates/side_by_side.html`.

use askama::Template;

use super::shell::{SCRIPT, STYLE, Shades, finish, shades};
use crate::drawing::charts::Chart;
use crate::drawing::palette::{self, Palette};
use crate::judgement::claims::Verdict;
use crate::judgement::side_by_side::{Side, SideBySide};
use crate::views::columns::Column;
use crate::views::matrix::Field;
use crate::views::side_by_side::{field, sentence};

#[derive(Template)]
#[template(path = "side_by_side.html")]
struct Page<'a> {
    runs: &'a SideBySide<'a>,
    /// The charts, by the place of the group.
    charts: &'a [Option<Chart>],
    palette: &'a Palette,
    colours: Vec<Shades>,
    style: &'static str,
    script: &'static str,
}

/// Returns the page as HTML; `charts` has that of each group, in order.
///
/// # Errors
/// If the template fails.
pub fn side_by_side(runs: &SideBySide, charts: &[Option<Chart>], palette: &Palette) -> Result<String, askama::Error> {
    let colours = palette::all().map(shades).collect();
    finish(&Page { runs, charts, palette, colours, style: STYLE, script: SCRIPT })
}

/// Returns the classes of a field: a ratio is coloured as in the matrix.
fn class(side: &Side, column: Column) -> String {
    side.filter(|_| column.is_ratio()).map(|cell| Field::of_cell(cell).class()).unwrap_or_default()
}

/// Returns the class of what a run says of a claim.
fn outcome(verdict: &Option<&Verdict>) -> &'static str {
    verdict.map_or("not-run", Verdict::class)
}
