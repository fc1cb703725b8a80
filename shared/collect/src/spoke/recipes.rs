//! The table of recipes: one row a file. To add a file, give it its name in the capture format, its calls a row in [`crate::calls`], and a row here.

mod ai;
mod compute;
mod data;
mod integration;

use super::recipe::{Argument, Ask, Detail, Each, Gather, Level, Recipe, Write};

/// Every recipe.
pub(super) fn all() -> impl Iterator<Item = &'static Recipe> {
    [ai::RECIPES, compute::RECIPES, data::RECIPES, integration::RECIPES]
        .into_iter()
        .flatten()
}

/// A file of a single chain of lists.
const fn recipe(service: &'static str, what: &'static str, ask: Ask, chains: &'static [&'static [Level]]) -> Recipe {
    Recipe {
        service,
        what,
        ask,
        chains,
    }
}

/// One more call about an item, whose answer names its subject.
const fn describe(call: &'static crate::call::ApiCall, asked: &'static [(&'static str, Argument)]) -> Each {
    Each::Ask(Detail {
        call,
        asked,
        write: Write::Answer,
        none: &[],
    })
}

/// One more call about the item with this ARN, of which AWS may say by one of `none` that there is nothing.
const fn about(
    arn: &'static str,
    call: &'static crate::call::ApiCall,
    asked: &'static [(&'static str, Argument)],
    none: &'static [&'static str],
) -> Each {
    Each::Ask(Detail {
        call,
        asked,
        write: Write::About(arn),
        none,
    })
}

/// Everything that lists say about the item with this ARN.
const fn gather(arn: &'static str, field: &'static str, levels: &'static [Level]) -> Each {
    Each::Gather(Gather { arn, field, levels })
}
