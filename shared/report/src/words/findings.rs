//! What findings are about.

use sv0_model::finding::FindingKind;

use super::table::worded;

worded! {
    /// The words of a kind of finding.
    fn finding_kind,
    /// Every kind, in the order of the model.
    const FINDING_KINDS of FindingKind {
        AdminEquivalent => "Administrator by some route", "A principal or workload is an administrator, or can make itself one in any number of steps.";
        TrustAmplification => "Cross-account chain", "A chain of roles crosses accounts and ends on a restricted resource: whoever controls its beginning has the authority of its end.";
        MissingExternalId => "Missing ExternalId", "A role trusts a third party without asking for an ExternalId. Another customer of that party could have it act here.";
        PublicAccess => "Public access", "A resource or role is open to everyone.";
        ExternalAccess => "External access", "A resource or role is open to an account or principal outside the organization.";
        SecretReach => "Reach of a secret", "A workload can read the value of a secret.";
        SpokeRoleMissing => "Spoke role missing", "The role that the scanner reads an account with is gone: nothing of the account's own IAM was read.";
        CoverageGap => "Coverage gap", "Something was not seen. What is missing there proves nothing.";
        DeepTrustChain => "Deep chain of trust", "A chain of more roles than anybody oversees. Each trust may be meant; their sum seldom is.";
        SupplyChainPath => "Supply chain", "A pipeline, or whoever may push an image or change code, reaches data through the workload that runs it.";
        LlmEgressPath => "Data within reach of a model", "An agent, flow or runtime of Bedrock reaches data that a model can then tell whoever talks to it.";
        PrivilegeEscalation => "Privilege escalation", "A principal can raise its own authority: rewrite a policy, pass a stronger role to a service, take over what runs with one.";
        DormantAuthority => "Dormant authority", "Authority was granted, could have been observed, and was not used for a long time. It can be taken away at little risk.";
        UnusedService => "Unused service", "A principal may use a service that it did not use within AWS's tracking period.";
        ScopeDrift => "Scope drift", "What may be done goes beyond what is done or meant, as IAM Access Analyzer or Security Hub says.";
        TrustsWholeAccount => "Trusts a whole account", "A policy lets in every principal of an account to whom that account gives the permission, not one that it names.";
        OverPermissiveIntegration => "Over-permissive integration", "A role for a third party or another system may do more than read what it needs.";
        ConfusedDeputy => "Confused deputy", "A service is let in without a condition that says for whom it acts: it may do so for somebody else.";
        OrphanedPrincipal => "Orphaned principal", "A policy names a principal that no longer exists. Nothing uses that permission, and nobody watches it.";
        StaleAccessKey => "Stale access key", "An access key is old, or was not used for a long time.";
        NoMfa => "No MFA", "A person can sign in with a password alone.";
        UnrotatedSecret => "Unrotated secret", "A secret is not rotated: whoever read it once can use it still.";
        InvocationLoggingOff => "Invocation logging off", "Bedrock does not log what models are asked and what they answer.";
        RootLogin => "Root sign-in", "The root user of an account signed in. Nothing but an SCP or RCP limits it.";
        ConsoleRoleSwitch => "Role switch in the console", "A person switched into a role in the AWS console.";
        AssumeRoleAnomaly => "Unusual AssumeRole", "A role was assumed in an unusual way: by a person where a machine does, from another place, under an unusual name.";
        PermissionChange => "Permission change", "Somebody changed who may do what.";
        OrphanedOwner => "Orphaned owner", "The owner that something names is unknown or gone.";
        ScannerSelf => "The scanner itself", "What the scanner's own roles may do, for you to check like anybody else's.";
        OpenFederation => "Open federation", "A provider shared with others is trusted without saying for whom: any repository of GitHub, any identity of a pool.";
    }
}
