//! Numbers in memory that the processes of a cell share, by way of a file: what one of them wrote is there when it is gone.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::atomic::AtomicU64;

use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

/// A fixed number of 64-bit numbers, all 0 at first.
#[derive(Debug)]
pub(crate) struct SharedNumbers<const LENGTH: usize> {
    /// The file of as many bytes that all processes have mapped.
    numbers: NonNull<[AtomicU64; LENGTH]>,
}

// SAFETY: the memory is shared between threads as it is between processes, by atomics only.
unsafe impl<const LENGTH: usize> Send for SharedNumbers<LENGTH> {}
// SAFETY: as above.
unsafe impl<const LENGTH: usize> Sync for SharedNumbers<LENGTH> {}

impl<const LENGTH: usize> SharedNumbers<LENGTH> {
    /// Bytes of the file.
    const BYTES: usize = LENGTH * size_of::<AtomicU64>();

    /// Makes the numbers in the file at `path`, which other processes open.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        // Not cut to nothing before: whoever still had it mapped would be killed. Zeros are written, for a full disk has to show here.
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        file.write_all(&vec![0; Self::BYTES])?;
        Self::map(&file)
    }

    /// Opens those that another process has made.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().read(true).write(true).open(path)?;
        if file.metadata()?.len() < Self::BYTES as u64 {
            return Err(io::Error::other("the file that processes share is too short"));
        }
        Self::map(&file)
    }

    fn map(file: &File) -> io::Result<Self> {
        let (access, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED);
        // SAFETY: a new mapping, which overlaps no memory in use. The file is as long as the mapping, and nobody shortens it.
        let address = unsafe { mmap(std::ptr::null_mut(), Self::BYTES, access, flags, file.as_fd(), 0)? };
        let numbers = NonNull::new(address.cast()).ok_or_else(|| io::Error::other("no memory at 0"))?;
        Ok(Self { numbers })
    }

    /// Returns the numbers.
    pub(crate) fn all(&self) -> &[AtomicU64; LENGTH] {
        // SAFETY: mapped until drop, a page is aligned well enough, and all bits are a number.
        unsafe { self.numbers.as_ref() }
    }
}

impl<const LENGTH: usize> Drop for SharedNumbers<LENGTH> {
    fn drop(&mut self) {
        // SAFETY: mapped by `map` and by nobody else; no reference outlives this. A failure would leave it mapped, which harms nobody.
        let _ = unsafe { munmap(self.numbers.as_ptr().cast(), Self::BYTES) };
    }
}
