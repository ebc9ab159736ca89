//! The requests on their way.
//!
//! *Closed*: each connection sends when it has its reply. *Open*: requests have times of their own, and latency counts from those times,
//! so a server that stalls does not stop the clock (coordinated omission).

use std::collections::BTreeMap;
use std::io;
use std::mem::MaybeUninit;
use std::num::NonZeroU64;
use std::os::fd::OwnedFd;
use std::time::Duration;

use regatta_runners::serving::Transport;
use regatta_workloads::Tally;
use regatta_workloads::serving::Load;
use rustix::event::Timespec;
use rustix::event::epoll::{CreateFlags, Event, EventData, EventFlags, add, create, modify, wait};
use rustix::io::Errno;
use rustix::thread::set_current_timer_slack;

use super::certificate::Seen;
use super::connection::{Connection, Lines, Read};
use super::kernel::Counts;
use super::opening::open;
use super::orders::{Answer, Measured, Order};
use crate::recorder::{Recorder, cpu_time_of_thread, histogram};

/// How long nothing may come while replies are missing.
const SILENCE: Duration = Duration::from_secs(10);
/// The same of datagrams, which may be lost.
const SILENCE_UDP: Duration = Duration::from_secs(1);
/// Bytes that are read at once.
const CHUNK: usize = 1 << 16;
/// Sockets that the kernel tells of in one call, at most.
const MOST_EVENTS: usize = 256;

/// How fast the generator is. Tests slow it down.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pace {
    /// For how long it computes for each reply, nanoseconds.
    pub(super) computes_ns: u64,
}

/// Why there is nothing to measure.
#[derive(Debug)]
pub(super) enum Trouble {
    Wrong(String),
    Failed(String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Failed(format!("the load generator: {error}"))
    }
}

impl From<Errno> for Trouble {
    fn from(error: Errno) -> Self {
        io::Error::from(error).into()
    }
}

/// Sends what an order says, and waits for the replies. `held` is called while all connections are open after that, if the order asks.
pub(super) fn send(order: &Order, pace: Pace, held: impl FnOnce() -> io::Result<()>) -> Answer {
    match Traffic::carry_out(order, pace, held) {
        Ok((measured, None)) => Answer::Done(Box::new(measured)),
        Ok((_, Some(message))) => Answer::Void { message },
        Err(Trouble::Wrong(message)) => Answer::Wrong { message },
        Err(Trouble::Failed(message)) => Answer::Failed { message },
    }
}

/// Traffic under way.
pub(super) struct Traffic {
    load: Load,
    pace: Pace,
    lines: Lines,
    /// None once it has done its part.
    connections: Vec<Option<Connection>>,
    /// Whether connections stay open when they have done their part.
    keeps: bool,
    kept: Vec<Connection>,
    events: OwnedFd,
    silence: Duration,
    latencies: Vec<u64>,
    tally: Tally,
    /// Requests that were given to connections.
    given: u64,
    /// When the first one was, nanoseconds.
    begin_ns: u64,
    last_ns: u64,
    /// Open load: requests under way, added up over time until `last_ns`.
    under_way_ns: u64,
    /// Closed load: the time from the first request to the last reply of each connection, and its requests a second.
    active_ns: u64,
    rates: Vec<f64>,
}

impl Traffic {
    /// Does as [`send`], and gives what was measured even if it is void, with the reason.
    pub(super) fn carry_out(
        order: &Order,
        pace: Pace,
        held: impl FnOnce() -> io::Result<()>,
    ) -> Result<(Measured, Option<String>), Trouble> {
        let &Order { server, transport, load, hold } = order;
        // Timers are as exact as the kernel makes them.
        let _ = set_current_timer_slack(NonZeroU64::new(1));
        let before = Counts::read();
        let refused = |error: io::Error| {
            let why = Counts::read().trouble_since(&before).map(|trouble| format!("; meanwhile {trouble}"));
            (error.kind(), format!("the server cannot be reached: {error}{}", why.unwrap_or_default()))
        };
        let opened = open(server, transport, load.idle)
            .and_then(|idle| Ok((idle, open(server, transport, load.connections)?)))
            .map_err(refused);
        let (idle, sockets) = match opened {
            Ok(opened) => opened,
            // A queue that is full is no answer of the server.
            Err((io::ErrorKind::TimedOut, message)) => return Ok((Measured::default(), Some(message))),
            Err((_, message)) => return Err(Trouble::Failed(message)),
        };
        let mut traffic = Self::new(load, pace, sockets, hold || load.rest_ms > 0, transport)?;
        let cpu_ns = traffic.exchange()?;
        let seen = traffic.seen(cpu_ns);
        if load.rest_ms > 0 {
            std::thread::sleep(Duration::from_millis(load.rest_ms));
        }
        let void = seen.void(&before, &Counts::read());
        // What connections take is there to be seen, whatever is wrong with the times.
        if hold && seen.sent == seen.received {
            held()?;
        }
        drop(idle);
        Ok((traffic.measured(&seen)?, void))
    }

