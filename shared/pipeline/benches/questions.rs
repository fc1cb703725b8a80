//! Questions about made-up estates: seconds on the processor of each step, from the recorded answers, or from the store, to the answer.
//!
//!     cargo bench -p sv0-pipeline --bench questions -- account 2000 200 2491
//!     cargo bench -p sv0-pipeline --bench questions -- who-can 10 300
//!
//! `account ROLES USERS POLICIES` reads one account and asks what each of its principals may do, and who may take each of its roles.
//! `who-can ACCOUNTS PRINCIPALS-OF-EACH` asks who may read a bucket, and who may do each action of S3 with it.
//! `digest CAPTURE` and `digest ACCOUNTS ROLES-OF-EACH SEED` print a hash of the answers to all of these and of all paths: two builds that answer alike print the same.

#![allow(clippy::indexing_slicing, reason = "a field of JSON that is not there reads as null")]

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Value, json};
use sv0_authority::{Estate, PathOptions, authority_paths};
use sv0_iam::catalogue::actions_matching;
use sv0_iam::{Context, UnknownContext};
use sv0_lake::FolderStore;
use sv0_model::graph::{EntityKind, Graph};
use sv0_model::observation::Evidence;
use sv0_pipeline::Configuration;
use sv0_pipeline::stages::{StageContext, normalize};
use sv0_synth::Organization;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["account", roles, users, policies] => account(&one_account(roles.parse()?, users.parse()?, policies.parse()?)),
        ["details", file, roles, users, policies] => details(
            Path::new(file),
            &one_account(roles.parse()?, users.parse()?, policies.parse()?),
        ),
        ["effective", roles, users, policies] => {
            effective(&one_account(roles.parse()?, users.parse()?, policies.parse()?))
        }
        ["digest", capture] => digest(&Digested::Recorded(Path::new(capture))),
        ["digest", accounts, roles, seed] => {
            digest(&Digested::MadeUp(accounts.parse()?, roles.parse()?, seed.parse()?))
        }
        ["who-can", accounts, principals] => who_can(accounts.parse()?, principals.parse()?),
        // As `cargo bench` runs it among all others.
        _ => account(&one_account(200, 20, 250)).and_then(|()| who_can(2, 60)),
    }
}

fn one_account(roles: usize, users: usize, policies: usize) -> Organization {
    Organization {
        accounts: 1,
        roles_per_account: roles,
        policies_per_account: policies,
        users_per_account: users,
        events_per_account: 0,
        seed: 1,
    }
}

/// Writes what IAM answers of the account, for others to read: with the AWS managed policies that it has attached, as IAM answers.
fn details(file: &Path, organization: &Organization) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let capture = folder.path().join("capture");
    sv0_synth::write(organization, &capture, &|_| {})?;
    let account = fs::read_dir(capture.join("accounts"))?
        .next()
        .ok_or("there is no account")??;
    let stored = fs::File::open(account.path().join("iam/authorization-details.json.zst"))?;
    let mut answer: Value = serde_json::from_reader(zstd::stream::Decoder::new(stored)?)?;
    let policies = answer["Policies"].as_array_mut().ok_or("there are no policies")?;
    for line in fs::read_to_string(capture.join("aws-managed-policies.ndjson"))?.lines() {
        let policy: Value = serde_json::from_str(line)?;
        let name = policy["Arn"]
            .as_str()
            .and_then(|arn| arn.rsplit('/').next())
            .unwrap_or_default();
        policies.push(json!({"PolicyName": name, "PolicyId": format!("ANPA{name}"), "Arn": policy["Arn"], "Path": "/", "DefaultVersionId": policy["VersionId"],
            "AttachmentCount": 1, "PermissionsBoundaryUsageCount": 0, "IsAttachable": true,
            "PolicyVersionList": [{"Document": policy["Document"], "VersionId": policy["VersionId"], "IsDefaultVersion": true}]}));
    }
    fs::write(file, answer.to_string())?;
    Ok(())
}

/// Prints for `cargo xtask bench-peers` how long it takes from the recorded answers to what each principal may do.
fn effective(organization: &Organization) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let mut steps = Steps {
        is_told: false,
        ..Steps::begin()?
    };
    let capture = made_up(organization, folder.path(), &mut steps)?;
    let began = steps.before;
    let graph = stored(&capture, folder.path(), &mut steps)?;
    let (principals, _) = grants(&Estate::new(&graph))?;
    let seconds = on_processor()? - began;
    writeln!(
        io::stdout(),
        "{}",
        json!({"seconds": seconds, "principals": principals})
    )?;
    Ok(())
}

