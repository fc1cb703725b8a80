//! Authorization requests with the policies that decide them, in the form of the lines that `sv0 evaluate` reads (contract of that command: a principal, an
//! action, a resource, a context, policies layer by layer): for benchmarks of policy engines.
//!
//! Policies are those of the synthetic organization: what teams write, texts of AWS managed policies, the landing zone's boundary, three levels of service
//! control policies, policies on resources. No two requests are the same, and contexts differ.

use std::collections::BTreeSet;
use std::io;

use serde_json::{Map, Value, json};

use crate::dice::Dice;
use crate::names::{ORGANIZATION, REGIONS, account_id, application, aws_managed, duty, iam};
use crate::policies::{self, Scope};

/// How many requests, of how many principals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestPlan {
    /// Roles, each with policies of its own.
    pub principals: usize,
    /// Requests, spread over the principals.
    pub requests: usize,
    /// What policies there are beside those of identities.
    pub layers: Layers,
    /// What makes one set differ from another of the same size.
    pub seed: u64,
}

/// Which layers of policies a request has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layers {
    /// All: identity, boundary, service control policies, resource.
    All,
    /// Identity and boundary alone, all that some engines know.
    IdentityAndBoundary,
}

/// Requests, and what is the same for all requests of a principal.
#[derive(Debug, Clone, PartialEq)]
pub struct Requests {
    /// For each principal the fields that all of its lines have: `principal`, `identity_policies`, `permission_boundaries`, `scps`.
    pub principals: Vec<Map<String, Value>>,
    /// In the order in which they are asked.
    pub requests: Vec<OneRequest>,
}

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub struct OneRequest {
    /// Whose: an index of [`Requests::principals`].
    pub principal: usize,
    /// The fields of its own: `action`, `resource`, `resource_account`, `context`, `resource_policy`.
    pub fields: Map<String, Value>,
}

impl Requests {
    /// The request with that number as one line of input, its number as id.
    #[must_use]
    pub fn line(&self, number: usize) -> Option<Value> {
        let request = self.requests.get(number)?;
        let mut line = self.principals.get(request.principal)?.clone();
        line.extend(request.fields.clone());
        line.insert("id".to_owned(), json!(number));
        Some(Value::Object(line))
    }
}

/// AWS managed policies that roles of teams hold, the broad ones rarely.
const MANAGED: [&str; 12] = [
    "service-role/AWSLambdaBasicExecutionRole",
    "service-role/AWSLambdaVPCAccessExecutionRole",
    "AmazonSSMManagedInstanceCore",
    "CloudWatchAgentServerPolicy",
    "AmazonEC2ContainerRegistryReadOnly",
    "AWSXRayDaemonWriteAccess",
    "AmazonS3ReadOnlyAccess",
    "AmazonDynamoDBReadOnlyAccess",
    "AmazonSQSFullAccess",
    "SecretsManagerReadWrite",
    "PowerUserAccess",
    "ReadOnlyAccess",
];

/// Makes requests.
///
/// # Errors
/// [`io::Error`] where the shipped texts of AWS managed policies are damaged.
pub fn requests(plan: RequestPlan) -> io::Result<Requests> {
    let arns: Vec<String> = MANAGED.iter().map(|name| aws_managed(name)).collect();
    let managed = sv0_managed_policies::find(&arns.iter().map(String::as_str).collect::<BTreeSet<_>>())?.policies;
    let texts: Vec<&Value> = arns
        .iter()
        .filter_map(|arn| managed.get(arn).map(|policy| &policy.document))
        .collect();
    let mut dice = Dice::new(plan.seed, 71);
    let callers: Vec<Caller> = (0..plan.principals)
        .map(|number| Caller::new(number, &mut dice))
        .collect();
    let principals = callers
        .iter()
        .map(|caller| caller.fields(&texts, plan.layers, &mut dice))
        .collect();
    let requests = (0..plan.requests)
        .filter_map(|number| {
            let principal = dice.below(callers.len());
            let fields = callers.get(principal)?.request(number, plan.layers, &mut dice);
            Some(OneRequest { principal, fields })
        })
        .collect();
    Ok(Requests { principals, requests })
}

struct Caller {
    account: String,
    neighbour: String,
    region: &'static str,
    application: &'static str,
    name: String,
}

impl Caller {
    fn new(number: usize, dice: &mut Dice) -> Self {
        let account = dice.below(10);
        let application = application(dice);
        Self {
            account: account_id(account),
            neighbour: account_id(account + 1),
            region: dice.one_of(&REGIONS).unwrap_or("eu-west-1"),
            application,
            name: format!("{application}-{}-{number}", duty(dice)),
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            account: &self.account,
            region: self.region,
            application: self.application,
        }
    }

    fn fields(&self, managed: &[&Value], layers: Layers, dice: &mut Dice) -> Map<String, Value> {
        let mut identity: Vec<Value> = (0..=dice.below(3)).map(|_| policies::own(self.scope(), dice)).collect();
        for _ in 0..=dice.below(2) {
            // One in ten of the managed policies is one of the two that allow something of every service.
            let drawn = if dice.happens(100) {
                dice.below(managed.len())
            } else {
                dice.below(managed.len().saturating_sub(2))
            };
            identity.extend(managed.get(drawn).map(|text| (*text).clone()));
        }
        let mut fields = Map::new();
        fields.insert(
            "principal".to_owned(),
            json!(iam(&self.account, &format!("role/{}", self.name))),
        );
        fields.insert("identity_policies".to_owned(), json!(identity));
        if dice.happens(125) {
            fields.insert("permission_boundaries".to_owned(), json!([policies::boundary()]));
        }
        if layers == Layers::All {
            fields.insert("scps".to_owned(), service_control_policies());
        }
        fields
    }

