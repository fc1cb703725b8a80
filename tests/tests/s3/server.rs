//! An emulator of S3 on a free port of this machine, ended with the test that started it.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::primitives::ByteStream;
use sv0_aws::s3::Client;
use tokio::runtime::{Handle, Runtime};
use walkdir::WalkDir;

use crate::support::repository;

/// Names the emulator's program where it is not the one that `cargo xtask test` installs.
const VARIABLE: &str = "SV0_MOTO_SERVER";
const PATIENCE: Duration = Duration::from_secs(60);

/// A running emulator.
pub struct S3 {
    process: Child,
    endpoint: String,
    runtime: Runtime,
}

impl Drop for S3 {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl S3 {
    /// Starts one and waits until it answers. Its listings have pages of three keys.
    pub fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(program())
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .env("MOTO_S3_DEFAULT_MAX_KEYS", "3")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let runtime = Runtime::new().unwrap();
        let mut s3 = Self {
            process,
            endpoint: format!("http://127.0.0.1:{port}"),
            runtime,
        };
        s3.wait_until_it_answers(port);
        s3
    }

    fn wait_until_it_answers(&mut self, port: u16) {
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = self.process.try_wait().unwrap();
            assert_eq!(ended, None, "the emulator ended before it answered");
            assert!(
                started.elapsed() < PATIENCE,
                "the emulator does not answer on port {port}"
            );
            sleep(Duration::from_millis(50));
        }
    }

    /// A client of the emulator.
    pub fn client(&self) -> Client {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
            .endpoint_url(&self.endpoint)
            .force_path_style(true);
        Client::from_conf(config.build())
    }

    /// What its clients run on.
    pub fn runtime(&self) -> Handle {
        self.runtime.handle().clone()
    }

    /// Makes a bucket.
    pub fn make_bucket(&self, name: &str) {
        use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
        let place = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuWest1);
        let request = self
            .client()
            .create_bucket()
            .bucket(name)
            .create_bucket_configuration(place.build());
        self.runtime.block_on(request.send()).unwrap();
    }

    /// Writes an object.
    pub fn put(&self, bucket: &str, key: &str, bytes: &[u8]) {
        let body = ByteStream::from(bytes.to_vec());
        let request = self.client().put_object().bucket(bucket).key(key).body(body);
        self.runtime.block_on(request.send()).unwrap();
    }

    /// Writes every file of a folder below a prefix.
    pub fn upload(&self, folder: &Path, bucket: &str, prefix: &str) {
        for file in WalkDir::new(folder)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
        {
            let key = format!("{prefix}/{}", file.path().strip_prefix(folder).unwrap().display());
            self.put(bucket, &key, &fs::read(file.path()).unwrap());
        }
    }

    /// Whether one call does not list the whole bucket.
    pub fn lists_in_pages(&self, bucket: &str) -> bool {
        let page = self
            .runtime
            .block_on(self.client().list_objects_v2().bucket(bucket).send());
        page.unwrap().is_truncated == Some(true)
    }

    /// Deletes every object of a bucket.
    pub fn empty_bucket(&self, bucket: &str) {
        let client = self.client();
        self.runtime.block_on(async {
            let mut pages = client.list_objects_v2().bucket(bucket).into_paginator().send();
            while let Some(page) = pages.next().await {
                for key in page
                    .unwrap()
                    .contents
                    .into_iter()
                    .flatten()
                    .filter_map(|object| object.key)
                {
                    client.delete_object().bucket(bucket).key(key).send().await.unwrap();
                }
            }
        });
    }
}

fn program() -> PathBuf {
    let installed = repository().join(".tools/venv/bin/moto_server");
    let program = std::env::var_os(VARIABLE).map_or(installed, PathBuf::from);
    assert!(
        program.is_file(),
        "{} is not there: `cargo xtask test` installs it, or set {VARIABLE} to a moto_server",
        program.display()
    );
    program
}
