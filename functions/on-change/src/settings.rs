//! What the deployment sets, read once.

use std::num::NonZeroU64;

use thiserror::Error;

const STATE_MACHINE: &str = "SV0_STATE_MACHINE";
const WINDOW: &str = "SV0_WINDOW_SECONDS";

/// What the deployment sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `SV0_STATE_MACHINE`: the ARN of `rescan-account`.
    pub state_machine: String,
    /// `SV0_WINDOW_SECONDS`: an account is read again once in so many seconds. Messages of the queue must be delayed as long.
    pub window: NonZeroU64,
}

/// The deployment left something out, or set it to something else.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// There is no default for it.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// It must be a number.
    #[error("{WINDOW} is {0:?}; it must be a whole number above 0")]
    Window(String),
}

impl Settings {
    /// Reads the settings; `variable` gives the value of an environment variable.
    ///
    /// # Errors
    /// [`SettingsError`], with the variable's name.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let needed = |name: &'static str| {
            let value = variable(name).filter(|value| !value.is_empty());
            value.ok_or(SettingsError::Missing(name))
        };
        let window = needed(WINDOW)?;
        Ok(Self {
            state_machine: needed(STATE_MACHINE)?,
            window: window.parse().map_err(|_| SettingsError::Window(window))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_needed_and_a_window_has_a_length() {
        let read = |machine: &'static str, window: &'static str| {
            Settings::read(|name| Some(if name == WINDOW { window } else { machine }.to_owned()))
        };
        assert_eq!(read("arn", "600").unwrap().window.get(), 600);
        assert_eq!(read("", "600"), Err(SettingsError::Missing(STATE_MACHINE)));
        assert_eq!(read("arn", ""), Err(SettingsError::Missing(WINDOW)));
        for window in ["0", "-1", "ten"] {
            assert_eq!(read("arn", window), Err(SettingsError::Window(window.to_owned())));
        }
    }
}
