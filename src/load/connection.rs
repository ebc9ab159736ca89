//! One connection, with the requests on it: what is to be sent, and what has to come back.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;

use regatta_workloads::serving::Load;
use rustix::io::{Errno, read, write};

/// Letters in whose turn requests begin.
const LETTERS: u64 = 26;

/// The requests and replies of a load. There is one for each first letter.
pub(super) struct Lines {
    requests: Vec<Vec<u8>>,
    replies: Vec<Vec<u8>>,
}

impl Lines {
    /// Writes the requests of a load, and what has to come back.
    pub(super) fn new(bytes: usize) -> Self {
        let request = |first| {
            let mut line = vec![0; bytes];
            Load::fill(&mut line, first, 0);
            line
        };
        let requests: Vec<Vec<u8>> = (0..LETTERS).map(request).collect();
        Self { replies: requests.iter().map(|line| line.to_ascii_uppercase()).collect(), requests }
    }

    fn place(connection: u64, trip: u64) -> usize {
        ((connection + trip) % LETTERS) as usize
    }

    /// Returns what task results are: the sum of the bytes of the reply to this request of this connection.
    pub(super) fn sum(&self, connection: u64, trip: u64) -> u64 {
        self.replies[Self::place(connection, trip)].iter().map(|byte| u64::from(*byte)).sum()
    }
}

/// What became of a connection that was read from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// So many replies are whole, and more may come.
    Replies(u64),
    /// The server has closed it.
    Closed,
    /// This byte of a reply is not what it must be: place, wanted, found.
    Wrong(usize, u8, u8),
}

/// A connection.
pub(super) struct Connection {
    pub(super) socket: OwnedFd,
    /// Which one it is, from 0.
    pub(super) index: u64,
    /// Requests that were given to it, wholly sent, and answered.
    pub(super) given: u64,
    pub(super) sent: u64,
    pub(super) answered: u64,
    /// Bytes of the present request that are sent, and of the present reply that have come.
    sent_bytes: usize,
    read_bytes: usize,
    /// From when the latency of each request counts that has no reply yet.
    pub(super) since: VecDeque<u64>,
    /// Whether its socket takes no more for now.
    pub(super) is_full: bool,
    /// When its first request was given to it, and when its last reply came.
    pub(super) first_ns: u64,
    pub(super) last_ns: u64,
}

impl Connection {
    /// Makes one of a socket.
    pub(super) fn new(socket: OwnedFd, index: u64) -> Self {
        Self {
            socket,
            index,
            given: 0,
            sent: 0,
            answered: 0,
            sent_bytes: 0,
            read_bytes: 0,
            since: VecDeque::new(),
            is_full: false,
            first_ns: 0,
            last_ns: 0,
        }
    }

    /// Gives it a request whose latency counts from this moment.
    pub(super) fn give(&mut self, since_ns: u64, now_ns: u64) {
        if self.given == 0 {
            self.first_ns = now_ns;
        }
        self.given += 1;
        self.since.push_back(since_ns);
    }

    /// Sends what it was given, as far as its socket takes it.
    pub(super) fn send(&mut self, lines: &Lines) -> Result<(), Errno> {
        self.is_full = false;
        while self.sent < self.given {
            let request = &lines.requests[Lines::place(self.index, self.sent)];
            match write(&self.socket, &request[self.sent_bytes..]) {
                Ok(length) => self.sent_bytes += length,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    self.is_full = true;
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
            if self.sent_bytes == request.len() {
                (self.sent, self.sent_bytes) = (self.sent + 1, 0);
            }
        }
        Ok(())
    }

    /// Reads once, and compares each byte.
    pub(super) fn read(&mut self, lines: &Lines, chunk: &mut [u8]) -> Result<Read, Errno> {
        let mut rest = match read(&self.socket, &mut *chunk) {
            Ok(0) => return Ok(Read::Closed),
            Ok(length) => &chunk[..length],
            Err(Errno::AGAIN | Errno::INTR) => return Ok(Read::Replies(0)),
            Err(Errno::CONNRESET | Errno::PIPE) => return Ok(Read::Closed),
            Err(error) => return Err(error),
        };
        let mut whole = 0;
        while !rest.is_empty() {
            if self.answered + whole == self.given {
                return Ok(Read::Wrong(0, 0, rest[0]));
            }
            let reply = &lines.replies[Lines::place(self.index, self.answered + whole)];
            let length = rest.len().min(reply.len() - self.read_bytes);
            let (found, wanted) = (&rest[..length], &reply[self.read_bytes..self.read_bytes + length]);
            if found != wanted {
                let place = found.iter().zip(wanted).position(|(found, wanted)| found != wanted).unwrap_or(0);
                return Ok(Read::Wrong(self.read_bytes + place, wanted[place], found[place]));
            }
            self.read_bytes += length;
            rest = &rest[length..];
            if self.read_bytes == reply.len() {
                (self.read_bytes, whole) = (0, whole + 1);
            }
        }
        Ok(Read::Replies(whole))
    }
}
