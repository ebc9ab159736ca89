//! What a world does not bring: written once, as monitors.

/// Writes those items of an `impl Primitives` that are monitors, by their names.
macro_rules! monitors {
    () => {};
    (semaphore $($others:ident)*) => {
        type Semaphore = monitor::Semaphore<Self>;

        fn semaphore(&self, permits: usize) -> Self::Semaphore {
            monitor::Semaphore::new(self, permits)
        }

        monitors!($($others)*);
    };
    (event $($others:ident)*) => {
        type Event = monitor::Event<Self>;

        fn event(&self) -> Self::Event {
            monitor::Event::new(self)
        }

        monitors!($($others)*);
    };
    (barrier $($others:ident)*) => {
        type Barrier = monitor::Barrier<Self>;

        fn barrier(&self, parties: usize) -> Self::Barrier {
            monitor::Barrier::new(self, parties)
        }

        monitors!($($others)*);
    };
    (channel $($others:ident)*) => {
        type Channel<T: Send + 'static> = monitor::Queue<Self, monitor::Fifo<T>>;

        fn channel<T: Send + 'static>(&self, capacity: usize) -> Self::Channel<T> {
            monitor::Queue::new(self, capacity)
        }

        monitors!($($others)*);
    };
}

pub(super) use monitors;
