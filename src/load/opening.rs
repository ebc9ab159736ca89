//! How connections come about: from changing addresses, and not more at once than the queue of a listener holds.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use regatta_runners::serving::Transport;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, connect, socket_with, sockopt};

/// Connections of one address: fewer than it has ports.
const OF_ADDRESS: u64 = 20_000;
/// Connections that are asked for before the first of them is there.
const AT_ONCE: usize = 256;
/// How long a connection may take.
const PATIENCE: Timespec = Timespec { tv_sec: 10, tv_nsec: 0 };

/// The next address of this process. A port that was used rests for a minute, so no address is soon used again.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Opens so many connections, in order.
pub(super) fn open(server: SocketAddr, transport: Transport, count: u64) -> io::Result<Vec<OwnedFd>> {
    let mut sockets = Vec::new();
    let mut source = Ipv4Addr::LOCALHOST;
    while (sockets.len() as u64) < count {
        let begun = sockets.len();
        let left = usize::try_from(count).unwrap_or(usize::MAX) - begun;
        for _ in 0..left.min(AT_ONCE) {
            if (sockets.len() as u64).is_multiple_of(OF_ADDRESS) {
                source = next_address();
            }
            sockets.push(begin(server, transport, source)?);
        }
        sockets[begun..].iter().try_for_each(await_connection)?;
    }
    Ok(sockets)
}

/// Returns an address of 127.0.0.0/8 that none of this process's connections had lately.
fn next_address() -> Ipv4Addr {
    // Processes begin at different places.
    let number = NEXT.fetch_add(1, Relaxed).wrapping_add(std::process::id().wrapping_mul(251));
    let [_, _, high, low] = number.to_be_bytes();
    Ipv4Addr::new(127, 1 + high % 250, low, 1)
}

/// Asks for a connection, and does not wait for it.
fn begin(server: SocketAddr, transport: Transport, source: Ipv4Addr) -> io::Result<OwnedFd> {
    let kind = match transport {
        Transport::Tcp => SocketType::STREAM,
        Transport::Udp => SocketType::DGRAM,
    };
    let socket = socket_with(AddressFamily::INET, kind, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC, None)?;
    if transport == Transport::Tcp {
        sockopt::set_tcp_nodelay(&socket, true)?;
    }
    bind(&socket, &SocketAddr::from((source, 0)))?;
    match connect(&socket, &server) {
        Ok(()) | Err(Errno::INPROGRESS) => Ok(socket),
        Err(error) => Err(error.into()),
    }
}

fn await_connection(socket: &OwnedFd) -> io::Result<()> {
    let mut asked = [PollFd::new(socket, PollFlags::OUT)];
    if rustix::io::retry_on_intr(|| poll(&mut asked, Some(&PATIENCE)))? == 0 {
        return Err(io::ErrorKind::TimedOut.into());
    }
    Ok(sockopt::socket_error(socket)??)
}
