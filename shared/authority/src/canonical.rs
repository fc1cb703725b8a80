//! A vocabulary of permissions that other systems share, whatever AWS calls an action.
//!
//! The words are those of identity graphs that take in many systems (such as OAA's): what is done, to data or to what is said about it.

use serde::Serialize;
use sv0_iam::catalogue::{AccessLevel, lookup_action};
use sv0_model::path::ActionClass;

use crate::access::class_of;

/// What a permission lets its holder do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum CanonicalPermission {
    /// Reads content, or decrypts it.
    DataRead,
    /// Writes content.
    DataWrite,
    /// Deletes content.
    DataDelete,
    /// Lists or reads what is said about a thing.
    MetadataRead,
    /// Creates a thing or changes what is said about it, tags included.
    MetadataWrite,
    /// Deletes a thing.
    MetadataDelete,
    /// Runs code.
    Execute,
    /// Changes the code that others run.
    CodeWrite,
    /// Changes who may do what.
    PermissionManagement,
    /// AWS's catalogue does not know the action, or it is a pattern.
    Uncategorized,
}

impl CanonicalPermission {
    /// The word for an action such as `s3:GetObject`: by the class that paths end on, else by the access level of the Service Authorization Reference.
    #[must_use]
    pub fn of(action: &str) -> Self {
        let name = action.split_once(':').map_or("", |(_, name)| name);
        let deletes = ["Delete", "Purge", "ESHttpDelete"].iter().any(|verb| {
            name.get(..verb.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(verb))
        });
        if let Some((class, _)) = class_of(action) {
            return match class {
                ActionClass::ReadData | ActionClass::UseKey => Self::DataRead,
                ActionClass::WriteData if deletes => Self::DataDelete,
                ActionClass::WriteData => Self::DataWrite,
                ActionClass::Invoke => Self::Execute,
                ActionClass::ChangeCode => Self::CodeWrite,
                ActionClass::ManagePermissions => Self::PermissionManagement,
            };
        }
        match lookup_action(action).map(|facts| facts.access_level) {
            Some(AccessLevel::List | AccessLevel::Read) => Self::MetadataRead,
            Some(AccessLevel::Write) if deletes => Self::MetadataDelete,
            Some(AccessLevel::Write | AccessLevel::Tagging) => Self::MetadataWrite,
            Some(AccessLevel::PermissionsManagement) => Self::PermissionManagement,
            None => Self::Uncategorized,
        }
    }
}

/// The words for several actions, each once, sorted.
pub(crate) fn words<'a>(actions: impl IntoIterator<Item = &'a str>) -> Vec<CanonicalPermission> {
    let words: std::collections::BTreeSet<_> = actions.into_iter().map(CanonicalPermission::of).collect();
    words.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::CanonicalPermission::{self, *};

    #[test]
    fn every_action_has_a_word() {
        for (action, want) in [
            ("s3:GetObject", DataRead),
            ("S3:GETOBJECT", DataRead),
            ("kms:Decrypt", DataRead),
            ("s3:PutObject", DataWrite),
            ("s3:DeleteObject", DataDelete),
            ("es:ESHttpDelete", DataDelete),
            ("ec2:DescribeInstances", MetadataRead),
            ("s3:GetBucketTagging", MetadataRead),
            ("ec2:CreateTags", MetadataWrite),
            ("dynamodb:CreateTable", MetadataWrite),
            ("dynamodb:DeleteTable", MetadataDelete),
            ("lambda:InvokeFunction", Execute),
            ("lambda:UpdateFunctionCode", CodeWrite),
            ("iam:AttachRolePolicy", PermissionManagement),
            ("s3:PutBucketPolicy", PermissionManagement),
            ("s3:*", Uncategorized),
            ("*", Uncategorized),
            ("made:Up", Uncategorized),
            ("é", Uncategorized),
        ] {
            assert_eq!(CanonicalPermission::of(action), want, "{action}");
        }
    }
}
