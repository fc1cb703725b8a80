//! Keys that an object can have.

/// Amazon S3 User Guide, "Naming Amazon S3 objects": bytes of UTF-8. The SDK panics about an address that is much longer.
pub(super) const LONGEST: usize = 1024;

/// Whether an object can have the key, or keys can begin with it.
pub(super) fn is_possible(key: &str) -> bool {
    key.len() <= LONGEST
}
