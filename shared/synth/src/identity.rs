//! The identities of an account, as `GetAccountAuthorizationDetails` answers, and the workloads that use them.

use serde_json::{Value, json};

use crate::Organization;
use crate::dice::Dice;
use crate::names::{REGIONS, account_id, application, aws_managed, duty, iam, unique_id};
use crate::policies::{self, Scope, landing_zone};
use crate::shape::{CREATED_AT, Recorded, encoded, tags};
use crate::workloads::{Rows, Use, Workload};

/// The AWS managed policies that synthetic accounts use.
pub const AWS_MANAGED: [&str; 14] = [
    "AdministratorAccess",
    "AmazonDynamoDBReadOnlyAccess",
    "AmazonEC2ContainerRegistryReadOnly",
    "AmazonS3FullAccess",
    "AmazonS3ReadOnlyAccess",
    "AmazonSQSFullAccess",
    "AmazonSSMManagedInstanceCore",
    "CloudWatchAgentServerPolicy",
    "PowerUserAccess",
    "ReadOnlyAccess",
    "SecurityAudit",
    "service-role/AWSGlueServiceRole",
    "service-role/AWSLambdaBasicExecutionRole",
    "service-role/AmazonECSTaskExecutionRolePolicy",
];

/// Of a thousand roles of teams, how many hold which AWS managed policy beside that of their use.
const HELD_PER_MILLE: [(usize, &str); 7] = [
    (4, "AdministratorAccess"),
    (6, "PowerUserAccess"),
    (18, "AmazonS3FullAccess"),
    (40, "AmazonS3ReadOnlyAccess"),
    (20, "AmazonSQSFullAccess"),
    (25, "AmazonDynamoDBReadOnlyAccess"),
    (60, "CloudWatchAgentServerPolicy"),
];

/// An account: its answer, and what runs in it.
pub struct Account {
    /// `GetAccountAuthorizationDetails`.
    pub authorization_details: Value,
    /// What runs in it.
    pub rows: Rows,
    /// Names of its roles that workloads use.
    pub workload_roles: Vec<String>,
}

struct Maker<'a> {
    organization: &'a Organization,
    id: String,
    number: usize,
    dice: Dice,
    applications: Vec<&'static str>,
}

/// The identities of the account with that number.
#[must_use]
pub fn account(organization: &Organization, number: usize, applications: &[&'static str]) -> Account {
    let maker = Maker {
        organization,
        id: account_id(number),
        number,
        dice: Dice::new(organization.seed, 2 * number as u64),
        applications: applications.to_vec(),
    };
    maker.make()
}

/// The applications of the account with that number: three to eight.
#[must_use]
pub fn applications(organization: &Organization, number: usize) -> Vec<&'static str> {
    let mut dice = Dice::new(organization.seed, 2 * number as u64 + 1);
    let mut names: Vec<_> = (0..3 + dice.below(6)).map(|_| application(&mut dice)).collect();
    names.push("orders");
    names.sort_unstable();
    names.dedup();
    names
}

