//! Resources: what Config and the services' own answers tell of them.

use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, EntityKind, Graph, Resolution, ResourcePolicy, urn};
use sv0_model::record::RecordKind;

use super::{Capture, DEV, OUTSIDER, REGION, codes, edge, ends, entity, grants, policy};

fn arn(text: &str) -> String {
    let (service, resource) = text.split_once(' ').unwrap();
    format!("arn:aws:{service}:{REGION}:{DEV}:{resource}")
}

impl Capture {
    fn answer(self, service: &str, what: &str, body: Value) -> Self {
        self.answer_at("2026-03-01T00:00:00Z", service, what, body)
    }

    fn answer_at(mut self, at: &str, service: &str, what: &str, body: Value) -> Self {
        let kind = RecordKind::SpokeItem {
            service: service.to_owned(),
            what: what.to_owned(),
        };
        let object = format!("accounts/{DEV}/{REGION}/{service}/{what}.ndjson");
        self = self.add(kind, &object, Some(DEV), at, body);
        if let Some(record) = self.records.last_mut() {
            record.region = Some(REGION.to_owned());
        }
        self
    }
}

/// Every kind of resource, from one Config item each.
pub(super) fn stores() -> Capture {
    let items = [
        (
            "AWS::DynamoDB::Table",
            json!({ "arn": arn("dynamodb table/orders"), "configuration": { "tableName": "orders", "tableStatus": "ACTIVE", "itemCount": 3,
                "ssedescription": { "ssetype": "KMS", "kmsmasterKeyArn": arn("kms key/k1") }, "latestStreamArn": "s" } }),
        ),
        (
            "AWS::RDS::DBInstance",
            json!({ "arn": arn("rds db:main"), "resourceId": "db-ABC", "configuration": { "dBInstanceIdentifier": "main", "engine": "postgres",
                "dbiResourceId": "db-ABC", "publiclyAccessible": true, "iAMDatabaseAuthenticationEnabled": false, "kmsKeyId": arn("kms key/k1"),
                "dBSubnetGroup": { "vpcId": "vpc-1" }, "vpcSecurityGroups": [{ "vpcSecurityGroupId": "sg-1", "status": "active" }] } }),
        ),
        (
            "AWS::RDS::DBCluster",
            json!({ "arn": arn("rds cluster:graph"), "configuration": { "dbclusterIdentifier": "graph", "engine": "neptune",
                "dbClusterResourceId": "cluster-ABC", "iamdatabaseAuthenticationEnabled": true, "httpEndpointEnabled": true, "storageEncrypted": true } }),
        ),
        (
            "AWS::SQS::Queue",
            json!({ "arn": arn("sqs jobs"), "configuration": { "QueueName": "jobs", "KmsMasterKeyId": "alias/aws/sqs", "FifoQueue": false } }),
        ),
        (
            "AWS::SNS::Topic",
            json!({ "arn": arn("sns news"), "configuration": { "TopicArn": arn("sns news"), "KmsMasterKeyId": "k1" } }),
        ),
        (
            "AWS::Events::EventBus",
            json!({ "arn": arn("events event-bus/orders"), "configuration": { "Name": "orders", "Policy": grants(&json!({ "AWS": OUTSIDER }), "events:PutEvents") } }),
        ),
        (
            "AWS::EFS::FileSystem",
            json!({ "arn": arn("elasticfilesystem file-system/fs-1"), "configuration": { "FileSystemId": "fs-1", "Encrypted": true, "KmsKeyId": arn("kms key/k1") } }),
        ),
        (
            "AWS::OpenSearch::Domain",
            json!({ "arn": arn("es domain/logs"), "configuration": { "DomainName": "logs", "EncryptionAtRestOptions": { "Enabled": true, "KmsKeyId": "k1" },
                "VPCOptions": { "SecurityGroupIds": ["sg-1"] }, "AccessPolicies": grants(&json!({ "AWS": "*" }), "es:*").to_string() } }),
        ),
        (
            "AWS::Redshift::Cluster",
            json!({ "arn": arn("redshift cluster:dw"), "configuration": { "clusterIdentifier": "dw", "encrypted": true, "kmsKeyId": "k1", "publiclyAccessible": false } }),
        ),
        (
            "AWS::Kinesis::Stream",
            json!({ "arn": arn("kinesis stream/clicks"), "configuration": { "Name": "clicks", "StreamEncryption": { "EncryptionType": "KMS", "KeyId": "k1" } } }),
        ),
        (
            "AWS::EKS::Cluster",
            json!({ "arn": arn("eks cluster/main"), "configuration": { "Name": "main", "EncryptionConfig": [{ "Resources": ["secrets"], "Provider": { "KeyArn": arn("kms key/k1") } }],
                "ResourcesVpcConfig": { "EndpointPublicAccess": true, "PublicAccessCidrs": ["0.0.0.0/0"] }, "CertificateAuthorityData": "canary" } }),
        ),
    ];
    items
        .into_iter()
        .fold(Capture::new(), |capture, (resource_type, item)| {
            capture.config(resource_type, item)
        })
        .answer(
            "ssm",
            "parameters",
            json!({ "Name": "/prod/db", "Type": "SecureString", "KeyId": "alias/prod", "Tier": "Standard", "Policies": [] }),
        )
        .answer(
            "bedrock-agent",
            "knowledge-bases",
            json!({ "knowledgeBaseArn": arn("bedrock knowledge-base/KB1"), "name": "docs", "roleArn": super::role_arn("kb"), "status": "ACTIVE",
                "storageConfiguration": { "type": "S3_VECTORS" } }),
        )
        .answer(
            "ecr",
            "repositories",
            json!({ "repositoryArn": arn("ecr repository/app"), "repositoryName": "app", "repositoryUri": "u/app", "encryptionConfiguration": { "encryptionType": "AES256" } }),
        )
        .answer(
            "ecr",
            "images",
            json!({ "registryId": DEV, "repositoryName": "app", "imageDigest": "sha256:ab", "imageTags": ["v1", "latest"], "imagePushedAt": "2026-01-01T00:00:00Z",
                "imageScanFindingsSummary": { "findingSeverityCounts": { "CRITICAL": 2, "HIGH": "x" } } }),
        )
        .answer(
            "ecr",
            "lifecycle-policies",
            json!({ "Arn": arn("ecr repository/app"), "Response": { "repositoryName": "app", "lifecyclePolicyText": "{}" } }),
        )
        .answer(
            "lambda",
            "layer-policies",
            json!({ "Arn": arn("lambda layer:tools:3"), "Response": { "Policy": grants(&json!("*"), "lambda:GetLayerVersion").to_string() } }),
        )
}

