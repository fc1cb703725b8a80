//! Rows of what runs code.

use crate::call::Caller::Spoke;
use crate::call::{ApiCall, Pages, Rate};

#[rustfmt::skip]
/// AWS App Runner.
pub mod apprunner {
    use super::*;

    /// A service with its roles.
    pub static DESCRIBE_SERVICE: ApiCall = ApiCall::new("apprunner", "DescribeService", &["apprunner:DescribeService"])
        .on("arn:${Partition}:apprunner:*:${Account}:service/*").by(&[Spoke]).because("Which roles a service runs and is deployed with");
    /// Services.
    pub static LIST_SERVICES: ApiCall = ApiCall::new("apprunner", "ListServices", &["apprunner:ListServices"])
        .by(&[Spoke]).paged(Pages::by("NextToken").limited("MaxResults", 20)).because("Which services there are");
}

#[rustfmt::skip]
/// Amazon EC2 Auto Scaling.
pub mod autoscaling {
    use super::*;

    /// Groups.
    pub static DESCRIBE_AUTO_SCALING_GROUPS: ApiCall = ApiCall::new("autoscaling", "DescribeAutoScalingGroups", &["autoscaling:DescribeAutoScalingGroups"])
        .by(&[Spoke]).paged(Pages::by("NextToken").limited("MaxRecords", 100)).because("Which launch template, and so which role, the instances of a group start with");
}

#[rustfmt::skip]
/// AWS Batch. Never jobs, whose commands may hold data.
pub mod batch {
    use super::*;

    /// Job definitions.
    pub static DESCRIBE_JOB_DEFINITIONS: ApiCall = ApiCall::new("batch", "DescribeJobDefinitions", &["batch:DescribeJobDefinitions"])
        .by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 100)).because("Which roles jobs run as");
}

#[rustfmt::skip]
/// Amazon EC2.
pub mod ec2 {
    use super::*;

    /// Versions of launch templates. The answer carries user data, which the redaction drops: no other call names the role of instances yet to be started.
    pub static DESCRIBE_LAUNCH_TEMPLATE_VERSIONS: ApiCall = ApiCall::new("ec2", "DescribeLaunchTemplateVersions", &["ec2:DescribeLaunchTemplateVersions"])
        .by(&[Spoke]).paged(Pages::by("NextToken").limited("MaxResults", 200)).because("Which role instances that are started from a template have");
}

#[rustfmt::skip]
/// Amazon ECR: repositories and images, never layers.
pub mod ecr {
    use super::*;

    /// How many findings an image has.
    pub static DESCRIBE_IMAGE_SCAN_FINDINGS: ApiCall = ApiCall::new("ecr", "DescribeImageScanFindings", &["ecr:DescribeImageScanFindings"])
        .on("arn:${Partition}:ecr:*:${Account}:repository/*").by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("How vulnerable the images are that workloads run");
    /// Images of a repository.
    pub static DESCRIBE_IMAGES: ApiCall = ApiCall::new("ecr", "DescribeImages", &["ecr:DescribeImages"])
        .on("arn:${Partition}:ecr:*:${Account}:repository/*").by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which images a repository holds, so that a workload is joined to what it runs");
    /// Repositories.
    pub static DESCRIBE_REPOSITORIES: ApiCall = ApiCall::new("ecr", "DescribeRepositories", &["ecr:DescribeRepositories"])
        .on("arn:${Partition}:ecr:*:${Account}:repository/*").by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which repositories there are");
    /// The lifecycle policy of a repository.
    pub static GET_LIFECYCLE_POLICY: ApiCall = ApiCall::new("ecr", "GetLifecyclePolicy", &["ecr:GetLifecyclePolicy"])
        .on("arn:${Partition}:ecr:*:${Account}:repository/*").by(&[Spoke]).because("Whether old images are ever removed");
    /// The policy of a repository.
    pub static GET_REPOSITORY_POLICY: ApiCall = ApiCall::new("ecr", "GetRepositoryPolicy", &["ecr:GetRepositoryPolicy"])
        .on("arn:${Partition}:ecr:*:${Account}:repository/*").by(&[Spoke]).because("Who may replace the image that a workload runs");
}

