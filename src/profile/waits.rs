//! Waits for locks, queues and the like, of which a task's context knows nothing: they cut its segments.

use regatta_runners::Wait;

use super::log::Entry;

/// Returns segments without the times for which their tasks waited. What comes after a wait is of the worker on which the task went on.
pub(super) fn cut(segments: Vec<Entry>, waits: &[Wait]) -> Vec<Entry> {
    let mut waits: Vec<&Wait> = waits.iter().collect();
    waits.sort_by_key(|wait| (wait.task, wait.from_ns));
    let mut pieces = Vec::with_capacity(segments.len());
    for segment in segments {
        let first = waits.partition_point(|wait| (wait.task, wait.to_ns) < (segment.task, segment.start_ns));
        let within =
            waits[first..].iter().take_while(|wait| wait.task == segment.task && wait.from_ns < segment.end_ns);
        let mut rest = segment;
        for wait in within.filter(|wait| wait.to_ns > segment.start_ns) {
            if wait.from_ns > rest.start_ns {
                pieces.push(Entry { end_ns: wait.from_ns, ..rest });
            }
            rest = Entry { worker: wait.worker, start_ns: wait.to_ns.min(segment.end_ns), ..rest };
        }
        // One without length is where a task begins to wait for a modelled lock, and is none that was cut.
        if rest.start_ns < rest.end_ns || segment.start_ns == segment.end_ns {
            pieces.push(Entry { end_ns: segment.end_ns, ..rest });
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_what_is_left_without_its_waits() {
        let entry = |task, worker, start_ns, end_ns| Entry { task, worker, start_ns, end_ns };
        let wait = |task, worker, from_ns, to_ns| Wait { task, worker, from_ns, to_ns };
        let segments = vec![entry(1, 7, 0, 100), entry(2, 8, 10, 20), entry(1, 7, 150, 150), entry(1, 9, 200, 250)];
        let waits =
            [wait(1, 9, 50, 60), wait(1, 8, 20, 30), wait(1, 9, 190, 210), wait(2, 8, 15, 20), wait(3, 8, 0, 300)];
        let wanted = [
            entry(1, 7, 0, 20),
            entry(1, 8, 30, 50),
            entry(1, 9, 60, 100),
            entry(2, 8, 10, 15),
            entry(1, 7, 150, 150),
            entry(1, 9, 210, 250),
        ];
        assert_eq!(cut(segments.clone(), &waits), wanted);
        assert_eq!(cut(segments.clone(), &[]), segments);
    }
}
