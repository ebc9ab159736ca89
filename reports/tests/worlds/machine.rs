//! What a world is: a machine, what things cost on it, and how much it varies.

/// A machine that is made up.
#[derive(Debug, Clone, Copy)]
pub struct World {
    pub name: &'static str,
    /// Physical cores that can be used.
    pub cores: u64,
    /// Threads a core.
    pub siblings: u64,
    /// What a core with all its threads busy gives to the workloads, in units of one thread.
    pub sibling_yield: f64,
    /// The same for the burn that measures capacity.
    pub burn_yield: f64,
    /// What the clock loses when all cores are busy, as a share.
    pub droop: f64,
    /// Share of a core that the hypervisor takes when all cores are busy.
    pub steal: f64,
    /// CPU quota, cores.
    pub quota: Option<f64>,
    /// Cores that others keep busy.
    pub outside: f64,
    /// How many times as long as on the machine at hand it takes to create threads and processes.
    pub creation: f64,
    /// How many times as long it takes to compute.
    pub slowness: f64,
    /// Switch interval of locks, nanoseconds.
    pub interval_ns: f64,
    /// Whether capacity was measured.
    pub has_capacity: bool,
    /// How much everything varies: times the usual.
    pub noise: f64,
}

impl World {
    /// Two quiet cores.
    pub const USUAL: Self = Self {
        name: "2 quiet cores",
        cores: 2,
        siblings: 1,
        sibling_yield: 1.0,
        burn_yield: 1.0,
        droop: 0.02,
        steal: 0.0,
        quota: None,
        outside: 0.01,
        creation: 1.0,
        slowness: 1.0,
        interval_ns: 5e6,
        has_capacity: true,
        noise: 1.0,
    };

    /// Threads of the hardware that can be used.
    pub fn threads(&self) -> u64 {
        self.cores * self.siblings
    }

    /// Workers that a plan gives to pools.
    pub fn workers(&self) -> u64 {
        let quota = self.quota.map_or(u64::MAX, |quota| (quota as u64).max(1));
        self.threads().min(quota)
    }

    /// The speed of so many threads that compute at once, in units of one alone.
    pub fn speed(&self, threads: u64, sibling_yield: f64) -> f64 {
        let all = self.threads() as f64;
        let threads = (threads as f64).min(all);
        let cores = self.cores as f64;
        let on_cores = threads.min(cores);
        let clock = if cores > 1.0 { 1.0 - self.droop * (on_cores - 1.0) / (cores - 1.0) } else { 1.0 };
        let shared =
            if threads > cores { 1.0 + (sibling_yield - 1.0) * (threads - cores) / (all - cores) } else { 1.0 };
        on_cores * clock * shared * self.share(threads)
    }

    /// The share of their time that so many threads get, if one alone gets all of it.
    pub fn share(&self, threads: f64) -> f64 {
        let all = self.threads() as f64;
        let threads = threads.min(all);
        let quota = self.quota.map_or(1.0, |quota| (quota / threads).min(1.0));
        let fair = (all / (threads + self.outside)).min(1.0);
        let alone = (all / (1.0 + self.outside)).min(1.0);
        (1.0 - self.steal * (threads - 1.0).max(0.0) / all) * quota * fair / alone
    }
}
