//! sv0-lake
