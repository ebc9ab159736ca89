//! What each cell takes in a world. Times are those of a 2-core machine (docs/RESULTS.md, "Creating and dispatching").

use regatta_reports::record::Parameters;

use super::coordination;
use super::machine::World;

/// A cell, and the world that it is in.
#[derive(Clone, Copy)]
pub struct Cell<'a> {
    pub world: &'a World,
    pub workload: &'a str,
    pub params: &'a Parameters,
    pub tasks: u64,
    pub workers: u64,
    /// What computing takes a task, nanoseconds.
    pub each_ns: f64,
    pub family: &'a str,
    pub model: &'a str,
}

/// What a run of a cell takes, all times in nanoseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    pub wall: f64,
    pub cpu: f64,
    pub start: f64,
    /// Median latency; 0 where there is none.
    pub latency: f64,
    /// What the workload counts, if claims speak of it.
    pub counted: Option<Counted>,
    /// Context switches.
    pub switches: f64,
}

/// What a workload counts in a run: at most the usual, and less by a share of it as it happens.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    pub usual: f64,
    /// The share of it that is left to chance.
    pub spread: f64,
}

/// What it takes to call a loop that wakes nobody.
const CALL_NS: f64 = 1e3;
/// What a worker takes to go on after it slept.
const WAKING_NS: f64 = 40e3;

