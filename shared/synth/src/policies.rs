//! Policy documents as organizations write them: copies of a few, and many small ones of their own.

use serde_json::{Value, json};

use crate::dice::Dice;

/// Of a thousand statements, how many deny and how many name what they do not mean.
pub const DENIES_PER_MILLE: usize = 60;
/// See [`DENIES_PER_MILLE`].
pub const NOT_ACTIONS_PER_MILLE: usize = 30;

/// What a statement may be about: actions, then the resource with `{account}`, `{app}` and `{region}` to be filled in.
struct Subject {
    actions: &'static [&'static str],
    resources: &'static [&'static str],
}

const SUBJECTS: [Subject; 16] = [
    Subject {
        actions: &["s3:GetObject", "s3:ListBucket"],
        resources: &[
            "arn:aws:s3:::synth-{account}-{app}-*",
            "arn:aws:s3:::synth-{account}-{app}-*/*",
        ],
    },
    Subject {
        actions: &[
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:AbortMultipartUpload",
        ],
        resources: &["arn:aws:s3:::synth-{account}-{app}-data/*"],
    },
    Subject {
        actions: &[
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:BatchGetItem",
            "dynamodb:DescribeTable",
        ],
        resources: &["arn:aws:dynamodb:{region}:{account}:table/{app}-*"],
    },
    Subject {
        actions: &[
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:DeleteItem",
            "dynamodb:BatchWriteItem",
        ],
        resources: &["arn:aws:dynamodb:{region}:{account}:table/{app}-*"],
    },
    Subject {
        actions: &["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
        resources: &["arn:aws:secretsmanager:{region}:{account}:secret:{app}/*"],
    },
    Subject {
        actions: &["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
        resources: &["arn:aws:ssm:{region}:{account}:parameter/{app}/*"],
    },
    Subject {
        actions: &["kms:Decrypt", "kms:GenerateDataKey"],
        resources: &["arn:aws:kms:{region}:{account}:key/*"],
    },
    Subject {
        actions: &[
            "sqs:SendMessage",
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ],
        resources: &["arn:aws:sqs:{region}:{account}:{app}-*"],
    },
    Subject {
        actions: &["sns:Publish"],
        resources: &["arn:aws:sns:{region}:{account}:{app}-*"],
    },
    Subject {
        actions: &["lambda:InvokeFunction"],
        resources: &["arn:aws:lambda:{region}:{account}:function:{app}-*"],
    },
    Subject {
        actions: &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        resources: &["arn:aws:logs:{region}:{account}:log-group:/{app}/*"],
    },
    Subject {
        actions: &["states:StartExecution"],
        resources: &["arn:aws:states:{region}:{account}:stateMachine:{app}-*"],
    },
    Subject {
        actions: &["events:PutEvents"],
        resources: &["arn:aws:events:{region}:{account}:event-bus/default"],
    },
    Subject {
        actions: &[
            "ec2:DescribeInstances",
            "ec2:DescribeSubnets",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeVpcs",
        ],
        resources: &["*"],
    },
    Subject {
        actions: &[
            "cloudwatch:PutMetricData",
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
        ],
        resources: &["*"],
    },
    Subject {
        actions: &["iam:PassRole"],
        resources: &["arn:aws:iam::{account}:role/{app}-*"],
    },
];

/// Where a policy's statements point.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The account.
    pub account: &'a str,
    /// The Region.
    pub region: &'a str,
    /// The application.
    pub application: &'a str,
}

impl Scope<'_> {
    fn fill(&self, pattern: &str) -> String {
        pattern
            .replace("{account}", self.account)
            .replace("{region}", self.region)
            .replace("{app}", self.application)
    }
}

/// A call that an application makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The action.
    pub action: &'static str,
    /// The ARN of its resource, or `*`.
    pub resource: String,
}

/// A call on one of the things that statements of [`own`] may be about, told from others by `number`. One in five goes to what is not the application's own.
pub fn call(scope: Scope<'_>, number: usize, dice: &mut Dice) -> Call {
    let foreign = Scope {
        application: crate::names::application(dice),
        ..scope
    };
    let subject = SUBJECTS.get(dice.below(SUBJECTS.len()));
    let action = subject
        .and_then(|subject| dice.one_of(subject.actions))
        .unwrap_or("sts:GetCallerIdentity");
    let patterns = subject.map_or(&[][..], |subject| subject.resources);
    let pattern = if action == "s3:ListBucket" {
        patterns.first()
    } else {
        patterns.last()
    }
    .copied()
    .unwrap_or("*");
    let scope = if dice.happens(200) { foreign } else { scope };
    let resource = if pattern == "*" {
        pattern.to_owned()
    } else {
        scope
            .fill(pattern)
            .replace('*', &format!("{}-{number}", dice.below(100)))
    };
    Call { action, resource }
}

