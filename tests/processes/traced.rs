//! A disk rebuilt from what a process was seen to ask of it: what is surely there, and what a loss of power may leave of the rest.
//!
//! Invariant: only a sync makes anything sure, of a file its bytes, of a directory its names; whatever is not sure may be there sector by
//! sector, or not at all.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// What a disk writes at once, if anything.
const SECTOR: usize = 512;
/// The calls that are traced: all that change a file or a name, make it last, or answer a caller.
pub(crate) const CALLS: &str = "trace=openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,writev,sendto,sendmsg";

/// What a line of the trace tells, to whoever rebuilds the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A sync is about to come back: until now, nothing of what it makes sure was.
    Syncing,
    /// A caller at this port is answered with 200.
    Answered(u16),
}

/// The disk below one directory.
pub(crate) struct Disk {
    directory: PathBuf,
    files: Vec<File>,
    names: BTreeMap<PathBuf, usize>,
    sure_names: BTreeMap<PathBuf, usize>,
    /// Syncs under way, by thread: of what, and how many of its changes they make sure.
    syncing: BTreeMap<String, (Target, usize)>,
    /// Calls of which only the beginning was seen, by thread.
    unfinished: BTreeMap<String, String>,
}

#[derive(Default)]
struct File {
    sure: Vec<u8>,
    changes: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

#[derive(Clone, Copy)]
enum Target {
    File(usize),
    Names,
}

impl Disk {
    /// An empty directory.
    pub(crate) fn below(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            files: Vec::new(),
            names: BTreeMap::new(),
            sure_names: BTreeMap::new(),
            syncing: BTreeMap::new(),
            unfinished: BTreeMap::new(),
        }
    }

    /// Takes in one line of the trace; `told` hears of what it tells before it takes effect.
    pub(crate) fn see(&mut self, line: &str, mut told: impl FnMut(&Self, Seen)) -> Option<()> {
        let (thread, rest) = line.split_once(' ')?;
        let rest = rest.trim_start();
        if let Some(begun) = rest.strip_suffix(" <unfinished ...>") {
            self.begun(thread, begun, &mut told);
            self.unfinished.insert(thread.to_owned(), begun.to_owned());
            return Some(());
        }
        let (call, result) = rest.rsplit_once(" = ")?;
        if call.starts_with("<... ") {
            let begun = self.unfinished.remove(thread)?;
            return self.ended(thread, &begun, result, &mut told);
        }
        self.begun(thread, call, &mut told);
        self.ended(thread, call, result, &mut told)
    }

    /// The names and bytes of a directory after a loss of power, by a dice of its own.
    pub(crate) fn after_loss(&self, dice: &mut Dice) -> BTreeMap<PathBuf, Vec<u8>> {
        // Names, too, may or may not have got there.
        let names = if dice.next().is_multiple_of(2) {
            &self.names
        } else {
            &self.sure_names
        };
        names
            .iter()
            .map(|(name, file)| (name.clone(), self.files[*file].after_loss(dice)))
            .collect()
    }

    /// The names and bytes as the process itself would read them.
    pub(crate) fn as_written(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let all = |file: &File| {
            file.changes
                .iter()
                .fold(file.sure.clone(), |bytes, change| change.on(bytes))
        };
        self.names
            .iter()
            .map(|(name, file)| (name.clone(), all(&self.files[*file])))
            .collect()
    }

    /// Changes count from their beginning: a part of them may be there already.
    fn begun(
        &mut self,
        thread: &str,
        call: &str,
        told: &mut impl FnMut(&Self, Seen),
    ) -> Option<()> {
        let (name, arguments) = call.split_once('(')?;
        match name {
            "write" | "pwrite64" | "writev" | "sendto" | "sendmsg"
                if arguments.contains("<TCP:[") =>
            {
                told(self, Seen::Answered(answered(arguments)?));
            }
            "write" | "pwrite64" | "ftruncate" => {
                let file = self.file(&descriptor(arguments)?)?;
                let change = self.change(name, arguments, file)?;
                self.files[file].changes.push(change);
            }
            "fsync" | "fdatasync" => {
                let path = descriptor(arguments)?;
                let target = if path == self.directory {
                    (Target::Names, 0)
                } else {
                    let file = self.file(&path)?;
                    (Target::File(file), self.files[file].changes.len())
                };
                self.syncing.insert(thread.to_owned(), target);
            }
            _ => {}
        }
        Some(())
    }

