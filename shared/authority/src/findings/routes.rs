//! Known ways from less authority to more, as data.
//!
//! Sources: Datadog Security Labs, pathfinding.cloud (Apache-2.0), whose ids stand beside the rows; AWS, Service Authorization Reference.

/// An action with which a principal raises its own authority.
pub(crate) struct SelfRoute {
    pub action: &'static str,
    pub on: SelfTarget,
    pub words: &'static str,
}

/// What a principal acts on to raise itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SelfTarget {
    /// Itself, if it is a role.
    OwnRole,
    /// Itself, if it is a user.
    OwnUser,
    /// A group that it is in.
    OwnGroup,
    /// A customer managed policy that it holds.
    HeldPolicy,
}

pub(crate) const SELF_ROUTES: &[SelfRoute] = &[
    self_route(
        "iam:PutRolePolicy",
        SelfTarget::OwnRole,
        "can write itself an inline policy",
    ), // iam-005
    self_route(
        "iam:AttachRolePolicy",
        SelfTarget::OwnRole,
        "can attach itself a managed policy",
    ), // iam-009
    self_route(
        "iam:PutUserPolicy",
        SelfTarget::OwnUser,
        "can write itself an inline policy",
    ), // iam-007
    self_route(
        "iam:AttachUserPolicy",
        SelfTarget::OwnUser,
        "can attach itself a managed policy",
    ), // iam-008
    self_route(
        "iam:PutGroupPolicy",
        SelfTarget::OwnGroup,
        "can write its group an inline policy",
    ), // iam-011
    self_route(
        "iam:AttachGroupPolicy",
        SelfTarget::OwnGroup,
        "can attach its group a managed policy",
    ), // iam-010
    self_route(
        "iam:CreatePolicyVersion",
        SelfTarget::HeldPolicy,
        "can rewrite a policy that it holds",
    ), // iam-001
];

const fn self_route(action: &'static str, on: SelfTarget, words: &'static str) -> SelfRoute {
    SelfRoute { action, on, words }
}

/// Actions with which a principal takes over a role that it may then assume, a user, or a workload.
pub(crate) struct TakeoverRoute {
    pub action: &'static str,
    pub on: TakeoverTarget,
    pub words: &'static str,
}

/// What a principal acts on to gain the authority of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TakeoverTarget {
    Role,
    User,
    /// A Lambda function that runs as the other.
    Function,
    /// An EC2 instance that runs as the other.
    Instance,
}

pub(crate) const TAKEOVER_ROUTES: &[TakeoverRoute] = &[
    takeover("sts:AssumeRole", TakeoverTarget::Role, "can assume"), // sts-001
    takeover(
        "iam:UpdateAssumeRolePolicy",
        TakeoverTarget::Role,
        "can rewrite the trust policy of",
    ), // iam-012
    takeover(
        "iam:CreateAccessKey",
        TakeoverTarget::User,
        "can create access keys for",
    ), // iam-002
    takeover("iam:CreateLoginProfile", TakeoverTarget::User, "can set a password for"), // iam-004
    takeover(
        "iam:UpdateLoginProfile",
        TakeoverTarget::User,
        "can change the password of",
    ), // iam-006
    takeover(
        "lambda:UpdateFunctionCode",
        TakeoverTarget::Function,
        "can replace the code of a function that runs as",
    ), // lambda-003
    takeover(
        "ssm:SendCommand",
        TakeoverTarget::Instance,
        "can run commands on an instance that runs as",
    ), // ssm-002
    takeover(
        "ssm:StartSession",
        TakeoverTarget::Instance,
        "can open a session on an instance that runs as",
    ), // ssm-001
];

const fn takeover(action: &'static str, on: TakeoverTarget, words: &'static str) -> TakeoverRoute {
    TakeoverRoute { action, on, words }
}

/// A service that can be made to run something under a role that is passed to it.
pub(crate) struct PassRoute {
    /// The service that assumes the role.
    pub service: &'static str,
    /// Actions that are all needed, with the resources they are called on; `{}` stands for partition, Region and account.
    pub actions: &'static [(&'static str, &'static str)],
    pub words: &'static str,
}

