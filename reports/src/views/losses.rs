//! Where the time of each cell went, in sentences.

use crate::figures::loss::{Cores, Waits};
use crate::figures::{GroupSummary, Row};
use crate::text::units;

/// Shares below this are not worth a word.
const SLIGHT: f64 = 0.05;

/// Says where the time of each runner went, a sentence each without a full stop, in the order of the rows. Copies of a cell are left out.
pub fn of_group(group: &GroupSummary) -> Vec<String> {
    let sentence = |row: &Row| {
        let cores = Cores::of_row(group, row).map(|cores| of_cores(&cores, &row.label));
        cores.or_else(|| Waits::of_row(row).map(|waits| of_waits(&waits, row)))
    };
    group.main_rows().filter_map(sentence).collect()
}

/// Says where the cores of a cell went, without a full stop.
fn of_cores(cores: &Cores, label: &str) -> String {
    let whole = format!(
        "{label} makes a speed-up of {} out of {}",
        units::ratio(cores.speed_up),
        count_of(cores.ideal, "core")
    );
    let spent = format!("takes {} the CPU time of its baseline", units::ratio(cores.inflation()));
    let (has_idle, has_extra) = (cores.idle() > SLIGHT * cores.ideal, cores.inflation() > 1.0 + SLIGHT);
    match (has_idle, has_extra) {
        (false, false) if cores.speed_up > cores.ideal => format!("{whole}: all of them, and it {spent}"),
        (false, false) => format!("{whole}: next to nothing is lost"),
        (true, false) => format!("{whole}: {} of a core's time is left idle", units::number(cores.idle())),
        (false, true) => format!("{whole}: it keeps them busy, but {spent}"),
        (true, true) => {
            format!("{whole}: {} of a core's time is left idle, and it {spent}", units::number(cores.idle()))
        }
    }
}

/// Says where the wall time of a cell went, without a full stop.
fn of_waits(waits: &Waits, row: &Row) -> String {
    let wall = waits.unavoidable + waits.cpu + waits.queueing;
    let whole = format!("{} takes {}", row.label, units::duration(wall));
    let over = (wall - waits.unavoidable) / waits.unavoidable;
    if over <= SLIGHT {
        return format!("{whole}: the one wait that cannot be avoided, and {} more", units::percent(over));
    }
    let in_line = (wall / waits.unavoidable).round();
    if waits.queueing < waits.cpu {
        return format!("{whole}: over the wait of {}, CPU time accounts for most", units::duration(waits.unavoidable));
    }
    if in_line < 2.0 {
        return format!(
            "{whole}: {} over the wait, in which tasks were due and nothing ran them",
            units::duration(waits.queueing)
        );
    }
    let seen = row.workers_seen.map(|(_, most)| format!(" for {}", count_of(most as f64, "worker")));
    format!("{whole}, as if {in_line:.0} waits stood in line{}", seen.unwrap_or_default())
}

fn count_of(count: f64, thing: &str) -> String {
    let figure = units::without_zeros(&units::number(count));
    if figure == "1" { format!("1 {thing}") } else { format!("{figure} {thing}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_cores_and_cpu_time_on_top_are_named() {
        let cores = Cores { ideal: 2.0, busy: 1.8, speed_up: 1.5 };
        let text = of_cores(&cores, "rayon");
        assert_eq!(
            text,
            "rayon makes a speed-up of 1.50x out of 2 cores: 0.20 of a core's time is left idle, and it takes 1.20x the \
             CPU time of its baseline"
        );
    }

    #[test]
    fn cpu_time_that_was_saved_is_no_loss() {
        let cores = Cores { ideal: 2.0, busy: 1.98, speed_up: 2.1 };
        assert!(of_cores(&cores, "scoped").ends_with("all of them, and it takes 0.94x the CPU time of its baseline"));
    }

    #[test]
    fn what_is_over_the_wait_is_cpu_time_or_queueing() {
        let waits = Waits { unavoidable: 20e6, cpu: 1e6, queueing: 179e6 };
        let row = |label: &str| Row { label: label.to_owned(), workers_seen: Some((2, 2)), ..Row::default() };
        assert_eq!(
            of_waits(&waits, &row("thread-pool")),
            "thread-pool takes 200 ms, as if 10 waits stood in line for 2 workers"
        );
        let near = Waits { unavoidable: 20e6, cpu: 0.1e6, queueing: 0.5e6 };
        assert!(of_waits(&near, &row("async")).ends_with("the one wait that cannot be avoided, and 3 % more"));
    }
}