#[test]
fn every_resource_has_its_kind_and_its_key() {
    let graph = stores().graph();
    let key = arn("kms key/k1");
    for (id, kind, name, under) in [
        (
            "dynamodb table/orders",
            EntityKind::DynamoDbTable,
            "orders",
            key.as_str(),
        ),
        ("rds db:main", EntityKind::RdsDatabase, "main", &key),
        ("rds cluster:graph", EntityKind::RdsDatabase, "graph", ""),
        ("sqs jobs", EntityKind::SqsQueue, "jobs", &arn("kms alias/aws/sqs")),
        ("sns news", EntityKind::SnsTopic, "news", &key),
        ("events event-bus/orders", EntityKind::EventBus, "orders", ""),
        (
            "elasticfilesystem file-system/fs-1",
            EntityKind::EfsFileSystem,
            "fs-1",
            &key,
        ),
        ("es domain/logs", EntityKind::OpenSearchDomain, "logs", &key),
        ("redshift cluster:dw", EntityKind::RedshiftCluster, "dw", &key),
        ("kinesis stream/clicks", EntityKind::KinesisStream, "clicks", &key),
        ("eks cluster/main", EntityKind::EksCluster, "main", &key),
        (
            "ssm parameter/prod/db",
            EntityKind::SsmParameter,
            "/prod/db",
            &arn("kms alias/prod"),
        ),
        ("bedrock knowledge-base/KB1", EntityKind::KnowledgeBase, "docs", ""),
        ("ecr repository/app", EntityKind::EcrRepository, "app", ""),
        ("lambda layer:tools:3", EntityKind::LambdaLayer, "3", ""),
    ] {
        let found = entity(&graph, &arn(id));
        assert_eq!((found.kind, found.name.as_str()), (kind, name), "{id}");
        let keys = ends(&graph, &arn(id), EdgeKind::EncryptedWith);
        assert_eq!(keys, if under.is_empty() { vec![] } else { vec![under] }, "{id}");
    }
}

