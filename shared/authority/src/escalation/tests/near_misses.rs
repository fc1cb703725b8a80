//! What decides whether a route is open, case by case.

use super::lines;

const APP: &str = "arn:aws:iam::111111111111:role/app";
const ANN: &str = "arn:aws:iam::111111111111:user/ann";

fn check(principal: &str, cases: &[(&str, &str, &[&str])]) {
    for (name, fixture, want) in cases {
        assert_eq!(lines(fixture, principal), *want, "{name}");
    }
}

#[test]
fn passing_a_role() {
    let etl = "role 111111111111/etl\n trust service lambda.amazonaws.com";
    let create = "allow lambda:CreateFunction,lambda:InvokeFunction on *";
    let case = |pass: &str, role: &str| format!("role 111111111111/app\n {create}\n {pass}\n {role}");
    let all = [
        ("any role", case("allow iam:PassRole on *", etl), vec!["lambda-001 etl"]),
        (
            "that role",
            case("allow iam:PassRole on arn:aws:iam::111111111111:role/etl", etl),
            vec!["lambda-001 etl"],
        ),
        (
            "another role",
            case("allow iam:PassRole on arn:aws:iam::111111111111:role/other", etl),
            vec![],
        ),
        (
            "a role that trusts another service",
            case(
                "allow iam:PassRole on *",
                "role 111111111111/etl\n trust service ec2.amazonaws.com",
            ),
            vec![],
        ),
        (
            "a role whose trust policy nobody read",
            case("allow iam:PassRole on *", "role 111111111111/etl policy-not-collected"),
            vec!["lambda-001? etl"],
        ),
        (
            "a role of another account",
            case(
                "allow iam:PassRole on *",
                "role 222222222222/etl\n trust service lambda.amazonaws.com",
            ),
            vec![],
        ),
        (
            "only to Lambda",
            case(
                r#"allow iam:PassRole on * if {"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}"#,
                etl,
            ),
            vec!["lambda-001 etl"],
        ),
        (
            "only to EC2",
            case(
                r#"allow iam:PassRole on * if {"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}"#,
                etl,
            ),
            vec![],
        ),
        (
            "with a second factor",
            case(
                r#"allow iam:PassRole on * if {"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#,
                etl,
            ),
            vec!["lambda-001? etl"],
        ),
        (
            "itself",
            format!("role 111111111111/app\n {create}\n allow iam:PassRole on *\n trust service lambda.amazonaws.com"),
            vec![],
        ),
    ];
    for (name, fixture, want) in all {
        assert_eq!(lines(&fixture, APP), want, "{name}");
    }
}

#[test]
fn names_that_the_caller_chooses() {
    let case = |create: &str, invoke: &str| {
        format!(
            "role 111111111111/app\n allow iam:PassRole on *\n allow lambda:CreateFunction on {create}\n allow lambda:InvokeFunction on {invoke}
             role 111111111111/etl\n trust service lambda.amazonaws.com"
        )
    };
    let function = |name: &str| format!("arn:aws:lambda:eu-west-1:111111111111:function:{name}");
    for (name, create, invoke, want) in [
        (
            "one prefix for both",
            function("team-*"),
            function("team-*"),
            vec!["lambda-001 etl"],
        ),
        (
            "one name inside the other's prefix",
            function("team-*"),
            function("team-a"),
            vec!["lambda-001 etl"],
        ),
        ("no name for both", function("team-*"), function("other-*"), vec![]),
        (
            "a Region of which nothing is known",
            "arn:aws:lambda:sa-east-1:111111111111:function:*".to_owned(),
            "arn:aws:lambda:sa-east-1:*:function:*".to_owned(),
            vec!["lambda-001 etl"],
        ),
        (
            "two Regions",
            function("*"),
            "arn:aws:lambda:us-east-1:111111111111:function:*".to_owned(),
            vec![],
        ),
        (
            "another account",
            "arn:aws:lambda:eu-west-1:222222222222:function:*".to_owned(),
            "*".to_owned(),
            vec![],
        ),
    ] {
        assert_eq!(lines(&case(&create, &invoke), APP), want, "{name}");
    }
}

