//! Copies a capture from S3 to a local folder, where the reader of captures takes over.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aws_sdk_s3::Client;
use futures_util::{StreamExt, TryStreamExt, stream};
use sv0_lake::is_valid_key;
use thiserror::Error;
use tokio::runtime::Handle;

use super::error::io_error;
use super::{S3Location, key};

/// Objects fetched at the same time.
const PARALLEL: usize = 16;

/// How much of a capture is fetched at most. A capture that holds more is refused, never cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchLimits {
    /// Files.
    pub max_files: u64,
    /// Bytes of all files together.
    pub max_bytes: u64,
}

/// How much was fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Files.
    pub files: u64,
    /// Bytes of all files together.
    pub bytes: u64,
}

/// A capture could not be fetched.
#[derive(Debug, Error)]
pub enum FetchError {
    /// S3 said no.
    #[error("{operation} {place}")]
    Service {
        /// `listing` or `reading`.
        operation: &'static str,
        /// The place or object.
        place: String,
        /// What S3 said.
        #[source]
        source: io::Error,
    },
    /// There is nothing there.
    #[error("{place} holds no object; name the prefix below which capture.json lies")]
    Empty {
        /// The place.
        place: String,
    },
    /// A key would leave the folder, or is none that a folder can hold.
    #[error("{place} holds the object {key:?}, which cannot become a file; remove it from the capture")]
    UnsafeKey {
        /// The place.
        place: String,
        /// The key below the place.
        key: String,
    },
    /// There are too many objects.
    #[error("{place} holds more than {limit} objects; split the capture by account or by time")]
    TooManyFiles {
        /// The place.
        place: String,
        /// How many are taken.
        limit: u64,
    },
    /// The objects are too large.
    #[error("{place} holds more than {limit} bytes; split the capture by account or by time")]
    TooManyBytes {
        /// The place.
        place: String,
        /// How many are taken.
        limit: u64,
    },
    /// The local folder refused.
    #[error("writing {}", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Captures that lie in S3.
#[derive(Debug, Clone)]
pub struct S3Captures {
    client: Client,
    runtime: Handle,
}

/// An object to fetch.
struct Listed {
    relative: String,
    bytes: u64,
}

impl S3Captures {
    /// Captures read with `client`; calls run on `runtime` and must come from a thread that may block.
    #[must_use]
    pub fn new(client: Client, runtime: Handle) -> Self {
        Self { client, runtime }
    }

    /// Copies every object below `place` into `folder`, which must be empty. What was copied before an error stays behind.
    ///
    /// # Errors
    /// [`FetchError`]. A capture that cannot be fetched whole is not fetched: half a capture would read as half an estate.
    pub fn fetch_capture(&self, place: &S3Location, folder: &Path, limits: FetchLimits) -> Result<Fetched, FetchError> {
        self.runtime.block_on(async {
            let objects = self.list(place, limits).await?;
            let fetched = Fetched {
                files: objects.len() as u64,
                bytes: objects.iter().map(|object| object.bytes).sum(),
            };
            stream::iter(&objects)
                .map(|object| self.copy(place, object, folder))
                .buffer_unordered(PARALLEL)
                .try_collect::<()>()
                .await?;
            Ok(fetched)
        })
    }

    async fn list(&self, place: &S3Location, limits: FetchLimits) -> Result<Vec<Listed>, FetchError> {
        let request = self
            .client
            .list_objects_v2()
            .bucket(place.bucket())
            .prefix(place.key_prefix());
        let mut pages = request.into_paginator().send();
        let mut listing = Listing {
            place,
            limits,
            bytes: 0,
            objects: Vec::new(),
        };
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| service("listing", place.to_string(), io_error(error)))?;
            for object in page.contents.into_iter().flatten() {
                listing.add(
                    object.key.as_deref().unwrap_or_default(),
                    object.size.unwrap_or_default(),
                )?;
            }
        }
        listing.finish()
    }

    async fn copy(&self, place: &S3Location, object: &Listed, folder: &Path) -> Result<(), FetchError> {
        let key = place.key(&object.relative);
        let failed = |source| service("reading", format!("{place}{}", object.relative), source);
        let request = self.client.get_object().bucket(place.bucket()).key(key);
        let mut body = request.send().await.map_err(|error| failed(io_error(error)))?.body;
        let path = folder.join(&object.relative);
        let refused = |source| FetchError::Write {
            file: path.clone(),
            source,
        };
        let mut file = create(&path).map_err(refused)?;
        let mut left = object.bytes;
        while let Some(chunk) = body.try_next().await.map_err(|error| failed(io::Error::other(error)))? {
            // An object that was replaced since the listing could be of any size.
            left = left.checked_sub(chunk.len() as u64).ok_or_else(|| failed(replaced()))?;
            file.write_all(&chunk).map_err(refused)?;
        }
        if left == 0 { Ok(()) } else { Err(failed(replaced())) }
    }
}

