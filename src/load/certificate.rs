//! Whether what was measured is the server's doing: a sample without a certificate is void.

use super::kernel::Counts;

/// Share of its core above which the generator may be what is measured.
const MOST_BUSY: f64 = 0.9;
/// Traffic that is shorter tells nothing of how busy the generator is, nanoseconds: it is as long as one request, or a few.
const SHORT_NS: u64 = 1_000_000;
/// How far the two sides of Little's law may lie apart.
const LITTLE: f64 = 0.05;
/// Time between a reply and the next request, or by which a request is late, that is the generator's even at its best, nanoseconds.
const OWN_NS: f64 = 5_000.0;
/// The same for requests that have times of their own: it takes as long to wake up.
const WAKING_NS: f64 = 100_000.0;

/// What was seen of the traffic, beside the latencies.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// Requests that were sent, and replies that have come.
    pub(super) sent: u64,
    pub(super) received: u64,
    /// From the first request to the last reply, nanoseconds.
    pub(super) elapsed_ns: u64,
    /// CPU time of the generator meanwhile, nanoseconds.
    pub(super) cpu_ns: u64,
    /// The requests under way, added up over time, nanoseconds: mean number times time.
    pub(super) under_way_ns: u64,
    /// The sum of all latencies, nanoseconds.
    pub(super) latencies_ns: u64,
    /// Whether requests have times of their own.
    pub(super) is_open: bool,
}

impl Seen {
    /// Returns the share of its core that the generator has taken.
    pub(super) fn share(&self) -> f64 {
        self.cpu_ns as f64 / self.elapsed_ns.max(1) as f64
    }

    /// Returns by how much the sides of Little's law differ, as a share. Requests under way are rate times latency: for an open load those
    /// sent at their times, for a closed one each connection has one under way, always.
    pub(super) fn off_by(&self) -> f64 {
        (self.under_way_ns as f64 / self.latencies_ns.max(1) as f64 - 1.0).abs()
    }

    /// Says why it is void, if it is: all that is wrong with it.
    pub(super) fn void(&self, before: &Counts, after: &Counts) -> Option<String> {
        let reasons = [self.lost(), after.trouble_since(before), self.busy(), self.unlawful()];
        let reasons: Vec<String> = reasons.into_iter().flatten().collect();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }

    fn lost(&self) -> Option<String> {
        let lost = self.sent.saturating_sub(self.received);
        (lost > 0).then(|| format!("{lost} of {} requests had no reply in time", self.sent))
    }

    fn busy(&self) -> Option<String> {
        let share = self.share();
        (share >= MOST_BUSY && self.elapsed_ns >= SHORT_NS).then(|| {
            format!(
                "the load generator was busy for {:.0} % of its time, so it may be what was measured",
                share * 100.0
            )
        })
    }

    fn unlawful(&self) -> Option<String> {
        let gap = self.under_way_ns.abs_diff(self.latencies_ns) as f64 / self.received.max(1) as f64;
        let own = if self.is_open { WAKING_NS } else { OWN_NS };
        // Of what was lost the time under way is not known.
        (self.sent == self.received && self.off_by() > LITTLE && gap > own).then(|| {
            let what = if self.is_open { "the delay of its request" } else { "the time until the next request" };
            format!(
                "Little's law is off by {:.0} %: {what} was {:.0} us of each latency",
                self.off_by() * 100.0,
                gap / 1e3
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Seen {
        Seen {
            sent: 100,
            received: 100,
            elapsed_ns: 1_000_000_000,
            cpu_ns: 500_000_000,
            under_way_ns: 10_000_000_000,
            latencies_ns: 9_900_000_000,
            is_open: false,
        }
    }

    fn void(seen: &Seen) -> Option<String> {
        seen.void(&Counts::default(), &Counts::default())
    }

    #[test]
    fn a_good_sample_has_a_certificate_and_each_fault_takes_it() {
        assert_eq!(void(&good()), None);
        let faults = [
            (Seen { cpu_ns: 900_000_000, ..good() }, "busy for 90 %"),
            (Seen { received: 98, ..good() }, "2 of 100 requests had no reply"),
            (Seen { latencies_ns: 9_000_000_000, ..good() }, "Little's law is off by 11 %: the time until the next"),
            (Seen { latencies_ns: 12_000_000_000, is_open: true, ..good() }, "the delay of its request was 20000 us"),
        ];
        for (seen, words) in faults {
            let said = void(&seen).expect(words);
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn what_the_generator_takes_at_its_best_is_no_fault() {
        let late = Seen { under_way_ns: 1_000_000, latencies_ns: 9_000_000, received: 100, is_open: true, ..good() };
        assert_eq!(void(&late), None, "80 us a request");
        assert!(void(&Seen { is_open: false, ..late }).is_some());
        assert_eq!(void(&Seen { elapsed_ns: 40_000, cpu_ns: 39_000, ..good() }), None, "one request");
    }
}
