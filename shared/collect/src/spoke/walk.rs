//! Follows a recipe: list by list, item by item, with a checkpoint after each, so that a worker goes on exactly where another stopped.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sv0_sources::answer_about;

use super::recipe::{Detail, Each, Gather, Level, Recipe, Write};
use super::values::{Scope, items_of};
use crate::api::{ApiError, BoxFuture, Failure, Target};
use crate::call::ApiCall;
use crate::lacking::Lacking;
use crate::pages::PageReader;
use crate::step::{StepError, StepRun};

/// Items of one gathered answer beyond which it is not held in memory.
const MOST_GATHERED: usize = 100_000;

/// Where to go on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct At {
    chain: usize,
    /// Of each list, from the outermost, the page and the item on it.
    frames: Vec<Frame>,
    lacking: Lacking,
    /// Whether the walk began anew, which it does once.
    began_anew: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Frame {
    token: Option<String>,
    index: usize,
}

/// A recipe being followed.
pub(super) struct Walk<'a> {
    recipe: &'static Recipe,
    target: &'a Target,
    scope: Scope,
    at: At,
}

impl<'a> Walk<'a> {
    pub fn new(recipe: &'static Recipe, target: &'a Target, scope: Scope) -> Self {
        Self {
            recipe,
            target,
            scope,
            at: At::default(),
        }
    }

    /// Goes on where the run's cursor says; from the beginning where AWS no longer takes the token of an earlier worker.
    pub async fn run(mut self, run: &mut StepRun<'_>) -> Result<(), StepError> {
        let from: Option<At> = run.cursor();
        let may_begin_anew = from.as_ref().is_some_and(|at| !at.began_anew);
        self.at = from.unwrap_or_default();
        let mut result = self.chains(run).await;
        if may_begin_anew && matches!(&result, Err(StepError::Api(error)) if is_about_token(error)) {
            run.start_over()?;
            self.scope.items.clear();
            self.at = At {
                began_anew: true,
                ..At::default()
            };
            result = self.chains(run).await;
        }
        if result.is_ok() {
            let of = format!("{}:{}", self.recipe.service, self.recipe.what);
            self.at.lacking.judge(run, &of);
        }
        result
    }

    async fn chains(&mut self, run: &mut StepRun<'_>) -> Result<(), StepError> {
        for (index, chain) in self.recipe.chains.iter().enumerate().skip(self.at.chain) {
            if index > self.at.chain {
                self.at.chain = index;
                self.at.frames.clear();
                run.checkpoint(&self.at)?;
            }
            self.list(run, chain, 0).await?;
        }
        Ok(())
    }

    /// Reads the list of the first of `levels`, and for each of its items those inside it.
    fn list<'f>(
        &'f mut self,
        run: &'f mut StepRun<'_>,
        levels: &'static [Level],
        depth: usize,
    ) -> BoxFuture<'f, Result<(), StepError>> {
        Box::pin(async move {
            let Some((level, below)) = levels.split_first() else {
                return Ok(());
            };
            let Some(asked) = self.scope.arguments(level.asked) else {
                return self.at.lacking.add(lacks_field(level.call));
            };
            let mut frame = self.frame(depth);
            let mut pages = PageReader::new(self.target, level.call, asked, frame.token.clone());
            while let Some(page) = pages.next(run.api()).await? {
                let items = items_of(level, page);
                for (index, item) in items.into_iter().enumerate().skip(frame.index) {
                    self.scope.items.truncate(depth);
                    self.scope.items.push(item);
                    self.item(run, level, below, depth).await?;
                    frame.index = index + 1;
                    self.stand(depth, &frame);
                    if asks_by_item(level, below) {
                        run.checkpoint(&self.at)?;
                    }
                }
                if let Some(token) = pages.token() {
                    frame = Frame {
                        token: Some(token.to_owned()),
                        index: 0,
                    };
                    self.stand(depth, &frame);
                    run.checkpoint(&self.at)?;
                }
            }
            Ok(())
        })
    }

    /// Where an earlier worker stood in the list at `depth`.
    fn frame(&mut self, depth: usize) -> Frame {
        if self.at.frames.len() <= depth {
            self.at.frames.resize(depth + 1, Frame::default());
        }
        self.at.frames.get(depth).cloned().unwrap_or_default()
    }

    /// Stands at `frame` of the list at `depth`, and in none inside it.
    fn stand(&mut self, depth: usize, frame: &Frame) {
        self.at.frames.truncate(depth);
        self.at.frames.push(frame.clone());
    }

    async fn item(
        &mut self,
        run: &mut StepRun<'_>,
        level: &'static Level,
        below: &'static [Level],
        depth: usize,
    ) -> Result<(), StepError> {
        // An earlier worker that stood in the list inside the item was done with the item itself.
        if self.at.frames.len() <= depth + 1 {
            match &level.each {
                Each::Nothing => {}
                Each::Item => run.write(self.scope.items.last().cloned().unwrap_or_default())?,
                Each::Ask(detail) => self.ask(run, detail).await?,
                Each::Gather(gather) => self.gather(run, gather).await?,
            }
        }
        match self.list(run, below, depth + 1).await {
            Err(StepError::Api(error)) => self.lack(error),
            result => result,
        }
    }

    async fn ask(&mut self, run: &mut StepRun<'_>, detail: &'static Detail) -> Result<(), StepError> {
        let Some(asked) = self.scope.arguments(detail.asked) else {
            return self.at.lacking.add(lacks_field(detail.call));
        };
        self.scope.answer = match run.call(self.target, detail.call, asked).await {
            Ok(answer) => answer,
            Err(error) if detail.none.contains(&error.code.as_str()) => json!({}),
            Err(error) => return self.lack(error),
        };
        let written = written(&self.scope, detail.write);
        self.scope.answer = Value::Null;
        match written {
            Some(row) => {
                self.at.lacking.answered();
                run.write(row)
            }
            None => self.at.lacking.add(lacks_field(detail.call)),
        }
    }

    async fn gather(&mut self, run: &mut StepRun<'_>, gather: &'static Gather) -> Result<(), StepError> {
        let Some(arn) = self.scope.text(gather.arn) else {
            let call = gather.levels.first().map(|level| level.call);
            return call.map_or(Ok(()), |call| self.at.lacking.add(lacks_field(call)));
        };
        let mut found = Found::default();
        let mut scope = self.scope.clone();
        match gathered(run, self.target, &mut scope, gather.levels, &mut found).await {
            Ok(()) => {
                self.at.lacking.answered();
                let response = Map::from_iter([(gather.field.to_owned(), Value::from(found.items))]);
                run.write(answer_about(&arn, Value::Object(response)))
            }
            Err(error) => self.lack(error),
        }
    }

    /// What is not found was removed since it was listed.
    fn lack(&mut self, error: ApiError) -> Result<(), StepError> {
        if error.failure == Failure::NotFound {
            return Ok(());
        }
        self.at.lacking.add(error)
    }
}

