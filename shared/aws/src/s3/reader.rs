//! Objects read as they come: what Athena writes for live collection.

use std::error::Error;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use sv0_collect::evidence::{ObjectBody, ObjectReader};
use sv0_collect::{ApiError, BoxFuture, Failure};

use crate::api::refused;

/// Amazon S3 User Guide, "Naming Amazon S3 objects": bytes of UTF-8.
const LONGEST_KEY: usize = 1024;

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

    fn region(&self) -> &str {
        self.client.config().region().map_or("", AsRef::as_ref)
    }
}

impl ObjectReader for S3ObjectReader {
    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, ApiError>> {
        Box::pin(async move {
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
            let sent = self.client.get_object().bucket(bucket).key(key).send().await;
            let answer = sent.map_err(|error| failed("s3:GetObject", &error, self.region()))?;
            Ok(Box::new(Body(answer.body)) as Box<dyn ObjectBody>)
        })
    }
}

/// A key that an object can have. The SDK panics about an address that is too long, and what names a key is an answer or a file.
fn possible(call: &str, key: String) -> Result<String, ApiError> {
    if key.len() <= LONGEST_KEY {
        return Ok(key);
    }
    Err(ApiError {
        failure: Failure::Malformed,
        code: "KeyTooLongError".to_owned(),
        message: format!(
            "a key of {} bytes is none: Amazon S3 has keys of at most {LONGEST_KEY}",
            key.len()
        ),
        call: call.to_owned(),
    })
}

struct Body(ByteStream);

impl ObjectBody for Body {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Vec<u8>>, ApiError>> {
        Box::pin(async move {
            let bytes = self.0.try_next().await.map_err(|error| ApiError {
                failure: Failure::Connection,
                code: "Connection".to_owned(),
                message: error.to_string(),
                call: "s3:GetObject".to_owned(),
            })?;
            Ok(bytes.map(|bytes| bytes.to_vec()))
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
