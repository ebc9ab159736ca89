//! One colour per runner, the same in the whole report, and the colours of everything else; each in a light and a dark
//! theme.
//!
//! The hues are near those that M. Okabe and K. Ito propose for colour-blind readers (*Color Universal Design*, 2008).
//! Runners whose models are relatives by name (`thread`, `thread-pool`, and those of an interpreter or under a lock) share
//! a hue and differ in shade. Colour is never the only sign: every mark is labelled.

use std::collections::HashMap;

use plotters::style::RGBColor;

use crate::figures::Summary;

/// A colour of the light theme and of pictures, and its counterpart in the dark theme.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Colour {
    /// Class name in the page and in inline SVG.
    pub class: &'static str,
    /// On white.
    pub light: RGBColor,
    /// On near-black.
    pub dark: RGBColor,
}

const fn rgb(hex: u32) -> RGBColor {
    RGBColor((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const fn colour(class: &'static str, light: u32, dark: u32) -> Colour {
    Colour { class, light: rgb(light), dark: rgb(dark) }
}

/// Text, axes and marks that belong to no runner.
pub const INK: Colour = colour("ink", 0x1f_2328, 0xe6_edf3);
/// Text of lesser weight.
pub const FADED: Colour = colour("faded", 0x59_636e, 0x9d_a7b1);
/// Grid lines.
pub const GRID: Colour = colour("grid", 0xdf_e3e8, 0x2d_333b);
/// The ground that charts are drawn on, and text on strong colours.
pub const PAPER: Colour = colour("paper", 0xff_ffff, 0x0f_141a);
/// Reference lines: a ratio of 1, the ideal.
pub const REFERENCE: Colour = colour("reference", 0xa4_0e26, 0xff_7b8a);

/// Number of shades in a hue.
const SHADES: usize = 4;

/// Hues by shades. The first hue, greys, is the baselines'.
const RUNNERS: [[Colour; SHADES]; 9] = [
    [
        colour("r0", 0x5f_656d, 0xa9_b1ba),
        colour("r1", 0x8d_9299, 0x7f_868e),
        colour("r2", 0x3b_3f45, 0xd3_d8de),
        colour("r3", 0x77_706a, 0xb8_aea6),
    ],
    [
        colour("r4", 0xc2_4d00, 0xff_8f4d),
        colour("r5", 0xe8_8a2e, 0xff_c08a),
        colour("r6", 0x8a_3405, 0xd9_6a2b),
        colour("r7", 0xa8_6b3f, 0xe0_b48f),
    ],
    [
        colour("r8", 0x00_55a4, 0x5b_a4ee),
        colour("r9", 0x4a_93d9, 0xa6_d0fa),
        colour("r10", 0x00_2f6c, 0x3d_7fd0),
        colour("r11", 0x5a_6fb0, 0xb0_bdf0),
    ],
    [
        colour("r12", 0x00_8f86, 0x3f_d0c4),
        colour("r13", 0x4f_b8b0, 0x9b_e6df),
        colour("r14", 0x00_5c57, 0x1f_a59b),
        colour("r15", 0x5c_8a86, 0xa8_cfcb),
    ],
    [
        colour("r16", 0xb0_1f6e, 0xf0_74b2),
        colour("r17", 0xdd_6aa6, 0xfa_afd3),
        colour("r18", 0x7a_0f4a, 0xcf_4a91),
        colour("r19", 0x9a_5a7c, 0xdb_a4c0),
    ],
    [
        colour("r20", 0x4f_8a10, 0x8f_cf4a),
        colour("r21", 0x86_b54a, 0xc0_e694),
        colour("r22", 0x2f_5a00, 0x6a_a82a),
        colour("r23", 0x72_8a52, 0xb6_cf96),
    ],
    [
        colour("r24", 0x6f_42b8, 0xb0_8cf0),
        colour("r25", 0xa0_7ede, 0xd3_bdfa),
        colour("r26", 0x46_1f86, 0x8f_62d8),
        colour("r27", 0x7c_6a9c, 0xc0_b2dc),
    ],
    [
        colour("r28", 0x9a_7400, 0xe0_b83a),
        colour("r29", 0xc9_a22e, 0xf2_d98a),
        colour("r30", 0x66_4c00, 0xb8_9222),
        colour("r31", 0x8c_7c4a, 0xd0_c090),
    ],
    [
        colour("r32", 0x00_7fb0, 0x4f_c3f0),
        colour("r33", 0x4f_b0d6, 0xa0_e0fa),
        colour("r34", 0x00_4f73, 0x2a_98c8),
        colour("r35", 0x56_8399, 0xa2_c6d8),
    ],
];

/// Shades from nothing to all, for heat maps.
pub const HEAT: [Colour; 11] = [
    colour("h0", 0xf6_f8fa, 0x16_1b22),
    colour("h1", 0xe4_eef8, 0x14_2638),
    colour("h2", 0xd0_e2f3, 0x14_304a),
    colour("h3", 0xb8_d4ed, 0x15_3b5c),
    colour("h4", 0x9d_c4e6, 0x17_476f),
    colour("h5", 0x80_b2dd, 0x1b_5484),
    colour("h6", 0x4f_8ec6, 0x2a_6ba5),
    colour("h7", 0x3a_7ab6, 0x44_84c0),
    colour("h8", 0x28_66a3, 0x62_9dd6),
    colour("h9", 0x18_528c, 0x86_b8e8),
    colour("h10", 0x0a_3f73, 0xae_d3f7),
];

/// From this shade of [`HEAT`] on, text on it is in the colour of the paper.
pub const HEAT_STRONG: usize = 6;

/// Returns all colours that a chart may use.
pub fn all() -> impl Iterator<Item = Colour> {
    [INK, FADED, GRID, PAPER, REFERENCE].into_iter().chain(RUNNERS.into_iter().flatten()).chain(HEAT)
}

/// Returns the shade of a share between 0 and 1.
pub fn heat(share: f64) -> usize {
    let top = HEAT.len() - 1;
    ((share * top as f64).round().max(0.0) as usize).min(top)
}

/// Which runner has which colour, the same in a whole report.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// Places in [`RUNNERS`], counted through all hues.
    slots: HashMap<String, usize>,
}

impl Palette {
    /// Gives each runner of some runs a colour: baselines are grey; others take the hue of the first relative by the name of their model, or
    /// the next free one.
    pub fn from_summaries<'a>(summaries: impl IntoIterator<Item = &'a Summary>) -> Self {
        let mut palette = Self::default();
        let mut stems: Vec<String> = Vec::new();
        let mut used = [0; RUNNERS.len()];
        for summary in summaries {
            for row in summary.groups.iter().flat_map(|group| &group.rows) {
                let runner = &row.cell.runner;
                if palette.slots.contains_key(runner) {
                    continue;
                }
                let is_baseline = summary.run.runners.values().any(|info| info.baseline == *runner);
                let model = if row.runner.model.is_empty() { runner } else { &row.runner.model };
                let own = if is_baseline { 0 } else { hue(model, &mut stems) };
                let hue = with_room(own, &used);
                palette.slots.insert(runner.clone(), hue * SHADES + used[hue] % SHADES);
                used[hue] += 1;
            }
        }
        palette
    }

    /// Returns the colour of a runner.
    pub fn colour(&self, runner: &str) -> Colour {
        let slot = self.slots.get(runner).copied().unwrap_or(0);
        RUNNERS[(slot / SHADES) % RUNNERS.len()][slot % SHADES]
    }

    /// Returns the class of a runner's colour in the page and in inline SVG.
    pub fn class(&self, runner: &str) -> &'static str {
        self.colour(runner).class
    }

    /// Returns the classes of all runners' colours, sorted.
    pub fn classes(&self) -> Vec<&'static str> {
        let mut classes: Vec<&str> = self.slots.keys().map(|runner| self.class(runner)).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }
}

