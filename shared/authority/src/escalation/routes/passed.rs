//! Routes that pass a role to a service and make it run something under that role.
//!
//! The service has to be one that the role trusts, and `iam:PassRole` has to be allowed for it (`iam:PassedToService`).

use sv0_model::decision::Caveat;

use super::{Call, PASS_ROLE, Route, Target, any, existing, gained, new};

pub(super) const ROUTES: &[Route] = &[
    Route::new(
        "lambda-001",
        &["PassRole+CreateLambda+Invoke"],
        "can create and invoke a Lambda function that runs as",
        Target::Passed(&["lambda.amazonaws.com"]),
        &[
            PASS,
            new("lambda:CreateFunction", FUNCTION),
            new("lambda:InvokeFunction", FUNCTION),
        ],
    ),
    Route::new(
        "lambda-006",
        &["PassRole+CreateLambda+AddPermission"],
        "can create a Lambda function and open it to a caller that runs as",
        Target::Passed(&["lambda.amazonaws.com"]),
        &[
            PASS,
            new("lambda:CreateFunction", FUNCTION),
            new("lambda:AddPermission", FUNCTION),
        ],
    ),
    Route::new(
        "lambda-002",
        &[
            "PassRole+CreateLambda+ExistingDynamo",
            "PassRole+CreateLambda+NewDynamo",
        ],
        "can create a Lambda function and feed it events that runs as",
        Target::Passed(&["lambda.amazonaws.com"]),
        &[
            PASS,
            new("lambda:CreateFunction", FUNCTION),
            any("lambda:CreateEventSourceMapping"),
        ],
    ),
    Route::new(
        "ec2-001",
        &["PassRole+EC2"],
        "can start an EC2 instance that runs as",
        Target::Passed(EC2),
        &[PASS, new("ec2:RunInstances", INSTANCE)],
    ),
    Route::new(
        "ec2-003",
        &["PassRole+EC2SpotInstances"],
        "can request a spot instance that runs as",
        Target::Passed(EC2),
        &[PASS, new("ec2:RequestSpotInstances", SPOT)],
    ),
    Route::new(
        "prowler:PassRole+CreateAutoScaling",
        &["PassRole+CreateAutoScaling"],
        "can create an Auto Scaling group of instances that run as",
        Target::Passed(EC2),
        &[
            PASS,
            new("autoscaling:CreateLaunchConfiguration", LAUNCH_CONFIGURATION),
            new("autoscaling:CreateAutoScalingGroup", SCALING_GROUP),
        ],
    ),
    Route::new(
        "prowler:PassRole+UpdateAutoScaling",
        &["PassRole+UpdateAutoScaling"],
        "can give an Auto Scaling group instances that run as",
        Target::Passed(EC2),
        &[
            PASS,
            new("autoscaling:CreateLaunchConfiguration", LAUNCH_CONFIGURATION),
            existing(
                "autoscaling:UpdateAutoScalingGroup",
                "AWS::AutoScaling::AutoScalingGroup",
                SCALING_GROUP,
            ),
        ],
    ),
    Route::new(
        "ecs-004",
        &["PassRole+ECS+RegisterTaskDef+RunTask"],
        "can start an ECS task that runs as",
        Target::Passed(&["ecs-tasks.amazonaws.com"]),
        &[
            PASS,
            new("ecs:RegisterTaskDefinition", TASK_DEFINITION),
            new("ecs:RunTask", TASK_DEFINITION),
        ],
    ),
    Route::new(
        "ecs-003",
        &["PassRole+ECS+RegisterTaskDef+CreateService"],
        "can create an ECS service that runs as",
        Target::Passed(&["ecs-tasks.amazonaws.com"]),
        &[
            PASS,
            new("ecs:RegisterTaskDefinition", TASK_DEFINITION),
            new("ecs:CreateService", SERVICE),
        ],
    ),
    Route::new(
        "ecs-005",
        &["PassRole+ECS+RegisterTaskDef+StartTask"],
        "can start an ECS task on a container instance that runs as",
        Target::Passed(&["ecs-tasks.amazonaws.com"]),
        &[
            PASS,
            new("ecs:RegisterTaskDefinition", TASK_DEFINITION),
            new("ecs:StartTask", TASK_DEFINITION),
        ],
    ),
    Route::new(
        "ecs-001",
        &[],
        "can create an ECS cluster and a service in it that runs as",
        Target::Passed(&["ecs-tasks.amazonaws.com"]),
        &[
            PASS,
            new("ecs:CreateCluster", CLUSTER),
            new("ecs:RegisterTaskDefinition", TASK_DEFINITION),
            new("ecs:CreateService", SERVICE),
        ],
    ),
    Route::new(
        "ecs-002",
        &[],
        "can create an ECS cluster and start a task in it that runs as",
        Target::Passed(&["ecs-tasks.amazonaws.com"]),
        &[
            PASS,
            new("ecs:CreateCluster", CLUSTER),
            new("ecs:RegisterTaskDefinition", TASK_DEFINITION),
            new("ecs:RunTask", TASK_DEFINITION),
        ],
    ),
    Route::new(
        "prowler:PassRole+ECS+RunTask",
        &["PassRole+ECS+RunTask"],
        "can start a known ECS task under another role, that is",
        Target::Passed(&["ecs-tasks.amazonaws.com"]),
        &[
            PASS,
            existing("ecs:RunTask", "AWS::ECS::TaskDefinition", TASK_DEFINITION),
        ],
    ),
    Route::new(
        "prowler:ECS-009",
        &["PassRole+ECSStartTaskExistingCluster"],
        "can start a known ECS task on a container instance under another role, that is",
        Target::Passed(&["ecs-tasks.amazonaws.com"]),
        &[
            PASS,
            existing("ecs:StartTask", "AWS::ECS::TaskDefinition", TASK_DEFINITION),
        ],
    ),
    Route::new(
        "prowler:PassRole+ECS+StartTask",
        &["PassRole+ECS+StartTask"],
        "can start a known ECS task on a container instance of its own under",
        Target::Passed(&["ecs-tasks.amazonaws.com"]),
        &[
            PASS,
            existing("ecs:RegisterContainerInstance", "AWS::ECS::Cluster", CLUSTER),
            existing("ecs:DeregisterContainerInstance", "AWS::ECS::Cluster", CLUSTER),
            existing("ecs:StartTask", "AWS::ECS::TaskDefinition", TASK_DEFINITION),
        ],
    ),
    Route::new(
        "cloudformation-001",
        &["PassRole+CloudFormationCreateStack"],
        "can create a stack that works as",
        Target::Passed(&["cloudformation.amazonaws.com"]),
        &[PASS, new("cloudformation:CreateStack", STACK)],
    ),
    Route::new(
        "cloudformation-003",
        &["PassRole+CloudFormationCreateStackSet"],
        "can create a stack set that is administered as",
        Target::Passed(&["cloudformation.amazonaws.com"]),
        &[
            PASS,
            any("cloudformation:CreateStackSet"),
            new("cloudformation:CreateStackInstances", STACK_SET),
        ],
    ),
    Route::new(
        "cloudformation-004",
        &["PassRole+CloudFormationUpdateStackSet"],
        "can update a stack set that is administered as",
        Target::Passed(&["cloudformation.amazonaws.com"]),
        &[
            PASS,
            existing(
                "cloudformation:UpdateStackSet",
                "AWS::CloudFormation::StackSet",
                STACK_SET,
            ),
        ],
    ),
    Route::new(
        "codebuild-001",
        &["PassRole+CodeBuildCreateProject+StartBuild"],
        "can run a build that runs as",
        Target::Passed(&["codebuild.amazonaws.com"]),
        &[
            PASS,
            new("codebuild:CreateProject", PROJECT),
            new("codebuild:StartBuild", PROJECT),
        ],
    ),
    Route::new(
        "codebuild-004",
        &["PassRole+CodeBuildCreateProject+StartBuildBatch"],
        "can run a batch of builds that runs as",
        Target::Passed(&["codebuild.amazonaws.com"]),
        &[
            PASS,
            new("codebuild:CreateProject", PROJECT),
            new("codebuild:StartBuildBatch", PROJECT),
        ],
    ),
    Route::new(
        "glue-003",
        &["PassRole+GlueCreateJob+StartJobRun"],
        "can create and start a Glue job that runs as",
        Target::Passed(&["glue.amazonaws.com"]),
        &[PASS, new("glue:CreateJob", JOB), new("glue:StartJobRun", JOB)],
    ),
    Route::new(
        "glue-004",
        &["PassRole+GlueCreateJob+CreateTrigger"],
        "can create and schedule a Glue job that runs as",
        Target::Passed(&["glue.amazonaws.com"]),
        &[PASS, new("glue:CreateJob", JOB), new("glue:CreateTrigger", TRIGGER)],
    ),
    Route::new(
        "glue-005",
        &["PassRole+GlueUpdateJob+StartJobRun"],
        "can rewrite and start a Glue job that then runs as",
        Target::Passed(&["glue.amazonaws.com"]),
        &[
            PASS,
            existing("glue:UpdateJob", "AWS::Glue::Job", JOB),
            existing("glue:StartJobRun", "AWS::Glue::Job", JOB),
        ],
    ),
    Route::new(
        "glue-006",
        &["PassRole+GlueUpdateJob+CreateTrigger"],
        "can rewrite and schedule a Glue job that then runs as",
        Target::Passed(&["glue.amazonaws.com"]),
        &[
            PASS,
            existing("glue:UpdateJob", "AWS::Glue::Job", JOB),
            new("glue:CreateTrigger", TRIGGER),
        ],
    ),
    Route::new(
        "glue-001",
        &["PassRole+GlueCreateDevEndpoint"],
        "can create a Glue development endpoint that runs as",
        Target::Passed(&["glue.amazonaws.com"]),
        &[PASS, any("glue:CreateDevEndpoint")],
    ),
    Route::new(
        "prowler:GLUE-007",
        &["PassRole+GlueCreateSession+RunStatement"],
        "can run statements in a Glue session that runs as",
        Target::Passed(&["glue.amazonaws.com"]),
        &[
            PASS,
            new("glue:CreateSession", SESSION),
            new("glue:RunStatement", SESSION),
        ],
    ),
    Route::new(
        "sagemaker-001",
        &["PassRole+SageMakerCreateNotebookInstance"],
        "can create a notebook that runs as",
        Target::Passed(&["sagemaker.amazonaws.com"]),
        &[PASS, new("sagemaker:CreateNotebookInstance", NOTEBOOK)],
    ),
    Route::new(
        "sagemaker-002",
        &["PassRole+SageMakerCreateTrainingJob"],
        "can run a training job that runs as",
        Target::Passed(&["sagemaker.amazonaws.com"]),
        &[PASS, new("sagemaker:CreateTrainingJob", TRAINING)],
    ),
    Route::new(
        "sagemaker-003",
        &["PassRole+SageMakerCreateProcessingJob"],
        "can run a processing job that runs as",
        Target::Passed(&["sagemaker.amazonaws.com"]),
        &[PASS, new("sagemaker:CreateProcessingJob", PROCESSING)],
    ),
    Route::new(
        "apprunner-001",
        &["PassRole+AppRunnerCreateService"],
        "can create an App Runner service that runs as",
        Target::Passed(&["tasks.apprunner.amazonaws.com"]),
        &[PASS, new("apprunner:CreateService", APP)],
    ),
    // An agent uses its role for what Bedrock does for it: models, knowledge bases, schemas in buckets. A function of an action group runs under its own role.
    // So not all of the passed role is gained (Amazon Bedrock User Guide, "Create a service role for Amazon Bedrock Agents").
    Route::new(
        "sv0:BEDROCK-001",
        &["PassRole+BedrockCreateAgent+InvokeAgent"],
        "can have a new Bedrock agent act as",
        Target::Passed(&["bedrock.amazonaws.com"]),
        &[
            PASS,
            any("bedrock:CreateAgent"),
            new("bedrock:PrepareAgent", AGENT),
            new("bedrock:InvokeAgent", AGENT_ALIAS),
        ],
    )
    .reserved(Caveat::UnresolvedResource),
    Route::new(
        "sv0:BEDROCK-002",
        &["PassRole+BedrockUpdateAgent+InvokeAgent"],
        "can rewrite a Bedrock agent and have it act as",
        Target::Passed(&["bedrock.amazonaws.com"]),
        &[
            PASS,
            existing("bedrock:UpdateAgent", "AWS::Bedrock::Agent", AGENT),
            existing("bedrock:PrepareAgent", "AWS::Bedrock::Agent", AGENT),
            new("bedrock:InvokeAgent", AGENT_ALIAS),
        ],
    )
    .reserved(Caveat::UnresolvedResource),
    Route::new(
        "bedrock-001",
        &["PassRole+AgentCoreCreateInterpreter+InvokeInterpreter"],
        "can run code in a new code interpreter that runs as",
        Target::Passed(&["bedrock-agentcore.amazonaws.com"]),
        &[
            PASS,
            any("bedrock-agentcore:CreateCodeInterpreter"),
            new("bedrock-agentcore:StartCodeInterpreterSession", INTERPRETER),
            new("bedrock-agentcore:InvokeCodeInterpreter", INTERPRETER),
        ],
    ),
    Route::new(
        "prowler:PassRole+AgentCoreCreateRuntime",
        &["PassRole+AgentCoreCreateRuntime+InvokeRuntimeCommand"],
        "can run commands in a new agent runtime that runs as",
        Target::Passed(&["bedrock-agentcore.amazonaws.com"]),
        &[
            PASS,
            any("bedrock-agentcore:CreateAgentRuntime"),
            new("bedrock-agentcore:CreateAgentRuntimeEndpoint", RUNTIME),
            new("bedrock-agentcore:CreateWorkloadIdentity", WORKLOAD_IDENTITY),
            new("bedrock-agentcore:InvokeAgentRuntimeCommand", RUNTIME),
        ],
    ),
    Route::new(
        "prowler:PassRole+AgentCoreCreateHarness",
        &["PassRole+AgentCoreCreateHarness+InvokeRuntimeCommand"],
        "can run commands in a new agent harness that runs as",
        Target::Passed(&["bedrock-agentcore.amazonaws.com"]),
        &[
            PASS,
            any("bedrock-agentcore:CreateHarness"),
            any("bedrock-agentcore:CreateAgentRuntime"),
            new("bedrock-agentcore:CreateAgentRuntimeEndpoint", RUNTIME),
            new("bedrock-agentcore:CreateWorkloadIdentity", WORKLOAD_IDENTITY),
            new("bedrock-agentcore:InvokeAgentRuntimeCommand", RUNTIME),
        ],
    ),
    Route::new(
        "prowler:PassRole+AgentCoreCreateBrowser",
        &["PassRole+AgentCoreCreateBrowser+ConnectBrowser"],
        "can steer a new browser that runs as",
        Target::Passed(&["bedrock-agentcore.amazonaws.com"]),
        &[
            PASS,
            any("bedrock-agentcore:CreateBrowser"),
            new("bedrock-agentcore:StartBrowserSession", BROWSER),
            any("bedrock-agentcore:ConnectBrowserAutomationStream"),
        ],
    ),
    Route::new(
        "prowler:BATCH-001",
        &["PassRole+BatchRegisterJobDef+SubmitJob"],
        "can submit a job of its own making that runs as",
        Target::Passed(&["ecs-tasks.amazonaws.com"]),
        &[
            PASS,
            new("batch:RegisterJobDefinition", JOB_DEFINITION),
            new("batch:SubmitJob", JOB_DEFINITION),
            existing("batch:SubmitJob", "AWS::Batch::JobQueue", JOB_QUEUE),
        ],
    ),
    Route::new(
        "prowler:BRAKET-001",
        &["PassRole+BraketCreateJob"],
        "can run a Braket job that runs as",
        Target::Passed(&["braket.amazonaws.com"]),
        &[PASS, new("braket:CreateJob", BRAKET)],
    ),
    Route::new(
        "prowler:COGNITOIDENTITY-001",
        &["PassRole+CognitoSetIdentityPoolRoles"],
        "can give an identity pool's identities the role",
        Target::Passed(&["cognito-identity.amazonaws.com"]),
        &[PASS, any("cognito-identity:SetIdentityPoolRoles")],
    ),
    Route::new(
        "datapipeline-001",
        &["PassRole+DataPipeline"],
        "can run a data pipeline that runs as",
        Target::Passed(DATA_PIPELINE),
        &[
            PASS,
            any("datapipeline:CreatePipeline"),
            new("datapipeline:PutPipelineDefinition", PIPELINE),
            new("datapipeline:ActivatePipeline", PIPELINE),
        ],
    ),
    Route::new(
        "prowler:EMR-001",
        &["PassRole+EMRRunJobFlow"],
        "can run an EMR job flow that runs as",
        Target::Passed(EMR_CLUSTER),
        &[PASS, any("elasticmapreduce:RunJobFlow")],
    ),
    Route::new(
        "prowler:EMRSERVERLESS-001",
        &["PassRole+EMRServerlessCreateApp+StartJobRun"],
        "can run an EMR Serverless job that runs as",
        Target::Passed(&["emr-serverless.amazonaws.com"]),
        &[
            PASS,
            any("emr-serverless:CreateApplication"),
            new("emr-serverless:StartJobRun", EMR),
        ],
    ),
    Route::new(
        "prowler:GAMELIFT-001",
        &["PassRole+GameLiftCreateBuild+CreateFleet"],
        "can run a build on a fleet that runs as",
        Target::Passed(&["gamelift.amazonaws.com"]),
        &[
            PASS,
            any("gamelift:CreateBuild"),
            new("gamelift:RequestUploadCredentials", BUILD),
            any("gamelift:CreateFleet"),
        ],
    ),
    Route::new(
        "prowler:IMAGEBUILDER-001",
        &["PassRole+ImageBuilderCreateComponent+CreateImage"],
        "can build an image on an instance that runs as",
        Target::Passed(EC2),
        &[
            PASS,
            new("imagebuilder:CreateComponent", COMPONENT),
            new("imagebuilder:CreateImageRecipe", RECIPE),
            new("imagebuilder:CreateInfrastructureConfiguration", INFRA),
            new("imagebuilder:CreateImage", IMAGE),
        ],
    ),
    Route::new(
        "prowler:KINESISANALYTICS-001",
        &["PassRole+KinesisAnalyticsCreateApp+StartApp"],
        "can run an analytics application that runs as",
        Target::Passed(&["kinesisanalytics.amazonaws.com"]),
        &[
            PASS,
            any("kinesisanalytics:CreateApplication"),
            new("kinesisanalytics:StartApplication", KINESIS_APPLICATION),
        ],
    ),
    Route::new(
        "prowler:OMICS-001",
        &["PassRole+OmicsCreateWorkflow+StartRun"],
        "can run a workflow that runs as",
        Target::Passed(&["omics.amazonaws.com"]),
        &[PASS, any("omics:CreateWorkflow"), new("omics:StartRun", RUN)],
    ),
    Route::new(
        "prowler:SCHEDULER-001",
        &["PassRole+SchedulerCreateSchedule"],
        "can schedule calls that are made as",
        Target::Passed(&["scheduler.amazonaws.com"]),
        &[PASS, new("scheduler:CreateSchedule", SCHEDULE)],
    ),
    Route::new(
        "prowler:SSM-003",
        &["PassRole+SSMCreateDocument+StartAutomation"],
        "can run an automation that works as",
        Target::Passed(&["ssm.amazonaws.com"]),
        &[
            PASS,
            new("ssm:CreateDocument", DOCUMENT),
            new("ssm:StartAutomationExecution", DOCUMENT),
        ],
    ),
    Route::new(
        "prowler:STEPFUNCTIONS-001",
        &["PassRole+StepFunctionsCreateStateMachine+StartExecution"],
        "can create and start a state machine that runs as",
        Target::Passed(&["states.amazonaws.com"]),
        &[
            PASS,
            new("states:CreateStateMachine", STATE_MACHINE),
            new("states:StartExecution", STATE_MACHINE),
        ],
    ),
];

