//! The adapter of the port to objects.

use std::io;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use sv0_lake::{LakeError, ObjectStore, is_valid_key};
use tokio::runtime::Handle;

use super::S3Location;
use super::error::io_error;

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
        if is_valid_key(key) {
            Ok(self.location.key(key))
        } else {
            Err(LakeError::InvalidKey { key: key.to_owned() })
        }
    }

    fn failed(&self, operation: &'static str, key: &str, source: io::Error) -> LakeError {
        LakeError::Io {
            operation,
            key: format!("{}{key}", self.location),
            source,
        }
    }

    async fn read(&self, key: &str) -> Result<Vec<u8>, LakeError> {
        let request = self
            .client
            .get_object()
            .bucket(self.location.bucket())
            .key(self.full_key(key)?);
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
        let mut pages = request.prefix(self.location.key(prefix)).into_paginator().send();
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

impl ObjectStore for S3ObjectStore {
    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), LakeError> {
        self.runtime.block_on(self.write(key, bytes))
    }

    fn get(&self, key: &str) -> Result<Vec<u8>, LakeError> {
        self.runtime.block_on(self.read(key))
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, LakeError> {
        self.runtime.block_on(self.keys(prefix))
    }

    fn describe(&self) -> String {
        self.location.to_string()
    }
}
