//! sv0-sources
