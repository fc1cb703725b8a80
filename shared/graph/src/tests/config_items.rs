use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, EntityKind, Resolution};

use super::{Capture, DEV, OUTSIDER, REGION, codes, edge, ends, entity, role_arn, told};

fn arn(rest: &str) -> String {
    let (service, resource) = rest.split_once(' ').unwrap();
    format!("arn:aws:{service}:{REGION}:{DEV}:{resource}")
}

#[test]
fn a_function_runs_as_its_role_and_keeps_names_of_variables_alone() {
    let function = arn("lambda function:orders");
    let item = json!({
        "arn": function, "resourceName": "orders", "tags": { "team": "orders" },
        "configuration": {
            "functionName": "orders", "functionArn": function, "role": role_arn("service-role/orders"), "runtime": "python3.13",
            "packageType": "Zip", "codeSha256": "abc", "timeout": 30, "memorySize": 128, "state": { "value": "Active" },
            "architectures": ["arm64"], "layers": [{ "arn": arn("lambda layer:util:3"), "codeSize": 5 }], "lastModified": "2026-01-01T00:00:00.000+0000",
            "vpcConfig": { "subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"], "vpcId": "vpc-1" },
            "environment": { "variables": { "TABLE": "orders", "API_KEY": "canary-secret" } },
            "kmskeyArn": arn("kms key/k1")
        },
        "supplementaryConfiguration": { "Tags": {} }
    });
    let output = Capture::new().config("AWS::Lambda::Function", item).normalise();
    let graph = &output.graph;
    let found = entity(graph, &function);
    assert_eq!(found.kind, EntityKind::LambdaFunction);
    assert_eq!(found.source_system, format!("aws_lambda:{DEV}"));
    assert_eq!(
        (found.account.as_deref(), found.region.as_deref()),
        (Some(DEV), Some(REGION))
    );
    let want = json!({
        "runtime": "python3.13", "package_type": "Zip", "code_sha256": "abc", "timeout": 30, "memory_size": 128, "state": "Active",
        "architectures": ["arm64"], "layers": [arn("lambda layer:util:3")], "last_modified": "2026-01-01T00:00:00Z",
        "vpc": { "vpc_id": "vpc-1", "subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"] },
        "environment_keys": ["API_KEY", "TABLE"], "service_principal": "lambda.amazonaws.com"
    });
    assert_eq!(told(found), want);
    assert_eq!(
        ends(graph, &function, EdgeKind::RunsAs),
        [role_arn("service-role/orders")]
    );
    assert_eq!(
        entity(graph, &role_arn("service-role/orders")).resolution,
        Resolution::Referenced
    );
    assert_eq!(ends(graph, &function, EdgeKind::EncryptedWith), [arn("kms key/k1")]);
    assert!(!format!("{output:?}").contains("canary-secret"));
}

#[test]
fn a_function_out_of_an_image_is_deployed_from_its_repository() {
    let image = format!("{DEV}.dkr.ecr.{REGION}.amazonaws.com/team/orders@sha256:ab");
    let item = json!({ "arn": arn("lambda function:orders"), "configuration": { "packageType": "Image", "code": { "imageUri": image } } });
    let graph = Capture::new().config("AWS::Lambda::Function", item).graph();
    let deployed = edge(&graph, &arn("lambda function:orders"), EdgeKind::DeployedFrom);
    assert_eq!(deployed.to, arn("ecr repository/team/orders"));
    assert_eq!(
        json!(deployed.attributes),
        json!({ "image": image, "digest": "sha256:ab" })
    );
    assert_eq!(entity(&graph, &deployed.to).kind, EntityKind::EcrRepository);
    assert_eq!(entity(&graph, &deployed.to).name, "team/orders");
}

