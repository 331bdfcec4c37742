//! Requests that nobody sends who means well: made of random bytes by the shape of what the server reads, so that they come past
//! its first look. The same bytes make the same request.

use arbitrary::{Result, Unstructured};
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Write;

/// A field or an input field: its name, its type, and its arguments.
struct Field {
    name: String,
    ty: String,
    arguments: Vec<(String, String)>,
}

/// The types of the schema, as far as documents are made of them.
pub struct Schema {
    objects: HashMap<String, Vec<Field>>,
    inputs: HashMap<String, Vec<(String, String)>>,
    enums: HashMap<String, Vec<String>>,
    names: Vec<String>,
}

impl Schema {
    /// The schema of the platform.
    ///
    /// # Panics
    /// When it cannot be parsed.
    pub fn read() -> Self {
        let sdl = async_graphql::parser::parse_schema(include_str!("../../api/schema.graphql")).unwrap();
        let (mut objects, mut inputs, mut enums) = (HashMap::new(), HashMap::new(), HashMap::new());
        for definition in sdl.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            let fields = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                TypeKind::InputObject(input) => {
                    let field =
                        |field: async_graphql::Positioned<async_graphql::parser::types::InputValueDefinition>| {
                            (field.node.name.node.to_string(), field.node.ty.node.to_string())
                        };
                    inputs.insert(name, input.fields.into_iter().map(field).collect::<Vec<_>>());
                    continue;
                }
                TypeKind::Enum(values) => {
                    let values = values.values.into_iter().map(|value| value.node.value.node.to_string());
                    enums.insert(name, values.collect::<Vec<_>>());
                    continue;
                }
                TypeKind::Scalar | TypeKind::Union(_) => continue,
            };
            let fields = fields.into_iter().map(|field| Field {
                name: field.node.name.node.to_string(),
                ty: field.node.ty.node.to_string(),
                arguments: field
                    .node
                    .arguments
                    .into_iter()
                    .map(|argument| (argument.node.name.node.to_string(), argument.node.ty.node.to_string()))
                    .collect(),
            });
            objects.insert(name, fields.collect());
        }
        let mut names: Vec<String> = objects.keys().chain(inputs.keys()).chain(enums.keys()).cloned().collect();
        names.extend(["String", "Int", "ID", "Boolean", "Decimal", "Nothing"].map(ToOwned::to_owned));
        names.sort();
        Self { objects, inputs, enums, names }
    }
}

/// The name of a type without lists and `!`.
fn named(ty: &str) -> &str {
    ty.trim_matches(['[', ']', '!'])
}

/// Whose tokens and ids a request may hold: what is real gets past the first look.
#[derive(Default)]
pub struct Known {
    /// Access tokens of people and programs.
    pub tokens: Vec<String>,
    /// Ids of things.
    pub ids: Vec<String>,
}

/// What makes requests.
pub struct Fuzzer<'f> {
    schema: &'f Schema,
    known: &'f Known,
    /// Whether the document in the making may hold what the schema does not allow. Most may not: they are executed.
    slips: Cell<bool>,
}

const TEXTS: [&str; 20] = [
    "",
    "khouribga",
    "argan-oil",
    "2026-11-23",
    "2026-11-23T12:00:00Z",
    "0000-00-00",
    "490000.00",
    "-0.000000000000000000001",
    "khouribga@unfm.example",
    "marhaba-demo",
    "زيت أركان",
    "ⵜⴰⵎⴰⵣⵉⵖⵜ",
    "\u{202e}\u{feff}x\u{0}",
    "'; drop table market; --",
    "%00%ff%c0%af",
    "../../../../etc/passwd",
    "☃️🏳️‍🌈",
    "999999999999999999999999",
    "sha256:0000",
    "a\\\"b\n\r\t",
];
const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "-0",
    "1",
    "100",
    "101",
    "2147483648",
    "-9223372036854775809",
    "18446744073709551616",
    "1e308",
    "1e999",
    "0.1",
    "-1.5E-400",
    "00",
];