#[test]
fn taking_over_what_runs() {
    let function = "role 111111111111/etl\n lambda 111111111111/f runs-as etl";
    check(
        APP,
        &[
            (
                "a function by its name",
                &format!("role 111111111111/app\n allow lambda:UpdateFunctionCode on arn:aws:lambda:eu-west-1:111111111111:function:f\n {function}"),
                &["lambda-003 etl"],
            ),
            (
                "another function",
                &format!("role 111111111111/app\n allow lambda:UpdateFunctionCode on arn:aws:lambda:eu-west-1:111111111111:function:g\n {function}"),
                &[],
            ),
            (
                "a function that runs as the principal itself",
                "role 111111111111/app\n allow lambda:UpdateFunctionCode on *\n lambda 111111111111/f runs-as app",
                &[],
            ),
            (
                "a function of another account that lets the principal in",
                "role 111111111111/app\n allow lambda:UpdateFunctionCode on *
                 role 222222222222/etl\n lambda 222222222222/f runs-as etl
                 grant arn:aws:iam::111111111111:role/app allow lambda:UpdateFunctionCode on arn:aws:lambda:eu-west-1:222222222222:function:f",
                &["lambda-003 etl"],
            ),
            (
                "a function of another account that does not",
                "role 111111111111/app\n allow lambda:UpdateFunctionCode on *\n role 222222222222/etl\n lambda 222222222222/f runs-as etl",
                &[],
            ),
            (
                "a function whose own policy is enough",
                "role 111111111111/app
                 role 111111111111/etl\n lambda 111111111111/f runs-as etl
                 grant arn:aws:iam::111111111111:role/app allow lambda:UpdateFunctionCode on arn:aws:lambda:eu-west-1:111111111111:function:f",
                &["lambda-003 etl"],
            ),
            (
                "instances with a tag, of which this one has it",
                r#"role 111111111111/app
                allow ssm:StartSession on * if {"StringEquals":{"aws:ResourceTag/team":"a"}}
                role 111111111111/etl
                instance 111111111111/i-1 runs-as etl tag team=a"#,
                &["ssm-001 etl"],
            ),
            (
                "instances with a tag that this one has not",
                r#"role 111111111111/app
                allow ssm:StartSession on * if {"StringEquals":{"aws:ResourceTag/team":"a"}}
                role 111111111111/etl
                instance 111111111111/i-1 runs-as etl tag team=b"#,
                &[],
            ),
            (
                "instances of which a deployment group may take in some",
                "role 111111111111/app\n allow codedeploy:CreateDeployment,codedeploy:RegisterApplicationRevision on *\n role 111111111111/etl\n instance 111111111111/i-1 runs-as etl",
                &["prowler:CODEDEPLOY-001? etl"],
            ),
            (
                "a launch template of some name, and it is not known whether that of the group",
                "role 111111111111/app\n allow ec2:CreateLaunchTemplateVersion,ec2:ModifyLaunchTemplate on arn:aws:ec2:eu-west-1:111111111111:launch-template/lt-1
                 role 111111111111/etl
                 typed 111111111111/autoscaling:autoScalingGroup:1:autoScalingGroupName/g type AWS::AutoScaling::AutoScalingGroup runs-as etl",
                &["ec2-004? etl"],
            ),
        ],
    );
}

#[test]
fn things_that_may_exist() {
    let rewrite = "role 111111111111/app\n allow iam:PassRole,glue:UpdateJob,glue:StartJobRun on *\n role 111111111111/etl\n trust service glue.amazonaws.com";
    check(
        APP,
        &[
            (
                "a job is known",
                &format!("{rewrite}\n typed 111111111111/glue:job/j type AWS::Glue::Job"),
                &["glue-005 etl"],
            ),
            ("no job is known", rewrite, &["glue-005? etl"]),
        ],
    );
}

