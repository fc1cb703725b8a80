//! Routes that pass a role to a service and that neither source lists. Each names the AWS document that says how the service comes to use the role.

use sv0_model::decision::Caveat;

use super::{Call, PASS_ROLE, Route, Target, any, existing, gained, new, thing};

pub(super) const ROUTES: &[Route] = &[
    // A change set of type CREATE makes the stack when it is executed (CloudFormation API Reference, "CreateChangeSet", RoleARN).
    Route::new(
        "sv0:CLOUDFORMATION-001",
        &[],
        "can make a stack by a change set that works as",
        Target::Passed(CLOUDFORMATION),
        &[
            PASS,
            new("cloudformation:CreateChangeSet", STACK),
            new("cloudformation:ExecuteChangeSet", STACK),
        ],
    ),
    Route::new(
        "sv0:CLOUDFORMATION-002",
        &[],
        "can update a stack that then works as",
        Target::Passed(CLOUDFORMATION),
        &[
            PASS,
            existing("cloudformation:UpdateStack", "AWS::CloudFormation::Stack", STACK),
        ],
    ),
    // IAM Roles Anywhere User Guide, "Trust model": an anchor takes whatever bundle of certificates it is given, and may be enabled when it is made.
    Route::new(
        "sv0:ROLESANYWHERE-001",
        &[],
        "can trust a certificate authority of its own, whose certificates sign in as",
        Target::Passed(&["rolesanywhere.amazonaws.com"]),
        &[
            PASS,
            any("rolesanywhere:CreateTrustAnchor"),
            any("rolesanywhere:CreateProfile"),
        ],
    ),
    // AWS Transfer Family User Guide, "Create an IAM role and policy": the user's key comes with CreateUser.
    Route::new(
        "sv0:TRANSFER-001",
        &[],
        "can create a file server whose user reads and writes as",
        Target::Passed(TRANSFER),
        &[
            PASS,
            any("transfer:CreateServer"),
            new("transfer:CreateUser", TRANSFER_SERVER),
        ],
    ),
    // Only a server that keeps its users itself takes one.
    Route::new(
        "sv0:TRANSFER-002",
        &[],
        "can create a user of a known file server who reads and writes as",
        Target::Passed(TRANSFER),
        &[
            PASS,
            existing("transfer:CreateUser", "AWS::Transfer::Server", TRANSFER_SERVER),
        ],
    )
    .reserved(Caveat::UnresolvedResource),
    // AWS IoT Core Developer Guide, "Authorizing direct calls to AWS services using AWS IoT Core credential provider".
    Route::new(
        "sv0:IOT-001",
        &[],
        "can make a role alias and a certificate that gets credentials of",
        Target::Passed(&["credentials.iot.amazonaws.com"]),
        &[
            PASS,
            new("iot:CreateRoleAlias", ROLE_ALIAS),
            any("iot:CreateKeysAndCertificate"),
            new("iot:CreatePolicy", IOT_POLICY),
            new("iot:AttachPolicy", CERTIFICATE),
        ],
    ),
    // Amazon Bedrock AgentCore Developer Guide, "AgentCore Runtime versioning and endpoints": the DEFAULT endpoint comes with the runtime. Whether its author
    // needs the permissions to make endpoint and identity as well is not said in one voice.
    Route::new(
        "sv0:AGENTCORE-001",
        &[],
        "can run an agent of its own making that runs as",
        Target::Passed(AGENTCORE),
        &[
            PASS,
            any("bedrock-agentcore:CreateAgentRuntime"),
            new("bedrock-agentcore:InvokeAgentRuntime", RUNTIME),
        ],
    )
    .reserved(Caveat::UndocumentedRule),
    Route::new(
        "sv0:AGENTCORE-002",
        &[],
        "can run an agent of its own making that runs as",
        Target::Passed(AGENTCORE),
        &[
            PASS,
            any("bedrock-agentcore:CreateAgentRuntime"),
            new("bedrock-agentcore:CreateAgentRuntimeEndpoint", RUNTIME),
            new("bedrock-agentcore:CreateWorkloadIdentity", WORKLOAD_IDENTITY),
            new("bedrock-agentcore:InvokeAgentRuntime", RUNTIME),
        ],
    ),
    // Amazon MWAA User Guide, "Amazon MWAA execution role": the workflows are read from a bucket that the role can read, which is not looked at.
    Route::new(
        "sv0:AIRFLOW-001",
        &[],
        "can create an Airflow environment whose workflows run as",
        Target::Passed(&["airflow-env.amazonaws.com", "airflow.amazonaws.com"]),
        &[PASS, new("airflow:CreateEnvironment", ENVIRONMENT)],
    )
    .reserved(Caveat::UnresolvedResource),
    // Amazon GameLift Servers API Reference, "CreateBuild": the answer holds credentials to upload the build with.
    Route::new(
        "sv0:GAMELIFT-001",
        &[],
        "can run a build on a fleet that runs as",
        Target::Passed(GAMELIFT),
        &[PASS, any("gamelift:CreateBuild"), any("gamelift:CreateFleet")],
    ),
    Route::new(
        "sv0:GAMELIFT-002",
        &[],
        "can run a script on a fleet that runs as",
        Target::Passed(GAMELIFT),
        &[PASS, any("gamelift:CreateScript"), any("gamelift:CreateFleet")],
    ),
    // AWS Amplify Hosting User Guide, "Adding a service role": builds run as it, and the repository's author writes the build.
    Route::new(
        "sv0:AMPLIFY-001",
        &[],
        "can build an app that is built as",
        Target::Passed(AMPLIFY),
        &[
            PASS,
            new("amplify:CreateApp", AMPLIFY_APP),
            new("amplify:CreateBranch", AMPLIFY_BRANCH),
            new("amplify:StartJob", AMPLIFY_JOB),
        ],
    ),
    // Branches are made and built by themselves where the app says so (Amplify API Reference, "CreateApp", enableAutoBranchCreation).
    Route::new(
        "sv0:AMPLIFY-002",
        &[],
        "can create an app whose branches are built as",
        Target::Passed(AMPLIFY),
        &[PASS, new("amplify:CreateApp", AMPLIFY_APP)],
    )
    .reserved(Caveat::UndocumentedRule),
    // A pipe reads its source and calls its target as its role, and does nothing else with it (Amazon EventBridge User Guide, "Amazon EventBridge Pipes permissions").
    Route::new(
        "sv0:PIPES-001",
        &[],
        "can have a pipe read and call as",
        Target::Passed(&["pipes.amazonaws.com"]),
        &[PASS, new("pipes:CreatePipe", PIPE)],
    )
    .reserved(Caveat::UnresolvedResource),
    // A rule calls its targets as the role (Amazon EventBridge User Guide, "Using identity-based policies"); what it can call is fewer than what a schedule can.
    Route::new(
        "sv0:EVENTS-001",
        &[],
        "can have a rule call its targets as",
        Target::Passed(&["events.amazonaws.com"]),
        &[PASS, new("events:PutRule", RULE), new("events:PutTargets", RULE)],
    )
    .reserved(Caveat::UnresolvedResource),
    // Amazon EKS User Guide, "EKS Pod Identity". Who may start a pod of the service account is up to the cluster.
    Route::new(
        "sv0:EKS-002",
        &[],
        "can give pods of a cluster the role",
        Target::Passed(&["pods.eks.amazonaws.com"]),
        &[
            PASS,
            existing("eks:CreatePodIdentityAssociation", "AWS::EKS::Cluster", EKS_CLUSTER),
        ],
    )
    .reserved(Caveat::UnresolvedResource),
    // AWS DMS User Guide, "Using Amazon S3 as a source": the endpoint reads and writes buckets as the role.
    Route::new(
        "sv0:DMS-001",
        &[],
        "can move data between endpoints that are read and written as",
        Target::Passed(&["dms.amazonaws.com"]),
        &[
            PASS,
            any("dms:CreateEndpoint"),
            any("dms:CreateReplicationTask"),
            any("dms:StartReplicationTask"),
        ],
    )
    .reserved(Caveat::UnresolvedResource),
    // AWS Lambda API Reference, "UpdateFunctionConfiguration": role, layers and environment change together, and layers and environment bring code.
    Route::new(
        "sv0:LAMBDA-001",
        &[],
        "can give a function code in a layer and another role, that is",
        Target::Passed(&["lambda.amazonaws.com"]),
        &[
            PASS,
            existing("lambda:UpdateFunctionConfiguration", "AWS::Lambda::Function", FUNCTION),
            existing("lambda:InvokeFunction", "AWS::Lambda::Function", FUNCTION),
        ],
    ),
    // Which code a runtime takes from layers or its environment is not looked at.
    Route::new(
        "sv0:LAMBDA-002",
        &[],
        "can add code in a layer to a function that runs as",
        Target::RunningIn(&["AWS::Lambda::Function"]),
        &[thing("lambda:UpdateFunctionConfiguration")],
    )
    .reserved(Caveat::UnresolvedResource),
    // AWS Step Functions API Reference, "UpdateStateMachine": definition and role change together.
    Route::new(
        "sv0:STEPFUNCTIONS-001",
        &[],
        "can rewrite and start a state machine that then runs as",
        Target::Passed(&["states.amazonaws.com"]),
        &[
            PASS,
            existing(
                "states:UpdateStateMachine",
                "AWS::StepFunctions::StateMachine",
                STATE_MACHINE,
            ),
            existing(
                "states:StartExecution",
                "AWS::StepFunctions::StateMachine",
                STATE_MACHINE,
            ),
        ],
    ),
];

