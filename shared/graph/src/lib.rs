//! sv0-graph
