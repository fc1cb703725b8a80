//! Packages of the distribution.

use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

/// Installs a Debian package; `by_hand` says what a person has to do where that is not possible.
pub fn install(package: &str, by_hand: &str) -> Result<()> {
    let elevation = elevation(package, by_hand)?;
    shell::step("package lists", &mut apt_get(elevation, &["update"]))?;
    let install = ["install", "--yes", "--no-install-recommends", package];
    shell::step(package, &mut apt_get(elevation, &install))
}

/// What goes before a command that needs root.
fn elevation(package: &str, by_hand: &str) -> Result<&'static [&'static str]> {
    if !shell::is_installed("apt-get") {
        bail!("there is no apt-get here; {by_hand}");
    }
    if shell::output(Command::new("id").arg("-u"))?.trim() == "0" {
        return Ok(&[]);
    }
    if shell::output(Command::new("sudo").args(["-n", "true"])).is_ok() {
        return Ok(&["sudo", "-n"]);
    }
    bail!("neither root nor sudo without a password; {by_hand}: sudo apt-get install {package}")
}

fn apt_get(elevation: &[&str], arguments: &[&str]) -> Command {
    let mut words = elevation
        .iter()
        .copied()
        .chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    let mut command = Command::new(words.next().unwrap_or("env"));
    command.args(words).args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_root_only_when_it_is_not_root() {
        let as_text = |elevation: &[&str]| format!("{:?}", apt_get(elevation, &["update"])).replace('"', "");
        assert_eq!(as_text(&[]), "env DEBIAN_FRONTEND=noninteractive apt-get update");
        assert_eq!(
            as_text(&["sudo", "-n"]),
            "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get update"
        );
    }
}
