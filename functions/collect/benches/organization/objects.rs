//! As much of Amazon S3 as the stores of captures and of workers use: objects are put and got, whole.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::http::{Reply, Request};

#[derive(Default)]
pub struct Objects(Mutex<HashMap<String, Vec<u8>>>);

impl Objects {
    pub fn answer(&self, request: &Request) -> Reply {
        let mut objects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match request.method.as_str() {
            "PUT" => {
                objects.insert(request.path.clone(), request.body.clone());
                Reply {
                    headers: "etag: \"0\"\r\n".to_owned(),
                    ..Reply::ok("")
                }
            }
            "GET" | "HEAD" => match objects.get(&request.path) {
                Some(bytes) => Reply {
                    headers: "etag: \"0\"\r\nlast-modified: Sun, 01 Mar 2026 04:00:00 GMT\r\n".to_owned(),
                    ..Reply::ok(bytes.clone())
                },
                None => Reply::refused(
                    404,
                    "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>".to_owned(),
                ),
            },
            _ => Reply::refused(501, "<Error><Code>NotImplemented</Code></Error>".to_owned()),
        }
    }
}
