//! What to ask instead, where an action does not take the resource of a question.

use sv0_iam::catalogue::{Fit, lookup_action, resource_type_fits};
use sv0_model::arn::Arn;

/// In words, for which resource to ask where the action takes one and none is named, or where S3's action is one on objects and the resource a bucket, or
/// the other way round.
#[must_use]
pub fn resource_hint(action: &str, resource: &str) -> Option<String> {
    if resource == "*" {
        return without_resource(action);
    }
    let arn = Arn::parse(resource).filter(|arn| arn.service == "s3" && !arn.resource.is_empty())?;
    let fits = |resource: &str| resource_type_fits(action, resource) == Fit::Fits;
    if fits(resource) {
        return None;
    }
    match arn.resource.split_once('/') {
        None => {
            let objects = format!("{resource}/*");
            fits(&objects).then(|| format!("{action} acts on objects: ask for {objects}"))
        }
        Some((bucket, _)) => {
            let bucket = format!("arn:{}:s3:::{bucket}", arn.partition);
            fits(&bucket).then(|| format!("{action} acts on buckets: ask for {bucket}"))
        }
    }
}

/// How many types of resource a hint names.
const NAMED_TYPES: usize = 3;

/// `*` as a resource asks about a call without one, which no policy allows that names resources.
fn without_resource(action: &str) -> Option<String> {
    let types = &lookup_action(action)?.resource_types;
    let names: Vec<&str> = types.iter().take(NAMED_TYPES).map(|of| of.name).collect();
    let more = if types.len() > NAMED_TYPES { " or another" } else { "" };
    (!names.is_empty()).then(|| {
        format!(
            "{action} acts on a resource ({}{more}), and * asks about a call without one: name its ARN",
            names.join(" or ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::resource_hint;

    #[test]
    fn buckets_and_objects_are_told_apart() {
        let cases = [
            (
                "s3:GetObject",
                "arn:aws:s3:::data",
                Some("s3:GetObject acts on objects: ask for arn:aws:s3:::data/*"),
            ),
            (
                "s3:ListBucket",
                "arn:aws:s3:::data/a/b",
                Some("s3:ListBucket acts on buckets: ask for arn:aws:s3:::data"),
            ),
            ("s3:GetObject", "arn:aws:s3:::data/*", None),
            ("s3:ListBucket", "arn:aws:s3:::data", None),
            ("s3:NoSuchAction", "arn:aws:s3:::data", None),
            ("kms:Decrypt", "arn:aws:kms:eu-west-1:111111111111:key/k", None),
            (
                "s3:GetObject",
                "*",
                Some(
                    "s3:GetObject acts on a resource (accesspointobject or object), and * asks about a call without one: name its ARN",
                ),
            ),
            ("s3:ListAllMyBuckets", "*", None),
            ("ec2:DescribeInstances", "*", None),
        ];
        for (action, resource, want) in cases {
            assert_eq!(resource_hint(action, resource).as_deref(), want, "{action} {resource}");
        }
    }
}
