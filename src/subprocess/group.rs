//! A child process and all its descendants in a process group, which ends as one.
//!
//! Invariant: no signal is sent to the group once its leader has been waited for. From then on the kernel may give the number of
//! the group to another one.

use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, getpid, getppid, kill_process_group, set_parent_process_death_signal, waitid,
};

/// How often a wait looks again.
const GLANCE: Duration = Duration::from_millis(5);

/// What the kernel does with the leader of a group; a test hands in another one.
pub(super) trait Leader {
    /// Says whether it has ended, and leaves it to be waited for.
    fn has_ended(&self) -> bool;
    /// Kills it and all of its group.
    fn kill_group(&self);
    /// Waits for it, so that its number becomes free.
    fn reap(&mut self) -> Option<ExitStatus>;
}

impl Leader for Child {
    fn has_ended(&self) -> bool {
        let peek = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        matches!(waitid(WaitId::Pid(Pid::from_child(self)), peek), Ok(Some(_)))
    }

    fn kill_group(&self) {
        // Fails only if nobody is left in it who could be killed.
        let _ = kill_process_group(Pid::from_child(self), Signal::KILL);
    }

    fn reap(&mut self) -> Option<ExitStatus> {
        self.wait().ok()
    }
}

/// A child process with its descendants.
pub(super) struct ProcessGroup<L: Leader = Child> {
    leader: L,
    /// How the leader ended; none until it has been waited for.
    status: Option<Option<ExitStatus>>,
}

impl ProcessGroup {
    /// Starts a program as the leader of a group of its own. The kernel kills it when this thread ends, whichever way that happens.
    pub(super) fn spawn(command: &mut Command) -> std::io::Result<Self> {
        let parent = Some(getpid());
        let tie = move || {
            set_parent_process_death_signal(Some(Signal::KILL))?;
            // A parent that died before the call sends no signal, but leaves another parent in its place.
            if getppid() == parent { Ok(()) } else { Err(std::io::ErrorKind::NotFound.into()) }
        };
        // SAFETY: between fork and exec it makes system calls only, and an error of this kind allocates nothing.
        unsafe { command.pre_exec(tie) };
        // In a process group of its own, the terminal's Ctrl-C reaches only the driver, which ends the child in good order.
        Ok(Self::new(command.process_group(0).spawn()?))
    }

    /// Hands out the pipe to its standard input; none if there is none or it was handed out before.
    pub(super) fn input(&mut self) -> Option<ChildStdin> {
        self.leader.stdin.take()
    }

    /// Hands out the pipe from its standard output, likewise.
    pub(super) fn output(&mut self) -> Option<ChildStdout> {
        self.leader.stdout.take()
    }

    /// Hands out the pipe from its standard error, likewise.
    pub(super) fn errors(&mut self) -> Option<ChildStderr> {
        self.leader.stderr.take()
    }

    /// Returns how many of the group there are beside its leader; none once that has been waited for.
    pub(super) fn followers(&self) -> usize {
        let leader = self.process();
        leader.map_or(0, |leader| members(leader).filter(|member| *member != leader).count())
    }

    /// Returns the number of its leader; none once that has been waited for, for it may be another's then.
    pub(super) fn process(&self) -> Option<u32> {
        self.status.is_none().then(|| self.leader.id())
    }
}

impl<L: Leader> ProcessGroup<L> {
    pub(super) fn new(leader: L) -> Self {
        Self { leader, status: None }
    }

    /// Waits at most this long for the leader to end; says whether it has.
    pub(super) fn ends_within(&self, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        while self.status.is_none() && !self.leader.has_ended() {
            if Instant::now() >= deadline {
                return false;
            }
            std::thread::sleep(GLANCE);
        }
        true
    }

    /// Kills whoever is left of the group, and says how the leader ended.
    pub(super) fn end(&mut self) -> Option<ExitStatus> {
        let leader = &mut self.leader;
        *self.status.get_or_insert_with(|| {
            leader.kill_group();
            leader.reap()
        })
    }
}

impl<L: Leader> Drop for ProcessGroup<L> {
    fn drop(&mut self) {
        self.end();
    }
}

/// Returns the processes of a group, without those that have ended and are to be waited for.
fn members(group: u32) -> impl Iterator<Item = u32> {
    let is_in = move |stat: &str| {
        // The name may hold anything; after it come state, parent and group.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let (state, _parent, of) = (fields.next()?, fields.next()?, fields.next()?.parse::<u32>().ok()?);
        Some(state != "Z" && state != "X" && of == group)
    };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(move |entry| {
        let process = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        is_in(&stat)?.then_some(process)
    })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io::{BufRead, BufReader};
    use std::os::unix::process::ExitStatusExt;
    use std::process::Stdio;
    use std::rc::Rc;

    use super::*;

    /// A leader that ended with exit code 3, and notes what is done with it.
    struct Ended(Rc<RefCell<Vec<&'static str>>>);

    impl Leader for Ended {
        fn has_ended(&self) -> bool {
            self.0.borrow_mut().push("look");
            true
        }

        fn kill_group(&self) {
            self.0.borrow_mut().push("kill");
        }

        fn reap(&mut self) -> Option<ExitStatus> {
            self.0.borrow_mut().push("reap");
            Some(ExitStatus::from_raw(3 << 8))
        }
    }

    #[test]
    fn the_group_is_killed_before_its_leader_is_waited_for_and_never_after() {
        let done = Rc::default();
        let mut group = ProcessGroup::new(Ended(Rc::clone(&done)));
        assert!(group.ends_within(Duration::ZERO));
        assert_eq!(group.end().and_then(|status| status.code()), Some(3));
        assert!(group.ends_within(Duration::ZERO));
        assert_eq!(group.end().and_then(|status| status.code()), Some(3), "it is remembered");
        drop(group);
        assert_eq!(*done.borrow(), ["look", "kill", "reap"]);
    }

    #[test]
    fn a_leader_that_has_ended_is_seen_and_what_it_left_behind_is_killed() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000 & echo $!; exit 3"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut group = ProcessGroup::spawn(&mut command).expect("a shell");
        let mut line = String::new();
        let output = group.output().expect("it is piped");
        BufReader::new(output).read_line(&mut line).expect("a line");
        let left = line.trim().to_owned();
        assert!(group.ends_within(Duration::from_secs(60)));
        assert!(group.process().is_some(), "it is there to be waited for");
        assert_eq!(group.followers(), 1);
        assert_eq!(group.end().and_then(|status| status.code()), Some(3));
        assert_eq!(group.process(), None);
        let is_gone = || match std::fs::read_to_string(format!("/proc/{left}/stat")) {
            Ok(stat) => stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')),
            Err(_) => true,
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        while !is_gone() && Instant::now() < deadline {
            std::thread::sleep(GLANCE);
        }
        assert!(is_gone(), "process {left} is left behind");
    }
}
