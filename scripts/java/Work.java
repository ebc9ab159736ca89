// What is done: the workloads of docs/PROTOCOL.md.

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

final class Work {
    /** A task: its result. */
    interface Task {
        long result(int index) throws Exception;
    }

    static final List<Object> NAMES =
        Arrays.asList("primes", "counting", "switch", "empty", "sleep", "block", "echo", "convoy", "request");
    private static final long[] KNOWN_13 = {
        1116281L, 1297337L, 104395303L, 472882027L, 533000389L, 817504243L, 982451653L, 112272535095293L, 112582705942171L,
        112272535095293L, 115280095190773L, 115797848077099L, 1099726899285419L,
    };
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz";
    private static final long FACTOR = 6364136223846793005L;
    private static final long TERM = 1442695040888963407L;
    /** Pieces in a millisecond where nobody has measured it. */
    private static final long GUESS = 40_000;
    /** Latencies that are told one by one, at most. Of more every n-th is. */
    private static final int MOST_TIMINGS = 50_000;

    int tasks;
    /** Whether all tasks must be in progress at once. */
    boolean together;
    Task task;
    Runnable begin = () -> { };
    /** The name of its latencies; null if it has none. */
    String timed;
    private long[] latencies = {};

    static long number(Map<String, Object> params, String name) throws Failure {
        Object value = params.get(name);
        if (!(value instanceof Long) || (Long) value < 0 || (Long) value > 1L << 52) {
            throw new Failure("unavailable", "the parameter `" + name + "` is no whole number that fits: " + value);
        }
        return (Long) value;
    }

    static Work of(Map<String, Object> asked) throws Failure {
        Map<String, Object> params = Json.object(asked.get("params"));
        Work work = new Work();
        String name = String.valueOf(asked.get("workload"));
        switch (name) {
            case "primes": work.primes(params); break;
            case "counting": {
                long from = number(params, "from");
                work.task = index -> countDown(from);
                break;
            }
            case "switch": {
                long yields = number(params, "yields");
                work.task = index -> {
                    long yielded = 0;
                    for (; yielded < yields; yielded++) {
                        Thread.yield();
                    }
                    return yielded;
                };
                break;
            }
            case "empty": work.task = index -> index; break;
            case "sleep": {
                long us = number(params, "wait_us");
                work.task = index -> {
                    sleep(us);
                    return index;
                };
                break;
            }
            case "block": {
                long us = number(params, "wait_us");
                work.task = index -> {
                    block(us);
                    return index;
                };
                break;
            }
            case "echo": work.echo(params, server(asked, name)); break;
            case "convoy": work.convoy(params, server(asked, name)); break;
            case "request": work.request(params); break;
            default: throw new Failure("unavailable", "there is no workload `" + name + "` in Java's cells");
        }
        if (work.tasks < 0) {
            throw new Failure("limit", "too many tasks");
        }
        if (work.timed == null && params.get("preset") == null) {
            work.tasks = count(params, "tasks");
        }
        return work;
    }

    private static int count(Map<String, Object> params, String name) throws Failure {
        long count = number(params, name);
        if (count > 100_000_000) {
            throw new Failure("limit", "`" + name + "` of " + count + " is more than this cell carries");
        }
        return (int) count;
    }

    private static InetSocketAddress server(Map<String, Object> asked, String name) throws Failure {
        if (!(asked.get("server") instanceof String)) {
            throw new Failure("unavailable", "`" + name + "` needs a server, and none is named");
        }
        String[] parts = ((String) asked.get("server")).split(":");
        return new InetSocketAddress(parts[0], Integer.parseInt(parts[1]));
    }

    private static boolean isPrime(long n) {
        if (n < 3 || n % 2 == 0) {
            return n == 2;
        }
        for (long divisor = 3; divisor * divisor <= n; divisor += 2) {
            if (n % divisor == 0) {
                return false;
            }
        }
        return true;
    }

    private void primes(Map<String, Object> params) throws Failure {
        if (params.get("preset") != null) {
            tasks = 5 * KNOWN_13.length;
            task = index -> isPrime(KNOWN_13[index % KNOWN_13.length]) ? 1 : 0;
            return;
        }
        long first = number(params, "start");
        long length = number(params, "length");
        long parts = number(params, "tasks");
        task = index -> {
            long count = 0;
            long end = first + (index + 1) * length / parts;
            for (long n = first + index * length / parts; n < end; n++) {
                count += isPrime(n) ? 1 : 0;
            }
            return count;
        };
    }

    /** Where each step of a count goes, so that the compiler does not work out their number. */
    private static long seed = 1;

    private static long countDown(long from) {
        long steps = 0;
        long one = seed;
        for (long n = from; n > 0; n -= one) {
            steps += one;
        }
        return steps;
    }

