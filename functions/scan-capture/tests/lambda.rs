//! The program as Lambda runs it: the Runtime API on loopback hands it one event and takes what it answers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// The program, ended with the test.
struct Function(Child);

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(runtime: &TcpListener) -> Function {
    let address = runtime.local_addr().unwrap().to_string();
    let child = Command::new(env!("CARGO_BIN_EXE_scan-capture"))
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("AWS_LAMBDA_FUNCTION_NAME", "scan-capture")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "3008")
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "canary-secret")
        // Nothing listens there: the function must say so, not hang.
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        .env("SV0_RESULTS", "s3://results")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    Function(child.unwrap())
}

/// A request's first line and body.
fn request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (first.trim().to_owned(), body)
}

/// Hands the function one event and returns where its answer went and what it was, with everything it logged.
fn invoke(event: &Value) -> (String, Value, String) {
    let runtime = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut function = start(&runtime);
    let (answered, body) = loop {
        let (mut stream, _) = runtime.accept().unwrap();
        let (first, body) = request(&mut stream);
        if !first.contains("/invocation/next") {
            write!(
                stream,
                "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            .unwrap();
            break (first, body);
        }
        let event = event.to_string();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: invocation-1\r\nLambda-Runtime-Deadline-Ms: 4102444800000\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:111122223333:function:scan-capture\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{event}",
            event.len()
        )
        .unwrap();
    };
    function.0.kill().unwrap();
    let mut logs = String::new();
    function.0.stdout.take().unwrap().read_to_string(&mut logs).unwrap();
    (answered, serde_json::from_slice(&body).unwrap(), logs)
}

#[test]
fn an_event_of_another_form_is_answered_with_an_error_that_has_a_name() {
    let (path, body, logs) = invoke(&json!({ "Records": [] }));
    assert!(path.contains("/invocation/invocation-1/error"), "{path}");
    assert_eq!(body["errorType"], "BadRequest");
    let log: Value = logs
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .find(|log: &Value| log["level"] == "ERROR")
        .unwrap();
    assert_eq!(log["fields"]["error_type"], "BadRequest", "{logs}");
}

#[test]
fn a_store_that_cannot_be_reached_is_said_so_and_no_secret_with_it() {
    let (path, body, logs) = invoke(&json!({ "capture": "s3://captures/acme" }));
    assert!(path.contains("/invocation/invocation-1/error"), "{path}");
    assert_eq!(body["errorType"], "ResultsUnavailable");
    let message = body["errorMessage"].as_str().unwrap();
    assert!(
        message.contains("reading s3://results/runs/invocation-1/manifest.json"),
        "{message}"
    );
    assert!(!message.contains("canary-secret") && !logs.contains("canary-secret"));
}
