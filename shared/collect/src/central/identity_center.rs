//! IAM Identity Center and its identity store: asked once, as delegated administrator.

use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::{Map, Value, json};
use sv0_sources::{CaptureFile, IdentityCenterFile};

use crate::api::{ApiError, BoxFuture, Failure, Target};
use crate::call::ApiCall;
use crate::calls::{identitystore, sso_admin as calls};
use crate::listing::{ListStep, items, parameters, text};
use crate::pages::PageReader;
use crate::plan::Plan;
use crate::step::{Place, Step, StepError, StepRun};

/// Questions about assignments at a time: an organization has thousands, and one after the other they would take as long as AWS takes to answer.
const AT_A_TIME: usize = 4;

pub(super) fn steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    let instances = ListStep {
        place: place(IdentityCenterFile::Instances),
        file: CaptureFile::identity_center(IdentityCenterFile::Instances),
        targets: vec![plan.hub()],
        call: &calls::LIST_INSTANCES,
        parameters: Map::new(),
    };
    let mut steps: Vec<Box<dyn Step>> = vec![Box::new(instances)];
    for file in [
        IdentityCenterFile::PermissionSets,
        IdentityCenterFile::Assignments,
        IdentityCenterFile::Users,
        IdentityCenterFile::Groups,
        IdentityCenterFile::Memberships,
    ] {
        steps.push(Box::new(OfInstance {
            file,
            target: plan.hub(),
        }));
    }
    steps
}

fn place(file: IdentityCenterFile) -> Place {
    Place::of_organization(match file {
        IdentityCenterFile::Instances => "identity-center:instances",
        IdentityCenterFile::PermissionSets => "identity-center:permission-sets",
        IdentityCenterFile::Assignments => "identity-center:assignments",
        IdentityCenterFile::Users => "identity-center:users",
        IdentityCenterFile::Groups => "identity-center:groups",
        IdentityCenterFile::Memberships => "identity-center:memberships",
    })
}

/// What every instance that the hub sees holds of one kind.
struct OfInstance {
    file: IdentityCenterFile,
    target: Target,
}

impl Step for OfInstance {
    fn place(&self) -> Place {
        place(self.file)
    }

    fn file(&self) -> Option<CaptureFile> {
        Some(CaptureFile::identity_center(self.file))
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let instances = items(run.api(), &self.target, &calls::LIST_INSTANCES, Map::new(), "Instances").await?;
            // Everything up to this was written by an earlier worker.
            let mut from: Option<String> = run.cursor();
            for instance in &instances {
                let of = Instance {
                    target: &self.target,
                    arn: text(instance, "InstanceArn").unwrap_or_default(),
                    store: text(instance, "IdentityStoreId").unwrap_or_default(),
                };
                match self.file {
                    IdentityCenterFile::Instances => {}
                    IdentityCenterFile::PermissionSets => of.permission_sets(run, &mut from).await?,
                    IdentityCenterFile::Assignments => of.assignments(run, &mut from).await?,
                    IdentityCenterFile::Users => of.list(run, &identitystore::LIST_USERS, &mut from).await?,
                    IdentityCenterFile::Groups => of.list(run, &identitystore::LIST_GROUPS, &mut from).await?,
                    IdentityCenterFile::Memberships => of.memberships(run, &mut from).await?,
                }
            }
            Ok(())
        })
    }
}

struct Instance<'a> {
    target: &'a Target,
    arn: &'a str,
    store: &'a str,
}

