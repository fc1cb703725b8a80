//! Tests of the reader over captures in temporary folders.

mod config_items;
mod coverage;
mod damage;
mod forms;
mod hostile;
mod logs;
mod order;
mod places;
mod policies;
mod redaction;
mod schemas;
mod spoke;
mod tables;
mod write;
