//! The routes of one principal to an administrator's authority.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use sv0_iam::{Context, NamedPolicy, parse_policy};
use sv0_model::arn::{Arn, account_of};
use sv0_model::decision::{Caveat, Decision, StatementRef};
use sv0_model::graph::{EdgeKind, Entity, EntityKind};

use super::Route;
use super::calls::{allows_everything, made_of, most_open, reference};
use super::ground::Ground;
use crate::access::IdentityGrants;
use crate::estate::{Estate, Holdings, Subject};
use crate::findings::draft::name;
use crate::findings::routes::{
    ADD_TO_GROUP, ASSUME_ROLE, PASS_ROLE, PASS_ROUTES, PassRoute, RAISING_ACTIONS, SELF_ROUTES, SelfTarget,
    TAKEOVER_ROUTES, TakeoverTarget, all_actions,
};

/// The action that shows control over permissions, asked on a role that nothing singles out.
const PROBE: &str = "iam:AttachRolePolicy";

/// Regions in which a route through a service is tried for one account.
const MOST_REGIONS: usize = 4;

/// A principal that may turn out to be an administrator.
pub(super) struct Candidate<'a, 'e> {
    pub(super) ground: &'a Ground<'e>,
    pub(super) estate: &'e Estate<'e>,
    pub(super) entity: &'e Entity,
    pub(super) subject: Subject<'e>,
}

impl<'a, 'e> Candidate<'a, 'e> {
    pub(super) fn new(ground: &'a Ground<'e>, entity: &'e Entity) -> Option<Self> {
        let estate = ground.estate;
        let subject = estate.subject_of(entity)?;
        Some(Self {
            ground,
            estate,
            entity,
            subject,
        })
    }

