//! Sending: one attempt, bounded in time and in what is taken in.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Connector, ConnectorBuilder, tls};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use http_body::Body;
use tokio::sync::Semaphore;

use super::answer::Reply;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// More than any answer of the APIs that are called, and what a worker can hold.
pub(crate) const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// Requests that are on their way at a time, each on a connection and in memory. Thousands of steps wait for their budgets; what is open at once must not grow with them:
/// a function may have 1,024 files and connections open.
const IN_FLIGHT: usize = 128;
/// Each service of each Region is a host of its own, of which a scan asks hundreds.
const IDLE_CONNECTIONS: usize = 4;
const IDLE: Duration = Duration::from_secs(10);

/// Sends requests.
#[derive(Debug)]
pub(crate) struct Sender {
    /// Through the proxy that the environment names, if it names one.
    encrypted: SharedHttpConnector,
    /// To this machine.
    plain: SharedHttpConnector,
    max_answer: usize,
    in_flight: Semaphore,
}

/// What went wrong on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SendFault {
    Timeout,
    /// What the connector said, without addresses or content.
    Connection(String),
    TooLarge,
}

impl fmt::Display for SendFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => formatter.write_str("no answer in time"),
            Self::Connection(text) => formatter.write_str(text),
            Self::TooLarge => formatter.write_str("the answer is larger than is read"),
        }
    }
}

impl Sender {
    /// Sends over TLS with the machine's certificates, and to its own addresses without.
    pub(crate) fn new(max_answer: usize) -> Self {
        Self {
            encrypted: connector(
                Connector::builder()
                    .pool_max_idle_per_host(IDLE_CONNECTIONS)
                    .pool_idle_timeout(IDLE)
                    .proxy_config(ProxyConfig::from_env()),
            ),
            plain: connector(Connector::builder().proxy_config(ProxyConfig::disabled())),
            max_answer,
            in_flight: Semaphore::new(IN_FLIGHT),
        }
    }

    /// Makes one attempt that ends after `limit`, answered or not.
    pub(crate) async fn send(&self, request: HttpRequest, limit: Duration) -> Result<Reply, SendFault> {
        let connector = if request.uri().starts_with("https:") {
            &self.encrypted
        } else {
            &self.plain
        };
        // Apart from the attempt: that others wait long for an answer is no fault of this call's service.
        let place = tokio::time::timeout(limit, self.in_flight.acquire()).await;
        let Ok(Ok(_place)) = place else {
            return Err(SendFault::Timeout);
        };
        let attempt = async {
            self.read(connector.call(request).await.map_err(|error| fault(&error))?)
                .await
        };
        tokio::time::timeout(limit, attempt)
            .await
            .unwrap_or(Err(SendFault::Timeout))
    }

    async fn read(&self, response: HttpResponse) -> Result<Reply, SendFault> {
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers = headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let body = bytes(response.into_body(), self.max_answer).await?;
        Ok(Reply { status, headers, body })
    }
}

fn connector(builder: ConnectorBuilder) -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .build();
    let connector = builder
        .connector_settings(settings)
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc))
        .build();
    SharedHttpConnector::new(connector)
}

async fn bytes(mut body: SdkBody, most: usize) -> Result<Vec<u8>, SendFault> {
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|error| SendFault::Connection(innermost(error.as_ref())))?;
        if let Some(data) = frame.data_ref() {
            if bytes.len() + data.len() > most {
                return Err(SendFault::TooLarge);
            }
            bytes.extend_from_slice(data);
        }
    }
    Ok(bytes)
}

fn fault(error: &aws_smithy_runtime_api::client::result::ConnectorError) -> SendFault {
    if error.is_timeout() {
        SendFault::Timeout
    } else {
        SendFault::Connection(innermost(error))
    }
}

/// The cause of causes: what is above it says only that something failed.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
