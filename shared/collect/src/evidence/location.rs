//! In which Region a trail's bucket is asked.

use serde_json::json;

use crate::api::{ApiError, AwsApi, Target};
use crate::calls::s3;
use crate::listing::{parameters, text};

/// The bucket's Region. Only the partition's first Region answers for buckets of all others; where nobody says, it is looked for at `home`.
///
/// Source: Amazon S3 API Reference, "GetBucketLocation": no constraint is us-east-1, and `EU` is eu-west-1.
///
/// # Errors
/// [`ApiError`] when nobody says.
pub(crate) async fn bucket_region(
    api: &dyn AwsApi,
    partition: &str,
    bucket: &str,
    home: &Target,
) -> Result<String, ApiError> {
    let first = match partition {
        "aws-us-gov" => "us-gov-west-1",
        "aws-cn" => home.region.as_str(),
        _ => "us-east-1",
    };
    let target = Target {
        region: first.to_owned(),
        ..home.clone()
    };
    let asked = parameters(json!({ "Bucket": bucket }));
    let answer = api.call(&target, &s3::GET_BUCKET_LOCATION, asked).await?;
    Ok(match text(&answer, "LocationConstraint") {
        None => first.to_owned(),
        Some("EU") => "eu-west-1".to_owned(),
        Some(region) => region.to_owned(),
    })
}
