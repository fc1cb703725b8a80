//! Where each Config type keeps what the graph wants. A type that needs no more than this is one row.

mod identities;
mod resources;
mod workloads;

use sv0_model::graph::{EdgeKind, EntityKind};

use super::ConfigItem;
use crate::description::{Description, Reference};

/// One Config type.
pub(crate) struct TypeRow {
    /// The type.
    resource_type: &'static str,
    /// What it is in the graph.
    pub(super) kind: EntityKind,
    /// Where its ARN is; the first that is an ARN counts.
    pub(crate) arn: &'static [&'static str],
    /// The ARN it must have if none is written.
    pub(crate) arn_format: &'static str,
    /// What stands for `{id}` in the format.
    pub(crate) id: &'static [&'static str],
    /// Where its name is, before `resourceName` and the ARN.
    pub(crate) name: &'static [&'static str],
    /// Its attributes.
    pub(super) attributes: &'static [AttributeRow],
    /// Its edges to one other entity each.
    pub(super) links: &'static [LinkRow],
    /// Where its resource-based policy is.
    pub(super) policy: PolicyPlace,
    /// What a row cannot say.
    pub(super) refine: fn(&ConfigItem<'_>, &mut Description),
}

/// Name, places and form of an attribute.
pub(super) struct AttributeRow(
    pub(super) &'static str,
    pub(super) &'static [&'static str],
    pub(super) Shape,
);

/// The form in which an attribute's value is kept. Nothing is copied as it comes.
#[derive(Clone, Copy)]
pub(super) enum Shape {
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
    /// The keys of an object, sorted, never its values.
    Keys,
}

/// Kind and place of an edge, and how the text there names its end.
pub(super) struct LinkRow(
    pub(super) EdgeKind,
    pub(super) &'static [&'static str],
    pub(super) fn(String) -> Reference,
);

/// Where a type keeps its resource-based policy, and what proves that there is none.
#[derive(Clone, Copy)]
pub(super) enum PolicyPlace {
    /// Config does not hold it, or the type has none.
    Elsewhere,
    /// There; if it is missing although the item has a `supplementaryConfiguration`, none is set.
    Supplementary(&'static [&'static str]),
    /// There; if it is missing although the item has a `configuration`, none is set.
    Configuration(&'static [&'static str]),
    /// There, and always set: if it is missing, it was not collected.
    Always(&'static [&'static str]),
}

const GENERIC: TypeRow = TypeRow {
    resource_type: "",
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

fn rows() -> impl Iterator<Item = &'static TypeRow> {
    [workloads::ROWS, resources::ROWS, identities::ROWS]
        .into_iter()
        .flatten()
}

/// The attributes that rows give.
#[cfg(test)]
pub(crate) fn documented_attributes() -> impl Iterator<Item = &'static str> {
    rows()
        .flat_map(|row| row.attributes)
        .map(|AttributeRow(name, ..)| *name)
}
