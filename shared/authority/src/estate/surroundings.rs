//! The condition keys that an estate knows: organization, accounts and tags.

use serde_json::Value;
use sv0_iam::{Context, PrincipalKind, Statement};
use sv0_model::arn::Arn;
use sv0_model::decision::Effect;
use sv0_model::graph::{EdgeKind, Entity, EntityKind, Organization, Resolution, urn};

use super::Estate;
use super::judge::Request;
use super::subject::Subject;

const BOUNDARY_KEY: &str = "iam:PermissionsBoundary";

/// Actions that are asked by the boundary which their user or role carries already (Service Authorization Reference, "Actions, resources, and condition keys
/// for AWS Identity and Access Management"; IAM User Guide, "Delegating responsibility to others using permissions boundaries").
const ON_BOUNDED: &[&str] = &[
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DeleteUserPermissionsBoundary",
    "iam:DeleteUserPolicy",
    "iam:DetachRolePolicy",
    "iam:DetachUserPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
];

/// Where an account stands towards the organization of the estate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Membership {
    /// In it.
    Member,
    /// Known to be in no organization.
    Unaffiliated,
    /// Not in it; it may be in another one.
    Outsider,
    /// It was not collected which accounts are in it.
    Unknown,
}

/// Whether sessions of a principal may bring tags of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SessionTags {
    Possible,
    Impossible,
    Unknown,
}

impl Estate<'_> {
    /// The request's own context and, where it is silent, what the estate knows.
    pub(crate) fn surroundings(&self, request: &Request<'_>) -> Context {
        let mut context = request.context.clone();
        let mut known = Known { context: &mut context };
        self.add_principal(request.subject, &mut known);
        self.add_resource(request, &mut known);
        context
    }

    fn add_principal(&self, subject: &Subject<'_>, known: &mut Known<'_>) {
        if let (PrincipalKind::AssumedRole { session, .. }, Some(role)) = (subject.principal.kind(), subject.entity) {
            known.insert("aws:PrincipalArn", vec![role.native_id.clone()]);
            if let Some(id) = role.attributes.get("unique_id").and_then(Value::as_str) {
                known.insert("aws:userid", vec![format!("{id}:{session}")]);
            }
        }
        self.add_organization(subject, known);
        self.add_principal_tags(subject, known);
    }

    fn add_organization(&self, subject: &Subject<'_>, known: &mut Known<'_>) {
        let membership = subject.account().map(|account| self.membership(account));
        let organization = self.graph.organization.id.as_deref();
        match (membership, organization) {
            // Services and anonymous callers belong to no organization, nor does a federated caller before it has a session.
            (None | Some(Membership::Unaffiliated), _) => {
                known.absent("aws:PrincipalOrgID");
                known.absent("aws:PrincipalOrgPaths");
            }
            (Some(Membership::Member), Some(id)) => {
                known.insert("aws:PrincipalOrgID", vec![id.to_owned()]);
                if let Some(path) = subject.account().and_then(|account| self.organization_path(account)) {
                    known.insert("aws:PrincipalOrgPaths", vec![path.to_owned()]);
                }
            }
            _ => {}
        }
    }

    /// Tags of the user or role. A session of a role may bring tags of its own, which then count instead of the role's ("Pass session tags in AWS STS"),
    /// where the role's trust policy lets it: there nothing is known of any tag. Where it was not recorded, keys without a tag stay unknown.
    fn add_principal_tags(&self, subject: &Subject<'_>, known: &mut Known<'_>) {
        let Some(entity) = subject
            .entity
            .filter(|entity| entity.resolution == Resolution::Collected)
        else {
            return;
        };
        let tagged = self.session_tags(entity);
        if tagged == SessionTags::Possible {
            return;
        }
        for (key, value) in &entity.tags {
            known.insert(&format!("aws:PrincipalTag/{key}"), vec![value.clone()]);
        }
        if tagged == SessionTags::Impossible {
            known.absent_prefix("aws:PrincipalTag/");
        }
    }

    /// Whether sessions of the principal may bring tags: its trust policy has to allow `sts:TagSession`.
    fn session_tags(&self, principal: &Entity) -> SessionTags {
        if principal.kind == EntityKind::IamUser {
            return SessionTags::Impossible;
        }
        let lets_tag =
            |statement: &Statement| statement.effect() != Some(Effect::Deny) && statement.may_concern("sts:TagSession");
        match self.own_policy(principal) {
            None => SessionTags::Unknown,
            Some(trust) if trust.statements().iter().any(lets_tag) => SessionTags::Possible,
            Some(_) => SessionTags::Impossible,
        }
    }

    fn add_resource(&self, request: &Request<'_>, known: &mut Known<'_>) {
        let Some(entity) = request.place.entity else {
            return;
        };
        if let Some(account) = entity.account.as_deref() {
            known.insert("aws:ResourceAccount", vec![account.to_owned()]);
            self.add_resource_organization(account, known);
        }
        add_resource_tags(entity, known);
        self.add_function_url(request, entity, known);
        self.add_boundary(request, entity, known);
    }

    /// The ARNs of the policies that a user or role carries as its boundary.
    pub(crate) fn boundaries_of(&self, principal: &str) -> impl Iterator<Item = String> {
        let ceilings = self.targets(principal, EdgeKind::SubjectTo);
        ceilings.map(|ceiling| ceiling.trim_start_matches(&urn::permissions_boundary("")).to_owned())
    }

    /// The boundary that the user or role carries on which the call is made. What makes one or puts a boundary on it names that of the request instead.
    fn add_boundary(&self, request: &Request<'_>, entity: &Entity, known: &mut Known<'_>) {
        let is_known = matches!(entity.kind, EntityKind::IamUser | EntityKind::IamRole)
            && entity.resolution == Resolution::Collected;
        let is_asked = ON_BOUNDED
            .iter()
            .any(|action| action.eq_ignore_ascii_case(request.action));
        if !is_known || !is_asked {
            return;
        }
        let carried: Vec<String> = self.boundaries_of(&entity.native_id).collect();
        if carried.is_empty() {
            known.absent(BOUNDARY_KEY);
        } else {
            known.insert(BOUNDARY_KEY, carried);
        }
    }

    /// How the URL of a function, or that of its alias, authenticates; unknown where that was not collected.
    ///
    /// Source: AWS Lambda Developer Guide, "Control access to Lambda function URLs".
    fn add_function_url(&self, request: &Request<'_>, entity: &Entity, known: &mut Known<'_>) {
        if !request.action.eq_ignore_ascii_case("lambda:InvokeFunctionUrl") {
            return;
        }
        let auth_type = self.function_of(entity).and_then(|function| {
            let of_alias = request.place.arn.strip_prefix(&function.native_id)?;
            let attribute = format!("function_url_auth_type{of_alias}");
            function.attributes.get(&attribute)?.as_str()
        });
        if let Some(auth_type) = auth_type {
            known.insert("lambda:FunctionUrlAuthType", vec![auth_type.to_owned()]);
        }
    }

    fn add_resource_organization(&self, account: &str, known: &mut Known<'_>) {
        match (self.membership(account), self.graph.organization.id.as_deref()) {
            (Membership::Member, Some(id)) => {
                known.insert("aws:ResourceOrgID", vec![id.to_owned()]);
                if let Some(path) = self.organization_path(account) {
                    known.insert("aws:ResourceOrgPaths", vec![path.to_owned()]);
                }
            }
            (Membership::Unaffiliated, _) => {
                known.absent("aws:ResourceOrgID");
                known.absent("aws:ResourceOrgPaths");
            }
            _ => {}
        }
    }

    fn organization_path(&self, account: &str) -> Option<&str> {
        let paths = self.organization_paths.get_or_init(|| {
            let organization = &self.graph.organization;
            let accounts = organization.nodes.keys();
            accounts
                .filter_map(|account| Some((account.clone(), organization_path(organization, account)?)))
                .collect()
        });
        paths.get(account).map(String::as_str)
    }

    /// Where an account stands towards the organization.
    pub(crate) fn membership(&self, account: &str) -> Membership {
        let organization = &self.graph.organization;
        if organization.id.is_none() {
            return if self.scanned.contains(account) {
                Membership::Unaffiliated
            } else {
                Membership::Outsider
            };
        }
        if organization.nodes.contains_key(account) || organization.management_account.as_deref() == Some(account) {
            Membership::Member
        } else if self.lists_accounts {
            Membership::Outsider
        } else if self.scanned.contains(account) {
            Membership::Member
        } else {
            Membership::Unknown
        }
    }
}

