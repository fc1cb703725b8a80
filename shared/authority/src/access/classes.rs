//! Which actions make up each class, by kind of resource.

use sv0_model::graph::{Entity, EntityKind};
use sv0_model::path::ActionClass;

use crate::estate::is_aws_managed;

/// What an action is called on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ActionTarget {
    /// The resource itself.
    Whole,
    /// What lies in it: the objects of a bucket.
    Inside,
    /// The resource itself or one of its versions and aliases.
    WholeOrQualified,
}

/// The actions of a class on one kind of resource.
#[derive(Debug)]
pub(crate) struct ClassRow {
    pub class: ActionClass,
    pub actions: &'static [(&'static str, ActionTarget)],
}

const fn row(class: ActionClass, actions: &'static [(&'static str, ActionTarget)]) -> ClassRow {
    ClassRow { class, actions }
}

use ActionClass::{ChangeCode, Invoke, ManagePermissions, ReadData, UseKey, WriteData};
use ActionTarget::{Inside, Whole, WholeOrQualified};

const BUCKET: &[ClassRow] = &[
    row(ReadData, &[("s3:GetObject", Inside), ("s3:ListBucket", Whole)]),
    row(WriteData, &[("s3:DeleteObject", Inside), ("s3:PutObject", Inside)]),
    row(
        ManagePermissions,
        &[("s3:PutBucketAcl", Whole), ("s3:PutBucketPolicy", Whole)],
    ),
];

const SECRET: &[ClassRow] = &[
    row(ReadData, &[("secretsmanager:GetSecretValue", Whole)]),
    row(
        WriteData,
        &[
            ("secretsmanager:PutSecretValue", Whole),
            ("secretsmanager:UpdateSecret", Whole),
        ],
    ),
    row(ManagePermissions, &[("secretsmanager:PutResourcePolicy", Whole)]),
];

const KEY: &[ClassRow] = &[
    row(UseKey, &[("kms:Decrypt", Whole)]),
    row(
        ManagePermissions,
        &[("kms:CreateGrant", Whole), ("kms:PutKeyPolicy", Whole)],
    ),
];

const FUNCTION: &[ClassRow] = &[
    row(Invoke, &[("lambda:InvokeFunction", WholeOrQualified)]),
    row(ChangeCode, &[("lambda:UpdateFunctionCode", Whole)]),
    row(ManagePermissions, &[("lambda:AddPermission", WholeOrQualified)]),
];

const REPOSITORY: &[ClassRow] = &[
    row(ReadData, &[("ecr:BatchGetImage", Whole)]),
    row(ChangeCode, &[("ecr:PutImage", Whole)]),
    row(ManagePermissions, &[("ecr:SetRepositoryPolicy", Whole)]),
];

const TABLE: &[ClassRow] = &[
    row(
        ReadData,
        &[
            ("dynamodb:GetItem", Whole),
            ("dynamodb:Query", Whole),
            ("dynamodb:Scan", Whole),
        ],
    ),
    row(
        WriteData,
        &[
            ("dynamodb:DeleteItem", Whole),
            ("dynamodb:PutItem", Whole),
            ("dynamodb:UpdateItem", Whole),
        ],
    ),
    row(ManagePermissions, &[("dynamodb:PutResourcePolicy", Whole)]),
];

const QUEUE: &[ClassRow] = &[
    row(ReadData, &[("sqs:ReceiveMessage", Whole)]),
    row(WriteData, &[("sqs:SendMessage", Whole)]),
    row(
        ManagePermissions,
        &[("sqs:AddPermission", Whole), ("sqs:SetQueueAttributes", Whole)],
    ),
];

const TOPIC: &[ClassRow] = &[
    row(ReadData, &[("sns:Subscribe", Whole)]),
    row(WriteData, &[("sns:Publish", Whole)]),
    row(
        ManagePermissions,
        &[("sns:AddPermission", Whole), ("sns:SetTopicAttributes", Whole)],
    ),
];

const PARAMETER: &[ClassRow] = &[
    row(ReadData, &[("ssm:GetParameter", Whole), ("ssm:GetParameters", Whole)]),
    row(WriteData, &[("ssm:PutParameter", Whole)]),
];

const TABLES: &[&[ClassRow]] = &[
    BUCKET, SECRET, KEY, FUNCTION, REPOSITORY, TABLE, QUEUE, TOPIC, PARAMETER,
];

/// The classes of a resource; none for what paths do not end on.
pub(crate) fn rows_of(entity: &Entity) -> &'static [ClassRow] {
    match entity.kind {
        EntityKind::S3Bucket => BUCKET,
        EntityKind::Secret => SECRET,
        // Nobody's permissions change what AWS's own keys let through.
        EntityKind::KmsKey if is_aws_managed(&entity.native_id, Some(entity)) => &[],
        EntityKind::KmsKey => KEY,
        EntityKind::LambdaFunction => FUNCTION,
        EntityKind::EcrRepository => REPOSITORY,
        EntityKind::DynamoDbTable => TABLE,
        EntityKind::SqsQueue => QUEUE,
        EntityKind::SnsTopic => TOPIC,
        EntityKind::SsmParameter => PARAMETER,
        _ => &[],
    }
}

/// The class an action belongs to, and what it is called on.
pub(crate) fn class_of(action: &str) -> Option<(ActionClass, ActionTarget)> {
    TABLES.iter().copied().flatten().find_map(|row| {
        let found = row.actions.iter().find(|(name, _)| name.eq_ignore_ascii_case(action));
        found.map(|(_, target)| (row.class, *target))
    })
}

/// Every action of every class.
pub(crate) fn all_actions() -> impl Iterator<Item = &'static str> {
    TABLES
        .iter()
        .copied()
        .flatten()
        .flat_map(|row| row.actions)
        .map(|(action, _)| *action)
}
