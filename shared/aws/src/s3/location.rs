//! A place in S3.

use std::fmt;
use std::str::FromStr;

use sv0_lake::is_valid_key;
use thiserror::Error;

/// A bucket, and the folder-like prefix in it below which objects lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Location {
    bucket: String,
    prefix: String,
}

/// The text names no place in S3.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} names no place in S3; write s3://BUCKET or s3://BUCKET/PREFIX")]
pub struct LocationError(String);

impl S3Location {
    /// The bucket's name.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// What every key below this place starts with: empty, or ending in `/`.
    #[must_use]
    pub fn key_prefix(&self) -> &str {
        &self.prefix
    }

    /// The full key of an object below this place.
    #[must_use]
    pub fn key(&self, relative: &str) -> String {
        format!("{}{relative}", self.prefix)
    }
}

impl FromStr for S3Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        let refused = || LocationError(text.to_owned());
        let place = text.strip_prefix("s3://").ok_or_else(refused)?;
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        if !is_bucket_name(bucket) || !prefix.is_empty() && !is_valid_key(prefix) {
            return Err(refused());
        }
        let prefix = if prefix.is_empty() {
            String::new()
        } else {
            format!("{prefix}/")
        };
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix,
        })
    }
}

impl fmt::Display for S3Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

/// The rules of S3 for names of general purpose buckets, as far as they keep a text from being mistaken for a bucket.
fn is_bucket_name(text: &str) -> bool {
    let is_letter_or_digit = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (3..=63).contains(&text.len())
        && text
            .bytes()
            .all(|byte| is_letter_or_digit(byte) || matches!(byte, b'-' | b'.'))
        && text.bytes().next().is_some_and(is_letter_or_digit)
        && text.bytes().last().is_some_and(is_letter_or_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_bucket_with_and_without_a_prefix() {
        for (text, bucket, prefix) in [
            ("s3://captures", "captures", ""),
            ("s3://captures/", "captures", ""),
            ("s3://captures/acme/2026-03-02", "captures", "acme/2026-03-02/"),
            ("s3://captures/acme/", "captures", "acme/"),
        ] {
            let place: S3Location = text.parse().unwrap();
            assert_eq!((place.bucket(), place.key_prefix()), (bucket, prefix), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_place() {
        for text in [
            "",
            "captures",
            "https://captures",
            "s3://",
            "s3://ab",
            "s3://Captures",
            "s3://-captures",
            "s3:///acme",
            "s3://captures/../other",
            "s3://captures//acme",
            "s3://captures/a\nb",
            "s3://arn:aws:s3:::captures",
        ] {
            assert_eq!(text.parse::<S3Location>(), Err(LocationError(text.to_owned())));
        }
    }
}