impl Cell<'_> {
    pub fn param(&self, name: &str) -> f64 {
        self.params.get(name).and_then(serde_json::Value::as_f64).unwrap_or(0.0)
    }

    pub fn has_lock(&self) -> bool {
        self.family != "native"
    }

    pub fn is_python(&self) -> bool {
        self.family == "cpython"
    }

    pub fn is_pool(&self) -> bool {
        matches!(self.model, "thread-pool" | "process-pool" | "rayon" | "scoped")
    }

    fn is_process(&self) -> bool {
        self.model.starts_with("process")
    }

    /// Threads that compute at once.
    pub fn threads(&self) -> u64 {
        let most = self.workers.min(self.world.threads());
        match self.model {
            "sequential" | "async-single" => 1,
            _ if self.is_process() => most,
            _ if self.has_lock() => 1,
            _ => most,
        }
    }

    /// What it costs to create and end a task's worker, or to hand out a task.
    fn handing_out(&self) -> f64 {
        let creation = self.world.creation;
        match (self.is_python(), self.model) {
            (true, "process") => 2.3e6 * creation,
            (true, "thread") => 78e3 * creation,
            (true, "process-pool") => 90e3,
            (true, "thread-pool") => 12e3,
            (true, "sequential") => 50.0,
            (true, _) => 6e3,
            (false, "process") => 1.09e6 * creation,
            (false, "thread") => 57e3 * creation,
            (false, "process-pool") => 800.0,
            (false, "sequential") => 4.0,
            (false, _) => 300.0,
        }
    }

    /// What its pool takes to start.
    fn start(&self) -> f64 {
        let workers = self.workers as f64;
        match (self.is_python(), self.model) {
            (true, "process-pool") => workers * 4.5e6 * self.world.creation,
            (true, "thread-pool") => workers * 78e3 * self.world.creation,
            (false, "process-pool") => workers * 1.1e6 * self.world.creation,
            (false, "thread-pool" | "rayon" | "async" | "green") => workers * 57e3 * self.world.creation,
            _ => 2e3,
        }
    }

    /// Computing: `each` of CPU time a task, by batches.
    fn computed(&self, each: f64) -> Figures {
        let world = self.world;
        let (tasks, workers, handing_out) = (self.tasks as f64, self.workers.max(1), self.handing_out());
        let each = each * world.slowness;
        let threads = self.threads();
        if threads == 1 {
            let work = tasks * (each + handing_out);
            // A thread that has lost the lock asks for it again: a little on top.
            let on_top = if self.has_lock() && self.is_in_threads() { 1.02 } else { 1.0 };
            let waking = if self.model == "sequential" { CALL_NS } else { WAKING_NS };
            return Figures { wall: work * on_top + waking, cpu: work * on_top, ..Figures::default() };
        }
        let (full, rest) = (self.tasks / workers, self.tasks % workers);
        let (mut wall, mut cpu) = (0.0, 0.0);
        for (batches, at_once) in [(full, workers), (u64::from(rest > 0), rest)] {
            if batches > 0 && at_once > 0 {
                let busy = at_once.min(world.threads());
                let time = batches as f64 * at_once as f64 * each / world.speed(busy, world.sibling_yield);
                wall += time;
                cpu += time * busy as f64 * world.share(busy as f64);
            }
        }
        // One thread hands out, while the others work.
        wall = wall.max(tasks * handing_out);
        Figures {
            wall: wall + 2.0 * WAKING_NS + 5e3 * workers as f64,
            cpu: cpu + tasks * handing_out,
            ..Figures::default()
        }
    }

    pub fn is_in_threads(&self) -> bool {
        matches!(self.model, "thread" | "thread-pool" | "scoped" | "rayon")
    }

    /// Yielding: what each takes of CPU time, and how often the kernel switches.
    fn switching(&self) -> Figures {
        let yields = self.tasks as f64 * self.param("yields");
        let crowded = self.workers > self.world.threads();
        let (each, switches) = match (self.is_python(), self.model) {
            (true, "thread") => (2_100.0, 0.5),
            (true, "thread-pool") => (1_500.0, if crowded { 0.5 } else { 0.02 }),
            (true, "sequential") => (600.0, 0.0),
            (true, _) => (1_200.0, 0.0),
            (false, "thread") if crowded => (1_600.0, 0.97),
            (false, "thread" | "thread-pool" | "sequential") => (500.0, 0.0),
            (false, "async-single") => (45.0, 0.0),
            (false, _) => (65.0, 0.0),
        };
        let each = each * self.world.slowness;
        let base = self.computed(0.0);
        let spread = self.world.speed(self.threads(), self.world.sibling_yield);
        let inflation = self.threads() as f64 * self.world.share(self.threads() as f64) / spread;
        Figures {
            wall: base.wall + yields * each / spread,
            cpu: base.cpu + yields * each * inflation,
            switches: switches * yields + 2.0 * self.tasks as f64,
            ..base
        }
    }

    /// Tasks that it lets wait at a time.
    fn waits_at_once(&self) -> u64 {
        let knows = self.workload != "block";
        match self.model {
            "thread" | "process" => self.tasks,
            "green" | "async" | "async-single" if knows => self.tasks,
            "async-single" | "sequential" => 1,
            "green" if self.has_lock() => 1,
            _ => self.workers.max(1),
        }
    }

    fn waiting(&self) -> Figures {
        let wait = self.param("wait_us").max(self.param("delay_us") * self.param("round_trips")) * 1e3;
        // The timer of tokio has steps of a millisecond; a call that blocks has that of the kernel.
        let has_steps = self.model.starts_with("async") && self.workload != "block";
        let late = WAKING_NS + 60e3 + if has_steps { 1.1e6 } else { 0.0 };
        let at_once = self.waits_at_once();
        let batches = self.tasks.div_ceil(at_once) as f64;
        let computing = if self.workload == "echo" { 30e3 * self.tasks as f64 } else { 0.0 };
        let creation = self.handing_out() * self.tasks as f64;
        // What is handed out while others wait already takes no time.
        let ramp = self.handing_out() * self.tasks.min(at_once) as f64;
        let cpu = creation + computing + 5e3 * self.tasks as f64;
        Figures { wall: batches * (wait + late) + ramp + computing, cpu, ..Figures::default() }
    }

    fn convoy(&self) -> Figures {
        let alone = self.param("delay_us") * 1e3 + 45e3;
        let beside = self.param("beside") > 0.0;
        let on_top = match (beside, self.has_lock()) {
            (false, _) => 0.0,
            (true, true) => self.world.interval_ns + 100e3,
            (true, false) if self.world.threads() == 1 => 2e6,
            (true, false) => 20e3,
        };
        let round_trip = alone + on_top;
        let wall = self.param("round_trips") * round_trip;
        let cpu = if beside { wall } else { 0.05 * wall };
        Figures { wall, cpu, latency: round_trip, ..Figures::default() }
    }

    /// What is to be expected.
    pub fn figures(&self) -> Figures {
        let figures = match self.workload {
            "primes" | "counting" => self.computed(self.each_ns),
            "switch" => self.switching(),
            "empty" => self.computed(0.0),
            "convoy" => self.convoy(),
            _ => coordination::figures(self).unwrap_or_else(|| self.waiting()),
        };
        let switches = if figures.switches > 0.0 { figures.switches } else { self.tasks as f64 + 3.0 };
        Figures { start: self.start(), switches, ..figures }
    }
}