    fn new(load: Load, pace: Pace, sockets: Vec<OwnedFd>, keeps: bool, transport: Transport) -> Result<Self, Trouble> {
        let events = create(CreateFlags::CLOEXEC)?;
        for (token, socket) in (0..).zip(&sockets) {
            add(&events, socket, EventData::new_u64(token), EventFlags::IN)?;
        }
        let connections = (0..).zip(sockets).map(|(index, socket)| Some(Connection::new(socket, index))).collect();
        let tasks = usize::try_from(load.tasks()).unwrap_or(0);
        Ok(Self {
            load,
            pace,
            lines: Lines::new(load.bytes),
            connections,
            keeps,
            kept: Vec::new(),
            events,
            silence: if transport == Transport::Udp { SILENCE_UDP } else { SILENCE },
            latencies: Vec::with_capacity(tasks),
            tally: Tally::default(),
            given: 0,
            begin_ns: 0,
            last_ns: 0,
            under_way_ns: 0,
            active_ns: 0,
            rates: Vec::new(),
        })
    }

    fn is_open(&self) -> bool {
        self.load.rate > 0
    }

    /// Returns when a request is to be sent, nanoseconds.
    fn time_of(&self, request: u64) -> u64 {
        let after = u128::from(request) * 1_000_000_000 / u128::from(self.load.rate.max(1));
        self.begin_ns + u64::try_from(after).unwrap_or(u64::MAX / 2)
    }

    /// Sends all requests and waits for the replies, until all are there or nothing comes any more. Returns the CPU time that it took.
    fn exchange(&mut self) -> Result<u64, Trouble> {
        let mut events = Box::new([MaybeUninit::<Event>::uninit(); MOST_EVENTS]);
        let mut chunk = vec![0; CHUNK];
        let cpu = cpu_time_of_thread();
        self.begin_ns = Recorder::now_ns();
        self.last_ns = self.begin_ns;
        if !self.is_open() {
            for place in 0..self.connections.len() {
                self.give(place, None)?;
            }
        }
        let mut heard_ns = self.begin_ns;
        while self.tally.tasks < self.load.tasks() {
            let now = Recorder::now_ns();
            let next = self.give_what_is_due(now)?;
            let silent_at = heard_ns + self.silence.as_nanos() as u64;
            if now >= silent_at && self.given > self.tally.tasks {
                break;
            }
            let until = next.unwrap_or(u64::MAX).min(silent_at).saturating_sub(Recorder::now_ns());
            let timeout = Timespec::try_from(Duration::from_nanos(until)).map_err(io::Error::other)?;
            let ready = match wait(&self.events, &mut events[..], Some(&timeout)) {
                Ok((ready, _)) => ready,
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            for event in &*ready {
                let (place, flags) = (event.data.u64() as usize, event.flags);
                if flags.contains(EventFlags::OUT) {
                    self.go_on_sending(place)?;
                }
                if flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR) {
                    heard_ns = self.receive(place, &mut chunk)?;
                }
            }
        }
        Ok(cpu_time_of_thread().saturating_sub(cpu))
    }

    /// Gives the requests whose time has come to their connections. Returns the time of the next one, if there is one.
    fn give_what_is_due(&mut self, now: u64) -> Result<Option<u64>, Trouble> {
        while self.is_open() && self.given < self.load.tasks() {
            let time = self.time_of(self.given);
            if time > now {
                return Ok(Some(time));
            }
            let place = (self.given % self.load.connections) as usize;
            self.give(place, Some(time))?;
        }
        Ok(None)
    }

    /// Gives a request to a connection, which counts from now or from the time that it should have been sent at.
    fn give(&mut self, place: usize, time: Option<u64>) -> Result<(), Trouble> {
        let now = Recorder::now_ns();
        self.count_time(now);
        let Some(connection) = &mut self.connections[place] else { return Ok(()) };
        connection.give(time.unwrap_or(now), now);
        self.given += 1;
        self.go_on_sending(place)
    }

    fn go_on_sending(&mut self, place: usize) -> Result<(), Trouble> {
        let Some(connection) = &mut self.connections[place] else { return Ok(()) };
        let was_full = connection.is_full;
        match connection.send(&self.lines) {
            // Reading tells more of it.
            Ok(()) | Err(Errno::PIPE | Errno::CONNRESET) => {}
            // The kernel tells of a datagram that nobody received, or that found no room. It is lost.
            Err(Errno::CONNREFUSED | Errno::NOBUFS) => {}
            Err(error) => return Err(error.into()),
        }
        if connection.is_full != was_full {
            let mut flags = EventFlags::IN;
            flags.set(EventFlags::OUT, connection.is_full);
            modify(&self.events, &connection.socket, EventData::new_u64(place as u64), flags)?;
        }
        Ok(())
    }

