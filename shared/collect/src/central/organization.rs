//! AWS Organizations. A delegated administrator of any service may read it; where the hub is none, the role in the management account does.
//!
//! Source: AWS Organizations API Reference, "ListAccounts": "This operation can be called only from the organization's management account or by a member account
//! that is a delegated administrator for an AWS service."

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sv0_sources::CaptureFile;

use crate::api::{ApiError, BoxFuture, Failure, Target};
use crate::call::{ApiCall, Caller};
use crate::calls::organizations as calls;
use crate::listing::{ListStep, items, parameters, text};
use crate::plan::{OrganizationAccess, Plan};
use crate::step::{Place, Step, StepError, StepRun};

/// Types of policies that decide about access.
const POLICY_TYPES: [&str; 3] = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "S3_POLICY"];
/// An organization nests units five levels deep; a tree that goes on is no tree.
///
/// Source: AWS Organizations User Guide, "Quotas for AWS Organizations".
const MAX_UNITS: usize = 100_000;

/// What the plan rests on.
pub(super) fn steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    let list = |call, file: CaptureFile, source| -> Box<dyn Step> {
        Box::new(ListStep {
            place: Place::of_organization(source),
            file,
            targets: targets(plan),
            call,
            parameters: Map::new(),
        })
    };
    vec![
        list(
            &calls::DESCRIBE_ORGANIZATION,
            CaptureFile::organization(),
            "organizations:organization",
        ),
        list(&calls::LIST_ACCOUNTS, CaptureFile::accounts(), "organizations:accounts"),
        step(plan, Part::Tree, CaptureFile::organization_tree()),
    ]
}

/// What it does not rest on, so that nobody waits for it.
pub(super) fn policy_steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    vec![
        step(plan, Part::Policies, CaptureFile::organization_policies()),
        step(plan, Part::Administrators, CaptureFile::delegated_administrators()),
        step(plan, Part::ResourcePolicy, CaptureFile::organization_resource_policy()),
    ]
}

fn step(plan: &Plan, part: Part, file: CaptureFile) -> Box<dyn Step> {
    Box::new(OrganizationStep {
        part,
        file,
        targets: targets(plan),
    })
}

/// By whose permissions the organization is asked, in order.
pub(super) fn targets(plan: &Plan) -> Vec<Target> {
    let management = plan.management(Caller::Inventory);
    match plan.options.organization {
        OrganizationAccess::DelegatedAdministratorElseRole => vec![plan.hub(), management],
        OrganizationAccess::ManagementRole => vec![management],
    }
}

#[derive(Debug, Clone, Copy)]
enum Part {
    Tree,
    Policies,
    Administrators,
    ResourcePolicy,
}

#[derive(Debug)]
struct OrganizationStep {
    part: Part,
    file: CaptureFile,
    targets: Vec<Target>,
}

impl Step for OrganizationStep {
    fn place(&self) -> Place {
        Place::of_organization(match self.part {
            Part::Tree => "organizations:tree",
            Part::Policies => "organizations:policies",
            Part::Administrators => "organizations:delegated-administrators",
            Part::ResourcePolicy => "organizations:resource-policy",
        })
    }

    fn file(&self) -> Option<CaptureFile> {
        Some(self.file.clone())
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let mut organization = Organization {
                targets: &self.targets,
                refused: None,
            };
            match self.part {
                Part::Tree => tree(&mut organization, run).await,
                Part::Policies => policies(&mut organization, run).await,
                Part::Administrators => administrators(&mut organization, run).await,
                Part::ResourcePolicy => resource_policy(&mut organization, run).await,
            }
        })
    }
}

/// Asks whoever answers, and stays with them.
struct Organization<'a> {
    targets: &'a [Target],
    /// What the one before said.
    refused: Option<ApiError>,
}

impl Organization<'_> {
    async fn items(
        &mut self,
        run: &StepRun<'_>,
        call: &'static ApiCall,
        asked: Value,
        field: &str,
    ) -> Result<Vec<Value>, ApiError> {
        loop {
            let Some(target) = self.targets.first() else {
                return Ok(Vec::new());
            };
            match items(run.api(), target, call, parameters(asked.clone()), field).await {
                Err(error) if self.moves_on(&error) => {}
                result => return self.told(result),
            }
        }
    }

    async fn ask(&mut self, run: &StepRun<'_>, call: &'static ApiCall, asked: Value) -> Result<Value, ApiError> {
        loop {
            let Some(target) = self.targets.first() else {
                return Ok(Value::Null);
            };
            match run.call(target, call, parameters(asked.clone())).await {
                Err(error) if self.moves_on(&error) => {}
                result => return self.told(result),
            }
        }
    }

    /// An error with the refusal that came before it; after an answer nobody asks for that any more.
    fn told<T>(&mut self, result: Result<T, ApiError>) -> Result<T, ApiError> {
        match (result, self.refused.take()) {
            (Err(error), Some(refused)) if error.failure != Failure::Deadline => Err(error.after_refusal(refused)),
            (result, _) => result,
        }
    }

    fn moves_on(&mut self, error: &ApiError) -> bool {
        match self.targets {
            [_, rest @ ..] if error.failure == Failure::Denied && !rest.is_empty() => {
                self.targets = rest;
                self.refused = Some(error.clone());
                true
            }
            _ => false,
        }
    }
}

