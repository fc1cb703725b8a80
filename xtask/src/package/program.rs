//! The program in a package: Lambda runs the file `bootstrap` of a zip.

use std::io::Read as _;

use anyhow::{Context, Result, bail};
use flate2::read::DeflateDecoder;

use super::Architecture;

/// The C library of the runtime `provided.al2023`.
///
/// Source: Amazon Linux 2023 User Guide, "glibc, gcc, and binutils".
pub const GLIBC_OF_LAMBDA: (u32, u32) = (2, 34);

/// What is known of a program.
#[derive(Debug, PartialEq, Eq)]
pub struct Program {
    /// The processor it is for; `None` where Lambda has none like it.
    pub architecture: Option<Architecture>,
    /// Its size.
    pub bytes: u64,
    /// The newest version of glibc that it asks for, `(0, 0)` where it asks for none.
    pub glibc: (u32, u32),
}

impl Program {
    /// Reads the only file of a zip.
    ///
    /// # Errors
    /// When it is no zip, or its file is no program or is called otherwise.
    pub fn in_package(zip: &[u8]) -> Result<Self> {
        let program = bootstrap(zip)?;
        if !program.starts_with(b"\x7fELF") {
            bail!("bootstrap is no program for Linux");
        }
        Ok(Self {
            architecture: architecture(&program),
            bytes: program.len() as u64,
            glibc: glibc(&program),
        })
    }
}

/// Source: APPNOTE.TXT, "Local file header".
fn bootstrap(zip: &[u8]) -> Result<Vec<u8>> {
    const HEADER: usize = 30;
    let number = |at: usize| -> Option<usize> {
        let bytes = zip.get(at..at + 2)?;
        Some(usize::from(u16::from_le_bytes(bytes.try_into().ok()?)))
    };
    if !zip.starts_with(b"PK\x03\x04") {
        bail!("it is no zip");
    }
    let (method, name, further) = (number(8), number(26), number(28));
    let (name, further) = name.zip(further).context("it is cut off")?;
    if zip.get(HEADER..HEADER + name) != Some(b"bootstrap") {
        bail!("its first file is not bootstrap");
    }
    let packed = zip.get(HEADER + name + further..).context("it is cut off")?;
    if method != Some(8) {
        bail!("bootstrap is not deflated");
    }
    let mut program = Vec::new();
    DeflateDecoder::new(packed)
        .read_to_end(&mut program)
        .context("bootstrap cannot be unpacked")?;
    Ok(program)
}

/// Source: elf(5), `e_machine`.
fn architecture(program: &[u8]) -> Option<Architecture> {
    match program.get(18..20)? {
        [0xB7, 0] => Some(Architecture::Arm64),
        [0x3E, 0] => Some(Architecture::X86_64),
        _ => None,
    }
}

/// Versions of symbols are named `GLIBC_2.34`.
fn glibc(program: &[u8]) -> (u32, u32) {
    const NAME: &[u8] = b"GLIBC_2.";
    let versions = program
        .windows(NAME.len())
        .enumerate()
        .filter(|(_, word)| *word == NAME);
    let minors = versions.filter_map(|(at, _)| {
        let rest = program.get(at + NAME.len()..)?;
        let digits: Vec<u8> = rest.iter().copied().take_while(u8::is_ascii_digit).collect();
        std::str::from_utf8(&digits).ok()?.parse::<u32>().ok()
    });
    minors.max().map_or((0, 0), |minor| (2, minor))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;

    use super::*;

    fn zip(name: &str, program: &[u8]) -> Vec<u8> {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
        packed.write_all(program).unwrap();
        let mut zip = b"PK\x03\x04\x14\0\0\0\x08\0".to_vec();
        zip.resize(26, 0);
        zip.extend((name.len() as u16).to_le_bytes());
        zip.extend([0, 0]);
        zip.extend(name.as_bytes());
        zip.extend(packed.finish().unwrap());
        zip
    }

    fn elf(machine: u8, rest: &str) -> Vec<u8> {
        let mut program = b"\x7fELF".to_vec();
        program.resize(18, 0);
        program.extend([machine, 0]);
        program.extend(rest.as_bytes());
        program
    }

    #[test]
    fn processor_and_library_are_read_from_the_program_in_the_zip() {
        let program = elf(0xB7, "GLIBC_2.17\0GLIBC_2.9\0GLIBC_2.\0GLIBC_PRIVATE");
        let read = Program::in_package(&zip("bootstrap", &program)).unwrap();
        let expected = Program {
            architecture: Some(Architecture::Arm64),
            bytes: program.len() as u64,
            glibc: (2, 17),
        };
        assert_eq!(read, expected);
        let other = Program::in_package(&zip("bootstrap", &elf(0x28, ""))).unwrap();
        assert_eq!((other.architecture, other.glibc), (None, (0, 0)));
    }

    #[test]
    fn what_lambda_would_not_start_is_refused() {
        let program = elf(0x3E, "");
        let cases: [(&[u8], &str); 4] = [
            (b"", "no zip"),
            (&zip("collect", &program), "not bootstrap"),
            (&zip("bootstrap", b"#!/bin/sh"), "no program"),
            (&zip("bootstrap", &program)[..40], "unpacked"),
        ];
        for (bytes, reason) in cases {
            let error = Program::in_package(bytes).unwrap_err();
            assert!(error.to_string().contains(reason), "{reason}: {error}");
        }
    }
}
