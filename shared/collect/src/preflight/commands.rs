//! The commands that deploy the product's templates, with every parameter that has no default: what preflight knows is filled in, words in capitals stand for the rest.
//!
//! They are those of `docs/deploy.md`, step 3; a test holds each against the template that it names. None holds the external id: it is asked for, without being shown.

use std::collections::BTreeSet;

use super::Preflight;

/// The StackSet that `cfn-stacksets/stack-set.yaml` makes.
const SHIPPED_SET: &str = "securityv0-readonly";
const SPOKE_TEMPLATE: &str = "cfn-stacksets/spoke-role.yaml";
/// Every parameter of that template. An update gives those that it leaves out their defaults.
///
/// Source: AWS CloudFormation API Reference, "UpdateStackSet", `Parameters`.
const SPOKE_PARAMETERS: [&str; 9] = [
    "CollectorRoleArn",
    "PreflightRoleArn",
    "ExternalId",
    "OrganizationId",
    "RoleName",
    "RoleNameSuffix",
    "RolePath",
    "BoundaryKind",
    "Boundary",
];
/// The variable is also the one from which `sv0` itself takes the external id.
const ASK_FOR_EXTERNAL_ID: &str = "read -rs SV0_EXTERNAL_ID && ";
/// The longest `RoleName`; what is longer goes on in `RoleNameSuffix`.
const LONGEST_ROLE_NAME: usize = 40;