impl<'f> Fuzzer<'f> {
    /// Make requests by a schema, with what is real.
    pub fn new(schema: &'f Schema, known: &'f Known) -> Self {
        Self { schema, known, slips: Cell::new(true) }
    }

    /// Whether something is wrong in a place: one time in so many, in a document that may be wrong.
    fn slips(&self, u: &mut Unstructured<'_>, of: u32) -> Result<bool> {
        Ok(self.slips.get() && u.ratio(1, of)?)
    }

    /// A whole request, as it goes over the wire.
    ///
    /// # Errors
    /// When the bytes are used up, which they are not: what is missing is zero.
    pub fn request(&self, u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
        let (method, path, kind, body) = match u.int_in_range(0..=9)? {
            0 => {
                let mut query = String::new();
                for (name, value) in self.envelope(u)? {
                    let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
                    write!(query, "{name}={}&", self.encoded(u, &value)?).unwrap();
                }
                ("GET", format!("/graphql?{query}"), "", Vec::new())
            }
            1 => ("POST", "/oauth/token".to_owned(), "application/x-www-form-urlencoded", self.form(u)?.into_bytes()),
            2 => (
                *u.choose(&["GET", "POST", "OPTIONS", "HEAD", "PUT", "BREW", "CONNECT"])?,
                self.path(u)?,
                *u.choose(&["", "application/json", "text/plain"])?,
                u.bytes(u.len().min(40))?.to_vec(),
            ),
            _ => {
                let mut body = Value::Object(self.envelope(u)?).to_string().into_bytes();
                if u.ratio(1, 8)? {
                    damage(u, &mut body)?;
                }
                ("POST", "/graphql".to_owned(), "application/json", body)
            }
        };
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n").into_bytes();
        if !kind.is_empty() {
            head.extend_from_slice(format!("content-type: {kind}\r\n").as_bytes());
        }
        self.headers(u, &mut head)?;
        if u.ratio(1, 20)? {
            head.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n");
            for chunk in body.chunks(u.int_in_range(1..=1000)?) {
                head.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                head.extend_from_slice(chunk);
                head.extend_from_slice(b"\r\n");
            }
            head.extend_from_slice(b"0\r\n\r\n");
            return Ok(head);
        }
        // Now and then the length is a lie.
        let length = if u.ratio(1, 150)? { u.int_in_range(0..=body.len() * 2)? } else { body.len() };
        head.extend_from_slice(format!("content-length: {length}\r\n\r\n").as_bytes());
        head.extend_from_slice(&body);
        if u.ratio(1, 150)? {
            damage(u, &mut head)?;
        }
        Ok(head)
    }

    fn headers(&self, u: &mut Unstructured<'_>, head: &mut Vec<u8>) -> Result<()> {
        if u.ratio(3, 5)? {
            let token = self.token(u)?;
            let scheme = if u.ratio(1, 12)? { *u.choose(&["Basic", "", "Bearer Bearer", "BEARER"])? } else { "Bearer" };
            head.extend_from_slice(format!("authorization: {scheme} {token}\r\n").as_bytes());
        }
        for _ in 0..u.int_in_range(0..=8_usize)?.saturating_sub(5) {
            let name = *u.choose(&[
                "accept",
                "accept-language",
                "accept-encoding",
                "content-encoding",
                "content-type",
                "origin",
                "cookie",
                "traceparent",
                "x-request-id",
                "authorization",
                "expect",
                "if-none-match",
                "range",
                "upgrade",
                "te",
            ])?;
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            match u.int_in_range(0..=5)? {
                0 => head.extend(u.bytes(u.len().min(30))?.iter().filter(|byte| !b"\r\n\0".contains(byte))),
                1 => head.extend(std::iter::repeat_n(b'a', u.int_in_range(0..=9_000)?)),
                _ => head.extend_from_slice(
                    u.choose(&[
                        "*/*",
                        "application/graphql-response+json",
                        "text/html;q=2",
                        "ar-MA, fr;q=0.5, zgh;q=1e9",
                        "zgh-Tfng-x-y",
                        "gzip, br;q=0",
                        "100-continue",
                        "application/json; charset=utf-16",
                        "http://localhost:3000",
                        "null",
                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                        "q=;;;,,,",
                        "bytes=0-1",
                        "h2c",
                    ])?
                    .as_bytes(),
                ),
            }
            head.extend_from_slice(b"\r\n");
        }
        Ok(())
    }

