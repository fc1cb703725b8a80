//! Making the plan: who the hub is, which Regions are enabled, which accounts there are, and what is to be done with each.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sv0_model::arn::Arn;
use sv0_model::coverage::CoverageRow;
use sv0_model::record::CaptureHeader;
use sv0_sources::{CaptureFile, WriteError};

use crate::aggregated::aggregated;
use crate::api::{AwsApi, Session, Target};
use crate::base::{BaseError, PlannedBase};
use crate::call::Caller;
use crate::calls::{organizations, sts};
use crate::central;
use crate::collect::{CollectError, CollectEvent};
use crate::listing::text;
use crate::plan::{CollectOptions, OrganizationAccess, Plan, PlannedAccount, Treatment};
use crate::task::Task;
use crate::work::{Progress, Work, run_steps};

/// Units nest five levels deep below the root; parents that go on longer run in a circle.
const MAX_LEVELS: usize = 16;

/// Makes the plan, and collects the organization on the way, since the plan rests on it.
pub(crate) async fn make_plan(
    work: &Work,
    options: CollectOptions,
    tell: &(dyn Fn(CollectEvent) + Sync),
) -> Result<(Plan, Progress), CollectError> {
    let mut plan = begin_plan(work, options).await?;
    let on_step = |row: &CoverageRow| tell(CollectEvent::Step(row.clone()));
    let organization = Task::Organization;
    let steps = organization.steps(&plan);
    let concurrency = organization.concurrency(&plan);
    let progress = run_steps(work, &steps, Progress::default(), concurrency, &on_step).await?;
    complete_plan(work, &mut plan)?;
    tell(CollectEvent::Planned {
        accounts: plan.accounts.len(),
        read: plan.read_accounts().count(),
        regions: plan.header.regions.len(),
    });
    Ok((plan, progress))
}

/// The plan but for its accounts, and the header of the capture.
pub(crate) async fn begin_plan(work: &Work, options: CollectOptions) -> Result<Plan, CollectError> {
    let plan = begun(work, options).await?;
    work.writer.header(&plan.header)?;
    Ok(plan)
}

/// Takes the accounts into a plan, and what the aggregator is up to date with, once [`Task::Organization`] is done.
pub(crate) fn complete_plan(work: &Work, plan: &mut Plan) -> Result<(), CollectError> {
    plan.accounts = accounts(work, plan)?;
    let aggregator = stored_documents(work, &CaptureFile::config_aggregator())?;
    plan.aggregator = central::aggregator_in(&aggregator, &plan.options.aggregator);
    plan.aggregated = aggregated(plan, &aggregator);
    Ok(())
}

/// The plan as a scan would make it, without collecting more of the organization than it needs: for looking at what is missing before a scan.
///
/// # Errors
/// [`CollectError`] as of a scan.
pub async fn outline(work: &Work, options: CollectOptions) -> Result<Plan, CollectError> {
    let mut plan = begun(work, options).await?;
    if plan.header.organization_id.is_some() {
        let needs_tree = plan.options.excluded.iter().any(|name| name.starts_with("ou-"));
        let is_needed = |place: &str| place == "organizations:accounts" || needs_tree && place == "organizations:tree";
        let mut steps = central::organization_steps(&plan);
        steps.retain(|step| is_needed(&step.place().source));
        run_steps(work, &steps, Progress::default(), 1, &|_| {}).await?;
    }
    plan.accounts = accounts(work, &plan)?;
    Ok(plan)
}

/// The management account of the organization that the hub belongs to, which any of its accounts may ask; `None` where there is none, or it is not told.
pub async fn management_account(api: &dyn AwsApi, region: &str) -> Option<String> {
    let hub = Target {
        session: Session::Hub,
        region: region.to_owned(),
    };
    let answer = api
        .call(&hub, &organizations::DESCRIBE_ORGANIZATION, Map::new())
        .await
        .ok()?;
    management_of(answer.get("Organization")?)
}

fn management_of(organization: &Value) -> Option<String> {
    let names = ["ManagementAccountId", "MasterAccountId"];
    names
        .into_iter()
        .find_map(|name| text(organization, name))
        .map(str::to_owned)
}

