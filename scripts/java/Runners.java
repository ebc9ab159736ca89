// How it is done: the concurrency models of Java.

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;

final class Runners {
    /** Carries out every task once, fills in the results, and returns how many workers there were. */
    interface Run {
        int run(long[] results) throws Exception;
    }

    /** Builds what the model keeps between runs. */
    interface Start {
        Run start(Work work, int workers) throws Exception;
    }

    /** A concurrency model. */
    static final class Kind {
        final String name;
        final String model;
        final String parallelism;
        final String about;
        final List<Object> options = Collections.emptyList();
        final Start start;

        Kind(String name, String model, String parallelism, String about, Start start) {
            this.name = name;
            this.model = model;
            this.parallelism = parallelism;
            this.about = about;
            this.start = start;
        }
    }

    private static final List<Kind> ALL = Arrays.asList(
        new Kind("sequential", "sequential", "one", "one task after the other in Java", Runners::sequential),
        new Kind("threads", "thread", "per-task", "a platform thread of its own for each task, all at once",
            (work, workers) -> each(work, Thread::new)),
        new Kind("pool", "thread-pool", "workers", "W long-lived platform threads (newFixedThreadPool)",
            (work, workers) -> pool(work, Executors.newFixedThreadPool(workers, Runners::daemon))),
        new Kind("fork-join", "rayon", "workers", "W threads that steal work from each other (ForkJoinPool)",
            (work, workers) -> pool(work, new ForkJoinPool(workers))),
        new Kind("virtual-threads", "green", "per-task", "a virtual thread for each task, all at once",
            (work, workers) -> each(work, virtual())));

    static List<Kind> all() {
        return ALL;
    }

    static Kind kind(String name) throws Failure {
        for (Kind kind : ALL) {
            if (kind.name.equals(name)) {
                return kind;
            }
        }
        throw new Failure("unavailable", "there is no runner `" + name + "` in Java's cells");
    }

    /** The factory of virtual threads. It is looked up, so that an older compiler has no trouble with it. */
    private static ThreadFactory virtual() throws Failure {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            return (ThreadFactory) Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
        } catch (ReflectiveOperationException | RuntimeException error) {
            throw new Failure("unavailable", "Java " + System.getProperty("java.version") + " has no virtual threads: it takes 21 or later");
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    private static Run sequential(Work work, int workers) {
        return results -> {
            for (int index = 0; index < results.length; index++) {
                try {
                    results[index] = work.task.result(index);
                } catch (Exception error) {
                    throw Failure.ofTask(index, error);
                }
            }
            return Math.min(1, results.length);
        };
    }

    /** A thread of its own for each task. Each of them is a worker. */
    private static Run each(Work work, ThreadFactory factory) {
        return results -> {
            AtomicReference<Failure> failed = new AtomicReference<>();
            List<Thread> threads = new ArrayList<>(results.length);
            try {
                for (int index = 0; index < results.length; index++) {
                    Thread thread = factory.newThread(task(work, index, results, failed));
                    thread.start();
                    threads.add(thread);
                }
            } catch (OutOfMemoryError error) {
                failed.set(new Failure("limit", error.getMessage() + "; raise ulimit -u, or use fewer tasks"));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            return done(results.length, failed);
        };
    }

    private static Run pool(Work work, ExecutorService pool) {
        return results -> {
            AtomicReference<Failure> failed = new AtomicReference<>();
            Set<Thread> seen = ConcurrentHashMap.newKeySet();
            CountDownLatch left = new CountDownLatch(results.length);
            for (int index = 0; index < results.length; index++) {
                Runnable task = task(work, index, results, failed);
                pool.execute(() -> {
                    seen.add(Thread.currentThread());
                    task.run();
                    left.countDown();
                });
            }
            left.await();
            return done(seen.size(), failed);
        };
    }

    private static Runnable task(Work work, int index, long[] results, AtomicReference<Failure> failed) {
        return () -> {
            try {
                results[index] = work.task.result(index);
            } catch (Throwable error) {
                failed.compareAndSet(null, Failure.ofTask(index, error));
            }
        };
    }

    private static int done(int workers, AtomicReference<Failure> failed) throws Failure {
        if (failed.get() != null) {
            throw failed.get();
        }
        return workers;
    }
}
