//! Signatures: AWS Signature Version 4.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;

use super::request::Request;

/// What a signature is made for, besides the request.
pub(crate) struct Signing<'a> {
    pub credentials: &'a Credentials,
    pub region: &'a str,
    pub service: &'a str,
    pub time: SystemTime,
}

/// The request could not be put into HTTP: an address or a header that HTTP does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the request cannot be put into HTTP")]
pub(crate) struct SigningFault;

/// The request to the host of `endpoint`, signed.
pub(crate) fn signed(request: &Request, endpoint: &str, signing: &Signing<'_>) -> Result<HttpRequest, SigningFault> {
    let url = url(request, endpoint);
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let signable = SignableRequest::new(request.method, url.clone(), headers, SignableBody::Bytes(&request.body));
    let signable = signable.map_err(|_| SigningFault)?;
    let identity = signing.credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(signing.region)
        .name(signing.service)
        .time(signing.time)
        .settings(settings(signing.service))
        .build()
        .map_err(|_| SigningFault)?
        .into();
    let (instructions, _) = sign(signable, &parameters).map_err(|_| SigningFault)?.into_parts();

    let mut signed = HttpRequest::new(SdkBody::from(request.body.clone()));
    signed.set_method(request.method).map_err(|_| SigningFault)?;
    signed.set_uri(url).map_err(|_| SigningFault)?;
    let agent = concat!("SecurityV0/", env!("CARGO_PKG_VERSION"));
    signed
        .headers_mut()
        .try_insert("user-agent", agent)
        .map_err(|_| SigningFault)?;
    for (name, value) in &request.headers {
        signed
            .headers_mut()
            .try_insert(name.clone(), value.clone())
            .map_err(|_| SigningFault)?;
    }
    for (name, value) in instructions.headers() {
        signed
            .headers_mut()
            .try_insert(name.to_owned(), value.to_owned())
            .map_err(|_| SigningFault)?;
    }
    Ok(signed)
}

fn url(request: &Request, endpoint: &str) -> String {
    let mut url = match &request.host_prefix {
        Some(prefix) => endpoint.replacen("://", &format!("://{prefix}"), 1),
        None => endpoint.to_owned(),
    };
    url.push_str(&request.path);
    for (number, (name, value)) in request.query.iter().enumerate() {
        url.push(if number == 0 { '?' } else { '&' });
        url.push_str(name);
        if !value.is_empty() {
            url.push('=');
            url.push_str(value);
        }
    }
    url
}

/// S3 signs paths as they are, and the hash of the body in a header.
fn settings(service: &str) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    settings
}
