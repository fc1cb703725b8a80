//! An AWS of the tests' own on loopback: it answers as each test says, and keeps what it was asked.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub line: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn method_and_target(&self) -> (&str, &str) {
        let mut words = self.line.split(' ');
        (words.next().unwrap(), words.next().unwrap())
    }

    /// Whether the request is for this operation.
    pub fn is(&self, operation: &str) -> bool {
        let target = self
            .header("x-amz-target")
            .is_some_and(|target| target.ends_with(operation));
        target || self.body.starts_with(&format!("Action={operation}&"))
    }
}

/// How the server answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Status, further headers, body.
    Reply(u16, Vec<(String, String)>, String),
    /// Promises more than it sends, and hangs up.
    Truncated,
    /// Hangs up without a word.
    HangUp,
    /// Says nothing for this long.
    Silence(Duration),
}

impl Answer {
    pub fn ok(body: &str) -> Self {
        Self::Reply(200, Vec::new(), body.to_owned())
    }

    pub fn json_error(status: u16, code: &str) -> Self {
        Self::Reply(
            status,
            Vec::new(),
            format!("{{\"__type\":\"com.amazonaws#{code}\",\"message\":\"words about {code}\"}}"),
        )
    }

    pub fn xml_error(status: u16, code: &str) -> Self {
        Self::Reply(
            status,
            Vec::new(),
            format!(
                "<ErrorResponse><Error><Code>{code}</Code><Message>words about {code}</Message></Error></ErrorResponse>"
            ),
        )
    }
}

/// The server. It ends with the process.
pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Answers each request by what `answer` says of it and of how many there were before.
    pub fn start(answer: impl Fn(&Seen, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (answer, kept) = (Arc::new(answer), Arc::clone(&seen));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, kept) = (Arc::clone(&answer), Arc::clone(&kept));
                thread::spawn(move || {
                    let _ = serve(&stream, &kept, answer.as_ref());
                });
            }
        });
        Self { url, seen }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn count(&self, operation: &str) -> usize {
        self.seen().iter().filter(|seen| seen.is(operation)).count()
    }
}

fn serve(
    mut stream: &TcpStream,
    kept: &Mutex<Vec<Seen>>,
    answer: &(dyn Fn(&Seen, usize) -> Answer + Send + Sync),
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(seen) = read(&mut reader)? {
        let before = {
            let mut kept = kept.lock().unwrap();
            kept.push(seen.clone());
            kept.len() - 1
        };
        match answer(&seen, before) {
            Answer::Reply(status, headers, body) => {
                let headers: String = headers
                    .iter()
                    .map(|(name, value)| format!("{name}: {value}\r\n"))
                    .collect();
                let length = body.len();
                let text = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
                // In one piece: what follows a first small piece would wait for its acknowledgement.
                stream.write_all(text.as_bytes())?;
            }
            Answer::Truncated => return write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{{\"Acc"),
            Answer::HangUp => return Ok(()),
            Answer::Silence(time) => {
                thread::sleep(time);
                return Ok(());
            }
        }
    }
    Ok(())
}

fn read(reader: &mut impl BufRead) -> std::io::Result<Option<Seen>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        match header.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            None => break,
        }
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Seen {
        line: line.trim_end().to_owned(),
        headers,
        body: String::from_utf8(body).unwrap(),
    }))
}
