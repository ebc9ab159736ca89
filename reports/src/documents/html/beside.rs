//! Runs side by side as a page, by `templates/beside.html`.

use askama::Template;

use super::{Shades, shades};
use crate::drawing::charts::Chart;
use crate::drawing::palette as colours;
use crate::figures::Row;
use crate::judgement::beside::{Beside, Line, Side};
use crate::judgement::claims::Verdict;
use crate::text::plain;
use crate::views::columns::Column;
use crate::views::matrix::Field;

#[derive(Template)]
#[template(path = "beside.html")]
struct Page<'a> {
    beside: &'a Beside<'a>,
    /// The charts, by the place of the group.
    charts: &'a [Option<Chart>],
    colours: Vec<Shades>,
    style: &'static str,
    script: &'static str,
}

/// The page as HTML; `charts` has that of each group, in order.
///
/// # Errors
/// If the template fails.
pub fn side_by_side(beside: &Beside, charts: &[Option<Chart>]) -> Result<String, askama::Error> {
    let page = Page {
        beside,
        charts,
        colours: colours::all().map(shades).collect(),
        style: include_str!("../../../templates/page.css"),
        script: include_str!("../../../templates/page.js"),
    };
    Ok(page.render()?.lines().map(plain).collect::<Vec<String>>().join("\n"))
}

impl Row {
    /// The class that has its runner's colour.
    fn class(&self) -> &'static str {
        colours::of_slot(self.colour).class
    }
}

impl Line<'_> {
    /// The classes of a field: a ratio is coloured as in the matrix.
    fn class(side: &Side, column: &Column) -> String {
        side.filter(|_| column.is_ratio()).map(|(group, row)| Field::Measured(group, row).class()).unwrap_or_default()
    }
}

/// The class of what a run says of a claim.
fn outcome(verdict: &Option<&Verdict>) -> &'static str {
    verdict.map_or("not-run", Verdict::class)
}
