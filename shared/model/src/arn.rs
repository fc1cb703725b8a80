//! Amazon Resource Names: `arn:partition:service:region:account-id:resource`.
//!
//! Source: AWS General Reference, "Amazon Resource Names (ARNs)".

/// The parts of an ARN, borrowed from its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: &'a str,
    /// The service's namespace, such as `s3` or `iam`.
    pub service: &'a str,
    /// The Region, empty for global services.
    pub region: &'a str,
    /// The account field as written: 12 digits, empty, `aws`, or something else.
    pub account: &'a str,
    /// Everything after the fifth colon, colons included.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits `text` into its parts. `None` when it does not start with `arn:` or has fewer than six fields.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut rest = text.strip_prefix("arn:")?;
        // Fields are short: a plain loop finds their end sooner than a search that is made for long texts.
        let mut field = || {
            let (field, after) = rest.split_at_checked(rest.bytes().position(|byte| byte == b':')?)?;
            rest = after.get(1..)?;
            Some(field)
        };
        let (partition, service, region, account) = (field()?, field()?, field()?, field()?);
        Some(Self {
            partition,
            service,
            region,
            account,
            resource: rest,
        })
    }

    /// The account id, only where the field holds exactly 12 digits (`aws` in a managed policy's ARN is none).
    #[must_use]
    pub fn account_id(&self) -> Option<&'a str> {
        is_account_id(self.account).then_some(self.account)
    }

    /// The part of the resource before its first `/` or `:`, such as `role` in `role/app/reader`; empty if there is no separator.
    #[must_use]
    pub fn resource_type(&self) -> &'a str {
        self.resource.split_once(['/', ':']).map_or("", |(kind, _)| kind)
    }

    /// The part of the resource after its first `/` or `:`, such as `app/reader` in `role/app/reader`; the whole of it if there is no separator.
    #[must_use]
    pub fn resource_id(&self) -> &'a str {
        self.resource.split_once(['/', ':']).map_or(self.resource, |(_, id)| id)
    }

    /// The last `/`-separated part of the resource: the friendly name of an IAM role or user, whatever its path.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.resource.rsplit(['/', ':']).next().unwrap_or("")
    }
}

/// Whether `text` is an AWS account id: exactly 12 ASCII digits.
#[must_use]
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The account id of an ARN's text, where it has one.
#[must_use]
pub fn account_of(text: &str) -> Option<&str> {
    Arn::parse(text).and_then(|arn| arn.account_id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_a_role_arn() {
        let arn = Arn::parse("arn:aws:iam::111122223333:role/app/reader").unwrap();
        assert_eq!(arn.account_id(), Some("111122223333"));
        assert_eq!(arn.resource_type(), "role");
        assert_eq!(arn.resource_id(), "app/reader");
        assert_eq!(arn.name(), "reader");
    }

    #[test]
    fn keeps_colons_of_the_resource() {
        let arn = Arn::parse("arn:aws:lambda:eu-west-1:111122223333:function:orders:live").unwrap();
        assert_eq!(arn.resource, "function:orders:live");
        assert_eq!(arn.resource_id(), "orders:live");
    }

    #[test]
    fn an_account_field_that_is_not_twelve_digits_is_no_account() {
        for text in ["arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:s3:::bucket"] {
            assert_eq!(account_of(text), None, "{text}");
        }
        assert!(Arn::parse("arn:aws:s3").is_none());
        assert!(Arn::parse("not-an-arn").is_none());
    }
}
