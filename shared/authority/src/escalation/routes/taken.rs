//! Routes over something that exists and runs as a role: its code is replaced, a session is opened on it, it is made to run something.

use sv0_model::decision::Caveat;

use super::{Route, Target, any, beside, existing, new, thing};

const FUNCTION: &[&str] = &["AWS::Lambda::Function"];
const INSTANCE: &[&str] = &["AWS::EC2::Instance"];
const STACK: &[&str] = &["AWS::CloudFormation::Stack"];
const PROJECT: &[&str] = &["AWS::CodeBuild::Project"];
const NOTEBOOK: &[&str] = &["AWS::SageMaker::NotebookInstance"];
const INTERPRETER: &[&str] = &[
    "AWS::BedrockAgentCore::CodeInterpreterCustom",
    "AWS::BedrockAgentCore::CodeInterpreter",
];
const BROWSER: &[&str] = &["AWS::BedrockAgentCore::BrowserCustom", "AWS::BedrockAgentCore::Browser"];

const UPDATE_CODE: super::Call = thing("lambda:UpdateFunctionCode");

pub(super) const ROUTES: &[Route] = &[
    // A function that nothing invokes is invoked by the next event, schedule or caller: what it needs stands in lambda-004 and lambda-005.
    Route::new(
        "lambda-003",
        &["lambda:UpdateFunctionCode"],
        "can replace the code of a function that runs as",
        Target::RunningIn(FUNCTION),
        &[UPDATE_CODE],
    ),
    Route::new(
        "lambda-004",
        &["UpdateFunctionCode+InvokeFunction"],
        "can replace the code of and invoke a function that runs as",
        Target::RunningIn(FUNCTION),
        &[UPDATE_CODE, thing("lambda:InvokeFunction")],
    ),
    Route::new(
        "lambda-005",
        &["UpdateFunctionCode+AddPermission"],
        "can replace the code of and open a function that runs as",
        Target::RunningIn(FUNCTION),
        &[UPDATE_CODE, thing("lambda:AddPermission")],
    ),
    // A layer's code runs inside the function (AWS Lambda Developer Guide, "Managing Lambda dependencies with layers").
    Route::new(
        "prowler:lambda:UpdateFunctionConfiguration",
        &["lambda:UpdateFunctionConfiguration"],
        "can put a layer into a function that runs as",
        Target::RunningIn(FUNCTION),
        &[thing("lambda:UpdateFunctionConfiguration")],
    ),
    Route::new(
        "ssm-002",
        &["SSMSendCommand"],
        "can run commands on an instance that runs as",
        Target::RunningIn(INSTANCE),
        &[thing("ssm:SendCommand")],
    ),
    Route::new(
        "ssm-001",
        &["SSMStartSession"],
        "can open a session on an instance that runs as",
        Target::RunningIn(INSTANCE),
        &[thing("ssm:StartSession")],
    ),
    Route::new(
        "ec2instanceconnect-003",
        &["EC2InstanceConnect+SendSSHPublicKey"],
        "can push an SSH key to an instance that runs as",
        Target::RunningIn(INSTANCE),
        &[thing("ec2-instance-connect:SendSSHPublicKey")],
    ),
    Route::new(
        "ec2-002",
        &["EC2ModifyInstanceAttribute"],
        "can rewrite the user data of and restart an instance that runs as",
        Target::RunningIn(INSTANCE),
        &[
            thing("ec2:ModifyInstanceAttribute"),
            thing("ec2:StopInstances"),
            thing("ec2:StartInstances"),
        ],
    ),
    Route::new(
        "ec2-004",
        &["EC2ModifyLaunchTemplate"],
        "can rewrite the launch template of instances that run as",
        Target::RunningIn(&["AWS::EC2::LaunchTemplate", "AWS::AutoScaling::AutoScalingGroup"]),
        &[
            beside("ec2:CreateLaunchTemplateVersion", LAUNCH_TEMPLATE),
            beside("ec2:ModifyLaunchTemplate", LAUNCH_TEMPLATE),
        ],
    ),
    // Which instances a deployment group takes in, and whether they run the agent, is not read.
    Route::new(
        "prowler:CODEDEPLOY-001",
        &["CodeDeployCreateDeployment"],
        "can deploy code to instances that may run as",
        Target::RunningIn(INSTANCE),
        &[
            beside(
                "codedeploy:CreateDeployment",
                "arn:{partition}:codedeploy:{region}:{account}:deploymentgroup:*/*",
            ),
            beside(
                "codedeploy:RegisterApplicationRevision",
                "arn:{partition}:codedeploy:{region}:{account}:application:*",
            ),
        ],
    )
    .reserved(Caveat::UnresolvedResource),
    Route::new(
        "cloudformation-002",
        &["CloudFormationUpdateStack"],
        "can update a stack that works as",
        Target::RunningIn(STACK),
        &[thing("cloudformation:UpdateStack")],
    ),
    Route::new(
        "cloudformation-005",
        &["CloudFormationChangeSet"],
        "can change a stack that works as",
        Target::RunningIn(STACK),
        &[
            thing("cloudformation:CreateChangeSet"),
            thing("cloudformation:ExecuteChangeSet"),
        ],
    ),
    Route::new(
        "codebuild-002",
        &["CodeBuildStartBuild"],
        "can start a build of its own making in a project that runs as",
        Target::RunningIn(PROJECT),
        &[thing("codebuild:StartBuild")],
    ),
    Route::new(
        "codebuild-003",
        &["CodeBuildStartBuildBatch"],
        "can start a batch of builds of its own making in a project that runs as",
        Target::RunningIn(PROJECT),
        &[thing("codebuild:StartBuildBatch")],
    ),
    Route::new(
        "glue-002",
        &["GlueUpdateDevEndpoint"],
        "can push an SSH key to a Glue development endpoint that runs as",
        Target::RunningIn(&["AWS::Glue::DevEndpoint"]),
        &[thing("glue:UpdateDevEndpoint")],
    ),
    Route::new(
        "sagemaker-004",
        &["SageMakerCreatePresignedNotebookInstanceUrl"],
        "can open a notebook that runs as",
        Target::RunningIn(NOTEBOOK),
        &[thing("sagemaker:CreatePresignedNotebookInstanceUrl")],
    ),
    Route::new(
        "sagemaker-005",
        &["SageMakerNotebookLifecycleConfig"],
        "can rewrite what starts with a notebook that runs as",
        Target::RunningIn(NOTEBOOK),
        &[
            new(
                "sagemaker:CreateNotebookInstanceLifecycleConfig",
                "arn:{partition}:sagemaker:{region}:{account}:notebook-instance-lifecycle-config/*",
            ),
            thing("sagemaker:StopNotebookInstance"),
            thing("sagemaker:UpdateNotebookInstance"),
            thing("sagemaker:StartNotebookInstance"),
        ],
    ),
    Route::new(
        "apprunner-002",
        &["AppRunnerUpdateService"],
        "can replace the image or the start command of a service that runs as",
        Target::RunningIn(&["AWS::AppRunner::Service"]),
        &[thing("apprunner:UpdateService")],
    ),
    Route::new(
        "bedrock-002",
        &["AgentCoreSessionInvoke"],
        "can run code in a code interpreter that runs as",
        Target::RunningIn(INTERPRETER),
        &[
            thing("bedrock-agentcore:StartCodeInterpreterSession"),
            thing("bedrock-agentcore:InvokeCodeInterpreter"),
        ],
    ),
    Route::new(
        "prowler:AgentCoreInvokeRuntimeCommand",
        &["AgentCoreInvokeRuntimeCommand"],
        "can run commands in an agent runtime that runs as",
        Target::RunningIn(&["AWS::BedrockAgentCore::Runtime"]),
        &[thing("bedrock-agentcore:InvokeAgentRuntimeCommand")],
    ),
    Route::new(
        "prowler:AgentCoreBrowserSessionConnect",
        &["AgentCoreBrowserSessionConnect"],
        "can steer a browser that runs as",
        Target::RunningIn(BROWSER),
        &[
            thing("bedrock-agentcore:StartBrowserSession"),
            any("bedrock-agentcore:ConnectBrowserAutomationStream"),
        ],
    ),
    Route::new(
        "prowler:ECS+ExecuteCommand",
        &["ECS+ExecuteCommand"],
        "can run commands in a task that runs as",
        Target::RunningIn(&["AWS::ECS::Service", "AWS::ECS::TaskDefinition"]),
        &[beside(
            "ecs:ExecuteCommand",
            "arn:{partition}:ecs:{region}:{account}:task/*/*",
        )],
    ),
    // The command is overridden in the request (AWS Batch API Reference, "SubmitJob").
    Route::new(
        "prowler:BatchSubmitJob",
        &["BatchSubmitJob"],
        "can submit a job with a command of its own under",
        Target::RunningIn(&["AWS::Batch::JobDefinition"]),
        &[
            thing("batch:SubmitJob"),
            existing(
                "batch:SubmitJob",
                "AWS::Batch::JobQueue",
                "arn:{partition}:batch:{region}:{account}:job-queue/*",
            ),
        ],
    ),
    // Whoever administers a cluster starts pods under any of its service accounts (Amazon EKS User Guide, "Grant IAM users access to Kubernetes with EKS access
    // entries"; `AmazonEKSClusterAdminPolicy`).
    Route::new(
        "sv0:EKS-001",
        &["EKSCreateAccessEntry+AssociateAccessPolicy"],
        "can make itself administrator of a cluster whose pods run as",
        Target::RunningIn(&["AWS::EKS::Cluster"]),
        &[
            thing("eks:CreateAccessEntry"),
            beside(
                "eks:AssociateAccessPolicy",
                "arn:{partition}:eks:{region}:{account}:access-entry/*",
            ),
        ],
    ),
    Route::new(
        "prowler:STEPFUNCTIONS-002",
        &["StepFunctionsUpdateStateMachine+StartExecution"],
        "can rewrite and start a state machine that runs as",
        Target::RunningIn(&["AWS::StepFunctions::StateMachine"]),
        &[thing("states:UpdateStateMachine"), thing("states:StartExecution")],
    ),
];

const LAUNCH_TEMPLATE: &str = "arn:{partition}:ec2:{region}:{account}:launch-template/*";
