//! Tests of the writer.

mod files;
mod sink;
