//! The charts of a group, each as a picture (PNG, on white) and as inline SVG that follows the theme of the page.
//!
//! ```text
//! choice.rs        which charts are drawn of what
//! render.rs        how one is rendered
//! drawing.rs       what can be drawn on any backend
//! canvas.rs        text, lines and marks on either backend, in logical pixels
//! notes.rs         what marks say exactly
//! rows.rs          the frame that most of the charts share: one row a cell
//! answer.rs        what each way of concurrency gains
//! break_even.rs    where one runner overtakes another
//! curves.rs        a figure of each runner along the axis of a sweep
//! labels.rs        labels beside the ends of curves, clear of each other
//! samples.rs       every sample, median and interval
//! ratio.rs         speed-up, or time over the longest wait
//! cores.rs         effective cores against the ideal
//! latency.rs       quantiles of latencies
//! costs.rs         what a model costs by itself
//! loss.rs          where cores or time were lost
//! turns.rs         whose turn it was, operation by operation
//! utilisation.rs   one row a core, one column a cell
//! tracks.rs        the frame that the charts of profiles share: one track a cell
//! timeline.rs      how busy each core was over time
//! lanes.rs         which worker did which task when
//! stuck.rs         how tasks came to wait for each other in a circle
//! side_by_side.rs  a figure of each cell in several runs
//! svg.rs           the backend that writes SVG
//! ```

mod answer;
mod break_even;
mod canvas;
mod choice;
mod cores;
mod costs;
mod curves;
mod drawing;
mod drawn;
mod labels;
mod lanes;
mod latency;
mod loss;
mod notes;
mod pixels;
mod ratio;
mod render;
mod rows;
mod samples;
mod side_by_side;
mod stuck;
mod svg;
mod timeline;
mod tracks;
mod turns;
mod utilisation;

pub use self::choice::{
    of_answer, of_answer_narrow, of_break_even, of_costs, of_group, of_profiles, of_shared, of_sweep,
};
pub use self::render::{Chart, ChartError, register_fonts};