impl Preflight<'_> {
    /// As whom a StackSet is asked for: it lies in the management account, also where a delegated administrator made it.
    ///
    /// Source: AWS CloudFormation API Reference, "DescribeStackSet", `CallAs`.
    pub fn call_as(&self) -> &'static str {
        let is_management = self.plan.management_account.as_deref() == Some(self.hub_account());
        if is_management { "SELF" } else { "DELEGATED_ADMIN" }
    }

    /// A command about the StackSet of the spoke role.
    pub fn stack_set_command(&self, verb: &str, further: &str) -> String {
        let further = if further.is_empty() {
            String::new()
        } else {
            format!(" {further}")
        };
        format!(
            "aws cloudformation {verb} --stack-set-name {} --call-as {}{further} --region {}",
            self.options.stack_set,
            self.call_as(),
            self.region()
        )
    }

    /// Accounts as deployment targets: service-managed sets take them as what units and accounts have in common. Where they are many, or none is named, all are meant.
    pub fn targets(&self, accounts: &BTreeSet<&str>) -> String {
        const MOST: usize = 50;
        let ids: Vec<&str> = accounts.iter().copied().collect();
        let narrowed = match ids.len() {
            1..=MOST => format!(",Accounts={},AccountFilterType=INTERSECTION", ids.join(",")),
            _ => String::new(),
        };
        format!(
            "--deployment-targets \"OrganizationalUnitIds={ROOT}{narrowed}\" --regions {}",
            self.region()
        )
    }

    /// Makes the StackSet, and with it the role in every account.
    pub fn make_stack_set(&self) -> String {
        if self.options.stack_set != SHIPPED_SET {
            let parameters = self.role_parameters().into_iter().map(|(name, value)| match name {
                // In quotes of the AWS CLI's own, as it may have commas.
                "ExternalId" => format!("ParameterKey={name},ParameterValue=\\\"{value}\\\""),
                _ => format!("ParameterKey={name},ParameterValue={value}"),
            });
            let create = format!(
                "--template-body file://{SPOKE_TEMPLATE} --permission-model SERVICE_MANAGED --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false --managed-execution Active=true \
                 --capabilities CAPABILITY_NAMED_IAM --parameters {}",
                parameters.collect::<Vec<_>>().join(" ")
            );
            return format!(
                "{ASK_FOR_EXTERNAL_ID}{} && {}",
                self.stack_set_command("create-stack-set", &create),
                self.stack_set_command("create-stack-instances", &self.targets(&BTreeSet::new()))
            );
        }
        let domain = match self.plan.header.partition.as_str() {
            "aws-cn" => "amazonaws.com.cn",
            _ => "amazonaws.com",
        };
        let deployed_from = match self.call_as() {
            "SELF" => "MANAGEMENT",
            other => other,
        };
        let mut parameters = vec![
            ("DeployedFrom", deployed_from.to_owned()),
            (
                "TemplateUrl",
                format!(
                    "https://TEMPLATES.s3.{}.{domain}/VERSION/spoke-role.yaml",
                    self.region()
                ),
            ),
            ("OrganizationalUnitIds", format!("\"{ROOT}\"")),
        ];
        parameters.extend(self.role_parameters());
        format!(
            "aws s3 cp {SPOKE_TEMPLATE} s3://TEMPLATES/VERSION/spoke-role.yaml && {}",
            self.deploy("sv0-spokes", "cfn-stacksets/stack-set.yaml", "", &parameters)
        )
    }

    /// Brings the role of this version into accounts that have another: through the StackSet with the values that it has, else as a stack in each.
    pub fn renew_spoke_role(&self) -> String {
        if self.options.stack_set.is_empty() {
            return self.deploy(
                "SecurityV0-Spoke",
                SPOKE_TEMPLATE,
                "--capabilities CAPABILITY_NAMED_IAM ",
                &self.role_parameters(),
            );
        }
        self.update_stack_set(&format!("--template-body file://{SPOKE_TEMPLATE}"))
    }

    /// Where [`Self::renew_spoke_role`] is typed.
    pub fn renewed_in(&self) -> &str {
        match self.options.stack_set.as_str() {
            "" => "each of these accounts",
            _ => self.hub_account(),
        }
    }

    /// Changes something of the StackSet, and none of its parameters.
    pub fn update_stack_set(&self, change: &str) -> String {
        let kept = SPOKE_PARAMETERS.map(|name| format!("ParameterKey={name},UsePreviousValue=true"));
        let further = format!(
            "{change} --capabilities CAPABILITY_NAMED_IAM --parameters {}",
            kept.join(" ")
        );
        self.stack_set_command("update-stack-set", &further)
    }

    /// Makes the role in the management account.
    pub fn make_management_role(&self) -> String {
        let role = match self.options.management_role.as_str() {
            "" => &self.options.spoke_role,
            role => role,
        };
        let mut parameters = vec![("HubRoleArns", "MANAGEMENT_READER_ROLE_ARNS".to_owned())];
        parameters.extend(self.shared_parameters(role));
        self.deploy(
            "SecurityV0-Management",
            "cfn-stacksets/management-role.yaml",
            "--capabilities CAPABILITY_NAMED_IAM ",
            &parameters,
        )
    }

    fn role_parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = vec![
            ("CollectorRoleArn", "COLLECTOR_ROLE_ARN".to_owned()),
            ("PreflightRoleArn", "PREFLIGHT_ROLE_ARN".to_owned()),
        ];
        parameters.extend(self.shared_parameters(&self.options.spoke_role));
        parameters
    }

    /// What both roles are told: whom to let in, and their path and name where they are not the defaults.
    fn shared_parameters(&self, role: &str) -> Vec<(&'static str, String)> {
        let organization = self.plan.header.organization_id.as_deref().unwrap_or("ORGANIZATION");
        let mut parameters = vec![
            ("ExternalId", EXTERNAL_ID.to_owned()),
            ("OrganizationId", organization.to_owned()),
        ];
        let role = role.trim_matches('/');
        let (path, name) = role.rsplit_once('/').unwrap_or(("", role));
        if !matches!(name, "" | "SecurityV0ReadOnly") {
            let first: String = name.chars().take(LONGEST_ROLE_NAME).collect();
            let rest: String = name.chars().skip(LONGEST_ROLE_NAME).collect();
            parameters.push(("RoleName", first));
            if !rest.is_empty() {
                parameters.push(("RoleNameSuffix", rest));
            }
        }
        if !path.is_empty() {
            parameters.push(("RolePath", format!("/{path}/")));
        }
        parameters
    }

    fn deploy(&self, stack: &str, template: &str, capabilities: &str, parameters: &[(&str, String)]) -> String {
        let given = parameters.iter().map(|(name, value)| match *name {
            "ExternalId" => format!("{name}=\"{value}\""),
            _ => format!("{name}={value}"),
        });
        format!(
            "{ASK_FOR_EXTERNAL_ID}aws cloudformation deploy --stack-name {stack} --template-file {template} {capabilities}--region {} --parameter-overrides {}",
            self.region(),
            given.collect::<Vec<_>>().join(" ")
        )
    }
}

const EXTERNAL_ID: &str = "$SV0_EXTERNAL_ID";
const ROOT: &str = "$(aws organizations list-roots --query 'Roots[0].Id' --output text)";
