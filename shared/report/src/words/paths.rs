//! The kinds of paths and where data leaves to.

use sv0_model::path::{EgressCategory, PathKind};

use super::table::worded;

worded! {
    /// The words of a kind of path.
    fn path_kind,
    /// Every kind, in the order of precedence.
    const PATH_KINDS of PathKind {
        Direct => "Direct", "The workload's own role reaches the resource.";
        InstanceProfile => "Instance profile", "The workload is an EC2 instance or Auto Scaling group: whoever runs a command on it has the role of its instance profile.";
        ResourcePolicyOnly => "Resource policy alone", "No identity-based policy grants the access: the policy of the resource alone does, and only there it can be taken away.";
        AssumedChain => "Chain of roles", "At least one further role is assumed on the way.";
        FederatedHuman => "Person, federated", "A person signed in through IAM Identity Center, SAML or another provider.";
        InternetEgress => "Out to the internet", "Data leaves AWS: the path ends on a place outside, or passes through one.";
        Orchestrated => "Orchestrated", "A state machine, rule, schedule or pipe sets something else going that has the authority.";
        LambdaToLambda => "Lambda to Lambda", "A Lambda function invokes another that has the authority.";
        Agent => "AI agent", "A Bedrock agent, flow or AgentCore runtime acts through an action group, gateway or collaborator.";
        ConfusedDeputy => "Confused deputy", "A service acts for whoever asks it to, because no condition (aws:SourceArn, aws:SourceAccount) names the caller.";
        TrustAmplification => "Into greater trust", "The chain crosses from an environment of lesser trust into one of greater, such as development into production.";
        SupplyChain => "Supply chain", "A pipeline or another role changes the code or the image that runs with the authority.";
        PrivilegeEscalation => "Privilege escalation", "A step raises the caller's own authority: a policy rewritten, a role passed to a service.";
    }
}

worded! {
    /// The words of a way out.
    fn egress,
    /// Every way out.
    const EGRESS_CATEGORIES of EgressCategory {
        Llm => "to a language model", "Data is given to a large language model, and with its answers to whoever talks to it.";
        Internet => "out of AWS", "Data is sent to a place outside AWS.";
    }
}
