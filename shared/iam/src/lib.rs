//! sv0-iam
