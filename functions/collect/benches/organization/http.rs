//! As much of HTTP/1.1 as the product's own client speaks.

use std::io::{self, BufRead, Write};

/// A request as it came.
#[derive(Debug)]
pub struct Request {
    pub method: String,
    /// Without the query, as it was encoded.
    pub path: String,
    pub query: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The next one on a connection; `None` where it ends.
    pub fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_whitespace();
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let Some((name, value)) = header.trim_end().split_once(':') else {
                break;
            };
            request
                .headers
                .push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let length = request.header("content-length").and_then(|length| length.parse().ok());
        request.body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut request.body)?;
        Ok(Some(request))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Access key, Region and service of the signature.
    pub fn signer(&self) -> Option<(&str, &str, &str)> {
        let (_, credential) = self.header("authorization")?.split_once("Credential=")?;
        let mut parts = credential.split(['/', ',']);
        let (key, _date) = (parts.next()?, parts.next()?);
        Some((key, parts.next()?, parts.next()?))
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_default()
    }

    /// A parameter of a form, or of the query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let pairs = self.text().split('&').chain(self.query.split('&'));
        let mut found = pairs.filter_map(|pair| pair.split_once('='));
        let (_, value) = found.find(|(own, _)| *own == name)?;
        Some(decoded(value))
    }

    /// A text field of a JSON body, found without reading all of it.
    pub fn field(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.text().split_once(&format!("\"{name}\":\""))?;
        rest.split('"').next()
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
        match byte {
            b'%' => bytes.extend(
                digit()
                    .zip(digit())
                    .and_then(|(high, low)| u8::try_from(high * 16 + low).ok()),
            ),
            b'+' => bytes.push(b' '),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: String::new(),
            body: body.into(),
        }
    }

    pub fn refused(status: u16, body: String) -> Self {
        Self {
            status,
            headers: String::new(),
            body: body.into_bytes(),
        }
    }

    /// In one piece: what follows a first small piece would wait for its acknowledgement.
    pub fn write(&self, to: &mut impl Write, has_body: bool) -> io::Result<()> {
        let head = format!(
            "HTTP/1.1 {} X\r\ncontent-length: {}\r\n{}\r\n",
            self.status,
            self.body.len(),
            self.headers
        );
        let mut bytes = head.into_bytes();
        if has_body {
            bytes.extend_from_slice(&self.body);
        }
        to.write_all(&bytes)
    }
}
