//! The port to wherever objects lie.

use crate::LakeError;

/// A flat set of objects under `/`-separated keys.
///
/// The port is synchronous: stages are computation with few, large reads and writes, and an adapter to a remote service waits on its own threads.
/// Keys are relative, without empty, `.` or `..` parts and without control characters; an adapter refuses others with [`LakeError::InvalidKey`].
pub trait ObjectStore: Sync {
    /// Writes an object whole: a reader sees the old bytes or the new ones, never a part.
    ///
    /// # Errors
    /// [`LakeError::InvalidKey`] or [`LakeError::Io`].
    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), LakeError>;

    /// Reads an object whole.
    ///
    /// # Errors
    /// [`LakeError::NotFound`], [`LakeError::InvalidKey`] or [`LakeError::Io`].
    fn get(&self, key: &str) -> Result<Vec<u8>, LakeError>;

    /// Reads `length` bytes of an object, the first of them the one at `offset`, counted from 0.
    ///
    /// # Errors
    /// As [`ObjectStore::get`]; [`LakeError::Io`] also where the object is shorter. Of no bytes at all nothing is asked.
    fn get_range(&self, key: &str, offset: u64, length: u64) -> Result<Vec<u8>, LakeError>;

    /// The keys that start with `prefix`, sorted by bytes.
    ///
    /// # Errors
    /// [`LakeError::Io`].
    fn list(&self, prefix: &str) -> Result<Vec<String>, LakeError>;

    /// How a person would name this store in a message.
    fn describe(&self) -> String;
}

/// Whether `key` is one that every adapter accepts: relative, at most 1024 bytes, without empty, `.` or `..` parts, `\` and control characters.
#[must_use]
pub fn is_valid_key(key: &str) -> bool {
    !key.is_empty()
        && key.len() <= 1024
        && !key.chars().any(|c| c.is_control() || c == '\\')
        && key.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// The contract that every adapter of [`ObjectStore`] passes.
pub mod contract {
    use super::ObjectStore;
    use crate::LakeError;

    /// Runs the whole contract against an empty store.
    ///
    /// # Errors
    /// Says in words which promise the store broke.
    pub fn check(store: &dyn ObjectStore) -> Result<(), String> {
        let said = |error: LakeError| error.to_string();
        store.put("a/one.json", b"1").map_err(said)?;
        store.put("a/two.json", b"2").map_err(said)?;
        store.put("ab/three.json", b"").map_err(said)?;
        expect(
            store.get("a/one.json").map_err(said)? == b"1",
            "an object reads back as it was written",
        )?;
        expect(
            store.get("ab/three.json").map_err(said)?.is_empty(),
            "an empty object exists",
        )?;
        store.put("a/one.json", b"new").map_err(said)?;
        expect(
            store.get("a/one.json").map_err(said)? == b"new",
            "a second write replaces the first",
        )?;
        expect(
            store.list("a/").map_err(said)? == ["a/one.json", "a/two.json"],
            "a listing is sorted and holds what starts with the prefix, nothing else",
        )?;
        expect(
            store.list("none/").map_err(said)?.is_empty(),
            "an unknown prefix lists nothing",
        )?;
        expect(
            matches!(store.get("a/none.json"), Err(LakeError::NotFound { .. })),
            "an absent object is named as such",
        )?;
        check_ranges(store)?;
        for key in ["", "/a", "a//b", "../a", "a/../../b", "a/\n", "a\\b"] {
            expect(
                matches!(store.put(key, b"x"), Err(LakeError::InvalidKey { .. })),
                &format!("the key {key:?} is refused"),
            )?;
        }
        Ok(())
    }

    fn check_ranges(store: &dyn ObjectStore) -> Result<(), String> {
        let said = |error: LakeError| error.to_string();
        store.put("a/range", b"0123456789").map_err(said)?;
        for (offset, length, want) in [
            (0, 10, "0123456789"),
            (0, 1, "0"),
            (3, 4, "3456"),
            (9, 1, "9"),
            (4, 0, ""),
        ] {
            expect(
                store.get_range("a/range", offset, length).map_err(said)? == want.as_bytes(),
                &format!("{length} bytes from {offset} on are those of the object"),
            )?;
        }
        for (offset, length) in [(0, 11), (9, 2), (10, 1), (400, 1), (u64::MAX, 1), (1, u64::MAX)] {
            expect(
                matches!(store.get_range("a/range", offset, length), Err(LakeError::Io { .. })),
                &format!("{length} bytes from {offset} on are more than the object has"),
            )?;
        }
        expect(
            matches!(store.get_range("a/none.json", 0, 1), Err(LakeError::NotFound { .. })),
            "a range of an absent object is named as such",
        )?;
        expect(
            matches!(store.get_range("a//b", 0, 1), Err(LakeError::InvalidKey { .. })),
            "a range of a key that is none is refused",
        )
    }

    fn expect(holds: bool, promise: &str) -> Result<(), String> {
        if holds {
            Ok(())
        } else {
            Err(format!("broken promise: {promise}"))
        }
    }
}
