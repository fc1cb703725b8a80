//! Principals, policies and what vouches for them.

use sv0_model::graph::EntityKind;

use super::{AttributeRow, GENERIC, Shape, TypeRow};

pub(super) static ROWS: &[TypeRow] = &[
    TypeRow {
        resource_type: "AWS::IAM::OIDCProvider",
        kind: EntityKind::FederatedProvider,
        arn_format: "arn:{partition}:iam::{account}:oidc-provider/{id}",
        attributes: &[
            AttributeRow("url", &["configuration.Url"], Shape::Scalar),
            AttributeRow("client_ids", &["configuration.ClientIdList"], Shape::Scalars),
        ],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::Cognito::IdentityPool",
        answers: &[("cognito-identity", "identity-pools")],
        service_principal: "cognito-identity.amazonaws.com",
        kind: EntityKind::CognitoIdentityPool,
        arn_format: "arn:{partition}:cognito-identity:{region}:{account}:identitypool/{id}",
        id: &["configuration.identityPoolId", "configuration.id", "resourceId"],
        name: &["configuration.identityPoolName"],
        attributes: &[
            AttributeRow(
                "allows_unauthenticated",
                &["configuration.allowUnauthenticatedIdentities"],
                Shape::Truth,
            ),
            AttributeRow("allows_classic_flow", &["configuration.allowClassicFlow"], Shape::Truth),
            AttributeRow(
                "cognito_providers",
                &["configuration.cognitoIdentityProviders"],
                Shape::Each("providerName"),
            ),
            AttributeRow(
                "oidc_providers",
                &["configuration.openIdConnectProviderARNs"],
                Shape::Scalars,
            ),
            AttributeRow("saml_providers", &["configuration.samlProviderARNs"], Shape::Scalars),
        ],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::IAM::SAMLProvider",
        kind: EntityKind::FederatedProvider,
        arn_format: "arn:{partition}:iam::{account}:saml-provider/{id}",
        name: &["configuration.Name"],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::IAM::Role",
        kind: EntityKind::IamRole,
        arn_format: "arn:{partition}:iam::{account}:role{path}{id}",
        id: &["configuration.roleName", "resourceName"],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::IAM::User",
        kind: EntityKind::IamUser,
        arn_format: "arn:{partition}:iam::{account}:user{path}{id}",
        id: &["configuration.userName", "resourceName"],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::IAM::Group",
        kind: EntityKind::IamGroup,
        arn_format: "arn:{partition}:iam::{account}:group{path}{id}",
        id: &["configuration.groupName", "resourceName"],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::IAM::Policy",
        kind: EntityKind::IamPolicy,
        arn_format: "arn:{partition}:iam::{account}:policy{path}{id}",
        id: &["configuration.policyName", "resourceName"],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::IAM::InstanceProfile",
        arn_format: "arn:{partition}:iam::{account}:instance-profile{path}{id}",
        id: &["configuration.instanceProfileName", "resourceName", "resourceId"],
        ..GENERIC
    },
];
