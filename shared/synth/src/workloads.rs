//! What acts as a role: one workload of each kind, in the answers of AWS that show it.

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::names::{iam, regional, unique_id};
use crate::policies::trust;
use crate::shape::Recorded;

/// What a role is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A Lambda function.
    Function,
    /// Tasks of Amazon ECS.
    Task,
    /// An EC2 instance.
    Instance,
    /// A Step Functions state machine.
    StateMachine,
    /// A CodeBuild project.
    Build,
    /// An EventBridge Scheduler schedule that invokes a function.
    Schedule,
    /// An Amazon Bedrock agent.
    Agent,
    /// An AWS Glue job.
    Job,
    /// A workflow of GitHub Actions.
    Workflow,
    /// Another account.
    OtherAccount,
}

/// Uses by how many of a hundred roles have them.
const SHARES: [(usize, Use); 10] = [
    (36, Use::Function),
    (16, Use::Task),
    (11, Use::Instance),
    (7, Use::StateMachine),
    (7, Use::Build),
    (5, Use::Schedule),
    (2, Use::Agent),
    (4, Use::Job),
    (5, Use::Workflow),
    (7, Use::OtherAccount),
];

impl Use {
    /// What a role is for.
    pub fn draw(dice: &mut Dice) -> Self {
        let mut left = dice.below(100);
        for (share, kind) in SHARES {
            match left.checked_sub(share) {
                Some(rest) => left = rest,
                None => return kind,
            }
        }
        Self::Function
    }

    /// The AWS managed policy that AWS's documentation gives such a role.
    #[must_use]
    pub fn managed_policy(self) -> Option<&'static str> {
        match self {
            Self::Function => Some("service-role/AWSLambdaBasicExecutionRole"),
            Self::Task => Some("service-role/AmazonECSTaskExecutionRolePolicy"),
            Self::Instance => Some("AmazonSSMManagedInstanceCore"),
            Self::Job => Some("service-role/AWSGlueServiceRole"),
            Self::Build => Some("AmazonEC2ContainerRegistryReadOnly"),
            Self::StateMachine | Self::Schedule | Self::Agent | Self::Workflow | Self::OtherAccount => None,
        }
    }
}

/// A role and what it is for.
#[derive(Debug, Clone, Copy)]
pub struct Workload<'a> {
    /// The account.
    pub account: &'a str,
    /// The Region.
    pub region: &'a str,
    /// The name of the workload and of its role.
    pub name: &'a str,
    /// The application it is of.
    pub application: &'a str,
    /// An account that the role may trust.
    pub neighbour: &'a str,
}

