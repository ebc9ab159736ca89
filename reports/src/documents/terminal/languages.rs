//! The same work, by language, as a table: a line for sequential code, and one for the best of the others.

use comfy_table::Cell;

use super::room::GAP;
use super::style;
use crate::text::{plain, shortened};
use crate::views::languages::Languages;

/// Longest title of a group that is shown in full.
const TITLE: usize = 30;

/// Returns the table; empty without other languages.
pub fn text(languages: &Languages, colour: bool, width: usize) -> String {
    if languages.is_empty() {
        return String::new();
    }
    let mut table = style::table(colour, width);
    let headings = languages.headings.iter().map(|heading| plain(heading));
    table.set_header(["The same work, by language".to_owned()].into_iter().chain(headings));
    for work in &languages.works {
        let sequential = work.times.iter().map(|times| Cell::new(plain(&times.sequential)));
        table.add_row([Cell::new(shortened(&work.title, TITLE))].into_iter().chain(sequential));
        let best = work.times.iter().map(|times| Cell::new(plain(&times.best)));
        table.add_row([Cell::new("  at best")].into_iter().chain(best));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP as u16 - 1));
    }
    format!("{}\n\n", table.trim_fmt())
}