pub(crate) const PASS_ROUTES: &[PassRoute] = &[
    // lambda-001
    pass(
        "lambda.amazonaws.com",
        &[
            (
                "lambda:CreateFunction",
                "arn:{partition}:lambda:{region}:{account}:function:sv0-any",
            ),
            (
                "lambda:InvokeFunction",
                "arn:{partition}:lambda:{region}:{account}:function:sv0-any",
            ),
        ],
        "can create and invoke a Lambda function that runs as",
    ),
    // ec2-001
    pass(
        "ec2.amazonaws.com",
        &[("ec2:RunInstances", "arn:{partition}:ec2:{region}:{account}:instance/*")],
        "can start an EC2 instance that runs as",
    ),
    // ecs-004
    pass(
        "ecs-tasks.amazonaws.com",
        &[
            ("ecs:RegisterTaskDefinition", "*"),
            (
                "ecs:RunTask",
                "arn:{partition}:ecs:{region}:{account}:task-definition/sv0-any:1",
            ),
        ],
        "can start an ECS task that runs as",
    ),
    // cloudformation-001
    pass(
        "cloudformation.amazonaws.com",
        &[(
            "cloudformation:CreateStack",
            "arn:{partition}:cloudformation:{region}:{account}:stack/sv0-any/*",
        )],
        "can create a stack under",
    ),
    // codebuild-001
    pass(
        "codebuild.amazonaws.com",
        &[
            (
                "codebuild:CreateProject",
                "arn:{partition}:codebuild:{region}:{account}:project/sv0-any",
            ),
            (
                "codebuild:StartBuild",
                "arn:{partition}:codebuild:{region}:{account}:project/sv0-any",
            ),
        ],
        "can run a build that runs as",
    ),
    // glue-003
    pass(
        "glue.amazonaws.com",
        &[
            ("glue:CreateJob", "arn:{partition}:glue:{region}:{account}:job/sv0-any"),
            (
                "glue:StartJobRun",
                "arn:{partition}:glue:{region}:{account}:job/sv0-any",
            ),
        ],
        "can run a Glue job that runs as",
    ),
    // sagemaker-001
    pass(
        "sagemaker.amazonaws.com",
        &[
            (
                "sagemaker:CreateNotebookInstance",
                "arn:{partition}:sagemaker:{region}:{account}:notebook-instance/sv0-any",
            ),
            (
                "sagemaker:CreatePresignedNotebookInstanceUrl",
                "arn:{partition}:sagemaker:{region}:{account}:notebook-instance/sv0-any",
            ),
        ],
        "can open a notebook that runs as",
    ),
];

const fn pass(
    service: &'static str,
    actions: &'static [(&'static str, &'static str)],
    words: &'static str,
) -> PassRoute {
    PassRoute {
        service,
        actions,
        words,
    }
}

/// Every action of every route.
pub(crate) fn all_actions() -> impl Iterator<Item = &'static str> {
    let own = SELF_ROUTES.iter().map(|route| route.action);
    let others = TAKEOVER_ROUTES.iter().map(|route| route.action);
    let passed = PASS_ROUTES
        .iter()
        .flat_map(|route| route.actions)
        .map(|(action, _)| *action);
    own.chain(others).chain(passed).chain([PASS_ROLE, ADD_TO_GROUP])
}

/// Actions that raise a role which the principal can then assume: iam-014, iam-017.
pub(crate) const RAISING_ACTIONS: [&str; 2] = ["iam:PutRolePolicy", "iam:AttachRolePolicy"];

/// Leads from principal to role.
pub(crate) const ASSUME_ROLE: &str = "sts:AssumeRole";

/// Hands a role to a service.
pub(crate) const PASS_ROLE: &str = "iam:PassRole";

/// Puts a user into a group.
pub(crate) const ADD_TO_GROUP: &str = "iam:AddUserToGroup";