    /// A token: a real one, one that was changed in one part, or none at all.
    fn token(&self, u: &mut Unstructured<'_>) -> Result<String> {
        if self.known.tokens.is_empty() || u.ratio(1, 20)? {
            return Ok(STANDARD.encode(u.bytes(u.len().min(30))?));
        }
        let token = u.choose(&self.known.tokens)?.clone();
        if u.ratio(9, 10)? {
            return Ok(token);
        }
        let mut parts: Vec<String> = token.split('.').map(ToOwned::to_owned).collect();
        let part = u.choose_index(parts.len())?;
        let decoded = URL_SAFE_NO_PAD.decode(&parts[part]).unwrap_or_default();
        let changed = match serde_json::from_slice::<Map<String, Value>>(&decoded) {
            Ok(mut claims) => {
                let name = *u
                    .choose(&["alg", "kid", "typ", "exp", "nbf", "aud", "sub", "sid", "scope", "jku", "crit", "iss"])?;
                let value = self.json(u, 3)?;
                claims.insert(name.to_owned(), if u.ratio(1, 3)? { json!("none") } else { value });
                serde_json::to_vec(&claims).unwrap()
            }
            Err(_) => {
                let mut bytes = decoded;
                damage(u, &mut bytes)?;
                bytes
            }
        };
        parts[part] = URL_SAFE_NO_PAD.encode(changed);
        if u.ratio(1, 10)? {
            parts.push(String::new());
        }
        Ok(parts.join("."))
    }

    fn path(&self, u: &mut Unstructured<'_>) -> Result<String> {
        let path = *u.choose(&[
            "/",
            "/graphql",
            "/graphiql",
            "/graphiql/react.js",
            "/graphiql/..%2f..%2fetc%2fpasswd",
            "/schema.graphql",
            "/livez",
            "/readyz",
            "/.well-known/jwks.json",
            "/oauth/token",
            "*",
            "//graphql",
            "/graphql/%00",
            "/%ff%fe",
            "http://[::1/",
        ])?;
        Ok(if u.ratio(1, 3)? { format!("{path}?{}", self.form(u)?) } else { path.to_owned() })
    }

    /// A form as programs ask for tokens with, with what does not belong there.
    fn form(&self, u: &mut Unstructured<'_>) -> Result<String> {
        let mut form = String::new();
        for _ in 0..u.int_in_range(1..=5)? {
            let name =
                *u.choose(&["grant_type", "client_id", "client_secret", "scope", "audience", "", "%", "grant_type"])?;
            let value = *u.choose(&[
                "client_credentials",
                "unfpa-demo",
                "unfpa-demo-secret",
                "programmes:read",
                "programmes:read everything",
                "password",
            ])?;
            let value = if u.ratio(1, 3)? { self.text(u)? } else { value.to_owned() };
            write!(form, "{name}={}&", self.encoded(u, &value)?).unwrap();
        }
        Ok(form)
    }