#[test]
fn attributes_are_those_that_a_row_names() {
    let graph = stores().graph();
    for (id, want) in [
        (
            "rds db:main",
            json!({ "engine": "postgres", "resource_id": "db-ABC", "publicly_accessible": true, "iam_authentication": false, "vpc_id": "vpc-1", "security_groups": ["sg-1"] }),
        ),
        (
            "rds cluster:graph",
            json!({ "cluster": "graph", "engine": "neptune", "resource_id": "cluster-ABC", "iam_authentication": true, "data_api": true, "encrypted": true }),
        ),
        (
            "ssm parameter/prod/db",
            json!({ "parameter_type": "SecureString", "tier": "Standard", "kms_key_id": "alias/prod" }),
        ),
        (
            "eks cluster/main",
            json!({ "publicly_accessible": true, "public_access_cidrs": ["0.0.0.0/0"], "service_principal": "eks.amazonaws.com" }),
        ),
        (
            "ecr repository/app",
            json!({ "uri": "u/app", "encryption_type": "AES256", "lifecycle_policy": true }),
        ),
    ] {
        assert_eq!(json!(entity(&graph, &arn(id)).attributes), want, "{id}");
    }
}

#[test]
fn a_repository_hosts_its_images() {
    let graph = stores().graph();
    let repository = arn("ecr repository/app");
    let image = urn::container_image(&repository, "sha256:ab");
    assert_eq!(ends(&graph, &repository, EdgeKind::Hosts), [image.as_str()]);
    let image = entity(&graph, &image);
    assert_eq!(
        (image.kind, image.name.as_str()),
        (EntityKind::ContainerImage, "app:latest")
    );
    assert_eq!(image.attributes["scan_findings"], json!({ "critical": 2 }));
}

#[test]
fn whoever_a_repository_lets_pull_or_push_has_an_edge_of_that_kind() {
    let statement = |effect: &str, principal: &str, action: Value| json!({ "Effect": effect, "Principal": { "AWS": principal }, "Action": action });
    let document = json!({ "Version": "2012-10-17", "Statement": [
        statement("Allow", "arn:aws:iam::111111111111:role/puller", json!(["ecr:BatchGetImage"])),
        statement("Allow", "arn:aws:iam::111111111111:role/pusher", json!("ecr:Put*")),
        statement("Allow", "arn:aws:iam::111111111111:role/both", json!("ecr:*")),
        statement("Allow", "arn:aws:iam::111111111111:role/reader", json!("ecr:DescribeImages")),
        statement("Deny", "arn:aws:iam::111111111111:role/denied", json!("ecr:*")),
    ] });
    let graph = Capture::new()
        .answer(
            "ecr",
            "repositories",
            json!({ "repositoryArn": arn("ecr repository/app"), "repositoryName": "app" }),
        )
        .answer(
            "ecr",
            "repository-policies",
            json!({ "repositoryName": "app", "registryId": DEV, "policyText": document.to_string() }),
        )
        .graph();
    let names = |kind: EdgeKind| -> Vec<&str> {
        ends(&graph, &arn("ecr repository/app"), kind)
            .into_iter()
            .map(|id| id.rsplit('/').next().unwrap())
            .collect()
    };
    assert_eq!(names(EdgeKind::PullAccess), ["both", "puller"]);
    assert_eq!(names(EdgeKind::PushAccess), ["both", "pusher"]);
    assert_eq!(names(EdgeKind::Grants), ["both", "puller", "pusher", "reader"]);
}

/// What is known of the policy of the table `orders` after answers about it.
fn told(answers: &[(&str, Value)]) -> ResourcePolicy {
    let table = json!({ "arn": arn("dynamodb table/orders"), "configuration": { "tableName": "orders" } });
    let capture = Capture::new().config("AWS::DynamoDB::Table", table);
    let capture = answers.iter().fold(capture, |capture, (at, body)| {
        capture.answer_at(at, "dynamodb", "resource-policies", body.clone())
    });
    entity(&capture.graph(), &arn("dynamodb table/orders"))
        .resource_policy
        .clone()
}

