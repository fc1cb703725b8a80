//! Progress of a scan: a bar on a terminal, nothing elsewhere.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sv0_authority::PathProgress;
use sv0_pipeline::ScanEvent;
use sv0_sources::ReadProgress;

/// Shows on standard error how far a scan is.
pub struct ScanProgress {
    bar: ProgressBar,
}

impl ScanProgress {
    /// A bar when standard error is a terminal, else nothing.
    pub fn new() -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar }
    }

    /// Takes in one event.
    pub fn show(&self, event: &ScanEvent) {
        match event {
            ScanEvent::Stage(name) => {
                self.bar.set_style(ProgressStyle::default_spinner());
                self.bar.set_message(*name);
            }
            ScanEvent::Reading(ReadProgress::Files { total }) => self.count_to(*total, "files"),
            ScanEvent::Evaluating(PathProgress::Workloads(total)) => self.count_to(*total as u64, "workloads"),
            ScanEvent::Reading(ReadProgress::FileDone { .. })
            | ScanEvent::Evaluating(PathProgress::WorkloadWalked { .. }) => self.bar.inc(1),
            ScanEvent::Evaluating(PathProgress::RoleReached { .. }) => self.bar.tick(),
        }
    }

    /// Shows a bar of `total` things.
    pub fn count_to(&self, total: u64, what: &str) {
        self.bar.set_length(total);
        self.bar.set_position(0);
        if let Ok(style) =
            ProgressStyle::with_template(&format!("{{spinner}} {{msg}} {{wide_bar}} {{pos}}/{{len}} {what}"))
        {
            self.bar.set_style(style);
        }
    }

    /// One more of them is done.
    pub fn step(&self) {
        self.bar.inc(1);
    }

    /// Clears the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
