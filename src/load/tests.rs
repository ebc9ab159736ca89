//! The generator against servers that are good, wrong, lossy, deaf or slow: what it says of each.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread::{sleep, spawn};
use std::time::Duration;

use regatta_runners::serving::Transport;
use regatta_workloads::serving::Load;
use regatta_workloads::{Serve, Workload, expected_tally};
use rustix::net::{AddressFamily, SocketType, bind, listen, socket};
use serde_json::json;

use super::orders::{Answer, Measured, Order};
use super::traffic::{Pace, Traffic, send};

/// Serves each connection on a thread of its own with what `answer` makes of a line.
fn serve(answer: fn(&mut Vec<u8>)) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    spawn(move || {
        for stream in listener.incoming().flatten() {
            spawn(move || talk(&stream, answer));
        }
    });
    address
}

fn talk(mut stream: &TcpStream, answer: fn(&mut Vec<u8>)) {
    let _ = stream.set_nodelay(true);
    let mut lines = BufReader::new(stream);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        answer(&mut line);
        if stream.write_all(&line).is_err() {
            return;
        }
        line.clear();
    }
}

#[allow(clippy::ptr_arg, reason = "other servers change the length of a line")]
fn good(line: &mut Vec<u8>) {
    // So long that the generator is at leisure.
    sleep(Duration::from_millis(1));
    line.make_ascii_uppercase();
}

fn load(params: serde_json::Value) -> (Serve, Load) {
    let serve: Serve = serde_json::from_value(params).expect("parameters");
    (serve.clone(), serve.serving().expect("it is served").load)
}

fn order(server: SocketAddr, load: Load) -> Order {
    Order { server, transport: Transport::Tcp, load, hold: false }
}

fn ask(order: &Order) -> Answer {
    send(order, Pace::default(), || unreachable!("nothing is to be held"))
}

/// Returns what was measured, void or not: on a busy machine most samples are.
fn measured(order: &Order, held: impl FnOnce() -> std::io::Result<()>) -> Measured {
    Traffic::carry_out(order, Pace::default(), held).expect("the server is good").0
}

fn void(answer: Answer) -> String {
    match answer {
        Answer::Void { message } => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn replies_are_counted_as_the_oracle_has_them_at_any_load() {
    let server = serve(good);
    for (params, least_s) in [
        (json!({"connections": 1, "requests": 1, "bytes": 1}), 0.0),
        (json!({"connections": 7, "requests": 9, "bytes": 100}), 0.0),
        (json!({"connections": 3, "requests": 3, "bytes": 65_536, "idle": 5}), 0.0),
        (json!({"connections": 5, "requests": 10, "rate": 500}), 0.098),
    ] {
        let (serve, load) = load(params);
        let found = measured(&order(server, load), || unreachable!("nothing is to be held"));
        let expected = expected_tally(serve.expected());
        assert_eq!((found.tasks, found.checksum), (expected.tasks, expected.checksum), "{load:?}");
        let rate = found.figures["replies_per_s"];
        assert!(rate > 0.0 && rate * least_s <= load.tasks() as f64, "{rate} replies a second, {load:?}");
        let fairness = found.figures["fairness"];
        assert!((1.0 / load.connections as f64..=1.000_001).contains(&fairness), "{fairness}");
    }
}

#[test]
fn connections_are_held_until_they_may_be_closed() {
    let (_, load) = load(json!({"connections": 4, "requests": 2}));
    let order = Order { hold: true, ..order(serve(good), load) };
    let held = std::cell::Cell::new(0);
    measured(&order, || {
        held.set(held.get() + 1);
        Ok(())
    });
    assert_eq!(held.get(), 1, "they are held once, when the last reply has come");
}

#[test]
fn a_wrong_byte_and_a_hang_up_are_said() {
    let (_, load) = load(json!({"connections": 2, "requests": 3, "bytes": 10}));
    let spoils = serve(|line| {
        line.make_ascii_uppercase();
        line[4] = b'?';
    });
    let Answer::Wrong { message } = ask(&order(spoils, load)) else { panic!("it takes it") };
    assert!(message.contains("byte 4 of the reply to request 0 of connection"), "{message}");
    let doubles = serve(|line| {
        line.make_ascii_uppercase();
        line.extend_from_within(..);
    });
    let answer = ask(&order(doubles, Load { requests: 1, ..load }));
    assert!(matches!(&answer, Answer::Wrong { .. }), "a reply that nobody asked for: {answer:?}");
    let closes = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = closes.local_addr().expect("an address");
    spawn(move || closes.incoming().for_each(drop));
    let Answer::Failed { message } = ask(&order(address, load)) else { panic!("it takes it") };
    assert!(message.contains("closed connection") && message.contains("0 of 3 replies"), "{message}");
    // Bound, so that it is nobody else's port, and not listening.
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
    bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a port");
    let nobody =
        rustix::net::getsockname(&socket).ok().and_then(|address| address.try_into().ok()).expect("an address");
    let Answer::Failed { message } = ask(&order(nobody, load)) else { panic!("nobody is there") };
    assert!(message.contains("cannot be reached"), "{message}");
}

#[test]
fn a_generator_that_is_slow_makes_its_samples_void() {
    let (_, load) = load(json!({"connections": 8, "requests": 50}));
    let fast = serve(|line| line.make_ascii_uppercase());
    // It computes for longer than the server takes for an answer, so it is never done.
    let slow = Pace { computes_ns: 2_000_000 };
    let reason = void(send(&order(fast, load), slow, || Ok(())));
    assert!(reason.contains("load generator was busy") || reason.contains("Little's law"), "{reason}");
}

#[test]
fn a_backlog_that_overflows_makes_a_sample_void() {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
    bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a port");
    listen(&socket, 1).expect("it listens");
    let listener = TcpListener::from(socket);
    let address = listener.local_addr().expect("an address");
    spawn(move || {
        sleep(Duration::from_millis(300));
        for stream in listener.incoming().flatten() {
            spawn(move || talk(&stream, good));
        }
    });
    let (_, load) = load(json!({"connections": 40, "requests": 1}));
    let reason = void(ask(&order(address, load)));
    let words = ["queue of the listener full", "dropped by the listener", "once more"];
    assert!(words.iter().any(|words| reason.contains(words)), "{reason}");
}

#[test]
fn a_server_that_loses_datagrams_makes_a_sample_void() {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = socket.local_addr().expect("an address");
    spawn(move || {
        let mut datagram = [0; 100];
        for number in 0_u64.. {
            let Ok((length, client)) = socket.recv_from(&mut datagram) else { continue };
            datagram[..length].make_ascii_uppercase();
            if number % 10 != 7 {
                let _ = socket.send_to(&datagram[..length], client);
            }
        }
    });
    let (_, load) = load(json!({"connections": 3, "requests": 10}));
    let order = Order { transport: Transport::Udp, ..order(address, load) };
    let reason = void(ask(&order));
    assert!(reason.contains("requests had no reply in time"), "{reason}");
}