/// One of each kind of workload and resource.
pub(super) fn workloads() -> Capture {
    let profile = format!("arn:aws:iam::{DEV}:instance-profile/web");
    let image = json!({ "arn": arn("lambda function:f"), "configuration": { "imageUri": "nginx:1", "role": role_arn("f"), "kmsKeyArn": "alias/aws/lambda" } });
    Capture::new()
        .config("AWS::Lambda::Function", image)
        .config("AWS::ECS::TaskDefinition", task_definition(1))
        .config(
            "AWS::ECS::Service",
            json!({ "arn": arn("ecs service/main/web"), "configuration": { "TaskDefinition": "web" } }),
        )
        .config("AWS::EC2::Instance", instance(&json!({ "arn": profile })))
        .config("AWS::S3::Bucket", bucket())
        .config(
            "AWS::ECR::Repository",
            json!({ "arn": arn("ecr repository/r"), "configuration": { "ImageTagMutability": "MUTABLE" } }),
        )
        .config(
            "AWS::IAM::OIDCProvider",
            json!({ "arn": format!("arn:aws:iam::{DEV}:oidc-provider/x"), "configuration": { "Url": "https://x" } }),
        )
        .config("AWS::DynamoDB::Table", json!({ "arn": arn("dynamodb table/t") }))
}

fn task_definition(revision: u32) -> Value {
    json!({
        "arn": arn(&format!("ecs task-definition/web:{revision}")),
        "configuration": {
            "TaskDefinitionArn": arn(&format!("ecs task-definition/web:{revision}")), "Family": "web", "NetworkMode": "awsvpc",
            "RequiresCompatibilities": ["FARGATE"], "TaskRoleArn": role_arn("task"), "ExecutionRoleArn": role_arn("execution"),
            "ContainerDefinitions": [{
                "Name": "app", "Image": "nginx:1.27", "EntryPoint": ["/usr/bin/tini", "--"], "Command": ["[redacted]", "[redacted]"],
                "Environment": [{ "Name": "PASSWORD", "Value": "canary-secret" }, { "Name": "MODE", "Value": "x" }],
                "Secrets": [{ "Name": "DB", "ValueFrom": arn("secretsmanager secret:db-AbCdEf") }]
            }]
        }
    })
}

#[test]
fn a_task_definition_has_two_roles_and_names_its_secrets() {
    let output = Capture::new()
        .config("AWS::ECS::TaskDefinition", task_definition(7))
        .normalise();
    let graph = &output.graph;
    let task = arn("ecs task-definition/web:7");
    let want = json!({
        "family": "web", "revision": 7, "network_mode": "awsvpc", "requires_compatibilities": ["FARGATE"], "service_principal": "ecs-tasks.amazonaws.com",
        "containers": [{
            "name": "app", "image": "nginx:1.27", "entry_point": { "program": "/usr/bin/tini", "arguments": 1 }, "command": { "program": null, "arguments": 1 }, "environment_keys": ["MODE", "PASSWORD"],
            "secrets": [{ "name": "DB", "value_from": arn("secretsmanager secret:db-AbCdEf") }]
        }]
    });
    assert_eq!(told(entity(graph, &task)), want);
    assert_eq!(ends(graph, &task, EdgeKind::RunsAs), [role_arn("task")]);
    assert_eq!(ends(graph, &task, EdgeKind::PullsVia), [role_arn("execution")]);
    let deployed = edge(graph, &task, EdgeKind::DeployedFrom);
    assert_eq!(deployed.to, "urn:sv0:image-repository:nginx");
    assert_eq!(
        json!(deployed.attributes),
        json!({ "image": "nginx:1.27", "tag": "1.27", "container": "app" })
    );
    assert_eq!(entity(graph, &deployed.to).resolution, Resolution::External);
    assert!(!format!("{output:?}").contains("canary-secret"));
}

#[test]
fn a_service_runs_the_task_definition_it_names_in_any_form() {
    for (written, want) in [
        (arn("ecs task-definition/web:7"), arn("ecs task-definition/web:7")),
        ("web:7".to_owned(), arn("ecs task-definition/web:7")),
        ("web".to_owned(), arn("ecs task-definition/web:11")),
        ("ghost".to_owned(), arn("ecs task-definition/ghost")),
    ] {
        let service = json!({ "arn": arn("ecs service/main/web"), "configuration": { "ServiceName": "web", "Cluster": "main", "DesiredCount": 2,
            "LaunchType": "FARGATE", "TaskDefinition": written } });
        let graph = Capture::new()
            .config("AWS::ECS::TaskDefinition", task_definition(7))
            .config("AWS::ECS::TaskDefinition", task_definition(11))
            .config("AWS::ECS::Service", service)
            .graph();
        assert_eq!(
            ends(&graph, &arn("ecs service/main/web"), EdgeKind::Runs),
            [want],
            "{written}"
        );
    }
}

