//! Bytes in, whole lines out, within a bound. It knows no sockets.

use std::io;

use memchr::memchr;
use regatta_workloads::serving::LONGEST_LINE;

/// Bytes that are read at once.
pub(super) const CHUNK: usize = 4_096;
/// Bytes that a connection keeps between lines. What a long line took beyond is given back.
const KEPT: usize = 4_096;

/// What came on a connection and is not answered yet.
#[derive(Debug, Default)]
pub(super) struct Lines {
    bytes: Vec<u8>,
    /// Where the first line begins that was not given out.
    start: usize,
    /// Before this is no line feed that was not given out.
    scanned: usize,
}

impl Lines {
    /// Takes what was read.
    ///
    /// # Errors
    /// If a line is longer than any client may send.
    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.drain(..self.start);
        self.scanned -= self.start;
        self.start = 0;
        if self.bytes.is_empty() && self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        }
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() > LONGEST_LINE && memchr(b'\n', &self.bytes[..=LONGEST_LINE]).is_none() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is too long"));
        }
        Ok(())
    }

    /// Returns the next whole line, its line feed included, and is done with it.
    pub(super) fn next(&mut self) -> Option<&mut [u8]> {
        let Some(found) = memchr(b'\n', &self.bytes[self.scanned..]) else {
            self.scanned = self.bytes.len();
            return None;
        };
        let line = self.start..self.scanned + found + 1;
        (self.start, self.scanned) = (line.end, line.end);
        Some(&mut self.bytes[line])
    }

    /// Returns whether nothing is left, not even a part of a line.
    pub(super) fn is_empty(&self) -> bool {
        self.start == self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(lines: &mut Lines) -> Vec<String> {
        std::iter::from_fn(|| lines.next().map(|line| String::from_utf8_lossy(line).into_owned())).collect()
    }

    #[test]
    fn lines_come_out_whole_however_they_came_in() {
        let mut lines = Lines::default();
        for (pushed, whole) in
            [("a", vec![]), ("b\nc\n\nd", vec!["ab\n", "c\n", "\n"]), ("", vec![]), ("e\n", vec!["de\n"])]
        {
            lines.push(pushed.as_bytes()).expect("short");
            assert_eq!(all(&mut lines), whole, "after {pushed:?}");
        }
        assert!(lines.is_empty());
        lines.push(b"half").expect("short");
        assert!(lines.next().is_none() && !lines.is_empty());
    }

    #[test]
    fn a_line_may_be_so_long_and_no_longer() {
        let mut lines = Lines::default();
        let longest = [vec![b'a'; LONGEST_LINE - 1], vec![b'\n']].concat();
        for chunk in longest.chunks(CHUNK) {
            lines.push(chunk).expect("not too long");
        }
        assert_eq!(lines.next().map(|line| line.len()), Some(LONGEST_LINE));
        let mut pushed = 0;
        while lines.push(&[b'a'; CHUNK]).is_ok() {
            pushed += CHUNK;
            assert!(pushed <= LONGEST_LINE, "it takes a line of {pushed} bytes");
        }
    }

    #[test]
    fn what_a_long_line_took_is_given_back() {
        let mut lines = Lines::default();
        lines.push(&[vec![b'a'; 50_000], vec![b'\n']].concat()).expect("not too long");
        assert!(lines.next().is_some());
        lines.push(b"a\n").expect("short");
        assert!(lines.bytes.capacity() <= KEPT);
    }
}
