//! Which operation a request is, by the facts that requests are made with.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::http::Request;

static FACTS: LazyLock<Facts> = LazyLock::new(|| {
    let text = include_str!("../../../../shared/aws/src/api/wire.json");
    serde_json::from_str(text).unwrap_or_default()
});

#[derive(Debug, Default, Deserialize)]
struct Facts {
    services: BTreeMap<String, Service>,
}

#[derive(Debug, Deserialize)]
struct Service {
    protocol: String,
    signing_name: String,
    #[serde(default)]
    target_prefix: String,
    operations: BTreeMap<String, Operation>,
}

#[derive(Debug, Deserialize)]
struct Operation {
    method: String,
    path: String,
    wrapper: Option<String>,
}

/// What is asked, and of whom.
#[derive(Debug)]
pub struct Asked<'a> {
    pub service: &'static str,
    pub operation: &'static str,
    /// The element in which the query protocol wraps an answer.
    pub wrapper: Option<&'static str>,
    pub is_xml: bool,
    pub account: String,
    pub region: String,
    pub request: &'a Request,
}

/// `None` for what is no operation of the table.
pub fn route<'a>(request: &'a Request, hub: &str) -> Option<Asked<'a>> {
    let (key, region, signing_name) = request.signer()?;
    // A prefix may have points in it.
    let target = request
        .header("x-amz-target")
        .and_then(|target| target.rsplit_once('.'));
    let action = request.parameter("Action");
    let mut services = FACTS
        .services
        .iter()
        .filter(|(_, facts)| facts.signing_name == signing_name);
    let (service, facts, (operation, found)) = services.find_map(|(service, facts)| {
        let found = facts
            .operations
            .iter()
            .find(|(name, operation)| match facts.protocol.as_str() {
                "json" => target == Some((facts.target_prefix.as_str(), name.as_str())),
                "query" | "ec2" => action.as_deref() == Some(name.as_str()),
                _ => operation.method == request.method && fits(&operation.path, &request.path),
            })?;
        Some((service, facts, found))
    })?;
    Some(Asked {
        service,
        operation,
        wrapper: found.wrapper.as_deref(),
        is_xml: matches!(facts.protocol.as_str(), "query" | "ec2"),
        account: key.strip_prefix("ASIA").unwrap_or(hub).to_owned(),
        region: region.to_owned(),
        request,
    })
}

fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given || wanted.starts_with('{') && !given.is_empty() => {}
            _ => return false,
        }
    }
}
