//! The workload, for the program, the bench target and the test.

mod orders;

pub use orders::Orders;
