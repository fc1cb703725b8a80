//! A headless Chromium, started once for every page that is looked at.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Programs looked for, in this order, after the one that the environment names.
const PROGRAMS: [&str; 3] = ["chromium", "/usr/bin/chromium", "chromium-browser"];

/// Variables that name the program.
const VARIABLES: [&str; 2] = ["SV0_CHROMIUM", "CHROME"];

const ARGUMENTS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--virtual-time-budget=5000",
    "--enable-logging=stderr",
];

/// The browser.
pub struct Chromium {
    program: OsString,
}

/// The size of the window in CSS pixels.
#[derive(Clone, Copy)]
pub struct Window {
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

/// What the page is asked to look like.
#[derive(Clone, Copy, Debug)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    fn query(self) -> &'static str {
        match self {
            Self::Light => "?theme=light",
            Self::Dark => "?theme=dark",
        }
    }
}

impl Chromium {
    /// The browser of this machine. `None` where there is none and none is expected; on Linux it is a failure.
    pub fn find() -> Option<Self> {
        let named = VARIABLES.iter().filter_map(std::env::var_os);
        let found = named
            .chain(PROGRAMS.iter().map(OsString::from))
            .find(starts)
            .map(|program| Self { program });
        if found.is_none() && cfg!(target_os = "linux") {
            panic!("no Chromium was found: `cargo xtask test` installs it, or set SV0_CHROMIUM to its program");
        }
        if found.is_none() {
            println!(
                "SKIPPED {}: there is no Chromium here",
                std::thread::current().name().unwrap_or("a browser test")
            );
        }
        found
    }

    /// The document after its script ran, as HTML. Fails when the page wrote anything to the console.
    pub fn dump_dom(&self, file: &Path, address: &str) -> String {
        let output = self.run(&["--dump-dom".into(), url(file, "", address).into()]);
        let log = String::from_utf8_lossy(&output.stderr);
        let console: Vec<&str> = log.lines().filter(|line| line.contains(":CONSOLE")).collect();
        assert!(
            console.is_empty(),
            "the page writes to the console at {address}: {console:#?}"
        );
        String::from_utf8(output.stdout).expect("the document is UTF-8")
    }

    /// Draws the page into a PNG file.
    pub fn screenshot(&self, file: &Path, address: &str, window: Window, theme: Theme, image: &Path) {
        let mut target = OsString::from("--screenshot=");
        target.push(image);
        let size = format!("--window-size={},{}", window.width, window.height);
        self.run(&[target, size.into(), url(file, theme.query(), address).into()]);
    }

    fn run(&self, arguments: &[OsString]) -> Output {
        let profile = tempfile::tempdir().expect("a folder for the browser's profile");
        let mut user_data = OsString::from("--user-data-dir=");
        user_data.push(profile.path());
        let output = Command::new(&self.program)
            .args(ARGUMENTS)
            .arg(user_data)
            .args(arguments)
            .output()
            .expect("the browser starts");
        assert!(
            output.status.success(),
            "the browser ends well: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }
}

fn starts(program: &OsString) -> bool {
    Command::new(program)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// The `file:` URL of a page, with what follows its path.
fn url(file: &Path, query: &str, address: &str) -> String {
    let absolute: PathBuf = file.canonicalize().expect("the page exists");
    let path: String = absolute
        .to_str()
        .expect("the page's path is UTF-8")
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("file://{path}{query}{address}")
}

/// Width and height out of a PNG's header. `None` when it is none.
pub fn png_size(image: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(image.get(at..at + 4)?.try_into().ok()?));
    image.starts_with(b"\x89PNG\r\n\x1a\n").then_some(())?;
    Some((number(16)?, number(20)?))
}
