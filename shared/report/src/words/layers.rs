//! The layers of AWS's evaluation logic.

use sv0_model::decision::Layer;

use super::table::worded;

worded! {
    /// The words of a layer.
    fn layer,
    /// Every layer.
    const LAYERS of Layer {
        Identity => "identity policy", "What the user, group or role holds: what it may do.";
        Resource => "resource policy", "What the resource holds: who may act on it. A role's trust policy is one.";
        Boundary => "permissions boundary", "A ceiling on one user or role. It grants nothing; what it leaves out cannot be done.";
        Session => "session policy", "A ceiling passed along when a session begins.";
        Scp => "SCP", "Service control policy: a ceiling of the organization on the principals of an account. Every level, from root to account, has to allow.";
        Rcp => "RCP", "Resource control policy: a ceiling of the organization on the resources of an account, whoever calls.";
        Endpoint => "VPC endpoint policy", "A ceiling on what passes through a VPC endpoint.";
        Kms => "KMS key policy", "Who may use the key that the data is encrypted under: it needs the key's leave as well as its own.";
        BlockPublicAccess => "S3 Block Public Access", "A setting that overrules policies which open a bucket to everyone.";
    }
}
