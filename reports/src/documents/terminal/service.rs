//! Which model for a service: the sentences, and a table.

use comfy_table::{Cell, CellAlignment};

use super::room::{GAP, fitting, push_dropped};
use super::style::{self, BOLD, push_wrapped, styled};
use crate::text::{self, plain, shortened};
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
    let mut table = style::table(colour, width);
    let names: Vec<String> = service
        .lines
        .iter()
        .map(|line| format!("{} {}", if line.is_best { "*" } else { " " }, shortened(&line.name, NAME)))
        .collect();
    let widest = |texts: &mut dyn Iterator<Item = &str>| texts.map(text::width).max().unwrap_or(0);
    let room = width.saturating_sub(widest(&mut names.iter().map(String::as_str)) + GAP);
    let figures = |at: usize| service.lines.iter().map(move |line| line.figures[at].text.as_str());
    let widths = (0..HEADINGS.len()).map(|at| widest(&mut figures(at).chain([HEADINGS[at]])));
    let shown = fitting(widths, room);
    let right = |text: &str| Cell::new(text).set_alignment(CellAlignment::Right);
    table.set_header([Cell::new("")].into_iter().chain(HEADINGS[..shown].iter().copied().map(right)));
    for (name, line) in names.iter().zip(&service.lines) {
        table.add_row(
            [Cell::new(name)].into_iter().chain(line.figures[..shown].iter().map(|figure| right(&figure.text))),
        );
    }
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 1));
    });
    let mut out = format!("{}\n", table.trim_fmt());
    push_dropped(&mut out, &HEADINGS[shown..], width);
    out.push('\n');
    out
}