impl Instance<'_> {
    async fn list(
        &self,
        run: &mut StepRun<'_>,
        call: &'static ApiCall,
        from: &mut Option<String>,
    ) -> Result<(), StepError> {
        let asked = parameters(json!({"IdentityStoreId": self.store}));
        let mut pages = PageReader::new(self.target, call, asked, from.take());
        while let Some(page) = pages.next(run.api()).await? {
            run.write(page)?;
            if let Some(token) = pages.token() {
                run.checkpoint(&token)?;
            }
        }
        Ok(())
    }

    /// The ARNs of its permission sets, sorted, so that a worker that goes on finds its place again.
    async fn set_arns(&self, run: &StepRun<'_>) -> Result<Vec<String>, ApiError> {
        let asked = parameters(json!({"InstanceArn": self.arn}));
        let listed = items(
            run.api(),
            self.target,
            &calls::LIST_PERMISSION_SETS,
            asked,
            "PermissionSets",
        )
        .await?;
        Ok(sorted(listed.iter().filter_map(Value::as_str)))
    }

    async fn permission_sets(&self, run: &mut StepRun<'_>, from: &mut Option<String>) -> Result<(), StepError> {
        for set in remaining(self.set_arns(run).await?, from) {
            let set_of = json!({"InstanceArn": self.arn, "PermissionSetArn": set});
            let mut described = run
                .call(self.target, &calls::DESCRIBE_PERMISSION_SET, parameters(set_of.clone()))
                .await?;
            let lists: [(&'static ApiCall, &str); 3] = [
                (
                    &calls::LIST_MANAGED_POLICIES_IN_PERMISSION_SET,
                    "AttachedManagedPolicies",
                ),
                (
                    &calls::LIST_CUSTOMER_MANAGED_POLICY_REFERENCES_IN_PERMISSION_SET,
                    "CustomerManagedPolicyReferences",
                ),
                (&calls::LIST_TAGS_FOR_RESOURCE, "Tags"),
            ];
            for (call, field) in lists {
                let asked = match field {
                    "Tags" => json!({"InstanceArn": self.arn, "ResourceArn": set}),
                    _ => set_of.clone(),
                };
                let found = items(run.api(), self.target, call, parameters(asked), field).await?;
                set_field(&mut described, field, Value::from(found));
            }
            self.policies_of_set(run, &set_of, &mut described).await?;
            run.write(described)?;
            run.checkpoint(&set)?;
        }
        Ok(())
    }

    /// The inline policy, which is an empty text where there is none, and the boundary, of which AWS says by an error that there is none.
    async fn policies_of_set(&self, run: &StepRun<'_>, set_of: &Value, described: &mut Value) -> Result<(), ApiError> {
        let single: [(&'static ApiCall, &str); 2] = [
            (&calls::GET_INLINE_POLICY_FOR_PERMISSION_SET, "InlinePolicy"),
            (
                &calls::GET_PERMISSIONS_BOUNDARY_FOR_PERMISSION_SET,
                "PermissionsBoundary",
            ),
        ];
        for (call, field) in single {
            match run.call(self.target, call, parameters(set_of.clone())).await {
                Ok(mut answer) => {
                    if let Some(policy) = answer
                        .get_mut(field)
                        .map(Value::take)
                        .filter(|policy| *policy != json!(""))
                    {
                        set_field(described, field, policy);
                    }
                }
                Err(error) if error.failure == Failure::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn assignments(&self, run: &mut StepRun<'_>, from: &mut Option<String>) -> Result<(), StepError> {
        // Neither ARNs nor account ids have spaces, so that the set and the account make one text, sorted like both.
        let set_of_cursor = from.as_ref().and_then(|at| at.split(' ').next()).map(str::to_owned);
        for set in self.set_arns(run).await? {
            if set_of_cursor.as_ref().is_some_and(|begun| set < *begun) {
                continue;
            }
            let set_of = json!({"InstanceArn": self.arn, "PermissionSetArn": set});
            let call = &calls::LIST_ACCOUNTS_FOR_PROVISIONED_PERMISSION_SET;
            let accounts = items(run.api(), self.target, call, parameters(set_of), "AccountIds").await?;
            let places = sorted(accounts.iter().filter_map(Value::as_str));
            let places = places.into_iter().map(|account| format!("{set} {account}"));
            let api = run.api();
            let asked = remaining(places.collect(), from).into_iter().map(|place| {
                let set = &set;
                async move {
                    let account = place.rsplit(' ').next();
                    let asked = json!({"InstanceArn": self.arn, "PermissionSetArn": set, "AccountId": account});
                    let call = &calls::LIST_ACCOUNT_ASSIGNMENTS;
                    let found = items(api, self.target, call, parameters(asked), "AccountAssignments").await;
                    (place, found)
                }
            });
            let mut answers = stream::iter(asked).buffered(AT_A_TIME);
            while let Some((place, found)) = answers.next().await {
                run.write(json!({"AccountAssignments": found?}))?;
                run.checkpoint(&place)?;
            }
        }
        Ok(())
    }

    async fn memberships(&self, run: &mut StepRun<'_>, from: &mut Option<String>) -> Result<(), StepError> {
        let asked = parameters(json!({"IdentityStoreId": self.store}));
        let groups = items(run.api(), self.target, &identitystore::LIST_GROUPS, asked, "Groups").await?;
        let ids = sorted(groups.iter().filter_map(|group| text(group, "GroupId")));
        for group in remaining(ids, from) {
            let asked = parameters(json!({"IdentityStoreId": self.store, "GroupId": group}));
            let call = &identitystore::LIST_GROUP_MEMBERSHIPS;
            let found = items(run.api(), self.target, call, asked, "GroupMemberships").await?;
            run.write(json!({"GroupMemberships": found}))?;
            run.checkpoint(&group)?;
        }
        Ok(())
    }
}

fn set_field(answer: &mut Value, field: &str, value: Value) {
    if let Some(fields) = answer.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

fn sorted<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut texts: Vec<String> = texts.map(str::to_owned).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// Those after the one at which an earlier worker stopped.
fn remaining(sorted: Vec<String>, from: &Option<String>) -> Vec<String> {
    let is_left = |text: &String| from.as_ref().is_none_or(|done| text > done);
    sorted.into_iter().filter(is_left).collect()
}
