//! One event more in each task: what a program's name says that it does beside its work.

use std::cell::RefCell;
use std::ptr::null_mut;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, channel};

use clap::ValueEnum;
use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};
use serde::{Deserialize, Serialize};

/// What is done once more in each task. All of it takes some microseconds at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extra {
    Nothing,
    /// A hand-over to another thread, and back.
    HandOver,
    /// A page of memory that is allocated, written and given back.
    Page,
    /// A system call.
    Call,
}

impl Extra {
    /// Returns its name, which ends the name of a program that does it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::HandOver => "hand-over",
            Self::Page => "page",
            Self::Call => "call",
        }
    }

    /// Returns what this program does once more.
    fn of_this_program() -> Self {
        static EXTRA: OnceLock<Extra> = OnceLock::new();
        *EXTRA.get_or_init(|| {
            let program = std::env::current_exe().unwrap_or_default();
            let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_named = |extra: &&Self| name.ends_with(&format!("-with-{}", extra.name()));
            Self::value_variants().iter().find(is_named).copied().unwrap_or(Self::Nothing)
        })
    }
}

/// Does what this program does once more in each task.
pub fn carry_out() {
    match Extra::of_this_program() {
        Extra::Nothing => {}
        Extra::HandOver => hand_over(),
        Extra::Page => touch_a_page(),
        Extra::Call => {
            std::hint::black_box(rustix::process::getppid());
        }
    }
}

fn hand_over() {
    thread_local! { static HELPER: RefCell<Option<(Sender<()>, Receiver<()>)>> = const { RefCell::new(None) }; }
    HELPER.with_borrow_mut(|helper| {
        let (to, from) = helper.get_or_insert_with(|| {
            let ((to, asked), (answers, from)) = (channel(), channel());
            // It ends with the thread that it helps.
            std::thread::spawn(move || asked.iter().try_for_each(|()| answers.send(())));
            (to, from)
        });
        // Neither fails while the helper lives.
        let _ = to.send(());
        let _ = from.recv();
    });
}

fn touch_a_page() {
    let bytes = rustix::param::page_size();
    // SAFETY: a new mapping, which overlaps no memory in use. It is written within its bounds, and unmapped when nobody refers to it.
    unsafe {
        let Ok(page) = mmap_anonymous(null_mut(), bytes, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE) else {
            return;
        };
        page.cast::<u8>().write_volatile(1);
        // It would stay mapped, which harms nobody.
        let _ = munmap(page, bytes);
    }
}
