//! Opening the store a command names.

use std::sync::Arc;

use sv0_authority::Estate;
use sv0_aws::dynamodb::{self, DynamoState, TableConfiguration, TableError};
use sv0_aws::s3::{self, S3Location, S3ObjectStore};
use sv0_aws::sdk_config;
use sv0_lake::{FolderStore, LakeError, ObjectStore, Run, newest_run, newest_run_as_of};
use sv0_model::graph::Graph;
use sv0_pipeline::{Question, Snapshot};
use tokio::runtime::Runtime;

use crate::arguments::QueryArguments;
use crate::error::CommandError;
use crate::live::runtime;
use crate::selection;

/// How a store in AWS is named.
const DYNAMODB: &str = "dynamodb://";

/// A store that is asked: a folder, or what a deployment keeps.
pub enum Store {
    /// A folder.
    Folder(FolderStore),
    /// The bucket that belongs to a table.
    Deployment(Box<Deployment>),
}

/// The results of a deployment.
pub struct Deployment {
    objects: S3ObjectStore,
    /// As it was named.
    name: String,
    /// What the calls to S3 run on.
    _runtime: Arc<Runtime>,
}

impl ObjectStore for Store {
    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), LakeError> {
        self.objects().put(key, bytes)
    }

    fn get(&self, key: &str) -> Result<Vec<u8>, LakeError> {
        self.objects().get(key)
    }

    fn get_range(&self, key: &str, offset: u64, length: u64) -> Result<Vec<u8>, LakeError> {
        self.objects().get_range(key, offset, length)
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, LakeError> {
        self.objects().list(prefix)
    }

    fn describe(&self) -> String {
        match self {
            Self::Folder(folder) => folder.describe(),
            Self::Deployment(deployment) => deployment.name.clone(),
        }
    }
}

impl Store {
    fn objects(&self) -> &dyn ObjectStore {
        match self {
            Self::Folder(folder) => folder,
            Self::Deployment(deployment) => &deployment.objects,
        }
    }

    /// Where an object lies, for a person to open: a file, or `s3://BUCKET/KEY`.
    pub fn place_of(&self, key: &str) -> Result<String, CommandError> {
        match self {
            Self::Folder(folder) => Ok(folder.path_of(key)?.display().to_string()),
            Self::Deployment(deployment) => Ok(format!("{}{key}", deployment.objects.describe())),
        }
    }
}

/// The folder store that `text` names: what a scan writes into.
pub fn folder(text: &str) -> Result<FolderStore, CommandError> {
    if text.contains("://") {
        return Err(CommandError::StoreKind {
            store: text.to_owned(),
            help: "a scan on this machine writes into a folder: name one with --store",
        });
    }
    Ok(FolderStore::new(text))
}

/// The store that `text` names, to be asked.
pub fn open(text: &str) -> Result<Store, CommandError> {
    match text.strip_prefix(DYNAMODB) {
        Some(table) => Ok(Store::Deployment(Box::new(deployment(text, table)?))),
        None if text.contains("://") => Err(CommandError::StoreKind {
            store: text.to_owned(),
            help: "name the folder that `sv0 scan` wrote, or the table of a deployment: dynamodb://TABLE",
        }),
        None => Ok(Store::Folder(FolderStore::new(text))),
    }
}

fn deployment(name: &str, table: &str) -> Result<Deployment, CommandError> {
    if !is_table_name(table) {
        return Err(CommandError::BadInput {
            message: format!("{name:?} names no table"),
            help: "write dynamodb://TABLE, with the name of the table from the stack's outputs".to_owned(),
        });
    }
    let runtime = Arc::new(runtime()?);
    let config = runtime.block_on(sdk_config());
    let read = runtime.block_on(DynamoState::configuration(&dynamodb::client(&config), table));
    let configuration = read.map_err(|source| not_opened(name, source))?;
    let Some(TableConfiguration { bucket, prefix }) = configuration else {
        return Err(CommandError::NotDeployed { store: name.to_owned() });
    };
    let place: S3Location = format!("s3://{bucket}/{prefix}")
        .parse()
        .map_err(|_| CommandError::NotDeployed { store: name.to_owned() })?;
    Ok(Deployment {
        objects: S3ObjectStore::new(s3::client(&config), place, runtime.handle().clone()),
        name: name.to_owned(),
        _runtime: runtime,
    })
}

fn not_opened(name: &str, source: TableError) -> CommandError {
    let help = if source.is_no_such_table() {
        "there is no such table in this account and Region: take its name from the stack's outputs, and set AWS_REGION to the hub's Region"
    } else {
        "`aws sts get-caller-identity` shows whose credentials are used; they need dynamodb:GetItem on the table, s3:GetObject and s3:ListBucket on its bucket, and kms:Decrypt on their keys"
    };
    CommandError::Table {
        store: name.to_owned(),
        source,
        help,
    }
}

/// The rules of DynamoDB for the names of tables, as far as they keep a text from being mistaken for one.
fn is_table_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (3..=255).contains(&text.len()) && text.bytes().all(is_allowed)
}

/// The run a query asks: the newest, or the newest as of a time.
pub fn run<'s>(store: &'s Store, query: &QueryArguments) -> Result<Run<'s>, CommandError> {
    let run = match query.as_of {
        Some(time) => newest_run_as_of(store, time)?,
        None => newest_run(store)?,
    };
    Ok(run)
}

/// The objects of the run a query asks.
pub fn snapshot<'s>(store: &'s Store, query: &QueryArguments) -> Result<Snapshot<Run<'s>>, CommandError> {
    run(store, query).map(Snapshot::new)
}

/// The answer to a question, with the graph that it comes of: the parts that the question needs, or the whole where these do not tell, or where no question says what is
/// needed.
pub fn answered<T>(
    query: &QueryArguments,
    question: Option<&Question<'_>>,
    ask: impl Fn(&Estate<'_>) -> Result<T, CommandError>,
) -> Result<(Graph, T), CommandError> {
    let store = open(&query.store)?;
    let snapshot = snapshot(&store, query)?;
    let part = match question {
        Some(question) => snapshot.graph_for(question)?,
        None => None,
    };
    if let Some(graph) = part {
        match ask(&Estate::new(&graph)) {
            // What the parts do not hold the whole may hold, and names that come near.
            Err(CommandError::NotFound { .. }) => {}
            answer => return answer.map(|answer| (graph, answer)),
        }
    }
    let graph = snapshot.asked_graph()?;
    let answer = ask(&Estate::new(&graph))?;
    Ok((graph, answer))
}

/// The id of the account that `text` names. Only where the organization does not list it, the graph is read.
pub fn account_id(snapshot: &Snapshot<Run<'_>>, text: &str) -> Result<String, CommandError> {
    match selection::listed_account(&snapshot.organization()?, text) {
        Some(id) => Ok(id),
        None => selection::account_id(&snapshot.graph()?, text),
    }
}

/// The graph of the run a query asks, as far as questions of access need it.
pub fn graph(query: &QueryArguments) -> Result<Graph, CommandError> {
    let store = open(&query.store)?;
    Ok(snapshot(&store, query)?.asked_graph()?)
}
