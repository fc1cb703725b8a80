//! The table over CloudTrail's log files, as AWS documents it ("Create a table for CloudTrail logs in Athena using partition projection").
//!
//! It keeps the documented columns, SerDe and input format, under which `requestparameters`, `responseelements` and `additionaleventdata` are the JSON text of the
//! event. Of `useridentity` two fields more are read that CloudTrail writes and the documented example leaves out: `identityProvider`, and the session's
//! `sourceIdentity`. Partitions are projected: the day from the folders' names, the Region from a list, and the account *injected*, that is, named by the query
//! ("Use dynamic ID partitioning"), because Athena advises against lists of more than a few dozen and accounts come and go.

use serde::{Deserialize, Serialize};

use super::names::{Bucket, Identifier, OrganizationId, Prefix, Region};

/// Where a trail stores its log files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailLogs {
    /// The trail's bucket.
    pub bucket: Bucket,
    /// The prefix before `AWSLogs`.
    pub prefix: Prefix,
    /// The organization of an organization trail, whose folders carry its id; `None` for the trail of one account.
    pub organization: Option<OrganizationId>,
}

impl TrailLogs {
    /// `s3://bucket/prefix/AWSLogs/o-…`: what lies before the accounts' folders.
    #[must_use]
    pub fn location(&self) -> String {
        let mut location = format!("s3://{}", self.bucket);
        let folders = [
            self.prefix.as_str(),
            "AWSLogs",
            self.organization.as_ref().map_or("", OrganizationId::as_str),
        ];
        for folder in folders.into_iter().filter(|folder| !folder.is_empty()) {
            location.push('/');
            location.push_str(folder);
        }
        location
    }
}

/// A table of the Glue Data Catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogTable {
    /// The database.
    pub database: Identifier,
    /// The table.
    pub table: Identifier,
}

impl LogTable {
    /// The statement that makes the table. `regions` are those whose folders are read; `first_day` (`2026/01/31`) is the first whose folders are.
    #[must_use]
    pub fn statement(&self, logs: &TrailLogs, regions: &[Region], first_day: Day) -> String {
        let mut regions: Vec<&str> = regions.iter().map(Region::as_str).collect();
        regions.sort_unstable();
        regions.dedup();
        let location = logs.location();
        let columns = COLUMNS.join(",\n  ");
        let properties = [
            ("projection.enabled".to_owned(), "true".to_owned()),
            ("projection.account.type".to_owned(), "injected".to_owned()),
            ("projection.region.type".to_owned(), "enum".to_owned()),
            ("projection.region.values".to_owned(), regions.join(",")),
            ("projection.day.type".to_owned(), "date".to_owned()),
            ("projection.day.format".to_owned(), "yyyy/MM/dd".to_owned()),
            ("projection.day.range".to_owned(), format!("{first_day},NOW")),
            ("projection.day.interval".to_owned(), "1".to_owned()),
            ("projection.day.interval.unit".to_owned(), "DAYS".to_owned()),
            (
                "storage.location.template".to_owned(),
                format!("{location}/${{account}}/CloudTrail/${{region}}/${{day}}"),
            ),
        ];
        let properties: Vec<String> = properties
            .iter()
            .map(|(name, value)| format!("'{name}' = '{value}'"))
            .collect();
        format!(
            "CREATE EXTERNAL TABLE IF NOT EXISTS {database}.{table} (\n  {columns}\n)\nPARTITIONED BY (account STRING, region STRING, day STRING)\n\
             ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'\n\
             STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'\n\
             OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'\n\
             LOCATION '{location}/'\nTBLPROPERTIES (\n  {properties}\n)",
            database = self.database,
            table = self.table,
            properties = properties.join(",\n  "),
        )
    }
}

/// The documented columns that a query reads, and those that tell what the events are of.
const COLUMNS: &[&str] = &[
    "eventversion STRING",
    "useridentity STRUCT<type: STRING, principalid: STRING, arn: STRING, accountid: STRING, invokedby: STRING, accesskeyid: STRING, username: STRING, \
     identityprovider: STRING, onbehalfof: STRUCT<userid: STRING, identitystorearn: STRING>, sessioncontext: STRUCT<\
     attributes: STRUCT<mfaauthenticated: STRING, creationdate: STRING>, \
     sessionissuer: STRUCT<type: STRING, principalid: STRING, arn: STRING, accountid: STRING, username: STRING>, sourceidentity: STRING, \
     ec2roledelivery: STRING, webidfederationdata: STRUCT<federatedprovider: STRING>>>",
    "eventtime STRING",
    "eventsource STRING",
    "eventname STRING",
    "awsregion STRING",
    "sourceipaddress STRING",
    "useragent STRING",
    "errorcode STRING",
    "errormessage STRING",
    "requestparameters STRING",
    "responseelements STRING",
    "additionaleventdata STRING",
    "requestid STRING",
    "eventid STRING",
    "readonly STRING",
    "resources ARRAY<STRUCT<arn: STRING, accountid: STRING, type: STRING>>",
    "eventtype STRING",
    "apiversion STRING",
    "recipientaccountid STRING",
    "serviceeventdetails STRING",
    "sharedeventid STRING",
    "vpcendpointid STRING",
    "eventcategory STRING",
];

use super::window::Day;
