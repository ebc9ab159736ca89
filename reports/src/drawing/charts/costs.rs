//! What a model costs by itself: a bar a runner, on a logarithmic axis.

use plotters_backend::DrawingBackend;

use super::canvas::Canvas;
use super::drawing::Drawing;
use super::drawn::Drawn;
use super::rows::either;
use super::rows::{RowLabel, Rows};
use crate::drawing::palette::Palette;
use crate::drawing::scale::Axis;
use crate::figures::ChartKind;
use crate::figures::costs::{Cost, Item};
use crate::text::plain;

/// The chart of a kind of cost.
pub struct Costs<'a> {
    cost: &'a Cost,
    palette: &'a Palette,
    rows: Rows,
}

impl<'a> Costs<'a> {
    pub fn new(cost: &'a Cost, palette: &'a Palette) -> Self {
        let known = || cost.items.iter().filter_map(|item| Some((item, *item.figure.as_ref().ok()?)));
        let label = |item: &Item| {
            let name = plain(&item.runner);
            let figure = item.figure.as_ref().map(|figure| (cost.format)(*figure)).map_err(Clone::clone);
            let sentence = match &figure {
                Ok(figure) => format!("{name}: {figure} per {}", noun(cost)),
                Err(reason) => format!("{name}: {reason}"),
            };
            RowLabel { name, figure, sentence }
        };
        let (worth, unit, label_of) = cost.axis;
        let rows = Rows {
            title: title(cost),
            rows: cost.items.iter().map(label).collect(),
            row_height: 26,
            axis: Axis::around(
                known().map(|(_, figure)| figure / worth),
                &format!("{unit}per {}", noun(cost)),
                label_of,
            )
            .or_from_zero(),
            legend: format!("Medians: {}.", cost.method),
        };
        Self { cost, palette, rows }
    }
}

/// Returns the thing without its article.
fn noun(cost: &Cost) -> &str {
    cost.thing.trim_start_matches("an ").trim_start_matches("a ")
}

/// Says what the thing costs, from the least to the most.
fn title(cost: &Cost) -> String {
    let thing = cost.thing.replacen('a', "A", 1);
    let known: Vec<(String, f64)> =
        cost.items.iter().filter_map(|item| Some((plain(&item.runner), *item.figure.as_ref().ok()?))).collect();
    match (known.first(), known.last()) {
        (Some((first, least)), Some((last, most))) if first != last => {
            format!("{thing} costs from {} ({first}) to {} ({last})", (cost.format)(*least), (cost.format)(*most))
        }
        (Some((first, least)), _) => format!("{thing} costs {} with {first}", (cost.format)(*least)),
        _ => thing,
    }
}

impl Drawing for Costs<'_> {
    fn kind(&self) -> ChartKind {
        self.cost.chart
    }

    fn title(&self) -> &str {
        &self.rows.title
    }

    fn alternative(&self) -> String {
        let rows = self.rows.rows.iter().map(|row| format!("{} {}", row.name, either(&row.figure)));
        format!("{}. {}: {}.", self.rows.title, self.cost.method, rows.collect::<Vec<_>>().join(", "))
    }

    fn height(&self) -> u32 {
        self.rows.height()
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        self.rows.draw(canvas, |plot| {
            for (i, item) in self.cost.items.iter().enumerate() {
                let Ok(figure) = item.figure else { continue };
                let (left, y) = (plot.x(0.0), plot.middle(i));
                plot.canvas.rectangle(
                    (left, y - 7.0),
                    (plot.x(figure / self.cost.axis.0), y + 7.0),
                    self.palette.colour(&item.runner),
                )?;
            }
            Ok(())
        })
    }
}
