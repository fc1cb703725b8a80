//! One path of every kind, with every relation, and names that try to break the page in every new place.

use sv0_model::graph::{Actor, ActorClass, Classified, Entity, EntityKind, Graph, Resolution, Sensitivity, urn};
use sv0_model::path::{ActionClass, AuthorityPath, EgressCategory, PathKind};

use super::chains::{Chain, allow, observed, unobservable, unused};
use super::graph::{
    DATA_PROD, SHARED, SHOP_DEV, SHOP_PROD, bucket, entity, function, insert, instance, policy, role, secret,
};
use super::{HOSTILE_DIRECTION, HOSTILE_MARKUP, hostile_length};

const MODEL: &str = "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-3-5-sonnet-20240620-v1:0";

fn arn(service: &str, account: &str, rest: &str) -> String {
    format!("arn:aws:{service}:eu-west-1:{account}:{rest}")
}

fn repository() -> String {
    arn("ecr", SHARED, "repository/checkout")
}

fn agent() -> String {
    arn("bedrock", SHOP_PROD, "agent/AGENTSUPPRT")
}

fn state_machine() -> String {
    arn("states", SHOP_PROD, "stateMachine:nightly-export")
}

fn build() -> String {
    arn("codebuild", SHARED, "project/checkout-release")
}

fn github() -> String {
    urn::federated_identity(
        "token.actions.githubusercontent.com",
        "repo:acme-retail/checkout:ref:refs/heads/*",
    )
}

fn topic() -> String {
    arn("sns", SHOP_PROD, "partner-feed")
}

fn webhook() -> String {
    urn::internet_destination("hooks.partner.example")
}

fn person() -> String {
    urn::identity_center_user("aws", "9a67712da1-1c52-4f")
}

fn sso_role() -> String {
    "arn:aws:iam::300000000002:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_DataEngineer_0a1b2c3d4e5f6071"
        .to_owned()
}

fn records() -> String {
    bucket("acme-customer-records")
}

/// Adds what the paths name.
pub fn extend(graph: &mut Graph) {
    use EntityKind::{
        BedrockAgent, CodeBuildProject, EcrRepository, FederatedIdentity, FoundationModel, IamRole, IdentityCenterUser,
        InternetDestination, SnsTopic, StateMachine,
    };
    let named = [
        (repository(), EcrRepository, "checkout", SHARED),
        (agent(), BedrockAgent, "customer-support", SHOP_PROD),
        (state_machine(), StateMachine, "nightly-export", SHOP_PROD),
        (build(), CodeBuildProject, "checkout-release", SHARED),
        (topic(), SnsTopic, "partner-feed", SHOP_PROD),
        (webhook(), InternetDestination, "hooks.partner.example", SHOP_PROD),
        (MODEL.to_owned(), FoundationModel, "Claude 3.5 Sonnet", SHOP_PROD),
        (
            role(SHARED, "checkout-release-build"),
            IamRole,
            "checkout-release-build",
            SHARED,
        ),
        (role(SHOP_PROD, "support-agent"), IamRole, "support-agent", SHOP_PROD),
        (
            role(SHOP_PROD, "nightly-export-states"),
            IamRole,
            "nightly-export-states",
            SHOP_PROD,
        ),
        (role(SHOP_DEV, "deployer"), IamRole, "deployer", SHOP_DEV),
        (role(DATA_PROD, "platform-admin"), IamRole, "platform-admin", DATA_PROD),
        (
            function(SHOP_PROD, "customer-lookup"),
            EntityKind::LambdaFunction,
            "customer-lookup",
            SHOP_PROD,
        ),
        (
            role(SHOP_PROD, "customer-lookup-execution"),
            IamRole,
            "customer-lookup-execution",
            SHOP_PROD,
        ),
        (
            sso_role(),
            IamRole,
            "AWSReservedSSO_DataEngineer_0a1b2c3d4e5f6071",
            DATA_PROD,
        ),
        (
            github(),
            FederatedIdentity,
            "repo:acme-retail/checkout:ref:refs/heads/*",
            SHARED,
        ),
    ];
    for (id, kind, name, account) in named {
        insert(graph, entity(id, kind, name, account));
    }
    let person = Entity {
        account: None,
        resolution: Resolution::Referenced,
        actor: Some(Actor {
            class: ActorClass::Human,
            rule: "users of IAM Identity Center are people".to_owned(),
        }),
        ..entity(person(), IdentityCenterUser, "ada@acme.example", SHARED)
    };
    insert(graph, person);
    classify(graph);
}

