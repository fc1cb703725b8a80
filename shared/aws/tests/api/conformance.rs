//! Every call of the table against botocore: the same requests, the same signatures, the same reading of answers.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sv0_collect::{ApiCall, Session, calls};

use crate::server::{Answer, Seen, Server};
use crate::support::{Bench, SECRET, bench};

/// Names the Python that has botocore, where it is not the one that `cargo xtask test` installs.
const VARIABLE: &str = "SV0_TEST_PYTHON";

#[derive(Deserialize)]
struct Case {
    service: String,
    operation: String,
    requests: Vec<Request>,
    answers: Vec<Read>,
}

#[derive(Deserialize)]
struct Request {
    parameters: Value,
    method: String,
    target: String,
    headers: BTreeMap<String, String>,
    body: String,
}

#[derive(Deserialize)]
struct Read {
    reply: Reply,
    printed: Value,
}

#[derive(Deserialize)]
struct Reply {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

/// A server that answers as it was last told.
struct Told {
    server: Server,
    answer: Arc<Mutex<Answer>>,
}

impl Told {
    fn start() -> Self {
        let answer = Arc::new(Mutex::new(Answer::ok("")));
        let told = Arc::clone(&answer);
        let server = Server::start(move |_, _| told.lock().unwrap().clone());
        Self { server, answer }
    }

    async fn ask(
        &self,
        bench: &Bench,
        call: &'static ApiCall,
        parameters: Value,
        answer: Answer,
    ) -> Result<Value, String> {
        *self.answer.lock().unwrap() = answer;
        let answer = bench.call(Session::Hub, call, parameters).await;
        answer.map_err(|error| error.to_string())
    }

    fn last(&self) -> Seen {
        self.server.seen().pop().unwrap()
    }
}

#[tokio::test]
async fn every_call_is_sent_signed_and_read_as_botocore_does_it() {
    let told = Told::start();
    let bench = bench(&told.server, None, |_| {});
    let cases: Vec<Case> = serde_json::from_value(botocore(&["cases", &told.server.url], &rows())).unwrap();
    assert_eq!(cases.len(), calls::ALL.len());
    let mut faults = Vec::new();
    for case in &cases {
        let call = calls::ALL
            .iter()
            .find(|call| call.service == case.service && call.operation == case.operation)
            .unwrap();
        for request in &case.requests {
            let answer = case
                .answers
                .first()
                .map_or_else(|| Answer::ok(""), |read| read.reply.answer());
            match told.ask(&bench, call, request.parameters.clone(), answer).await {
                Ok(_) => faults.extend(request_fault(call, request, &told.last())),
                Err(error) => faults.push(error),
            }
        }
        let least = case
            .requests
            .last()
            .map(|request| request.parameters.clone())
            .unwrap_or_default();
        for read in &case.answers {
            let answer = told.ask(&bench, call, least.clone(), read.reply.answer()).await;
            if answer.as_ref() != Ok(&read.printed) {
                faults.push(format!(
                    "{}: {answer:?} is not {} of {}",
                    call.name(),
                    read.printed,
                    read.reply.body
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    signatures_are_botocores(&told.server);
}

fn rows() -> Value {
    calls::ALL
        .iter()
        .map(|call| json!({"service": call.service, "operation": call.operation}))
        .collect()
}

impl Reply {
    fn answer(&self) -> Answer {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Answer::Reply(self.status, headers, self.body.clone())
    }
}

fn request_fault(call: &ApiCall, wanted: &Request, seen: &Seen) -> Option<String> {
    let own = [
        "authorization",
        "content-length",
        "host",
        "user-agent",
        "x-amz-content-sha256",
        "x-amz-date",
    ];
    let headers = seen.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let headers: BTreeMap<String, String> = headers.cloned().collect();
    let (method, target) = seen.method_and_target();
    let is_same = (method, sorted_query(target)) == (&wanted.method, sorted_query(&wanted.target))
        && headers == wanted.headers
        && body(&seen.body) == body(&wanted.body);
    let fault = || {
        format!(
            "{}:\n  {} {headers:?} {}\n  is not\n  {} {} {:?} {}",
            call.name(),
            seen.line,
            seen.body,
            wanted.method,
            wanted.target,
            wanted.headers,
            wanted.body
        )
    };
    (!is_same).then(fault)
}

/// Path and query, the query in the order of its bytes: it means the same in any.
fn sorted_query(target: &str) -> (String, Vec<String>) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut pairs: Vec<String> = query.split('&').map(str::to_owned).collect();
    pairs.sort();
    (path.to_owned(), pairs)
}

/// JSON as JSON, a form as its pairs, whose spaces botocore writes as `+`.
fn body(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| {
        let mut pairs: Vec<String> = text.split('&').map(|pair| pair.replace('+', "%20")).collect();
        pairs.sort();
        json!(pairs)
    })
}

fn signatures_are_botocores(server: &Server) {
    let seen = server.seen();
    let given: Value = seen.iter().map(|seen| to_sign(seen, &server.url)).collect();
    let signatures: Vec<String> = serde_json::from_value(botocore(&["signatures"], &given)).unwrap();
    for (seen, signature) in seen.iter().zip(signatures) {
        assert_eq!(
            seen.header("authorization"),
            Some(signature.as_str()),
            "{} {}",
            seen.line,
            seen.body
        );
    }
}

/// A request that was sent, with the Region and service for which it says that it was signed.
fn to_sign(seen: &Seen, url: &str) -> Value {
    let scope: Vec<&str> = seen.header("authorization").unwrap().split('/').collect();
    let own = ["authorization", "content-length", "x-amz-date"];
    let headers = seen.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let headers: Map<String, Value> = headers.map(|(name, value)| (name.clone(), json!(value))).collect();
    let (method, target) = seen.method_and_target();
    json!({
        "method": method,
        "url": format!("{url}{target}"),
        "headers": headers,
        "body": seen.body,
        "region": scope[2],
        "service": scope[3],
        "time": seen.header("x-amz-date").unwrap(),
        "access_key": "AKIAIOSFODNN7EXAMPLE",
        "secret_key": SECRET,
        "token": null,
    })
}

/// What the script says of `given`.
fn botocore(arguments: &[&str], given: &Value) -> Value {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let installed = folder.join("../../.tools/venv/bin/python");
    let python = std::env::var_os(VARIABLE).map_or(installed, PathBuf::from);
    let mut child = Command::new(&python)
        .arg(folder.join("tests/api/botocore_says.py"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}; cargo xtask test installs it", python.display()));
    let mut input = child.stdin.take().unwrap();
    let given = given.to_string();
    let writer = std::thread::spawn(move || input.write_all(given.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{} {arguments:?}", python.display());
    serde_json::from_slice(&output.stdout).unwrap()
}
