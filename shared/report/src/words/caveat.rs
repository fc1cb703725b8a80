//! Caveats as sentences.

use sv0_model::decision::Caveat;

/// What a caveat means for whoever relies on the answer.
pub(crate) fn sentence(caveat: Caveat) -> &'static str {
    match caveat {
        Caveat::UnknownAction => {
            "An action is not in the catalogue of AWS actions; it was matched by its pattern alone."
        }
        Caveat::ResourceTypeMismatch => {
            "By the catalogue this action does not act on a resource of this type; it was matched by its pattern alone."
        }
        Caveat::ConditionsNotEvaluated => {
            "A condition could not be evaluated exactly; the answer leans to what may be possible."
        }
        Caveat::KmsNotEvaluated => {
            "The resource is encrypted under a KMS key whose policy is not known; the key may still stop it."
        }
        Caveat::ManagedPolicyFromSnapshot => {
            "The text of an AWS managed policy comes from a dated snapshot, not from the account."
        }
        Caveat::PolicyNotCollected => "The text of an attached policy was not collected.",
        Caveat::ResourcePolicyNotCollected => {
            "The resource's own policy was not collected; it may grant more, or deny."
        }
        Caveat::ScpsNotCollected => {
            "Service control policies of the organization were not collected; they may stop this."
        }
        Caveat::RcpsNotCollected => {
            "Resource control policies of the organization were not collected; they may stop this."
        }
        Caveat::UndocumentedRule => "AWS's documentation does not decide this case; the stricter reading was taken.",
        Caveat::NotObservable => {
            "No trail records calls of this kind; that none was seen does not mean that none was made."
        }
        Caveat::Stale => "A fact behind this answer is older than the scan.",
        Caveat::PolicyPartlyUnreadable => "A statement of a policy could not be read; it may change this answer.",
        Caveat::DepthLimit => "The chain was cut at the hop limit; it may go on.",
        Caveat::UnresolvedResource => {
            "The resource is known only by a wildcard or as a name in a policy; nothing describes it."
        }
        Caveat::BlockPublicAccessNotCollected => {
            "Whether S3 Block Public Access is on was not collected; where it is on, it stops this."
        }
        Caveat::AccessControlListNotCollected => {
            "The bucket's access control list, or whether it is in force, was not collected; it may grant this."
        }
        Caveat::ObjectAclsNotCollected => {
            "The access control lists of single objects are not read; one of them may grant this."
        }
        Caveat::KeyGrantsNotCollected => "The grants of the KMS key were not collected; one of them may allow this.",
    }
}
