//! What else runs in a fixture, what sets it going, and who signs in from outside.

use std::slice::Iter;

use serde_json::{Value, json};
use sv0_model::graph::{Actor, ActorClass, Classified, Edge, EdgeKind, Entity, EntityKind, urn};

use super::build::{Builder, REGION};

/// Blocks by their word: kind, and ARN after the account with `{name}` in it.
const BLOCKS: &[(&str, EntityKind, &str, &str)] = &[
    ("rule", EntityKind::EventBridgeRule, "events", "rule/{name}"),
    (
        "schedule",
        EntityKind::EventBridgeSchedule,
        "scheduler",
        "schedule/default/{name}",
    ),
    ("pipe", EntityKind::EventBridgePipe, "pipes", "pipe/{name}"),
    ("alias", EntityKind::GenericResource, "lambda", "function:{name}"),
    ("flow", EntityKind::BedrockFlow, "bedrock", "flow/{name}"),
    (
        "runtime",
        EntityKind::AgentCoreRuntime,
        "bedrock-agentcore",
        "runtime/{name}",
    ),
    (
        "gateway",
        EntityKind::AgentCoreGateway,
        "bedrock-agentcore",
        "gateway/{name}",
    ),
    (
        "group-of-instances",
        EntityKind::AutoScalingGroup,
        "autoscaling",
        "autoScalingGroup:1:autoScalingGroupName/{name}",
    ),
    (
        "pool",
        EntityKind::CognitoIdentityPool,
        "cognito-identity",
        "identitypool/eu-west-1:{name}",
    ),
    (
        "trust-anchor",
        EntityKind::FederatedProvider,
        "rolesanywhere",
        "trust-anchor/{name}",
    ),
    (
        "profile",
        EntityKind::RolesAnywhereProfile,
        "rolesanywhere",
        "profile/{name}",
    ),
];

impl Builder {
    /// A block of [`BLOCKS`], `identity PROVIDER SUBJECT`, `destination HOST`, or `service-principal HOST let-in-by RESOURCE…`. Says whether the line is one.
    pub(super) fn orchestra_line(&mut self, kind: &str, words: &[&str]) -> bool {
        if let Some((_, kind, service, resource)) = BLOCKS.iter().find(|(word, ..)| *word == kind) {
            let [place, words @ ..] = words else {
                return false;
            };
            let (account, name) = place.split_once('/').expect("ACCOUNT/NAME");
            let arn = format!(
                "arn:aws:{service}:{REGION}:{account}:{}",
                resource.replace("{name}", name)
            );
            self.entity(*kind, &arn, name, Some(account), words);
            return true;
        }
        match (kind, words) {
            ("identity", [provider, subject, words @ ..]) => {
                let id = urn::federated_identity(provider, subject);
                self.entity(EntityKind::FederatedIdentity, &id, subject, None, words);
                let entity = self.graph.entities.get_mut(&id).expect("just inserted");
                entity
                    .attributes
                    .insert("subject_patterns".to_owned(), json!([subject]));
                entity.attributes.insert("provider".to_owned(), json!(provider));
                self.link(edge(provider, EdgeKind::AuthenticatesAs, &id));
            }
            // The edge of the role's trust policy, with the condition that the block's `trust` line has.
            ("trusts-provider", [role, provider, condition]) => {
                let role = format!("arn:aws:iam::111111111111:role/{role}");
                let mut link = edge(&role, EdgeKind::Trusts, provider);
                let condition: Value = serde_json::from_str(condition).expect("a JSON condition");
                link.attributes.insert("conditions".to_owned(), condition);
                self.link(link);
            }
            ("destination", [host]) => {
                self.entity(
                    EntityKind::InternetDestination,
                    &urn::internet_destination(host),
                    host,
                    None,
                    &[],
                );
            }
            // `everyone let-in-by RESOURCE…`.
            ("everyone", ["let-in-by", resources @ ..]) => {
                self.entity(EntityKind::Anonymous, urn::ANONYMOUS, "everyone", None, &[]);
                for resource in resources {
                    self.link(edge(resource, EdgeKind::Grants, urn::ANONYMOUS));
                }
            }
            ("service-principal", [host, "let-in-by", resources @ ..]) => {
                let id = urn::aws_service(host);
                self.entity(EntityKind::AwsService, &id, host, None, &[]);
                for resource in resources {
                    self.link(edge(resource, EdgeKind::Grants, &id));
                }
            }
            _ => return false,
        }
        true
    }