/// Returns the hue, or if all its shades are taken the last one that has a shade left: first come, first served from the other
/// end, so that families that are yet to come keep hues of their own.
fn with_room(hue: usize, used: &[usize]) -> usize {
    let has_room = |hue: &usize| used[*hue] < SHADES;
    Some(hue).filter(has_room).or_else(|| (1..used.len()).rev().find(has_room)).unwrap_or(hue)
}

/// Returns the hue of a runner: that of the first earlier runner whose first word is among its words.
fn hue(runner: &str, stems: &mut Vec<String>) -> usize {
    let relative = stems.iter().position(|stem| runner.split('-').any(|word| word == stem));
    let place = relative.unwrap_or_else(|| {
        stems.push(runner.split('-').next().unwrap_or(runner).to_owned());
        stems.len() - 1
    });
    1 + place % (RUNNERS.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Results;
    use crate::records::schema::{CellId, Group, RunnerInfo};

    #[test]
    fn colours_and_classes_are_distinct() {
        let mut colours: Vec<Colour> = all().collect();
        let total = colours.len();
        colours.sort_by_key(|colour| colour.class);
        colours.dedup_by_key(|colour| colour.class);
        assert_eq!(colours.len(), total);
        colours.sort_by_key(|colour| (colour.light.0, colour.light.1, colour.light.2));
        colours.dedup_by_key(|colour| colour.light);
        assert_eq!(colours.len(), total, "inline SVG finds the class by the colour");
    }

    #[test]
    fn relatives_share_a_hue_and_nobody_a_colour() {
        let names = [
            "sequential",
            "process",
            "process-pool",
            "thread",
            "thread-pool",
            "scoped",
            "rayon",
            "green",
            "async",
            "async-single",
            "gil-thread",
            "gil-thread-pool",
            "python-sequential",
            "python-thread",
            "python-thread-pool",
            "python-process",
            "python-process-pool",
            "python-gevent",
        ];
        let mut results = Results::default();
        let cells = names.iter().map(|name| CellId { runner: (*name).to_owned(), ..CellId::default() }).collect();
        results.run.plan.groups = vec![Group { cells, ..Group::default() }];
        for baseline in ["sequential", "python-sequential"] {
            let info = RunnerInfo { baseline: baseline.to_owned(), ..RunnerInfo::default() };
            results.run.runners.insert(format!("one with {baseline}"), info);
        }
        let palette = Palette::from_summaries([&Summary::from_results(&results)]);
        let hue_of = |name: &str| palette.slots[name] / SHADES;
        assert_eq!((hue_of("sequential"), hue_of("python-sequential")), (0, 0));
        assert_eq!(hue_of("thread"), hue_of("gil-thread-pool"));
        assert_eq!(hue_of("process"), hue_of("python-process-pool"));
        assert_ne!(hue_of("async"), hue_of("rayon"));
        let mut slots: Vec<usize> = names.iter().map(|name| palette.slots[*name]).collect();
        slots.sort_unstable();
        slots.dedup();
        assert_eq!(slots.len(), names.len());
    }

    #[test]
    fn heat_stays_within_its_shades() {
        assert_eq!((heat(0.0), heat(0.5), heat(1.0)), (0, 5, 10));
        assert_eq!((heat(f64::NAN), heat(-1.0), heat(1e300)), (0, 0, 10));
    }
}