fn instance(profile: &Value) -> Value {
    json!({ "arn": arn("ec2 instance/i-1"), "resourceId": "i-1", "configuration": { "instanceId": "i-1", "instanceType": "t4g.small", "state": { "code": 16, "name": "running" }, "iamInstanceProfile": profile } })
}

#[test]
fn an_instance_runs_as_the_role_inside_its_profile() {
    let profile = format!("arn:aws:iam::{DEV}:instance-profile/web");
    let role = json!({ "RoleDetailList": [{ "Arn": role_arn("web-role"), "InstanceProfileList": [{ "Arn": profile, "InstanceProfileName": "web" }] }] });
    let by_role = Capture::new().details(role);
    let item = json!({ "arn": profile, "configuration": { "roles": [{ "roleName": "web-role", "arn": role_arn("web-role") }] } });
    let by_profile = Capture::new().config("AWS::IAM::InstanceProfile", item);
    for (case, capture) in [("told by the role", by_role), ("told by the profile", by_profile)] {
        let graph = capture
            .config(
                "AWS::EC2::Instance",
                instance(&json!({ "arn": profile, "id": "AIPA1" })),
            )
            .graph();
        let runs_as = edge(&graph, &arn("ec2 instance/i-1"), EdgeKind::RunsAs);
        assert_eq!(runs_as.to, role_arn("web-role"), "{case}");
        assert_eq!(runs_as.attributes["instance_profile"], json!(profile), "{case}");
        assert_eq!(
            entity(&graph, &arn("ec2 instance/i-1")).attributes["state"],
            json!("running")
        );
    }
}

#[test]
fn a_profile_whose_role_is_not_known_is_named_instead_of_it() {
    let profile = format!("arn:aws:iam::{DEV}:instance-profile/web");
    let graph = Capture::new()
        .config("AWS::EC2::Instance", instance(&json!({ "arn": profile })))
        .graph();
    assert_eq!(
        ends(&graph, &arn("ec2 instance/i-1"), EdgeKind::RunsAs),
        [profile.as_str()]
    );
    let stand_in = entity(&graph, &profile);
    assert_eq!(
        (stand_in.kind, stand_in.resolution),
        (EntityKind::GenericResource, Resolution::Referenced)
    );
}

fn bucket() -> Value {
    json!({
        "arn": "arn:aws:s3:::orders", "resourceName": "orders",
        "configuration": { "name": "orders", "creationDate": "2021-11-01T20:06:37.000Z" },
        "supplementaryConfiguration": {
            "PublicAccessBlockConfiguration": { "blockPublicAcls": true, "ignorePublicAcls": true, "blockPublicPolicy": false, "restrictPublicBuckets": false },
            "ServerSideEncryptionConfiguration": { "rules": [{ "applyServerSideEncryptionByDefault": { "sseAlgorithm": "aws:kms", "kmsMasterKeyID": "k1" }, "bucketKeyEnabled": true }] },
            "BucketVersioningConfiguration": { "status": "Enabled", "isMfaDeleteEnabled": false },
            "BucketLoggingConfiguration": { "destinationBucketName": "logs", "logFilePrefix": "orders/" },
            "BucketNotificationConfiguration": { "configurations": { "q": { "queueARN": "arn:aws:sqs:eu-west-1:111111111111:new-orders", "type": "QueueConfiguration" } } },
            "AccessControlList": "{\"grantSet\":null,\"grantList\":[{\"grantee\":{\"id\":\"c0ffee\",\"displayName\":null},\"permission\":\"FullControl\"},{\"grantee\":\"AllUsers\",\"permission\":\"Read\"}]}",
            "BucketTaggingConfiguration": { "tagSets": [{ "tags": { "DataClassification": "Restricted" } }] },
            "BucketPolicy": { "policyText": null }
        }
    })
}