#[rustfmt::skip]
/// Amazon EKS.
pub mod eks {
    use super::*;

    /// An access entry.
    pub static DESCRIBE_ACCESS_ENTRY: ApiCall = ApiCall::new("eks", "DescribeAccessEntry", &["eks:DescribeAccessEntry"])
        .on("arn:${Partition}:eks:*:${Account}:access-entry/*").by(&[Spoke]).because("With which rights a principal of IAM enters a cluster");
    /// A cluster with its role and identity provider.
    pub static DESCRIBE_CLUSTER: ApiCall = ApiCall::new("eks", "DescribeCluster", &["eks:DescribeCluster"])
        .on("arn:${Partition}:eks:*:${Account}:cluster/*").by(&[Spoke]).because("Which role and identity provider a cluster has");
    /// Which role a service account has.
    pub static DESCRIBE_POD_IDENTITY_ASSOCIATION: ApiCall = ApiCall::new("eks", "DescribePodIdentityAssociation", &["eks:DescribePodIdentityAssociation"])
        .on("arn:${Partition}:eks:*:${Account}:podidentityassociation/*").by(&[Spoke]).because("Which role the pods of a service account act as");
    /// Principals that may enter a cluster.
    pub static LIST_ACCESS_ENTRIES: ApiCall = ApiCall::new("eks", "ListAccessEntries", &["eks:ListAccessEntries"])
        .on("arn:${Partition}:eks:*:${Account}:cluster/*").by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 100)).because("Which principals of IAM may enter a cluster");
    /// Clusters.
    pub static LIST_CLUSTERS: ApiCall = ApiCall::new("eks", "ListClusters", &["eks:ListClusters"])
        .by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 100)).because("Which clusters there are");
    /// Service accounts that have a role.
    pub static LIST_POD_IDENTITY_ASSOCIATIONS: ApiCall = ApiCall::new("eks", "ListPodIdentityAssociations", &["eks:ListPodIdentityAssociations"])
        .on("arn:${Partition}:eks:*:${Account}:cluster/*").by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 100)).because("Which service accounts of a cluster have a role");
}

#[rustfmt::skip]
/// Amazon EMR.
pub mod emr {
    use super::*;

    /// A cluster with its roles.
    pub static DESCRIBE_CLUSTER: ApiCall = ApiCall::new("emr", "DescribeCluster", &["elasticmapreduce:DescribeCluster"])
        .on("arn:${Partition}:elasticmapreduce:*:${Account}:cluster/*").by(&[Spoke]).at(Rate::per_second(2).burst(2)).because("Which roles a cluster runs as");
    /// Clusters.
    pub static LIST_CLUSTERS: ApiCall = ApiCall::new("emr", "ListClusters", &["elasticmapreduce:ListClusters"])
        .by(&[Spoke]).paged(Pages::by("Marker")).because("Which clusters run");
}

#[rustfmt::skip]
/// AWS Glue. Never connections, tables or partitions.
pub mod glue {
    use super::*;

    /// Jobs.
    pub static GET_JOBS: ApiCall = ApiCall::new("glue", "GetJobs", &["glue:GetJobs"])
        .by(&[Spoke]).paged(Pages::by("NextToken").limited("MaxResults", 1000)).because("Which role a job runs as");
    /// Policies of the data catalogue.
    pub static GET_RESOURCE_POLICIES: ApiCall = ApiCall::new("glue", "GetResourcePolicies", &["glue:GetResourcePolicies"])
        .on("arn:${Partition}:glue:*:${Account}:catalog").by(&[Spoke]).paged(Pages::by("NextToken").limited("MaxResults", 1000)).because("Who outside the account may read the data catalogue");
}