/// `InvalidNextToken`, `ExpiredNextTokenException`, `InvalidMarkerException`, and whatever else services call it. Credentials that ran out are another matter.
fn is_about_token(error: &ApiError) -> bool {
    let is_named = ["Token", "Marker", "Pagination"]
        .iter()
        .any(|name| error.code.contains(name));
    error.failure == Failure::Invalid && is_named
}

/// Whether calls are made for each item, so that a checkpoint after each is worth its price.
fn asks_by_item(level: &Level, below: &[Level]) -> bool {
    !below.is_empty() || matches!(level.each, Each::Ask(_) | Each::Gather(_))
}

/// Items of one answer, each once.
#[derive(Default)]
struct Found {
    items: Vec<Value>,
    seen: BTreeSet<String>,
}

impl Found {
    fn add(&mut self, item: Value, call: &'static ApiCall) -> Result<(), ApiError> {
        if self.items.len() >= MOST_GATHERED {
            return Err(ApiError {
                failure: Failure::TooLarge,
                code: "TooManyItems".to_owned(),
                message: format!("the answer lists more than {MOST_GATHERED} items"),
                call: call.name(),
            });
        }
        if self.seen.insert(item.to_string()) {
            self.items.push(item);
        }
        Ok(())
    }
}

/// Everything that the innermost of `levels` lists, each thing once.
fn gathered<'f>(
    run: &'f StepRun<'_>,
    target: &'f Target,
    scope: &'f mut Scope,
    levels: &'static [Level],
    found: &'f mut Found,
) -> BoxFuture<'f, Result<(), ApiError>> {
    Box::pin(async move {
        let Some((level, below)) = levels.split_first() else {
            return Ok(());
        };
        let asked = scope.arguments(level.asked).ok_or_else(|| lacks_field(level.call))?;
        let depth = scope.items.len();
        let mut pages = PageReader::new(target, level.call, asked, None);
        while let Some(page) = pages.next(run.api()).await? {
            for item in items_of(level, page) {
                if !below.is_empty() {
                    scope.items.push(item);
                    let inside = gathered(run, target, scope, below, found).await;
                    scope.items.truncate(depth);
                    // What is not found was removed since it was listed; what it stands in is still there.
                    inside.or_else(|error| match error.failure {
                        Failure::NotFound => Ok(()),
                        _ => Err(error),
                    })?;
                } else {
                    found.add(item, level.call)?;
                }
            }
        }
        Ok(())
    })
}

fn written(scope: &Scope, write: Write) -> Option<Value> {
    match write {
        Write::Answer => Some(scope.answer.clone()),
        Write::About(arn) => Some(answer_about(&scope.text(arn)?, scope.answer.clone())),
        Write::Keys { arn, of } => {
            let names = scope.at(of).and_then(Value::as_object);
            let names: Vec<&String> = names.into_iter().flat_map(Map::keys).collect();
            Some(json!({"Arn": scope.at(arn)?, "Keys": names}))
        }
    }
}

fn lacks_field(call: &'static ApiCall) -> ApiError {
    ApiError {
        failure: Failure::Malformed,
        code: "UnexpectedAnswer".to_owned(),
        message: "an item lacks the field that names it".to_owned(),
        call: call.name(),
    }
}