#[test]
fn a_bucket_comes_with_what_guards_it() {
    let block = json!({ "resourceId": DEV, "configuration": { "blockPublicAcls": true, "ignorePublicAcls": true, "blockPublicPolicy": true, "restrictPublicBuckets": true } });
    let graph = Capture::new()
        .config("AWS::S3::Bucket", bucket())
        .config("AWS::S3::AccountPublicAccessBlock", block)
        .graph();
    let found = entity(&graph, "arn:aws:s3:::orders");
    assert_eq!(found.source_system, format!("aws_s3:{DEV}"));
    assert_eq!(found.tags["DataClassification"], "Restricted");
    let on = |acls: bool, policy: bool| json!({ "block_public_acls": acls, "ignore_public_acls": acls, "block_public_policy": policy, "restrict_public_buckets": policy });
    let want = json!({
        "created_at": "2021-11-01T20:06:37Z", "versioning": "Enabled", "mfa_delete": false, "access_logs": { "bucket": "logs", "prefix": "orders/" },
        "notifies": ["arn:aws:sqs:eu-west-1:111111111111:new-orders"],
        "block_public_access": on(true, false), "account_block_public_access": on(true, true),
        "encryption": { "algorithm": "aws:kms", "key": "k1", "bucket_key_enabled": true },
        "acl_grants": [{ "grantee": "c0ffee", "permission": "FullControl" }, { "grantee": "AllUsers", "permission": "Read" }]
    });
    assert_eq!(told(found), want);
    assert_eq!(
        ends(&graph, "arn:aws:s3:::orders", EdgeKind::EncryptedWith),
        [arn("kms key/k1")]
    );
    assert_eq!(
        entity(&graph, &format!("urn:sv0:account:{DEV}")).attributes["s3_block_public_access"],
        on(true, true)
    );
}

#[test]
fn a_key_is_found_under_every_name_it_goes_by() {
    let key = json!({ "arn": arn("kms key/k1"), "configuration": { "keyId": "k1", "keyManager": "CUSTOMER", "keyState": "Enabled" }, "supplementaryConfiguration": { "KeyRotationStatus": true } });
    let alias =
        json!({ "resourceName": "alias/data", "configuration": { "AliasName": "alias/data", "TargetKeyId": "k1" } });
    let capture = Capture::new()
        .config("AWS::KMS::Key", key)
        .config("AWS::KMS::Alias", alias);
    for written in [
        arn("kms key/k1"),
        "k1".to_owned(),
        "alias/data".to_owned(),
        arn("kms alias/data"),
    ] {
        let secret = json!({ "arn": arn("secretsmanager secret:db-AbCdEf"), "configuration": { "Name": "db", "KMSKeyId": written } });
        let graph = capture.clone().config("AWS::SecretsManager::Secret", secret).graph();
        assert_eq!(
            ends(&graph, &arn("secretsmanager secret:db-AbCdEf"), EdgeKind::EncryptedWith),
            [arn("kms key/k1")],
            "{written}"
        );
        let key = entity(&graph, &arn("kms key/k1"));
        assert_eq!(key.attributes["aliases"], json!(["alias/data"]));
        assert_eq!(key.attributes["rotation"], json!(true));
    }
}

#[test]
fn where_no_key_is_chosen_aws_uses_its_own() {
    let secret = json!({ "arn": arn("secretsmanager secret:db-AbCdEf"), "configuration": { "Name": "db" } });
    let sse_kms = json!({ "rules": [{ "applyServerSideEncryptionByDefault": { "sseAlgorithm": "aws:kms" } }] });
    let bucket = json!({ "arn": "arn:aws:s3:::b", "supplementaryConfiguration": { "ServerSideEncryptionConfiguration": sse_kms } });
    let repository = json!({ "arn": arn("ecr repository/r"), "configuration": { "EncryptionConfiguration": { "EncryptionType": "KMS" } } });
    let graph = Capture::new()
        .config("AWS::SecretsManager::Secret", secret)
        .config("AWS::S3::Bucket", bucket)
        .config("AWS::ECR::Repository", repository)
        .graph();
    for (from, alias) in [
        (
            arn("secretsmanager secret:db-AbCdEf"),
            arn("kms alias/aws/secretsmanager"),
        ),
        ("arn:aws:s3:::b".to_owned(), arn("kms alias/aws/s3")),
        (arn("ecr repository/r"), arn("kms alias/aws/ecr")),
    ] {
        let encrypted = edge(&graph, &from, EdgeKind::EncryptedWith);
        assert_eq!(encrypted.to, alias);
        assert_eq!(encrypted.attributes["aws_managed"], json!(true));
        assert_eq!(entity(&graph, &alias).kind, EntityKind::KmsKey);
    }
}

