//! An emulator of AWS on a free port of this machine, ended with the test that started it.
#![allow(dead_code, reason = "of the tests that share it each uses a part")]

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, TimeToLiveSpecification,
};
use tokio::runtime::{Handle, Runtime};

/// Names the emulator's program where it is not the one that `cargo xtask test` installs.
const VARIABLE: &str = "SV0_MINISTACK";
const PATIENCE: Duration = Duration::from_secs(120);

/// What an index holds of an item beside the keys, so that a list can be shown without asking for each thing.
const LISTED: [&str; 15] = [
    "id",
    "type",
    "name",
    "account",
    "region",
    "severity",
    "state",
    "sensitivity",
    "action_class",
    "workload",
    "resource",
    "first_seen",
    "last_seen",
    "changed_at",
    "stale_since",
];

/// A running emulator.
pub struct Emulator {
    process: Child,
    /// Its port.
    pub port: u16,
    runtime: Runtime,
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Emulator {
    /// Starts one and waits until it answers.
    pub fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(program())
            .env("BIND_HOST", "127.0.0.1")
            .env("IOT_MTLS_ENABLED", "0")
            .env("GATEWAY_PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut emulator = Self {
            process,
            port,
            runtime: Runtime::new().unwrap(),
        };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = emulator.process.try_wait().unwrap();
            assert_eq!(ended, None, "the emulator ended before it answered");
            assert!(
                started.elapsed() < PATIENCE,
                "the emulator does not answer on port {port}"
            );
            sleep(Duration::from_millis(50));
        }
        emulator
    }

    /// What its clients run on.
    pub fn runtime(&self) -> Handle {
        self.runtime.handle().clone()
    }

    /// A client of DynamoDB at a port: the emulator's, or that of something before it.
    pub fn client(port: u16) -> Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
            .endpoint_url(format!("http://127.0.0.1:{port}"));
        Client::from_conf(config.build())
    }

    /// Makes a table as `docs/data-model.md` describes it.
    pub fn make_table(&self, name: &str) {
        let client = Self::client(self.port);
        let mut request = client
            .create_table()
            .table_name(name)
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(keys("pk")));
        for attribute in ["pk", "sk", "list1", "list2", "list3"] {
            let definition = AttributeDefinition::builder().attribute_name(attribute);
            let definition = definition.attribute_type(ScalarAttributeType::S);
            request = request.attribute_definitions(definition.build().unwrap());
        }
        for list in ["list1", "list2", "list3"] {
            let projection = Projection::builder()
                .projection_type(ProjectionType::Include)
                .set_non_key_attributes(Some(LISTED.map(str::to_owned).into()));
            let index = GlobalSecondaryIndex::builder()
                .index_name(list)
                .set_key_schema(Some(keys(list)));
            request = request.global_secondary_indexes(index.projection(projection.build()).build().unwrap());
        }
        let expiry = TimeToLiveSpecification::builder()
            .enabled(true)
            .attribute_name("expires_at");
        self.runtime.block_on(async {
            request.send().await.unwrap();
            let request = client.update_time_to_live().table_name(name);
            let request = request.time_to_live_specification(expiry.build().unwrap());
            request.send().await.unwrap();
        });
    }
}

fn keys(partition: &str) -> Vec<KeySchemaElement> {
    let key = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .unwrap()
    };
    vec![key(partition, KeyType::Hash), key("sk", KeyType::Range)]
}

/// The repository's root.
pub fn repository() -> PathBuf {
    let mut folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    while !folder.join("Cargo.lock").is_file() {
        folder = folder.parent().expect("the workspace has a Cargo.lock");
    }
    folder.to_owned()
}

fn program() -> PathBuf {
    let installed = repository().join(".tools/ministack/bin/ministack");
    let program = std::env::var_os(VARIABLE).map_or(installed, PathBuf::from);
    assert!(
        program.is_file(),
        "{} is not there: `cargo xtask test` installs it, or set {VARIABLE} to a ministack",
        program.display()
    );
    program
}
