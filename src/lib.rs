//! Regatta.
