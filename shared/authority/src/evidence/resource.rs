//! Maps the names of CloudTrail events to IAM actions, and their parameters to resource ARNs.

use sv0_model::arn::{Arn, is_account_id};
use sv0_model::event::EventPart;

use super::event::text_at;
use super::told::Told;

/// Most resources taken from one event; the services' own batch limits are lower.
const MOST_RESOURCES: usize = 100;

/// Where an event was recorded: what completes a resource that it names without an ARN.
pub(crate) struct EventPlace<'e> {
    pub partition: &'e str,
    pub account: &'e str,
    pub region: &'e str,
}

/// Event sources whose IAM service prefix is not the first label of their host name.
const SERVICE_PREFIXES: &[(&str, &str)] = &[
    ("monitoring", "cloudwatch"),
    ("email", "ses"),
    ("application-autoscaling", "application-autoscaling"),
    ("tagging", "tag"),
];

/// Event names whose IAM action is called differently (Service Authorization Reference).
const RENAMED_EVENTS: &[(&str, &str, &str)] = &[
    ("bedrock", "Converse", "bedrock:InvokeModel"),
    ("bedrock", "ConverseStream", "bedrock:InvokeModelWithResponseStream"),
    ("lambda", "Invoke", "lambda:InvokeFunction"),
    ("lambda", "InvokeAsync", "lambda:InvokeFunction"),
    ("lambda", "InvokeWithResponseStream", "lambda:InvokeFunction"),
    ("s3", "HeadObject", "s3:GetObject"),
    ("s3", "SelectObjectContent", "s3:GetObject"),
    ("s3", "ListObjects", "s3:ListBucket"),
    ("s3", "ListObjectsV2", "s3:ListBucket"),
    ("s3", "HeadBucket", "s3:ListBucket"),
    ("s3", "CopyObject", "s3:PutObject"),
    ("s3", "CreateMultipartUpload", "s3:PutObject"),
    ("s3", "UploadPart", "s3:PutObject"),
    ("s3", "UploadPartCopy", "s3:PutObject"),
    ("s3", "CompleteMultipartUpload", "s3:PutObject"),
    ("s3", "PostObject", "s3:PutObject"),
    ("s3", "DeleteObjects", "s3:DeleteObject"),
];

/// The IAM action that an event stands for, such as `lambda:InvokeFunction` for `Invoke` of `lambda.amazonaws.com`.
pub(crate) fn action(event_source: &str, event_name: &str) -> Option<String> {
    let host = event_source.split('.').next().filter(|host| !host.is_empty())?;
    let service = SERVICE_PREFIXES
        .iter()
        .find(|(from, _)| *from == host)
        .map_or(host, |(_, to)| to);
    let name = without_api_version(event_name);
    if name.is_empty() {
        return None;
    }
    let renamed = RENAMED_EVENTS
        .iter()
        .find(|(of, event, _)| *of == service && *event == name);
    Some(renamed.map_or_else(|| [service, ":", name].concat(), |(_, _, action)| (*action).to_owned()))
}

/// `Invoke20150331` and `UpdateFunctionCode20150331v2` carry the date of their API's version.
fn without_api_version(name: &str) -> &str {
    let unversioned = name
        .rsplit_once('v')
        .filter(|(_, version)| !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit()))
        .map_or(name, |(rest, _)| rest);
    let stem = unversioned.trim_end_matches(|c: char| c.is_ascii_digit());
    if unversioned.len() - stem.len() == 8 {
        stem
    } else {
        name
    }
}

/// How a request parameter names a resource.
struct Parameter {
    service: &'static str,
    /// The field of `requestParameters`: a string or an array of strings.
    field: &'static str,
    /// The rest of the ARN after the account, `{}` standing for the name; an account in the ARN only where `regional`.
    resource: &'static str,
    scope: Scope,
}

/// Which of Region and account an ARN carries.
#[derive(Clone, Copy)]
enum Scope {
    RegionAndAccount,
    Account,
    Neither,
}

const PARAMETERS: &[Parameter] = &[
    parameter("sts", "roleArn", "role/{}", Scope::Account),
    parameter("secretsmanager", "secretId", "secret:{}", Scope::RegionAndAccount),
    parameter("secretsmanager", "secretIdList", "secret:{}", Scope::RegionAndAccount),
    parameter("lambda", "functionName", "function:{}", Scope::RegionAndAccount),
    parameter("s3", "bucketName", "{}", Scope::Neither),
    parameter("ssm", "name", "parameter/{}", Scope::RegionAndAccount),
    parameter("ssm", "names", "parameter/{}", Scope::RegionAndAccount),
    parameter("dynamodb", "tableName", "table/{}", Scope::RegionAndAccount),
    parameter("ecr", "repositoryName", "repository/{}", Scope::RegionAndAccount),
    parameter("sns", "topicArn", "{}", Scope::RegionAndAccount),
];