#[test]
fn only_aws_word_proves_that_a_policy_is_not_set() {
    let table = arn("dynamodb table/orders");
    let text = grants(&json!({ "AWS": OUTSIDER }), "dynamodb:GetItem");
    let set = ResourcePolicy::Set {
        policy: urn::resource_policy(&table),
    };
    let answer = |response: Value| json!({ "Arn": table, "Response": response });
    for (answers, want) in [
        (vec![], ResourcePolicy::NotCollected),
        (
            vec![answer(json!({ "Policy": text.to_string(), "RevisionId": "1" }))],
            set.clone(),
        ),
        (vec![answer(json!({ "Policy": text }))], set.clone()),
        (vec![answer(json!({}))], ResourcePolicy::NotSet),
        (vec![answer(json!({ "RevisionId": "1" }))], ResourcePolicy::NotSet),
        (vec![answer(Value::Null)], ResourcePolicy::NotCollected),
        (vec![answer(json!("An error occurred"))], ResourcePolicy::NotCollected),
        (
            vec![answer(json!({ "Error": { "Code": "AccessDenied" } }))],
            ResourcePolicy::NotCollected,
        ),
        (vec![json!({ "Arn": table })], ResourcePolicy::NotCollected),
        (
            vec![json!({ "Arn": arn("dynamodb table/other"), "Response": {} })],
            ResourcePolicy::NotCollected,
        ),
        (vec![json!({ "Response": {} })], ResourcePolicy::NotCollected),
    ] {
        let answers: Vec<(&str, Value)> = answers.into_iter().map(|body| ("2026-03-01T00:00:00Z", body)).collect();
        assert_eq!(told(&answers), want, "{answers:?}");
    }
    let (old, new) = ("2026-02-01T00:00:00Z", "2026-03-03T00:00:00Z");
    let removed = [(old, answer(json!({ "Policy": text }))), (new, answer(json!({})))];
    assert_eq!(told(&removed), ResourcePolicy::NotSet);
    let added = [(new, answer(json!({ "Policy": text }))), (old, answer(json!({})))];
    assert_eq!(told(&added), set);
}

#[test]
fn the_newer_word_on_a_functions_policy_counts() {
    let function = arn("lambda function:f");
    let policy_of_config = json!({ "policyText": grants(&json!({ "AWS": OUTSIDER }), "lambda:InvokeFunction") });
    let capture = |supplementary: Value, at: &str, response: Value| {
        Capture::new()
            .config(
                "AWS::Lambda::Function",
                json!({ "arn": function, "configuration": { "functionName": "f" }, "supplementaryConfiguration": supplementary }),
            )
            .answer_at(at, "lambda", "function-policies", json!({ "Arn": function, "Response": response }))
            .graph()
    };
    let (older, newer) = ("2026-02-01T00:00:00Z", "2026-03-02T00:00:00Z");
    let state = |graph: &Graph| entity(graph, &function).resource_policy.clone();
    let id = urn::resource_policy(&function);
    let set = ResourcePolicy::Set { policy: id.clone() };
    let own =
        json!({ "Policy": grants(&json!({ "Service": "s3.amazonaws.com" }), "lambda:InvokeFunction").to_string() });
    assert_eq!(
        state(&capture(json!({ "Policy": policy_of_config }), newer, json!({}))),
        ResourcePolicy::NotSet
    );
    assert_eq!(
        state(&capture(json!({ "Policy": policy_of_config }), older, json!({}))),
        set
    );
    assert_eq!(state(&capture(json!({}), newer, own.clone())), set);
    assert_eq!(state(&capture(json!({}), older, own.clone())), ResourcePolicy::NotSet);
    let both = capture(json!({ "Policy": policy_of_config }), newer, own);
    assert!(
        policy(&both, &id)
            .document
            .as_ref()
            .unwrap()
            .to_string()
            .contains("s3.amazonaws.com")
    );
}

/// Kinesis says of a stream without a policy that it is `{}`, as a text.
#[test]
fn a_text_that_holds_an_empty_document_is_no_policy() {
    let stream = arn("kinesis stream/s");
    for (text, want) in [("{}", ResourcePolicy::NotSet), (" { }\n", ResourcePolicy::NotSet)] {
        let answer = json!({ "Arn": stream, "Response": { "Policy": text } });
        let graph = Capture::new().answer("kinesis", "resource-policies", answer).graph();
        assert_eq!(entity(&graph, &stream).resource_policy, want, "{text}");
    }
    let answer = json!({ "Arn": stream, "Response": { "Policy": "{\"Statement\": [" } });
    let graph = Capture::new().answer("kinesis", "resource-policies", answer).graph();
    assert_ne!(entity(&graph, &stream).resource_policy, ResourcePolicy::NotSet);
}

