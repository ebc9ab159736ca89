//! `udp-server`: one thread that answers datagram after datagram.

use std::io;

use regatta_workloads::serving::LONGEST_DATAGRAM;

use super::socket::receive;
use super::{Job, ServerModel, Transport};
use crate::Need;

/// Answers one datagram after the other. There are no connections, so none can hold up another by its silence.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "udp-server",
    about: "one datagram after the other, on one thread",
    transport: Transport::Udp,
    need: |_| Need::default(),
    serve,
    ..ServerModel::LOOP
};

fn serve(job: &Job) -> io::Result<()> {
    let socket = receive()?;
    job.announce(socket.local_addr()?)?;
    // A datagram that is longer is cut off, and so is no line and gets no answer.
    let mut datagram = [0; LONGEST_DATAGRAM];
    loop {
        // The kernel tells of clients that have gone as errors of the next call.
        let Ok((length, client)) = socket.recv_from(&mut datagram) else { continue };
        let line = &mut datagram[..length];
        if line.last() != Some(&b'\n') {
            continue;
        }
        if job.terms.wait_us > 0 {
            std::thread::sleep(job.terms.wait());
        }
        job.terms.answer(line);
        let _ = socket.send_to(line, client);
    }
}