/// How many principals there are, and how much they may do.
fn grants(estate: &Estate<'_>) -> Result<(usize, usize), Failure> {
    let principals = of_kind(estate.graph(), EntityKind::is_iam_principal);
    let mut grants = 0;
    let all = principals.iter().copied();
    estate.grants_of_each(all, None, &Context::default(), UnknownContext::Any, |found| {
        grants += found.grants.len();
    })?;
    Ok((principals.len(), grants))
}

fn account(organization: &Organization) -> Result<(), Failure> {
    let mut steps = Steps::begin()?;
    let folder = tempfile::tempdir()?;
    let capture = made_up(organization, folder.path(), &mut steps)?;
    let graph = stored(&capture, folder.path(), &mut steps)?;
    let estate = Estate::new(&graph);
    steps.end("compiled")?;
    let (principals, grants) = grants(&estate)?;
    steps.end(&format!("{principals} principals asked, {grants} grants"))?;
    let mut edges = 0;
    for role in of_kind(&graph, |kind| kind == EntityKind::IamRole) {
        let takers = estate.who_can("sts:AssumeRole", role, &Context::default(), UnknownContext::Any)?;
        edges += takers.principals.len();
    }
    steps.end(&format!("roles asked who may take them, {edges} edges"))
}

fn who_can(accounts: usize, principals: usize) -> Result<(), Failure> {
    let users = principals / 20;
    let organization = Organization {
        accounts,
        roles_per_account: principals - users,
        policies_per_account: principals * 2 / 3,
        users_per_account: users,
        events_per_account: 0,
        seed: 1,
    };
    let mut steps = Steps::begin()?;
    let folder = tempfile::tempdir()?;
    let capture = made_up(&organization, folder.path(), &mut steps)?;
    let graph = stored(&capture, folder.path(), &mut steps)?;
    let estate = Estate::new(&graph);
    steps.end("compiled")?;
    let buckets = of_kind(&graph, |kind| kind == EntityKind::S3Bucket);
    let bucket = buckets.first().ok_or("there is no bucket")?;
    let ask = |action: &str| {
        let answer = estate.who_can(action, bucket, &Context::default(), UnknownContext::Any);
        answer.map(|answer| answer.principals.len())
    };
    let can = ask("s3:GetObject")?;
    steps.end(&format!("one action asked, {can} of {}", accounts * principals))?;
    let mut all = 0;
    let actions: Vec<String> = actions_matching("s3:*").map(|action| action.full_name()).collect();
    for action in &actions {
        all += ask(action)?;
    }
    steps.end(&format!("{} actions asked, {all} answers", actions.len()))
}

/// What answers are hashed of.
enum Digested<'a> {
    /// A capture.
    Recorded(&'a Path),
    /// So many accounts, roles of each, and a seed.
    MadeUp(usize, usize, u64),
}

fn digest(of: &Digested<'_>) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let mut steps = Steps {
        is_told: false,
        ..Steps::begin()?
    };
    let capture = match of {
        Digested::Recorded(capture) => capture.to_path_buf(),
        Digested::MadeUp(accounts, roles, seed) => {
            let organization = Organization {
                accounts: *accounts,
                roles_per_account: *roles,
                policies_per_account: *roles,
                users_per_account: roles / 10,
                events_per_account: 0,
                seed: *seed,
            };
            made_up(&organization, folder.path(), &mut steps)?
        }
    };
    let graph = stored(&capture, folder.path(), &mut steps)?;
    let estate = Estate::new(&graph);
    let tell = |what: &str, digest: u64| writeln!(io::stdout(), "{digest:016x}  {what}");
    for unknown in [UnknownContext::Any, UnknownContext::Absent] {
        let granted = all_grants(&estate, unknown)?;
        tell(&format!("what principals may do, {unknown:?}"), granted)?;
        let takers = all_who_can(&estate, "sts:AssumeRole", EntityKind::IamRole, unknown)?;
        tell(&format!("who may take roles, {unknown:?}"), takers)?;
        for action in actions_matching("s3:*").map(|action| action.full_name()) {
            let who = all_who_can(&estate, &action, EntityKind::S3Bucket, unknown)?;
            tell(&format!("who may do {action}, {unknown:?}"), who)?;
        }
        for (action, kind) in OTHER_QUESTIONS {
            let who = all_who_can(&estate, action, kind, unknown)?;
            tell(&format!("who may do {action}, {unknown:?}"), who)?;
        }
    }
    let paths = authority_paths(&estate, &Evidence::default(), &PathOptions::default());
    tell("paths", hash_of(&paths.paths)?)?;
    Ok(())
}

