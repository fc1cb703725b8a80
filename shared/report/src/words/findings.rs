//! What findings are about.

use sv0_model::finding::FindingKind;

use super::table::worded;

worded! {
    /// The words of a kind of finding.
    fn finding_kind,
    /// Every kind, in the order of the model.
    const FINDING_KINDS of FindingKind {
        AdminEquivalent => "Administrator by some route", "A principal or workload is an administrator, or can make itself one in any number of steps.";
        TrustAmplification => "Into greater trust", "A chain crosses accounts into a restricted resource, or climbs from an environment of lesser trust, such as development, into production: whoever controls its beginning has the authority of its end.";
        MissingExternalId => "Missing ExternalId", "A role trusts a third party without asking for an ExternalId. Another customer of that party could have it act here.";
        PublicAccess => "Public access", "A resource or role is open to everyone.";
        ExternalAccess => "External access", "A resource or role is open to an account or principal outside the organization.";
        SecretReach => "Reach of a secret", "A workload can read the value of a secret.";
        SpokeRoleMissing => "Spoke role missing", "The role that the scanner reads an account with is gone: nothing of the account's own IAM was read.";
        CoverageGap => "Coverage gap", "Something was not seen. What is missing there proves nothing.";
        DeepTrustChain => "Deep chain of trust", "A chain of more roles than anybody oversees. Each trust may be meant; their sum seldom is.";
        SupplyChainPath => "Supply chain", "Whoever may push an image, replace code or change a definition has the authority under which it runs, without having been given it; or an outsider may push images that run here.";
        LlmEgressPath => "Data within reach of a model", "A Bedrock agent or flow, or an AgentCore runtime or gateway, reaches data that a model can then tell whoever talks to it.";
        PrivilegeEscalation => "Privilege escalation", "A principal that is no administrator, and cannot become one, can gain authority that it was not given: rewrite a policy, pass a stronger role to a service, take over what runs with one.";
        DormantAuthority => "Dormant authority", "Authority was granted, could have been observed, and was not used for a long time. It can be taken away at little risk.";
        UnusedService => "Unused service", "A user or role that is in use may use services that it did not use for more than findings.dormant_days days (90, if the configuration says nothing else).";
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
        OrphanedOwner => "Orphaned owner", "The owner that a tag names is gone: no user or group of Identity Center has the address, or the IAM user does not exist, and the ledger proves that all were read.";
        ScannerSelf => "The scanner itself", "What the scanner's own roles may do, for you to check like anybody else's.";
        OpenFederation => "Open federation", "A provider shared with others is trusted without saying for whom: any repository of GitHub, any identity of a pool.";
        OverPrivilegedOrchestrator => "Over-privileged orchestrator", "The role of a state machine may do more than its definition calls, or the input of an execution chooses what it is used on.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::paths::path_kind;
    use sv0_model::path::PathKind;

    #[test]
    fn a_kind_of_path_and_the_finding_of_its_name_are_called_alike() {
        for (finding, path) in [
            (FindingKind::TrustAmplification, PathKind::TrustAmplification),
            (FindingKind::PrivilegeEscalation, PathKind::PrivilegeEscalation),
            (FindingKind::ConfusedDeputy, PathKind::ConfusedDeputy),
            (FindingKind::SupplyChainPath, PathKind::SupplyChain),
        ] {
            assert_eq!(finding_kind(finding).label, path_kind(path).label);
        }
    }
}