/// The plan but for its accounts.
async fn begun(work: &Work, options: CollectOptions) -> Result<Plan, CollectError> {
    let mut plan = Plan {
        home_region: options.home_region.clone(),
        header: header(work, &options).await?,
        accounts: Vec::new(),
        management_account: None,
        aggregator: None,
        aggregated: BTreeMap::new(),
        base: None,
        options,
    };
    let organization = organization(work, &plan).await;
    plan.header.organization_id = organization
        .as_ref()
        .and_then(|found| text(found, "Id"))
        .map(str::to_owned);
    plan.management_account = organization.as_ref().and_then(management_of);
    plan.base = base(work, &plan)?;
    Ok(plan)
}

/// What is known of the base. It is looked at before anything is written.
fn base(work: &Work, plan: &Plan) -> Result<Option<PlannedBase>, CollectError> {
    let Some(name) = &plan.options.base else {
        return Ok(None);
    };
    let base = work.base.as_ref().ok_or_else(|| BaseError::Absent {
        base: name.clone(),
        lack: "was not given",
    })?;
    Ok(Some(base.check(&plan.header, &plan.options)?))
}

async fn header(work: &Work, options: &CollectOptions) -> Result<CaptureHeader, CollectError> {
    let hub = Target {
        session: Session::Hub,
        region: options.home_region.clone(),
    };
    let identity = work.api.call(&hub, &sts::GET_CALLER_IDENTITY, Map::new()).await?;
    let partition = text(&identity, "Arn")
        .and_then(Arn::parse)
        .map(|arn| arn.partition.to_owned());
    let mut regions = if options.regions.is_empty() {
        // A step of the organization's task says in the ledger why nobody listed them.
        let enabled = central::enabled_regions(work.api.as_ref(), &hub).await;
        enabled.unwrap_or_else(|_| vec![options.home_region.clone()])
    } else {
        options.regions.clone()
    };
    regions.sort_unstable();
    regions.dedup();
    Ok(CaptureHeader {
        format: "sv0-capture/1".to_owned(),
        partition: partition.unwrap_or_else(|| "aws".to_owned()),
        hub_account: text(&identity, "Account").map(str::to_owned),
        organization_id: None,
        captured_at: work.clock.now(),
        regions,
    })
}

/// `None` where the account belongs to none, or nobody may say: the organization's own steps then say why.
async fn organization(work: &Work, plan: &Plan) -> Option<Value> {
    let mut targets = vec![plan.management(Caller::Inventory)];
    if plan.options.organization == OrganizationAccess::DelegatedAdministratorElseRole {
        targets.insert(0, plan.hub());
    }
    for target in targets {
        let answer = work
            .api
            .call(&target, &organizations::DESCRIBE_ORGANIZATION, Map::new())
            .await;
        if let Ok(mut answer) = answer {
            return answer.get_mut("Organization").map(Value::take);
        }
    }
    None
}

/// Accounts as `organizations/accounts.json` holds them; the hub alone where there is none.
fn accounts(work: &Work, plan: &Plan) -> Result<Vec<PlannedAccount>, CollectError> {
    let hub = plan.header.hub_account.clone().unwrap_or_default();
    let listed = stored(work, &CaptureFile::accounts())?;
    let parents = parents(&stored(work, &CaptureFile::organization_tree())?.unwrap_or_default());
    let mut planned: Vec<PlannedAccount> = listed
        .as_ref()
        .and_then(|answer| answer.get("Accounts")?.as_array())
        .into_iter()
        .flatten()
        .filter_map(|account| {
            Some(PlannedAccount {
                id: text(account, "Id")?.to_owned(),
                name: text(account, "Name").unwrap_or_default().to_owned(),
                treatment: treatment(plan, account, &hub, &parents),
            })
        })
        .collect();
    if planned.is_empty() {
        planned.push(PlannedAccount {
            id: hub,
            name: String::new(),
            treatment: Treatment::Hub,
        });
    }
    planned.sort();
    // A page that comes twice lists nobody twice.
    planned.dedup_by(|one, other| one.id == other.id);
    Ok(planned)
}

fn treatment(plan: &Plan, account: &Value, hub: &str, parents: &BTreeMap<String, String>) -> Treatment {
    let id = text(account, "Id").unwrap_or_default();
    let state = text(account, "State").or_else(|| text(account, "Status"));
    let is_asked = plan.options.accounts.is_empty() || plan.options.accounts.contains(id);
    if !is_asked && plan.base.is_none() {
        return Treatment::Excluded("the scan is of other accounts".to_owned());
    }
    if let Some(reason) = excluded(&plan.options, id, parents) {
        return Treatment::Excluded(reason);
    }
    match state {
        Some(state) if state != "ACTIVE" => Treatment::NotActive(format!("the account is {state}")),
        _ if !is_asked => Treatment::TakenOver,
        _ if id == hub => Treatment::Hub,
        _ if plan.management_account.as_deref() == Some(id) => Treatment::ManagementRole,
        _ => Treatment::SpokeRole,
    }
}

