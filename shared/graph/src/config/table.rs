//! Where each type keeps what the graph wants, in Config's items and in the answers of its own service. A type that needs no more than this is one row.

mod databases;
mod identities;
mod messaging;
mod orchestration;
mod resources;
mod services;
mod workloads;

use sv0_model::graph::{EdgeKind, EntityKind};

use super::ConfigItem;
use crate::description::{Description, Reference};
use crate::spoke::{self, Reader};

/// One Config type.
pub(crate) struct TypeRow {
    /// Config's name of the type; of a type that Config does not record, CloudFormation's.
    pub(crate) resource_type: &'static str,
    /// The files of the services' own answers that describe it, as (service, what). Their items are read as if they were a Config item's `configuration`.
    pub(crate) answers: &'static [(&'static str, &'static str)],
    /// The service principal that assumes the role it runs under; empty where it runs under none.
    pub(crate) service_principal: &'static str,
    /// What it is in the graph.
    pub(crate) kind: EntityKind,
    /// Where its ARN is; the first that is an ARN counts.
    pub(crate) arn: &'static [&'static str],
    /// The ARN it must have if none is written.
    pub(crate) arn_format: &'static str,
    /// What stands for `{id}` in the format.
    pub(crate) id: &'static [&'static str],
    /// Where its name is, before `resourceName` and the ARN.
    pub(crate) name: &'static [&'static str],
    /// Its attributes.
    pub(crate) attributes: &'static [AttributeRow],
    /// Its edges to one other entity each.
    pub(crate) links: &'static [LinkRow],
    /// Where its resource-based policy is.
    pub(crate) policy: PolicyPlace,
    /// What a row cannot say.
    pub(crate) refine: fn(&ConfigItem<'_>, &mut Description),
}

/// Name, places and form of an attribute.
pub(crate) struct AttributeRow(
    pub(crate) &'static str,
    pub(crate) &'static [&'static str],
    pub(crate) Shape,
);

/// The form in which an attribute's value is kept. Nothing is copied as it comes.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// A text, number or truth value.
    Scalar,
    /// A truth value.
    Truth,
    /// A time.
    Time,
    /// A list of texts and numbers.
    Scalars,
    /// One field of every item of a list.
    Each(&'static str),
    /// That it is there, whatever it says.
    Presence,
    /// How many items a list has.
    Count,
    /// The keys of an object, sorted, never its values.
    Keys,
}

/// Kind and place of an edge, and how the text there names its end.
pub(crate) struct LinkRow(
    pub(crate) EdgeKind,
    pub(crate) &'static [&'static str],
    pub(crate) fn(String) -> Reference,
);

/// Where a type keeps its resource-based policy, and what proves that there is none.
#[derive(Clone, Copy)]
pub(crate) enum PolicyPlace {
    /// Config does not hold it, or nobody knows whether the type can have one.
    Elsewhere,
    /// AWS lets no policy be attached to the type.
    NotSupported,
    /// There; if it is missing although the item has a `supplementaryConfiguration`, none is set.
    Supplementary(&'static [&'static str]),
    /// There; if it is missing although the item has a `configuration`, none is set.
    Configuration(&'static [&'static str]),
    /// There, and always set: if it is missing, it was not collected.
    Always(&'static [&'static str]),
    /// There; that it is missing proves nothing.
    IfThere(&'static [&'static str]),
}

/// A generic resource, as which every type counts that has no row; rows say how they differ from it.
pub(crate) const GENERIC: TypeRow = TypeRow {
    resource_type: "",
    answers: &[],
    service_principal: "",
    kind: EntityKind::GenericResource,
    arn: &["arn", "configuration.arn", "resourceId"],
    arn_format: "arn:{partition}:{service}:{region}:{account}:{kind}/{id}",
    id: &["resourceId", "resourceName"],
    name: &[],
    attributes: &[],
    links: &[],
    policy: PolicyPlace::Elsewhere,
    refine: |_, _| {},
};

/// The row of a type; a type without a row of its own is a generic resource.
pub(crate) fn row_of(resource_type: &str) -> &'static TypeRow {
    static OTHER: TypeRow = GENERIC;
    rows().find(|row| row.resource_type == resource_type).unwrap_or(&OTHER)
}

/// The row of what an answer of a service describes.
pub(crate) fn row_of_answer(service: &str, what: &str) -> Option<&'static TypeRow> {
    rows().find(|row| row.answers.contains(&(service, what)))
}

fn rows() -> impl Iterator<Item = &'static TypeRow> {
    let of_answers_alone = [
        spoke::workloads::ROWS,
        spoke::bedrock::ROWS,
        spoke::identities::ROWS,
        spoke::resources::ROWS,
    ];
    config_rows().chain(of_answers_alone.into_iter().flatten())
}

fn config_rows() -> impl Iterator<Item = &'static TypeRow> {
    let of_config = [
        workloads::ROWS,
        orchestration::ROWS,
        services::ROWS,
        resources::ROWS,
        databases::ROWS,
        messaging::ROWS,
        identities::ROWS,
    ];
    of_config.into_iter().flatten()
}

/// The service and the name of an answer, as in `accounts/<account>/<region>/<service>/<name>.ndjson`.
pub type AnswerName = (&'static str, &'static str);

/// The types of AWS Config that have a row, each with the services' own answers that describe the same things.
pub fn config_types() -> impl Iterator<Item = (&'static str, &'static [AnswerName])> {
    config_rows().map(|row| (row.resource_type, row.answers))
}

/// The services' own answers that are read.
pub fn answers() -> impl Iterator<Item = AnswerName> {
    let read = spoke::readers().map(|Reader(service, what, _)| (*service, *what));
    read.chain(rows().flat_map(|row| row.answers).copied())
}

/// Every type that has a row, and every file of answers that is read by one.
#[cfg(test)]
pub(crate) fn types_and_answers() -> (Vec<&'static str>, Vec<(&'static str, &'static str)>) {
    let types = rows().map(|row| row.resource_type).collect();
    let answers = rows().flat_map(|row| row.answers).copied().collect();
    (types, answers)
}

/// The attributes that rows give.
#[cfg(test)]
pub(crate) fn documented_attributes() -> impl Iterator<Item = &'static str> {
    rows()
        .flat_map(|row| row.attributes)
        .map(|AttributeRow(name, ..)| *name)
}