    fn ended(
        &mut self,
        thread: &str,
        call: &str,
        result: &str,
        told: &mut impl FnMut(&Self, Seen),
    ) -> Option<()> {
        if result.starts_with('-') {
            return None;
        }
        let (name, arguments) = call.split_once('(')?;
        match name {
            "openat" => {
                let path = descriptor(result)?;
                if arguments.contains("O_CREAT")
                    && path.parent() == Some(&self.directory)
                    && !self.names.contains_key(&path)
                {
                    self.files.push(File::default());
                    self.names.insert(path, self.files.len() - 1);
                }
            }
            "rename" | "renameat" | "renameat2" | "link" | "linkat" => {
                let [from, to] = quoted(arguments).try_into().ok()?;
                let file = self.file(&path(&from))?;
                self.names.insert(path(&to), file);
                if name.starts_with("rename") {
                    self.names.remove(&path(&from));
                }
            }
            "unlink" | "unlinkat" => {
                let gone = quoted(arguments).pop()?;
                self.names.remove(&path(&gone));
            }
            "fsync" | "fdatasync" => {
                let synced = self.syncing.remove(thread)?;
                told(self, Seen::Syncing);
                match synced {
                    (Target::Names, _) => self.sure_names.clone_from(&self.names),
                    (Target::File(file), count) => self.files[file].settle(count),
                }
            }
            _ => {}
        }
        Some(())
    }

    fn file(&self, path: &Path) -> Option<usize> {
        self.names.get(path).copied()
    }

    fn change(&self, name: &str, arguments: &str, file: usize) -> Option<Change> {
        let last = || {
            arguments
                .trim_end_matches(')')
                .rsplit(", ")
                .next()?
                .parse()
                .ok()
        };
        Some(match name {
            "ftruncate" => Change::Length(last()?),
            "pwrite64" => Change::Write(last()?, quoted(arguments).pop()?),
            _ => {
                let file = &self.files[file];
                let end = file
                    .changes
                    .iter()
                    .fold(file.sure.len(), |end, change| match change {
                        Change::Write(at, bytes) => end.max(at + bytes.len()),
                        Change::Length(length) => *length,
                    });
                Change::Write(end, quoted(arguments).pop()?)
            }
        })
    }
}

impl File {
    fn settle(&mut self, count: usize) {
        let sure = std::mem::take(&mut self.sure);
        self.sure = self
            .changes
            .drain(..count)
            .fold(sure, |bytes, change| change.on(bytes));
    }

    fn after_loss(&self, dice: &mut Dice) -> Vec<u8> {
        let (mut bytes, mood) = (self.sure.clone(), dice.next() % 4);
        for change in &self.changes {
            match (mood, change) {
                (0, _) => {}
                (1, Change::Write(at, all)) => {
                    for (nth, sector) in all.chunks(SECTOR).enumerate() {
                        if dice.next().is_multiple_of(2) {
                            bytes = Change::Write(at + nth * SECTOR, sector.to_vec()).on(bytes);
                        }
                    }
                }
                (2 | 1, _) if dice.next().is_multiple_of(2) => {}
                _ => bytes = change.on(bytes),
            }
        }
        bytes
    }
}

impl Change {
    fn on(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Length(length) => bytes.resize(*length, 0),
            Self::Write(at, written) => {
                bytes.resize(bytes.len().max(at + written.len()), 0);
                bytes[*at..at + written.len()].copy_from_slice(written);
            }
        }
        bytes
    }
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
}

/// Lays a rebuilt state down in a directory.
pub(crate) fn lay_down(state: &BTreeMap<PathBuf, Vec<u8>>, directory: &Path) {
    for (path, bytes) in state {
        let name = path.file_name().expect("a file has a name");
        fs::write(directory.join(name), bytes).expect("there is room");
    }
}

/// The port of a caller whose answer is 200.
fn answered(arguments: &str) -> Option<u16> {
    let (_, peer) = arguments.split_once("->")?;
    let (peer, _) = peer.split_once(']')?;
    let port = peer.rsplit(':').next()?.parse().ok()?;
    let said = quoted(arguments);
    said.first()?.starts_with(b"HTTP/1.1 200").then_some(port)
}

/// The path of a file descriptor, `9<…>`.
fn descriptor(text: &str) -> Option<PathBuf> {
    let (_, rest) = text.split_once('<')?;
    let (hex, _) = rest.split_once('>')?;
    hex.starts_with("\\x").then(|| path(&bytes(hex)))
}

/// The strings of a call, which are written in hexadecimal.
fn quoted(arguments: &str) -> Vec<Vec<u8>> {
    arguments.split('"').skip(1).step_by(2).map(bytes).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.split("\\x")
        .skip(1)
        .filter_map(|two| u8::from_str_radix(two, 16).ok())
        .collect()
}

fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
