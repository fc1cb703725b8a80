//! sv0-report
