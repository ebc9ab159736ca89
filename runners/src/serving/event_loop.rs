//! Many connections on one thread. The models differ in how they learn which of them is ready.
//!
//! Computing stalls all others, for there is one thread. Waiting does not: an answer that is due later is kept until then.

use std::collections::VecDeque;
use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use regatta_workloads::serving::Terms;
use rustix::io::{Errno, read, write};
use rustix::net::{SocketFlags, accept_with, sockopt};

use super::lines::{CHUNK, Lines};
use super::socket::{Accepted, BACK_OFF, accepted};

/// The token of what listens. Those of connections come after.
const LISTENER: usize = 0;
/// Most connections that are accepted before the others have their turn.
const MOST_ACCEPTED: usize = 64;
/// Most reads of a connection before the others have their turn.
const MOST_READS: usize = 16;

/// What is waited for on a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interest {
    pub(super) read: bool,
    pub(super) write: bool,
}

impl Interest {
    const READ: Self = Self { read: true, write: false };
    const NONE: Self = Self { read: false, write: false };
}

/// How a loop learns which sockets are ready.
pub(super) trait Readiness {
    /// Whether it tells only once of what comes, so that a socket has to be read until nothing is left.
    const DRAINS: bool = false;

    /// Watches a new socket, or takes another interest in one that it knows.
    ///
    /// # Errors
    /// If it cannot watch it. The connection is closed then.
    fn watch(&mut self, _socket: BorrowedFd<'_>, _token: usize, _interest: Interest, _is_new: bool) -> io::Result<()> {
        Ok(())
    }

    /// Waits until a socket is ready or the time is up, and adds the tokens of those that are.
    fn wait(&mut self, sockets: &Sockets, timeout: Duration, ready: &mut Vec<usize>) -> io::Result<()>;
}

/// All sockets of a loop.
pub(super) struct Sockets {
    listener: TcpListener,
    accepts: Interest,
    connections: Vec<Option<Connection>>,
}

impl Sockets {
    /// Returns each socket with its token and what is waited for on it.
    pub(super) fn watched(&self) -> impl Iterator<Item = (usize, BorrowedFd<'_>, Interest)> {
        let places = self.connections.iter().enumerate();
        let connections =
            places.filter_map(|(place, of)| of.as_ref().map(|of| (place + 1, of.socket.as_fd(), of.interest)));
        std::iter::once((LISTENER, self.listener.as_fd(), self.accepts)).chain(connections)
    }
}

/// A connection.
struct Connection {
    socket: OwnedFd,
    /// Tells it from those that had its place before.
    number: u64,
    lines: Lines,
    /// What is to be written: the rest of an answer, or an answer that is not due yet.
    output: Vec<u8>,
    /// Whether the answer is due later.
    waits: bool,
    /// Whether the client will send no more.
    ended: bool,
    /// When it was accepted, or began its last answer.
    since: Instant,
    interest: Interest,
}

/// What a connection does next.
enum Next {
    /// It waits for its socket.
    Socket,
    /// Its answer is due later.
    Due,
    /// It has more to do, after the others.
    Again,
    Closed,
}

