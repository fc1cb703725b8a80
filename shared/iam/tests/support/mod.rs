//! Random estates, an oracle that decides them from the text of AWS's documentation, and what it takes to compare it with the engine.

#![allow(dead_code, reason = "each test binary uses its part")]

pub mod compare;
pub mod coverage;
pub mod engine;
pub mod generate;
pub mod golden;
pub mod minimal;
pub mod oracle;
pub mod random;
pub mod residuals;
pub mod run;
pub mod shrink;
pub mod two_ways;
