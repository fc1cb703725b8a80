//! A program as Lambda runs it: the Runtime API on loopback hands it one event and takes what it answers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// The program, ended with the test.
struct Function(Child);

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a function answered.
pub struct Answered {
    /// Where it sent its answer.
    pub path: String,
    /// What it answered.
    pub body: Value,
    /// Everything it logged.
    pub logs: String,
}

impl Answered {
    /// The first line of the log at a level.
    pub fn log(&self, level: &str) -> Value {
        let lines = self.logs.lines().filter_map(|line| serde_json::from_str(line).ok());
        let mut at_level = lines.filter(|log: &Value| log["level"] == level);
        at_level
            .next()
            .unwrap_or_else(|| panic!("nothing at {level}: {}", self.logs))
    }
}

fn start(program: &str, variables: &[(&str, &str)], runtime: &TcpListener) -> Function {
    let address = runtime.local_addr().unwrap().to_string();
    let child = Command::new(program)
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("AWS_LAMBDA_FUNCTION_NAME", "function")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "3008")
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "canary-secret")
        // Nothing listens there: the function must say so, not hang.
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        .envs(variables.iter().copied())
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

/// Hands the function one event, invocation-1, which ends in a hundred years.
pub fn invoke(program: &str, variables: &[(&str, &str)], event: &Value) -> Answered {
    let mut events = vec![event.clone()];
    let (mut answers, logs) = converse(program, variables, |_| events.pop());
    let (path, body) = answers.pop().unwrap();
    Answered { path, body, logs }
}

/// Hands one process an event after the other, as long as `next` gives one, of whom the answers so far are told: where each was sent, and what it was. Gives them all, and everything
/// that was logged.
pub fn converse(
    program: &str,
    variables: &[(&str, &str)],
    mut next: impl FnMut(&[(String, Value)]) -> Option<Value>,
) -> (Vec<(String, Value)>, String) {
    let runtime = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut function = start(program, variables, &runtime);
    let mut output = function.0.stdout.take().unwrap();
    // Read all the time, since a process waits while nobody reads what it prints.
    let reader = std::thread::spawn(move || {
        let mut logs = String::new();
        output.read_to_string(&mut logs).unwrap();
        logs
    });
    let mut answers = Vec::new();
    while let Some(event) = next(&answers) {
        hand_over(&runtime, &event, answers.len() + 1);
        let (mut stream, _) = runtime.accept().unwrap();
        let (path, body) = request(&mut stream);
        write!(
            stream,
            "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        answers.push((path, serde_json::from_slice(&body).unwrap()));
    }
    function.0.kill().unwrap();
    (answers, reader.join().unwrap())
}

/// Waits until the function asks, and hands it an event.
fn hand_over(runtime: &TcpListener, event: &Value, number: usize) {
    let (mut stream, _) = runtime.accept().unwrap();
    let (path, _) = request(&mut stream);
    assert!(path.contains("/invocation/next"), "{path}");
    let event = event.to_string();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: invocation-{number}\r\nLambda-Runtime-Deadline-Ms: 4102444800000\r\n\
         Lambda-Runtime-Trace-Id: Root=1-00000000-{number:024}\r\n\
         Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:111122223333:function:function\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{event}",
        event.len()
    )
    .unwrap();
}
