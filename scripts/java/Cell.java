// The Java cell: one workload under one concurrency model of Java, driven over docs/PROTOCOL.md, with nothing but the JDK.
//
// Work.java has what is done, Runners.java how, and Json.java what is heard and said. This file puts them together.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

final class Cell {
    static final long VERSION = 1;

    private Work work;
    private Runners.Run run;

    static Map<String, Object> message(Object... pairs) {
        Map<String, Object> message = new LinkedHashMap<>();
        for (int place = 0; place < pairs.length; place += 2) {
            message.put((String) pairs[place], pairs[place + 1]);
        }
        return message;
    }

    private static String version() {
        return "Java " + System.getProperty("java.version") + ", " + System.getProperty("java.vm.name");
    }

    private static Map<String, Object> hello() {
        List<Object> runners = new ArrayList<>();
        for (Runners.Kind kind : Runners.all()) {
            runners.add(message("name", kind.name, "model", kind.model, "parallelism", kind.parallelism,
                "about", kind.about, "options", kind.options, "workloads", Work.NAMES));
        }
        return message("say", "hello", "protocol", VERSION, "language", "Java", "version", version(),
            "warms_up", true, "runners", runners);
    }

    private Map<String, Object> start(Map<String, Object> asked) throws Exception {
        if (!Long.valueOf(VERSION).equals(asked.get("protocol"))) {
            throw new Failure("unavailable", "this cell speaks protocol " + VERSION + ", not " + asked.get("protocol"));
        }
        if (asked.get("profile_log") != null) {
            throw new Failure("unavailable", "Java's cells record no profiles");
        }
        Runners.Kind kind = Runners.kind(String.valueOf(asked.get("runner")));
        Map<String, Object> options = Json.object(asked.get("options"));
        for (String name : options.keySet()) {
            if (!kind.options.contains(name)) {
                throw new Failure("unavailable", "there is no option `" + name + "` in " + kind.name);
            }
        }
        Work made = Work.of(asked);
        int workers = (int) Math.min(Integer.MAX_VALUE, Work.number(asked, "workers"));
        int atOnce = kind.parallelism.equals("one") ? 1 : kind.parallelism.equals("workers") ? workers : made.tasks;
        if (made.together && atOnce < made.tasks) {
            throw new Failure("unavailable", "its " + made.tasks + " tasks must be in progress all at once: give it as many workers");
        }
        long begin = System.nanoTime();
        run = kind.start.start(made, workers);
        work = made;
        return message("say", "ready", "start_ns", System.nanoTime() - begin, "version", version());
    }

    private Map<String, Object> sample() throws Exception {
        if (run == null) {
            throw new Failure("crash", "`run` came before a `start` that went well");
        }
        work.begin.run();
        long[] results = new long[work.tasks];
        long begin = System.nanoTime();
        int workers = run.run(results);
        long wall = System.nanoTime() - begin;
        Map<String, Object> timings = work.timed == null ? message() : message(work.timed, work.some());
        return message("say", "sample", "tasks", (long) results.length, "checksum", new Json.Unsigned(checksum(results)),
            "workers_seen", (long) workers, "wall_ns", wall, "timings", timings, "source", message("wall", "java-nanotime"));
    }

    private static long checksum(long[] results) {
        long sum = 0;
        for (int index = 0; index < results.length; index++) {
            sum += (results[index] + 0x9E3779B97F4A7C15L) * (2L * index + 1);
        }
        return sum;
    }

    private Map<String, Object> answer(String line) {
        try {
            Map<String, Object> asked;
            try {
                asked = Json.object(Json.read(line));
            } catch (RuntimeException error) {
                throw new Failure("crash", "the driver sent what is no message: " + error.getMessage());
            }
            switch (String.valueOf(asked.get("do"))) {
                case "hello": return hello();
                case "start": return start(asked);
                case "run": return sample();
                default: throw new Failure("crash", "the driver sent what is not of the protocol: " + asked.get("do"));
            }
        } catch (Throwable error) {
            Failure failure = Failure.of(error);
            return message("say", "error", "kind", failure.kind, "message", failure.getMessage());
        }
    }

    public static void main(String[] args) throws Exception {
        PrintStream answers = new PrintStream(System.out, false, "UTF-8");
        // What anything else prints goes to standard error.
        System.setOut(System.err);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Cell cell = new Cell();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            answers.print(Json.write(cell.answer(line)) + "\n");
            answers.flush();
        }
        // Without waiting for threads that a failed run left behind.
        Runtime.getRuntime().halt(0);
    }
}