#[test]
fn a_bucket_under_s3s_own_keys_has_no_key_of_kms() {
    let sse_s3 = json!({ "rules": [{ "applyServerSideEncryptionByDefault": { "sseAlgorithm": "AES256" } }] });
    let bucket = json!({ "arn": "arn:aws:s3:::b", "supplementaryConfiguration": { "ServerSideEncryptionConfiguration": sse_s3 } });
    let graph = Capture::new().config("AWS::S3::Bucket", bucket).graph();
    assert!(ends(&graph, "arn:aws:s3:::b", EdgeKind::EncryptedWith).is_empty());
}

#[test]
fn a_secret_and_a_repository_come_with_their_facts() {
    let secret = json!({ "arn": arn("secretsmanager secret:db-AbCdEf"), "configuration": { "ARN": arn("secretsmanager secret:db-AbCdEf"), "Name": "db",
        "RotationEnabled": true, "LastRotatedDate": "2026-01-01T00:00:00Z", "KmsKeyId": "k1" } });
    let repository = json!({ "arn": arn("ecr repository/r"), "configuration": { "RepositoryName": "r", "ImageTagMutability": "IMMUTABLE", "ImageScanningConfiguration": { "ScanOnPush": true } } });
    let graph = Capture::new()
        .config("AWS::SecretsManager::Secret", secret)
        .config("AWS::ECR::Repository", repository)
        .graph();
    let secret = entity(&graph, &arn("secretsmanager secret:db-AbCdEf"));
    assert_eq!(secret.name, "db");
    assert_eq!(
        json!(secret.attributes),
        json!({ "rotation_enabled": true, "last_rotated": "2026-01-01T00:00:00Z", "kms_key_id": "k1" })
    );
    let repository = entity(&graph, &arn("ecr repository/r"));
    assert_eq!(
        json!(repository.attributes),
        json!({ "image_tag_mutability": "IMMUTABLE", "scan_on_push": true })
    );
}

#[test]
fn a_type_without_a_row_is_kept_as_a_generic_resource() {
    let item = json!({ "arn": arn("backup backup-vault:orders"), "resourceName": "orders", "tags": [{ "key": "team", "value": "x", "tag": "team=x" }], "configuration": { "secret": "canary" } });
    let graph = Capture::new().config("AWS::Backup::BackupVault", item).graph();
    let vault = entity(&graph, &arn("backup backup-vault:orders"));
    assert_eq!(
        (vault.kind, vault.name.as_str()),
        (EntityKind::GenericResource, "orders")
    );
    assert_eq!(vault.source_system, format!("aws_backup:{DEV}"));
    assert_eq!(
        json!(vault.attributes),
        json!({ "resource_type": "AWS::Backup::BackupVault" })
    );
    assert_eq!(vault.tags["team"], "x");
}

#[test]
fn a_missing_arn_is_made_of_what_is_there() {
    for (resource_type, item, want) in [
        (
            "AWS::S3::Bucket",
            json!({ "resourceName": "b" }),
            "arn:aws:s3:::b".to_owned(),
        ),
        (
            "AWS::Lambda::Function",
            json!({ "resourceId": "f" }),
            arn("lambda function:f"),
        ),
        (
            "AWS::SecretsManager::Secret",
            json!({ "resourceName": "db" }),
            arn("secretsmanager secret:db"),
        ),
        (
            "AWS::EC2::Instance",
            json!({ "resourceId": "i-1" }),
            arn("ec2 instance/i-1"),
        ),
        (
            "AWS::ECS::TaskDefinition",
            json!({ "resourceId": arn("ecs task-definition/web:1") }),
            arn("ecs task-definition/web:1"),
        ),
        (
            "AWS::RDS::DBInstance",
            json!({ "resourceId": "db-1" }),
            arn("rds db:db-1"),
        ),
    ] {
        let graph = Capture::new().config(resource_type, item).graph();
        assert_eq!(
            entity(&graph, &want).resolution,
            Resolution::Collected,
            "{resource_type}"
        );
    }
    let nameless = Capture::new().config("AWS::RDS::DBInstance", json!({})).normalise();
    assert_eq!(codes(&nameless), ["config_item_without_id"]);
}