/// Tags of a resource that was collected; what is not tagged is known to be absent.
///
/// S3 tells neither: requests for objects carry a bucket's tags only where attribute-based access control is switched on, which no answer records.
fn add_resource_tags(entity: &Entity, known: &mut Known<'_>) {
    if entity.resolution != Resolution::Collected || entity.kind == EntityKind::S3Bucket {
        return;
    }
    let service = Arn::parse(&entity.native_id).map_or("", |arn| arn.service);
    for prefix in ["aws:ResourceTag/".to_owned(), format!("{service}:ResourceTag/")] {
        for (key, value) in &entity.tags {
            known.insert(&format!("{prefix}{key}"), vec![value.clone()]);
        }
        known.absent_prefix(&prefix);
    }
}

/// `o-…/r-…/ou-…/`, as `aws:PrincipalOrgPaths` has it.
pub(crate) fn organization_path(organization: &Organization, account: &str) -> Option<String> {
    let levels = organization.levels_of(account)?;
    let above = levels.split_last().map(|(_, above)| above)?;
    let mut path = format!("{}/", organization.id.as_deref()?);
    for node in above {
        path.push_str(&node.id);
        path.push('/');
    }
    Some(path)
}

/// Fills a context without overruling it.
struct Known<'c> {
    context: &'c mut Context,
}

impl Known<'_> {
    fn insert(&mut self, key: &str, values: Vec<String>) {
        self.context.fill(key, || values);
    }

    fn absent(&mut self, key: &str) {
        self.context.fill_absent(key);
    }

    fn absent_prefix(&mut self, prefix: &str) {
        self.context.mark_absent_prefix(prefix);
    }
}