    /// A value in an address or a form, mostly well encoded.
    fn encoded(&self, u: &mut Unstructured<'_>, value: &str) -> Result<String> {
        let mut encoded = String::new();
        let careless = u.ratio(1, 10)?;
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || (careless && byte.is_ascii_graphic()) {
                encoded.push(char::from(byte));
            } else {
                write!(encoded, "%{byte:02x}").unwrap();
            }
        }
        Ok(encoded)
    }

    /// What the endpoint is sent.
    fn envelope(&self, u: &mut Unstructured<'_>) -> Result<Map<String, Value>> {
        let mut envelope = Map::new();
        self.slips.set(u.ratio(1, 3)?);
        let (document, variables) = self.document(u)?;
        envelope.insert("query".to_owned(), document.into());
        if !self.slips(u, 10)? {
            let variables = if self.slips(u, 20)? { self.json(u, 5)? } else { Value::Object(variables) };
            envelope.insert("variables".to_owned(), variables);
        }
        if self.slips(u, 10)? {
            envelope
                .insert("operationName".to_owned(), u.choose(&[json!("Q"), json!("R"), json!(""), json!(1)])?.clone());
        }
        if self.slips(u, 12)? {
            let persisted = json!({"persistedQuery": {"version": 1, "sha256Hash": self.text(u)?}});
            envelope.insert("extensions".to_owned(), if u.ratio(1, 2)? { persisted } else { self.json(u, 5)? });
        }
        if self.slips(u, 30)? {
            envelope.insert("documentId".to_owned(), self.json(u, 1)?);
        }
        if self.slips(u, 30)? {
            envelope.remove("query");
        }
        Ok(envelope)
    }

    /// A document by the schema, with a few things that are wrong, and values for its variables.
    fn document(&self, u: &mut Unstructured<'_>) -> Result<(String, Map<String, Value>)> {
        let mut making = Making { fuzzer: self, variables: Vec::new(), fields: 0 };
        let root = if u.ratio(1, 3)? { "Mutation" } else { "Query" };
        let selection = making.selection(u, root, 0)?;
        let mut fragments = String::new();
        for place in 0..3 {
            if selection.contains(&format!("...F{place}")) || self.slips(u, 30)? {
                let on = u.choose(&self.schema.names)?;
                let on = if self.slips(u, 4)? { on } else { root };
                write!(fragments, " fragment F{place} on {on} {}", making.selection(u, on, 3)?).unwrap();
            }
        }
        let (mut definitions, mut values) = (String::new(), Map::new());
        for (place, ty) in making.variables.iter().enumerate() {
            let ty = if self.slips(u, 30)? { u.choose(&self.schema.names)? } else { ty };
            let default = if self.slips(u, 20)? {
                format!(" = {}", self.literal(u, ty, 0, &mut Vec::new())?)
            } else {
                String::new()
            };
            write!(definitions, "$v{place}: {ty}{default} ").unwrap();
            if !self.slips(u, 20)? {
                values.insert(format!("v{place}"), self.value(u, ty, 0)?);
            }
        }
        let keyword = if root == "Query" { "query" } else { "mutation" };
        let keyword = if self.slips(u, 60)? { "subscription" } else { keyword };
        let definitions = if definitions.is_empty() { definitions } else { format!("({definitions})") };
        let mut document = format!("{keyword} Q{definitions} {selection}{fragments}");
        if self.slips(u, 12)? {
            let mut bytes = document.into_bytes();
            damage(u, &mut bytes)?;
            document = String::from_utf8_lossy(&bytes).into_owned();
        }
        Ok((document, values))
    }

    /// A literal of a type, mostly one that fits.
    fn literal(&self, u: &mut Unstructured<'_>, ty: &str, depth: usize, variables: &mut Vec<String>) -> Result<String> {
        if u.ratio(1, 4)? && depth < 3 {
            variables.push(ty.to_owned());
            return Ok(format!("$v{}", variables.len() - 1));
        }
        if self.slips(u, 25)? {
            return Ok((*u.choose(&[
                "null",
                "{}",
                "[]",
                "[[[1]]]",
                "$",
                "$unknown",
                "{a: 1, a: 2}",
                "\"\"\"\n  x\n\"\"\"",
                "\"\\u{1F600}\"",
            ])?)
            .to_owned());
        }
        if let Some(inner) = ty.trim_end_matches('!').strip_prefix('[') {
            let inner = &inner[..inner.len() - 1];
            let mut items = String::new();
            for _ in 0..u.int_in_range(0..=3)? {
                write!(items, "{}, ", self.literal(u, inner, depth + 1, variables)?).unwrap();
            }
            return Ok(format!("[{items}]"));
        }
        if let Some(fields) = self.schema.inputs.get(named(ty)) {
            let mut literal = "{".to_owned();
            for (name, ty) in fields.iter().take(if depth < 4 { usize::MAX } else { 0 }) {
                if ty.ends_with('!') || u.ratio(1, 2)? {
                    write!(literal, "{name}: {}, ", self.literal(u, ty, depth + 1, variables)?).unwrap();
                }
            }
            return Ok(literal + "}");
        }
        match self.value(u, ty, depth)? {
            Value::String(text) if self.schema.enums.contains_key(named(ty)) => Ok(text),
            value => Ok(value.to_string()),
        }
    }

    /// A value of a type as JSON, mostly one that fits.
    fn value(&self, u: &mut Unstructured<'_>, ty: &str, depth: usize) -> Result<Value> {
        if self.slips(u, 25)? {
            return self.json(u, 4);
        }
        if let Some(inner) = ty.trim_end_matches('!').strip_prefix('[') {
            let inner = &inner[..inner.len() - 1];
            let items = (0..u.int_in_range(0..=4)?).map(|_| self.value(u, inner, depth + 1));
            return items.collect::<Result<_>>().map(Value::Array);
        }
        let ty = named(ty);
        if let Some(fields) = self.schema.inputs.get(ty) {
            let mut value = Map::new();
            for (name, ty) in fields.iter().take(if depth < 5 { usize::MAX } else { 0 }) {
                if ty.ends_with('!') || u.ratio(1, 2)? {
                    value.insert(name.clone(), self.value(u, ty, depth + 1)?);
                }
            }
            return Ok(Value::Object(value));
        }
        if let Some(values) = self.schema.enums.get(ty) {
            return Ok(u.choose(values)?.clone().into());
        }
        Ok(match ty {
            "Int" if self.slips.get() => u.int_in_range(-2..=110)?.into(),
            "Int" => u.int_in_range(1..=2)?.into(),
            "Boolean" => u.arbitrary::<bool>()?.into(),
            "ID" if !self.known.ids.is_empty() && u.ratio(9, 10)? => u.choose(&self.known.ids)?.clone().into(),
            _ => self.text(u)?.into(),
        })
    }

    /// Any JSON.
    fn json(&self, u: &mut Unstructured<'_>, depth: usize) -> Result<Value> {
        Ok(match u.int_in_range(0..=if depth == 0 { 4 } else { 7 })? {
            0 => Value::Null,
            1 => u.arbitrary::<bool>()?.into(),
            2 => {
                let number = u.choose(&NUMBERS)?;
                serde_json::from_str(number).unwrap_or_else(|_| (*number).into())
            }
            3 | 4 => self.text(u)?.into(),
            5 => {
                let items = (0..u.int_in_range(0..=5)?).map(|_| self.json(u, depth - 1));
                items.collect::<Result<_>>().map(Value::Array)?
            }
            6 => {
                let fields = (0..u.int_in_range(0..=5)?).map(|_| Ok((self.text(u)?, self.json(u, depth - 1)?)));
                fields.collect::<Result<_>>().map(Value::Object)?
            }
            _ => (0..u.int_in_range(0..=90)?).fold(json!("deep"), |deep, _| json!([deep])),
        })
    }

    fn text(&self, u: &mut Unstructured<'_>) -> Result<String> {
        Ok(match u.int_in_range(0..=9)? {
            0 => u.arbitrary::<&str>()?.chars().take(60).collect(),
            1 => u.choose(&TEXTS)?.repeat(u.int_in_range(1..=400)?),
            2 if !self.known.ids.is_empty() => u.choose(&self.known.ids)?.clone(),
            3 if !self.known.ids.is_empty() => {
                let mut bytes = u.choose(&self.known.ids)?.clone().into_bytes();
                damage(u, &mut bytes)?;
                String::from_utf8_lossy(&bytes).into_owned()
            }
            _ => (*u.choose(&TEXTS)?).to_owned(),
        })
    }
}

