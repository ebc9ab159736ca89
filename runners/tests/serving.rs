//! Every server model as raw sockets see it: whatever some clients do, the others are served, and what a client can take is bounded.
//!
//! A model is covered by being in the list of models. The suite has a main of its own, for servers re-enter it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use regatta_runners::serving::{Job, STANDARD, ServerModel, Transport, main as serve};
use regatta_workloads::serving::{LONGEST_DATAGRAM, LONGEST_LINE, Terms};

/// How long a reply may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a server bears a client that is silent or slow.
const BEARS: Duration = Duration::from_millis(800);

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if let Some(("serve", rest)) = args.get(1).map(String::as_str).zip(args.get(2..)) {
        return serve(STANDARD, rest);
    }
    let trials = STANDARD.iter().flat_map(trials_of).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trials_of(model: &'static ServerModel) -> Vec<Trial> {
    let of = |name: &str, test: fn(&'static ServerModel) -> Result<(), Failed>| {
        let is_missing = (model.available)().is_err();
        Trial::test(format!("{}/{name}", model.name), move || test(model)).with_ignored_flag(is_missing)
    };
    if model.transport == Transport::Udp {
        return vec![of("datagrams are answered", datagrams), of("it ends with its parent", ends)];
    }
    vec![
        of("lines are answered however they come", lines),
        of("the longest line is answered and a longer one ends the connection", long_lines),
        of("it waits before an answer and serves others meanwhile", waits),
        of("whatever some clients do the others are served", clients),
        of("who does not read is not read from for ever", deaf),
        of("it ends with its parent", ends),
    ]
}

/// A server process.
struct Server {
    child: Child,
    address: SocketAddr,
    model: &'static ServerModel,
}