fn replaced() -> io::Error {
    io::Error::other("the object was replaced while the capture was read")
}

fn service(operation: &'static str, place: String, source: io::Error) -> FetchError {
    FetchError::Service {
        operation,
        place,
        source,
    }
}

/// Never writes over a file that is there.
fn create(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    File::create_new(path)
}

/// The objects of a capture, checked against the limits as they come.
struct Listing<'a> {
    place: &'a S3Location,
    limits: FetchLimits,
    bytes: u64,
    objects: Vec<Listed>,
}

impl Listing<'_> {
    fn add(&mut self, full: &str, size: i64) -> Result<(), FetchError> {
        let relative = full.strip_prefix(self.place.key_prefix()).unwrap_or_default();
        // The console makes such objects to show a folder.
        if size == 0 && (relative.is_empty() || relative.ends_with('/')) {
            return Ok(());
        }
        let place = self.place.to_string();
        if !is_valid_key(relative) || !key::is_possible(full) {
            return Err(FetchError::UnsafeKey {
                place,
                key: relative.chars().take(key::LONGEST).collect(),
            });
        }
        let bytes = u64::try_from(size).unwrap_or_default();
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.limits.max_bytes {
            return Err(FetchError::TooManyBytes {
                place,
                limit: self.limits.max_bytes,
            });
        }
        self.objects.push(Listed {
            relative: relative.to_owned(),
            bytes,
        });
        if self.objects.len() as u64 > self.limits.max_files {
            return Err(FetchError::TooManyFiles {
                place,
                limit: self.limits.max_files,
            });
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<Listed>, FetchError> {
        if self.objects.is_empty() {
            return Err(FetchError::Empty {
                place: self.place.to_string(),
            });
        }
        Ok(self.objects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: FetchLimits = FetchLimits {
        max_files: 2,
        max_bytes: 100,
    };

    fn list(objects: &[(&str, i64)]) -> Result<Vec<String>, FetchError> {
        let place = "s3://captures/acme".parse().unwrap();
        let mut listing = Listing {
            place: &place,
            limits: LIMITS,
            bytes: 0,
            objects: Vec::new(),
        };
        for (key, size) in objects {
            listing.add(key, *size)?;
        }
        Ok(listing.finish()?.into_iter().map(|object| object.relative).collect())
    }

    #[test]
    fn takes_what_lies_below_the_place_and_leaves_folder_markers() {
        let found = list(&[
            ("acme/", 0),
            ("acme/config/", 0),
            ("acme/capture.json", 50),
            ("acme/config/a", 50),
        ]);
        assert_eq!(found.unwrap(), ["capture.json", "config/a"]);
    }

    #[test]
    fn refuses_what_would_leave_the_folder() {
        for key in [
            "acme/../x",
            "acme/a/../../x",
            "acme//etc/passwd",
            "acme/./x",
            "acme/a\\..\\x",
            "acme/x\0",
            "acme/a/",
            &format!("acme/{}", "k".repeat(1020)),
            &format!("acme/{}", "k".repeat(80_000)),
        ] {
            assert!(
                matches!(list(&[(key, 1)]), Err(FetchError::UnsafeKey { .. })),
                "{key:?}"
            );
        }
    }

    #[test]
    fn refuses_a_capture_that_is_too_large_or_empty() {
        let too_many = list(&[("acme/a", 1), ("acme/b", 1), ("acme/c", 1)]);
        assert!(matches!(too_many, Err(FetchError::TooManyFiles { limit: 2, .. })));
        let too_large = list(&[("acme/a", 60), ("acme/b", 60)]);
        assert!(matches!(too_large, Err(FetchError::TooManyBytes { limit: 100, .. })));
        let huge = list(&[("acme/a", i64::MAX), ("acme/b", i64::MAX)]);
        assert!(matches!(huge, Err(FetchError::TooManyBytes { .. })));
        assert!(matches!(list(&[("acme/", 0)]), Err(FetchError::Empty { .. })));
    }

    #[test]
    fn never_writes_over_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a/b.json");
        create(&file).unwrap();
        assert_eq!(create(&file).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
}
