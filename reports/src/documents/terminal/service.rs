//! Which model for a service: the sentences, and a table.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};

use super::style::{BOLD, TABLE, push_wrapped, styled};
use crate::text::{plain, shortened};
use crate::views::service::{HEADINGS, Service};

/// Longest name of a cell that is shown in full.
const NAME: usize = 30;

/// Returns what the run says of each service, for a terminal of `width` columns; empty without one.
pub fn text(services: &[Service], colour: bool, width: usize) -> String {
    services.iter().map(|service| said(service, colour, width) + &table(service, colour, width)).collect()
}

/// Does as [`text`], without the tables.
pub fn sentences(services: &[Service], colour: bool, width: usize) -> String {
    services.iter().map(|service| said(service, colour, width) + "\n").collect()
}

fn said(service: &Service, colour: bool, width: usize) -> String {
    let mut out = format!("{}\n", styled("Which model for this service?", BOLD, colour));
    push_wrapped(&mut out, 0, &plain(&format!("{}: {}", service.title, service.work)), width);
    for sentence in &service.sentences {
        push_wrapped(&mut out, 2, &plain(sentence), width);
    }
    out
}

fn table(service: &Service, colour: bool, width: usize) -> String {
    let mut table = Table::new();
    table.load_style(TABLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(width as u16);
    if colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let right = |text: &str| Cell::new(text).set_alignment(CellAlignment::Right);
    table.set_header([Cell::new("")].into_iter().chain(HEADINGS.map(right)));
    for line in &service.lines {
        let mark = if line.is_best { "* " } else { "  " };
        let name = Cell::new(format!("{mark}{}", shortened(&line.name, NAME)));
        table.add_row([name].into_iter().chain(line.figures.iter().map(|figure| right(&figure.text))));
    }
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 1));
    });
    format!("{}\n\n", table.trim_fmt())
}
