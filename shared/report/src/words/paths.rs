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
        AssumedChain => "Chain of roles", "A further role is assumed on the way, or taken on by a container or build that is set going.";
        FederatedHuman => "Person, federated", "A person signed in through IAM Identity Center, SAML or another provider.";
        InternetEgress => "Out to the internet", "Data leaves AWS: the path ends on a place outside, or passes through one.";
        Orchestrated => "Orchestrated", "A state machine, rule, schedule or pipe sets something else going that has the authority, or is itself set going.";
        LambdaToLambda => "Lambda to Lambda", "A Lambda function invokes another that has the authority.";
        Agent => "AI agent", "A Bedrock agent, flow, AgentCore runtime or gateway is the start, or is set going: what it reads can reach a model.";
        ConfusedDeputy => "Confused deputy", "A service acts for whoever asks it to, because no condition (aws:SourceArn, aws:SourceAccount) names the caller.";
        TrustAmplification => "Into greater trust", "The chain leads from an environment of lesser trust, such as development, into production, or assumes roles across accounts into a restricted resource.";
        SupplyChain => "Supply chain", "Code or an image is replaced on the way, and runs with the authority of whatever runs it.";
        PrivilegeEscalation => "Privilege escalation", "A step gains authority that the caller was not given: a policy rewritten, a role passed to a service, something taken over that runs with a role.";
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
