//! Where a service is: by partition and Region, unless the environment names another address.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

use super::wire::Service;

/// Where a request goes, and for which Region it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// `https://iam.amazonaws.com`, without a slash at the end.
    pub url: String,
    pub region: String,
    /// Whether the user named the address.
    pub is_custom: bool,
}

/// Why there is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EndpointFault {
    #[error("{0:?} is no Region")]
    Region(String),
    #[error("the service is not in the partition {0}")]
    Partition(&'static str),
    #[error("the address {0} is neither https nor on this machine: requests are signed, answers are not")]
    NotEncrypted(String),
}

/// The partition of a Region.
pub(crate) fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

/// The addresses that the user named: of single services, and of all.
#[derive(Debug, Clone, Default)]
pub(crate) struct CustomEndpoints {
    by_service: BTreeMap<&'static str, String>,
    every: Option<String>,
}

impl CustomEndpoints {
    /// What `AWS_ENDPOINT_URL_<SERVICE>`, the profile's `services` section, `AWS_ENDPOINT_URL` and the profile say, in this order.
    pub(crate) fn of(config: &SdkConfig, services: impl Iterator<Item = &'static Service>) -> Self {
        let named = services.filter_map(|service| Some((service.service_id.as_str(), named(config, service)?)));
        Self {
            by_service: named.collect(),
            every: config.endpoint_url().map(str::to_owned),
        }
    }

    fn of_service(&self, service: &Service) -> Option<&str> {
        let own = self.by_service.get(service.service_id.as_str());
        own.or(self.every.as_ref()).map(String::as_str)
    }

    /// Where `service` is asked about `region`.
    pub(crate) fn resolve(&self, service: &Service, region: &str) -> Result<Endpoint, EndpointFault> {
        if !is_region(region) {
            return Err(EndpointFault::Region(region.to_owned()));
        }
        let partition = partition(region);
        let facts = service
            .endpoints
            .get(partition)
            .ok_or(EndpointFault::Partition(partition))?;
        let own = facts.except.get(region).cloned();
        let url = own.unwrap_or_else(|| facts.url.replace("{region}", region));
        let custom = self.of_service(service);
        let url = custom.map_or(url, |custom| custom.trim_end_matches('/').to_owned());
        if !is_safe(&url) {
            return Err(EndpointFault::NotEncrypted(url));
        }
        Ok(Endpoint {
            url,
            region: facts.region.clone().unwrap_or_else(|| region.to_owned()),
            is_custom: custom.is_some(),
        })
    }
}

fn named(config: &SdkConfig, service: &Service) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(&service.service_id)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()?;
    config.service_config()?.load_config(key)
}

/// A Region becomes part of a host's name: nothing else may.
fn is_region(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (4..=32).contains(&text.len()) && text.bytes().all(is_letter) && text.contains('-')
}

fn is_safe(url: &str) -> bool {
    url.starts_with("https://") || url.strip_prefix("http://").is_some_and(|rest| is_loopback(host(rest)))
}

fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