impl Maker<'_> {
    fn make(mut self) -> Account {
        let policies = self.policies();
        let names: Vec<String> = policies
            .iter()
            .filter_map(|policy| policy["Arn"].as_str().map(str::to_owned))
            .collect();
        let mut rows = Rows::default();
        let mut roles = self.landing_zone_roles();
        let mut workload_roles = Vec::new();
        for index in 0..self.organization.roles_per_account.saturating_sub(roles.len()) {
            let (name, role) = self.workload_role(index, &names, &mut rows);
            workload_roles.push(name);
            roles.push(role);
        }
        let users: Vec<Value> = (0..self.organization.users_per_account)
            .map(|index| self.user(index, &names))
            .collect();
        let authorization_details = json!({
            "UserDetailList": users, "GroupDetailList": [self.group()], "RoleDetailList": roles, "Policies": policies,
        });
        Account {
            authorization_details,
            rows,
            workload_roles,
        }
    }

    fn application(&mut self) -> &'static str {
        let drawn = self.dice.below(self.applications.len());
        self.applications.get(drawn).copied().unwrap_or("orders")
    }

    fn policies(&mut self) -> Vec<Value> {
        let copies = landing_zone(&self.id);
        let own = self.organization.policies_per_account.saturating_sub(copies.len());
        let mut all: Vec<Value> = copies
            .into_iter()
            .map(|(name, document)| self.policy(name, &document))
            .collect();
        for index in 0..own {
            let application = self.application();
            let region = self.region();
            let id = self.id.clone();
            let scope = Scope {
                account: &id,
                region,
                application,
            };
            let document = policies::own(scope, &mut self.dice);
            all.push(self.policy(&format!("{application}-policy-{index}"), &document));
        }
        all
    }

    /// Four in five resources are in the first Region.
    fn region(&mut self) -> &'static str {
        let [first, second] = REGIONS;
        if self.dice.happens(800) { first } else { second }
    }

    fn policy(&mut self, name: &str, document: &Value) -> Value {
        json!({
            "PolicyName": name, "PolicyId": unique_id("ANPA", &mut self.dice), "Arn": iam(&self.id, &format!("policy/{name}")), "Path": "/",
            "DefaultVersionId": "v1", "AttachmentCount": 1, "PermissionsBoundaryUsageCount": 0, "IsAttachable": true,
            "CreateDate": CREATED_AT, "UpdateDate": CREATED_AT,
            "PolicyVersionList": [{"Document": encoded(document), "VersionId": "v1", "IsDefaultVersion": true, "CreateDate": CREATED_AT}],
        })
    }

    fn landing_zone_roles(&mut self) -> Vec<Value> {
        let management = account_id(0);
        let hub = account_id(self.organization.hub());
        let of_account = |account: &str| policies::trust(&json!({"AWS": iam(account, "root")}), "sts:AssumeRole", None);
        let of_service = |name: &str| {
            policies::trust(
                &json!({"Service": format!("{name}.amazonaws.com")}),
                "sts:AssumeRole",
                None,
            )
        };
        let mut roles = vec![
            self.fixed(
                "/",
                "OrganizationAccountAccessRole",
                &of_account(&management),
                "AdministratorAccess",
            ),
            self.fixed(
                "/",
                "AWSControlTowerExecution",
                &of_account(&management),
                "AdministratorAccess",
            ),
            self.fixed("/", "lz-audit", &of_account(&hub), "SecurityAudit"),
            self.fixed("/", "lz-backup", &of_service("backup"), "ReadOnlyAccess"),
            self.fixed(
                "/aws-service-role/config.amazonaws.com/",
                "AWSServiceRoleForConfig",
                &of_service("config"),
                "SecurityAudit",
            ),
        ];
        roles.truncate(self.organization.roles_per_account);
        roles
    }

    fn fixed(&mut self, path: &str, name: &str, trust: &Value, managed: &str) -> Value {
        self.role(
            path,
            name,
            trust,
            &[aws_managed(managed)],
            None,
            &[("lz", "true")],
            false,
        )
    }

    #[allow(clippy::too_many_arguments, reason = "the fields of one answer")]
    fn role(
        &mut self,
        path: &str,
        name: &str,
        trust: &Value,
        managed: &[String],
        inline: Option<&Value>,
        own_tags: &[(&str, &str)],
        bounded: bool,
    ) -> Value {
        let attached: Vec<Value> = managed
            .iter()
            .map(|arn| json!({"PolicyName": arn.rsplit('/').next(), "PolicyArn": arn}))
            .collect();
        let inline: Vec<Value> = inline
            .into_iter()
            .map(|document| json!({"PolicyName": "own", "PolicyDocument": encoded(document)}))
            .collect();
        let used = if self.dice.happens(850) {
            json!({"LastUsedDate": "2026-02-24T11:30:18+00:00", "Region": "eu-west-1"})
        } else {
            json!({})
        };
        let mut role = json!({
            "Path": path, "RoleName": name, "RoleId": unique_id("AROA", &mut self.dice), "Arn": iam(&self.id, &format!("role{path}{name}")),
            "CreateDate": CREATED_AT, "AssumeRolePolicyDocument": encoded(trust), "InstanceProfileList": [], "RolePolicyList": inline,
            "AttachedManagedPolicies": attached, "Tags": tags(own_tags), "RoleLastUsed": used,
        });
        if let (true, Value::Object(fields)) = (bounded, &mut role) {
            let boundary = iam(&self.id, "policy/lz-boundary");
            fields.insert(
                "PermissionsBoundary".to_owned(),
                json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}),
            );
        }
        role
    }

    fn workload_role(&mut self, index: usize, policies: &[String], rows: &mut Rows) -> (String, Value) {
        // Every application has a function of a known name, which state machines and schedules call.
        let (application, kind, duty) = match self.applications.get(index) {
            Some(application) => (*application, Use::Function, "api"),
            None => (self.application(), Use::draw(&mut self.dice), duty(&mut self.dice)),
        };
        let name = if index < self.applications.len() {
            format!("{application}-api-0")
        } else {
            format!("{application}-{duty}-{index}")
        };
        let neighbour = account_id(self.dice.below(self.organization.accounts));
        let region = if index < self.applications.len() {
            "eu-west-1"
        } else {
            self.region()
        };
        let id = self.id.clone();
        let workload = Workload {
            account: &id,
            region,
            name: &name,
            application,
            neighbour: &neighbour,
        };
        let trust = workload.trust(kind, &mut self.dice);
        workload.rows(kind, &mut self.dice, rows);
        let managed = self.held(kind, policies);
        let inline = self.dice.happens(600).then(|| {
            policies::own(
                Scope {
                    account: &id,
                    region,
                    application,
                },
                &mut self.dice,
            )
        });
        let bounded = self.dice.happens(120);
        let role = self.role(
            "/",
            &name,
            &trust,
            &managed,
            inline.as_ref(),
            &[("app", application)],
            bounded,
        );
        (name, role)
    }

    fn held(&mut self, kind: Use, policies: &[String]) -> Vec<String> {
        let mut held: Vec<String> = kind.managed_policy().map(aws_managed).into_iter().collect();
        held.extend(
            HELD_PER_MILLE
                .iter()
                .filter(|(share, _)| self.dice.happens(*share))
                .map(|(_, name)| aws_managed(name)),
        );
        for _ in 0..self.dice.long_tail(4) {
            held.extend(
                policies
                    .get(1 + self.dice.below(policies.len().saturating_sub(1)))
                    .cloned(),
            );
        }
        held.sort_unstable();
        held.dedup();
        held
    }

    fn user(&mut self, index: usize, policies: &[String]) -> Value {
        let name = format!("user-{}-{index}", self.number);
        let attached: Vec<Value> = policies
            .get(self.dice.below(policies.len()))
            .into_iter()
            .map(|arn| json!({"PolicyName": arn.rsplit('/').next(), "PolicyArn": arn}))
            .collect();
        json!({
            "Path": "/", "UserName": name, "UserId": unique_id("AIDA", &mut self.dice), "Arn": iam(&self.id, &format!("user/{name}")),
            "CreateDate": CREATED_AT, "UserPolicyList": [], "GroupList": ["developers"], "AttachedManagedPolicies": attached, "Tags": [],
        })
    }

    fn group(&mut self) -> Value {
        json!({
            "Path": "/", "GroupName": "developers", "GroupId": unique_id("AGPA", &mut self.dice), "Arn": iam(&self.id, "group/developers"),
            "CreateDate": CREATED_AT, "GroupPolicyList": [], "AttachedManagedPolicies": [{"PolicyName": "ReadOnlyAccess", "PolicyArn": aws_managed("ReadOnlyAccess")}],
        })
    }
}

/// The provider of GitHub Actions, as AWS Config records it.
#[must_use]
pub fn provider(account: &str) -> Value {
    let host = "token.actions.githubusercontent.com";
    let arn = iam(account, &format!("oidc-provider/{host}"));
    let recorded = Recorded {
        resource_type: "AWS::IAM::OIDCProvider",
        account,
        region: "global",
        id: &arn,
        name: host,
        arn: &arn,
        configuration: json!({"Arn": arn, "Url": format!("https://{host}"), "ClientIdList": ["sts.amazonaws.com"], "ThumbprintList": []}),
        supplementary: json!({}),
        tags: &[],
    };
    recorded.item()
}
