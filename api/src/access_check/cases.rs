//! What is asked: made from the schema itself, so that nothing is forgotten when it grows. Where an argument or an input
//! is of a kind that nobody has said how to fill, that is told, and the check fails.

use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::upload::Uploads;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Request, Response};
use domain::id::founding;
use futures_util::future::BoxFuture;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is replaced in a probe by the id or the slug of a thing.
pub(super) const NAME: &str = "@@NAME@@";

/// The version of no thing: what may be changed is not changed by whoever has looked at it.
pub(super) const NO_VERSION: &str = "987654";

/// So deep is followed from thing to thing below a root: every edge of every type lies within. Of what a root lists itself
/// the id is asked alone: an edge that leads to what is hidden shows that, and the rest is asked at the root.
const EDGES: u8 = 2;
/// So deep is followed through values that are no things.
const VALUES: u8 = 12;

/// Something that is asked in everybody's name.
pub(super) struct Read {
    /// The field of the root.
    pub field: String,
    pub text: String,
    /// The same, parsed once for all who ask.
    pub document: ExecutableDocument,
    /// Whether it is a list that is asked in full besides, narrowed or ordered.
    pub is_narrowed: bool,
}

/// A question or a change that names a thing.
pub(super) struct Probe {
    /// The field of the root, with the argument.
    pub field: String,
    pub text: String,
    pub kind: Kind,
    pub by_slug: bool,
    /// Whether it may be asked together with others: an error of it leaves them as they are, since its field may be null.
    pub is_shared: bool,
}

impl Probe {
    /// Whether it is a change.
    pub(super) fn is_change(&self) -> bool {
        self.text.starts_with("mutation")
    }
}

/// Probes of one kind and one sort of name, in one document under an alias each.
pub(super) fn together(probes: &[&Probe]) -> String {
    let aliased = probes.iter().enumerate().map(|(place, probe)| {
        let field = probe.text.trim().trim_start_matches('{').trim_end_matches('}');
        // The brace that closed the document was the last one.
        let open = field.matches('{').count() - field.matches('}').count();
        format!("p{place}: {}{}", field.trim(), "}".repeat(open))
    });
    format!("{{ {} }}", aliased.collect::<Vec<_>>().join(" "))
}

/// Where a list is asked: what stands before its arguments and behind what is selected of it.
struct ListField {
    field: String,
    before: String,
    after: String,
}

impl ListField {
    /// The question with these arguments, below the field of the root.
    fn with(&self, arguments: &str, below: &str) -> (String, String) {
        (self.field.clone(), format!("{}({arguments}) {below}{}", self.before, self.after))
    }
}

/// A change that is tried with things that everybody may know of.
pub(super) struct Attempt {
    /// The mutation.
    pub field: String,
    pub text: String,
}

/// What an answer must not tell of: that it is taken by something out of the caller's reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secret {
    /// The address of a login.
    Email,
    /// An identity in the register.
    RegisterNumber,
    /// A name, and the slug that is made of it.
    Name,
    /// The key of somebody else's mutation.
    IdempotencyKey,
}

/// A change whose input holds something that may be taken elsewhere.
pub(super) struct Oracle {
    /// The mutation, with the field of its input.
    pub field: String,
    pub text: String,
    pub secret: Secret,
}

/// Everything that there is to ask.
pub(super) struct Cases {
    roots: Vec<String>,
    attempts: Vec<Attempt>,
    oracles: Vec<Oracle>,
    types: BTreeMap<String, Value>,
    /// Fields of the root, what is asked of them, and whether that is a list that is narrowed or ordered.
    reads: Vec<(String, String, bool)>,
    probes: Vec<Probe>,
    unknown: Vec<String>,
}

const INTROSPECTION: &str = "{ __schema { types { kind name
    fields(includeDeprecated: true) { name args { name defaultValue type { ...T } } type { ...T } }
    inputFields { name defaultValue type { ...T } } enumValues(includeDeprecated: true) { name } interfaces { name } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";

