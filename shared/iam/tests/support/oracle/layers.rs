//! From the statements that match to the answer: who had to allow, who did, who denied.

use std::collections::BTreeSet;

use super::principals::{Reach, WhoKind};
use super::trace::Trace;
use super::{Answer, Found, LAYERS, Matches, Oracle};

/// Everything that matched, layer by layer.
pub(super) struct Layers {
    pub(super) identity: Matches,
    pub(super) boundary: Matches,
    pub(super) session: Matches,
    pub(super) scps: Vec<Matches>,
    pub(super) bound_by_scps: bool,
    pub(super) rcp: Matches,
    pub(super) resource: Matches,
    pub(super) endpoint: Matches,
}

impl Layers {
    pub(super) fn answer(&self, oracle: &Oracle, trace: &mut Trace) -> Answer {
        let denies = self.denies();
        let lacking = self.lacking(oracle, trace);
        let blocks = |layer: &&str| {
            lacking.contains(layer) || denies.iter().any(|(own, found)| own == layer && !found.is_empty())
        };
        let blocked_by: Vec<&'static str> = LAYERS.into_iter().filter(blocks).collect();
        let denied: BTreeSet<Found> = denies.into_iter().flat_map(|(_, found)| found).collect();
        // "An explicit deny in any of these policies overrides the allow." ("Policy evaluation logic")
        let (decision, statements) = if !denied.is_empty() {
            ("explicit_deny", denied)
        } else if blocked_by.is_empty() {
            ("allow", self.deciding(oracle))
        } else {
            ("implicit_deny", BTreeSet::new())
        };
        Answer {
            decision,
            blocked_by,
            statements,
        }
    }

    fn denies(&self) -> Vec<(&'static str, Vec<Found>)> {
        vec![
            ("identity", self.identity.denies.clone()),
            ("resource", self.resource.denies.clone()),
            ("boundary", self.boundary.denies.clone()),
            ("session", self.session.denies.clone()),
            ("scp", self.scps.iter().flat_map(|level| level.denies.clone()).collect()),
            ("rcp", self.rcp.denies.clone()),
            ("endpoint", self.endpoint.denies.clone()),
        ]
    }

    /// The layers that had to allow and do not.
    fn lacking(&self, oracle: &Oracle, trace: &mut Trace) -> Vec<&'static str> {
        let mut lacking = Vec::new();
        let mut require = |layer: &'static str, allowed: bool| {
            if !allowed {
                lacking.push(layer);
            }
        };
        let same_account = oracle.is_same_account();
        let granted = self.granted();
        let granted_directly = same_account && granted == Some(Reach::Directly);
        let granted_instead = same_account && granted >= Some(Reach::ToRole);
        match (same_account, granted) {
            (true, Some(Reach::Directly)) => trace.hit("same account: direct grant"),
            (true, Some(Reach::ToRole)) => trace.hit("same account: grant to the role"),
            (true, Some(Reach::ToAccount)) => trace.hit("same account: delegation"),
            (true, None) => {}
            (false, _) => trace.hit("cross account"),
        }
        if oracle.who.has_policies() {
            // Same account: "the resource-based policy … or the identity-based policy"; cross account: "both" (IAM User Guide, "Cross-account policy evaluation logic").
            require("identity", granted_instead || self.identity.allow());
            // "Resource-based policies that grant permissions to an IAM user ARN … are not limited by an implicit deny in an identity-based policy or permissions
            // boundary. … Permissions granted directly to a session are not limited by an implicit deny in an identity-based policy, a permissions boundary, or
            // session policy. … Resource-based policies that grant permissions to an IAM role ARN are limited by an implicit deny in a permissions boundary or
            // session policy." ("How AWS enforcement code logic evaluates requests …")
            require("boundary", granted_directly || self.within_boundary(oracle));
            require(
                "session",
                (granted_directly || self.within_session(oracle)) && !oracle.is_closed_to_federated_users(),
            );
        }
        // "By default, … the AWS account root user has full access" – in its account. Service, provider, canonical and anonymous principals have no policies.
        if oracle.needs_its_resource_policy() {
            trace.hit(if oracle.action.starts_with("kms:") {
                "key policy"
            } else {
                "trust policy"
            });
        }
        if oracle.needs_its_resource_policy() || !same_account || !oracle.who.is_of_account() {
            trace.hit("the resource policy has to allow");
            require("resource", granted.is_some() && oracle.is_effective_across_accounts());
        }
        // "For a permission to be allowed for a specific account, there must be an explicit Allow statement at every level from the root through each OU in the
        // direct path to the account" (AWS Organizations User Guide, "SCP evaluation").
        if self.bound_by_scps {
            if oracle.scps.iter().any(Vec::is_empty) {
                trace.hit("SCP level without policies");
            }
            require("scp", self.scps.iter().all(Matches::allow));
        }
        // "An endpoint policy … control[s] which AWS principals can use the endpoint" (AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies").
        require("endpoint", oracle.endpoint.is_empty() || self.endpoint.allow());
        lacking
    }

    fn granted(&self) -> Option<Reach> {
        self.resource.allows.iter().map(|(reach, _)| *reach).max()
    }

    fn within_boundary(&self, oracle: &Oracle) -> bool {
        oracle.boundaries.is_empty() || self.boundary.allow()
    }

    /// AWS gives a federated user without a session policy no permissions ("Permissions for GetFederationToken"). The contract reads a null session policy as "not
    /// known", since no answer of AWS tells which one was passed: it limits nothing.
    fn within_session(&self, oracle: &Oracle) -> bool {
        oracle.session.is_none() || self.session.allow()
    }

    /// The Allows that decide: those of every way in which the request is allowed (contract, `statements`).
    fn deciding(&self, oracle: &Oracle) -> BTreeSet<Found> {
        let same_account = oracle.is_same_account();
        let is_root = oracle.who.kind == WhoKind::Root;
        let within_limits = is_root || self.within_boundary(oracle) && self.within_session(oracle);
        let by_identity = within_limits && (is_root || self.identity.allow());
        let mut deciding: BTreeSet<Found> = self
            .scps
            .iter()
            .flat_map(Matches::found)
            .chain(self.endpoint.found())
            .collect();
        let mut uses_limits = false;
        if oracle.who.has_policies() && by_identity {
            deciding.extend(self.identity.found());
            uses_limits = true;
        }
        for (reach, found) in &self.resource.allows {
            let counts = match reach {
                _ if !same_account || !oracle.who.is_of_account() => true,
                Reach::Directly => true,
                Reach::ToRole => within_limits,
                Reach::ToAccount => by_identity && oracle.needs_its_resource_policy(),
            };
            if counts {
                uses_limits |= *reach == Reach::ToRole;
                deciding.insert(found.clone());
            }
        }
        if oracle.who.has_policies() && uses_limits {
            deciding.extend(self.boundary.found().chain(self.session.found()));
        }
        deciding
    }
}