#[test]
fn taking_over_users_and_roles() {
    check(
        APP,
        &[
            (
                "keys of a user",
                "role 111111111111/app\n allow iam:CreateAccessKey on arn:aws:iam::111111111111:user/bob\n user 111111111111/bob\n user 111111111111/ann",
                &["iam-002 bob"],
            ),
            (
                "keys of a user of another account",
                "role 111111111111/app\n allow iam:CreateAccessKey on *\n user 222222222222/bob",
                &[],
            ),
            (
                "a role that trusts the account, without the permission",
                "role 111111111111/app\n role 111111111111/other\n trust 111111111111",
                &[],
            ),
            (
                "a role that trusts the principal, without the permission",
                "role 111111111111/app\n role 111111111111/other\n trust arn:aws:iam::111111111111:role/app",
                &["sts-001 other"],
            ),
            (
                "a role that it raises but cannot assume",
                "role 111111111111/app\n allow iam:PutRolePolicy,sts:AssumeRole on arn:aws:iam::111111111111:role/other
                 role 111111111111/other\n trust service ec2.amazonaws.com",
                &[],
            ),
            (
                "a role that it raises and assumes",
                "role 111111111111/app\n allow iam:PutRolePolicy on arn:aws:iam::111111111111:role/other
                 role 111111111111/other\n trust arn:aws:iam::111111111111:role/app",
                &["sts-001 other", "iam-017 other"],
            ),
            (
                "a role of IAM Identity Center, which only AWS changes",
                "role 111111111111/app\n allow iam:PutRolePolicy,iam:UpdateAssumeRolePolicy on *
                 role 111111111111/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef",
                &["iam-005 own"],
            ),
            (
                "the boundary of a role that has one",
                "role 111111111111/app\n allow iam:DeleteRolePermissionsBoundary on *\n allow sts:AssumeRole on *
                 role 111111111111/other\n trust 111111111111\n boundary allow s3:* on *
                 role 111111111111/free\n trust 111111111111",
                &["sts-001 free", "sts-001 other", "prowler:IAM-023 other"],
            ),
        ],
    );
    check(
        ANN,
        &[
            (
                "a group that she is in already",
                "user 111111111111/ann in staff\n allow iam:AddUserToGroup on *\n group 111111111111/staff",
                &[],
            ),
            (
                "another group",
                "user 111111111111/ann in staff\n allow iam:AddUserToGroup on *\n group 111111111111/staff\n group 111111111111/others",
                &["iam-013 others"],
            ),
            (
                "a role's inline policy",
                "user 111111111111/ann\n allow iam:PutRolePolicy on *",
                &[],
            ),
        ],
    );
}

#[test]
fn whoever_may_do_everything_gains_nothing() {
    let etl = "role 111111111111/etl\n trust service lambda.amazonaws.com";
    check(
        APP,
        &[
            (
                "an administrator",
                &format!("role 111111111111/app\n allow * on *\n {etl}"),
                &[],
            ),
            (
                "who may do everything inside a boundary that leaves a way",
                &format!(
                    "role 111111111111/app\n allow * on *\n boundary allow iam:PassRole,lambda:CreateFunction,lambda:InvokeFunction on *\n {etl}"
                ),
                &["lambda-001 etl"],
            ),
        ],
    );
}

#[test]
fn administrators_of_clusters_get_what_pods_run_as() {
    let cluster = "arn:aws:eks:eu-west-1:111111111111:cluster/parcels";
    let case = |actions: &str, mode: &str, of: &str| {
        format!(
            "cluster 111111111111/parcels runs-as plane with authentication_mode={mode}
            thing workload/eks_service_account urn:sv0:eks-service-account:{cluster}:shop:api 111111111111 runs-as pods with cluster={of}
            role 111111111111/plane
              trust service eks.amazonaws.com
            role 111111111111/pods
              trust service pods.eks.amazonaws.com
            role 111111111111/app
              allow {actions} on *"
        )
    };
    let both = "eks:CreateAccessEntry,eks:AssociateAccessPolicy";
    check(
        APP,
        &[
            (
                "both calls",
                &case(both, "API_AND_CONFIG_MAP", cluster),
                &["sv0:EKS-001 pods"],
            ),
            (
                "an entry without rights",
                &case("eks:CreateAccessEntry", "API", cluster),
                &[],
            ),
            (
                "rights without an entry",
                &case("eks:AssociateAccessPolicy", "API", cluster),
                &[],
            ),
            ("entries count for nothing", &case(both, "CONFIG_MAP", cluster), &[]),
            (
                "pods of another cluster",
                &case(both, "API", &cluster.replace("parcels", "other")),
                &[],
            ),
        ],
    );
}

