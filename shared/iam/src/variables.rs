//! Policy variables: `${key}`, `${key, 'default'}` and the escapes `${*}`, `${?}`, `${$}`.
//!
//! Source: IAM User Guide, "IAM policy elements: Variables and tags". Documents of version 2008-10-17 have none.

use std::borrow::Cow;

use crate::glob::{Glob, ScopeState, Token, WildcardScope, tokenize};

/// A pattern or value as a policy writes it, with its variables found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    scope: WildcardScope,
    support: VariableSupport,
    body: Body,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Body {
    Fixed(Glob),
    Pieces(Vec<Piece>),
}

/// A stretch of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Tokens(Vec<Token>),
    Variable { key: String, default: Option<String> },
}

/// What a variable is worth in one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum VariableValue<'a> {
    Known(Cow<'a, str>),
    /// The key is not in the request, or has not exactly one value.
    Null,
    /// The key may have any value.
    Unknown,
}

/// A template with its known variables replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolved<'t> {
    /// Nothing is left open.
    Ready(Cow<'t, Glob>),
    /// A variable has no value, so nothing matches ("Policy variables with no value").
    MatchesNothing,
    /// Some variables may have any value.
    Open(Vec<Piece>),
}

/// How the text of a policy is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VariableSupport {
    /// Version 2012-10-17.
    Recognized,
    /// Version 2008-10-17 or none: `${` is literal text.
    LiteralText,
}

impl Template {
    pub(crate) fn parse(text: &str, scope: WildcardScope, support: VariableSupport) -> Self {
        let body = if support == VariableSupport::LiteralText || !text.contains("${") {
            Body::Fixed(Glob::new(text, scope))
        } else {
            compile(text, scope)
        };
        Self {
            text: text.to_owned(),
            scope,
            support,
            body,
        }
    }

    /// The text as the policy writes it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text as an answer prints it once its variables have the values that make it `resolved`: as written where there are none.
    pub(crate) fn answer_text(&self, resolved: &Glob) -> String {
        let reads_as_written = self.support == VariableSupport::Recognized || !self.text.contains("${");
        match self.body {
            Body::Fixed(_) if reads_as_written => self.text.clone(),
            _ => render(&[Piece::Tokens(resolved.tokens().collect())], self.scope),
        }
    }

    /// The compiled pattern, when no variable is in it.
    #[must_use]
    pub fn fixed(&self) -> Option<&Glob> {
        match &self.body {
            Body::Fixed(glob) => Some(glob),
            Body::Pieces(_) => None,
        }
    }

    /// The keys of its variables, as written.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let pieces = match &self.body {
            Body::Fixed(_) => [].as_slice(),
            Body::Pieces(pieces) => pieces.as_slice(),
        };
        pieces.iter().filter_map(|piece| match piece {
            Piece::Variable { key, .. } => Some(key.as_str()),
            Piece::Tokens(_) => None,
        })
    }

    /// Replaces every variable whose value `lookup` knows.
    pub(crate) fn resolve<'v>(&self, lookup: &dyn Fn(&str) -> VariableValue<'v>) -> Resolved<'_> {
        match &self.body {
            Body::Fixed(glob) => Resolved::Ready(Cow::Borrowed(glob)),
            Body::Pieces(pieces) => resolve_pieces(pieces, self.scope, lookup),
        }
    }
}

fn resolve_pieces<'v>(
    pieces: &[Piece],
    scope: WildcardScope,
    lookup: &dyn Fn(&str) -> VariableValue<'v>,
) -> Resolved<'static> {
    let mut resolved: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let Piece::Variable { key, default } = piece else {
            push_piece(&mut resolved, piece.clone());
            continue;
        };
        match (lookup(key), default) {
            (VariableValue::Known(value), _) => push_piece(&mut resolved, literal(&value)),
            (VariableValue::Null, Some(default)) => push_piece(&mut resolved, literal(default)),
            (VariableValue::Null, None) => return Resolved::MatchesNothing,
            (VariableValue::Unknown, _) => resolved.push(piece.clone()),
        }
    }
    match resolved.as_slice() {
        [] => Resolved::Ready(Cow::Owned(Glob::literal(""))),
        [Piece::Tokens(tokens)] => Resolved::Ready(Cow::Owned(Glob::from_scoped_tokens(tokens, scope))),
        _ => Resolved::Open(resolved),
    }
}

