//! The scheduler of may, which all coroutines of a process share.

/// Stack of a coroutine in machine words: 64 KiB, of which only touched pages cost memory.
const STACK_WORDS: usize = 0x2000;

/// Sets up the scheduler. The first coroutine starts it.
pub(crate) fn configure(workers: usize) {
    // Threads are not pinned, so that the kernel places those of every model alike.
    may::config().set_workers(workers).set_stack_size(STACK_WORDS).set_worker_pin(false);
}
