//! What a query tells of an event, as the JSON text of the event with the fields that are asked for.
//!
//! A query only selects and counts. What an event means, which action it is and on which resource, is decided by the code that reads log files: it reads the
//! rows, too. So the fields here are raw, and a field that is missing here is a field that this code never sees; the lists come from the tables that it uses.

use sv0_model::cloudtrail::{REGISTRY_PARAMETER, RESOURCE_PARAMETERS};

/// A part of an event.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// A text: the expression that gives it.
    Text(String),
    /// Any JSON: the expression that gives its text.
    Json(String),
    /// An object of parts.
    Object(Vec<(&'static str, Part)>),
}

use Part::{Json, Object, Text};

fn text(expression: &str) -> Part {
    Text(expression.to_owned())
}

impl Part {
    /// The expression that gives the JSON text of the part. Nothing in it comes from outside.
    pub(super) fn expression(&self) -> String {
        match self {
            Text(expression) => object_of_texts(&[("text", expression)]),
            Json(expression) => expression.clone(),
            Object(parts) => object(parts),
        }
    }
}

/// `{"a":…,"b":…,` and then the texts without their opening brace: one cast writes all texts of an object, and escapes them.
fn object(parts: &[(&'static str, Part)]) -> String {
    let mut texts: Vec<(&'static str, &str)> = Vec::new();
    let mut nested: Vec<(&'static str, String)> = Vec::new();
    for (name, part) in parts {
        match part {
            Text(expression) => texts.push((name, expression)),
            other => nested.push((name, other.expression())),
        }
    }
    if nested.is_empty() {
        return object_of_texts(&texts);
    }
    let mut pieces: Vec<String> = Vec::new();
    for (place, (name, expression)) in nested.iter().enumerate() {
        let opening = if place == 0 { '{' } else { ',' };
        pieces.push(format!("'{opening}\"{name}\":', {expression}"));
    }
    pieces.push(if texts.is_empty() {
        "'}'".to_owned()
    } else {
        format!("',', substr({}, 2)", object_of_texts(&texts))
    });
    format!("concat({})", pieces.join(", "))
}

fn object_of_texts(texts: &[(&str, &str)]) -> String {
    let names: Vec<String> = texts.iter().map(|(name, _)| format!("'{name}'")).collect();
    let values: Vec<&str> = texts.iter().map(|(_, expression)| *expression).collect();
    format!(
        "json_format(CAST(MAP(ARRAY[{}], ARRAY[{}]) AS JSON))",
        names.join(", "),
        values.join(", ")
    )
}

/// Fields of an event that stand at its top.
fn head(fields: &[(&'static str, &str)]) -> Vec<(&'static str, Part)> {
    let place = [
        // The folder tells what an event leaves out.
        ("awsRegion", text("coalesce(awsregion, region)")),
        ("recipientAccountId", text("coalesce(recipientaccountid, account)")),
    ];
    let named = [
        ("eventSource", "eventsource"),
        ("eventName", "eventname"),
        ("errorCode", "errorcode"),
    ];
    let named = named.iter().chain(fields).map(|(name, column)| (*name, text(column)));
    place.into_iter().chain(named).collect()
}

fn identity(in_context: &[(&'static str, &str)], further: &[(&'static str, &str)]) -> Part {
    let texts = [
        ("type", "useridentity.\"type\""),
        ("arn", "useridentity.arn"),
        ("principalId", "useridentity.principalid"),
        ("accountId", "useridentity.accountid"),
        ("invokedBy", "useridentity.invokedby"),
        ("identityProvider", "useridentity.identityprovider"),
    ];
    let texts = texts.iter().chain(further).map(|(name, column)| (*name, text(column)));
    let issuer = Object(vec![("arn", text("useridentity.sessioncontext.sessionissuer.arn"))]);
    let mut context = vec![("sessionIssuer", issuer)];
    if !in_context.is_empty() {
        let attributes = Object(vec![(
            "mfaAuthenticated",
            text("useridentity.sessioncontext.attributes.mfaauthenticated"),
        )]);
        context.push(("attributes", attributes));
    }
    context.extend(in_context.iter().map(|(name, column)| (*name, text(column))));
    Object([("sessionContext", Object(context))].into_iter().chain(texts).collect())
}

const SOURCE_IDENTITY: [(&str, &str); 1] = [("sourceIdentity", "useridentity.sessioncontext.sourceidentity")];

/// The values of fields of a column that holds JSON text, whatever they are.
fn values_of(column: &str, fields: &[&str]) -> Part {
    let names: Vec<String> = fields.iter().map(|field| format!("'{field}'")).collect();
    let values: Vec<String> = fields
        .iter()
        .map(|field| format!("json_extract({column}, '$.{field}')"))
        .collect();
    Json(object_of_values(&names, &values))
}

fn object_of_values(names: &[String], values: &[String]) -> String {
    format!(
        "json_format(CAST(MAP(ARRAY[{}], ARRAY[{}]) AS JSON))",
        names.join(", "),
        values.join(", ")
    )
}

/// Of each service the parameters that name its resources, and of the others none: what differs from call to call would make a row of every call.
fn resource_parameters() -> Part {
    let mut fields: Vec<(&str, Vec<&str>)> = Vec::new();
    for (service, field) in RESOURCE_PARAMETERS.iter().chain([&REGISTRY_PARAMETER]) {
        match fields.iter_mut().find(|(known, _)| known == field) {
            Some((_, services)) => services.push(service),
            None => fields.push((field, vec![service])),
        }
    }
    let names: Vec<String> = fields.iter().map(|(field, _)| format!("'{field}'")).collect();
    let values = fields.iter().map(|(field, services)| {
        let services: Vec<String> = services.iter().map(|service| format!("'{service}'")).collect();
        format!(
            "CASE WHEN {SERVICE} IN ({}) THEN json_extract(requestparameters, '$.{field}') END",
            services.join(", ")
        )
    });
    Json(object_of_values(&names, &values.collect::<Vec<_>>()))
}

/// The service of an event: the first label of its source's host name.
pub(super) const SERVICE: &str = "split_part(eventsource, '.', 1)";

/// ARNs of the resources that the event lists. Those of Amazon S3 name every object; their bucket stands among the parameters.
fn resources() -> Part {
    Json(format!(
        "CASE WHEN {SERVICE} = 's3' THEN 'null' ELSE coalesce(json_format(CAST(transform(resources, resource -> MAP(ARRAY['ARN'], ARRAY[resource.arn])) AS JSON)), 'null') END"
    ))
}

/// Uses: who did what to which resource, in which session, from where.
pub(super) fn observed_use() -> Part {
    let mut parts = head(&[
        ("sourceIPAddress", "sourceipaddress"),
        ("userAgent", "useragent"),
        // A service that takes a role is recorded in one account only, but with an id for the copies all the same.
        (
            "sharedEventID",
            "CASE WHEN useridentity.\"type\" = 'AWSService' AND eventsource = 'sts.amazonaws.com' THEN NULL ELSE sharedeventid END",
        ),
    ]);
    parts.extend([
        ("userIdentity", identity(&[], &[])),
        ("requestParameters", resource_parameters()),
        ("resources", resources()),
    ]);
    Object(parts)
}

/// Who took which role.
pub(super) fn assumptions() -> Part {
    let mut parts = head(&[
        ("sourceIPAddress", "sourceipaddress"),
        ("userAgent", "useragent"),
        ("sharedEventID", "sharedeventid"),
    ]);
    let parameters = [
        "name",
        "policy",
        "policyArns",
        "roleArn",
        "roleSessionName",
        "serialNumber",
        "sourceIdentity",
        "tags",
        "targetPrincipal",
        "transitiveTagKeys",
    ];
    let issued_to = |field: &'static str, path: &str| {
        let arn = format!("json_extract_scalar(responseelements, '$.{path}.arn')");
        (field, Object(vec![("arn", Text(arn))]))
    };
    let scalar = |field: &'static str| {
        let value = format!("json_extract_scalar(responseelements, '$.{field}')");
        (field, Text(value))
    };
    parts.extend([
        (
            "userIdentity",
            identity(&SOURCE_IDENTITY, &[("userName", "useridentity.username")]),
        ),
        ("additionalEventData", values_of("additionaleventdata", &["SwitchFrom"])),
        ("requestParameters", values_of("requestparameters", &parameters)),
        (
            "responseElements",
            Object(vec![
                issued_to("assumedRoleUser", "assumedRoleUser"),
                issued_to("federatedUser", "federatedUser"),
                scalar("sourceIdentity"),
                scalar("subject"),
                scalar("subjectFromWebIdentityToken"),
            ]),
        ),
    ]);
    Object(parts)
}

/// Events worth a look, one by one.
pub(super) fn notable_events() -> Part {
    let mut parts = head(&[("sharedEventID", "sharedeventid")]);
    let parameters: Vec<&str> = sv0_sources::kept_request_parameters().collect();
    parts.extend([
        ("userIdentity", identity(&SOURCE_IDENTITY, &[])),
        (
            "additionalEventData",
            values_of("additionaleventdata", &["MFAUsed", "SwitchFrom"]),
        ),
        ("requestParameters", values_of("requestparameters", &parameters)),
        (
            "responseElements",
            values_of("responseelements", &["ConsoleLogin", "SwitchRole"]),
        ),
        ("resources", resources()),
    ]);
    Object(parts)
}
