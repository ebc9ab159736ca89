//! Which kind of work a group is, as one who has to choose a model would ask.

use crate::figures::GroupSummary;

/// From so many waits at once on they are many: beyond what pools of the usual size hold.
const MANY_WAITS: u64 = 50;
/// Tasks shorter than this, under the baseline, cost less than most models take to hand them out.
const SMALL_TASK_NS: f64 = 20_000.0;

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Situation {
    /// Tasks that compute.
    CpuBound,
    /// Tasks that compute next to nothing.
    SmallTasks,
    /// Tasks that wait, not many at once.
    FewWaits,
    /// Tasks that wait, many at once.
    ManyWaits,
    /// Tasks that wait beside tasks that compute.
    Mixed,
}

impl Situation {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::CpuBound, Self::FewWaits, Self::ManyWaits, Self::Mixed, Self::SmallTasks];

    /// Returns the situation that a group shows; none if its tasks only give way to each other, or the records do not say what kind its
    /// workload is.
    pub fn of_group(group: &GroupSummary) -> Option<Self> {
        let baselines = group.rows.iter().filter(|row| row.is_baseline);
        let each = baselines.filter_map(|row| Some(row.wall?.value / row.scale.tasks.max(1) as f64));
        let task_ns = each.reduce(f64::min);
        match group.kind.as_str() {
            // Records of older builds call it computing.
            "cpu" if group.workload == "switch" => None,
            "cpu" if task_ns.is_some_and(|ns| ns < SMALL_TASK_NS) => Some(Self::SmallTasks),
            "cpu" => Some(Self::CpuBound),
            "io" if group.tasks >= MANY_WAITS => Some(Self::ManyWaits),
            "io" => Some(Self::FewWaits),
            "mixed" => Some(Self::Mixed),
            _ => None,
        }
    }

    /// Returns its name.
    pub fn title(self) -> &'static str {
        match self {
            Self::CpuBound => "CPU-bound work",
            Self::SmallTasks => "Many tiny tasks",
            Self::FewWaits => "IO-bound, few waits at once",
            Self::ManyWaits => "IO-bound, many waits at once",
            Self::Mixed => "Mixed work",
        }
    }

    /// Says what counts as it.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::CpuBound => "tasks of 20 µs and more that compute",
            Self::SmallTasks => "tasks below 20 µs that compute: handing them out is what costs",
            Self::FewWaits => "fewer than 50 tasks that wait",
            Self::ManyWaits => "50 tasks and more that wait",
            Self::Mixed => "tasks that wait beside tasks that compute",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Row;
    use crate::records::schema::Scale;
    use crate::statistics::Estimate;

    #[test]
    fn giving_way_is_no_computing() {
        assert_eq!(Situation::of_group(&group("switching", 16, 24e6)), None);
        let old = GroupSummary { workload: "switch".to_owned(), ..group("cpu", 16, 24e6) };
        assert_eq!(Situation::of_group(&old), None, "in records of older builds, too");
    }

    fn group(kind: &str, tasks: u64, wall_ns: f64) -> GroupSummary {
        let scale = Scale { tasks, ..Scale::default() };
        let row = Row { is_baseline: true, wall: Estimate::of_median(&[wall_ns]), scale, ..Row::default() };
        GroupSummary { kind: kind.to_owned(), tasks, rows: vec![row], ..GroupSummary::default() }
    }

    #[test]
    fn kinds_counts_and_lengths_decide() {
        assert_eq!(Situation::of_group(&group("cpu", 64, 85e6)), Some(Situation::CpuBound));
        assert_eq!(Situation::of_group(&group("cpu", 5000, 20e3)), Some(Situation::SmallTasks));
        assert_eq!(Situation::of_group(&group("io", 49, 1e9)), Some(Situation::FewWaits));
        assert_eq!(Situation::of_group(&group("io", 50, 1e9)), Some(Situation::ManyWaits));
        assert_eq!(Situation::of_group(&group("mixed", 2, 1e6)), Some(Situation::Mixed));
        assert_eq!(Situation::of_group(&group("", 2, 1e6)), None);
    }
}
