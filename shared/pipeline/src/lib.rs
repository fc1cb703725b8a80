//! sv0-pipeline
