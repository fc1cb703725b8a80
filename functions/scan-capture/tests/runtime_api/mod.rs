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
    let runtime = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut function = start(program, variables, &runtime);
    let (path, body) = loop {
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
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:111122223333:function:function\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{event}",
            event.len()
        )
        .unwrap();
    };
    function.0.kill().unwrap();
    let mut logs = String::new();
    function.0.stdout.take().unwrap().read_to_string(&mut logs).unwrap();
    Answered {
        path,
        body: serde_json::from_slice(&body).unwrap(),
        logs,
    }
}