fn literal(value: &str) -> Piece {
    Piece::Tokens(value.chars().map(Token::Char).collect())
}

fn push_piece(pieces: &mut Vec<Piece>, piece: Piece) {
    if let (Some(Piece::Tokens(last)), Piece::Tokens(more)) = (pieces.last_mut(), &piece) {
        last.extend(more);
    } else {
        pieces.push(piece);
    }
}

/// Writes pieces back as policy text: what is literal but looks like a wildcard or the beginning of a variable is escaped.
pub(crate) fn render(pieces: &[Piece], scope: WildcardScope) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Tokens(tokens) => render_tokens(tokens, scope, &mut text),
            Piece::Variable { key, default: None } => text.push_str(&format!("${{{key}}}")),
            Piece::Variable {
                key,
                default: Some(default),
            } => text.push_str(&format!("${{{key}, '{default}'}}")),
        }
    }
    text
}

fn render_tokens(tokens: &[Token], scope: WildcardScope, text: &mut String) {
    let mut tokens = tokens.iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            Token::Char(c @ ('*' | '?')) if scope != WildcardScope::Literal => text.push_str(&format!("${{{c}}}")),
            Token::Char('$') if tokens.peek() == Some(&&Token::Char('{')) => text.push_str("${$}"),
            Token::Char(c) => text.push(*c),
            Token::One { .. } => text.push('?'),
            Token::Many { .. } => text.push('*'),
            Token::Never => {}
        }
    }
}

fn compile(text: &str, scope: WildcardScope) -> Body {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut state = ScopeState::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inside, tail)) = split_variable(after) else {
            break;
        };
        push_text(&mut pieces, before, scope, &mut state, Follower::Variable);
        match read_variable(inside) {
            Some(variable) => push_piece(&mut pieces, variable),
            None => push_text(
                &mut pieces,
                &format!("${{{inside}}}"),
                scope,
                &mut state,
                Follower::Variable,
            ),
        }
        rest = tail;
    }
    push_text(&mut pieces, rest, scope, &mut state, Follower::End);
    match pieces.as_slice() {
        [] => Body::Fixed(Glob::literal("")),
        [Piece::Tokens(tokens)] => Body::Fixed(Glob::from_scoped_tokens(tokens, scope)),
        _ => Body::Pieces(pieces),
    }
}

/// Splits at the brace that closes a variable; braces inside a quoted default do not count.
fn split_variable(after: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    for (at, c) in after.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '}' if !quoted => return Some((after.get(..at)?, after.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

fn read_variable(inside: &str) -> Option<Piece> {
    if matches!(inside, "*" | "?" | "$") {
        return Some(literal(inside));
    }
    let (key, default) = match inside.split_once(',') {
        None => (inside.trim(), None),
        Some((key, default)) => (
            key.trim(),
            Some(default.trim().strip_prefix('\'')?.strip_suffix('\'')?.to_owned()),
        ),
    };
    (!key.is_empty()).then(|| Piece::Variable {
        key: key.to_owned(),
        default,
    })
}

/// What comes after a stretch of text: it decides whether a `*` at its end also ends an ARN segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follower {
    Variable,
    End,
}

fn push_text(pieces: &mut Vec<Piece>, text: &str, scope: WildcardScope, state: &mut ScopeState, follower: Follower) {
    if text.is_empty() {
        return;
    }
    let mut tokens = tokenize(text, scope, state);
    if follower == Follower::Variable
        && scope == WildcardScope::ResourceSegments
        && !state.is_in_resource()
        && let Some(Token::Many { crosses }) = tokens.last_mut()
    {
        *crosses = false;
    }
    push_piece(pieces, Piece::Tokens(tokens));
}

#[cfg(test)]
mod tests;
