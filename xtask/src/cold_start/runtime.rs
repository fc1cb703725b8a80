//! Lambda's side: its Runtime API on loopback, which a program asks for its first event.
//!
//! Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes".

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How a program asks for an event.
const NEXT: &str = "GET /2018-06-01/runtime/invocation/next ";
/// Lambda gives a function as long.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked whether the program still runs.
const GLANCE: Duration = Duration::from_millis(100);

/// A request that waits for its answer.
struct Asked {
    line: String,
    at: Instant,
    /// Open, so that the program goes on waiting.
    _stream: TcpStream,
}

/// Starts a program with nothing but these settings and what Lambda sets, and gives the time until it asked for an event. It is ended then.
pub fn start(program: &Path, settings: &[(&str, &str)]) -> Result<Duration> {
    let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen")?;
    let address = listener.local_addr().context("no address")?;
    let (sender, receiver) = mpsc::channel();
    let listening = thread::spawn(move || {
        // Whoever waits may have given up.
        let _ = sender.send(first_line(&listener));
    });
    let began = Instant::now();
    let mut child = command(program, address, settings)
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let answer = wait(&receiver, &mut child);
    end(&mut child, address);
    let asked =
        answer.with_context(|| format!("{} asked for no event; it may have said why above", program.display()))?;
    if listening.join().is_err() || !asked.line.starts_with(NEXT) {
        bail!("{} asked for something else: {}", program.display(), asked.line);
    }
    Ok(asked.at.duration_since(began))
}

/// What was asked and when; nothing where the program ends, or takes too long.
fn wait(receiver: &mpsc::Receiver<Option<Asked>>, child: &mut Child) -> Option<Asked> {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        match receiver.recv_timeout(GLANCE) {
            Ok(answer) => return answer,
            Err(_) if child.try_wait().is_ok_and(|ended| ended.is_none()) => {}
            Err(_) => return None,
        }
    }
    None
}

/// Waits for a request, and tells when its first line was there.
fn first_line(listener: &TcpListener) -> Option<Asked> {
    let (stream, _) = listener.accept().ok()?;
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line).ok()?;
    let at = Instant::now();
    let asked = Asked {
        line,
        at,
        _stream: stream,
    };
    (!asked.line.is_empty()).then_some(asked)
}

fn end(child: &mut Child, address: SocketAddr) {
    // It may have ended by itself; whoever still listens must not wait for ever.
    let _ = child.kill();
    let _ = child.wait();
    drop(TcpStream::connect(address));
}

/// What Lambda sets for a function.
///
/// Source: AWS Lambda Developer Guide, "Using Lambda environment variables", reserved variables.
fn command(program: &Path, runtime: SocketAddr, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", runtime.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "function")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "/sv0/sv0-hub/function")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "2026/03/01/[$LATEST]0a1b2c3d")
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
        .env("AWS_LAMBDA_LOG_LEVEL", "INFO")
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        .env("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_DEFAULT_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "ASIAEXAMPLEEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "none")
        .env("AWS_SESSION_TOKEN", "none")
        .env("LAMBDA_TASK_ROOT", "/var/task")
        .env("LAMBDA_RUNTIME_DIR", "/var/runtime")
        .env("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin")
        .env("LD_LIBRARY_PATH", "/lib64:/usr/lib64:/var/runtime:/var/task")
        .env("TZ", ":UTC")
        .env("_HANDLER", "bootstrap")
        .envs(settings.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_asks_for_nothing_is_a_failure() {
        let error = start(Path::new("/bin/true"), &[]).unwrap_err();
        assert!(error.to_string().contains("asked for no event"), "{error}");
    }
}
