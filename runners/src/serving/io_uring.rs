//! `io-uring-server`: one thread that hands its calls to the kernel, and is told when they are done.

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::{Duration, Instant};

use io_uring::squeue::Entry;
use io_uring::types::{Fd, Timespec};
use io_uring::{IoUring, opcode};
use nix::libc;
use regatta_workloads::serving::Terms;
use rustix::net::{Shutdown, shutdown, sockopt};

use super::lines::{CHUNK, Lines};
use super::socket::{Accepted, BACK_OFF, accepted, listen};
use super::{Job, ServerModel};

/// Calls that are handed over at once, at most.
const ENTRIES: u32 = 1_024;
/// The token of the call that accepts. Those of connections are their places.
const ACCEPT: u64 = u64::MAX;
/// The token of the time after which it accepts again.
const ACCEPT_LATER: u64 = u64::MAX - 1;
/// The token of the time after which it looks for connections that have said nothing for too long.
const SWEEP: u64 = u64::MAX - 2;

/// Hands over what is to be read and written, with the memory for it, and goes on with what is done.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "io-uring-server",
    about: "one thread that hands its calls to the kernel and is told when they are done (io_uring)",
    available,
    serve,
    ..ServerModel::LOOP
};

fn available() -> Result<(), String> {
    match IoUring::new(8) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("the kernel does not give io_uring to this process ({error})")),
    }
}

/// A connection, which has one call under way, always.
struct Connection {
    socket: OwnedFd,
    chunk: Box<[u8; CHUNK]>,
    lines: Lines,
    output: Vec<u8>,
    /// How much of the output is written.
    written: usize,
    state: State,
    since: Instant,
}

/// What call is under way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Reads,
    /// An answer is due later.
    Waits,
    Writes,
}

/// The server: what it owns outlives all calls, for it serves until the process ends.
struct Ring {
    ring: IoUring,
    listener: TcpListener,
    terms: Terms,
    connections: Vec<Option<Box<Connection>>>,
    free: Vec<usize>,
    wait: Box<Timespec>,
    back_off: Box<Timespec>,
    between_sweeps: Box<Timespec>,
}

fn timespec(time: Duration) -> Box<Timespec> {
    Box::new(Timespec::new().sec(time.as_secs()).nsec(time.subsec_nanos()))
}

impl Ring {
    /// Hands a call over with the next that are.
    fn push(&mut self, call: Entry, token: u64) -> io::Result<()> {
        let call = call.user_data(token);
        // SAFETY: what a call points to is in a box: of this server, or of a connection that has no other call under way and is kept until
        // this one is done.
        while unsafe { self.ring.submission().push(&call) }.is_err() {
            self.ring.submit()?;
        }
        Ok(())
    }

    fn accept(&mut self) -> io::Result<()> {
        let listener = Fd(self.listener.as_raw_fd());
        let call = opcode::Accept::new(listener, std::ptr::null_mut(), std::ptr::null_mut()).flags(libc::SOCK_CLOEXEC);
        self.push(call.build(), ACCEPT)
    }

    fn after(&mut self, time: *const Timespec, token: u64) -> io::Result<()> {
        self.push(opcode::Timeout::new(time).build(), token)
    }

    /// Serves for ever.
    fn run(mut self) -> io::Result<()> {
        self.accept()?;
        self.after(&raw const *self.between_sweeps, SWEEP)?;
        let mut done = Vec::new();
        loop {
            match self.ring.submit_and_wait(1) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            done.extend(self.ring.completion().map(|entry| (entry.user_data(), entry.result())));
            for (token, result) in done.drain(..) {
                match token {
                    ACCEPT => self.accepted(result)?,
                    ACCEPT_LATER => self.accept()?,
                    SWEEP => self.sweep()?,
                    place => self.go_on(place as usize, result)?,
                }
            }
        }
    }

