//! Answers on loopback, a thread a connection.

use std::io::{self, BufReader, Read as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result};

use crate::answers;
use crate::bound::Counted;
use crate::estate::Estate;
use crate::http::{Reply, Request};
use crate::objects::Objects;
use crate::router::route;
use crate::usage::usage;

/// What all connections share.
struct Shared {
    estate: Estate,
    counted: Counted,
    objects: Objects,
}

/// Serves until the input ends.
pub fn serve(estate: Estate) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen")?;
    println!("http://{}", listener.local_addr().context("no address")?);
    let shared = Arc::new(Shared {
        estate,
        counted: Counted::default(),
        objects: Objects::default(),
    });
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let shared = Arc::clone(&shared);
            // Small, since there are hundreds of them.
            let thread = thread::Builder::new().stack_size(256 * 1024);
            let spawned = thread.spawn(move || shared.converse(&stream));
            if let Err(error) = spawned {
                eprintln!("no thread for a connection: {error}");
            }
        }
    });
    io::stdin().read_to_end(&mut Vec::new()).context("cannot wait")?;
    Ok(())
}

impl Shared {
    fn converse(&self, mut stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream);
        while let Some(request) = Request::read(&mut reader)? {
            self.answer(&request).write(&mut stream, request.method != "HEAD")?;
        }
        Ok(())
    }

    fn answer(&self, request: &Request) -> Reply {
        match request.path.as_str() {
            "/bench/mark" => {
                self.counted.mark();
                return Reply::ok("");
            }
            "/bench/take" => return Reply::ok(serde_json::to_vec(&self.counted.take()).unwrap_or_default()),
            "/bench/usage" => return Reply::ok(serde_json::to_vec(&usage()).unwrap_or_default()),
            _ => {}
        }
        if matches!(request.signer(), Some((_, _, "s3"))) {
            return self.objects.answer(request);
        }
        let Some(asked) = route(request, &self.estate.hub()) else {
            eprintln!("no operation: {} {}", request.method, request.path);
            return Reply::refused(501, "{\"__type\":\"NoSuchOperation\"}".to_owned());
        };
        self.counted.count(&asked, &self.estate);
        thread::sleep(self.estate.latency());
        answers::answer(&self.estate, &asked)
    }
}
