//! Entities and edges as GraphML, which graph tools such as Gephi, yEd and NetworkX read.
//!
//! Sources: "The GraphML File Format", graphml.graphdrawing.org; Extensible Markup Language (XML) 1.0, "Characters".

use std::io;

use serde_json::json;
use sv0_model::graph::Entity;

use super::{ExportInput, join_keys, word};

/// Data of nodes and of edges: id of the key, what it is for, its name.
const KEYS: [(&str, &str, &str); 12] = [
    ("kind", "node", "kind"),
    ("name", "node", "name"),
    ("account", "node", "account"),
    ("region", "node", "region"),
    ("resolution", "node", "resolution"),
    ("sensitivity", "node", "sensitivity"),
    ("data_domain", "node", "data_domain"),
    ("environment", "node", "environment"),
    ("actor", "node", "actor"),
    ("join_keys", "node", "join_keys"),
    ("relation", "edge", "relation"),
    ("attributes", "edge", "attributes"),
];

pub(super) fn write(input: &ExportInput<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
    )?;
    for (id, of, name) in KEYS {
        writeln!(
            out,
            "  <key id=\"{id}\" for=\"{of}\" attr.name=\"{name}\" attr.type=\"string\"/>"
        )?;
    }
    out.write_all(b"  <graph id=\"authority\" edgedefault=\"directed\">\n")?;
    for entity in input.graph.entities.values() {
        node(entity, out)?;
    }
    for (number, edge) in input.graph.edges.iter().enumerate() {
        let (from, to) = (escaped(&edge.from), escaped(&edge.to));
        writeln!(out, "    <edge id=\"e{number}\" source=\"{from}\" target=\"{to}\">")?;
        data("relation", &word(&edge.kind), out)?;
        if !edge.attributes.is_empty() {
            data("attributes", &json!(edge.attributes).to_string(), out)?;
        }
        out.write_all(b"    </edge>\n")?;
    }
    out.write_all(b"  </graph>\n</graphml>\n")
}

fn node(entity: &Entity, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "    <node id=\"{}\">", escaped(&entity.native_id))?;
    data("kind", &word(&entity.kind), out)?;
    data("name", &entity.name, out)?;
    data("account", entity.account.as_deref().unwrap_or_default(), out)?;
    data("region", entity.region.as_deref().unwrap_or_default(), out)?;
    data("resolution", &word(&entity.resolution), out)?;
    data("sensitivity", &word(&entity.sensitivity), out)?;
    let domain = entity.data_domain.as_ref().map(|domain| domain.value.as_str());
    data("data_domain", domain.unwrap_or_default(), out)?;
    let environment = entity
        .environment
        .as_ref()
        .map(|environment| environment.value.as_str());
    data("environment", environment.unwrap_or_default(), out)?;
    let actor = entity.actor.as_ref().map(|actor| word(&actor.class));
    data("actor", &actor.unwrap_or_default(), out)?;
    let keys: Vec<_> = join_keys(entity)
        .into_iter()
        .map(|(kind, value)| json!({"kind": kind, "value": value}))
        .collect();
    if !keys.is_empty() {
        data("join_keys", &json!(keys).to_string(), out)?;
    }
    out.write_all(b"    </node>\n")
}

/// One value; what is empty is left out.
fn data(key: &str, value: &str, out: &mut dyn io::Write) -> io::Result<()> {
    if value.is_empty() {
        return Ok(());
    }
    writeln!(out, "      <data key=\"{key}\">{}</data>", escaped(value))
}

/// Text as XML takes it. Characters that XML 1.0 cannot hold at all become U+FFFD.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            character if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}')
            }
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn text_is_never_markup() {
        for (text, want) in [
            ("orders", "orders"),
            ("<script>&\"'", "&lt;script&gt;&amp;&quot;&apos;"),
            ("]]>", "]]&gt;"),
            ("a\nb\tc", "a&#10;b&#9;c"),
            ("\u{0}\u{1b}\u{ffff}", "\u{fffd}\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(escaped(text), want);
        }
    }
}
