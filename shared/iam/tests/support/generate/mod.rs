//! Random estates: a request with every policy that applies to it, as a row of `sv0 evaluate`.

mod conditions;
pub mod context;
pub mod statements;
pub mod vocabulary;

use serde_json::{Value, json};

use super::random::Random;
use statements::{Ask, Place};
use vocabulary::{ACCOUNT, ELSEWHERE, PRINCIPALS, REQUESTS};

/// A row without its context.
pub fn estate(random: &mut Random) -> Value {
    let (principal, principal_type) = random.pick(&PRINCIPALS);
    let (action, resources) = request_for(principal, random);
    let account = if random.percent(65) { ACCOUNT } else { ELSEWHERE };
    let resource = random.pick(resources).replace("ACCOUNT", account);
    let ask = Ask {
        principal,
        action,
        resource: &resource,
    };
    let several = |random: &mut Random, place, least, most| -> Value {
        let count = least + random.below(most - least + 1);
        (0..count).map(|_| ask.document(place, random)).collect()
    };
    let mut row =
        json!({"principal": principal, "action": in_some_case(action, random), "resource": resource.as_str()});
    if let Some(principal_type) = principal_type {
        row["principal_type"] = json!(principal_type);
    }
    let has_account = resource.contains(ACCOUNT) || resource.contains(ELSEWHERE);
    if !has_account && random.percent(50) || has_account && random.percent(20) {
        row["resource_account"] = json!(account);
    }
    if random.percent(85) {
        row["identity_policies"] = several(random, Place::Identity, 0, 2);
    }
    if random.percent(25) {
        row["permission_boundaries"] = several(random, Place::Limit, 0, 2);
    }
    if random.percent(if principal.contains("federated-user") { 60 } else { 22 }) {
        row["session_policy"] = ask.document(Place::Limit, random);
    }
    if random.percent(28) {
        row["scps"] = levels(&ask, Place::Limit, random);
    }
    if random.percent(22) {
        row["rcps"] = levels(&ask, Place::ResourceControl, random);
    }
    if random.percent(70) {
        row["resource_policy"] = ask.document(Place::Resource, random);
    }
    if random.percent(16) {
        row["endpoint_policies"] = several(random, Place::Endpoint, 0, 2);
    }
    row
}

/// Providers mostly ask for what providers are for.
fn request_for(principal: &str, random: &mut Random) -> (&'static str, &'static [&'static str]) {
    let fitting = match principal {
        text if text.contains(":oidc-provider/") || text.contains(".google.com") || text.contains(".example.org") => {
            "sts:AssumeRoleWithWebIdentity"
        }
        text if text.contains(":saml-provider/") => "sts:AssumeRoleWithSAML",
        _ => "",
    };
    match REQUESTS.iter().find(|(action, _)| *action == fitting) {
        Some(request) if random.percent(70) => *request,
        _ if random.percent(40) => REQUESTS[random.below(2)],
        _ => random.pick(&REQUESTS),
    }
}

fn levels(ask: &Ask<'_>, place: Place, random: &mut Random) -> Value {
    (0..1 + random.below(3))
        .map(|_| {
            let count = [0, 1, 2][random.weighted(&[8, 70, 22])];
            let policies: Value = (0..count).map(|_| ask.document(place, random)).collect();
            json!({"org_id": "o-example", "policies": policies})
        })
        .collect()
}

fn in_some_case(action: &str, random: &mut Random) -> String {
    if random.percent(95) {
        action.to_owned()
    } else {
        action.to_uppercase()
    }
}
