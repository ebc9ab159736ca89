//! The same work, by language: times beside each other, and no ratio of one language over another.

use super::families;
use crate::figures::{GroupSummary, Row, Summary};
use crate::text::units::{self, NONE};

/// The families that no other program has.
const OWN: [&str; 2] = ["native", "gil"];

/// The table, if programs of other languages than Python took part.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Languages {
    /// Its columns, beside the first: one a language.
    pub headings: Vec<String>,
    /// Its rows.
    pub works: Vec<Work>,
}

/// The same work in several languages.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// The title of its group.
    pub title: String,
    /// The slug of its group.
    pub slug: String,
    /// A time for each language: that of sequential code, and, after it, the best and by which runner.
    pub times: Vec<Times>,
}

/// The times of a language, as people read them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Times {
    /// One task after the other; a dash if that was not measured.
    pub sequential: String,
    /// The least time of another runner, and its name; empty if there is none.
    pub best: String,
}

impl Languages {
    /// Works it out of a run. Only groups in which two languages or more did the very same are in it.
    pub fn from_summary(summary: &Summary) -> Self {
        let mut known: Vec<String> = families::with_locks(summary).into_iter().map(|(family, _)| family).collect();
        known.retain(|family| family != "gil");
        if known.iter().all(|family| OWN.contains(&family.as_str()) || family.starts_with("cpython")) {
            return Self::default();
        }
        known.sort_by_key(|family| families::rank(family));
        let works = summary.unswept().filter_map(|group| Work::of(group, &known)).collect();
        Self { headings: known.iter().map(|family| families::title(summary, family)).collect(), works }
    }

    /// Returns whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.works.is_empty()
    }
}

impl Work {
    fn of(group: &GroupSummary, families: &[String]) -> Option<Self> {
        let is_same = |row: &&Row| row.is_main() && row.wall.is_some() && row.scale.params == group.params;
        let of_family = |family: &String| -> Vec<&Row> {
            group.rows.iter().filter(is_same).filter(|row| row.runner.family == *family).collect()
        };
        let rows: Vec<Vec<&Row>> = families.iter().map(of_family).collect();
        if rows.iter().filter(|rows| !rows.is_empty()).count() < 2 {
            return None;
        }
        let times = rows.iter().map(|rows| Times::of(rows)).collect();
        Some(Self { title: group.title.clone(), slug: group.slug.clone(), times })
    }
}

impl Times {
    fn of(rows: &[&Row]) -> Self {
        let wall = |row: &&&Row| row.wall.as_ref().map_or(f64::INFINITY, |wall| wall.value);
        let (sequential, others): (Vec<&&Row>, Vec<&&Row>) =
            rows.iter().partition(|row| row.runner.model == "sequential");
        let said = |row: &&Row| units::duration(wall(&row));
        let best = others.into_iter().min_by(|one, other| wall(one).total_cmp(&wall(other)));
        Self {
            sequential: sequential.first().map_or_else(|| NONE.to_owned(), |row| said(row)),
            best: best.map_or_else(String::new, |row| format!("{} {}", said(row), row.label)),
        }
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.sequential.as_str(), self.best.as_str()) {
            (sequential, "") => out.write_str(sequential),
            (NONE, best) => write!(out, "{best}"),
            (sequential, best) => write!(out, "{sequential}; {best}"),
        }
    }
}