    fn accepted(&mut self, result: i32) -> io::Result<()> {
        let socket = if result < 0 {
            Err(io::Error::from_raw_os_error(-result))
        } else {
            // SAFETY: the kernel has just made it, for nobody else.
            Ok(unsafe { OwnedFd::from_raw_fd(result) })
        };
        match accepted(socket)? {
            Accepted::Connection(socket) => self.add(socket)?,
            Accepted::Nobody => {}
            Accepted::Later => return self.after(&raw const *self.back_off, ACCEPT_LATER),
        }
        self.accept()
    }

    fn add(&mut self, socket: OwnedFd) -> io::Result<()> {
        if sockopt::set_tcp_nodelay(&socket, true).is_err() {
            return Ok(());
        }
        let place = self.free.pop().unwrap_or_else(|| {
            self.connections.push(None);
            self.connections.len() - 1
        });
        self.connections[place] = Some(Box::new(Connection {
            socket,
            chunk: Box::new([0; CHUNK]),
            lines: Lines::default(),
            output: Vec::new(),
            written: 0,
            state: State::Reads,
            since: Instant::now(),
        }));
        self.call(place)
    }

    /// Takes in what a call of a connection gave, and makes the next one.
    fn go_on(&mut self, place: usize, result: i32) -> io::Result<()> {
        let Some(Some(connection)) = self.connections.get_mut(place) else { return Ok(()) };
        let length = usize::try_from(result).unwrap_or(0);
        let goes_on = match connection.state {
            // The time is up, which the kernel tells as an error.
            State::Waits => true,
            State::Reads => length > 0 && connection.lines.push(&connection.chunk[..length]).is_ok(),
            State::Writes => {
                connection.written += length;
                length > 0
            }
        };
        let is_again = result == -libc::EINTR || result == -libc::EAGAIN;
        if goes_on || is_again {
            return self.call(place);
        }
        self.connections[place] = None;
        self.free.push(place);
        Ok(())
    }

    /// Makes the next call of a connection.
    fn call(&mut self, place: usize) -> io::Result<()> {
        let Some(Some(connection)) = self.connections.get_mut(place) else { return Ok(()) };
        let fd = Fd(connection.socket.as_raw_fd());
        let has_more = connection.written < connection.output.len();
        let had_waited = connection.state == State::Waits;
        if !has_more && let Some(line) = connection.lines.next() {
            self.terms.answer(line);
            connection.output.clear();
            connection.output.extend_from_slice(line);
            (connection.written, connection.since) = (0, Instant::now());
            if self.terms.wait_us > 0 {
                connection.state = State::Waits;
                return self.after(&raw const *self.wait, place as u64);
            }
        }
        debug_assert!(!had_waited || has_more, "who waits has an answer");
        let rest = &connection.output[connection.written..];
        let call = if rest.is_empty() {
            connection.state = State::Reads;
            opcode::Recv::new(fd, connection.chunk.as_mut_ptr(), CHUNK as u32).build()
        } else {
            connection.state = State::Writes;
            let length = u32::try_from(rest.len()).unwrap_or(u32::MAX);
            opcode::Send::new(fd, rest.as_ptr(), length).flags(libc::MSG_NOSIGNAL).build()
        };
        self.push(call, place as u64)
    }

    /// Ends the connections that have said nothing for too long, or not read. Their calls come to an end by that.
    fn sweep(&mut self) -> io::Result<()> {
        for connection in self.connections.iter().flatten() {
            if connection.state != State::Waits && connection.since.elapsed() > self.terms.patience() {
                // One that has gone already is told so by its call.
                let _ = shutdown(&connection.socket, Shutdown::Both);
            }
        }
        self.after(&raw const *self.between_sweeps, SWEEP)
    }
}

fn serve(job: &Job) -> io::Result<()> {
    let listener = listen()?;
    let address = listener.local_addr()?;
    let ring = Ring {
        ring: IoUring::new(ENTRIES)?,
        listener,
        terms: job.terms,
        connections: Vec::new(),
        free: Vec::new(),
        wait: timespec(job.terms.wait()),
        back_off: timespec(BACK_OFF),
        between_sweeps: timespec(job.terms.patience() / 4),
    };
    job.announce(address)?;
    ring.run()
}
