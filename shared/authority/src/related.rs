//! What stands for a resource under ARNs of its own, by which policies name it: the users of a database, the aliases of an agent.

use serde_json::Value;
use sv0_iam::catalogue::classes::Related;
use sv0_model::arn::Arn;
use sv0_model::graph::{Entity, EntityKind};

const ALL: [Related; 5] = [
    Related::DatabaseUsers,
    Related::WarehouseUsers,
    Related::WarehouseDatabases,
    Related::AgentAliases,
    Related::FlowAliases,
];

/// What the ARNs begin with, up to the slash before the user's, database's or alias's name. None where the resource has none, or its id is not known.
pub(crate) fn base(related: Related, entity: &Entity) -> Option<String> {
    let arn = Arn::parse(&entity.native_id)?;
    let (kind, id) = arn.resource.split_once([':', '/'])?;
    let (service, resource) = match (related, entity.kind, kind) {
        (Related::DatabaseUsers, EntityKind::RdsDatabase, "db" | "cluster") => {
            ("rds-db", format!("dbuser:{}", database_id(entity)?))
        }
        (Related::WarehouseUsers, EntityKind::RedshiftCluster, "cluster") => ("redshift", format!("dbuser:{id}")),
        (Related::WarehouseDatabases, EntityKind::RedshiftCluster, "cluster") => ("redshift", format!("dbname:{id}")),
        (Related::AgentAliases, EntityKind::BedrockAgent, "agent") => ("bedrock", format!("agent-alias/{id}")),
        (Related::FlowAliases, EntityKind::BedrockFlow, "flow") => ("bedrock", format!("flow/{id}/alias")),
        _ => return None,
    };
    Some(format!(
        "arn:{}:{service}:{}:{}:{resource}",
        arn.partition, arn.region, arn.account
    ))
}
/// All that stands for a resource under other ARNs.
pub(crate) fn bases(entity: &Entity) -> impl Iterator<Item = String> {
    ALL.into_iter().filter_map(|related| base(related, entity))
}

/// The id that `rds-db:connect` knows a database by. The users of an Aurora cluster are those of the cluster, not of its instances.
fn database_id(entity: &Entity) -> Option<&str> {
    let text = |name: &str| entity.attributes.get(name).and_then(Value::as_str);
    let id = text("resource_id")?;
    let is_of_cluster = id.starts_with("db-") && text("cluster").is_some();
    (!is_of_cluster && !id.contains(['/', '*', '?'])).then_some(id)
}
