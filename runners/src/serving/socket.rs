//! What listens and what is accepted: the same for all models.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, listen as start_listening, socket_with, sockopt};

/// Connections that may wait to be accepted. The kernel cuts it down to `somaxconn`.
const BACKLOG: i32 = 4_096;
/// How long a server waits before it accepts again when it could not.
pub(super) const BACK_OFF: Duration = Duration::from_millis(10);

/// Listens on a free port of the loopback interface.
pub(super) fn listen() -> io::Result<TcpListener> {
    listen_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), false)
}

/// Listens at an address, which others may share if they all say so.
pub(super) fn listen_at(address: SocketAddr, is_shared: bool) -> io::Result<TcpListener> {
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    sockopt::set_socket_reuseport(&socket, is_shared)?;
    bind(&socket, &address)?;
    start_listening(&socket, BACKLOG)?;
    Ok(socket.into())
}

/// Receives datagrams on a free port of the loopback interface.
pub(super) fn receive() -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    // As many as the kernel allows: what does not fit is lost.
    sockopt::set_socket_recv_buffer_size(&socket, 1 << 22)?;
    Ok(socket)
}

/// What became of an attempt to accept a connection.
pub(super) enum Accepted<T> {
    /// It is there.
    Connection(T),
    /// None is waiting, or the one that was has gone.
    Nobody,
    /// Out of descriptors or memory. It stays in the queue, so asking again at once would be asking for ever.
    Later,
}

/// Sorts what accepting gave.
///
/// # Errors
/// If it will never give anything.
pub(super) fn accepted<T>(result: io::Result<T>) -> io::Result<Accepted<T>> {
    use io::ErrorKind::{ConnectionAborted, Interrupted, InvalidInput, WouldBlock};
    match result {
        Ok(connection) => Ok(Accepted::Connection(connection)),
        Err(error) if matches!(error.kind(), WouldBlock | ConnectionAborted | Interrupted) => Ok(Accepted::Nobody),
        Err(error) if error.kind() == InvalidInput => Err(error),
        Err(_) => Ok(Accepted::Later),
    }
}

/// Waits for the next connection, and gives it time limits for blocking calls.
///
/// # Errors
/// If there will never be one.
pub(super) fn accept(listener: &TcpListener, patience: Duration) -> io::Result<TcpStream> {
    loop {
        match accepted(listener.accept())? {
            // A client that has gone meanwhile is no reason to stop.
            Accepted::Connection((stream, _)) => match prepare(&stream, patience) {
                Ok(()) => return Ok(stream),
                Err(_) => continue,
            },
            Accepted::Nobody => {}
            Accepted::Later => std::thread::sleep(BACK_OFF),
        }
    }
}

fn prepare(stream: &TcpStream, patience: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))
}