    /// Adds the time since the last change to the requests under way.
    fn count_time(&mut self, now: u64) {
        self.under_way_ns += (self.given - self.tally.tasks) * now.saturating_sub(self.last_ns);
        self.last_ns = now;
    }

    /// Reads from a connection and returns when.
    fn receive(&mut self, place: usize, chunk: &mut [u8]) -> Result<u64, Trouble> {
        let Some(connection) = &mut self.connections[place] else { return Ok(Recorder::now_ns()) };
        let read = connection.read(&self.lines, chunk)?;
        let now = Recorder::now_ns();
        let whole = match read {
            Read::Replies(whole) => whole,
            Read::Closed => {
                let (index, answered) = (connection.index, connection.answered);
                return Err(Trouble::Failed(format!(
                    "the server closed connection {index} after {answered} of {} replies",
                    self.load.requests
                )));
            }
            Read::Wrong(byte, wanted, found) => {
                let (index, trip) = (connection.index, connection.answered);
                return Err(Trouble::Wrong(format!(
                    "byte {byte} of the reply to request {trip} of connection {index} is {found:#04x} instead of {wanted:#04x}"
                )));
            }
        };
        self.count_time(now);
        for _ in 0..whole {
            self.take_reply(place, now)?;
        }
        Ok(now)
    }

    /// Takes a whole reply, and has the connection send its next request if it waited for that.
    fn take_reply(&mut self, place: usize, now: u64) -> Result<(), Trouble> {
        let Some(connection) = &mut self.connections[place] else { return Ok(()) };
        let since = connection.since.pop_front().unwrap_or(now);
        let index = connection.index * self.load.requests + connection.answered;
        self.tally.add(index, self.lines.sum(connection.index, connection.answered));
        self.latencies.push(now.saturating_sub(since));
        connection.answered += 1;
        connection.last_ns = now;
        if self.pace.computes_ns > 0 {
            while Recorder::now_ns() < now + self.pace.computes_ns {
                std::hint::spin_loop();
            }
        }
        if connection.answered < self.load.requests {
            return if self.is_open() { Ok(()) } else { self.give(place, None) };
        }
        let done = self.connections[place].take();
        if let Some(connection) = done {
            self.active_ns += connection.last_ns - connection.first_ns;
            // From the beginning for all: one that was not served for long had its requests at a low rate.
            let seconds = (connection.last_ns - self.begin_ns).max(1) as f64 / 1e9;
            self.rates.push(connection.answered as f64 / seconds);
            if self.keeps {
                rustix::event::epoll::delete(&self.events, &connection.socket)?;
                self.kept.push(connection);
            }
        }
        Ok(())
    }

    fn seen(&self, cpu_ns: u64) -> Seen {
        let is_open = self.is_open();
        Seen {
            sent: self.given,
            received: self.tally.tasks,
            elapsed_ns: self.last_ns - self.begin_ns,
            cpu_ns,
            under_way_ns: if is_open { self.under_way_ns } else { self.active_ns },
            latencies_ns: self.latencies.iter().sum(),
            is_open,
        }
    }

    fn measured(mut self, seen: &Seen) -> Result<Measured, Trouble> {
        let replies = histogram(&self.latencies).map_err(io::Error::other)?;
        self.latencies.sort_unstable();
        let late = self.latencies.len().saturating_sub(1) as f64 * 0.999;
        let p999 = self.latencies.get(late.ceil() as usize).copied().unwrap_or(0);
        let figures = [
            ("replies_per_s", seen.received as f64 * 1e9 / seen.elapsed_ns.max(1) as f64),
            ("p999_ns", p999 as f64),
            ("fairness", fairness(&self.rates)),
            ("generator_cores", seen.share()),
            ("littles_law_off_by", seen.off_by()),
        ];
        let figures: BTreeMap<String, f64> = figures.map(|(name, figure)| (name.to_owned(), figure)).into();
        Ok(Measured { tasks: self.tally.tasks, checksum: self.tally.checksum, replies, figures })
    }
}

/// Returns how evenly connections were served: 1 if all alike, down to 1/n if one of n had everything (Jain, Chiu, Hawe 1984).
fn fairness(rates: &[f64]) -> f64 {
    let (sum, squares) = rates.iter().fold((0.0, 0.0), |(sum, squares), rate| (sum + rate, squares + rate * rate));
    if squares > 0.0 { sum * sum / (rates.len() as f64 * squares) } else { 1.0 }
}
