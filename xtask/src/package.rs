//! The packages of the functions as `sam build` makes them, and what is held of each: its size, the processor it is for and the C library it asks for.

mod program;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::functions::{self, FUNCTIONS, Function};
use crate::shell;
use crate::suite::python;
use program::Program;

#[derive(Args)]
pub struct PackageArguments {
    /// The processors to build for; without it all whose Rust target is installed.
    #[arg(long, value_enum, value_delimiter = ',')]
    architecture: Vec<Architecture>,
    /// The folder to put them into, as ARCHITECTURE/FUNCTION/bootstrap.zip.
    #[arg(long, default_value = "target/packages")]
    out: PathBuf,
}

/// A processor that Lambda has, by Lambda's name of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Architecture {
    #[value(name = "arm64")]
    Arm64,
    #[value(name = "x86_64")]
    X86_64,
}

impl Architecture {
    fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }

    fn target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }

    /// Whether Rust's standard library for it is here.
    fn is_installed(self) -> Result<bool> {
        let asked = ["--print", "target-libdir", "--target", self.target()];
        let folder = shell::output(Command::new(rustc()).args(asked))?;
        let files = fs::read_dir(folder.trim()).into_iter().flatten().flatten();
        let mut names = files.map(|file| file.file_name());
        Ok(names.any(|name| name.to_string_lossy().starts_with("libstd-")))
    }
}

fn rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// Prints a table; fails when a package is too large, or is not what Lambda runs.
pub fn package(arguments: &PackageArguments) -> Result<()> {
    let root = shell::workspace_root()?;
    let tools = python::prepare_packager()?;
    let mut table = Vec::new();
    let mut faults = Vec::new();
    for architecture in wanted(&arguments.architecture)? {
        let out = root.join(&arguments.out).join(architecture.name());
        shell::step(architecture.name(), &mut build(&root, &tools, architecture, &out)?)?;
        for function in &FUNCTIONS {
            let package = Package::read(&out.join(function.binary).join("bootstrap.zip"))?;
            faults.extend(package.faults(function, architecture));
            table.push(package.line(function, architecture));
        }
    }
    println!(
        "| package | for | zipped (MB) | at most (MB) | program (MB) | glibc |\n|---|---|---:|---:|---:|---:|\n{}",
        table.join("\n")
    );
    if faults.is_empty() {
        return Ok(());
    }
    bail!("{}", faults.join("; "))
}

/// What is asked for, all of which must be installed; else everything that is, and what is not is said.
fn wanted(asked: &[Architecture]) -> Result<Vec<Architecture>> {
    let mut installed = Vec::new();
    let all = if asked.is_empty() {
        Architecture::value_variants()
    } else {
        asked
    };
    for &architecture in all {
        let (name, target) = (architecture.name(), architecture.target());
        if architecture.is_installed()? {
            installed.push(architecture);
        } else if asked.is_empty() {
            println!(
                "SKIPPED {name}: the Rust target {target} is not installed here; `rustup target add {target}` does it"
            );
        } else {
            bail!("{name}: the Rust target {target} is not installed here; `rustup target add {target}` does it");
        }
    }
    Ok(installed)
}

/// What SAM CLI's build method `rust-cargolambda` runs, for all functions in one build.
fn build(root: &Path, tools: &Path, architecture: Architecture, out: &Path) -> Result<Command> {
    let inherited = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([tools.to_path_buf()].into_iter().chain(env::split_paths(&inherited)))
        .context("the search path")?;
    let mut build = Command::new(tools.join("cargo-lambda"));
    build.current_dir(root).env("PATH", path);
    build.args(["lambda", "build", "--release", "--locked", "--output-format", "zip"]);
    build.arg(match architecture {
        Architecture::Arm64 => "--arm64",
        Architecture::X86_64 => "--x86-64",
    });
    build.arg("--lambda-dir").arg(out);
    functions::of_all(&mut build);
    Ok(build)
}

/// A package that was built.
struct Package {
    zipped: u64,
    program: Program,
}

impl Package {
    fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self {
            zipped: bytes.len() as u64,
            program: Program::in_package(&bytes).with_context(|| path.display().to_string())?,
        })
    }

    fn faults(&self, function: &Function, architecture: Architecture) -> Vec<String> {
        let name = format!("{} for {}", function.binary, architecture.name());
        let mut faults = Vec::new();
        if self.zipped > function.most_zipped {
            faults.push(format!(
                "{name} has {} bytes, more than {}",
                self.zipped, function.most_zipped
            ));
        }
        if self.program.architecture != Some(architecture) {
            faults.push(format!("{name} is a program for another processor"));
        }
        if self.program.glibc > program::GLIBC_OF_LAMBDA {
            let (major, minor) = self.program.glibc;
            faults.push(format!("{name} asks for glibc {major}.{minor}, which Lambda has not"));
        }
        faults
    }

    fn line(&self, function: &Function, architecture: Architecture) -> String {
        let megabytes = |bytes: u64| format!("{:.1}", bytes as f64 / 1e6);
        format!(
            "| `{}` | {} | {} | {} | {} | {}.{} |",
            function.binary,
            architecture.name(),
            megabytes(self.zipped),
            megabytes(function.most_zipped),
            megabytes(self.program.bytes),
            self.program.glibc.0,
            self.program.glibc.1
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(zipped: u64, architecture: Architecture, glibc: (u32, u32)) -> Package {
        Package {
            zipped,
            program: Program {
                architecture: Some(architecture),
                bytes: 1,
                glibc,
            },
        }
    }

    #[test]
    fn each_package_has_a_size_a_processor_and_a_library_that_lambda_has() {
        let [collect, on_change, ..] = &FUNCTIONS;
        let arm64 = Architecture::Arm64;
        let faults = |package: Package, function| package.faults(function, arm64);
        assert_eq!(
            faults(package(12_000_000, arm64, (2, 34)), collect),
            Vec::<String>::new()
        );
        assert_eq!(
            faults(package(12_000_001, arm64, (2, 17)), collect),
            ["collect for arm64 has 12000001 bytes, more than 12000000"]
        );
        assert_eq!(
            faults(package(6_000_001, arm64, (2, 35)), on_change),
            [
                "on-change for arm64 has 6000001 bytes, more than 6000000",
                "on-change for arm64 asks for glibc 2.35, which Lambda has not"
            ]
        );
        assert_eq!(
            faults(package(1, Architecture::X86_64, (2, 26)), on_change),
            ["on-change for arm64 is a program for another processor"]
        );
    }

    #[test]
    fn what_is_asked_for_by_name_is_not_skipped() {
        let here = if cfg!(target_arch = "aarch64") {
            Architecture::Arm64
        } else {
            Architecture::X86_64
        };
        assert_eq!(wanted(&[here]).unwrap(), [here]);
        assert!(wanted(&[]).unwrap().contains(&here));
    }
}
