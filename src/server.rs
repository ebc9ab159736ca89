//! The servers that workloads talk to, each in a process of its own, so that a cell's figures are those of the client alone.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::process::ExitCode;
use std::time::Duration;

use regatta_runners::Limits;
use regatta_workloads::Service;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::load;

/// Connections that may wait to be accepted: as many as the kernel allows (it cuts this down to `somaxconn`).
const BACKLOG: u32 = 65_535;

/// Longest line that is read, bytes, the line feed included: what the workloads send at most. A client that sends a longer one is no cell.
const LONGEST_LINE: u64 = 1 << 20;
/// How long the server waits before it accepts again when it could not.
const BACK_OFF: Duration = Duration::from_millis(10);

/// Returns the arguments of a server process for `service`, to listen on `port` of the loopback interface; 0 for any that is free.
pub(crate) fn args(service: Service, port: u16) -> Vec<String> {
    match service {
        Service::Echo { delay } => vec!["echo".to_owned(), delay.as_micros().to_string(), port.to_string()],
        Service::Load => vec!["load".to_owned(), port.to_string()],
    }
}

/// Runs a server process. It says where it listens on standard output and ends with standard input.
pub(crate) fn main(args: &[String]) -> ExitCode {
    let served = match args {
        [service, delay_us, port] if service == "echo" => match (delay_us.parse(), port.parse()) {
            (Ok(delay_us), Ok(port)) => echo(Duration::from_micros(delay_us), port),
            _ => Err(io::Error::other("a delay in microseconds and a port expected")),
        },
        [service, port] if service == "load" => match port.parse() {
            Ok(port) => load::main(port),
            Err(_) => Err(io::Error::other("a port expected")),
        },
        _ => Err(io::Error::other("there is no such server")),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("regatta server: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers each line with the same line in upper case, after a delay.
fn echo(delay: Duration, port: u16) -> io::Result<()> {
    // Raises the limit of open files: each connection takes one.
    Limits::read();
    std::thread::spawn(|| {
        // Standard input ends when the driver does, and then there is nobody left to serve.
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = listen(port)?;
        writeln!(io::stdout(), "{}", listener.local_addr()?)?;
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(answer(stream, delay))),
                // The client has hung up already; it knows.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                // Out of descriptors or memory. The connection stays in the queue, so asking again at once would be asking for ever.
                Err(_) => tokio::time::sleep(BACK_OFF).await,
            }
        }
    })
}

fn listen(port: u16) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    socket.listen(BACKLOG)
}

async fn answer(stream: TcpStream, delay: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let pause = if delay.is_zero() { None } else { Some(Pause::new(delay)?) };
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    // One byte more than a line may have tells that it is too long; the connection is closed then, without an answer.
    while (&mut stream).take(LONGEST_LINE + 1).read_until(b'\n', &mut line).await? > 0 {
        if line.len() as u64 > LONGEST_LINE {
            break;
        }
        line.make_ascii_uppercase();
        if let Some(pause) = &pause {
            pause.wait().await?;
        }
        stream.write_all(&line).await?;
        line.clear();
    }
    Ok(())
}

/// A delay to within some 50 us. The runtime's own timer would round it up to the next millisecond but one.
struct Pause {
    timer: AsyncFd<OwnedFd>,
    once: Itimerspec,
}

impl Pause {
    fn new(length: Duration) -> io::Result<Self> {
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        // SAFETY: the descriptor is the timer's own, and nothing takes it out of the AsyncFd before it is dropped.
        let timer = unsafe { AsyncFd::register(timer) }?;
        let never = Timespec { tv_sec: 0, tv_nsec: 0 };
        let it_value = Timespec::try_from(length).map_err(io::Error::other)?;
        Ok(Self { timer, once: Itimerspec { it_interval: never, it_value } })
    }

    async fn wait(&self) -> io::Result<()> {
        timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &self.once)?;
        loop {
            let mut ready = self.timer.readable().await?;
            if let Ok(rung) = ready.try_io(|timer| Ok(rustix::io::read(timer, &mut [0; size_of::<u64>()])?)) {
                return rung.map(drop);
            }
        }
    }
}
