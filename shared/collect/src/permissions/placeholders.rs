//! What stands for what in scopes: in templates, in examples, and at its longest.

use super::PermissionsError;

/// Where a role is, which decides what stands for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Home {
    /// The hub's account.
    Hub,
    /// The management account.
    Management,
    /// Each spoke account. The same policies are given to the management role, and to the collector for the hub's own account.
    Spoke,
}

/// A placeholder.
struct Placeholder {
    name: &'static str,
    hub: &'static str,
    management: &'static str,
    spoke: &'static str,
    example: &'static str,
    /// The longest that AWS allows, or the templates do.
    length: usize,
}

// A path begins and ends with `/`; `/` alone is no path.
const OWN_ROLE: &str = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role${RolePath}${RoleName}${RoleNameSuffix}";
const EVERY_SPOKE_ROLE: &str = "arn:${AWS::Partition}:iam::*:role${SpokeRolePath}${SpokeRoleName}";
const MANAGEMENT_ROLE: &str =
    "arn:${AWS::Partition}:iam::${ManagementAccount}:role${ManagementRolePath}${ManagementRoleName}";

const fn everywhere(name: &'static str, template: &'static str, example: &'static str, length: usize) -> Placeholder {
    Placeholder {
        name,
        hub: template,
        management: template,
        spoke: template,
        example,
        length,
    }
}

const fn in_hub(name: &'static str, template: &'static str, example: &'static str, length: usize) -> Placeholder {
    Placeholder {
        management: "",
        spoke: "",
        ..everywhere(name, template, example, length)
    }
}

/// Every placeholder of a scope. Where it is empty, a role of that place cannot know it.
static PLACEHOLDERS: &[Placeholder] = &[
    everywhere("Partition", "${AWS::Partition}", "aws", 10),
    everywhere("Region", "${AWS::Region}", "eu-west-1", 14),
    in_hub("HubAccount", "${AWS::AccountId}", "111122223333", 12),
    in_hub("ManagementAccount", "${ManagementAccount}", "999999999999", 12),
    in_hub("OrganizationId", "${OrganizationId}", "o-a1b2c3d4e5", 34),
    everywhere("Account", "${AWS::AccountId}", "444455556666", 12),
    Placeholder {
        hub: EVERY_SPOKE_ROLE,
        ..everywhere(
            "SpokeRoleArn",
            OWN_ROLE,
            "arn:aws:iam::444455556666:role/SecurityV0ReadOnly",
            160,
        )
    },
    in_hub(
        "ManagementRoleArn",
        MANAGEMENT_ROLE,
        "arn:aws:iam::999999999999:role/SecurityV0ReadOnly",
        160,
    ),
    in_hub("Bucket", "${Bucket}", "securityv0-hub", 63),
    in_hub("TrailBucket", "${TrailBucket}", "organization-trail", 63),
    in_hub(
        "TrailKeyArn",
        "${TrailKeyArn}",
        "arn:aws:kms:eu-west-1:777788889999:key/00000000-0000-0000-0000-000000000000",
        128,
    ),
    in_hub("Workgroup", "${Workgroup}", "securityv0", 128),
    in_hub("Database", "${Database}", "securityv0", 255),
    in_hub("Table", "${Table}", "cloudtrail_logs", 255),
    in_hub("Aggregator", "${Aggregator}", "organization", 256),
];

/// A scope as `Fn::Sub` takes it in the template of that place.
pub(super) fn for_template(scope: &str, home: Home) -> Result<String, PermissionsError> {
    let filled = fill(scope, &|placeholder| {
        match home {
            Home::Hub => placeholder.hub,
            Home::Management => placeholder.management,
            Home::Spoke => placeholder.spoke,
        }
        .to_owned()
    });
    filled.ok_or_else(|| PermissionsError::UnknownPlaceholder {
        scope: scope.to_owned(),
        home,
    })
}

/// A scope filled with an example of everything; what is not known stays.
#[must_use]
pub fn example(scope: &str) -> String {
    let filled = fill(scope, &|placeholder| placeholder.example.to_owned());
    filled.unwrap_or_else(|| scope.to_owned())
}

/// A scope filled with the longest text of everything: for how large a policy may become.
#[must_use]
pub fn longest(scope: &str) -> String {
    let filled = fill(scope, &|placeholder| "x".repeat(placeholder.length));
    filled.unwrap_or_else(|| scope.to_owned())
}

/// `None` where a placeholder is not known, or is given no text.
fn fill(scope: &str, text: &dyn Fn(&Placeholder) -> String) -> Option<String> {
    let mut parts = scope.split("${");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}')?;
        let placeholder = PLACEHOLDERS.iter().find(|placeholder| placeholder.name == name)?;
        let text = text(placeholder);
        if text.is_empty() {
            return None;
        }
        filled.push_str(&text);
        filled.push_str(rest);
    }
    Some(filled)
}
