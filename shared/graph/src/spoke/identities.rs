//! What gives roles to callers outside IAM: EKS Pod Identity, Cognito identity pools, IAM Roles Anywhere.

use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, EntityKind, urn};

use super::{Answer, Reader};
use crate::additions::Addition;
use crate::config::table::{AttributeRow, GENERIC, LinkRow, Shape, TypeRow};
use crate::description::{Link, Reference};
use crate::facts::Facts;
use crate::json::{at, is_arn, text_at, texts_along, texts_at};
use crate::target::Target;

/// Types that only their service's own answers describe.
pub(crate) static ROWS: &[TypeRow] = &[
    TypeRow {
        resource_type: "AWS::RolesAnywhere::Profile",
        answers: &[("rolesanywhere", "profiles")],
        service_principal: "rolesanywhere.amazonaws.com",
        kind: EntityKind::RolesAnywhereProfile,
        arn: &["configuration.profileArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:rolesanywhere:{region}:{account}:profile/{id}",
        id: &["configuration.profileId", "resourceId"],
        name: &["configuration.name"],
        attributes: &[
            AttributeRow("enabled", &["configuration.enabled"], Shape::Truth),
            AttributeRow("has_session_policy", &["configuration.sessionPolicy"], Shape::Presence),
            AttributeRow("session_policies", &["configuration.managedPolicyArns"], Shape::Scalars),
            AttributeRow(
                "requires_instance_properties",
                &["configuration.requireInstanceProperties"],
                Shape::Truth,
            ),
        ],
        links: &[LinkRow(
            EdgeKind::MayAssume,
            &["configuration.roleArns"],
            Reference::Role,
        )],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::RolesAnywhere::TrustAnchor",
        answers: &[("rolesanywhere", "trust-anchors")],
        kind: EntityKind::FederatedProvider,
        arn: &["configuration.trustAnchorArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:rolesanywhere:{region}:{account}:trust-anchor/{id}",
        id: &["configuration.trustAnchorId", "resourceId"],
        name: &["configuration.name"],
        attributes: &[
            AttributeRow("enabled", &["configuration.enabled"], Shape::Truth),
            AttributeRow("source_type", &["configuration.source.sourceType"], Shape::Scalar),
            AttributeRow(
                "certificate_authority",
                &["configuration.source.sourceData.acmPcaArn"],
                Shape::Scalar,
            ),
        ],
        ..GENERIC
    },
];

/// Answers that say something of an identity that another answer describes.
pub(super) static READERS: &[Reader] = &[
    Reader("eks", "pod-identity-associations", read_pod_identity),
    Reader("eks", "access-entries", read_access_entry),
    Reader("cognito-identity", "identity-pool-roles", read_pool_roles),
];

const MAX_NAME_LENGTH: usize = 253;
const CLUSTER: &str = "arn:{partition}:eks:{region}:{account}:cluster/{id}";

/// `eks:DescribePodIdentityAssociation`: the role of a service account, and the role of another account that it goes on to.
///
/// Source: Amazon EKS User Guide, "Learn how EKS Pod Identity grants pods access to AWS services".
fn read_pod_identity(answer: &Answer<'_>, facts: &mut Facts) {
    let body = answer.body;
    let cluster = text_at(body, "clusterName").and_then(|name| answer.arn(CLUSTER, name));
    let (Some(cluster), Some(namespace), Some(name)) =
        (cluster, text_at(body, "namespace"), text_at(body, "serviceAccount"))
    else {
        return;
    };
    // Kubernetes' names have at most 253 characters (RFC 1123, DNS subdomain names); longer ones would be copied into ids.
    if !is_arn(&cluster) || namespace.len() > MAX_NAME_LENGTH || name.len() > MAX_NAME_LENGTH {
        return;
    }
    let native_id = urn::eks_service_account(&cluster, namespace, name);
    let subject = Target::new(native_id, EntityKind::EksServiceAccount).named(format!("{namespace}/{name}"));
    let mut addition = Addition::new(subject);
    addition.set("cluster", Some(cluster));
    addition.set("namespace", Some(namespace));
    addition.set("service_account", Some(name));
    addition.set("service_principal", Some("pods.eks.amazonaws.com"));
    for (path, kind) in [("roleArn", EdgeKind::RunsAs), ("targetRoleArn", EdgeKind::MayAssume)] {
        if let Some(role) = text_at(body, path).filter(|role| is_arn(role)) {
            let link = Link::new(kind, Reference::Role(role.to_owned()));
            addition.links.push(link.with("via", "pod identity"));
        }
    }
    let id = text_at(body, "associationId").unwrap_or_default();
    facts.additions.say(
        &format!("pod identity {id}"),
        &answer.freshness,
        answer.origin,
        addition,
    );
}

/// `eks:DescribeAccessEntry`: an IAM principal that a cluster lets in.
fn read_access_entry(answer: &Answer<'_>, facts: &mut Facts) {
    let body = answer.body;
    let cluster = text_at(body, "clusterName").and_then(|name| answer.arn(CLUSTER, name));
    let (Some(cluster), Some(principal)) = (cluster, text_at(body, "principalArn").filter(|arn| is_arn(arn))) else {
        return;
    };
    let mut addition = Addition::new(Target::new(cluster, EntityKind::EksCluster));
    let entry = json!({
        "principal": principal,
        "kubernetes_groups": texts_at(body, "kubernetesGroups"),
        "type": text_at(body, "type"),
    });
    addition.set("access_entries", Some(json!([entry])));
    facts.additions.say(
        &format!("access entry {principal}"),
        &answer.freshness,
        answer.origin,
        addition,
    );
}

/// `cognito-identity:GetIdentityPoolRoles`.
///
/// Source: Amazon Cognito Developer Guide, "Using role-based access control".
fn read_pool_roles(answer: &Answer<'_>, facts: &mut Facts) {
    const POOL: &str = "arn:{partition}:cognito-identity:{region}:{account}:identitypool/{id}";
    let Some(pool) = text_at(answer.body, "identityPoolId").and_then(|id| answer.arn(POOL, id)) else {
        return;
    };
    let mut addition = Addition::new(Target::new(pool, EntityKind::CognitoIdentityPool));
    let roles = at(answer.body, "roles")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    for (state, role) in roles {
        if let Some(role) = role.as_str().filter(|role| is_arn(role)) {
            addition
                .links
                .push(may_assume(role).with("authentication", state.as_str()));
        }
    }
    let mappings = at(answer.body, "roleMappings")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    for (provider, mapping) in mappings {
        for role in texts_along(mapping, "rulesConfiguration.rules.roleARN") {
            let link = may_assume(role).with("authentication", "authenticated");
            addition.links.push(link.with("via", provider.as_str()));
        }
    }
    facts.additions.say("roles", &answer.freshness, answer.origin, addition);
}

fn may_assume(role: &str) -> Link {
    let link = Link::new(EdgeKind::MayAssume, Reference::Role(role.to_owned()));
    link.with("action", "sts:AssumeRoleWithWebIdentity")
}
