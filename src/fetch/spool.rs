//! Where fetched bytes are until they are sent: on the disk, not in memory.
//!
//! Invariant: a file on the disk goes with whoever holds it, and what a process that was killed has left goes at the next start.

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use tempfile::TempPath;
use tokio::io::AsyncWriteExt as _;
use tokio_util::io::ReaderStream;

/// The directory's name within the service's own.
const DIRECTORY: &str = "fetched";
/// As many of the first bytes are kept in memory as tell what a file is.
const HEAD: usize = 32;
/// How much is read at a time when a file is sent, in bytes.
const BLOCK: usize = 64 * 1024;

/// A directory for fetched files; made when it is first needed.
#[derive(Debug, Clone)]
pub(super) struct Spool(Arc<Path>);

/// What is in a file.
#[derive(Debug)]
pub enum SpooledContent {
    /// In memory: what was in a cell.
    Held(Bytes),
    /// On the disk.
    SpooledFile(Laid),
}

/// A file on the disk, which is deleted with this.
#[derive(Debug)]
pub struct Laid {
    path: TempPath,
    size: u64,
    head: Bytes,
}

/// A file that is being written.
pub(super) struct Writing {
    file: tokio::fs::File,
    path: TempPath,
    size: u64,
    head: Vec<u8>,
}

impl Spool {
    /// Below a directory that belongs to this process alone; what is there is of an earlier one.
    pub(super) fn in_directory(directory: &Path) -> Self {
        let own = directory.join(DIRECTORY);
        match fs::remove_dir_all(&own) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "files that an earlier run has fetched cannot be deleted");
            }
            Ok(()) | Err(_) => {}
        }
        Self(own.into())
    }

    /// Begins a file.
    pub(super) async fn begin(&self) -> io::Result<Writing> {
        let directory: PathBuf = self.0.to_path_buf();
        let made = tokio::task::spawn_blocking(move || {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&directory)?;
            tempfile::NamedTempFile::new_in(&directory)
        });
        let (file, path) = made.await.map_err(io::Error::other)??.into_parts();
        Ok(Writing {
            file: tokio::fs::File::from_std(file),
            path,
            size: 0,
            head: Vec::new(),
        })
    }
}

impl Writing {
    /// How much has been written.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await?;
        self.size += bytes.len() as u64;
        let missing = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        Ok(())
    }

    pub(super) async fn end(mut self) -> io::Result<Laid> {
        self.file.flush().await?;
        Ok(Laid {
            path: self.path,
            size: self.size,
            head: self.head.into(),
        })
    }
}

impl SpooledContent {
    /// How much it is, in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        match self {
            Self::Held(bytes) => bytes.len() as u64,
            Self::SpooledFile(laid) => laid.size,
        }
    }

    /// How it begins.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        match self {
            Self::Held(bytes) => &bytes[..bytes.len().min(HEAD)],
            Self::SpooledFile(laid) => &laid.head,
        }
    }

    /// All of it, as the body of a request; read as it is sent.
    ///
    /// # Errors
    /// When the file on the disk cannot be opened.
    pub async fn body(&self) -> io::Result<reqwest::Body> {
        Ok(match self {
            Self::Held(bytes) => bytes.clone().into(),
            Self::SpooledFile(laid) => {
                let file = tokio::fs::File::open(&laid.path).await?;
                reqwest::Body::wrap_stream(ReaderStream::with_capacity(file, BLOCK))
            }
        })
    }
}
