//! The types that condition operators compare: exact decimals, points in time, addresses, bytes.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators".

use std::cmp::Ordering;
use std::net::IpAddr;

/// A decimal number of any length, so that no two numbers are equal that are not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    whole: String,
    fraction: String,
}

impl Decimal {
    /// "Numeric condition operators let you construct Condition elements that restrict access based on comparing a key to an integer or decimal value."
    pub fn read(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        Some(Self {
            negative: negative && !(whole.is_empty() && fraction.is_empty()),
            whole,
            fraction,
        })
    }

    pub fn compare(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.compare_sizes(other),
            (true, true) => other.compare_sizes(self),
        }
    }

    fn compare_sizes(&self, other: &Self) -> Ordering {
        (self.whole.len(), &self.whole, &self.fraction).cmp(&(other.whole.len(), &other.whole, &other.fraction))
    }
}

/// A point in time, in nanoseconds since 1970.
///
/// "You must specify date/time values with one of the W3C implementations of the ISO 8601 date formats or in epoch (UNIX) time."
pub fn read_time(text: &str) -> Option<i128> {
    const NANOS: i128 = 1_000_000_000;
    // Four digits are a year, the shortest of the W3C's forms.
    if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return read_time(&format!("{text}-01-01"));
    }
    if let Ok(seconds) = text.parse::<i128>() {
        return Some(seconds * NANOS);
    }
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let mut date = date.split('-').map(|part| part.parse::<i128>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (clock, offset) = match time.strip_suffix('Z') {
        Some(clock) => (clock, 0),
        // Without a zone it is UTC: "all times are in UTC" is how AWS's own examples read.
        None if !time.contains(['+', '-']) => (time, 0),
        None => {
            let (clock, offset) = time.split_at(time.len().checked_sub(6)?);
            let sign = if offset.starts_with('-') { -1 } else { 1 };
            (clock, sign * seconds_of_day(&offset[1..])?)
        }
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let nanos: i128 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    Some((days_since_1970(year, month, day) * 86_400 + seconds_of_day(clock)? - offset) * NANOS + nanos)
}

fn seconds_of_day(clock: &str) -> Option<i128> {
    let mut parts = clock.split(':').map(|part| part.parse::<i128>().ok());
    let (hours, minutes) = (parts.next()??, parts.next()??);
    let seconds = parts.next().unwrap_or(Some(0))?;
    Some(hours * 3600 + minutes * 60 + seconds)
}

/// The proleptic Gregorian calendar, counted year by year and month by month.
fn days_since_1970(year: i128, month: i128, day: i128) -> i128 {
    let is_leap = |year: i128| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let years: i128 = (1970..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
    let months: i128 = (1..month)
        .map(|month| match month {
            2 if is_leap(year) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        })
        .sum();
    years + months + day - 1
}

/// "The value must be in the standard CIDR format (for example, 203.0.113.0/24 or 2001:DB8:1234:5678::/64). If you specify an IP address without the
/// associated routing prefix, IAM uses the default prefix value of /32." (of IPv6: /128)
pub fn is_in_network(network: &str, address: &str) -> Option<bool> {
    let (base, prefix) = network.split_once('/').unwrap_or((network, ""));
    let (base, width) = bits(base)?;
    let prefix = if prefix.is_empty() { width } else { prefix.parse().ok()? };
    let Some((own, own_width)) = bits(address) else {
        return Some(false);
    };
    let dropped = width.checked_sub(prefix)?;
    let top = |bits: u128| bits.checked_shr(dropped).unwrap_or(0);
    Some(width == own_width && top(base) == top(own))
}

fn bits(text: &str) -> Option<(u128, u32)> {
    match text.parse().ok()? {
        IpAddr::V4(address) => Some((u128::from(u32::from(address)), 32)),
        IpAddr::V6(address) => Some((u128::from(address), 128)),
    }
}

/// "The BinaryEquals condition operator lets you construct Condition elements that test key values that are in binary format. It compares the value of the
/// specified key byte for byte against a base-64 encoded representation of the binary value in the policy."
pub fn read_base64(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = String::new();
    for byte in text.trim_end_matches('=').bytes() {
        let digit = ALPHABET.iter().position(|own| *own == byte)?;
        bits += &format!("{digit:06b}");
    }
    (0..bits.len() / 8)
        .map(|index| u8::from_str_radix(&bits[index * 8..index * 8 + 8], 2).ok())
        .collect()
}