/// Roots, units with their parent, and the parent of every account: asked of each unit rather than of each account, since Organizations answers one call a second.
async fn tree(organization: &mut Organization<'_>, run: &mut StepRun<'_>) -> Result<(), StepError> {
    let mut tree = match run.cursor::<Tree>() {
        Some(tree) => tree,
        None => Tree::of(organization.items(run, &calls::LIST_ROOTS, json!({}), "Roots").await?),
    };
    while let Some(parent) = tree.waiting.pop() {
        let asked = json!({"ParentId": parent});
        let accounts = organization
            .items(run, &calls::LIST_ACCOUNTS_FOR_PARENT, asked.clone(), "Accounts")
            .await?;
        let children = accounts.iter().filter_map(|account| text(account, "Id"));
        tree.parents
            .extend(children.map(|child| json!({"ChildId": child, "ParentId": parent})));
        let below = organization
            .items(
                run,
                &calls::LIST_ORGANIZATIONAL_UNITS_FOR_PARENT,
                asked,
                "OrganizationalUnits",
            )
            .await?;
        for mut unit in below {
            let id = text(&unit, "Id").filter(|_| tree.units.len() < MAX_UNITS);
            tree.waiting.extend(id.map(str::to_owned));
            if let Some(fields) = unit.as_object_mut() {
                fields.insert("ParentId".to_owned(), Value::from(parent.as_str()));
            }
            tree.units.push(unit);
        }
        run.checkpoint(&tree)?;
    }
    run.write(json!({"Roots": tree.roots, "OrganizationalUnits": tree.units, "Parents": tree.parents}))
}

/// The tree so far, and the units that were not looked into.
#[derive(Debug, Serialize, Deserialize)]
struct Tree {
    roots: Vec<Value>,
    waiting: Vec<String>,
    units: Vec<Value>,
    parents: Vec<Value>,
}

impl Tree {
    fn of(roots: Vec<Value>) -> Self {
        let ids = roots.iter().filter_map(|root| text(root, "Id"));
        Self {
            waiting: ids.map(str::to_owned).collect(),
            roots,
            units: Vec::new(),
            parents: Vec::new(),
        }
    }
}

/// A type that the organization has not enabled has no policies; that is no failure.
async fn policies(organization: &mut Organization<'_>, run: &mut StepRun<'_>) -> Result<(), StepError> {
    let from: Option<(usize, String)> = run.cursor();
    let mut is_empty = from.is_none();
    for (index, kind) in POLICY_TYPES.into_iter().enumerate() {
        let listed = organization
            .items(run, &calls::LIST_POLICIES, json!({"Filter": kind}), "Policies")
            .await;
        let listed = match listed {
            Err(error) if is_policy_type_unknown(&error) => continue,
            listed => listed?,
        };
        let ids: BTreeSet<String> = listed
            .iter()
            .filter_map(|policy| text(policy, "Id"))
            .map(str::to_owned)
            .collect();
        for at in ids.into_iter().map(|id| (index, id)) {
            if from.as_ref().is_some_and(|done| at <= *done) {
                continue;
            }
            let policy = policy_with_targets(organization, run, &at.1).await?;
            run.write(policy)?;
            run.checkpoint(&at)?;
            is_empty = false;
        }
    }
    match is_empty {
        true => run.write(json!({"Policies": []})),
        false => Ok(()),
    }
}

/// Older partitions and endpoints know fewer types of policies.
fn is_policy_type_unknown(error: &ApiError) -> bool {
    matches!(
        error.code.as_str(),
        "PolicyTypeNotEnabledException" | "PolicyTypeNotAvailableForOrganizationException" | "InvalidInputException"
    )
}

async fn policy_with_targets(
    organization: &mut Organization<'_>,
    run: &StepRun<'_>,
    id: &str,
) -> Result<Value, ApiError> {
    let asked = json!({"PolicyId": id});
    let mut answer = organization.ask(run, &calls::DESCRIBE_POLICY, asked.clone()).await?;
    let targets = organization
        .items(run, &calls::LIST_TARGETS_FOR_POLICY, asked, "Targets")
        .await?;
    let ids: Vec<&str> = targets.iter().filter_map(|target| text(target, "TargetId")).collect();
    let mut policy = answer
        .pointer_mut("/Policy/PolicySummary")
        .map(Value::take)
        .unwrap_or_default();
    if let Some(fields) = policy.as_object_mut() {
        let content = answer.pointer_mut("/Policy/Content").map(Value::take);
        fields.insert("Content".to_owned(), content.unwrap_or_default());
        fields.insert("Targets".to_owned(), json!(ids));
    }
    Ok(policy)
}

async fn administrators(organization: &mut Organization<'_>, run: &mut StepRun<'_>) -> Result<(), StepError> {
    let mut administrators = organization
        .items(
            run,
            &calls::LIST_DELEGATED_ADMINISTRATORS,
            json!({}),
            "DelegatedAdministrators",
        )
        .await?;
    for administrator in &mut administrators {
        let Some(id) = text(administrator, "Id").map(str::to_owned) else {
            continue;
        };
        let services = organization
            .items(
                run,
                &calls::LIST_DELEGATED_SERVICES_FOR_ACCOUNT,
                json!({"AccountId": id}),
                "DelegatedServices",
            )
            .await?;
        if let Some(fields) = administrator.as_object_mut() {
            fields.insert("Services".to_owned(), Value::from(services));
        }
    }
    run.write(json!({"DelegatedAdministrators": administrators}))
}

async fn resource_policy(organization: &mut Organization<'_>, run: &mut StepRun<'_>) -> Result<(), StepError> {
    match organization.ask(run, &calls::DESCRIBE_RESOURCE_POLICY, json!({})).await {
        Err(error) if error.code == "ResourcePolicyNotFoundException" => Ok(()),
        answer => run.write(answer?),
    }
}
