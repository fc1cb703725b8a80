//! What runs code.

use super::{about, describe, recipe};
use crate::calls::{apprunner, autoscaling, batch, ec2, ecr, eks, emr, glue, lambda};
use crate::spoke::recipe::Argument::{At, List, Number, Object, Text};
use crate::spoke::recipe::Ask::{Always, EnvironmentKeys, WhenConfigLacks};
use crate::spoke::recipe::{Argument, Ask, Detail, Each, Level, Only, Recipe, Write};

const NOT_IN_CONFIG: Ask = Always("AWS Config does not record it");
const FUNCTION: &[(&str, Argument)] = &[("FunctionName", At("0.FunctionArn"))];
const REPOSITORY: &[(&str, Argument)] = &[
    ("registryId", At("0.registryId")),
    ("repositoryName", At("0.repositoryName")),
];
const CLUSTER: &[(&str, Argument)] = &[("clusterName", At("0"))];
/// Clusters that are gone are listed for two months.
const RUNNING: &[(&str, Argument)] = &[(
    "ClusterStates",
    List(&[
        Text("STARTING"),
        Text("BOOTSTRAPPING"),
        Text("RUNNING"),
        Text("WAITING"),
        Text("TERMINATING"),
    ]),
)];
/// Images with a summary have their counts in `ecr/images`.
const SCANNED_ELSEWHERE: &[Only] = &[Only::Has("imageScanStatus"), Only::Lacks("imageScanFindingsSummary")];

/// Of functions no more than names is kept: the answer carries environment values.
const fn functions(each: Each) -> Level {
    Level::of(&lambda::LIST_FUNCTIONS, "Functions", each).keep(&["FunctionArn", "FunctionName"])
}

const fn repositories(each: Each) -> Level {
    Level::of(&ecr::DESCRIBE_REPOSITORIES, "repositories", each)
}

const fn clusters(each: Each) -> Level {
    Level::of(&eks::LIST_CLUSTERS, "clusters", each)
}

