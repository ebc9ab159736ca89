//! What the kernel counted of a run. Counts hardly depend on how busy the machine is.

use serde::{Deserialize, Serialize};

/// Events of the whole process tree in one run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Context switches, voluntary and involuntary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switches: Option<u64>,
    /// Page faults that needed no disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faults_minor: Option<u64>,
    /// Page faults that had to wait for a disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faults_major: Option<u64>,
    /// Moves of a thread to another core. Only in a pass of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migrations: Option<u64>,
    /// How often a thread of the tree woke another one. Only in a pass of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wakeups: Option<u64>,
    /// System calls. Only in a pass of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls: Option<u64>,
}

impl Counts {
    /// Returns whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