impl Server {
    fn start(model: &'static ServerModel, wait_us: u64, patience: Duration) -> Self {
        let patience_ms = u64::try_from(patience.as_millis()).expect("a short time");
        let job = Job { workers: 2, terms: Terms { wait_us, pieces: 3, patience_ms } };
        let job = serde_json::to_string(&job).expect("JSON");
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["serve", &std::process::id().to_string(), model.name, &job])
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it is piped")).read_line(&mut line).expect("where it listens");
        let address: SocketAddr = line.trim().parse().expect("an address");
        assert!(address.ip().is_loopback(), "{address}");
        Self { child, address, model }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    fn is_up(&mut self) -> Result<(), Failed> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => Err(format!("{} ended: {status}", self.model.name).into()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn expect(is_so: bool, what: impl std::fmt::Display) -> Result<(), Failed> {
    if is_so { Ok(()) } else { Err(what.to_string().into()) }
}

/// Sends a line and checks the reply.
fn converse(stream: &mut TcpStream) -> Result<(), Failed> {
    stream.write_all(b"ahoy\n")?;
    let mut reply = [0; 5];
    stream.read_exact(&mut reply)?;
    expect(&reply == b"AHOY\n", format!("{reply:?}"))
}

/// Reads to the end of a connection, which may be a reset, and returns what came.
fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    rest
}

fn lines(model: &'static ServerModel) -> Result<(), Failed> {
    let server = Server::start(model, 0, PATIENCE);
    let mut stream = server.connect();
    stream.set_nodelay(true)?;
    for part in ["a", "b", "c\nd\n\ne", "f\n"] {
        stream.write_all(part.as_bytes())?;
        std::thread::sleep(Duration::from_millis(2));
    }
    let mut reply = [0; 10];
    stream.read_exact(&mut reply)?;
    expect(&reply == b"ABC\nD\n\nEF\n", String::from_utf8_lossy(&reply))?;
    // Many lines at once, and no more after them: all have their answers, and then it hangs up.
    stream.write_all(&b"twenty letters a line\n".repeat(2_000))?;
    stream.write_all(b"not ended")?;
    stream.shutdown(Shutdown::Write)?;
    let rest = rest(&mut stream);
    expect(rest == b"TWENTY LETTERS A LINE\n".repeat(2_000), format!("{} bytes came", rest.len()))
}

fn long_lines(model: &'static ServerModel) -> Result<(), Failed> {
    let server = Server::start(model, 0, PATIENCE);
    let mut stream = server.connect();
    let line = [vec![b'a'; LONGEST_LINE - 1], vec![b'\n']].concat();
    for _ in 0..3 {
        stream.write_all(&line)?;
        let mut reply = vec![0; line.len()];
        stream.read_exact(&mut reply)?;
        expect(reply == line.to_ascii_uppercase(), "the reply to a long line")?;
    }
    drop(stream);
    let mut endless = server.connect();
    // It closes the connection at some point; until then it takes what comes, and keeps no more than a line.
    let taken = (0..160).take_while(|_| endless.write_all(&[b'a'; 1 << 16]).is_ok()).count();
    expect(taken < 160, "it took 10 MB without a line feed")?;
    let rest = rest(&mut endless);
    expect(rest.is_empty(), format!("{} bytes came back", rest.len()))?;
    converse(&mut server.connect())
}

fn waits(model: &'static ServerModel) -> Result<(), Failed> {
    let server = Server::start(model, 20_000, PATIENCE);
    let begin = Instant::now();
    let mut streams: Vec<_> = (0..6).map(|_| server.connect()).collect();
    for stream in &mut streams {
        stream.write_all(b"one\ntwo\n")?;
    }
    for mut stream in streams {
        let mut reply = [0; 8];
        stream.read_exact(&mut reply)?;
        expect(&reply == b"ONE\nTWO\n", String::from_utf8_lossy(&reply))?;
    }
    // Two lines wait one after the other, so none can be sooner than this.
    expect(begin.elapsed() >= Duration::from_millis(40), "it did not wait")
}

/// Sends two hundred clients, of which half are no good.
fn clients(model: &'static ServerModel) -> Result<(), Failed> {
    const ALL: usize = 200;
    let mut server = Server::start(model, 0, BEARS);
    let mut bad = Vec::new();
    let mut threads = Vec::new();
    for number in 0..ALL {
        // One that serves a connection at a time bears each silent client for a while, so it has fewer.
        let is_bad = if model.serves_all { number % 2 == 1 } else { number % 20 == 1 };
        if !is_bad {
            // It speaks at once, so that no busy machine makes it one of the silent ones.
            let mut stream = server.connect();
            stream.write_all(b"ahoy\n")?;
            stream.shutdown(Shutdown::Write)?;
            threads.push(std::thread::spawn(move || {
                let reply = rest(&mut stream);
                expect(reply == b"AHOY\n", format!("client {number} has {reply:?}"))
            }));
            continue;
        }
        let mut stream = server.connect();
        match bad.len() % 5 {
            0 => stream.write_all(b"half a li")?,
            1 => {}
            2 => {
                // A thread, for the server may not take it all.
                let mut stream = stream.try_clone()?;
                threads.push(std::thread::spawn(move || {
                    let _ = (0..160).take_while(|_| stream.write_all(&[b'a'; 1 << 16]).is_ok()).count();
                    Ok(())
                }));
            }
            3 => {
                // A byte now and then, each sooner than the server's patience is at its end.
                let mut stream = stream.try_clone()?;
                threads.push(std::thread::spawn(move || {
                    let pause = || std::thread::sleep(BEARS / 4);
                    let taken = (0..100).take_while(|_| stream.write_all(b"a").is_ok()).inspect(|_| pause()).count();
                    expect(taken < 100, "a byte now and then holds a connection for ever")
                }));
            }
            // A reset in mid-line: what was sent back is not read.
            _ => {
                stream.write_all(b"ahoy\nhalf")?;
                continue;
            }
        }
        bad.push(stream);
    }
    for thread in threads {
        thread.join().map_err(|_| "a client panicked")??;
    }
    // The silent ones are sent away, too, and their connections are free again.
    for mut stream in bad {
        let rest = rest(&mut stream);
        expect(rest.is_empty(), format!("{} bytes for a line that did not end", rest.len()))?;
    }
    server.is_up()?;
    (0..10).try_for_each(|_| converse(&mut server.connect()))
}

/// Asks and does not read.
fn deaf(model: &'static ServerModel) -> Result<(), Failed> {
    let mut server = Server::start(model, 0, BEARS);
    let mut stream = server.connect();
    let line = [vec![b'a'; 1_023], vec![b'\n']].concat();
    let taken = (0..1 << 16).take_while(|_| stream.write_all(&line).is_ok()).count();
    expect(taken < 1 << 16, "it reads for ever from a client that does not read")?;
    server.is_up()?;
    converse(&mut server.connect())
}

fn datagrams(model: &'static ServerModel) -> Result<(), Failed> {
    let server = Server::start(model, 0, PATIENCE);
    let socket = UdpSocket::bind(("127.0.0.1", 0))?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.connect(server.address)?;
    // Neither of these is a line, so neither has an answer.
    socket.send(b"no line feed")?;
    socket.send(&[vec![b'a'; LONGEST_DATAGRAM], vec![b'\n']].concat())?;
    for line in ["ahoy\n", "\n", &format!("{}\n", "z".repeat(LONGEST_DATAGRAM - 1))] {
        socket.send(line.as_bytes())?;
        let mut reply = [0; LONGEST_DATAGRAM];
        let length = socket.recv(&mut reply)?;
        expect(reply[..length] == *line.to_ascii_uppercase().as_bytes(), format!("{length} bytes"))?;
    }
    Ok(())
}

/// Checks that a server whose parent is gone ends, and so do its workers.
fn ends(model: &'static ServerModel) -> Result<(), Failed> {
    let job = Job { workers: 2, terms: Terms { wait_us: 0, pieces: 0, patience_ms: 60_000 } };
    let program = std::env::current_exe()?;
    let script = format!(
        "{} serve $$ {} '{}' & read -r line; wait",
        program.display(),
        model.name,
        serde_json::to_string(&job)?
    );
    let mut shell = Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut output = BufReader::new(shell.stdout.take().expect("it is piped"));
    let mut line = String::new();
    output.read_line(&mut line)?;
    expect(line.trim().parse::<SocketAddr>().is_ok(), &line)?;
    shell.kill()?;
    shell.wait()?;
    // Whoever has the pipe still lives: it ends with the last of them.
    let mut left = Vec::new();
    output.read_to_end(&mut left)?;
    expect(left.is_empty(), format!("{left:?}"))
}