    /// A word of what runs, with its operand. Says whether it is one.
    pub(super) fn orchestra_word(&mut self, entity: &mut Entity, word: &str, operands: &mut Iter<'_, &str>) -> bool {
        let id = entity.native_id.clone();
        let account = entity.account.clone().unwrap_or_default();
        let mut operand = || *operands.next().unwrap_or_else(|| panic!("{word} needs an operand"));
        match word {
            "environment" => {
                entity.environment = Some(Classified {
                    value: operand().to_owned(),
                    rule: "fixture".to_owned(),
                });
            }
            "human" => entity.actor = Some(actor(ActorClass::Human)),
            "machine" => entity.actor = Some(actor(ActorClass::NonHuman)),
            "disabled" => {
                entity.attributes.insert("state".to_owned(), json!("DISABLED"));
            }
            "immutable" => {
                entity
                    .attributes
                    .insert("image_tag_mutability".to_owned(), json!("IMMUTABLE"));
            }
            "invokes" => self.link(edge(&id, EdgeKind::Invokes, operand())),
            // `invokes-alias ALIAS FUNCTION`.
            "invokes-alias" => {
                let alias = operand();
                let mut link = edge(&id, EdgeKind::Invokes, operand());
                link.attributes.insert("qualifier".to_owned(), json!(alias));
                self.link(link);
            }
            // `invokes-under ROLE TARGET`.
            "invokes-under" => {
                let role = format!("arn:aws:iam::{account}:role/{}", operand());
                let mut link = edge(&id, EdgeKind::Invokes, operand());
                link.attributes.insert("role".to_owned(), json!(role));
                self.link(link);
            }
            "vouches-for" => self.link(edge(&id, EdgeKind::AuthenticatesAs, operand())),
            // `action-group STATE VERSION FUNCTION`.
            "action-group" => {
                let (state, version) = (operand(), operand());
                let mut link = edge(&id, EdgeKind::Invokes, operand());
                link.attributes.insert("state".to_owned(), json!(state));
                link.attributes.insert("version".to_owned(), json!(version));
                self.link(link);
            }
            "triggered-by" => self.link(edge(&id, EdgeKind::TriggeredBy, operand())),
            "switched-off-trigger" => {
                let mut link = edge(&id, EdgeKind::TriggeredBy, operand());
                link.attributes.insert("state".to_owned(), json!("Disabled"));
                self.link(link);
            }
            "sends-to" => self.link(edge(&id, EdgeKind::SendsTo, &urn::internet_destination(operand()))),
            // `deployed-from ACCOUNT/REPOSITORY[@DIGEST]`.
            "deployed-from" => {
                let image = operand();
                let (place, digest) = image.split_once('@').unwrap_or((image, ""));
                let (owner, name) = place.split_once('/').expect("ACCOUNT/REPOSITORY");
                let repository = format!("arn:aws:ecr:{REGION}:{owner}:repository/{name}");
                let mut link = edge(&id, EdgeKind::DeployedFrom, &repository);
                if !digest.is_empty() {
                    link.attributes.insert("digest".to_owned(), json!(digest));
                }
                self.link(link);
            }
            "may-assume" => self.link(may_assume(&id, operand(), "sts:AssumeRoleWithWebIdentity")),
            // `may-assume-as AUTHENTICATION ROLE`, of an identity pool.
            "may-assume-as" => {
                let authentication = operand();
                let mut link = may_assume(&id, operand(), "sts:AssumeRoleWithWebIdentity");
                link.attributes
                    .insert("authentication".to_owned(), Value::from(authentication));
                self.link(link);
            }
            "may-assume-saml" => self.link(may_assume(&id, operand(), "sts:AssumeRoleWithSAML")),
            "may-assume-service" => self.link(may_assume(&id, operand(), "sts:AssumeRole")),
            _ => return false,
        }
        true
    }
}

fn actor(class: ActorClass) -> Actor {
    Actor {
        class,
        rule: "fixture".to_owned(),
    }
}

fn may_assume(from: &str, role: &str, action: &str) -> Edge {
    let mut link = edge(from, EdgeKind::MayAssume, role);
    link.attributes.insert("action".to_owned(), Value::from(action));
    link
}

fn edge(from: &str, kind: EdgeKind, to: &str) -> Edge {
    Edge {
        from: from.to_owned(),
        kind,
        to: to.to_owned(),
        attributes: std::collections::BTreeMap::new(),
        origins: Vec::new(),
    }
}
