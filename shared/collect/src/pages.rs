//! Reading an answer page by page.

use serde_json::{Map, Value};

use crate::api::{ApiError, AwsApi, Failure, Target};
use crate::call::ApiCall;

/// Pages of one answer beyond which its tokens are taken to run in a circle.
const MAX_PAGES: u32 = 200_000;

/// Asks for one page after the other. An empty page with a token is not the last one; a token that comes twice in a row is an error, not an endless loop.
#[derive(Debug)]
pub struct PageReader<'a> {
    target: &'a Target,
    call: &'static ApiCall,
    parameters: Map<String, Value>,
    token: Option<String>,
    is_done: bool,
    pages: u32,
}

impl<'a> PageReader<'a> {
    /// Begins at the first page, or at the one that `token` stands for.
    #[must_use]
    pub fn new(
        target: &'a Target,
        call: &'static ApiCall,
        parameters: Map<String, Value>,
        token: Option<String>,
    ) -> Self {
        Self {
            target,
            call,
            parameters,
            token,
            is_done: false,
            pages: 0,
        }
    }

    /// The token of the page that comes next; `None` before the first and after the last.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The next page; `None` after the last.
    ///
    /// # Errors
    /// [`ApiError`] of the call, or [`Failure::Malformed`] when the tokens lead nowhere. The reader stays at the page that failed.
    pub async fn next(&mut self, api: &dyn AwsApi) -> Result<Option<Value>, ApiError> {
        if self.is_done {
            return Ok(None);
        }
        let answer = api.call(self.target, self.call, self.request()).await?;
        let next = self.next_token(&answer)?;
        self.pages += 1;
        self.is_done = next.is_none();
        self.token = next;
        Ok(Some(answer))
    }

    fn request(&self) -> Map<String, Value> {
        let mut parameters = self.parameters.clone();
        let Some(pages) = self.call.pages else {
            return parameters;
        };
        if let Some((field, most)) = pages.limit {
            parameters.entry(field).or_insert_with(|| Value::from(most));
        }
        if let Some(token) = &self.token {
            parameters.insert(pages.request_token.to_owned(), Value::from(token.as_str()));
        }
        parameters
    }

    fn next_token(&self, answer: &Value) -> Result<Option<String>, ApiError> {
        let Some(pages) = self.call.pages else {
            return Ok(None);
        };
        let token = answer.get(pages.answer_token).and_then(Value::as_str);
        let token = token.filter(|token| !token.is_empty());
        let more = pages.more.and_then(|field| answer.get(field)).and_then(Value::as_bool);
        let leads_nowhere = match token {
            Some(token) => self.token.as_deref() == Some(token) || self.pages >= MAX_PAGES,
            None => more == Some(true),
        };
        if leads_nowhere && more != Some(false) {
            return Err(self.malformed("the page's token leads nowhere"));
        }
        Ok(token.filter(|_| more != Some(false)).map(str::to_owned))
    }

    fn malformed(&self, message: &str) -> ApiError {
        ApiError {
            failure: Failure::Malformed,
            code: "InvalidPage".to_owned(),
            message: message.to_owned(),
            call: self.call.name(),
        }
    }
}
