//! Reads whose answers may hold values that somebody put where they do not belong: they pass through memory, and are dropped before anything is kept.

/// A read and what is dropped of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passing {
    /// The action.
    pub action: &'static str,
    /// What is dropped.
    pub dropped: &'static str,
}

/// Every such read, sorted by action. What drops it is the redaction of `sv0-sources`.
#[rustfmt::skip]
pub static ALL: &[Passing] = &[
    Passing { action: "apprunner:DescribeService", dropped: "values of environment variables" },
    Passing { action: "batch:DescribeJobDefinitions", dropped: "values of environment variables" },
    Passing { action: "bedrock:GetAgent", dropped: "instructions and prompts" },
    Passing { action: "bedrock:GetAgentVersion", dropped: "instructions and prompts" },
    Passing { action: "codebuild:BatchGetProjects", dropped: "values of environment variables" },
    Passing { action: "codepipeline:GetPipeline", dropped: "secrets in the settings of actions" },
    Passing { action: "config:BatchGetAggregateResourceConfig", dropped: "whatever secret-bearing fields the items have" },
    Passing { action: "config:SelectAggregateResourceConfig", dropped: "whatever secret-bearing fields the items have; environment values of task definitions are not asked for" },
    Passing { action: "ec2:DescribeLaunchTemplateVersions", dropped: "user data" },
    Passing { action: "glue:GetJobs", dropped: "values of arguments" },
    Passing { action: "lambda:GetFunctionConfiguration", dropped: "values of environment variables; only asked where names of variables are wanted" },
    Passing { action: "lambda:ListFunctions", dropped: "values of environment variables" },
    Passing { action: "sagemaker:DescribeModel", dropped: "values of environment variables" },
    Passing { action: "sagemaker:DescribeProcessingJob", dropped: "values of environment variables" },
    Passing { action: "sagemaker:DescribeTrainingJob", dropped: "values of environment variables and hyperparameters" },
    Passing { action: "sagemaker:DescribeTransformJob", dropped: "values of environment variables" },
    Passing { action: "states:DescribeStateMachine", dropped: "literals of the definition" },
];
