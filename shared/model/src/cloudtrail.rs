//! Which events of CloudTrail are of interest, and by which request parameters they name what they act on.
//!
//! One table for the code that reads events and for the queries that select them: what a query leaves out is never read.

use crate::observation::PermissionChangeKind::{self, Credentials, Guardrail, Permissions, ResourceAccess, Trust};

/// Names of events that change permissions for some of their parameters only: whom an image or a snapshot is shared with, the policy among the attributes of a queue
/// or a topic.
pub const PERMISSION_CHANGES_BY_PARAMETER: &[(&str, &str)] = &[
    ("ec2", "ModifyImageAttribute"),
    ("ec2", "ModifySnapshotAttribute"),
    ("sqs", "SetQueueAttributes"),
    ("sns", "SetTopicAttributes"),
];

/// Names of the events that issue a session, by their service (STS API Reference), and the console's switch of role.
pub const SESSION_ISSUES: &[(&str, &str)] = &[
    ("sts", "AssumeRole"),
    ("sts", "AssumeRoleWithSAML"),
    ("sts", "AssumeRoleWithWebIdentity"),
    ("sts", "AssumeRoot"),
    ("sts", "GetFederationToken"),
    ("signin", "SwitchRole"),
];

/// Service, and the field of `requestParameters` that names a resource of it: a text or a list of texts.
pub const RESOURCE_PARAMETERS: &[(&str, &str)] = &[
    ("sts", "roleArn"),
    ("secretsmanager", "secretId"),
    ("secretsmanager", "secretIdList"),
    ("lambda", "functionName"),
    ("s3", "bucketName"),
    ("ssm", "name"),
    ("ssm", "names"),
    ("dynamodb", "tableName"),
    ("ecr", "repositoryName"),
    ("sns", "topicArn"),
];

/// The parameter that names the account of an ECR repository.
pub const REGISTRY_PARAMETER: (&str, &str) = ("ecr", "registryId");