const fn parameter(service: &'static str, field: &'static str, resource: &'static str, scope: Scope) -> Parameter {
    Parameter {
        service,
        field,
        resource,
        scope,
    }
}

/// ARNs of the resources that an event acted on, in order and each once; empty where it names none.
pub(crate) fn resources(action: &str, event: &Told<'_>, place: &EventPlace<'_>) -> Vec<String> {
    let service = action.split(':').next().unwrap_or_default();
    let listed = listed_arns(event, service);
    let named: Vec<String> = PARAMETERS
        .iter()
        .filter(|parameter| parameter.service == service)
        .flat_map(|parameter| named_by(parameter, event, place))
        .take(MOST_RESOURCES)
        .collect();
    let mut resources = match service {
        // The list holds the object as well as the bucket; uses are counted by bucket.
        "s3" => named,
        // A name or partial ARN in the parameters says less than the full ARN in the list.
        _ if listed.is_empty() => named,
        "sts" | "lambda" | "ssm" | "ecr" | "dynamodb" if !named.is_empty() => named,
        _ => listed,
    };
    resources.sort_unstable();
    resources.dedup();
    resources
}

/// ARNs in the event's `resources`, those of the event's own service first: a `GetSecretValue` may list the KMS key too.
fn listed_arns(event: &Told<'_>, service: &str) -> Vec<String> {
    let arns = || {
        let listed = event.resources.map_or(&[] as &[_], EventPart::elements).iter();
        listed
            .filter_map(|resource| text_at(resource, "/ARN").or_else(|| text_at(resource, "/arn")))
            .take(MOST_RESOURCES)
    };
    let own: Vec<String> = arns()
        .filter(|arn| Arn::parse(arn).is_some_and(|arn| arn.service == service))
        .map(str::to_owned)
        .collect();
    if own.is_empty() {
        return arns().next().map(str::to_owned).into_iter().collect();
    }
    own
}

fn named_by<'e>(parameter: &Parameter, event: &Told<'e>, place: &EventPlace<'e>) -> impl Iterator<Item = String> {
    let parameters = event.parameters;
    let value = parameters.and_then(|parameters| parameters.get(parameter.field));
    let one = value.and_then(EventPart::as_str);
    let several = value.map_or(&[] as &[_], EventPart::elements);
    let account = parameters
        .and_then(|parameters| text_at(parameters, "/registryId"))
        .filter(|id| is_account_id(id))
        .unwrap_or(place.account);
    one.into_iter()
        .chain(several.iter().filter_map(EventPart::as_str))
        .filter(|name| !name.is_empty())
        .map(move |name| arn_of(parameter, name, account, place))
}

fn arn_of(parameter: &Parameter, name: &str, account: &str, place: &EventPlace<'_>) -> String {
    if parameter.service == "lambda" {
        return function_arn(name, place);
    }
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    let (before, after) = parameter.resource.split_once("{}").unwrap_or((parameter.resource, ""));
    let name = name.trim_start_matches('/');
    let (region, account) = match parameter.scope {
        Scope::RegionAndAccount => (place.region, account),
        Scope::Account => ("", account),
        Scope::Neither => ("", ""),
    };
    let place = [
        "arn:",
        place.partition,
        ":",
        parameter.service,
        ":",
        region,
        ":",
        account,
        ":",
    ];
    let resource = [before, name, after];
    place.into_iter().chain(resource).collect()
}

/// A function named by its name, `account:function:name` or its ARN, each with or without a version or alias.
fn function_arn(name: &str, place: &EventPlace<'_>) -> String {
    let fields: Vec<&str> = name.split(':').collect();
    let (partition, region, account, function) = match fields.as_slice() {
        ["arn", partition, "lambda", region, account, "function", function, ..] => {
            (*partition, *region, *account, *function)
        }
        [account, "function", function, ..] if is_account_id(account) => {
            (place.partition, place.region, *account, *function)
        }
        [function, ..] => (place.partition, place.region, place.account, *function),
        [] => (place.partition, place.region, place.account, name),
    };
    format!("arn:{partition}:lambda:{region}:{account}:function:{function}")
}

#[cfg(test)]
mod tests {
    use sv0_model::cloudtrail::{REGISTRY_PARAMETER, RESOURCE_PARAMETERS};

    use super::PARAMETERS;

    /// What a query leaves out of an event cannot be read from its rows.
    #[test]
    fn queries_tell_every_parameter_that_names_a_resource() {
        let read: Vec<(&str, &str)> = PARAMETERS.iter().map(|row| (row.service, row.field)).collect();
        assert_eq!(read, RESOURCE_PARAMETERS);
        assert_eq!(REGISTRY_PARAMETER, ("ecr", "registryId"));
    }
}
