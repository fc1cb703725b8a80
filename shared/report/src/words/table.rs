//! Tables of words: every value of an enumeration with its label and its meaning.

/// What one value is called, and what that means.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    /// The label.
    pub(crate) label: &'static str,
    /// One or two sentences.
    pub(crate) meaning: &'static str,
}

/// Defines a function from an enumeration to its words, and the list of all its values. The compiler keeps both complete: a new variant does not
/// build before it has words.
macro_rules! worded {
    ($(#[$function_doc:meta])* fn $function:ident, $(#[$all_doc:meta])* const $all:ident of $type:ident { $($variant:ident => $label:literal, $meaning:literal;)+ }) => {
        $(#[$all_doc])*
        pub(crate) const $all: &[$type] = &[$($type::$variant),+];

        $(#[$function_doc])*
        pub(crate) fn $function(value: $type) -> crate::words::table::Words {
            match value {
                $($type::$variant => crate::words::table::Words { label: $label, meaning: $meaning },)+
            }
        }
    };
}

pub(crate) use worded;
