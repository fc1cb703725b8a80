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

#[cfg(test)]
mod tests {
    use sv0_collect::ApiCall;
    use sv0_collect::calls::{iam, organizations, sts};

    use super::*;
    use crate::api::wire::facts;

    fn resolve(
        custom: &CustomEndpoints,
        call: &'static ApiCall,
        region: &str,
    ) -> Result<(String, String), EndpointFault> {
        let endpoint = custom.resolve(facts(call).unwrap().service, region)?;
        Ok((endpoint.url, endpoint.region))
    }

    #[test]
    fn services_are_where_their_partition_has_them() {
        for (call, region, url, signed_for) in [
            (
                &sts::ASSUME_ROLE,
                "eu-central-1",
                "https://sts.eu-central-1.amazonaws.com",
                "eu-central-1",
            ),
            (
                &sts::ASSUME_ROLE,
                "us-east-1",
                "https://sts.us-east-1.amazonaws.com",
                "us-east-1",
            ),
            (
                &sts::ASSUME_ROLE,
                "cn-north-1",
                "https://sts.cn-north-1.amazonaws.com.cn",
                "cn-north-1",
            ),
            (
                &iam::GET_ACCOUNT_AUTHORIZATION_DETAILS,
                "eu-central-1",
                "https://iam.amazonaws.com",
                "us-east-1",
            ),
            (
                &iam::GET_ACCOUNT_AUTHORIZATION_DETAILS,
                "us-gov-east-1",
                "https://iam.us-gov.amazonaws.com",
                "us-gov-west-1",
            ),
            (
                &organizations::LIST_ACCOUNTS,
                "cn-north-1",
                "https://organizations.cn-northwest-1.amazonaws.com.cn",
                "cn-northwest-1",
            ),
        ] {
            let found = resolve(&CustomEndpoints::default(), call, region).unwrap();
            assert_eq!(found, (url.to_owned(), signed_for.to_owned()));
        }
    }

    #[test]
    fn an_address_of_the_users_own_is_encrypted_or_on_this_machine() {
        for (url, is_taken) in [
            ("https://vpce.example.com/", true),
            ("http://127.0.0.1:5000", true),
            ("http://localhost:5000", true),
            ("http://[::1]:5000", true),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1@example.com", false),
            ("http://10.0.0.1:5000", false),
            ("ftp://127.0.0.1", false),
        ] {
            let custom = CustomEndpoints {
                every: Some(url.to_owned()),
                ..CustomEndpoints::default()
            };
            let found = resolve(&custom, &sts::ASSUME_ROLE, "eu-central-1");
            assert_eq!(found.is_ok(), is_taken, "{url}");
            assert!(found.is_err() || found == Ok((url.trim_end_matches('/').to_owned(), "eu-central-1".to_owned())));
        }
    }

    #[test]
    fn a_services_own_address_comes_before_that_of_all() {
        let custom = CustomEndpoints {
            by_service: BTreeMap::from([("STS", "https://sts.example.com".to_owned())]),
            every: Some("https://every.example.com".to_owned()),
        };
        let url = |call| resolve(&custom, call, "eu-central-1").unwrap().0;
        assert_eq!(url(&sts::ASSUME_ROLE), "https://sts.example.com");
        assert_eq!(url(&organizations::LIST_ACCOUNTS), "https://every.example.com");
    }

    #[test]
    fn what_is_no_region_becomes_no_host() {
        for region in ["", "eu", "eu-central-1.example.com/", "EU-CENTRAL-1", "eu-central-1#"] {
            let found = resolve(&CustomEndpoints::default(), &sts::ASSUME_ROLE, region);
            assert_eq!(found, Err(EndpointFault::Region(region.to_owned())));
        }
    }
}
