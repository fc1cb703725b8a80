//! The data island: everything the page's script draws from, as compact JSON inside the page.

mod builder;
mod escape;
mod evidence;
mod rows;
mod statements;
mod table;

use crate::reach::Reach;
use crate::shown::Shown;
use crate::{ReportError, ReportInput};

/// The island's text, safe between `<script type="application/json">` and its end tag.
///
/// # Errors
/// When a value cannot be written as JSON.
pub(crate) fn text(input: &ReportInput<'_>, shown: &Shown<'_>, reach: &Reach<'_>) -> Result<String, ReportError> {
    let island = builder::build(input, shown, reach)?;
    Ok(escape::for_script(&serde_json::to_string(&island)?))
}