/// Rows of one account, each with the file that it stands in: a type of AWS Config, or a file of the account and Region.
#[derive(Debug, Default)]
pub struct Rows {
    /// By type.
    pub config: Vec<(&'static str, Value)>,
    /// By Region and file, such as `bedrock-agent/agents`.
    pub spoke: Vec<(String, &'static str, Value)>,
}

impl Workload<'_> {
    fn role(&self) -> String {
        iam(self.account, &format!("role/{}", self.name))
    }

    fn arn(&self, service: &str, what: &str) -> String {
        regional(service, self.region, self.account, &format!("{what}{}", self.name))
    }

    /// Who may take the role.
    #[must_use]
    pub fn trust(&self, kind: Use, dice: &mut Dice) -> Value {
        let service = |name: &str| {
            trust(
                &json!({"Service": format!("{name}.amazonaws.com")}),
                "sts:AssumeRole",
                None,
            )
        };
        match kind {
            Use::Function => service("lambda"),
            Use::Task => service("ecs-tasks"),
            Use::Instance => service("ec2"),
            Use::Build => service("codebuild"),
            Use::Job => service("glue"),
            Use::StateMachine => service("states"),
            Use::Schedule | Use::Agent => {
                let name = if kind == Use::Agent { "bedrock" } else { "scheduler" };
                let condition = json!({"StringEquals": {"aws:SourceAccount": self.account}});
                trust(
                    &json!({"Service": format!("{name}.amazonaws.com")}),
                    "sts:AssumeRole",
                    Some(&condition),
                )
            }
            Use::Workflow => {
                let provider = iam(self.account, "oidc-provider/token.actions.githubusercontent.com");
                let branch = if dice.happens(100) { "*" } else { "ref:refs/heads/main" };
                let condition = json!({
                    "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
                    "StringLike": {"token.actions.githubusercontent.com:sub": format!("repo:synthetic/{}:{branch}", self.application)},
                });
                trust(
                    &json!({"Federated": provider}),
                    "sts:AssumeRoleWithWebIdentity",
                    Some(&condition),
                )
            }
            Use::OtherAccount => self.trust_of_another_account(dice),
        }
    }

    fn trust_of_another_account(&self, dice: &mut Dice) -> Value {
        match dice.below(3) {
            0 => trust(&json!({"AWS": iam(self.neighbour, "root")}), "sts:AssumeRole", None),
            1 => trust(
                &json!({"AWS": iam(self.neighbour, "role/orders-api-0")}),
                "sts:AssumeRole",
                None,
            ),
            _ => {
                let condition = json!({"StringEquals": {"sts:ExternalId": format!("external-{}", self.account)}});
                trust(
                    &json!({"AWS": iam("777788889999", "root")}),
                    "sts:AssumeRole",
                    Some(&condition),
                )
            }
        }
    }

    /// The workload, in AWS's answers. A workflow and another account show in the trust policy alone.
    pub fn rows(&self, kind: Use, dice: &mut Dice, rows: &mut Rows) {
        match kind {
            Use::Function => rows.config.push(self.function()),
            Use::Task => rows.config.extend(self.tasks()),
            Use::Instance => rows.config.extend(self.instance(dice)),
            Use::Build => rows.config.push(self.build()),
            Use::StateMachine => rows.spoke.push(self.state_machine()),
            Use::Schedule => rows.spoke.push(self.schedule()),
            Use::Agent => rows.spoke.push(self.agent(dice)),
            Use::Job => rows.spoke.push(self.job()),
            Use::Workflow | Use::OtherAccount => {}
        }
    }

    fn recorded(
        &self,
        resource_type: &'static str,
        id: &str,
        arn: &str,
        configuration: Value,
    ) -> (&'static str, Value) {
        let recorded = Recorded {
            resource_type,
            account: self.account,
            region: self.region,
            id,
            name: self.name,
            arn,
            configuration,
            supplementary: json!({}),
            tags: &[("app", self.application)],
        };
        (resource_type, recorded.item())
    }

    fn function(&self) -> (&'static str, Value) {
        let arn = self.arn("lambda", "function:");
        let configuration = json!({"functionName": self.name, "functionArn": arn, "runtime": "python3.13", "role": self.role(), "handler": "app.handler",
            "timeout": 30, "memorySize": 256, "packageType": "Zip", "architectures": ["arm64"], "layers": [], "state": "Active"});
        self.recorded("AWS::Lambda::Function", self.name, &arn, configuration)
    }

    fn tasks(&self) -> [(&'static str, Value); 2] {
        let definition = self.arn("ecs", "task-definition/") + ":1";
        let service = self.arn("ecs", "service/main/");
        let image = format!(
            "{}.dkr.ecr.{}.amazonaws.com/{}:1.0",
            self.account, self.region, self.application
        );
        let configuration = json!({"TaskDefinitionArn": definition, "Family": self.name, "TaskRoleArn": self.role(), "NetworkMode": "awsvpc",
            "ContainerDefinitions": [{"Name": self.name, "Image": image}]});
        let running = json!({"ServiceArn": service, "ServiceName": self.name, "Cluster": regional("ecs", self.region, self.account, "cluster/main"),
            "TaskDefinition": definition, "DesiredCount": 2, "LaunchType": "FARGATE"});
        [
            self.recorded("AWS::ECS::TaskDefinition", &definition, &definition, configuration),
            self.recorded("AWS::ECS::Service", &service, &service, running),
        ]
    }

    fn instance(&self, dice: &mut Dice) -> [(&'static str, Value); 2] {
        let id = format!("i-{}", dice.digits(17));
        let arn = regional("ec2", self.region, self.account, &format!("instance/{id}"));
        let profile = iam(self.account, &format!("instance-profile/{}", self.name));
        let configuration = json!({"instanceId": id, "instanceType": "t4g.small", "state": {"code": 16, "name": "running"},
            "iamInstanceProfile": {"arn": profile, "id": unique_id("AIPA", dice)}, "metadataOptions": {"httpTokens": "required", "httpEndpoint": "enabled"}});
        let holder = json!({"InstanceProfileName": self.name, "Path": "/", "Arn": profile, "Roles": [self.name]});
        [
            self.recorded("AWS::EC2::Instance", &id, &arn, configuration),
            self.recorded("AWS::IAM::InstanceProfile", self.name, &profile, holder),
        ]
    }

    fn build(&self) -> (&'static str, Value) {
        let arn = self.arn("codebuild", "project/");
        let configuration = json!({"name": self.name, "arn": arn, "serviceRole": self.role(),
            "source": {"type": "GITHUB", "location": format!("https://github.com/synthetic/{}.git", self.application)},
            "environment": {"type": "ARM_CONTAINER", "privilegedMode": false, "environmentVariables": []}});
        self.recorded("AWS::CodeBuild::Project", &arn, &arn, configuration)
    }

    fn state_machine(&self) -> (String, &'static str, Value) {
        let definition = json!({"StartAt": "Invoke", "States": {"Invoke": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Parameters": {"FunctionName": regional("lambda", self.region, self.account, &format!("function:{}-api-0", self.application))}}}});
        let machine = json!({"stateMachineArn": self.arn("states", "stateMachine:"), "name": self.name, "status": "ACTIVE", "type": "STANDARD",
            "definition": definition.to_string(), "roleArn": self.role()});
        (self.region.to_owned(), "stepfunctions/state-machines", machine)
    }

    fn schedule(&self) -> (String, &'static str, Value) {
        let target = regional(
            "lambda",
            self.region,
            self.account,
            &format!("function:{}-api-0", self.application),
        );
        let schedule = json!({"Arn": self.arn("scheduler", "schedule/default/"), "Name": self.name, "GroupName": "default", "State": "ENABLED",
            "ScheduleExpression": "rate(1 hour)", "Target": {"Arn": target, "RoleArn": self.role()}});
        (self.region.to_owned(), "scheduler/schedules", schedule)
    }

    fn agent(&self, dice: &mut Dice) -> (String, &'static str, Value) {
        let id = dice.letters(10);
        let agent = json!({"agent": {"agentId": id, "agentArn": regional("bedrock", self.region, self.account, &format!("agent/{id}")),
            "agentName": self.name, "agentStatus": "PREPARED", "agentVersion": "DRAFT", "agentResourceRoleArn": self.role(),
            "foundationModel": format!("arn:aws:bedrock:{}::foundation-model/anthropic.claude-3-5-sonnet-20240620-v1:0", self.region)}});
        (self.region.to_owned(), "bedrock-agent/agents", agent)
    }

    fn job(&self) -> (String, &'static str, Value) {
        (
            self.region.to_owned(),
            "glue/jobs",
            json!({"Name": self.name, "Role": self.role(), "Command": {"Name": "glueetl"}}),
        )
    }
}