#[test]
fn policies_of_every_service_are_found() {
    let text = grants(&json!({ "AWS": OUTSIDER }), "*");
    for (service, what, subject, response) in [
        (
            "secretsmanager",
            "resource-policies",
            arn("secretsmanager secret:db-AbCdEf"),
            json!({ "ARN": arn("secretsmanager secret:db-AbCdEf"), "Name": "db", "ResourcePolicy": text.to_string() }),
        ),
        (
            "kinesis",
            "resource-policies",
            arn("kinesis stream/s"),
            json!({ "Policy": text.to_string() }),
        ),
        (
            "elasticfilesystem",
            "file-system-policies",
            arn("elasticfilesystem file-system/fs-1"),
            json!({ "FileSystemId": "fs-1", "Policy": text.to_string() }),
        ),
        (
            "es",
            "domain-policies",
            arn("es domain/d"),
            json!({ "DomainConfig": { "AccessPolicies": { "Options": text.to_string(), "Status": {} } } }),
        ),
        (
            "glue",
            "resource-policy",
            arn("glue catalog"),
            json!({ "PolicyInJson": text.to_string(), "PolicyHash": "h" }),
        ),
        (
            "ssm",
            "resource-policies",
            arn("ssm parameter/p"),
            json!({ "Policies": [{ "PolicyId": "1", "Policy": text.to_string() }] }),
        ),
        (
            "ecr",
            "repository-policies",
            arn("ecr repository/r"),
            json!({ "policyText": text.to_string() }),
        ),
    ] {
        let graph = Capture::new()
            .answer(service, what, json!({ "Arn": subject, "Response": response }))
            .graph();
        assert_eq!(
            edge(&graph, &subject, EdgeKind::Grants).attributes["principal"],
            json!(OUTSIDER),
            "{service}/{what}"
        );
        let none = Capture::new()
            .answer(service, what, json!({ "Arn": subject, "Response": {} }))
            .graph();
        assert_eq!(
            entity(&none, &subject).resource_policy,
            ResourcePolicy::NotSet,
            "{service}/{what}"
        );
    }
}

#[test]
fn the_policy_of_an_alias_stands_apart_from_its_functions() {
    let function = arn("lambda function:f");
    let row = |subject: &str, response: Value| json!({ "Arn": subject, "Response": response });
    let lets_in =
        json!({ "Policy": grants(&json!({ "Service": "events.amazonaws.com" }), "lambda:InvokeFunction").to_string() });
    let alias = format!("{function}:prod");
    let other = arn("lambda function:other:prod");
    let output = Capture::new()
        .config(
            "AWS::Lambda::Function",
            json!({ "arn": function, "configuration": { "functionName": "f" } }),
        )
        .answer("lambda", "function-policies", row(&function, json!({})))
        .answer("lambda", "function-policies", row(&alias, lets_in.clone()))
        .answer("lambda", "function-policies", row(&other, lets_in))
        .normalise();
    let told = |id: &str| entity(&output.graph, id).resource_policy.clone();
    assert_eq!(told(&function), ResourcePolicy::NotSet);
    let id = urn::resource_policy(&alias);
    assert_eq!(told(&alias), ResourcePolicy::Set { policy: id });
    assert_eq!(entity(&output.graph, &alias).kind, EntityKind::GenericResource);
    assert_eq!(entity(&output.graph, &alias).resolution, Resolution::Collected);
    assert!(!output.graph.entities.contains_key(&other), "its function is not there");
    assert_eq!(codes(&output), ["resource_of_policy_not_collected"]);
}

#[test]
fn a_policy_read_here_never_takes_the_place_of_a_trust_bucket_or_key_policy() {
    for subject in [
        "arn:aws:iam::111111111111:role/r",
        "arn:aws:s3:::b",
        &arn("kms key/k1"),
        "",
        "x",
    ] {
        let body = json!({ "Arn": subject, "Response": { "Policy": grants(&json!("*"), "*") } });
        let output = Capture::new().answer("lambda", "function-policies", body).normalise();
        assert!(output.graph.policies.is_empty(), "{subject}");
        assert_eq!(codes(&output), ["policy_without_resource"], "{subject}");
    }
}