#[test]
fn configuration_that_is_still_text_is_read_all_the_same() {
    let configuration = json!({ "functionName": "f", "role": role_arn("r") }).to_string();
    let item = json!({ "arn": arn("lambda function:f"), "configuration": configuration });
    let graph = Capture::new().config("AWS::Lambda::Function", item).graph();
    assert_eq!(
        ends(&graph, &arn("lambda function:f"), EdgeKind::RunsAs),
        [role_arn("r")]
    );
}

#[test]
fn a_role_of_an_unknown_account_is_an_outsider() {
    let item = json!({ "arn": arn("lambda function:f"), "configuration": { "role": format!("arn:aws:iam::{OUTSIDER}:role/x") } });
    let graph = Capture::new().config("AWS::Lambda::Function", item).graph();
    let role = entity(&graph, &format!("arn:aws:iam::{OUTSIDER}:role/x"));
    assert_eq!(
        (role.kind, role.resolution),
        (EntityKind::ExternalPrincipal, Resolution::External)
    );
}

#[test]
fn a_region_that_is_not_written_is_in_the_arn() {
    let item = json!({ "arn": arn("lambda function:f"), "awsRegion": null });
    let graph = Capture::new().config("AWS::Lambda::Function", item).graph();
    assert_eq!(
        entity(&graph, &arn("lambda function:f")).region.as_deref(),
        Some(REGION)
    );
}

#[test]
fn a_bucket_without_access_logs_says_so() {
    let logs = |logging: Value| {
        let bucket = json!({ "arn": "arn:aws:s3:::b", "supplementaryConfiguration": logging });
        let graph = Capture::new().config("AWS::S3::Bucket", bucket).graph();
        entity(&graph, "arn:aws:s3:::b").attributes.get("access_logs").cloned()
    };
    let off = json!({ "BucketLoggingConfiguration": { "destinationBucketName": null, "logFilePrefix": null } });
    assert_eq!(logs(off), Some(Value::Null));
    assert_eq!(
        logs(json!({ "BucketPolicy": { "policyText": null } })),
        None,
        "nobody asked"
    );
}

#[test]
fn a_cluster_says_how_it_watches_over_its_tasks() {
    let cluster = arn("ecs cluster/main");
    let item = json!({
        "arn": cluster, "resourceName": "main",
        "configuration": {
            "Arn": cluster, "ClusterName": "main", "CapacityProviders": ["FARGATE", "FARGATE_SPOT"],
            "ClusterSettings": [{ "Name": "containerInsights", "Value": "enabled" }],
            "Configuration": { "ExecuteCommandConfiguration": { "Logging": "OVERRIDE", "LogConfiguration": { "CloudWatchLogGroupName": "exec", "S3BucketName": "exec-logs" } } }
        }
    });
    let graph = Capture::new().config("AWS::ECS::Cluster", item).graph();
    let want = json!({
        "resource_type": "AWS::ECS::Cluster", "container_insights": "enabled", "capacity_providers": ["FARGATE", "FARGATE_SPOT"],
        "execute_command_logging": "OVERRIDE", "execute_command_log_group": "exec", "execute_command_log_bucket": "exec-logs"
    });
    assert_eq!(told(entity(&graph, &cluster)), want);
    let bare = json!({ "arn": cluster, "configuration": { "ClusterName": "main" } });
    let graph = Capture::new().config("AWS::ECS::Cluster", bare).graph();
    assert_eq!(
        told(entity(&graph, &cluster)),
        json!({ "resource_type": "AWS::ECS::Cluster" })
    );
}