const fn function_policy(arn: &'static str, name: &'static [(&'static str, Argument)]) -> Each {
    about(arn, &lambda::GET_POLICY, name, &["ResourceNotFoundException"])
}

/// The rows, sorted.
#[rustfmt::skip]
pub(super) static RECIPES: &[Recipe] = &[
    recipe("apprunner", "services", WhenConfigLacks("AWS::AppRunner::Service"), &[&[
        Level::of(&apprunner::LIST_SERVICES, "ServiceSummaryList", describe(&apprunner::DESCRIBE_SERVICE, &[("ServiceArn", At("0.ServiceArn"))])),
    ]]),
    recipe("autoscaling", "auto-scaling-groups", WhenConfigLacks("AWS::AutoScaling::AutoScalingGroup"), &[&[
        Level::of(&autoscaling::DESCRIBE_AUTO_SCALING_GROUPS, "AutoScalingGroups", Each::Item),
    ]]),
    recipe("batch", "job-definitions", Always("of what AWS Config records of it the graph reads the service's own answer alone"), &[&[
        Level::of(&batch::DESCRIBE_JOB_DEFINITIONS, "jobDefinitions", Each::Item).asked(&[("status", Text("ACTIVE"))]),
    ]]),
    recipe("ec2", "launch-templates", Always("AWS Config holds one version of a template; groups name others"), &[&[
        Level::of(&ec2::DESCRIBE_LAUNCH_TEMPLATE_VERSIONS, "LaunchTemplateVersions", Each::Item)
            .asked(&[("Versions", List(&[Text("$Default"), Text("$Latest")]))]),
    ]]),
    recipe("ecr", "image-scan-findings", NOT_IN_CONFIG, &[&[
        repositories(Each::Nothing),
        Level::of(&ecr::DESCRIBE_IMAGES, "imageDetails", Each::Ask(Detail {
            call: &ecr::DESCRIBE_IMAGE_SCAN_FINDINGS,
            // The counts are on every page, so that one finding is enough.
            asked: &[
                ("registryId", At("0.registryId")), ("repositoryName", At("0.repositoryName")),
                ("imageId", Object(&[("imageDigest", At("1.imageDigest"))])), ("maxResults", Number(1)),
            ],
            write: Write::Answer,
            none: &[],
        })).asked(REPOSITORY).only(SCANNED_ELSEWHERE),
    ]]),
    recipe("ecr", "images", NOT_IN_CONFIG, &[&[
        repositories(Each::Nothing),
        Level::of(&ecr::DESCRIBE_IMAGES, "imageDetails", Each::Item).asked(REPOSITORY),
    ]]),
    recipe("ecr", "lifecycle-policies", Always("of what AWS Config records of it the graph reads the service's own answer alone"), &[&[
        repositories(about("{0.repositoryArn}", &ecr::GET_LIFECYCLE_POLICY, REPOSITORY, &["LifecyclePolicyNotFoundException"])),
    ]]),
    recipe("ecr", "repositories", WhenConfigLacks("AWS::ECR::Repository"), &[&[repositories(Each::Item)]]),
    recipe("ecr", "repository-policies", WhenConfigLacks("AWS::ECR::Repository"), &[&[
        repositories(about("{0.repositoryArn}", &ecr::GET_REPOSITORY_POLICY, REPOSITORY, &["RepositoryPolicyNotFoundException"])),
    ]]),
    recipe("eks", "access-entries", NOT_IN_CONFIG, &[&[
        clusters(Each::Nothing),
        Level::of(&eks::LIST_ACCESS_ENTRIES, "accessEntries",
            describe(&eks::DESCRIBE_ACCESS_ENTRY, &[("clusterName", At("0")), ("principalArn", At("1"))])).asked(CLUSTER),
    ]]),
    recipe("eks", "clusters", WhenConfigLacks("AWS::EKS::Cluster"), &[&[clusters(describe(&eks::DESCRIBE_CLUSTER, &[("name", At("0"))]))]]),
    recipe("eks", "pod-identity-associations", NOT_IN_CONFIG, &[&[
        clusters(Each::Nothing),
        Level::of(&eks::LIST_POD_IDENTITY_ASSOCIATIONS, "associations",
            describe(&eks::DESCRIBE_POD_IDENTITY_ASSOCIATION, &[("clusterName", At("0")), ("associationId", At("1.associationId"))])).asked(CLUSTER),
    ]]),
    recipe("emr", "clusters", NOT_IN_CONFIG, &[&[
        Level::of(&emr::LIST_CLUSTERS, "Clusters", describe(&emr::DESCRIBE_CLUSTER, &[("ClusterId", At("0.Id"))])).asked(RUNNING),
    ]]),
    recipe("glue", "jobs", WhenConfigLacks("AWS::Glue::Job"), &[&[Level::of(&glue::GET_JOBS, "Jobs", Each::Item)]]),
    recipe("glue", "resource-policy", NOT_IN_CONFIG, &[&[
        Level::of(&glue::GET_RESOURCE_POLICIES, "GetResourcePoliciesResponseList", Each::Item),
    ]]),
    recipe("lambda", "environment-keys", EnvironmentKeys("AWS Config holds no environment of functions"), &[&[
        functions(Each::Ask(Detail {
            call: &lambda::GET_FUNCTION_CONFIGURATION,
            asked: FUNCTION,
            write: Write::Keys { arn: "0.FunctionArn", of: "answer.Environment.Variables" },
            none: &[],
        })),
    ]]),
    recipe("lambda", "event-source-mappings", NOT_IN_CONFIG, &[&[
        Level::of(&lambda::LIST_EVENT_SOURCE_MAPPINGS, "EventSourceMappings", Each::Item),
    ]]),
    recipe("lambda", "function-policies", Always("AWS Config holds the policy of a function, not those of its aliases"), &[&[
        functions(function_policy("{0.FunctionArn}", FUNCTION)),
        Level::of(&lambda::LIST_ALIASES, "Aliases", function_policy("{1.AliasArn}", &[("FunctionName", At("1.AliasArn"))])).asked(FUNCTION),
    ]]),
    recipe("lambda", "function-url-configs", NOT_IN_CONFIG, &[&[
        functions(Each::Nothing),
        Level::of(&lambda::LIST_FUNCTION_URL_CONFIGS, "FunctionUrlConfigs", Each::Item).asked(FUNCTION),
    ]]),
    recipe("lambda", "layer-policies", NOT_IN_CONFIG, &[&[
        Level::of(&lambda::LIST_LAYERS, "Layers", Each::Nothing),
        Level::of(&lambda::LIST_LAYER_VERSIONS, "LayerVersions", about("{1.LayerVersionArn}", &lambda::GET_LAYER_VERSION_POLICY,
            &[("LayerName", At("0.LayerArn")), ("VersionNumber", At("1.Version"))], &["ResourceNotFoundException"])).asked(&[("LayerName", At("0.LayerArn"))]),
    ]]),
];
