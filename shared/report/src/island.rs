//! The data island: everything the page's script draws from, as compact JSON inside the page.

mod budget;
mod builder;
mod escape;
mod evidence;
mod rows;
mod statements;
mod table;

use crate::reach::Reach;
use crate::shown::Shown;
use crate::{ReportError, ReportInput};
pub(crate) use statements::statements;

/// The island, and what it had to leave out.
pub(crate) struct IslandText {
    /// Safe between `<script type="application/json">` and its end tag.
    pub(crate) json: String,
    /// A sentence for everything that was left out.
    pub(crate) left_out: Vec<String>,
}

/// Writes the island.
///
/// # Errors
/// When a value cannot be written as JSON.
pub(crate) fn text(input: &ReportInput<'_>, shown: &Shown<'_>, reach: &Reach) -> Result<IslandText, ReportError> {
    let (island, left_out) = builder::build(input, shown, reach)?;
    Ok(IslandText {
        json: escape::for_script(&island)?,
        left_out,
    })
}
