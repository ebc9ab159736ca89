//! The load generator: a process of its own that sends requests to a server and checks each reply byte by byte.
//!
//! It listens for whoever wants load: a cell, which says where its server is. A cell knows it as the server of its workload, so the
//! driver starts, ends and accounts for it as for any other.
//!
//! - `orders`: what a cell says to it, and what it answers.
//! - `traffic`: the requests on their way: at their times (open), or each when its connection has a reply (closed).
//! - `connection`: one connection, with the requests on it.
//! - `opening`: how connections come about.
//! - `certificate`: whether what was measured is the server's doing.
//! - `kernel`: what the kernel counted meanwhile.
//! - `cores`: which core is the generator's.

mod certificate;
mod connection;
mod cores;
mod kernel;
mod opening;
mod orders;
#[cfg(test)]
mod tests;
mod traffic;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use regatta_runners::Limits;

pub(crate) use self::cores::{without_generator, yield_to_generator};
pub(crate) use self::orders::{Answer, Measured, Order, RELEASE};
use self::traffic::Pace;

/// Runs the process: says on standard output where it listens, and ends with standard input.
pub(crate) fn main(port: u16) -> io::Result<()> {
    // Raises the limit of open files: each connection takes one.
    Limits::read();
    std::thread::spawn(|| {
        // Standard input ends when the driver does, and then there is nobody left who wants load.
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    cores::pin();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    writeln!(io::stdout(), "{}", listener.local_addr()?)?;
    loop {
        let (cell, _) = listener.accept()?;
        // A cell that has gone takes nothing with it.
        let _ = obey(&cell);
    }
}

/// Carries out the orders of a cell until it hangs up.
fn obey(cell: &TcpStream) -> io::Result<()> {
    cell.set_nodelay(true)?;
    let mut orders = BufReader::new(cell);
    let mut line = String::new();
    while orders.read_line(&mut line)? > 0 {
        let answer = match serde_json::from_str::<Order>(&line) {
            Ok(order) => traffic::send(&order, Pace::default(), || {
                say(cell, &Answer::Held)?;
                // The cell has looked at its server's memory, or has gone.
                orders.read_line(&mut String::new()).map(drop)
            }),
            Err(error) => Answer::Failed { message: format!("this is no order: {error}") },
        };
        say(cell, &answer)?;
        line.clear();
    }
    Ok(())
}

fn say(mut cell: &TcpStream, answer: &Answer) -> io::Result<()> {
    let mut bytes = serde_json::to_vec(answer)?;
    bytes.push(b'\n');
    cell.write_all(&bytes)
}
