//! The echo server, as raw sockets see it: whatever a client does, the others are served.

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::{Folder, REGATTA, regatta, said, wait_until};

/// How long a reply may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

/// An echo server that may open so many files.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(files: u32) -> Self {
        let script = format!("ulimit -n {files}; exec {REGATTA} __server echo 0 0");
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut line = String::new();
        let output = child.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut line).expect("where it listens");
        Self { address: line.trim().parse().expect("an address"), child }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    /// CPU time that it has used so far, clock ticks.
    fn cpu_ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("it is there");
        let fields: Vec<&str> = stat.rsplit(')').next().expect("a name").split_whitespace().collect();
        [fields[11], fields[12]].iter().map(|ticks| ticks.parse::<u64>().expect("a number")).sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a line and checks the reply.
fn converse(stream: &mut TcpStream) {
    stream.write_all(b"ahoy\n").expect("it reads");
    let mut reply = [0; 5];
    stream.read_exact(&mut reply).expect("it answers");
    assert_eq!(&reply, b"AHOY\n");
}

#[test]
fn a_line_as_long_as_the_workloads_allow_is_answered_and_a_longer_one_ends_the_connection() {
    let server = Server::start(100);
    let line = [vec![b'a'; (1 << 20) - 1], vec![b'\n']].concat();
    let mut stream = server.connect();
    let mut reader = stream.try_clone().expect("a second handle");
    let sent = line.clone();
    let writer = std::thread::spawn(move || stream.write_all(&sent).map(|()| stream));
    let mut reply = vec![0; line.len()];
    reader.read_exact(&mut reply).expect("it answers");
    assert_eq!(reply, line.to_ascii_uppercase());
    let mut stream = writer.join().expect("no panic").expect("it reads");
    converse(&mut stream);

    let mut endless = server.connect();
    // It closes the connection at some point; until then it takes what comes, and keeps no more than a line.
    let chunk = [b'a'; 1 << 16];
    let sent = (0..1 << 14).take_while(|_| endless.write_all(&chunk).is_ok()).count();
    assert!(sent < 1 << 12, "it took {sent} pieces of 64 KiB and went on");
    let mut rest = Vec::new();
    // A reset or an end, but no answer.
    let _ = endless.read_to_end(&mut rest);
    assert!(rest.is_empty(), "{} bytes came back", rest.len());
    converse(&mut server.connect());
}

#[test]
fn clients_that_do_nothing_or_vanish_hurt_nobody() {
    let server = Server::start(200);
    let idle: Vec<_> = (0..50).map(|_| server.connect()).collect();
    let mut half_sent: Vec<_> = (0..20).map(|_| server.connect()).collect();
    half_sent.iter_mut().for_each(|stream| stream.write_all(b"half a li").expect("it reads"));
    // Half-open: a client that will send no more still has its answer.
    let mut closing = server.connect();
    closing.write_all(b"last words").expect("it reads");
    closing.shutdown(Shutdown::Write).expect("a connection");
    let mut reply = String::new();
    closing.read_to_string(&mut reply).expect("it answers");
    assert_eq!(reply, "LAST WORDS");
    // One that never reads what it asked for.
    let deaf = server.connect();
    deaf.set_nonblocking(true).expect("a connection");
    let line = [b'a'; 1023].into_iter().chain([b'\n']).collect::<Vec<u8>>();
    let _ = (0..1 << 14).take_while(|_| (&deaf).write(&line).is_ok()).count();
    converse(&mut server.connect());
    drop((idle, half_sent, deaf));
    let mut streams: Vec<_> = (0..150).map(|_| server.connect()).collect();
    streams.iter_mut().for_each(converse);
}

#[test]
fn a_server_that_is_out_of_descriptors_waits_without_spinning_and_goes_on() {
    let server = Server::start(40);
    let mut streams: Vec<_> = (0..20).map(|_| server.connect()).collect();
    streams.iter_mut().for_each(converse);
    // The kernel takes these for it; it cannot accept the last of them.
    let waiting: Vec<_> = (0..40).map(|_| server.connect()).collect();
    std::thread::sleep(Duration::from_millis(300));
    let (before, length) = (server.cpu_ticks(), Duration::from_secs(2));
    std::thread::sleep(length);
    let busy = Duration::from_millis(10) * u32::try_from(server.cpu_ticks() - before).expect("a few ticks");
    assert!(busy < length / 20, "it used {busy:?} of {length:?} and had nothing to do");
    streams.iter_mut().for_each(converse);
    drop(streams);
    for mut stream in waiting.into_iter().take(20) {
        converse(&mut stream);
    }
}

#[test]
fn it_ends_with_its_standard_input() {
    let mut server = Server::start(100);
    let _idle = server.connect();
    drop(server.child.stdin.take());
    let status = wait_until("its end", || server.child.try_wait().expect("a child of ours"));
    assert!(status.success(), "{status}");
}

#[test]
fn more_connections_than_the_server_can_hold_are_not_run() {
    let folder = Folder::new();
    let plan = r#"
rounds = 1
noise_arm = false
reference = false
[[group]]
workload = "echo"
params = { connections = 300, round_trips = 1, delay_us = 100 }
runners = ["sequential", "thread-pool", "async"]
workers = [2]
"#;
    let plan = folder.plan(plan).display().to_string();
    // 500 files are enough for 300 connections in a cell, but not for the server, where each takes two.
    let script = format!("ulimit -n 500; exec {REGATTA} run --plan {plan} --out out");
    let output = Command::new("sh").args(["-c", &script]).current_dir(folder.path()).output().expect("a shell");
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let results = folder.results();
    let mut ran: Vec<_> = results.samples.iter().map(|sample| &*sample.cell.runner).collect();
    ran.sort_unstable();
    assert_eq!(ran, ["sequential", "thread-pool"]);
    let [failure] = &*results.failures else { panic!("{:?}", results.failures) };
    assert!(failure.kind.is_not_run() && failure.cell.runner == "async", "{failure:?}");
    for word in ["the server needs 600 file descriptors", "ulimit -Hn"] {
        assert!(failure.message.contains(word), "{}", failure.message);
    }
    // Without the limit they all run.
    let _ = std::fs::remove_dir_all(folder.out());
    let output = regatta(&folder, &["run", "--plan", &plan, "--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    assert_eq!(folder.results().samples.len(), 3);
}
