//! Objects read as they come: what Athena writes for live collection.

use std::error::Error;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Region;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use sv0_collect::evidence::{ObjectBody, ObjectReader};
use sv0_collect::{ApiError, BoxFuture, Failure};

use super::key;
use crate::api::refused;

/// How often an object is gone on with whose transfer broke off.
const MOST_RESUMPTIONS: u32 = 3;

/// Reads the objects of the hub's bucket with the hub's own credentials.
#[derive(Debug, Clone)]
pub struct S3ObjectReader {
    client: Client,
}

impl S3ObjectReader {
    /// A reader through this client.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// The same for the buckets of a Region: of others the service only says that they are elsewhere.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        let config = self.client.config().to_builder().region(Region::new(region.to_owned()));
        Self::new(Client::from_conf(config.build()))
    }

    fn region(&self) -> &str {
        self.client.config().region().map_or("", AsRef::as_ref)
    }
}

impl ObjectReader for S3ObjectReader {
    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, ApiError>> {
        Box::pin(async move {
            let prefix = possible("s3:ListObjectsV2", prefix.to_owned())?;
            let request = self.client.list_objects_v2().bucket(bucket).prefix(prefix);
            let mut pages = request.into_paginator().send();
            let mut keys = Vec::new();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| failed("s3:ListObjectsV2", &error, self.region()))?;
                let found = page.contents.into_iter().flatten().filter_map(|object| object.key);
                for key in found {
                    keys.push(possible("s3:ListObjectsV2", key)?);
                }
            }
            keys.sort_unstable();
            Ok(keys)
        })
    }

    fn open<'a>(&'a self, bucket: &'a str, key: &'a str) -> BoxFuture<'a, Result<Box<dyn ObjectBody>, ApiError>> {
        Box::pin(async move {
            let key = possible("s3:GetObject", key.to_owned())?;
            let sent = self.client.get_object().bucket(bucket).key(&key).send().await;
            let answer = sent.map_err(|error| failed("s3:GetObject", &error, self.region()))?;
            Ok(Box::new(Body {
                reader: self.clone(),
                bucket: bucket.to_owned(),
                key,
                bytes: u64::try_from(answer.content_length.unwrap_or(-1)).ok(),
                tag: answer.e_tag,
                stream: answer.body,
                read: 0,
                resumptions: 0,
            }) as Box<dyn ObjectBody>)
        })
    }
}

/// A key that an object can have. The SDK panics about an address that is too long, and what names a key is an answer or a file.
fn possible(call: &str, key: String) -> Result<String, ApiError> {
    if key::is_possible(&key) {
        return Ok(key);
    }
    Err(ApiError {
        failure: Failure::Malformed,
        code: "KeyTooLongError".to_owned(),
        message: format!(
            "a key of {} bytes is none: Amazon S3 has keys of at most {}",
            key.len(),
            key::LONGEST
        ),
        call: call.to_owned(),
    })
}

/// An object as it comes. Where the transfer breaks off it is gone on with by range, at the byte that is missing, so long as the object is the same.
struct Body {
    reader: S3ObjectReader,
    bucket: String,
    key: String,
    /// Its bytes in all, where Amazon S3 said.
    bytes: Option<u64>,
    tag: Option<String>,
    stream: ByteStream,
    read: u64,
    resumptions: u32,
}

impl Body {
    /// Opens the rest of the object, if it may be tried again.
    async fn resume(&mut self, broken: ApiError) -> Result<(), ApiError> {
        let Some(tag) = self.tag.clone().filter(|_| self.resumptions < MOST_RESUMPTIONS) else {
            return Err(broken);
        };
        self.resumptions += 1;
        let request = self.reader.client.get_object().bucket(&self.bucket).key(&self.key);
        let range = format!("bytes={}-", self.read);
        let sent = request.range(range).if_match(tag).send().await;
        let answer = sent.map_err(|error| failed("s3:GetObject", &error, self.reader.region()))?;
        // What ignores the range would be read twice.
        let begins = format!("bytes {}-", self.read);
        if !answer.content_range().is_some_and(|range| range.starts_with(&begins)) {
            return Err(broken);
        }
        self.stream = answer.body;
        Ok(())
    }
}

impl ObjectBody for Body {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Vec<u8>>, ApiError>> {
        Box::pin(async move {
            loop {
                let broken = match self.stream.try_next().await {
                    Ok(Some(bytes)) => {
                        self.read = self.read.saturating_add(bytes.len() as u64);
                        return Ok(Some(bytes.to_vec()));
                    }
                    Ok(None) => return Ok(None),
                    // The last byte had come.
                    Err(_) if self.bytes == Some(self.read) => return Ok(None),
                    Err(error) => ApiError {
                        failure: Failure::Connection,
                        code: "Connection".to_owned(),
                        message: error.to_string(),
                        call: "s3:GetObject".to_owned(),
                    },
                };
                self.resume(broken).await?;
            }
        })
    }
}

fn failed<E>(call: &str, error: &SdkError<E>, region: &str) -> ApiError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let failure = match error {
        SdkError::TimeoutError(_) => Failure::Timeout,
        SdkError::DispatchFailure(_) => Failure::Connection,
        SdkError::ResponseError(_) => Failure::Malformed,
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let code = error.code().map_or_else(|| format!("Http{status}"), ToOwned::to_owned);
            refused("S3", &code, error.message().unwrap_or_default(), status, region)
        }
        _ => Failure::Invalid,
    };
    ApiError {
        failure,
        code: error.code().unwrap_or("Unanswered").to_owned(),
        message: error
            .message()
            .unwrap_or("S3 gave no reason")
            .chars()
            .take(300)
            .collect(),
        call: call.to_owned(),
    }
}