const PASS: Call = gained(PASS_ROLE);

const AGENTCORE: &[&str] = &["bedrock-agentcore.amazonaws.com"];
const AMPLIFY: &[&str] = &["amplify.amazonaws.com"];
const CLOUDFORMATION: &[&str] = &["cloudformation.amazonaws.com"];
const GAMELIFT: &[&str] = &["gamelift.amazonaws.com"];
const TRANSFER: &[&str] = &["transfer.amazonaws.com"];

const STACK: &str = "arn:{partition}:cloudformation:{region}:{account}:stack/*";
const TRANSFER_SERVER: &str = "arn:{partition}:transfer:{region}:{account}:server/*";
const ROLE_ALIAS: &str = "arn:{partition}:iot:{region}:{account}:rolealias/*";
const IOT_POLICY: &str = "arn:{partition}:iot:{region}:{account}:policy/*";
const CERTIFICATE: &str = "arn:{partition}:iot:{region}:{account}:cert/*";
const RUNTIME: &str = "arn:{partition}:bedrock-agentcore:{region}:{account}:runtime/*";
const WORKLOAD_IDENTITY: &str = "arn:{partition}:bedrock-agentcore:{region}:{account}:workload-identity-directory/*";
const ENVIRONMENT: &str = "arn:{partition}:airflow:{region}:{account}:environment/*";
const AMPLIFY_APP: &str = "arn:{partition}:amplify:{region}:{account}:apps/*";
const AMPLIFY_BRANCH: &str = "arn:{partition}:amplify:{region}:{account}:apps/*/branches/*";
const AMPLIFY_JOB: &str = "arn:{partition}:amplify:{region}:{account}:apps/*/branches/*/jobs/*";
const PIPE: &str = "arn:{partition}:pipes:{region}:{account}:pipe/*";
const RULE: &str = "arn:{partition}:events:{region}:{account}:rule/*";
const EKS_CLUSTER: &str = "arn:{partition}:eks:{region}:{account}:cluster/*";
const FUNCTION: &str = "arn:{partition}:lambda:{region}:{account}:function:*";
const STATE_MACHINE: &str = "arn:{partition}:states:{region}:{account}:stateMachine:*";