fn classify(graph: &mut Graph) {
    for entity in graph.entities.values_mut() {
        let environment = match entity.account.as_deref() {
            Some(SHOP_PROD | DATA_PROD) => "production",
            Some(SHOP_DEV) => "development",
            _ => continue,
        };
        entity.environment = Some(classified(environment, "account name"));
    }
    if let Some(records) = graph.entities.get_mut(&records()) {
        records.data_domain = Some(classified("customers", "rule 3 of sv0.toml: bucket name *-customer-*"));
    }
    if let Some(hostile) = graph.entities.get_mut(&function(SHOP_DEV, HOSTILE_MARKUP)) {
        hostile.environment = Some(classified(HOSTILE_MARKUP, HOSTILE_DIRECTION));
        hostile.data_domain = Some(classified(HOSTILE_DIRECTION, &hostile_length()));
        hostile.actor = Some(Actor {
            class: ActorClass::Unknown,
            rule: HOSTILE_MARKUP.to_owned(),
        });
    }
}

fn classified(value: &str, rule: &str) -> Classified {
    Classified {
        value: value.to_owned(),
        rule: rule.to_owned(),
    }
}

fn to_records(chain: Chain) -> Chain {
    let statements = vec![allow(policy(DATA_PROD, "customer-read"), 0, Some("ReadCustomers"))];
    chain
        .reaches(
            records(),
            ActionClass::ReadData,
            &["s3:GetObject"],
            statements,
            unobservable(),
        )
        .sensitive(Sensitivity::Restricted)
        .classified(
            classified("production", "account name"),
            classified("customers", "rule 3 of sv0.toml"),
        )
}

/// One path of every kind.
pub fn paths() -> Vec<AuthorityPath> {
    let mut paths = identities();
    paths.extend(workloads());
    paths.extend(takeovers());
    paths.push(hostile());
    paths
}

fn identities() -> Vec<AuthorityPath> {
    let profile = Chain::of(instance(SHARED, "i-0bastion7f31"), role(SHARED, "bastion"));
    let release = role(SHARED, "release-pipeline");
    let federated = Chain::starting(github()).via(
        "SIGNS_IN_AS",
        &release,
        &["sts:AssumeRoleWithWebIdentity"],
        "the trust policy names every branch of the repository",
        observed(61, "2025-08-30T07:00:00Z", "2025-11-20T11:02:00Z"),
    );
    let human = Chain::starting(person()).via(
        "SIGNS_IN_AS",
        &sso_role(),
        &["sts:AssumeRoleWithSAML"],
        "assigned permission set DataEngineer in Data Production",
        observed(4, "2025-10-02T08:00:00Z", "2025-11-18T08:11:00Z"),
    );
    let alone = Chain::of(
        function(SHOP_PROD, "thumbnailer"),
        role(SHOP_PROD, "thumbnailer-execution"),
    )
    .reaches(
        bucket("acme-audit-trail"),
        ActionClass::ReadData,
        &["s3:GetObject"],
        vec![allow(urn::resource_policy(&bucket("acme-audit-trail")), 0, None)],
        unused(),
    )
    .sensitive(Sensitivity::Restricted);
    vec![
        to_records(profile).kinds(&[PathKind::InstanceProfile]).path(),
        to_records(human).kinds(&[PathKind::FederatedHuman]).path(),
        to_records(federated.via(
            "ASSUMES",
            &role(DATA_PROD, "customer-data-reader"),
            &["sts:AssumeRole"],
            "",
            unused(),
        ))
        .kinds(&[
            PathKind::AssumedChain,
            PathKind::TrustAmplification,
            PathKind::SupplyChain,
        ])
        .path(),
        alone.kinds(&[PathKind::ResourcePolicyOnly]).path(),
    ]
}

fn workloads() -> Vec<AuthorityPath> {
    let lookup = function(SHOP_PROD, "customer-lookup");
    let lookup_role = role(SHOP_PROD, "customer-lookup-execution");
    let to_lookup = |chain: Chain, note: &str| {
        let invoked = chain.via(
            "INVOKES",
            &lookup,
            &["lambda:InvokeFunction"],
            note,
            observed(120, "2025-09-01T00:00:00Z", "2025-11-20T12:00:00Z"),
        );
        to_records(invoked.via("RUNS_AS", &lookup_role, &[], "", unused()))
    };
    let orders = Chain::of(
        function(SHOP_PROD, "orders-api"),
        role(SHOP_PROD, "orders-api-execution"),
    );
    let states = Chain::of(state_machine(), role(SHOP_PROD, "nightly-export-states"));
    let support = Chain::of(agent(), role(SHOP_PROD, "support-agent"));
    let sends = Chain::of(
        function(SHOP_PROD, "orders-api"),
        role(SHOP_PROD, "orders-api-execution"),
    )
    .via(
        "INVOKES",
        &topic(),
        &["sns:Publish"],
        "subscription of the topic",
        unused(),
    )
    .via(
        "SENDS_TO",
        &webhook(),
        &[],
        "HTTPS subscription to hooks.partner.example",
        unobservable(),
    )
    .ends(ActionClass::WriteData);
    vec![
        to_lookup(orders, "").kinds(&[PathKind::LambdaToLambda]).path(),
        to_lookup(states, "task state LookUpCustomer of the definition")
            .kinds(&[PathKind::Orchestrated])
            .path(),
        to_lookup(support, "action group customers")
            .kinds(&[PathKind::LambdaToLambda, PathKind::Agent])
            .out(EgressCategory::Llm)
            .path(),
        sends
            .kinds(&[PathKind::InternetEgress])
            .out(EgressCategory::Internet)
            .path(),
    ]
}