/// Why an account is left alone.
fn excluded(options: &CollectOptions, id: &str, parents: &BTreeMap<String, String>) -> Option<String> {
    let mut above = Some(id);
    for _ in 0..MAX_LEVELS {
        let here = above?;
        if options.excluded.contains(here) {
            return Some(format!("{here} is excluded by the configuration"));
        }
        above = parents.get(here).map(String::as_str);
    }
    None
}

/// The parent of every account and unit.
fn parents(tree: &Value) -> BTreeMap<String, String> {
    let list = |field: &str| tree.get(field).and_then(Value::as_array).into_iter().flatten();
    let of = |entry: &Value, id: &str| Some((text(entry, id)?.to_owned(), text(entry, "ParentId")?.to_owned()));
    let accounts = list("Parents").filter_map(|entry| of(entry, "ChildId"));
    let units = list("OrganizationalUnits").filter_map(|entry| of(entry, "Id"));
    accounts.chain(units).collect()
}

fn stored_documents(work: &Work, file: &CaptureFile) -> Result<Vec<Value>, CollectError> {
    let mut documents = Vec::new();
    if let Some(bytes) = work.store.get(file.path()).map_err(WriteError::Sink)? {
        work.writer
            .each_stored(file, &bytes, &mut |document| documents.push(document))?;
    }
    Ok(documents)
}

fn stored(work: &Work, file: &CaptureFile) -> Result<Option<Value>, CollectError> {
    let bytes = work.store.get(file.path()).map_err(WriteError::Sink)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// `(what is excluded, who is left alone for it)`
    #[test]
    fn a_unit_is_left_alone_with_all_that_is_below_it() {
        let tree = json!({
            "OrganizationalUnits": [
                {"Id": "ou-ab12-platform", "ParentId": "r-ab12"},
                {"Id": "ou-ab12-payments", "ParentId": "r-ab12"},
                {"Id": "ou-ab12-ledger", "ParentId": "ou-ab12-payments"},
            ],
            "Parents": [
                {"ChildId": "111111111111", "ParentId": "ou-ab12-platform"},
                {"ChildId": "222222222222", "ParentId": "ou-ab12-payments"},
                {"ChildId": "333333333333", "ParentId": "ou-ab12-ledger"},
                {"ChildId": "444444444444", "ParentId": "r-ab12"},
            ],
        });
        let parents = parents(&tree);
        let all = [
            "111111111111",
            "222222222222",
            "333333333333",
            "444444444444",
            "555555555555",
        ];
        for (names, left) in [
            (&["ou-ab12-payments"][..], &["222222222222", "333333333333"][..]),
            (&["ou-ab12-ledger"], &["333333333333"]),
            (&["ou-ab12-ledger", "444444444444"], &["333333333333", "444444444444"]),
            // An account that the tree does not have is known by its own id alone.
            (
                &["r-ab12"],
                &["111111111111", "222222222222", "333333333333", "444444444444"],
            ),
            (&["ou-ab12-pay"], &[]),
            (&[], &[]),
        ] {
            let options = CollectOptions {
                excluded: names.iter().map(|name| (*name).to_owned()).collect(),
                ..CollectOptions::default()
            };
            let found = all.into_iter().filter(|id| excluded(&options, id, &parents).is_some());
            assert_eq!(found.collect::<Vec<_>>(), left, "{names:?}");
        }
        let options = CollectOptions {
            excluded: ["ou-ab12-payments".to_owned()].into(),
            ..CollectOptions::default()
        };
        let reason = excluded(&options, "333333333333", &parents).unwrap();
        assert_eq!(reason, "ou-ab12-payments is excluded by the configuration");
    }

    #[test]
    fn a_tree_that_turns_in_a_circle_excludes_nobody() {
        let tree = json!({"OrganizationalUnits": [{"Id": "ou-a", "ParentId": "ou-b"}, {"Id": "ou-b", "ParentId": "ou-a"}], "Parents": [{"ChildId": "1", "ParentId": "ou-a"}]});
        let options = CollectOptions {
            excluded: ["ou-c".to_owned()].into(),
            ..CollectOptions::default()
        };
        assert_eq!(excluded(&options, "1", &parents(&tree)), None);
    }
}
