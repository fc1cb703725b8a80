//! What stands before the emulator and does what no emulator does: throttles, leaves keys unanswered, breaks off, and counts what is written.
#![allow(dead_code, reason = "of the tests that share it each uses a part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// What to do with a request, given the operation and its parameters.
pub type Rule = Box<dyn FnMut(&str, &Value) -> Verdict + Send>;

/// What becomes of a request.
pub enum Verdict {
    /// It is answered by the emulator.
    Pass,
    /// It is answered with this error.
    Error(Value),
    /// It is answered with this.
    #[allow(dead_code, reason = "what the tests of a function alone use")]
    Answer(Value),
    /// Of several keys only the first half is answered.
    HalfUnprocessed,
}

/// A throttled transaction.
pub fn throttled(actions: usize) -> Value {
    cancelled(actions, "ThrottlingError")
}

/// A transaction that was cancelled because of its last action.
pub fn cancelled(actions: usize, code: &str) -> Value {
    let mut reasons = vec![json!({"Code": "None"}); actions];
    reasons[actions - 1] = json!({"Code": code, "Message": "said so"});
    json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled", "CancellationReasons": reasons,
    })
}

/// An error after which nobody tries again.
pub fn refused() -> Value {
    json!({"__type": "com.amazonaws.dynamodb.v20120810#AccessDeniedException", "message": "the worker's end"})
}

/// A proxy on a free port; it lasts as long as the test.
pub struct Proxy {
    /// Its port.
    pub port: u16,
    rule: Arc<Mutex<Rule>>,
}

impl Proxy {
    /// A proxy before that port, which lets everything pass.
    pub fn before(upstream: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let rule: Arc<Mutex<Rule>> = Arc::new(Mutex::new(Box::new(|_, _| Verdict::Pass)));
        let shared = Arc::clone(&rule);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, rule) = (stream.unwrap(), Arc::clone(&shared));
                thread::spawn(move || while answer(&stream, upstream, &rule).is_some() {});
            }
        });
        Self { port, rule }
    }

    /// From now on this decides.
    pub fn set(&self, rule: impl FnMut(&str, &Value) -> Verdict + Send + 'static) {
        *self.rule.lock().unwrap() = Box::new(rule);
    }
}

struct Request {
    head: String,
    operation: String,
    body: Vec<u8>,
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut operation, mut length) = (String::new(), String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if lower.starts_with("x-amz-target:") {
            operation = line.trim().rsplit('.').next().unwrap().to_owned();
        }
        if line == "\r\n" {
            break;
        }
        if !lower.starts_with("connection:") && !lower.starts_with("content-length:") {
            head.push_str(&line);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { head, operation, body })
}

fn answer(stream: &TcpStream, upstream: u16, rule: &Mutex<Rule>) -> Option<()> {
    let mut request = read(stream)?;
    let parameters: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let verdict = (*rule.lock().unwrap())(&request.operation, &parameters);
    let (status, body) = match verdict {
        Verdict::Pass => forward(&request, upstream),
        Verdict::Answer(answer) => (200, answer.to_string().into_bytes()),
        Verdict::Error(error) => (400, error.to_string().into_bytes()),
        Verdict::HalfUnprocessed => {
            let (table, wanted) = parameters["RequestItems"].as_object().unwrap().iter().next().unwrap();
            let keys = wanted["Keys"].as_array().unwrap();
            let (answered, left) = keys.split_at(keys.len() / 2);
            let with = |keys: &[Value]| {
                let mut wanted = wanted.clone();
                wanted["Keys"] = json!(keys);
                json!({ table: wanted })
            };
            if answered.is_empty() {
                let body = json!({"Responses": {table: []}, "UnprocessedKeys": with(left)});
                (200, body.to_string().into_bytes())
            } else {
                request.body = json!({"RequestItems": with(answered)}).to_string().into_bytes();
                let (status, body) = forward(&request, upstream);
                let mut body: Value = serde_json::from_slice(&body).unwrap();
                body["UnprocessedKeys"] = with(left);
                (status, body.to_string().into_bytes())
            }
        }
    };
    let mut stream = stream;
    let head = format!(
        "HTTP/1.1 {status} Said\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(&body).ok()
}

fn forward(request: &Request, upstream: u16) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(("127.0.0.1", upstream)).unwrap();
    let head = format!(
        "{}content-length: {}\r\nconnection: close\r\n\r\n",
        request.head,
        request.body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&request.body).unwrap();
    let mut reader = BufReader::new(stream);
    let (mut status, mut length) = (0, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if status == 0 {
            status = line.split(' ').nth(1).unwrap().parse().unwrap();
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = Some(value.trim().parse::<usize>().unwrap());
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = Vec::new();
    match length {
        Some(length) => {
            body.resize(length, 0);
            reader.read_exact(&mut body).unwrap();
        }
        None => {
            reader.read_to_end(&mut body).unwrap();
        }
    }
    (status, body)
}