/// A document of these statements.
#[must_use]
pub fn document(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// A trust policy of one statement.
#[must_use]
pub fn trust(principal: &Value, action: &str, condition: Option<&Value>) -> Value {
    let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": action});
    if let (Some(condition), Value::Object(fields)) = (condition, &mut statement) {
        fields.insert("Condition".to_owned(), condition.clone());
    }
    document(&[statement])
}

/// A policy of an application's own, of 1 to 40 statements.
pub fn own(scope: Scope<'_>, dice: &mut Dice) -> Value {
    let statements: Vec<Value> = (0..dice.long_tail(40)).map(|_| statement(scope, dice)).collect();
    document(&statements)
}

fn statement(scope: Scope<'_>, dice: &mut Dice) -> Value {
    if dice.happens(NOT_ACTIONS_PER_MILLE) {
        return not_action(dice);
    }
    let Some(subject) = SUBJECTS.get(dice.below(SUBJECTS.len())) else {
        return json!({});
    };
    let denies = dice.happens(DENIES_PER_MILLE);
    let mut statement = json!({
        "Effect": if denies { "Deny" } else { "Allow" },
        "Action": actions(subject, dice),
        "Resource": resources(subject, scope, dice),
    });
    let condition = if denies {
        Some(deny_condition(dice))
    } else {
        condition(scope, dice)
    };
    if let (Some(condition), Value::Object(fields)) = (condition, &mut statement) {
        fields.insert("Condition".to_owned(), condition);
    }
    statement
}

/// Two in three such statements deny what is not asked for in a Region of the organization's, the third allows everything but identities.
fn not_action(dice: &mut Dice) -> Value {
    if dice.happens(667) {
        json!({
            "Effect": "Deny",
            "NotAction": ["iam:*", "organizations:*", "route53:*", "cloudfront:*", "support:*", "sts:*"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}},
        })
    } else {
        json!({"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*", "kms:*"], "Resource": "*"})
    }
}

fn actions(subject: &Subject, dice: &mut Dice) -> Value {
    let service = subject.actions.first().and_then(|action| action.split(':').next());
    match dice.below(100) {
        0..4 => json!(format!("{}:*", service.unwrap_or("s3"))),
        4..12 => json!([
            format!("{}:Get*", service.unwrap_or("s3")),
            format!("{}:List*", service.unwrap_or("s3"))
        ]),
        _ => json!(
            subject
                .actions
                .get(..=dice.below(subject.actions.len()))
                .unwrap_or(subject.actions)
        ),
    }
}

fn resources(subject: &Subject, scope: Scope<'_>, dice: &mut Dice) -> Value {
    if dice.happens(80) {
        return json!("*");
    }
    let filled: Vec<String> = subject.resources.iter().map(|pattern| scope.fill(pattern)).collect();
    json!(filled)
}

fn deny_condition(dice: &mut Dice) -> Value {
    match dice.below(3) {
        0 => json!({"Bool": {"aws:SecureTransport": "false"}}),
        1 => json!({"StringNotEquals": {"aws:PrincipalOrgID": crate::names::ORGANIZATION}}),
        _ => json!({"StringNotEqualsIfExists": {"aws:ResourceTag/team": "platform"}}),
    }
}

/// One in six statements that allow has a condition.
fn condition(scope: Scope<'_>, dice: &mut Dice) -> Option<Value> {
    if !dice.happens(160) {
        return None;
    }
    Some(match dice.below(6) {
        0 => json!({"StringEquals": {"aws:RequestedRegion": scope.region}}),
        1 => json!({"StringLike": {"s3:prefix": [format!("{}/*", scope.application)]}}),
        2 => json!({"StringEquals": {"aws:ResourceTag/app": scope.application}}),
        3 => json!({"StringEquals": {"kms:ViaService": format!("s3.{}.amazonaws.com", scope.region)}}),
        4 => json!({"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718"}}),
        _ => json!({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "198.51.100.0/24"]}}),
    })
}

/// The boundary that a landing zone puts on every role that teams make.
#[must_use]
pub fn boundary() -> Value {
    document(&[
        json!({"Sid": "Workloads", "Effect": "Allow", "Action": ["s3:*", "dynamodb:*", "lambda:*", "sqs:*", "sns:*", "states:*", "events:*", "logs:*",
            "secretsmanager:*", "ssm:*", "kms:*", "xray:*", "cloudwatch:*", "ecs:*", "ecr:*", "ec2:Describe*", "sts:AssumeRole"], "Resource": "*"}),
        json!({"Sid": "NoIdentities", "Effect": "Deny", "Action": ["iam:Create*", "iam:Put*", "iam:Attach*", "iam:Delete*", "iam:Update*"], "Resource": "*"}),
    ])
}

/// What landing zones copy into every account, by name. `{account}` is the account.
#[must_use]
pub fn landing_zone(account: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("lz-boundary", boundary()),
        (
            "lz-read-configuration",
            document(&[
                json!({"Effect": "Allow", "Action": ["ssm:GetParameter", "ssm:GetParameters"], "Resource": format!("arn:aws:ssm:*:{account}:parameter/lz/*")}),
            ]),
        ),
        (
            "lz-write-logs",
            document(&[
                json!({"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}),
            ]),
        ),
        (
            "lz-network",
            document(&[
                json!({"Effect": "Allow", "Action": ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"], "Resource": "*"}),
            ]),
        ),
        (
            "lz-backup",
            document(&[
                json!({"Effect": "Allow", "Action": ["backup:StartBackupJob", "backup:ListBackupVaults", "rds:CreateDBSnapshot", "dynamodb:CreateBackup"], "Resource": "*"}),
            ]),
        ),
    ]
}
