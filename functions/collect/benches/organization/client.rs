//! What is said to the server beside the calls.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use anyhow::{Context, Result};

/// Says that what comes from now on waited for what came before.
pub fn mark(endpoint: &str) -> Result<()> {
    let host = endpoint.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).context("the server is gone")?;
    write!(stream, "GET /bench/mark HTTP/1.1\r\nhost: {host}\r\n\r\n").context("the server is gone")?;
    stream.read_exact(&mut [0]).context("the server is gone")?;
    Ok(())
}
