//! Scalars: exact decimals, money, days, instants and wall-clock times, all as strings that lose nothing.

use crate::platform::graphql::upload::Upload;
use async_graphql::{Enum, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value};
use domain::fault::Faults;
use sea_orm::{ColIdx, QueryResult, TryGetError, TryGetable};

/// How the values of a scalar look, for the check of documents and variables.
#[derive(Clone, Copy)]
pub struct ScalarForm {
    /// The name of the scalar in the schema.
    pub name: &'static str,
    /// What a value looks like, for whoever sent another.
    pub expected: &'static str,
    /// Whether a value is one of this scalar.
    pub is_valid: fn(&Value) -> bool,
}

/// All scalars of the schema, GraphQL's own first (GraphQL specification, October 2021, section 3.5).
pub const SCALARS: [ScalarForm; 11] = [
    ScalarForm {
        name: "Int",
        expected: "Int, -2147483648 to 2147483647",
        is_valid: |value| matches!(value, Value::Number(number) if is_int(number)),
    },
    ScalarForm { name: "Float", expected: "Float, such as 2.5", is_valid: |value| matches!(value, Value::Number(_)) },
    ScalarForm { name: "String", expected: "String", is_valid: |value| matches!(value, Value::String(_)) },
    ScalarForm { name: "Boolean", expected: "true, false", is_valid: |value| matches!(value, Value::Boolean(_)) },
    ScalarForm {
        name: "ID",
        expected: "ID",
        is_valid: |value| match value {
            Value::String(_) => true,
            Value::Number(number) => !number.is_f64(),
            _ => false,
        },
    },
    ScalarForm { name: "Decimal", expected: "Decimal, such as \"490000.00\"", is_valid: Decimal::is_valid },
    ScalarForm { name: "Date", expected: "Date, such as \"2026-09-21\"", is_valid: Date::is_valid },
    ScalarForm {
        name: "DateTime",
        expected: "DateTime, such as \"2026-09-21T12:00:00Z\"",
        is_valid: DateTime::is_valid,
    },
    ScalarForm { name: "LocalTime", expected: "LocalTime, such as \"09:00\"", is_valid: LocalTime::is_valid },
    ScalarForm {
        name: "LocalDateTime",
        expected: "LocalDateTime, such as \"2026-09-21T09:00:00\"",
        is_valid: LocalDateTime::is_valid,
    },
    ScalarForm { name: "Upload", expected: "Upload, a file of a multipart request", is_valid: Upload::is_valid },
];

fn is_int(number: &async_graphql::Number) -> bool {
    number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
}

/// A scalar that is written and read as text.
macro_rules! text_scalar {
    ($(#[$doc:meta])* $name:ident($inner:ty), url: $url:literal, read: $read:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(pub $inner);

        $(#[$doc])*
        #[Scalar(specified_by_url = $url)]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                let read: fn(&str) -> Option<$inner> = $read;
                match &value {
                    Value::String(text) if text.len() <= 64 => {
                        read(text).map(Self).ok_or_else(|| InputValueError::custom("not in the form of this type"))
                    }
                    _ => Err(InputValueError::expected_type(value)),
                }
            }
            fn is_valid(value: &Value) -> bool {
                let read: fn(&str) -> Option<$inner> = $read;
                matches!(value, Value::String(text) if text.len() <= 64 && read(text).is_some())
            }
            fn to_value(&self) -> Value {
                Value::String(self.to_string())
            }
        }
    };
}

text_scalar!(
    /// An exact decimal number as a string, such as "490000.00". It keeps its decimals.
    Decimal(domain::decimal::Decimal),
    url: "https://www.w3.org/TR/xmlschema11-2/#decimal",
    read: |text| domain::decimal::Decimal::parse(text).ok()
);
text_scalar!(
    /// A calendar day, `YYYY-MM-DD`.
    Date(jiff::civil::Date),
    url: "https://scalars.graphql.org/andimarek/local-date.html",
    read: |text| (text.len() == 10).then(|| text.parse().ok()).flatten()
);
text_scalar!(
    /// An instant in UTC by RFC 3339, such as "2026-09-21T12:00:00Z".
    DateTime(jiff::Timestamp),
    url: "https://scalars.graphql.org/andimarek/date-time.html",
    read: |text| text.parse().ok()
);
text_scalar!(
    /// A local time of day, `HH:MM`.
    LocalTime(jiff::civil::Time),
    url: "https://scalars.graphql.org/apollographql/local-time.html",
    read: |text| jiff::civil::Time::strptime("%H:%M", text).ok()
);
text_scalar!(
    /// A local day and time, without offset, such as "2026-09-21T09:00:00".
    LocalDateTime(jiff::civil::DateTime),
    url: "https://scalars.graphql.org/apollographql/local-date-time.html",
    read: |text| text.parse().ok()
);

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
impl std::fmt::Display for DateTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
impl std::fmt::Display for LocalTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}
impl std::fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A currency by ISO 4217.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurrencyCode {
    /// The Moroccan dirham, of 100 centimes.
    Mad,
}

/// An amount of money.
#[derive(SimpleObject, Clone, Copy, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct Money {
    /// The amount, to the centime.
    pub amount: Decimal,
    /// The currency of the amount.
    pub currency: CurrencyCode,
}

impl Decimal {
    /// So many thousandths: quantities are kept in them.
    pub fn thousandths(thousandths: i64) -> Self {
        Self(domain::decimal::Decimal::from_thousandths(thousandths))
    }

    /// An amount of money of a form, in dirhams: above zero, and not beyond any that is given.
    ///
    /// # Errors
    /// AMOUNT_INVALID at the field.
    pub fn entered(self, field: &str) -> Result<domain::money::Money, Faults> {
        domain::money::Money::of(self.0).and_then(domain::partnership::entered).map_err(|fault| vec![fault.at(field)])
    }
}

impl Money {
    /// So many centimes of the dirham.
    pub fn centimes(centimes: i64) -> Self {
        Self { amount: Decimal(domain::decimal::Decimal::new(centimes.into(), 2)), currency: CurrencyCode::Mad }
    }
}

impl DateTime {
    /// An instant from its column: microseconds since 1970 in UTC.
    pub fn micros(micros: i64) -> Self {
        Self(jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
    }
}

/// From its column: microseconds since 1970 in UTC.
impl TryGetable for DateTime {
    fn try_get_by<I: ColIdx>(row: &QueryResult, column: I) -> Result<Self, TryGetError> {
        i64::try_get_by(row, column).map(Self::micros)
    }
}

/// From its column: centimes.
impl TryGetable for Money {
    fn try_get_by<I: ColIdx>(row: &QueryResult, column: I) -> Result<Self, TryGetError> {
        i64::try_get_by(row, column).map(Self::centimes)
    }
}

impl TryGetable for Date {
    fn try_get_by<I: ColIdx>(row: &QueryResult, column: I) -> Result<Self, TryGetError> {
        crate::platform::query::stored::Day::try_get_by(row, column).map(Self::from)
    }
}

impl From<Date> for crate::platform::query::stored::Day {
    fn from(date: Date) -> Self {
        Self(date.0)
    }
}

impl From<crate::platform::query::stored::Day> for Date {
    fn from(day: crate::platform::query::stored::Day) -> Self {
        Self(day.0)
    }
}
