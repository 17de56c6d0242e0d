//! Links the released programme for a quick start.
//!
//! A check in a CI job is a start, a few requests and an exit, and most of the start is not ours: the dynamic loader maps
//! four libraries, and the tables of a relocatable programme are touched page by page before `main` (100 of 360 page
//! faults). A static programme at a fixed address has neither, which is a quarter of a whole check. Another quarter is lost
//! where the linker writes through a memory map: the page cache then holds the file in single pages, until it is copied.
//!
//! Each is tried on an empty programme first, so that a machine that lacks the C library's archives, or has another
//! linker, links as ever. The stack, the heap and all maps stay at random addresses. Packagers who want their
//! distribution's own way build without the feature `static`.

#![expect(clippy::disallowed_methods, reason = "a build script is told what to do by its environment")]

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The libraries that rustc names to the linker, and the archive that takes the place of each; the last four are empty or
/// gone in a new C library.
const ARCHIVES: [(&str, &str); 7] = [
    ("c", "c"),
    ("m", "m"),
    ("gcc_s", "gcc_eh"),
    ("pthread", "pthread"),
    ("rt", "rt"),
    ("util", "util"),
    ("dl", "dl"),
];

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    if !is_wanted() {
        return Ok(());
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let archives = out.join("archives");
    collect_archives(&archives)?;
    let directory = format!("-L{}", archives.display());
    // What the C library's archive needs stands behind it: not every linker looks back.
    let fixed = [
        "-static",
        "-no-pie",
        &directory,
        "-Wl,--start-group",
        "-lgcc_eh",
        "-lgcc",
        "-lc",
        "-Wl,--end-group",
    ];
    // LLD 22 takes its option the wrong way round: with it the file is written, without it mapped. To others it says
    // what they do anyway.
    for arguments in [&fixed[..], &["-Wl,--mmap-output-file"]] {
        if links(arguments, &out)? {
            arguments.iter().for_each(|argument| println!("cargo:rustc-link-arg-bins={argument}"));
        }
    }
    Ok(())
}

/// A release for the machine's own GNU/Linux; any other C library has its own way to be static.
fn is_wanted() -> bool {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|is| is == value);
    env::var_os("CARGO_FEATURE_STATIC").is_some()
        && is("PROFILE", "release")
        && is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && env::var_os("HOST") == env::var_os("TARGET")
}

/// Links to the archives in a directory of their own, which the linker looks through first and which holds no shared library.
fn collect_archives(directory: &Path) -> io::Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    fs::create_dir_all(directory)?;
    for (name, archive) in ARCHIVES {
        if let Some(path) = place_of(archive) {
            link(&path, &directory.join(format!("lib{name}.a")))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(original: &Path, name: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(original, name)
}

#[cfg(not(unix))]
fn link(original: &Path, name: &Path) -> io::Result<()> {
    fs::copy(original, name).map(|_| ())
}

/// Where the linker's driver finds an archive. For one that it does not have it prints the name alone.
fn place_of(archive: &str) -> Option<PathBuf> {
    let driver = variable("RUSTC_LINKER", "cc");
    let asked = Command::new(driver).arg(format!("-print-file-name=lib{archive}.a")).output().ok()?;
    let path = PathBuf::from(String::from_utf8(asked.stdout).ok()?.trim());
    path.is_absolute().then_some(path)
}

/// Whether an empty programme links with these arguments, and runs.
fn links(arguments: &[&str], out: &Path) -> io::Result<bool> {
    let (source, programme) = (out.join("empty.rs"), out.join("empty"));
    fs::write(&source, "fn main() {}\n")?;
    let mut rustc = Command::new(variable("RUSTC", "rustc"));
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        rustc.arg("-C").arg(format!("linker={}", linker.display()));
    }
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    rustc.args(flags.split('\x1f').filter(|flag| !flag.is_empty()));
    rustc.args(arguments.iter().map(|argument| format!("-Clink-arg={argument}")));
    rustc.args([&source, Path::new("-o"), &programme]);
    Ok(rustc.output()?.status.success()
        && Command::new(&programme).status().is_ok_and(|status| status.success()))
}

fn variable(name: &str, otherwise: &str) -> OsString {
    env::var_os(name).unwrap_or_else(|| otherwise.into())
}
