//! The adapter of the port to objects.

use std::io;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use sv0_lake::{LakeError, ObjectStore, is_valid_key};
use tokio::runtime::Handle;

use super::error::io_error;
use super::{S3Location, key};

/// Objects below one place in S3. How they are encrypted is the bucket's default.
#[derive(Debug, Clone)]
pub struct S3ObjectStore {
    client: Client,
    location: S3Location,
    runtime: Handle,
}

impl S3ObjectStore {
    /// A store below `location`; its calls run on `runtime` and must come from a thread that may block.
    #[must_use]
    pub fn new(client: Client, location: S3Location, runtime: Handle) -> Self {
        Self {
            client,
            location,
            runtime,
        }
    }

    fn full_key(&self, key: &str) -> Result<String, LakeError> {
        let full = self.location.key(key);
        if is_valid_key(key) && key::is_possible(&full) {
            Ok(full)
        } else {
            Err(invalid(key))
        }
    }

    fn failed(&self, operation: &'static str, key: &str, source: io::Error) -> LakeError {
        LakeError::Io {
            operation,
            key: format!("{}{key}", self.location),
            source,
        }
    }

    /// An object, or the bytes of it that a `Range` header names.
    async fn read(&self, key: &str, range: Option<String>) -> Result<Vec<u8>, LakeError> {
        let request = self
            .client
            .get_object()
            .bucket(self.location.bucket())
            .key(self.full_key(key)?)
            .set_range(range);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => {
                return Err(LakeError::NotFound {
                    key: key.to_owned(),
                    store: self.describe(),
                });
            }
            Err(error) => return Err(self.failed("reading", key, io_error(error))),
        };
        let body = answer.body.collect().await;
        let bytes = body.map_err(|error| self.failed("reading", key, io::Error::other(error)))?;
        Ok(bytes.to_vec())
    }

    async fn write(&self, key: &str, bytes: &[u8]) -> Result<(), LakeError> {
        let request = self
            .client
            .put_object()
            .bucket(self.location.bucket())
            .key(self.full_key(key)?);
        let body = ByteStream::from(bytes.to_vec());
        let sent = request.body(body).send().await;
        sent.map_err(|error| self.failed("writing", key, io_error(error)))?;
        Ok(())
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, LakeError> {
        let request = self.client.list_objects_v2().bucket(self.location.bucket());
        let full = self.location.key(prefix);
        if !key::is_possible(&full) {
            return Err(invalid(prefix));
        }
        let mut pages = request.prefix(full).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failed("listing", prefix, io_error(error)))?;
            let full = page.contents.into_iter().flatten().filter_map(|object| object.key);
            keys.extend(full.filter_map(|key| key.strip_prefix(self.location.key_prefix()).map(str::to_owned)));
        }
        keys.sort_unstable();
        Ok(keys)
    }
}

fn invalid(key: &str) -> LakeError {
    LakeError::InvalidKey {
        key: key.chars().take(key::LONGEST).collect(),
    }
}

impl ObjectStore for S3ObjectStore {
    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), LakeError> {
        self.runtime.block_on(self.write(key, bytes))
    }

    fn get(&self, key: &str) -> Result<Vec<u8>, LakeError> {
        self.runtime.block_on(self.read(key, None))
    }

    fn get_range(&self, key: &str, offset: u64, length: u64) -> Result<Vec<u8>, LakeError> {
        self.full_key(key)?;
        let too_short = || self.failed("reading", key, io::ErrorKind::UnexpectedEof.into());
        let Some(last) = length.checked_sub(1) else {
            return Ok(Vec::new());
        };
        let last = offset.checked_add(last).ok_or_else(too_short)?;
        // Of a range that begins in the object and ends behind it, S3 sends what there is.
        let bytes = self
            .runtime
            .block_on(self.read(key, Some(format!("bytes={offset}-{last}"))))?;
        if bytes.len() as u64 == length {
            Ok(bytes)
        } else {
            Err(too_short())
        }
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, LakeError> {
        self.runtime.block_on(self.keys(prefix))
    }

    fn describe(&self) -> String {
        self.location.to_string()
    }
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, SdkConfig};
    use tokio::runtime::Runtime;

    use super::*;

    /// Nothing is sent for a key that no object can have, with what stands before it.
    #[test]
    fn a_key_that_is_too_long_is_an_error() {
        let runtime = Runtime::new().unwrap();
        let config = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build();
        let store = |prefix: &str| {
            let location = format!("s3://captures/{prefix}").parse().unwrap();
            S3ObjectStore::new(super::super::client(&config), location, runtime.handle().clone())
        };
        let long = "k".repeat(80_000);
        let just = "k".repeat(1020);
        for (prefix, key) in [("", &long), ("run", &long), ("run/1", &just)] {
            let store = store(prefix);
            for refused in [
                store.get(key).map(|_| ()),
                store.get_range(key, 0, 1).map(|_| ()),
                store.put(key, b""),
                store.list(key).map(|_| ()),
            ] {
                assert!(
                    matches!(&refused, Err(LakeError::InvalidKey { key }) if key.len() <= 1024),
                    "{refused:?}"
                );
            }
        }
    }
}
