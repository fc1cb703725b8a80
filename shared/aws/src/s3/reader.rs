//! Objects read as they come: what Athena writes for live collection.

use std::error::Error;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use sv0_collect::evidence::{ObjectBody, ObjectReader};
use sv0_collect::{ApiError, BoxFuture, Failure};

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
}

impl ObjectReader for S3ObjectReader {
    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, ApiError>> {
        Box::pin(async move {
            let request = self.client.list_objects_v2().bucket(bucket).prefix(prefix);
            let mut pages = request.into_paginator().send();
            let mut keys = Vec::new();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| failed("s3:ListObjectsV2", &error))?;
                keys.extend(page.contents.into_iter().flatten().filter_map(|object| object.key));
            }
            keys.sort_unstable();
            Ok(keys)
        })
    }

    fn open<'a>(&'a self, bucket: &'a str, key: &'a str) -> BoxFuture<'a, Result<Box<dyn ObjectBody>, ApiError>> {
        Box::pin(async move {
            let sent = self.client.get_object().bucket(bucket).key(key).send().await;
            let answer = sent.map_err(|error| failed("s3:GetObject", &error))?;
            Ok(Box::new(Body(answer.body)) as Box<dyn ObjectBody>)
        })
    }
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

fn failed<E>(call: &str, error: &SdkError<E>) -> ApiError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let failure = match error {
        SdkError::TimeoutError(_) => Failure::Timeout,
        SdkError::DispatchFailure(_) => Failure::Connection,
        SdkError::ResponseError(_) => Failure::Malformed,
        SdkError::ServiceError(answer) => match answer.raw().status().as_u16() {
            401 | 403 => Failure::Denied,
            404 => Failure::NotFound,
            429 | 503 => Failure::Throttled,
            500.. => Failure::Server,
            _ => Failure::Invalid,
        },
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
