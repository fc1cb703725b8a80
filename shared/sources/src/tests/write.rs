//! Tests of the writer.

mod answers;
mod canaries;
mod files;
mod sink;
