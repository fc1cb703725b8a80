//! SHA-256 over canonical JSON: the same fact has the same hash on every machine.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256 of `bytes` in lower-case hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The first half of the SHA-256 of `bytes`: what [`sha256_hex`] begins with, as a number.
#[must_use]
pub fn sha256_first_half(bytes: &[u8]) -> u128 {
    let hash = Sha256::digest(bytes);
    hash.iter()
        .take(16)
        .fold(0, |half, byte| (half << 8) | u128::from(*byte))
}

/// SHA-256 of a JSON value written without blanks and with the keys of every object sorted by bytes.
#[must_use]
pub fn sha256_of_json(value: &Value) -> String {
    sha256_hex(canonical_json(value).as_bytes())
}

/// JSON text without blanks, keys of every object sorted by bytes.
///
/// `serde_json`'s default map is ordered by key, which this relies on; a test fails if the `preserve_order` feature is ever switched on.
#[must_use]
pub fn canonical_json(value: &Value) -> String {
    value.to_string()
}

/// A short stable id: the first 16 hexadecimal digits of the SHA-256 over `parts`, each ended by a zero byte.
#[must_use]
pub fn stable_id(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    let mut id = hex::encode(hasher.finalize());
    id.truncate(16);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_json_sorts_keys() {
        let value: Value = serde_json::from_str(r#"{"b":1,"a":{"d":1,"c":2}}"#).unwrap();
        assert_eq!(canonical_json(&value), r#"{"a":{"c":2,"d":1},"b":1}"#);
    }

    #[test]
    fn the_first_half_is_that_of_the_hexadecimal_form() {
        let half = sha256_first_half(b"ASIAEXAMPLE");
        let whole = sha256_hex(b"ASIAEXAMPLE");
        assert_eq!(Some(format!("{half:032x}").as_str()), whole.get(..32));
    }

    #[test]
    fn stable_id_separates_its_parts() {
        assert_ne!(stable_id(&["ab", "c"]), stable_id(&["a", "bc"]));
        assert_eq!(stable_id(&["ab", "c"]).len(), 16);
    }
}
