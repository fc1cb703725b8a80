//! Finding an entity by the name under which a record speaks of it.

use std::collections::BTreeMap;

use serde_json::Value;
use sv0_iam::PrincipalPattern;
use sv0_model::arn::{Arn, is_account_id};
use sv0_model::graph::{Entity, EntityKind, urn};

use crate::description::{Description, Reference};
use crate::facts::{Facts, KeyAlias};
use crate::freshness::{Freshness, Newest};
use crate::image::{self, Repository};
use crate::json::{host_of, is_arn};
use crate::launch::LaunchProfiles;
use crate::resource_arn;
use crate::target::{IMAGE_REPOSITORY, Target};

/// The collected entities under every name they go by.
#[derive(Debug, Default)]
pub(crate) struct Index {
    partition: String,
    /// Native ids of roles, users and groups by account, kind and name; a name is unique whatever its path.
    by_name: BTreeMap<(String, NamedKind, String), String>,
    /// Native ids of principals by unique id (`AROA…`, `AIDA…`).
    by_unique_id: BTreeMap<String, (String, EntityKind)>,
    /// Key ARNs by alias ARN.
    keys_by_alias: BTreeMap<String, String>,
    /// Keys that AWS manages.
    aws_managed_keys: std::collections::BTreeSet<String>,
    /// Role ARNs by instance profile ARN, with the rank of who says so.
    roles_by_profile: BTreeMap<String, (Freshness, Option<String>)>,
    /// Instance profiles of launch templates and configurations.
    launch_profiles: LaunchProfiles,
    /// The highest revision by task definition ARN without its revision.
    newest_revision: BTreeMap<String, (u64, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum NamedKind {
    Role,
    User,
    Group,
}

/// What a reference was resolved to, and what the edge should remember of how.
pub(crate) struct Resolved {
    /// The end of the edge.
    pub(crate) target: Target,
    /// Attributes for the edge.
    pub(crate) attributes: Vec<(&'static str, Value)>,
}

impl Resolved {
    fn plain(target: Target) -> Self {
        Self {
            target,
            attributes: Vec::new(),
        }
    }
}

impl Index {
    /// Indexes what was described.
    pub(crate) fn new<'a>(facts: &Facts, described: impl Iterator<Item = (&'a Freshness, &'a Description)>) -> Self {
        let mut index = Self {
            partition: facts.partition.clone(),
            launch_profiles: LaunchProfiles::new(&facts.launch_profiles),
            ..Self::default()
        };
        for (profile, fact) in facts.instance_profiles.iter() {
            index.offer_profile(profile, &fact.freshness, fact.value.clone());
        }
        for (freshness, description) in described {
            index.add(freshness, description);
        }
        index.add_aliases(&facts.key_aliases);
        index
    }

    fn add(&mut self, freshness: &Freshness, description: &Description) {
        let entity = &description.entity;
        if let (Some(kind), Some(account)) = (named_kind(entity.kind), &entity.account) {
            let key = (account.clone(), kind, entity.name.clone());
            self.by_name.insert(key, entity.native_id.clone());
        }
        if let Some(id) = text(entity, "unique_id") {
            self.by_unique_id
                .insert(id.to_owned(), (entity.native_id.clone(), entity.kind));
        }
        for profile in &description.instance_profiles {
            self.offer_profile(profile, freshness, Some(entity.native_id.clone()));
        }
        match entity.kind {
            EntityKind::KmsKey => self.add_key(entity),
            EntityKind::EcsTaskDefinition => self.add_task_definition(entity),
            _ => {}
        }
    }

    /// A profile holds at most one role; of several that claim it the newest word counts.
    fn offer_profile(&mut self, profile: &str, freshness: &Freshness, role: Option<String>) {
        let offered = (freshness.clone(), role);
        match self.roles_by_profile.get(profile) {
            Some(known) if *known >= offered => {}
            _ => {
                self.roles_by_profile.insert(profile.to_owned(), offered);
            }
        }
    }

    fn add_key(&mut self, entity: &Entity) {
        if text(entity, "key_manager") == Some("AWS") {
            self.aws_managed_keys.insert(entity.native_id.clone());
        }
        let aliases = entity.attributes.get("aliases").and_then(Value::as_array);
        for alias in aliases.into_iter().flatten().filter_map(Value::as_str) {
            let alias_arn = self.alias_arn(alias, entity.account.as_deref(), entity.region.as_deref());
            self.keys_by_alias.insert(alias_arn, entity.native_id.clone());
        }
    }

    /// An alias that was recorded on its own outranks the list that stands in a key's item.
    fn add_aliases(&mut self, aliases: &Newest<KeyAlias>) {
        for (alias_arn, fact) in aliases.iter() {
            let place = Arn::parse(alias_arn);
            let key = self.key_arn(
                &fact.value.target,
                place.map(|arn| arn.account),
                place.map(|arn| arn.region),
            );
            self.keys_by_alias.insert(alias_arn.clone(), key);
        }
    }

    fn add_task_definition(&mut self, entity: &Entity) {
        let Some((family, revision)) = entity.native_id.rsplit_once(':') else {
            return;
        };
        let Ok(revision) = revision.parse::<u64>() else {
            return;
        };
        let offered = (revision, entity.native_id.clone());
        match self.newest_revision.get(family) {
            Some(known) if *known >= offered => {}
            _ => {
                self.newest_revision.insert(family.to_owned(), offered);
            }
        }
    }

    /// Every alias by its key, for the keys' attribute `aliases`.
    pub(crate) fn aliases(&self) -> impl Iterator<Item = (&String, &String)> {
        self.keys_by_alias.iter()
    }

    /// The entity a reference means, seen from the entity that makes it.
    pub(crate) fn resolve(&self, from: &Entity, reference: &Reference) -> Option<Resolved> {
        let account = from.account.as_deref();
        let resolved = match reference {
            Reference::Arn(arn) => self.by_arn(arn)?,
            Reference::InFormat(format, text) => self.in_format(format, text, from)?,
            Reference::Queue(queue) => self.queue(queue, from)?,
            Reference::Model(model) => self.model(model, from)?,
            Reference::Host(url) => Resolved::plain(internet_destination(url)?),
            Reference::Launch(name) => self.instance_profile(self.launch_profiles.of(name)?, account),
            Reference::Id { native_id, kind } => Resolved::plain(self.by_id(native_id, *kind)),
            Reference::Role(role) => Resolved::plain(self.role(role, account)),
            Reference::Group(name) => Resolved::plain(self.group(name, account)),
            Reference::InstanceProfile(profile) => self.instance_profile(profile, account),
            Reference::Key(key) => self.key(key, from),
            Reference::Image(image) => self.repository(image),
            Reference::TaskDefinition(definition) => Resolved::plain(self.task_definition(definition, from)),
        };
        Some(resolved)
    }

    /// Anything by its ARN; the edge remembers which version or part of it was meant. What is no ARN names nothing.
    fn by_arn(&self, text: &str) -> Option<Resolved> {
        if !is_arn(text) {
            return None;
        }
        let (target, qualifier) = resource_arn::target(text);
        let native_id = match target.kind {
            EntityKind::EcsTaskDefinition => self.newest_of(target.native_id),
            _ => target.native_id,
        };
        let qualifier = qualifier.map(|qualifier| ("qualifier", Value::String(qualifier)));
        Some(Resolved {
            target: Target::new(native_id, target.kind),
            attributes: qualifier.into_iter().collect(),
        })
    }

    fn in_format(&self, format: &str, text: &str, from: &Entity) -> Option<Resolved> {
        if is_arn(text) {
            return self.by_arn(text);
        }
        let arn = format
            .replace("{partition}", &self.partition)
            .replace("{region}", from.region.as_deref().unwrap_or_default())
            .replace("{account}", from.account.as_deref().unwrap_or_default())
            .replace("{id}", text);
        self.by_arn(&arn)
    }

    /// `https://sqs.<region>.<suffix>/<account>/<name>`, an ARN, or a bare name.
    fn queue(&self, text: &str, from: &Entity) -> Option<Resolved> {
        const FORMAT: &str = "arn:{partition}:sqs:{region}:{account}:{id}";
        match queue_of_url(text) {
            Some((region, account, name)) => {
                self.by_arn(&format!("arn:{}:sqs:{region}:{account}:{name}", self.partition))
            }
            None => self.in_format(FORMAT, text, from),
        }
    }

    /// A model's id; that of an inference profile starts with the geography it runs in.
    ///
    /// Source: Amazon Bedrock User Guide, "Supported Regions and models for inference profiles".
    fn model(&self, text: &str, from: &Entity) -> Option<Resolved> {
        const GEOGRAPHIES: [&str; 9] = ["us.", "us-gov.", "eu.", "apac.", "global.", "jp.", "au.", "ca.", "sa."];
        let is_profile = GEOGRAPHIES.iter().any(|geography| text.starts_with(geography));
        let format = if is_profile {
            "arn:{partition}:bedrock:{region}:{account}:inference-profile/{id}"
        } else {
            "arn:{partition}:bedrock:{region}::foundation-model/{id}"
        };
        self.in_format(format, text, from)
    }

    /// An end that is given by its native id.
    pub(crate) fn by_id(&self, native_id: &str, kind: EntityKind) -> Target {
        let target = Target::new(native_id, kind);
        match (kind, native_id.strip_prefix("urn:sv0:account:")) {
            (EntityKind::Account, Some(account)) => target.named(account),
            _ => target,
        }
    }

    fn role(&self, text: &str, account: Option<&str>) -> Target {
        if Arn::parse(text).is_some() {
            return Target::arn(text);
        }
        let name = text.rsplit('/').next().unwrap_or(text);
        Target::new(self.iam_arn(NamedKind::Role, account, name), EntityKind::IamRole)
    }

    fn group(&self, name: &str, account: Option<&str>) -> Target {
        Target::new(self.iam_arn(NamedKind::Group, account, name), EntityKind::IamGroup)
    }

    /// The ARN of a principal that is known by name alone; if nothing describes it, its path is taken to be `/`.
    fn iam_arn(&self, kind: NamedKind, account: Option<&str>, name: &str) -> String {
        let account = account.unwrap_or_default();
        let key = (account.to_owned(), kind, name.to_owned());
        let resource = match kind {
            NamedKind::Role => "role",
            NamedKind::User => "user",
            NamedKind::Group => "group",
        };
        let guessed = || format!("arn:{}:iam::{account}:{resource}/{name}", self.partition);
        self.by_name.get(&key).cloned().unwrap_or_else(guessed)
    }

    /// The role inside a profile. Where nothing tells it, the profile itself stands in for it.
    fn instance_profile(&self, profile: &str, account: Option<&str>) -> Resolved {
        let arn = match Arn::parse(profile) {
            Some(_) => profile.to_owned(),
            None => format!(
                "arn:{}:iam::{}:instance-profile/{profile}",
                self.partition,
                account.unwrap_or_default()
            ),
        };
        let role = self.roles_by_profile.get(&arn).and_then(|(_, role)| role.as_deref());
        let target = role.map_or_else(|| Target::new(arn.clone(), EntityKind::GenericResource), Target::arn);
        Resolved {
            target,
            attributes: vec![("instance_profile", Value::String(arn))],
        }
    }

    fn key(&self, text: &str, from: &Entity) -> Resolved {
        let (account, region) = (from.account.as_deref(), from.region.as_deref());
        let alias = self.alias_in(text, account, region);
        let native_id = match &alias {
            Some(alias_arn) => self
                .keys_by_alias
                .get(alias_arn)
                .cloned()
                .unwrap_or_else(|| alias_arn.clone()),
            None => self.key_arn(text, account, region),
        };
        let mut attributes = Vec::new();
        let is_aws_managed = alias.as_deref().is_some_and(|alias| alias.contains(":alias/aws/"))
            || self.aws_managed_keys.contains(&native_id);
        if let Some(alias_arn) = alias {
            attributes.push(("alias", Value::String(alias_arn)));
        }
        if is_aws_managed {
            attributes.push(("aws_managed", Value::Bool(true)));
        }
        Resolved {
            target: Target::new(native_id, EntityKind::KmsKey),
            attributes,
        }
    }

    /// The ARN of the alias, if the text names a key by alias.
    fn alias_in(&self, text: &str, account: Option<&str>, region: Option<&str>) -> Option<String> {
        match Arn::parse(text) {
            Some(arn) => arn.resource.starts_with("alias/").then(|| text.to_owned()),
            None => text
                .starts_with("alias/")
                .then(|| self.alias_arn(text, account, region)),
        }
    }

    fn alias_arn(&self, alias: &str, account: Option<&str>, region: Option<&str>) -> String {
        if Arn::parse(alias).is_some() {
            return alias.to_owned();
        }
        self.kms_arn(alias, account, region)
    }

    fn key_arn(&self, text: &str, account: Option<&str>, region: Option<&str>) -> String {
        if Arn::parse(text).is_some() {
            return text.to_owned();
        }
        self.kms_arn(&format!("key/{text}"), account, region)
    }

    fn kms_arn(&self, resource: &str, account: Option<&str>, region: Option<&str>) -> String {
        let (account, region) = (account.unwrap_or_default(), region.unwrap_or_default());
        format!("arn:{}:kms:{region}:{account}:{resource}", self.partition)
    }

    fn repository(&self, text: &str) -> Resolved {
        let image = image::parse(text);
        let target = match image.repository {
            Repository::Ecr { account, region, name } => {
                let arn = format!("arn:{}:ecr:{region}:{account}:repository/{name}", self.partition);
                Target::new(arn, EntityKind::EcrRepository).named(name)
            }
            Repository::Other(name) => Target::new(format!("{IMAGE_REPOSITORY}{name}"), EntityKind::GenericResource),
        };
        let mut attributes = vec![("image", Value::String(text.to_owned()))];
        let parts = [("tag", image.tag), ("digest", image.digest)];
        attributes.extend(
            parts
                .into_iter()
                .filter_map(|(name, part)| Some((name, Value::String(part?.to_owned())))),
        );
        Resolved { target, attributes }
    }

    /// A family without a revision means its newest active one: the newest that was collected.
    fn task_definition(&self, text: &str, from: &Entity) -> Target {
        let arn = match Arn::parse(text) {
            Some(_) => text.to_owned(),
            None => {
                let (account, region) = (
                    from.account.as_deref().unwrap_or_default(),
                    from.region.as_deref().unwrap_or_default(),
                );
                format!("arn:{}:ecs:{region}:{account}:task-definition/{text}", self.partition)
            }
        };
        Target::new(self.newest_of(arn), EntityKind::EcsTaskDefinition)
    }

    fn newest_of(&self, definition: String) -> String {
        let newest = self.newest_revision.get(&definition).map(|(_, newest)| newest.clone());
        newest.unwrap_or(definition)
    }

    /// The entity a policy's principal means.
    pub(crate) fn principal(&self, principal: &PrincipalPattern) -> Target {
        match principal {
            PrincipalPattern::Everyone => Target::new(urn::ANONYMOUS, EntityKind::Anonymous).named("everyone"),
            PrincipalPattern::Account(account) => Target::account(account),
            PrincipalPattern::User(arn) | PrincipalPattern::Role(arn) | PrincipalPattern::FederatedUser(arn) => {
                Target::arn(arn)
            }
            PrincipalPattern::RoleSession(arn) => self.role_of_session(arn),
            PrincipalPattern::Service(host) => Target::new(urn::aws_service(host), EntityKind::AwsService),
            PrincipalPattern::Federated(provider) => federated(provider),
            PrincipalPattern::UniqueId(id) => self.by_unique_id.get(id).map_or_else(
                || Target::new(urn::external_principal(id), EntityKind::ExternalPrincipal),
                |(native_id, kind)| Target::new(native_id.clone(), *kind),
            ),
            PrincipalPattern::CanonicalUser(id) => {
                Target::new(urn::external_principal(id), EntityKind::ExternalPrincipal)
            }
            PrincipalPattern::Unknown { text, .. } => unknown(text),
        }
    }

    /// `arn:aws:sts::111122223333:assumed-role/app/session` is a session of the role `app`, whatever the role's path.
    fn role_of_session(&self, session: &str) -> Target {
        let arn = Arn::parse(session);
        let role = arn.and_then(|arn| arn.resource_id().split('/').next());
        match (role, arn.and_then(|arn| arn.account_id())) {
            (Some(role), Some(account)) => {
                Target::new(self.iam_arn(NamedKind::Role, Some(account), role), EntityKind::IamRole)
            }
            _ => Target::new(session, EntityKind::ExternalPrincipal),
        }
    }
}

fn internet_destination(url: &str) -> Option<Target> {
    let host = host_of(url)?.to_ascii_lowercase();
    Some(Target::new(urn::internet_destination(&host), EntityKind::InternetDestination).named(host))
}

fn queue_of_url(text: &str) -> Option<(&str, &str, &str)> {
    let (host, path) = text.strip_prefix("https://")?.split_once('/')?;
    let region = host.strip_prefix("sqs.")?.split('.').next()?;
    let (account, name) = path.split_once('/')?;
    (is_account_id(account) && !name.is_empty()).then_some((region, account, name))
}

fn federated(provider: &str) -> Target {
    if Arn::parse(provider).is_some() {
        Target::new(provider, EntityKind::FederatedProvider)
    } else {
        Target::new(urn::external_principal(provider), EntityKind::FederatedProvider)
    }
}

fn unknown(text: &str) -> Target {
    if Arn::parse(text).is_some() {
        Target::arn(text)
    } else {
        Target::new(urn::external_principal(text), EntityKind::ExternalPrincipal)
    }
}

fn named_kind(kind: EntityKind) -> Option<NamedKind> {
    match kind {
        EntityKind::IamRole | EntityKind::ServiceLinkedRole => Some(NamedKind::Role),
        EntityKind::IamUser => Some(NamedKind::User),
        EntityKind::IamGroup => Some(NamedKind::Group),
        _ => None,
    }
}

fn text<'a>(entity: &'a Entity, attribute: &str) -> Option<&'a str> {
    entity.attributes.get(attribute).and_then(Value::as_str)
}
