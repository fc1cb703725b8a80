//! Queues, topics and event buses.

use sv0_model::graph::{EdgeKind, EntityKind};

use super::{AttributeRow, GENERIC, LinkRow, PolicyPlace, Shape, TypeRow};
use crate::description::Reference;

pub(super) static ROWS: &[TypeRow] = &[
    TypeRow {
        resource_type: "AWS::SQS::Queue",
        answers: &[("sqs", "queues")],
        kind: EntityKind::SqsQueue,
        arn: &[
            "configuration.queueArn",
            "configuration.attributes.queueArn",
            "arn",
            "resourceId",
        ],
        arn_format: "arn:{partition}:sqs:{region}:{account}:{id}",
        id: &["configuration.queueName", "resourceName"],
        name: &["configuration.queueName"],
        attributes: &[
            AttributeRow(
                "fifo",
                &["configuration.fifoQueue", "configuration.attributes.fifoQueue"],
                Shape::Truth,
            ),
            AttributeRow(
                "managed_encryption",
                &[
                    "configuration.sqsManagedSseEnabled",
                    "configuration.attributes.sqsManagedSseEnabled",
                ],
                Shape::Truth,
            ),
        ],
        links: ENCRYPTED_WITH_MASTER_KEY,
        policy: PolicyPlace::Configuration(&["configuration.policy", "configuration.attributes.policy"]),
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::SNS::Topic",
        answers: &[("sns", "topics")],
        kind: EntityKind::SnsTopic,
        arn: &[
            "configuration.topicArn",
            "configuration.attributes.topicArn",
            "arn",
            "resourceId",
        ],
        arn_format: "arn:{partition}:sns:{region}:{account}:{id}",
        id: &["configuration.topicName", "resourceName"],
        name: &["configuration.topicName"],
        attributes: &[AttributeRow(
            "display_name",
            &["configuration.displayName", "configuration.attributes.displayName"],
            Shape::Scalar,
        )],
        links: ENCRYPTED_WITH_MASTER_KEY,
        policy: PolicyPlace::Always(&["configuration.policy", "configuration.attributes.policy"]),
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::Events::EventBus",
        answers: &[("events", "event-buses")],
        kind: EntityKind::EventBus,
        arn: &["configuration.arn", "arn", "resourceId"],
        arn_format: "arn:{partition}:events:{region}:{account}:event-bus/{id}",
        id: &["configuration.name", "resourceName", "resourceId"],
        name: &["configuration.name"],
        attributes: &[
            AttributeRow("event_source", &["configuration.eventSourceName"], Shape::Scalar),
            AttributeRow("description", &["configuration.description"], Shape::Scalar),
        ],
        links: &[LinkRow(
            EdgeKind::EncryptedWith,
            &["configuration.kmsKeyIdentifier"],
            Reference::Key,
        )],
        policy: PolicyPlace::IfThere(&["configuration.policy"]),
        ..GENERIC
    },
];

const ENCRYPTED_WITH_MASTER_KEY: &[LinkRow] = &[LinkRow(
    EdgeKind::EncryptedWith,
    &[
        "configuration.kmsMasterKeyId",
        "configuration.attributes.kmsMasterKeyId",
    ],
    Reference::Key,
)];