    /** Waits in the way of the thread, platform or virtual. */
    private static void sleep(long us) {
        long end = System.nanoTime() + us * 1_000;
        for (long left = us * 1_000; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Waits in a call that keeps a virtual thread on its carrier: it waits for a monitor's notification that never comes. */
    private static void block(long us) throws InterruptedException {
        Object monitor = new Object();
        long end = System.nanoTime() + us * 1_000;
        synchronized (monitor) {
            for (long left = us * 1_000; left > 0; left = end - System.nanoTime()) {
                monitor.wait(left / 1_000_000, (int) (left % 1_000_000));
            }
        }
    }

    private long talk(InetSocketAddress server, int index, int roundTrips, int bytes, int firstLatency) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.connect(server);
            InputStream replies = socket.getInputStream();
            byte[] request = new byte[bytes];
            long sum = 0;
            for (int turn = 0; turn < roundTrips; turn++) {
                for (int place = 0; place < bytes - 1; place++) {
                    request[place] = (byte) ALPHABET.charAt((index + turn + place) % ALPHABET.length());
                }
                request[bytes - 1] = '\n';
                long sent = System.nanoTime();
                socket.getOutputStream().write(request);
                byte[] reply = replies.readNBytes(bytes);
                latencies[firstLatency + turn] = System.nanoTime() - sent;
                if (reply.length < bytes) {
                    throw new IOException("the server hung up after " + reply.length + " of " + bytes + " bytes");
                }
                for (int place = 0; place < bytes; place++) {
                    int upper = place < bytes - 1 ? request[place] - 'a' + 'A' : '\n';
                    if (reply[place] != upper) {
                        throw new IOException("wrong reply to request " + turn);
                    }
                    sum += reply[place];
                }
            }
            return sum;
        }
    }

    private void echo(Map<String, Object> params, InetSocketAddress server) throws Failure {
        int roundTrips = count(params, "round_trips");
        int bytes = count(params, "bytes");
        tasks = count(params, "connections");
        latencies = new long[Math.multiplyExact(tasks, roundTrips)];
        timed = "round_trip_ns";
        task = index -> talk(server, index, roundTrips, bytes, index * roundTrips);
    }

    private void convoy(Map<String, Object> params, InetSocketAddress server) throws Failure {
        int beside = count(params, "beside");
        int roundTrips = count(params, "round_trips");
        int bytes = count(params, "bytes");
        AtomicInteger started = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        tasks = 1 + beside;
        together = beside > 0;
        latencies = new long[roundTrips];
        timed = "round_trip_ns";
        begin = () -> {
            started.set(0);
            done.set(0);
        };
        task = index -> {
            if (index > 0) {
                started.incrementAndGet();
                while (done.get() == 0) {
                    if (!isPrime(1_000_003)) {
                        throw new IllegalStateException("1000003 is prime");
                    }
                }
                return index;
            }
            try {
                while (started.get() < beside) {
                    sleep(200);
                }
                return talk(server, 0, roundTrips, bytes, 0);
            } finally {
                done.set(1);
            }
        };
    }

    private static long piece(long index) {
        long a = 4 * index;
        long b = a + 1;
        long c = a + 2;
        long d = a + 3;
        for (int step = 0; step < 8; step++) {
            a = a * FACTOR + TERM;
            b = b * FACTOR + TERM;
            c = c * FACTOR + TERM;
            d = d * FACTOR + TERM;
        }
        return a + b + c + d;
    }

    private void request(Map<String, Object> params) throws Failure {
        long steps = number(params, "steps");
        long us = number(params, "wait_us");
        long perMs = params.get("pieces_per_ms") == null ? GUESS : number(params, "pieces_per_ms");
        long pieces = number(params, "cpu_us") * perMs / 1_000;
        tasks = count(params, "requests");
        latencies = new long[tasks];
        timed = "task_ns";
        task = index -> {
            long begun = System.nanoTime();
            long result = 0;
            for (long turn = 0; turn < steps; turn++) {
                result = piece(index);
                for (long more = part(pieces, turn, steps); more > 1; more--) {
                    if (piece(index) != result) {
                        throw new IllegalStateException("a piece of computing gave another result");
                    }
                }
                sleep(part(us, turn, steps));
            }
            latencies[index] = System.nanoTime() - begun;
            return result;
        };
    }

    private static long part(long whole, long turn, long steps) {
        return whole * (turn + 1) / steps - whole * turn / steps;
    }

    /** Its latencies, every n-th of them if there are too many for a message. */
    List<Object> some() {
        int step = latencies.length / MOST_TIMINGS + 1;
        List<Object> kept = new ArrayList<>();
        for (int place = 0; place < latencies.length; place += step) {
            kept.add(latencies[place]);
        }
        return kept;
    }
}