impl Connection {
    /// Goes on as far as it goes without waiting. `is_ready` says that the socket may have something.
    fn advance(
        &mut self,
        terms: Terms,
        chunk: &mut [u8],
        drains: bool,
        is_ready: bool,
        now: Instant,
    ) -> io::Result<Next> {
        if self.waits {
            // Something comes before the answer is due: it is left where it is. What is told even of a socket that is of no interest is
            // that the connection has broken.
            let is_broken = self.interest == Interest::NONE;
            if !drains {
                self.interest = Interest::NONE;
            }
            return Ok(if is_broken { Next::Closed } else { Next::Socket });
        }
        let mut reads = 0;
        loop {
            if !self.flush()? {
                self.interest = Interest { read: false, write: true };
                return Ok(Next::Socket);
            }
            self.interest = Interest::READ;
            if let Some(line) = self.lines.next() {
                self.since = now;
                terms.answer(line);
                if terms.wait_us > 0 {
                    self.output.extend_from_slice(line);
                    self.waits = true;
                    return Ok(Next::Due);
                }
                let written = written(write(&self.socket, line))?;
                self.output.extend_from_slice(&line[written..]);
                continue;
            }
            if self.ended {
                return Ok(Next::Closed);
            }
            if !drains && (reads > 0 || !is_ready) {
                return Ok(Next::Socket);
            }
            if reads == MOST_READS {
                return Ok(Next::Again);
            }
            reads += 1;
            match read(&self.socket, &mut *chunk) {
                Ok(0) => self.ended = true,
                Ok(length) => self.lines.push(&chunk[..length])?,
                Err(Errno::AGAIN) => return Ok(Next::Socket),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Writes what is to be written; false if the socket takes no more.
    fn flush(&mut self) -> io::Result<bool> {
        if !self.output.is_empty() {
            let written = written(write(&self.socket, &self.output))?;
            self.output.drain(..written);
        }
        Ok(self.output.is_empty())
    }
}

/// Returns how much was written, which may be nothing.
fn written(result: Result<usize, Errno>) -> io::Result<usize> {
    match result {
        Err(Errno::AGAIN | Errno::INTR) => Ok(0),
        other => Ok(other?),
    }
}

/// A loop that serves all connections.
pub(super) struct EventLoop<R> {
    readiness: R,
    terms: Terms,
    sockets: Sockets,
    /// Places of connections that have gone.
    free: Vec<usize>,
    /// Connections so far.
    accepted: u64,
    /// Answers that are due later, in the order in which they are: token and number of the connection.
    due: VecDeque<(Instant, usize, u64)>,
    /// Connections that have more to do.
    again: Vec<usize>,
    /// When it accepts again, if it could not.
    accepts_at: Option<Instant>,
    /// When it looks again for connections that have said nothing for too long.
    sweeps_at: Instant,
    chunk: Box<[u8]>,
}

impl<R: Readiness> EventLoop<R> {
    /// Makes a loop that accepts from this listener.
    pub(super) fn new(listener: TcpListener, terms: Terms, mut readiness: R) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        readiness.watch(listener.as_fd(), LISTENER, Interest::READ, true)?;
        Ok(Self {
            readiness,
            terms,
            sockets: Sockets { listener, accepts: Interest::READ, connections: Vec::new() },
            free: Vec::new(),
            accepted: 0,
            due: VecDeque::new(),
            again: Vec::new(),
            accepts_at: None,
            sweeps_at: Instant::now() + terms.patience() / 4,
            chunk: vec![0; CHUNK].into(),
        })
    }

    /// Serves for ever.
    pub(super) fn run(mut self) -> io::Result<()> {
        let mut ready = Vec::new();
        loop {
            self.readiness.wait(&self.sockets, self.timeout(), &mut ready)?;
            let now = Instant::now();
            ready.append(&mut self.again);
            for token in ready.drain(..) {
                if token == LISTENER { self.accept(now)? } else { self.advance(token, true, now) }
            }
            self.answer_what_is_due(now);
            if self.accepts_at.is_some_and(|at| at <= now) {
                self.accepts_at = None;
                self.listen(Interest::READ)?;
                self.accept(now)?;
            }
            if self.sweeps_at <= now {
                self.sweep(now);
            }
        }
    }

    /// Returns how long nothing is to be done.
    fn timeout(&self) -> Duration {
        if !self.again.is_empty() {
            return Duration::ZERO;
        }
        let due = self.due.front().map(|(at, ..)| *at);
        let next = [due, self.accepts_at].into_iter().flatten().fold(self.sweeps_at, Instant::min);
        next.saturating_duration_since(Instant::now())
    }

    fn listen(&mut self, interest: Interest) -> io::Result<()> {
        self.sockets.accepts = interest;
        self.readiness.watch(self.sockets.listener.as_fd(), LISTENER, interest, false)
    }

    fn accept(&mut self, now: Instant) -> io::Result<()> {
        for _ in 0..MOST_ACCEPTED {
            let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
            match accepted(accept_with(&self.sockets.listener, flags).map_err(io::Error::from))? {
                Accepted::Connection(socket) => self.add(socket, now),
                Accepted::Nobody => return Ok(()),
                Accepted::Later => {
                    self.accepts_at = Some(now + BACK_OFF);
                    return self.listen(Interest::NONE);
                }
            }
        }
        // Who tells only once does not tell again of those that are left.
        if R::DRAINS {
            self.again.push(LISTENER);
        }
        Ok(())
    }

    fn add(&mut self, socket: OwnedFd, now: Instant) {
        let place = self.free.pop().unwrap_or_else(|| {
            self.sockets.connections.push(None);
            self.sockets.connections.len() - 1
        });
        self.accepted += 1;
        let is_watched = sockopt::set_tcp_nodelay(&socket, true)
            .map_err(io::Error::from)
            .and_then(|()| self.readiness.watch(socket.as_fd(), place + 1, Interest::READ, true));
        // One that cannot be watched is closed.
        if is_watched.is_err() {
            self.free.push(place);
            return;
        }
        self.sockets.connections[place] = Some(Connection {
            socket,
            number: self.accepted,
            lines: Lines::default(),
            output: Vec::new(),
            waits: false,
            ended: false,
            since: now,
            interest: Interest::READ,
        });
    }

    /// Has a connection go on, if it is still there.
    fn advance(&mut self, token: usize, is_ready: bool, now: Instant) {
        let place = token - 1;
        let Some(Some(connection)) = self.sockets.connections.get_mut(place) else { return };
        let before = connection.interest;
        let next = connection.advance(self.terms, &mut self.chunk, R::DRAINS, is_ready, now);
        let changed = connection.interest != before;
        match next {
            Ok(Next::Closed) | Err(_) => return self.close(place),
            Ok(Next::Due) => self.due.push_back((Instant::now() + self.terms.wait(), token, connection.number)),
            Ok(Next::Again) => self.again.push(token),
            Ok(Next::Socket) => {}
        }
        if changed && self.readiness.watch(connection.socket.as_fd(), token, connection.interest, false).is_err() {
            self.close(place);
        }
    }

    fn answer_what_is_due(&mut self, now: Instant) {
        while let Some((_, token, number)) = self.due.pop_front_if(|(at, ..)| *at <= now) {
            if let Some(Some(connection)) = self.sockets.connections.get_mut(token - 1)
                && connection.number == number
            {
                connection.waits = false;
                self.advance(token, false, now);
            }
        }
    }

    /// Closes the connections that have said nothing for too long, or not read.
    fn sweep(&mut self, now: Instant) {
        self.sweeps_at = now + self.terms.patience() / 4;
        for place in 0..self.sockets.connections.len() {
            let is_late =
                |of: &Connection| !of.waits && now.saturating_duration_since(of.since) > self.terms.patience();
            if self.sockets.connections[place].as_ref().is_some_and(is_late) {
                self.close(place);
            }
        }
    }

    fn close(&mut self, place: usize) {
        self.sockets.connections[place] = None;
        self.free.push(place);
    }
}
