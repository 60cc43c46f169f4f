//! The installer of a release: what it brings, and what it refuses to bring.
//!
//! Invariant: a program is exchanged only for one whose checksum is right; whatever else happens, what was there stays as it was.

use std::{
    env::consts::ARCH,
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    process::{Command, Output},
};

use axum::{
    Router,
    http::{StatusCode, Uri},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::spawn_blocking};

const OLD: &str = "#!/bin/sh\necho the old one\n";
const NEW: &str = "#!/bin/sh\necho sheetdesk 7.0.0-rc.1\n";

/// A release that is published on this machine, and a machine that has an old program.
struct Release {
    files: TempDir,
    machine: TempDir,
    archive: String,
    url: String,
    language: &'static str,
}

impl Release {
    async fn published() -> Self {
        let (files, machine) = (folder(), folder());
        let name = format!("sheetdesk-7.0.0-rc.1-{ARCH}-linux");
        let inside = files.path().join(&name);
        fs::create_dir(&inside).expect("a folder");
        fs::write(inside.join("sheetdesk"), NEW).expect("a program");
        let archive = format!("{name}.tar.gz");
        in_shell(files.path(), &format!("tar -czf {archive} {name}"));
        in_shell(files.path(), "sha256sum -- *.tar.gz >SHA256SUMS");
        for directory in ["bin", "tmp"] {
            fs::create_dir(machine.path().join(directory)).expect("a directory");
        }
        fs::write(machine.path().join("bin/sheetdesk"), OLD).expect("an old program");
        let url = serve(files.path()).await;
        Self {
            files,
            machine,
            archive,
            url,
            language: "C.UTF-8",
        }
    }

    /// Runs the installer; only with these programs, where they are named.
    async fn install(&self, programs: Option<&[&str]>) -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/release/install.sh");
        let script = fs::read_to_string(script)
            .expect("it is there")
            .replace("@VERSION@", "7.0.0-rc.1")
            .replace("@URL@", &self.url);
        let bin = self.machine.path().join("bin");
        let mut path = "/usr/bin:/bin".to_owned();
        if let Some(programs) = programs {
            path = self.machine.path().display().to_string();
            for program in programs {
                let there = in_shell(Path::new("/"), &format!("command -v {program}"));
                let there = String::from_utf8_lossy(&there.stdout).trim().to_owned();
                symlink(there, self.machine.path().join(program)).expect("a link");
            }
        }
        let mut installer = Command::new("/bin/sh");
        installer
            .args(["-c", &script, "install.sh"])
            .arg(&bin)
            .env_clear()
            .env("PATH", path)
            .env("LANG", self.language)
            .env("TMPDIR", self.machine.path().join("tmp"));
        spawn_blocking(move || installer.output().expect("there is a shell"))
            .await
            .expect("it ends")
    }

    /// The program that the machine has now; beside it lies nothing, and nothing that was downloaded is left.
    fn program(&self) -> String {
        let names = |directory: &str| -> Vec<_> {
            fs::read_dir(self.machine.path().join(directory))
                .expect("it can be listed")
                .map(|entry| entry.expect("it can be listed").file_name())
                .collect()
        };
        assert_eq!(names("bin"), ["sheetdesk"]);
        assert!(names("tmp").is_empty(), "{:?}", names("tmp"));
        fs::read_to_string(self.machine.path().join("bin/sheetdesk")).expect("a program")
    }

    /// The installer says this, ends with 1, and has left the machine as it was.
    async fn refuses(&self, words: &str) {
        let ended = self.install(None).await;
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{said}");
        assert!(said.contains(words), "{said}");
        assert_eq!(self.program(), OLD);
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

fn in_shell(directory: &Path, command: &str) -> Output {
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(directory)
        .output()
        .expect("there is a shell");
    assert!(output.status.success(), "{command}: {output:?}");
    output
}

/// Serves these files, and no others.
async fn serve(files: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let files = files.to_owned();
    let file = move |uri: Uri| async move {
        fs::read(files.join(uri.path().trim_start_matches('/'))).map_err(|_| StatusCode::NOT_FOUND)
    };
    tokio::spawn(axum::serve(listener, Router::new().fallback(file)).into_future());
    url
}

#[tokio::test]
async fn the_installer_brings_the_program_in_the_old_one_s_place() {
    let release = Release::published().await;
    let ended = release.install(None).await;
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(release.program(), NEW);
    let program = release.machine.path().join("bin/sheetdesk");
    let mode = fs::metadata(&program).expect("it is there").permissions();
    assert_eq!(mode.mode() & 0o777, 0o755);
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(said.contains(": sheetdesk 7.0.0-rc.1\n"), "{said}");
    assert!(said.contains("is not in your PATH"), "{said}");
}

#[tokio::test]
async fn the_installer_does_with_wget_where_there_is_no_curl() {
    let release = Release::published().await;
    let programs = [
        "wget",
        "uname",
        "mktemp",
        "rm",
        "grep",
        "sha256sum",
        "tar",
        "gzip",
        "mkdir",
        "cp",
        "chmod",
        "mv",
    ];
    let ended = release.install(Some(&programs)).await;
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(release.program(), NEW);
    fs::remove_file(release.machine.path().join("wget")).expect("it was there");
    let ended = release.install(Some(&[])).await;
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("neither curl nor wget"), "{said}");
}

#[tokio::test]
async fn the_installer_brings_nothing_whose_checksum_is_wrong() {
    let release = Release::published().await;
    let archive = release.files.path().join(&release.archive);
    let mut content = fs::read(&archive).expect("it was published");
    *content.last_mut().expect("it is not empty") ^= 1;
    fs::write(&archive, content).expect("it can be spoilt");
    release.refuses("is not what its checksum says").await;
}

#[tokio::test]
async fn the_installer_brings_nothing_that_has_no_checksum() {
    let release = Release::published().await;
    let checksums = release.files.path().join("SHA256SUMS");
    let others = fs::read_to_string(&checksums)
        .expect("it was published")
        .replace("sheetdesk-", "another-");
    fs::write(&checksums, others).expect("it can be changed");
    release.refuses("is not what its checksum says").await;
}

#[tokio::test]
async fn the_installer_says_what_cannot_be_downloaded() {
    let mut release = Release::published().await;
    fs::remove_file(release.files.path().join(&release.archive)).expect("it was published");
    let name = release.archive.clone();
    release
        .refuses(&format!("/{name} cannot be downloaded"))
        .await;
    release.language = "ru_RU.UTF-8";
    release.refuses(&format!("/{name} не скачивается")).await;
}