/// A document in the making.
struct Making<'f> {
    fuzzer: &'f Fuzzer<'f>,
    variables: Vec<String>,
    fields: usize,
}

impl Making<'_> {
    fn selection(&mut self, u: &mut Unstructured<'_>, ty: &str, depth: usize) -> Result<String> {
        let schema = self.fuzzer.schema;
        let Some(fields) = schema.objects.get(ty) else { return Ok("{ __typename }".to_owned()) };
        let mut selection = "{ ".to_owned();
        for _ in 0..u.int_in_range(1..=if depth == 0 { 3 } else { 6 })? {
            self.fields += 1;
            let may_slip = self.fuzzer.slips.get();
            match u.int_in_range(if may_slip { 0 } else { 3 }..=24)? {
                0 => selection.push_str("__typename "),
                1 => write!(selection, "...F{} ", u.int_in_range(0..=2)?).unwrap(),
                2 => {
                    let on = if u.ratio(1, 2)? { ty } else { u.choose(&schema.names)? };
                    let inner = if depth < 8 { self.selection(u, on, depth + 1)? } else { "{ id }".to_owned() };
                    write!(selection, "... on {on} {inner} ").unwrap();
                }
                3 if may_slip => selection.push_str(u.choose(&[
                    "nothing ",
                    "id ",
                    "x: id x: slug ",
                    "__schema { types { name } } ",
                ])?),
                _ => {
                    let field = u.choose(fields)?;
                    self.field(u, field, depth, &mut selection)?;
                }
            }
        }
        Ok(selection + "}")
    }

    fn field(&mut self, u: &mut Unstructured<'_>, field: &Field, depth: usize, selection: &mut String) -> Result<()> {
        let schema = self.fuzzer.schema;
        let leads_on = schema.objects.contains_key(named(&field.ty));
        let deepest = if self.fuzzer.slips.get() { 12 } else { 6 };
        if leads_on && (depth > deepest || self.fields > if self.fuzzer.slips.get() { 100 } else { 22 }) {
            selection.push_str("__typename ");
            return Ok(());
        }
        if !self.fuzzer.slips(u, 2)? {
            write!(selection, "a{}: ", self.fields).unwrap();
        }
        selection.push_str(&field.name);
        let mut arguments = String::new();
        for (name, ty) in &field.arguments {
            let is_needed = name == "first" || ty.ends_with('!');
            if if is_needed { !self.fuzzer.slips(u, 20)? } else { name != "last" && u.ratio(1, 4)? } {
                let value = self.fuzzer.literal(u, ty, 0, &mut self.variables)?;
                write!(arguments, "{name}: {value}, ").unwrap();
            }
        }
        if !arguments.is_empty() {
            write!(selection, "({arguments})").unwrap();
        }
        if u.ratio(1, 20)? {
            let name = *u.choose(&["skip", "include"])?;
            let name = if self.fuzzer.slips(u, 4)? { "defer" } else { name };
            write!(selection, " @{name}(if: {})", u.arbitrary::<bool>()?).unwrap();
        }
        if leads_on != self.fuzzer.slips(u, 50)? {
            let inner = self.selection(u, named(&field.ty), depth + 1)?;
            write!(selection, " {inner}").unwrap();
        }
        selection.push(' ');
        Ok(())
    }
}

/// Change a few bytes, repeat a part, or cut the rest off.
fn damage(u: &mut Unstructured<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    for _ in 0..u.int_in_range(1..=3)? {
        if bytes.is_empty() {
            return Ok(());
        }
        let place = u.choose_index(bytes.len())?;
        match u.int_in_range(0..=4)? {
            0 => bytes[place] = u.arbitrary()?,
            1 => bytes.truncate(place),
            2 => {
                bytes.remove(place);
            }
            3 => {
                let end = (place + u.int_in_range(1..=20)?).min(bytes.len());
                let part = bytes[place..end].repeat(u.int_in_range(1..=300)?);
                bytes.splice(place..place, part);
            }
            _ => bytes.insert(place, *u.choose(b"{}[]()\"\\$@!:=|&#\x00\xff\r\n")?),
        }
    }
    Ok(())
}