/// Service, names of its actions, and what they change. The first row that fits counts.
pub const PERMISSION_CHANGES: &[(&str, &[&str], PermissionChangeKind)] = &[
    (
        "iam",
        &[
            "CreateAccessKey",
            "UpdateAccessKey",
            "CreateLoginProfile",
            "UpdateLoginProfile",
            "CreateServiceSpecificCredential",
            "ResetServiceSpecificCredential",
            "UploadSigningCertificate",
            "UploadSSHPublicKey",
            "DeactivateMFADevice",
            "DeleteVirtualMFADevice",
            "EnableMFADevice",
            "CreateUser",
        ],
        Credentials,
    ),
    (
        "iam",
        &[
            "CreateRole",
            "UpdateAssumeRolePolicy",
            "CreateOpenIDConnectProvider",
            "UpdateOpenIDConnectProviderThumbprint",
            "AddClientIDToOpenIDConnectProvider",
            "CreateSAMLProvider",
            "UpdateSAMLProvider",
            "CreateServiceLinkedRole",
        ],
        Trust,
    ),
    (
        "iam",
        &[
            "PutUserPermissionsBoundary",
            "PutRolePermissionsBoundary",
            "DeleteUserPermissionsBoundary",
            "DeleteRolePermissionsBoundary",
            "UpdateAccountPasswordPolicy",
            "DeleteAccountPasswordPolicy",
            "EnableOrganizationsRootSessions",
            "EnableOrganizationsRootCredentialsManagement",
        ],
        Guardrail,
    ),
    (
        "iam",
        &[
            "AttachUserPolicy",
            "AttachGroupPolicy",
            "AttachRolePolicy",
            "DetachUserPolicy",
            "DetachGroupPolicy",
            "DetachRolePolicy",
            "PutUserPolicy",
            "PutGroupPolicy",
            "PutRolePolicy",
            "DeleteUserPolicy",
            "DeleteGroupPolicy",
            "DeleteRolePolicy",
            "CreatePolicy",
            "CreatePolicyVersion",
            "SetDefaultPolicyVersion",
            "DeletePolicy",
            "DeletePolicyVersion",
            "AddUserToGroup",
            "RemoveUserFromGroup",
            "AddRoleToInstanceProfile",
            "RemoveRoleFromInstanceProfile",
        ],
        Permissions,
    ),
    (
        "ec2",
        &["AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"],
        Permissions,
    ),
    (
        "sso",
        &[
            "CreateAccountAssignment",
            "DeleteAccountAssignment",
            "CreatePermissionSet",
            "AttachManagedPolicyToPermissionSet",
            "DetachManagedPolicyFromPermissionSet",
            "AttachCustomerManagedPolicyReferenceToPermissionSet",
            "DetachCustomerManagedPolicyReferenceFromPermissionSet",
            "PutInlinePolicyToPermissionSet",
            "DeleteInlinePolicyFromPermissionSet",
            "ProvisionPermissionSet",
        ],
        Permissions,
    ),
    (
        "sso",
        &[
            "PutPermissionsBoundaryToPermissionSet",
            "DeletePermissionsBoundaryFromPermissionSet",
        ],
        Guardrail,
    ),
    (
        "sso-directory",
        &[
            "CreateUser",
            "AddMemberToGroup",
            "UpdatePassword",
            "DeactivateMfaDevice",
        ],
        Credentials,
    ),
    ("identitystore", &["CreateUser", "CreateGroupMembership"], Credentials),
    (
        "organizations",
        &[
            "AttachPolicy",
            "DetachPolicy",
            "CreatePolicy",
            "UpdatePolicy",
            "DeletePolicy",
            "EnablePolicyType",
            "DisablePolicyType",
            "MoveAccount",
            "LeaveOrganization",
            "RemoveAccountFromOrganization",
            "InviteAccountToOrganization",
            "AcceptHandshake",
            "CreateAccount",
            "RegisterDelegatedAdministrator",
            "DeregisterDelegatedAdministrator",
            "PutResourcePolicy",
            "DeleteResourcePolicy",
            "EnableAWSServiceAccess",
            "DisableAWSServiceAccess",
            "DeleteOrganization",
        ],
        Guardrail,
    ),
    (
        "rolesanywhere",
        &[
            "CreateTrustAnchor",
            "UpdateTrustAnchor",
            "EnableTrustAnchor",
            "CreateProfile",
            "UpdateProfile",
            "EnableProfile",
            "ImportCrl",
            "DeleteCrl",
            "DisableCrl",
        ],
        Trust,
    ),
    (
        "eks",
        &[
            "CreateAccessEntry",
            "UpdateAccessEntry",
            "AssociateAccessPolicy",
            "CreatePodIdentityAssociation",
            "UpdatePodIdentityAssociation",
        ],
        Trust,
    ),
    ("cognito-identity", &["SetIdentityPoolRoles"], Trust),
    (
        "kms",
        &["PutKeyPolicy", "CreateGrant", "RevokeGrant", "RetireGrant"],
        ResourceAccess,
    ),
    (
        "s3",
        &[
            "PutBucketPublicAccessBlock",
            "DeleteBucketPublicAccessBlock",
            "PutAccountPublicAccessBlock",
            "DeleteAccountPublicAccessBlock",
            "PutPublicAccessBlock",
            "DeletePublicAccessBlock",
            "PutBucketOwnershipControls",
            "DeleteBucketOwnershipControls",
        ],
        Guardrail,
    ),
    (
        "s3",
        &[
            "PutBucketPolicy",
            "DeleteBucketPolicy",
            "PutBucketAcl",
            "PutObjectAcl",
            "PutAccessPointPolicy",
            "DeleteAccessPointPolicy",
        ],
        ResourceAccess,
    ),
    (
        "lambda",
        &[
            "AddPermission",
            "RemovePermission",
            "AddLayerVersionPermission",
            "CreateFunctionUrlConfig",
            "UpdateFunctionUrlConfig",
        ],
        ResourceAccess,
    ),
    (
        "ecr",
        &[
            "SetRepositoryPolicy",
            "DeleteRepositoryPolicy",
            "PutRegistryPolicy",
            "DeleteRegistryPolicy",
        ],
        ResourceAccess,
    ),
    (
        "ecr-public",
        &["SetRepositoryPolicy", "DeleteRepositoryPolicy"],
        ResourceAccess,
    ),
    (
        "secretsmanager",
        &["PutResourcePolicy", "DeleteResourcePolicy"],
        ResourceAccess,
    ),
    ("sqs", &["AddPermission", "RemovePermission"], ResourceAccess),
    ("sns", &["AddPermission", "RemovePermission"], ResourceAccess),
    ("events", &["PutPermission", "RemovePermission"], ResourceAccess),
    (
        "dynamodb",
        &["PutResourcePolicy", "DeleteResourcePolicy"],
        ResourceAccess,
    ),
    (
        "kinesis",
        &["PutResourcePolicy", "DeleteResourcePolicy"],
        ResourceAccess,
    ),
    (
        "elasticfilesystem",
        &["PutFileSystemPolicy", "DeleteFileSystemPolicy"],
        ResourceAccess,
    ),
    (
        "backup",
        &["PutBackupVaultAccessPolicy", "DeleteBackupVaultAccessPolicy"],
        ResourceAccess,
    ),
    ("glue", &["PutResourcePolicy", "DeleteResourcePolicy"], ResourceAccess),
    (
        "lakeformation",
        &[
            "GrantPermissions",
            "RevokePermissions",
            "BatchGrantPermissions",
            "PutDataLakeSettings",
        ],
        ResourceAccess,
    ),
    (
        "ram",
        &[
            "CreateResourceShare",
            "UpdateResourceShare",
            "AssociateResourceShare",
            "AssociateResourceSharePermission",
        ],
        ResourceAccess,
    ),
    (
        "rds",
        &["ModifyDBSnapshotAttribute", "ModifyDBClusterSnapshotAttribute"],
        ResourceAccess,
    ),
    (
        "ssm",
        &["ModifyDocumentPermission", "PutResourcePolicy"],
        ResourceAccess,
    ),
    (
        "codeartifact",
        &["PutDomainPermissionsPolicy", "PutRepositoryPermissionsPolicy"],
        ResourceAccess,
    ),
];

/// Services, and names of their actions that change what is logged. Without logs there is no evidence.
pub const LOGGING_CHANGES: &[(&str, &[&str])] = &[
    (
        "cloudtrail",
        &[
            "DeleteTrail",
            "StopLogging",
            "UpdateTrail",
            "PutEventSelectors",
            "PutInsightSelectors",
            "DeleteEventDataStore",
            "StopEventDataStoreIngestion",
        ],
    ),
    ("ec2", &["DeleteFlowLogs"]),
    (
        "route53resolver",
        &["DeleteResolverQueryLogConfig", "DisassociateResolverQueryLogConfig"],
    ),
    (
        "config",
        &[
            "StopConfigurationRecorder",
            "DeleteConfigurationRecorder",
            "PutConfigurationRecorder",
            "DeleteDeliveryChannel",
        ],
    ),
    ("guardduty", &["DeleteDetector", "UpdateDetector"]),
    ("securityhub", &["DisableSecurityHub"]),
    ("access-analyzer", &["DeleteAnalyzer"]),
    (
        "bedrock",
        &[
            "DeleteModelInvocationLoggingConfiguration",
            "PutModelInvocationLoggingConfiguration",
        ],
    ),
];
