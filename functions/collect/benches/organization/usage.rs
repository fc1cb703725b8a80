//! What a process took of the machine, by its own word.
//!
//! Source: proc_pid_status(5), `VmHWM`; proc_pid_stat(5), `utime` and `stime`, in ticks of which Linux counts a hundred a second on every architecture of ours.

use std::fs;

use serde::Serialize;

const TICKS_A_SECOND: f64 = 100.0;

#[derive(Debug, Serialize)]
pub struct ProcessUsage {
    /// The most resident memory so far, in KiB.
    pub peak_kib: u64,
    /// Time on a processor, in seconds.
    pub cpu: f64,
}

pub fn usage() -> ProcessUsage {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in brackets, may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(2);
    ProcessUsage {
        peak_kib: peak
            .and_then(|text| text.trim().strip_suffix("kB")?.trim().parse().ok())
            .unwrap_or(0),
        cpu: ticks.filter_map(|text| text.parse::<f64>().ok()).sum::<f64>() / TICKS_A_SECOND,
    }
}