#[rustfmt::skip]
/// AWS Lambda: policies, triggers and addresses of functions. Never `GetFunction`, which hands out the code.
pub mod lambda {
    use super::*;

    /// A function's settings.
    pub static GET_FUNCTION_CONFIGURATION: ApiCall = ApiCall::new("lambda", "GetFunctionConfiguration", &["lambda:GetFunctionConfiguration"])
        .on("arn:${Partition}:lambda:*:${Account}:function:*").by(&[Spoke]).because("Names of environment variables, where they are asked for; their values are dropped as the answer is read");
    /// The policy of a version of a layer.
    pub static GET_LAYER_VERSION_POLICY: ApiCall = ApiCall::new("lambda", "GetLayerVersionPolicy", &["lambda:GetLayerVersionPolicy"])
        .on("arn:${Partition}:lambda:*:${Account}:layer:*").by(&[Spoke]).because("Who else may use a layer");
    /// The policy of a function or alias.
    pub static GET_POLICY: ApiCall = ApiCall::new("lambda", "GetPolicy", &["lambda:GetPolicy"])
        .on("arn:${Partition}:lambda:*:${Account}:function:*").by(&[Spoke]).because("Who may invoke an alias; AWS Config holds the policy of the function alone");
    /// Aliases of a function.
    pub static LIST_ALIASES: ApiCall = ApiCall::new("lambda", "ListAliases", &["lambda:ListAliases"])
        .on("arn:${Partition}:lambda:*:${Account}:function:*").by(&[Spoke]).paged(Pages { request_token: "Marker", answer_token: "NextMarker", more: None, limit: Some(("MaxItems", 100)) }).because("Which aliases, with policies of their own, a function has");
    /// What streams and queues call functions.
    pub static LIST_EVENT_SOURCE_MAPPINGS: ApiCall = ApiCall::new("lambda", "ListEventSourceMappings", &["lambda:ListEventSourceMappings"])
        .by(&[Spoke]).paged(Pages { request_token: "Marker", answer_token: "NextMarker", more: None, limit: Some(("MaxItems", 100)) }).because("Which queues and streams invoke a function");
    /// Addresses of functions.
    pub static LIST_FUNCTION_URL_CONFIGS: ApiCall = ApiCall::new("lambda", "ListFunctionUrlConfigs", &["lambda:ListFunctionUrlConfigs"])
        .on("arn:${Partition}:lambda:*:${Account}:function:*").by(&[Spoke]).paged(Pages { request_token: "Marker", answer_token: "NextMarker", more: None, limit: Some(("MaxItems", 50)) }).because("Which functions are reachable by a URL, and how callers are authenticated");
    /// Functions. The answer carries environment values; all but names and ARNs are dropped as it is read.
    pub static LIST_FUNCTIONS: ApiCall = ApiCall::new("lambda", "ListFunctions", &["lambda:ListFunctions"])
        .by(&[Spoke]).paged(Pages { request_token: "Marker", answer_token: "NextMarker", more: None, limit: Some(("MaxItems", 50)) }).because("Which functions there are to ask about");
    /// Versions of a layer.
    pub static LIST_LAYER_VERSIONS: ApiCall = ApiCall::new("lambda", "ListLayerVersions", &["lambda:ListLayerVersions"])
        .by(&[Spoke]).paged(Pages { request_token: "Marker", answer_token: "NextMarker", more: None, limit: Some(("MaxItems", 50)) }).because("Which versions of a layer there are");
    /// Layers.
    pub static LIST_LAYERS: ApiCall = ApiCall::new("lambda", "ListLayers", &["lambda:ListLayers"])
        .by(&[Spoke]).paged(Pages { request_token: "Marker", answer_token: "NextMarker", more: None, limit: Some(("MaxItems", 50)) }).because("Which layers there are");
}