/// What else is asked of all resources of a kind.
const OTHER_QUESTIONS: [(&str, EntityKind); 6] = [
    ("kms:Decrypt", EntityKind::KmsKey),
    ("lambda:InvokeFunction", EntityKind::LambdaFunction),
    ("secretsmanager:GetSecretValue", EntityKind::Secret),
    ("sqs:SendMessage", EntityKind::SqsQueue),
    ("iam:PutRolePolicy", EntityKind::IamRole),
    ("iam:PassRole", EntityKind::IamRole),
];

fn all_grants(estate: &Estate<'_>, unknown: UnknownContext) -> Result<u64, Failure> {
    let mut digest = DefaultHasher::new();
    for principal in of_kind(estate.graph(), EntityKind::is_iam_principal) {
        let found = estate.grants(principal, None, &Context::default(), unknown)?;
        digest.write(&serde_json::to_vec(&found)?);
        for action in ["s3:GetObjectTagging", "iam:PassRole", "lambda:InvokeFunction"] {
            let found = estate.grants(principal, Some(action), &Context::default(), unknown)?;
            digest.write(&serde_json::to_vec(&found)?);
        }
    }
    Ok(digest.finish())
}

/// Of at most a hundred resources of a kind.
fn all_who_can(estate: &Estate<'_>, action: &str, kind: EntityKind, unknown: UnknownContext) -> Result<u64, Failure> {
    let mut digest = DefaultHasher::new();
    for resource in of_kind(estate.graph(), |own| own == kind).into_iter().take(100) {
        let found = estate.who_can(action, resource, &Context::default(), unknown)?;
        digest.write(&serde_json::to_vec(&found)?);
    }
    Ok(digest.finish())
}

fn hash_of<T: Serialize>(rows: &[T]) -> Result<u64, Failure> {
    let mut digest = DefaultHasher::new();
    for row in rows {
        digest.write(&serde_json::to_vec(row)?);
    }
    Ok(digest.finish())
}

fn made_up(organization: &Organization, folder: &Path, steps: &mut Steps) -> Result<PathBuf, Failure> {
    let capture = folder.join("capture");
    let written = sv0_synth::write(organization, &capture, &|_| {})?;
    steps.end(&format!("made up, {:.1} MB", megabytes(written.json_bytes)))?;
    Ok(capture)
}

/// The graph of a capture as a command reads it out of a store.
fn stored(capture: &Path, folder: &Path, steps: &mut Steps) -> Result<Graph, Failure> {
    let store = FolderStore::new(folder.join("store"));
    let context = StageContext {
        store: &store,
        run_id: "bench",
        configuration: &Configuration::default(),
        threads: 1,
    };
    let normalized = normalize::run(&context, capture, &|_| {})?;
    steps.end(&format!(
        "recorded answers read, {} entities stored",
        normalized.entities
    ))?;
    let graph = context.snapshot().asked_graph()?;
    steps.end("read out of the store")?;
    Ok(graph)
}

fn of_kind(graph: &Graph, is: impl Fn(EntityKind) -> bool) -> Vec<&str> {
    let entities = graph.entities.values().filter(|entity| is(entity.kind));
    entities.map(|entity| entity.native_id.as_str()).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a figure to be read")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Tells of each step how long it was on a processor.
struct Steps {
    before: f64,
    is_told: bool,
}

impl Steps {
    fn begin() -> Result<Self, Failure> {
        Ok(Self {
            before: on_processor()?,
            is_told: true,
        })
    }

    fn end(&mut self, what: &str) -> Result<(), Failure> {
        let now = on_processor()?;
        if self.is_told {
            writeln!(io::stdout(), "{:8.2} s  {what}", now - self.before)?;
        }
        self.before = now;
        Ok(())
    }
}

/// Seconds that all threads of this process have been on a processor: other work on the machine does not count.
///
/// Source: proc(5), `/proc/<pid>/stat`, `utime` and `stime`, in ticks of a hundredth of a second.
fn on_processor() -> Result<f64, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("proc_pid_stat(5) has another form")?;
    let ticks: Vec<u32> = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    Ok(ticks.into_iter().map(f64::from).sum::<f64>() / 100.0)
}