#[test]
fn agents_act_under_passed_roles() {
    let case = |actions: &str, service: &str, more: &str| {
        format!(
            "role 111111111111/knows
              trust service {service}
            role 111111111111/app
              allow {actions} on *
            {more}"
        )
    };
    let created = "iam:PassRole,bedrock:CreateAgent,bedrock:PrepareAgent,bedrock:InvokeAgent";
    let updated = created.replace("Create", "Update");
    let agent = "agent 111111111111/helper";
    check(
        APP,
        &[
            (
                "a new agent, as far as Bedrock uses the role",
                &case(created, "bedrock.amazonaws.com", ""),
                &["sv0:BEDROCK-001? knows"],
            ),
            (
                "an agent rewritten",
                &case(&updated, "bedrock.amazonaws.com", agent),
                &["sv0:BEDROCK-002? knows"],
            ),
            (
                "never invoked",
                &case(
                    "iam:PassRole,bedrock:CreateAgent,bedrock:PrepareAgent",
                    "bedrock.amazonaws.com",
                    "",
                ),
                &[],
            ),
            (
                "a role of another service",
                &case(created, "lambda.amazonaws.com", ""),
                &[],
            ),
            (
                "no role may be passed",
                &case(
                    "bedrock:CreateAgent,bedrock:PrepareAgent,bedrock:InvokeAgent",
                    "bedrock.amazonaws.com",
                    "",
                ),
                &[],
            ),
        ],
    );
}

/// Generic workloads as the graph makes them.
#[test]
fn things_of_any_type_are_taken_over() {
    let case = |thing: &str, actions: &str| {
        format!(
            "{thing}
            role 111111111111/works
              trust service unrelated.amazonaws.com
            role 111111111111/app
              allow {actions} on *"
        )
    };
    let generic = |arn: &str, resource_type: &str| {
        format!("thing workload/generic {arn} 111111111111 runs-as works with resource_type={resource_type}")
    };
    let stack = generic(
        "arn:aws:cloudformation:eu-west-1:111111111111:stack/s/1",
        "AWS::CloudFormation::Stack",
    );
    let notebook = generic(
        "arn:aws:sagemaker:eu-west-1:111111111111:notebook-instance/n",
        "AWS::SageMaker::NotebookInstance",
    );
    let endpoint = generic(
        "arn:aws:glue:eu-west-1:111111111111:devEndpoint/d",
        "AWS::Glue::DevEndpoint",
    );
    let interpreter = generic(
        "arn:aws:bedrock-agentcore:eu-west-1:111111111111:code-interpreter-custom/c",
        "AWS::BedrockAgentCore::CodeInterpreterCustom",
    );
    check(
        APP,
        &[
            (
                "a stack",
                &case(&stack, "cloudformation:UpdateStack"),
                &["cloudformation-002 works"],
            ),
            (
                "a notebook",
                &case(&notebook, "sagemaker:CreatePresignedNotebookInstanceUrl"),
                &["sagemaker-004 works"],
            ),
            (
                "a development endpoint",
                &case(&endpoint, "glue:UpdateDevEndpoint"),
                &["glue-002 works"],
            ),
            (
                "a code interpreter",
                &case(
                    &interpreter,
                    "bedrock-agentcore:StartCodeInterpreterSession,bedrock-agentcore:InvokeCodeInterpreter",
                ),
                &["bedrock-002 works"],
            ),
            (
                "a stack that is looked at",
                &case(&stack, "cloudformation:DescribeStacks"),
                &[],
            ),
            (
                "an action of another type",
                &case(&notebook, "cloudformation:UpdateStack"),
                &[],
            ),
        ],
    );
}
