//! sv0-authority