fn takeovers() -> Vec<AuthorityPath> {
    let admin = role(DATA_PROD, "platform-admin");
    let task = super::graph::task(SHOP_PROD, "checkout");
    let deputy = Chain::starting(urn::aws_service("config.amazonaws.com")).via(
        "ASSUMES",
        &role(DATA_PROD, "customer-data-reader"),
        &["sts:AssumeRole"],
        "no condition names the caller",
        unused(),
    );
    let pushed = Chain::of(build(), role(SHARED, "checkout-release-build"))
        .via(
            "PUSHES_IMAGE_TO",
            &repository(),
            &["ecr:PutImage"],
            "",
            observed(12, "2025-10-01T00:00:00Z", "2025-11-19T10:00:00Z"),
        )
        .via(
            "IMAGE_RUNS_IN",
            &task,
            &[],
            "the task definition names the tag latest",
            unobservable(),
        )
        .via("RUNS_AS", &role(SHOP_PROD, "checkout-task"), &[], "", unused())
        .reaches(
            secret(SHOP_PROD, "shop/payment-provider-Qw34Er"),
            ActionClass::ReadData,
            &["secretsmanager:GetSecretValue"],
            vec![allow(policy(SHOP_PROD, "shop-runtime"), 1, Some("ShopSecrets"))],
            unused(),
        )
        .sensitive(Sensitivity::Restricted);
    let escalated = Chain::of(
        function(SHOP_DEV, "report-builder"),
        role(SHOP_DEV, "report-builder-execution"),
    )
    .via(
        "ASSUMES",
        &role(SHOP_DEV, "deployer"),
        &["sts:AssumeRole"],
        "",
        unused(),
    )
    .via(
        "PASSES_ROLE",
        &role(SHARED, "release-pipeline"),
        &["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"],
        "route lambda-create-function: a new function runs under the passed role",
        unused(),
    )
    .via(
        "ESCALATES_TO",
        &admin,
        &["iam:UpdateAssumeRolePolicy"],
        "route update-assume-role-policy: it can let itself into the role",
        unused(),
    );
    let recoded = Chain::of(build(), role(SHARED, "checkout-release-build"))
        .via(
            "CHANGES_CODE_OF",
            &function(SHOP_PROD, "customer-lookup"),
            &["lambda:UpdateFunctionCode"],
            "",
            unused(),
        )
        .via(
            "RUNS_AS",
            &role(SHOP_PROD, "customer-lookup-execution"),
            &[],
            "",
            unused(),
        );
    vec![
        to_records(deputy).kinds(&[PathKind::ConfusedDeputy]).path(),
        pushed.kinds(&[PathKind::SupplyChain]).path(),
        to_records(escalated)
            .kinds(&[
                PathKind::AssumedChain,
                PathKind::TrustAmplification,
                PathKind::PrivilegeEscalation,
            ])
            .path(),
        to_records(recoded).kinds(&[PathKind::SupplyChain]).path(),
    ]
}

/// Every field that a path has beside names, filled by somebody who wants to run a script.
fn hostile() -> AuthorityPath {
    let chain = Chain::of(function(SHOP_DEV, HOSTILE_MARKUP), role(SHOP_DEV, HOSTILE_MARKUP))
        .via(
            HOSTILE_MARKUP,
            &role(SHOP_DEV, HOSTILE_DIRECTION),
            &[HOSTILE_MARKUP],
            &format!("{HOSTILE_MARKUP} {HOSTILE_DIRECTION} {}", hostile_length()),
            unused(),
        )
        .reaches(
            bucket(HOSTILE_MARKUP),
            ActionClass::ReadData,
            &[HOSTILE_MARKUP],
            vec![],
            unused(),
        )
        .classified(
            classified(HOSTILE_MARKUP, HOSTILE_DIRECTION),
            classified(HOSTILE_DIRECTION, HOSTILE_MARKUP),
        );
    AuthorityPath {
        sensitivity_rule: HOSTILE_MARKUP.to_owned(),
        ..chain.kinds(&[PathKind::Direct]).path()
    }
}