    fn request(&self, number: usize, layers: Layers, dice: &mut Dice) -> Map<String, Value> {
        let mut asked = policies::call(self.scope(), number, dice);
        while layers == Layers::IdentityAndBoundary && asked.action.starts_with("kms:") {
            // Nothing on a key is allowed without the key's policy.
            asked = policies::call(self.scope(), number, dice);
        }
        let mut fields = Map::new();
        fields.insert("action".to_owned(), json!(asked.action));
        fields.insert("context".to_owned(), self.context(&asked, dice));
        if asked.resource.starts_with("arn:aws:s3:") && layers == Layers::All && dice.happens(600) {
            fields.insert("resource_policy".to_owned(), self.bucket_policy(&asked.resource));
        }
        if asked.resource.starts_with("arn:aws:s3:") {
            fields.insert("resource_account".to_owned(), json!(self.account));
        } else if asked.resource.starts_with("arn:aws:kms:") {
            fields.insert("resource_policy".to_owned(), self.key_policy());
        }
        fields.insert("resource".to_owned(), json!(asked.resource));
        fields
    }

    fn context(&self, asked: &policies::Call, dice: &mut Dice) -> Value {
        let mut context = Map::new();
        let mut give = |key: &str, value: String| {
            context.insert(key.to_owned(), json!(value));
        };
        let region = if dice.happens(900) {
            self.region
        } else {
            "ap-southeast-2"
        };
        give("aws:RequestedRegion", region.to_owned());
        give(
            "aws:SecureTransport",
            if dice.happens(950) { "true" } else { "false" }.to_owned(),
        );
        give("aws:PrincipalOrgID", ORGANIZATION.to_owned());
        let first = if dice.happens(700) { 10 } else { 172 };
        give(
            "aws:SourceIp",
            format!("{first}.{}.{}.{}", dice.below(256), dice.below(256), dice.below(256)),
        );
        if dice.happens(300) {
            let endpoint = if dice.happens(500) {
                "vpce-0a1b2c3d4e5f60718".to_owned()
            } else {
                format!("vpce-{}", dice.digits(17))
            };
            give("aws:SourceVpce", endpoint);
        }
        if dice.happens(500) {
            let app = if dice.happens(700) {
                self.application
            } else {
                application(dice)
            };
            give("aws:ResourceTag/app", app.to_owned());
            give(
                "aws:ResourceTag/team",
                if dice.happens(500) { "platform" } else { "product" }.to_owned(),
            );
        }
        if asked.action == "s3:ListBucket" {
            give("s3:prefix", format!("{}/{}", self.application, dice.below(1_000)));
        }
        if asked.action.starts_with("kms:") && dice.happens(500) {
            give("kms:ViaService", format!("s3.{}.amazonaws.com", self.region));
        }
        Value::Object(context)
    }

    fn bucket_policy(&self, resource: &str) -> Value {
        let bucket = resource.split('/').next().unwrap_or(resource);
        let both = [bucket.to_owned(), format!("{bucket}/*")];
        policies::document(&[
            json!({"Sid": "DenyInsecureTransport", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": both,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
            json!({"Sid": "Share", "Effect": "Allow", "Principal": {"AWS": iam(&self.neighbour, "root")}, "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": both}),
        ])
    }

    fn key_policy(&self) -> Value {
        policies::document(&[
            json!({"Sid": "EnableIamPolicies", "Effect": "Allow", "Principal": {"AWS": iam(&self.account, "root")}, "Action": "kms:*", "Resource": "*"}),
        ])
    }
}

/// Of the root, of the unit, of the account.
fn service_control_policies() -> Value {
    let full = policies::document(&[json!({"Effect": "Allow", "Action": "*", "Resource": "*"})]);
    let regions = policies::document(&[
        json!({"Effect": "Deny", "NotAction": ["iam:*", "organizations:*", "sts:*", "route53:*", "support:*"], "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": REGIONS}, "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/AWSControlTowerExecution"}}}),
    ]);
    let trail = policies::document(&[
        json!({"Effect": "Deny", "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "config:DeleteConfigurationRecorder"], "Resource": "*"}),
    ]);
    json!([
        {"org_id": ORGANIZATION, "policies": [full.clone(), regions]},
        {"org_id": ORGANIZATION, "policies": [full.clone(), trail]},
        {"org_id": ORGANIZATION, "policies": [full]},
    ])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const PLAN: RequestPlan = RequestPlan {
        principals: 20,
        requests: 500,
        layers: Layers::All,
        seed: 1,
    };

    #[test]
    fn a_seed_gives_the_same_requests_and_another_others() {
        let first = requests(PLAN).unwrap();
        assert_eq!(first, requests(PLAN).unwrap());
        assert_ne!(first, requests(RequestPlan { seed: 2, ..PLAN }).unwrap());
    }

    #[test]
    fn no_two_requests_are_the_same() {
        let requests = requests(PLAN).unwrap();
        let distinct: BTreeSet<String> = requests
            .requests
            .iter()
            .map(|request| format!("{}{}", request.principal, json!(request.fields)))
            .collect();
        assert_eq!(distinct.len(), PLAN.requests);
        let line = requests.line(7).unwrap();
        assert!(line["identity_policies"].is_array() && line["context"].is_object() && line["scps"].is_array());
    }

    #[test]
    fn engines_that_know_less_get_less() {
        let plan = RequestPlan {
            layers: Layers::IdentityAndBoundary,
            ..PLAN
        };
        let requests = requests(plan).unwrap();
        assert!((0..500).all(|number| requests.line(number).unwrap().get("scps").is_none()));
    }
}
