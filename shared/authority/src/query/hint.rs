//! What to ask instead, where an action does not take the resource of a question.

use sv0_iam::catalogue::{Fit, resource_type_fits};
use sv0_model::arn::Arn;

/// In words, for which resource to ask where S3's action is one on objects and the resource a bucket, or the other way round.
#[must_use]
pub fn resource_hint(action: &str, resource: &str) -> Option<String> {
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
            ("s3:GetObject", "*", None),
        ];
        for (action, resource, want) in cases {
            assert_eq!(resource_hint(action, resource).as_deref(), want, "{action} {resource}");
        }
    }
}