const PASS: Call = gained(PASS_ROLE);

/// In China the service has a name of its own.
const EC2: &[&str] = &["ec2.amazonaws.com", "ec2.amazonaws.com.cn"];

/// The role of the pipeline and that of what it starts.
const DATA_PIPELINE: &[&str] = &[
    "datapipeline.amazonaws.com",
    "elasticmapreduce.amazonaws.com",
    "ec2.amazonaws.com",
];

/// The role of the service and that of the cluster's instances.
const EMR_CLUSTER: &[&str] = &[
    "elasticmapreduce.amazonaws.com",
    "ec2.amazonaws.com",
    "ec2.amazonaws.com.cn",
];

const FUNCTION: &str = "arn:{partition}:lambda:{region}:{account}:function:*";
const TASK_DEFINITION: &str = "arn:{partition}:ecs:{region}:{account}:task-definition/*";
const CLUSTER: &str = "arn:{partition}:ecs:{region}:{account}:cluster/*";
const SERVICE: &str = "arn:{partition}:ecs:{region}:{account}:service/*/*";
const PROJECT: &str = "arn:{partition}:codebuild:{region}:{account}:project/*";
const JOB: &str = "arn:{partition}:glue:{region}:{account}:job/*";
const TRIGGER: &str = "arn:{partition}:glue:{region}:{account}:trigger/*";
const SESSION: &str = "arn:{partition}:glue:{region}:{account}:session/*";
const STACK: &str = "arn:{partition}:cloudformation:{region}:{account}:stack/*";
const STACK_SET: &str = "arn:{partition}:cloudformation:{region}:{account}:stackset/*";
const AGENT: &str = "arn:{partition}:bedrock:{region}:{account}:agent/*";
const AGENT_ALIAS: &str = "arn:{partition}:bedrock:{region}:{account}:agent-alias/*";
const RUNTIME: &str = "arn:{partition}:bedrock-agentcore:{region}:{account}:runtime/*";
const INTERPRETER: &str = "arn:{partition}:bedrock-agentcore:{region}:{account}:code-interpreter-custom/*";
const BROWSER: &str = "arn:{partition}:bedrock-agentcore:{region}:{account}:browser-custom/*";
const WORKLOAD_IDENTITY: &str = "arn:{partition}:bedrock-agentcore:{region}:{account}:workload-identity-directory/*";
const SCALING_GROUP: &str = "arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:*";
const LAUNCH_CONFIGURATION: &str = "arn:{partition}:autoscaling:{region}:{account}:launchConfiguration:*";
const JOB_DEFINITION: &str = "arn:{partition}:batch:{region}:{account}:job-definition/*";
const JOB_QUEUE: &str = "arn:{partition}:batch:{region}:{account}:job-queue/*";
const STATE_MACHINE: &str = "arn:{partition}:states:{region}:{account}:stateMachine:*";
const DOCUMENT: &str = "arn:{partition}:ssm:{region}:{account}:document/*";
const PIPELINE: &str = "arn:{partition}:datapipeline:{region}:{account}:pipeline/*";
const KINESIS_APPLICATION: &str = "arn:{partition}:kinesisanalytics:{region}:{account}:application/*";
const INSTANCE: &str = "arn:{partition}:ec2:{region}:{account}:instance/*";
const SPOT: &str = "arn:{partition}:ec2:{region}:{account}:spot-instances-request/*";
const APP: &str = "arn:{partition}:apprunner:{region}:{account}:service/*";
const NOTEBOOK: &str = "arn:{partition}:sagemaker:{region}:{account}:notebook-instance/*";
const TRAINING: &str = "arn:{partition}:sagemaker:{region}:{account}:training-job/*";
const PROCESSING: &str = "arn:{partition}:sagemaker:{region}:{account}:processing-job/*";
const EMR: &str = "arn:{partition}:emr-serverless:{region}:{account}:/applications/*";
const BUILD: &str = "arn:{partition}:gamelift:{region}:{account}:build/*";
const COMPONENT: &str = "arn:{partition}:imagebuilder:{region}:{account}:component/*";
const IMAGE: &str = "arn:{partition}:imagebuilder:{region}:{account}:image/*";
const RECIPE: &str = "arn:{partition}:imagebuilder:{region}:{account}:image-recipe/*";
const INFRA: &str = "arn:{partition}:imagebuilder:{region}:{account}:infrastructure-configuration/*";
const RUN: &str = "arn:{partition}:omics:{region}:{account}:run/*";
const SCHEDULE: &str = "arn:{partition}:scheduler:{region}:{account}:schedule/*";
const BRAKET: &str = "arn:{partition}:braket:{region}:{account}:job/*";