    pub(super) fn id(&self) -> &'e str {
        &self.entity.native_id
    }

    fn arn(&self, service: &str, region: &str, resource: &str) -> String {
        let own = Arn::parse(self.id());
        let (partition, account) = own.map_or(("aws", ""), |arn| (arn.partition, arn.account));
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    /// The route by which a principal is an administrator on its own.
    pub(super) fn alone(&self) -> Option<Route> {
        let identity = IdentityGrants::new(&self.subject, all_actions());
        self.direct()
            .or_else(|| self.by_itself(&identity))
            .or_else(|| self.by_joining_group(&identity))
            .or_else(|| self.by_raising(&identity))
    }

    fn direct(&self) -> Option<Route> {
        let policies = self.subject.holdings.identity.iter();
        let statements: Vec<StatementRef> = policies
            .flat_map(|policy| {
                policy
                    .policy
                    .statements()
                    .iter()
                    .map(move |statement| (policy, statement))
            })
            .filter(|(_, statement)| allows_everything(statement))
            .map(|(policy, statement)| reference(policy, statement))
            .collect();
        if statements.is_empty() {
            return None;
        }
        let call = self.call(&self.subject, PROBE, &self.arn("iam", "", "role/sv0-any"))?;
        Some(Route {
            words: "may do every action on every resource".to_owned(),
            through: None,
            calls: Vec::new(),
            decision: call.decision,
            statements,
            caveats: call.caveats,
        })
    }

    fn by_itself(&self, identity: &IdentityGrants<'_>) -> Option<Route> {
        let routes = SELF_ROUTES.iter().flat_map(|route| {
            self.self_targets(route.on)
                .into_iter()
                .map(move |target| (route, target))
        });
        let open = routes
            .filter(|(route, target)| identity.may_allow(route.action, target))
            .filter_map(|(route, target)| {
                let call = self.call(&self.subject, route.action, &target)?;
                Some(made_of(
                    format!("{} ({})", route.words, route.action),
                    None,
                    vec![(route.action.to_owned(), target)],
                    vec![call],
                ))
            });
        // More authority helps only where no boundary and no control policy keeps an administrator from being one.
        let best = most_open(open)?;
        self.would_be_administrator().then_some(best)
    }

    fn self_targets(&self, on: SelfTarget) -> Vec<String> {
        let is_user = self.entity.kind == EntityKind::IamUser;
        let groups = || self.estate.targets(self.id(), EdgeKind::MemberOf).map(str::to_owned);
        match on {
            SelfTarget::OwnRole if !is_user => vec![self.id().to_owned()],
            SelfTarget::OwnUser if is_user => vec![self.id().to_owned()],
            SelfTarget::OwnGroup if is_user => groups().collect(),
            SelfTarget::HeldPolicy => {
                let held = self.subject.holdings.identity.iter().map(|policy| policy.name.clone());
                held.filter(|policy| account_of(policy).is_some()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether the principal would be an administrator if it held every permission: boundary and control policies still bind it.
    fn would_be_administrator(&self) -> bool {
        let everything =
            json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
        let mut holdings: Holdings = self.subject.holdings.clone().into_owned();
        holdings.identity = vec![NamedPolicy {
            name: "urn:sv0:everything".to_owned(),
            policy: Arc::new(parse_policy(&everything).policy),
        }];
        let raised = Subject {
            holdings: Cow::Owned(holdings),
            ..self.subject.clone()
        };
        self.call(&raised, PROBE, &self.arn("iam", "", "role/sv0-any"))
            .is_some()
    }

    /// Raises a role and then assumes it.
    fn by_raising(&self, identity: &IdentityGrants<'_>) -> Option<Route> {
        let raises: Vec<&str> = RAISING_ACTIONS
            .iter()
            .copied()
            .filter(|action| identity.lists(action))
            .collect();
        if raises.is_empty() {
            return None;
        }
        let roles = self.ground.roles_within_reach(&self.subject).into_iter();
        let mut others = roles.filter(|role| role.account == self.entity.account && role.native_id != self.id());
        others.find_map(|role| {
            let action = raises
                .iter()
                .find(|action| identity.may_allow(action, &role.native_id))?;
            let assume = self.call(&self.subject, ASSUME_ROLE, &role.native_id)?;
            let raise = self.call(&self.subject, action, &role.native_id)?;
            let raised = Self::new(self.ground, role)?;
            let words = format!("can raise role {} and assume it ({action})", name(role));
            let names = vec![
                ((*action).to_owned(), role.native_id.clone()),
                (ASSUME_ROLE.to_owned(), role.native_id.clone()),
            ];
            raised
                .would_be_administrator()
                .then(|| made_of(words, None, names, vec![raise, assume]))
        })
    }

    /// The route by which a principal gains the authority of one that is an administrator already.
    pub(super) fn through_others(&self, administrators: &BTreeMap<&'e str, Decision>) -> Option<Route> {
        let identity = IdentityGrants::new(&self.subject, all_actions());
        let within_reach = self.ground.administrators_within_reach(&self.subject, administrators);
        let routes = within_reach.into_iter().filter_map(|administrator| {
            let mut route = self
                .by_takeover(administrator, &identity)
                .or_else(|| self.by_passing(administrator, &identity))?;
            // Nobody gains more than the other has.
            let of_other = administrators.get(administrator.native_id.as_str()).copied();
            route.decision = of_other.map_or(route.decision, |other| other.max(route.decision));
            Some(route)
        });
        most_open(routes)
    }

    fn by_takeover(&self, administrator: &'e Entity, identity: &IdentityGrants<'_>) -> Option<Route> {
        let running = self.ground.running_as(&administrator.native_id);
        let of_kind = |kind: EntityKind| {
            running
                .iter()
                .filter(move |workload| workload.kind == kind)
                .map(|workload| workload.native_id.as_str())
        };
        TAKEOVER_ROUTES.iter().find_map(|route| {
            let targets: Vec<&str> = match (route.on, administrator.kind) {
                (TakeoverTarget::Role, EntityKind::IamRole) | (TakeoverTarget::User, EntityKind::IamUser) => {
                    vec![&administrator.native_id]
                }
                (TakeoverTarget::Function, _) => of_kind(EntityKind::LambdaFunction).collect(),
                (TakeoverTarget::Instance, _) => of_kind(EntityKind::Ec2Instance).collect(),
                _ => Vec::new(),
            };
            targets.into_iter().find_map(|target| {
                let trusts = route.action == ASSUME_ROLE && self.ground.trusts_directly(administrator, &self.subject);
                if !trusts && !identity.may_allow(route.action, target) {
                    return None;
                }
                let call = self.call(&self.subject, route.action, target)?;
                let words = format!("{} {} ({})", route.words, name(administrator), route.action);
                Some(made_of(
                    words,
                    Some(administrator),
                    vec![(route.action.to_owned(), target.to_owned())],
                    vec![call],
                ))
            })
        })
    }

    fn by_passing(&self, administrator: &'e Entity, identity: &IdentityGrants<'_>) -> Option<Route> {
        let is_role = administrator.kind == EntityKind::IamRole && administrator.account == self.entity.account;
        if !is_role || !identity.may_allow(PASS_ROLE, &administrator.native_id) {
            return None;
        }
        PASS_ROUTES
            .iter()
            .find_map(|route| self.by_service(administrator, route))
    }

    fn by_service(&self, administrator: &'e Entity, route: &PassRoute) -> Option<Route> {
        let service = self.estate.named_subject(route.service)?;
        self.call(&service, ASSUME_ROLE, &administrator.native_id)?;
        let mut context = Context::new();
        context.insert("iam:PassedToService", vec![route.service.to_owned()]);
        let pass = self.call_in(&self.subject, PASS_ROLE, &administrator.native_id, &context)?;
        self.regions().into_iter().find_map(|region| {
            let mut names = vec![(PASS_ROLE.to_owned(), administrator.native_id.clone())];
            let mut calls = vec![pass.clone()];
            for (action, resource) in route.actions {
                let resource = self.fill(resource, &region);
                calls.push(self.call(&self.subject, action, &resource)?);
                names.push(((*action).to_owned(), resource));
            }
            let words = format!("{} {} ({})", route.words, name(administrator), PASS_ROLE);
            Some(made_of(words, Some(administrator), names, calls))
        })
    }

    /// Puts itself into a group whose policies make an administrator.
    fn by_joining_group(&self, identity: &IdentityGrants<'_>) -> Option<Route> {
        if self.entity.kind != EntityKind::IamUser || !identity.lists(ADD_TO_GROUP) {
            return None;
        }
        self.ground.groups_of(self.subject.account()).iter().find_map(|group| {
            let policies = self.administrator_policies(&group.native_id);
            if policies.is_empty() || !self.would_be_administrator() {
                return None;
            }
            let mut call = self.call(&self.subject, ADD_TO_GROUP, &group.native_id)?;
            let library = self.estate.library();
            if policies.iter().all(|policy| library.is_from_snapshot(policy)) {
                call.caveats.push(Caveat::ManagedPolicyFromSnapshot);
            }
            let words = format!("can put itself into group {} ({ADD_TO_GROUP})", name(group));
            Some(made_of(
                words,
                None,
                vec![(ADD_TO_GROUP.to_owned(), group.native_id.clone())],
                vec![call],
            ))
        })
    }

    /// The policies of a group that allow everything.
    fn administrator_policies(&self, group: &str) -> Vec<&'e str> {
        let allows = |policy: &&str| {
            let text = self.estate.library().policy(policy);
            text.is_some_and(|policy| policy.statements().iter().any(allows_everything))
        };
        let held = self.estate.targets(group, EdgeKind::HasPolicy);
        held.filter(allows).collect()
    }

    fn regions(&self) -> Vec<String> {
        let regions = self.ground.regions_of(self.subject.account());
        let mut regions: Vec<String> = regions.take(MOST_REGIONS).map(str::to_owned).collect();
        if regions.is_empty() {
            regions.push("us-east-1".to_owned());
        }
        regions
    }

    fn fill(&self, template: &str, region: &str) -> String {
        let own = Arn::parse(self.id());
        template
            .replace("{partition}", own.map_or("aws", |arn| arn.partition))
            .replace("{region}", region)
            .replace("{account}", own.map_or("", |arn| arn.account))
    }
}