/// The name of the type within lists and what may not be null.
fn named(of: &Value) -> &str {
    match of["name"].as_str() {
        Some(name) => name,
        None => named(&of["ofType"]),
    }
}

fn is_required(argument: &Value) -> bool {
    argument["type"]["kind"] == "NON_NULL" && argument["defaultValue"].is_null()
}

fn list<'v>(of: &'v Value, name: &str) -> &'v [Value] {
    of[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text<'v>(of: &'v Value, name: &str) -> &'v str {
    of[name].as_str().unwrap_or_default()
}

impl Cases {
    /// What a schema offers.
    ///
    /// # Errors
    /// INTERNAL when it cannot be looked at.
    pub(super) async fn of(ask: &(dyn Fn(Request) -> BoxFuture<'static, Response> + Send + Sync)) -> Result<Self> {
        let answer = ask(Request::new(INTROSPECTION)).await;
        let answer = serde_json::to_value(&answer).map_err(Error::internal)?;
        let types = list(&answer["data"]["__schema"], "types");
        let types: BTreeMap<String, Value> =
            types.iter().map(|one| (text(one, "name").to_owned(), one.clone())).collect();
        if types.is_empty() {
            return Err(Error::internal(format!("the schema cannot be looked at: {answer}")));
        }
        let mut cases = Self {
            types,
            roots: Vec::new(),
            attempts: Vec::new(),
            oracles: Vec::new(),
            reads: Vec::new(),
            probes: Vec::new(),
            unknown: Vec::new(),
        };
        for root in ["Query", "Mutation"] {
            cases.roots.extend(list(&cases.types[root], "fields").iter().map(|field| text(field, "name").to_owned()));
        }
        for field in list(&cases.types["Query"].clone(), "fields") {
            cases.root(field);
        }
        for field in list(&cases.types["Mutation"].clone(), "fields") {
            cases.mutation(field);
        }
        cases.kinds_are_probed();
        cases.fields_are_asked();
        Ok(cases)
    }

    pub(super) fn reads(&self) -> Result<Vec<Read>> {
        let read = |(field, text, is_narrowed): &(String, String, bool)| {
            let document = parse_query(text).map_err(Error::internal)?;
            Ok(Read { field: field.clone(), text: text.clone(), document, is_narrowed: *is_narrowed })
        };
        self.reads.iter().map(read).collect()
    }

    /// The probes that name a thing of a kind: those that may be asked together, and each of the others by itself.
    pub(super) fn groups(&self, kind: Kind) -> Vec<Vec<&Probe>> {
        let of_kind = || self.probes.iter().filter(move |probe| probe.kind == kind);
        let shared =
            [false, true].map(|by_slug| of_kind().filter(move |probe| probe.is_shared && probe.by_slug == by_slug));
        let alone = of_kind().filter(|probe| !probe.is_shared).map(|probe| vec![probe]);
        shared.into_iter().map(Iterator::collect).chain(alone).filter(|group: &Vec<_>| !group.is_empty()).collect()
    }

    pub(super) fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// The lists at the root.
    pub(super) fn lists(&self) -> Vec<String> {
        let fields = list(&self.types["Query"], "fields").iter();
        let is_page = |field: &&Value| list(field, "args").iter().any(|argument| argument["name"] == "first");
        fields.filter(is_page).map(|field| text(field, "name").to_owned()).collect()
    }

    pub(super) fn oracles(&self) -> &[Oracle] {
        &self.oracles
    }

    /// The changes that name a thing of a kind.
    pub(super) fn changes(&self, kind: Kind) -> impl Iterator<Item = &Probe> {
        self.probes.iter().filter(move |probe| probe.kind == kind && probe.is_change())
    }

    /// The fields of the roots that nothing asks.
    pub(super) fn unasked<'c>(&'c self, asked: &'c BTreeMap<String, u64>) -> impl Iterator<Item = &'c String> {
        let is_asked = |root: &String| asked.keys().any(|field| field.split(['(', '.']).next() == Some(root.as_str()));
        self.roots.iter().filter(move |root| !is_asked(root))
    }

    /// Keep the fields of the roots alone whose names begin so.
    #[cfg(feature = "unguarded")]
    pub(super) fn narrow(&mut self, beginning: &str) {
        self.roots.retain(|root| root.starts_with(beginning));
        self.reads.retain(|(field, ..)| field.starts_with(beginning));
        self.probes.retain(|probe| probe.field.starts_with(beginning));
        // Each by itself: what one of them tells is no other's.
        self.probes.iter_mut().for_each(|probe| probe.is_shared = false);
        self.attempts.retain(|attempt| attempt.field.starts_with(beginning));
        self.oracles.retain(|oracle| oracle.field.starts_with(beginning));
        self.unknown.retain(|what| what.starts_with(beginning));
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Every kind of thing that has an id can be asked for by it.
    fn kinds_are_probed(&mut self) {
        let probed: BTreeSet<&str> = self.probes.iter().map(|probe| probe.kind.name()).collect();
        let missing: Vec<String> = self
            .types
            .iter()
            .filter(|(name, one)| {
                list(one, "interfaces").iter().any(|of| of["name"] == "Node") && !probed.contains(name.as_str())
            })
            .map(|(name, _)| format!("nothing asks for a {name} by its id"))
            .collect();
        self.unknown.extend(missing);
    }

    /// A field below the roots that must be told something is passed by when a type is selected: only those are, that are
    /// asked by themselves.
    fn fields_are_asked(&mut self) {
        let (mut passed_by, mut lists) = (Vec::new(), Vec::new());
        for (name, one) in self.types.iter().filter(|(name, _)| !["Query", "Mutation"].contains(&name.as_str())) {
            for field in list(one, "fields") {
                let (of, args) = (text(field, "name"), list(field, "args"));
                let is_page = args.iter().any(|argument| argument["name"] == "first");
                let is_told = self.choices(args).is_some() || (name.as_str(), of) == ("Viewer", "explain");
                if !is_page && !is_told {
                    passed_by.push(format!("{name}.{of}: nobody says how to ask it"));
                }
                if is_page {
                    lists.push((name.clone(), field.clone()));
                }
            }
        }
        self.unknown.extend(passed_by.into_iter().filter(|place| !place.starts_with("__")));
        for (name, field) in lists {
            self.list_below(&name, &field);
        }
    }

    /// A list below a thing, with what narrows and orders it: below every one of those things.
    fn list_below(&mut self, of: &str, field: &Value) {
        let args = list(field, "args");
        if args.iter().all(|argument| ["first", "after", "last", "before"].contains(&text(argument, "name"))) {
            return;
        }
        let connection = format!("{of}Connection");
        let roots = list(&self.types["Query"], "fields").iter();
        let Some(root) = roots.clone().find(|root| named(&root["type"]) == connection) else {
            self.unknown.push(format!("{of}.{}: no list at a root leads there", text(field, "name")));
            return;
        };
        let (root, field_name) = (text(root, "name").to_owned(), text(field, "name"));
        let at = ListField {
            field: format!("{root}.{field_name}"),
            before: format!("{{ {root}(first: 100) {{ nodes {{ {field_name}"),
            after: " } } }".to_owned(),
        };
        let about = self.about(field);
        self.narrowed(&at, about, args, "{ totalCount nodes { __typename id } }");
    }

    fn is_node(&self, name: &str) -> bool {
        self.types.get(name).is_some_and(|one| list(one, "interfaces").iter().any(|of| of["name"] == "Node"))
    }

    /// Whether a root lists things of a type.
    fn is_listed(&self, name: &str) -> bool {
        let connection = format!("{name}Connection");
        list(&self.types["Query"], "fields").iter().any(|root| named(&root["type"]) == connection)
    }

    /// All that can be selected of a type without further arguments, following edges so deep.
    fn selection(&self, name: &str, edges: u8, values: u8) -> Option<String> {
        let one = self.types.get(name)?;
        match text(one, "kind") {
            "INTERFACE" | "UNION" => return Some("{ __typename ... on Node { id } }".to_owned()),
            "OBJECT" => {}
            _ => return Some(String::new()),
        }
        if name.ends_with("Edge") {
            return Some("{ cursor }".to_owned());
        }
        if self.is_node(name) && (edges == 0 || (edges < EDGES && self.is_listed(name))) {
            return Some("{ id }".to_owned());
        }
        let edges = edges - u8::from(self.is_node(name));
        let mut parts = Vec::new();
        for field in list(one, "fields") {
            let args = list(field, "args");
            let is_page = args.iter().any(|argument| argument["name"] == "first");
            // Fields that must be told something else than one of a few values are asked by themselves.
            let arguments = if is_page { Some("(first: 50)".to_owned()) } else { self.choices(args) };
            let Some(arguments) = arguments else { continue };
            let Some(values) = values.checked_sub(1) else { continue };
            let Some(below) = self.selection(named(&field["type"]), edges, values) else { continue };
            parts.push(format!("{}{arguments} {below}", text(field, "name")));
        }
        (!parts.is_empty()).then(|| format!("{{ {} }}", parts.join(" ")))
    }

    /// The arguments of a field that must be told nothing, a day, a number, or one of the values of an enum: its last one.
    fn choices(&self, args: &[Value]) -> Option<String> {
        let choice = |argument: &Value| {
            if named(&argument["type"]) == "Date" {
                return Some(format!("{}: \"2026-12-31\"", text(argument, "name")));
            }
            if named(&argument["type"]) == "Float" {
                return Some(format!("{}: 1.5", text(argument, "name")));
            }
            if text(argument, "name") == "period" {
                return Some("period: \"2026\"".to_owned());
            }
            let of = self.types.get(named(&argument["type"]))?;
            let value = list(of, "enumValues").last()?;
            Some(format!("{}: {}", text(argument, "name"), text(value, "name")))
        };
        let choices = args.iter().filter(|argument| is_required(argument)).map(choice).collect::<Option<Vec<_>>>()?;
        Some(if choices.is_empty() { String::new() } else { format!("({})", choices.join(", ")) })
    }

    /// The kind of thing that an argument called so names, below a field about this kind.
    fn kind_of(&mut self, place: &str, name: &str, about: Option<Kind>) -> Option<Kind> {
        let kind = match name.trim_end_matches('s').trim_end_matches("Id") {
            "id" if place.contains(".variants.") => Some(Kind::ProductVariant),
            // What it answers is the product.
            "id" if place.starts_with("photoRemove") => Some(Kind::Photo),
            "id" | "parent" | "to" => about,
            "branch" | "participatingBranch" => Some(Kind::Branch),
            "budgetLine" => Some(Kind::BudgetLine),
            "cooperative" => Some(Kind::Cooperative),
            "user" => Some(Kind::User),
            "partner" => Some(Kind::Partner),
            "market" | "toMarket" => Some(Kind::Market),
            "variant" => Some(Kind::ProductVariant),
            "supportService" | "service" => Some(Kind::SupportService),
            "movement" => Some(Kind::StockMovement),
            "category" => Some(Kind::Category),
            "province" => Some(Kind::Province),
            "region" => Some(Kind::Region),
            "agreement" => Some(Kind::Agreement),
            "programme" => Some(Kind::Programme),
            "activity" => Some(Kind::Activity),
            "fundingCall" => Some(Kind::FundingCall),
            "steeringCommittee" => Some(Kind::SteeringCommittee),
            "programmeIndicator" => Some(Kind::ProgrammeIndicator),
            "product" => Some(Kind::Product),
            "photo" => Some(Kind::Photo),
            "indicator" => Some(Kind::Indicator),
            "subject" | "actor" => Some(Kind::User),
            _ => None,
        };
        if kind.is_none() {
            self.unknown.push(format!("{place}: nobody says what `{name}` names"));
        }
        kind
    }

    /// What a field of the roots is about: `cooperatives` and `cooperativeRegister` are about cooperatives.
    fn about(&self, field: &Value) -> Option<Kind> {
        let of = named(&field["type"]);
        let of = of.trim_end_matches("Connection");
        let by_type = Kind::ALL.iter().copied().find(|kind| kind.name() == of);
        by_type.or_else(|| {
            let payload = self.types.get(of)?;
            list(payload, "fields").iter().find_map(|field| {
                let of = named(&field["type"]);
                Kind::ALL.iter().copied().find(|kind| kind.name() == of)
            })
        })
    }

    fn read(&mut self, field: &str, arguments: &str, below: &str) {
        let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
        self.reads.push((field.to_owned(), format!("{{ {field}{arguments} {below} }}"), false));
    }

    fn narrow_by(&mut self, at: &ListField, arguments: &str, below: &str) {
        let (field, text) = at.with(arguments, below);
        self.reads.push((field, text, true));
    }

    fn probe(&mut self, place: String, text: String, (kind, by_slug): (Kind, bool), is_shared: bool) {
        self.probes.push(Probe { field: place, text, kind, by_slug, is_shared });
    }

    fn root(&mut self, field: &Value) {
        let (name, args) = (text(field, "name").to_owned(), list(field, "args"));
        let of = named(&field["type"]).to_owned();
        let has = |argument: &str| args.iter().any(|one| one["name"] == argument);
        let Some(deep) = self.selection(&of, EDGES, VALUES) else {
            self.unknown.push(format!("{name}: nothing can be selected of it"));
            return;
        };
        if name == "node" || name == "nodes" {
            self.by_any_id(&name);
            return;
        }
        let about = self.about(field);
        if has("id") || has("slug") {
            for (argument, by_slug) in [("id", false), ("slug", true)] {
                let Some(kind) = about.filter(|_| has(argument)) else { continue };
                let asked = format!("{{ {name}({argument}: \"{NAME}\") {{ __typename }} }}");
                let is_shared = field["type"]["kind"] != "NON_NULL";
                self.probe(format!("{name}({argument})"), asked, (kind, by_slug), is_shared);
            }
            // What is open to everybody is no canary.
            if let Some(kind) = about.filter(|_| has("id")) {
                self.read(&name, &format!("id: \"{}\"", everybodys(kind)), &deep);
            }
            return;
        }
        if name == "viewer" {
            self.explain(&of);
        }
        if !has("first") {
            self.chosen(&name, args, &deep);
            return;
        }
        self.read(&name, "first: 100", &deep);
        let at = ListField { field: name.clone(), before: format!("{{ {name}"), after: " }".to_owned() };
        self.narrowed(&at, about, args, &deep);
    }

    /// A field without pages, once for each value of the enum that it must be told, if it must be told one, or for a month.
    fn chosen(&mut self, name: &str, args: &[Value], deep: &str) {
        let required: Vec<&Value> = args.iter().filter(|argument| is_required(argument)).collect();
        let [only] = required.as_slice() else {
            self.read(name, "", deep);
            for argument in required {
                self.unknown.push(format!("{name}: nobody says how to fill `{}`", text(argument, "name")));
            }
            return;
        };
        let argument = text(only, "name");
        let values: Vec<String> = match self.types.get(named(&only["type"])) {
            _ if argument == "month" => vec!["\"2026-10\"".to_owned()],
            Some(of) => list(of, "enumValues").iter().map(|value| text(value, "name").to_owned()).collect(),
            None => Vec::new(),
        };
        if values.is_empty() {
            self.unknown.push(format!("{name}: nobody says how to fill `{argument}`"));
        }
        for value in values {
            self.read(name, &format!("{argument}: {value}"), deep);
        }
    }

    /// A list with each of the arguments that narrow or order it.
    fn narrowed(&mut self, at: &ListField, about: Option<Kind>, args: &[Value], deep: &str) {
        let short = "{ totalCount nodes { __typename id } edges { cursor } pageInfo { endCursor hasNextPage } }";
        for argument in args {
            let argument_name = text(argument, "name");
            match argument_name {
                "first" | "after" | "last" | "before" => {}
                "published" => {
                    // What others have published is asked for in full here alone, by everybody.
                    let (field, text) = at.with("first: 100, published: true", deep);
                    self.reads.push((field, text, false));
                }
                "orderBy" => {
                    for value in list(&self.types[named(&argument["type"])].clone(), "enumValues") {
                        let value = text(value, "name");
                        self.narrow_by(at, &format!("last: 100, orderBy: {value}"), short);
                    }
                }
                "search" => {
                    for text in ["leak", "argan"] {
                        self.narrow_by(at, &format!("first: 100, search: \"{text}\""), short);
                    }
                }
                "filter" => self.filters(at, about, &argument["type"], short),
                _ => self.unknown.push(format!("{}: nobody says how to fill `{argument_name}`", at.field)),
            }
        }
    }

    /// `node` and `nodes` for every kind of thing.
    fn by_any_id(&mut self, name: &str) {
        for kind in Kind::ALL.iter().copied() {
            let asked = if name == "node" {
                format!("{{ node(id: \"{NAME}\") {{ __typename id }} }}")
            } else {
                format!("{{ nodes(ids: [\"{NAME}\", \"{NAME}\"]) {{ __typename id }} }}")
            };
            self.probe(format!("{name}(… {})", kind.name()), asked, (kind, false), true);
        }
    }

    /// Why somebody may not do something must not tell whether there is such a thing.
    fn explain(&mut self, viewer: &str) {
        let fields = list(&self.types[viewer], "fields").to_vec();
        for field in fields.iter().filter(|field| list(field, "args").iter().any(is_required)) {
            let name = text(field, "name");
            if name != "explain" {
                self.unknown.push(format!("viewer.{name}: nobody says how to ask it"));
                continue;
            }
            let below = self.selection(named(&field["type"]), 1, VALUES).unwrap_or_default();
            for kind in Kind::ALL.iter().copied() {
                for permission in ["SEE_COOPERATIVES", "MANAGE_COOPERATIVES", "SEE_AUDIT"] {
                    let asked = format!("{{ viewer {{ explain(permission: {permission}, id: \"{NAME}\") {below} }} }}");
                    self.probe(format!("viewer.explain(… {})", kind.name()), asked, (kind, false), true);
                }
            }
        }
    }

    fn filters(&mut self, at: &ListField, about: Option<Kind>, of: &Value, short: &str) {
        let fields = list(&self.types[named(of)], "inputFields").to_vec();
        for field in fields {
            let (name, of) = (text(&field, "name").to_owned(), named(&field["type"]).to_owned());
            let place = format!("{}(filter.{name})", at.field);
            let mut values: Vec<String> = match (of.as_str(), text(&self.types[of.as_str()], "kind")) {
                (_, "ENUM") => {
                    let values = list(&self.types[of.as_str()], "enumValues").iter();
                    values.map(|value| text(value, "name").to_owned()).collect()
                }
                ("Boolean", _) => vec!["true".into(), "false".into()],
                ("Int", _) => vec!["1".into()],
                ("Decimal", _) => vec!["\"1.00\"".into(), "\"987654321.00\"".into()],
                ("Date", _) => vec!["\"2026-11-23\"".into()],
                ("NearInput", _) => ["", ", withinKilometres: 3000"]
                    .map(|within| format!("{{ latitude: 32.9, longitude: -6.9{within} }}"))
                    .into(),
                ("DateTime", _) => vec!["\"2026-11-23T12:00:00Z\"".into()],
                ("String", _) => vec!["\"05.311\"".into(), "\"leak\"".into(), "\"OLIVE_OIL\"".into()],
                ("ID", _) => {
                    if let Some(kind) = self.kind_of(&place, &name, about) {
                        let (_, asked) = at.with(&format!("first: 100, filter: {{ {name}: \"{NAME}\" }}"), short);
                        self.probe(place.clone(), asked, (kind, false), false);
                    }
                    Vec::new()
                }
                _ => {
                    self.unknown.push(format!("{place}: nobody says how to fill a {of}"));
                    Vec::new()
                }
            };
            if field["type"]["kind"] == "LIST" || field["type"]["ofType"]["kind"] == "LIST" {
                values = values.into_iter().map(|value| format!("[{value}]")).collect();
            }
            for value in values {
                self.narrow_by(at, &format!("first: 100, filter: {{ {name}: {value} }}"), short);
            }
        }
    }

    /// A change is tried once for each id in its input, with the others naming what everybody may see; once with nothing but such;
    /// and once for each text in it that may be taken elsewhere.
    fn mutation(&mut self, field: &Value) {
        let name = text(field, "name").to_owned();
        let about = match name.as_str() {
            // What is about a role is about its assignment, also where the payload holds more.
            "roleRevoke" => Some(Kind::RoleAssignment),
            _ => self.about(field),
        };
        let payload = self.types.get(named(&field["type"])).cloned().unwrap_or_default();
        let below = match list(&payload, "fields").iter().any(|field| field["name"] == "userErrors") {
            true => "{ userErrors { code field } }".to_owned(),
            false => self.selection(named(&field["type"]), 0, 1).unwrap_or_default(),
        };
        let Some(input) = list(field, "args").iter().find(|argument| argument["name"] == "input") else {
            // Those without an input are about whoever asks.
            self.attempts
                .push(Attempt { field: name.clone(), text: format!("mutation {{ {name} {{ __typename }} }}") });
            return;
        };
        let of = named(&input["type"]).to_owned();
        let asked = |filled: &str| format!("mutation {{ {name}(input: {filled}) {below} }}");
        let mut places = Filling::default();
        let Some(whole) = self.filled(&name, &of, about, &mut places) else { return };
        self.attempts.push(Attempt { field: name.clone(), text: asked(&whole) });
        let Filling { ids, secrets, .. } = places;
        for (place, (path, kind)) in ids.into_iter().enumerate() {
            let mut filling = Filling { probed: Some(place), ..Filling::default() };
            let Some(filled) = self.filled(&name, &of, about, &mut filling) else { return };
            self.probe(format!("{name}({path})"), asked(&filled), (kind, false), false);
        }
        for (path, secret) in secrets {
            let mut filling = Filling { told: Some(secret), ..Filling::default() };
            let Some(filled) = self.filled(&name, &of, about, &mut filling) else { return };
            self.oracles.push(Oracle { field: format!("{name}({path})"), text: asked(&filled), secret });
        }
    }

    /// An input with everything that it must have, every input within it, and the ids and texts that are asked about.
    fn filled(&mut self, place: &str, of: &str, about: Option<Kind>, filling: &mut Filling) -> Option<String> {
        let fields = list(&self.types[of], "inputFields").to_vec();
        let mut parts = Vec::new();
        for field in fields {
            let (name, of) = (text(&field, "name").to_owned(), named(&field["type"]).to_owned());
            let path = format!("{place}.{name}");
            let secret = match (of.as_str(), name.as_str()) {
                ("String", "idempotencyKey") => Some(Secret::IdempotencyKey),
                ("String", "number" | "court") => Some(Secret::RegisterNumber),
                ("String", name) if name.to_ascii_lowercase().ends_with("mail") => Some(Secret::Email),
                ("LocalizedTextInput", _) => Some(Secret::Name),
                _ => None,
            };
            if let Some(secret) = secret.filter(|_| name != "court") {
                filling.secrets.push((name.clone(), secret));
            }
            let is_told = secret.is_some() && secret == filling.told;
            let value = match (of.as_str(), text(&self.types[of.as_str()], "kind")) {
                // The button of a screen names nothing that is kept.
                ("ID", "INPUT_OBJECT" | "SCALAR") if path == "botTurn.choice" => continue,
                ("ID", _) => {
                    let kind = self.kind_of(&path, &name, about)?;
                    filling.ids.push((name.clone(), kind));
                    if filling.probed == Some(filling.ids.len() - 1) {
                        format!("\"{NAME}\"")
                    } else if is_required(&field) {
                        format!("\"{}\"", everybodys(kind))
                    } else {
                        continue;
                    }
                }
                ("LocalizedTextInput", _) if is_told => format!("{{ fr: \"{NAME}\" }}"),
                ("LocalizedTextInput", _) => "{ fr: \"Texte\" }".to_owned(),
                (_, "INPUT_OBJECT") => self.filled(&path, &of, None, filling)?,
                ("String", _) if is_told => format!("\"{NAME}\""),
                _ if !is_required(&field) => continue,
                (_, "ENUM") => text(list(&self.types[of.as_str()], "enumValues").first()?, "name").to_owned(),
                ("String", _) if name.ends_with("mail") => "\"somebody@unfm.example\"".to_owned(),
                ("String", _) if field["type"]["ofType"]["kind"] == "LIST" => "[\"programmes:read\"]".to_owned(),
                ("String", _) => "\"Texte\"".to_owned(),
                ("Int", _) if name == "expectedVersion" => NO_VERSION.to_owned(),
                ("Int", _) => "1".to_owned(),
                ("Boolean", _) => "false".to_owned(),
                ("Date", _) => "\"2026-01-01\"".to_owned(),
                ("LocalTime", _) => "\"09:00\"".to_owned(),
                ("Upload", _) => format!("\"{}\"", uploads().name(0).unwrap_or_default()),
                ("Float", _) => "1.5".to_owned(),
                ("Decimal", _) => "\"1.00\"".to_owned(),
                ("DateTime", _) => "\"2027-01-01T00:00:00Z\"".to_owned(),
                _ => {
                    self.unknown.push(format!("{path}: nobody says how to fill a {of}"));
                    return None;
                }
            };
            parts.push(format!("{name}: {value}"));
        }
        Some(format!("{{ {} }}", parts.join(", ")))
    }
}

/// The files that come along with every request: a sheet.
pub(super) fn uploads() -> Uploads {
    Uploads::new(["programme,period,branch,indicator,value\nx,2026,x,x,1\n".into()])
}

/// How an input is filled, and what was found in it.
#[derive(Default)]
struct Filling {
    /// The ids that it names, with their fields.
    ids: Vec<(String, Kind)>,
    /// The texts in it that may be taken elsewhere.
    secrets: Vec<(String, Secret)>,
    /// Which of the ids is the thing's.
    probed: Option<usize>,
    /// Which of the texts is one that is taken.
    told: Option<Secret>,
}

/// Something of a kind that is there for everybody.
fn everybodys(kind: Kind) -> String {
    let (name, code) = match kind {
        Kind::Branch => ("branch", "khouribga"),
        Kind::Cooperative => ("cooperative", "demo-argan"),
        Kind::Partner => ("partner", "unfpa"),
        Kind::User => ("user", "khouribga@unfm.example"),
        Kind::RoleAssignment => ("role_assignment", "finance.khouribga@unfm.example"),
        Kind::Membership => ("membership", "demo-argan 1"),
        Kind::PartnerClient => ("partner_client", "unfpa-demo"),
        Kind::Indicator => ("indicator", "MMR"),
        _ => ("nothing", "nothing"),
    };
    GlobalId::new(kind, founding(name, code)).to_string()
}
