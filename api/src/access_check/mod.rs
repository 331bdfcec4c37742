//! The leak check: everything that the schema offers is asked in the name of every kind of actor, on a scratch database
//! in which canaries were inserted: things that are not public, in several branches. Whatever shows a canary to somebody who
//! may not see it, or answers her otherwise because it is there, or works otherwise, is a leak.
//!
//! What is asked is found by introspection: a field, an argument or an input that the cases do not know how to fill is
//! a fault of the check itself, and so is a canary that nobody ever gets to see.

mod cases;
mod changes;
mod fixtures;
mod http;
#[cfg(feature = "unguarded")]
mod planted;
mod principals;
mod rights;
mod scratch;

#[cfg(feature = "unguarded")]
pub use planted::FAULTS;
pub use scratch::Scratch;

use crate::bot::conversation::Bot;
use crate::node;
use crate::platform::clock::Clock;
use crate::platform::database::db::Db;
use crate::platform::database::pool::Sent;
use crate::platform::error::{Error, Result};
use crate::platform::files::Files;
use crate::platform::graphql::executor::write_answer;
use crate::platform::graphql::global_id::Kind;
use crate::platform::keys::Keys;
use crate::platform::loading::reader::Readers;
use crate::platform::rate_limit::RateLimits;
use crate::session::mail::Mailer;
use crate::session::mutation::AuthServices;
use crate::session::rights::Rights;
use async_graphql::{Executor, Request, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cases::{Cases, Probe, Read};
use domain::actor::Actor;
use domain::branch::Path;
use domain::fault::Code;
use domain::user::Reach;
use fixtures::{Canary, Target, insert};
use futures_util::future::BoxFuture;
use principals::{Principal, SEEDER};
use sea_orm::DbBackend;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Which layers of access control are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layers {
    /// Both: roles and reach.
    Both,
    /// The database's alone: reach, whatever the role.
    PoliciesAlone,
}

/// What the check found.
#[derive(Debug, Default)]
pub struct Report {
    /// How often each field of the schema's roots was asked.
    asked: BTreeMap<String, u64>,
    /// Leaks by the field, in the order in which they were found.
    leaks: BTreeMap<String, Vec<String>>,
    /// What the check could not ask or did not see.
    blind: Vec<String>,
    actors: usize,
    canaries: usize,
}

impl Report {
    /// Whether nothing leaked and nothing was left out.
    pub fn is_clean(&self) -> bool {
        self.leaks.is_empty() && self.blind.is_empty()
    }

    /// How many fields of the roots were asked.
    pub fn fields(&self) -> usize {
        self.asked.len()
    }

    /// Whether a leak was found at a field.
    pub fn leaks_at(&self, field: &str) -> bool {
        self.leaks.contains_key(field)
    }

    /// What leaked at a field, whichever of its arguments was asked.
    pub fn leaks_below(&self, field: &str) -> Vec<String> {
        let of_field = self.leaks.iter().filter(|(place, _)| place.split(['(', '.']).next() == Some(field));
        of_field.flat_map(|(_, leaks)| leaks.iter().cloned()).collect()
    }

    /// A table for people: a line for each field of the roots, and what leaked where.
    pub fn table(&self) -> String {
        let mut text = format!("{:<44} {:>8}  verdict\n", "field", "asked");
        for (field, times) in &self.asked {
            let verdict = self.leaks.get(field).map_or("tight".to_owned(), |leaks| format!("LEAKS ({})", leaks.len()));
            let _ = writeln!(text, "{field:<44} {times:>8}  {verdict}");
        }
        let all: u64 = self.asked.values().sum();
        let _ = writeln!(text, "{all} questions by {} actors about {} canaries", self.actors, self.canaries);
        for (field, leaks) in &self.leaks {
            for leak in leaks.iter().take(5) {
                let _ = writeln!(text, "LEAK  {field}: {leak}");
            }
        }
        for blind in &self.blind {
            let _ = writeln!(text, "BLIND {blind}");
        }
        text
    }

    fn leak(&mut self, field: &str, what: String) {
        self.leaks.entry(field.to_owned()).or_default().push(what);
    }
}

/// Run the whole check: `owner` prepares the scratch database, which holds the demo world, and `server` is asked.
///
/// # Errors
/// The database's refusal, or a schema that cannot be looked at.
pub async fn run(owner: &Db, server: &Db, keys: Keys, now: jiff::Timestamp, layers: Layers) -> Result<Report> {
    Check::new(owner, server, (keys, now), layers, ask(crate::schema::build())).await?.run().await
}

/// The same with the root fields alone whose names begin so: blind to everything else.
///
/// # Errors
/// Those of [`run`].
#[cfg(feature = "unguarded")]
pub async fn run_narrowed(
    owner: &Db,
    server: &Db,
    keys: Keys,
    now: jiff::Timestamp,
    (layers, beginning): (Layers, &str),
) -> Result<Report> {
    let mut check = Check::new(owner, server, (keys, now), layers, ask(crate::schema::build())).await?;
    check.narrow(beginning);
    check.run().await
}

/// Run the check on faults that are planted, to measure how strong it is.
///
/// # Errors
/// Those of [`run`].
#[cfg(feature = "unguarded")]
pub async fn run_on_planted(owner: &Db, server: &Db, keys: Keys, now: jiff::Timestamp) -> Result<Report> {
    let mut check = Check::new(owner, server, (keys, now), Layers::Both, ask(planted::schema())).await?;
    check.narrow("planted");
    check.run().await
}

/// What executes requests with a schema.
fn ask(executor: impl Executor) -> Ask {
    Box::new(move |request| {
        let executor = executor.clone();
        Box::pin(async move { executor.execute(request).await })
    })
}

/// What executes a request.
type Ask = Box<dyn Fn(Request) -> BoxFuture<'static, Response> + Send + Sync>;

struct Check<'c> {
    owner: &'c Db,
    server: &'c Db,
    readers: Readers,
    auth: AuthServices,
    bot: Bot,
    ask: Ask,
    cases: Cases,
    principals: Vec<Principal>,
    layers: Layers,
    /// Whether some root fields alone are asked: then the check is blind to everything else, and goes on after the first leak.
    is_narrow: bool,
}

/// What was answered to one principal, and the work that it made, by the place of the question.
type Answers = BTreeMap<usize, (String, Vec<Sent>)>;

impl<'c> Check<'c> {
    async fn new(
        owner: &'c Db,
        server: &'c Db,
        (keys, now): (Keys, jiff::Timestamp),
        layers: Layers,
        ask: Ask,
    ) -> Result<Self> {
        let cases = Cases::of(&ask).await?;
        let passwords = crate::platform::password::Passwords::new(argon2::Params::DEFAULT)?;
        let auth = AuthServices {
            passwords,
            rights: Rights::new(None),
            rate_limits: RateLimits::none(),
            mailer: Mailer::silent(),
            is_demo_mode: true,
        };
        let clock = Clock::fixed(now);
        // It keeps less of an instant than the system's: what was known at the very instant would be of the future to it.
        let now = clock.now();
        let readers = Readers::new(server.clone(), clock, keys, (Files::in_memory(), Files::in_memory()));
        let mut principals = principals::principals(owner, server, &auth.rights, &readers.keys, now).await?;
        if layers == Layers::PoliciesAlone {
            // The policies know nobody's role, only what is reached.
            let mut reached = BTreeSet::new();
            principals.retain(|principal| reached.insert(format!("{:?}", principal.reach())));
        }
        let bot = Bot::new(None, readers.clock.clone());
        Ok(Self { owner, server, readers, auth, bot, ask, cases, principals, layers, is_narrow: false })
    }

    #[cfg(feature = "unguarded")]
    fn narrow(&mut self, beginning: &str) {
        self.cases.narrow(beginning);
        self.is_narrow = true;
    }

    /// Insert at one target after another. Everybody is asked before a row of targets of which she may see nothing, and
    /// after it: then nothing may have changed for her. When all are there everybody is asked.
    async fn run(self) -> Result<Report> {
        let now = self.readers.clock.now();
        let (targets, reads) = (Target::all(), self.cases.reads()?);
        let mut report =
            Report { blind: self.cases.unknown().to_vec(), actors: self.principals.len(), ..Report::default() };
        let (planned, paths) = (self.planned(&targets).await?, self.paths().await?);
        let sees = |principal: &Principal, target: &Target| {
            let theirs = planned.iter().filter(|canary| canary.target == target.name);
            theirs.clone().any(|canary| self.may(principal, canary, &paths))
        };
        if let Some(anybody) = self.principals.first() {
            // The first who asks pays for what all share.
            self.ask_all(anybody, &reads, &mut Report::default()).await;
        }
        let (mut seen, mut all) = (BTreeSet::new(), Vec::new());
        let mut before: Vec<Option<Answers>> = self.principals.iter().map(|_| None).collect();
        for (place, target) in targets.iter().enumerate() {
            for (principal, before) in self.principals.iter().zip(&mut before) {
                if before.is_none() && !sees(principal, target) {
                    *before = Some(self.ask_all(principal, &reads, &mut report).await);
                }
            }
            let inserted = self.owner.write(&SEEDER, now, async |tx| insert(tx, target).await).await?;
            all.extend(inserted);
            report.canaries = all.len();
            let next = targets.get(place + 1);
            for (principal, before) in self.principals.iter().zip(&mut before) {
                if next.is_none_or(|next| before.is_some() && sees(principal, next)) {
                    let after = self.ask_all(principal, &reads, &mut report).await;
                    self.compare(principal, &all, (before.take(), &after), &reads, &mut seen, &mut report, &paths);
                }
            }
            if !report.leaks.is_empty() && !self.is_narrow {
                // Whatever is asked further would tell of the same hole.
                return Ok(report);
            }
        }
        for kind in Kind::ALL.iter().copied() {
            if !node::is_open(kind) && !all.iter().any(|canary| canary.kind == kind) {
                report.blind.push(format!("no {} was inserted", kind.name()));
            }
        }
        for canary in &all {
            // Not every column that is not public is shown to anybody.
            if !seen.contains(&canary.key) && self.layers == Layers::Both && !canary.is_mark() {
                report.blind.push(format!("nobody ever saw the {} that was inserted at {}", canary.what, canary.at));
            }
        }
        self.probe(&all, &mut report).await?;
        self.try_changes(&all, &paths, &mut report).await?;
        if !self.is_narrow && self.layers == Layers::Both {
            self.ask_over_http(&all, &paths, &mut report).await?;
        }
        if self.layers == Layers::PoliciesAlone {
            return Ok(report);
        }
        let unasked: Vec<String> =
            self.cases.unasked(&report.asked).map(|root| format!("nothing asks {root}")).collect();
        report.blind.extend(unasked);
        if self.is_narrow {
            report.blind.clear();
        }
        Ok(report)
    }

    /// What will be inserted: it is, and is taken back.
    async fn planned(&self, targets: &[Target]) -> Result<Vec<Canary>> {
        let planned = Mutex::new(Vec::new());
        let (now, kept) = (self.readers.clock.now(), &planned);
        let taken_back: Result<()> = self
            .owner
            .write(&SEEDER, now, async |tx| {
                for target in targets {
                    let inserted = insert(tx, target).await?;
                    kept.lock().unwrap_or_else(PoisonError::into_inner).extend(inserted);
                }
                Err(Error::refused(Code::Conflict))
            })
            .await;
        match taken_back {
            Err(error) if error.code() == Code::Conflict => {
                Ok(planned.into_inner().unwrap_or_else(PoisonError::into_inner))
            }
            Err(error) => Err(error),
            Ok(()) => Ok(Vec::new()),
        }
    }

    /// Ask everything in somebody's name.
    async fn ask_all(&self, principal: &Principal, reads: &[Read], report: &mut Report) -> Answers {
        let mut answers = Answers::new();
        // What narrows a list does so alike in both provinces: each role is asked in one of them.
        let is_asked = |read: &Read| !(read.is_narrowed && principal.is_twin && !self.is_narrow);
        for (place, read) in reads.iter().enumerate().filter(|(_, read)| is_asked(read)) {
            *report.asked.entry(read.field.clone()).or_default() += 1;
            let mut request = Request::new("");
            request.set_parsed_query(read.document.clone());
            self.server.record();
            let answer = self.send(principal, request).await;
            // Fields are resolved side by side: what they ask has no order.
            let mut work = self.server.recorded();
            work.sort_by(|one, other| (&one.sql, one.rows).cmp(&(&other.sql, other.rows)));
            answers.insert(place, (answer, work));
        }
        answers
    }

    async fn send(&self, principal: &Principal, request: Request) -> String {
        let now = self.readers.clock.now();
        let token = principal.token.as_deref();
        let actor = match principals::actor(self.server, &self.auth.rights, &self.readers.keys, now, token).await {
            Ok(actor) => actor,
            Err(error) => return format!("\"INTERNAL\" {}", error.cause()),
        };
        let reader = self.readers.reader(actor, Vec::new());
        let request = request
            .data(reader)
            .data(self.auth.clone())
            .data(self.bot.clone())
            .data(self.readers.clone())
            .data(cases::uploads());
        let answer = (self.ask)(request).await;
        write_answer(&answer).ok().and_then(|written| String::from_utf8(written).ok()).unwrap_or_default()
    }

    /// Look at what somebody was answered: with `was` also at what she was answered before things were inserted of which
    /// she may see nothing.
    #[expect(clippy::too_many_arguments, reason = "one place that looks at all of it")]
    fn compare(
        &self,
        principal: &Principal,
        canaries: &[Canary],
        (was, is): (Option<Answers>, &Answers),
        reads: &[Read],
        seen: &mut BTreeSet<Uuid>,
        report: &mut Report,
        paths: &BTreeMap<Uuid, Path>,
    ) {
        let (allowed, forbidden): (Vec<&Canary>, Vec<&Canary>) =
            canaries.iter().partition(|canary| self.may(principal, canary, paths));
        for (place, (answer, work)) in is {
            let Read { field, text, .. } = &reads[*place];
            seen.extend(allowed.iter().filter(|canary| answer.contains(&canary.id)).map(|canary| canary.key));
            let cursors = cursors(answer);
            for canary in &forbidden {
                if answer.contains(&canary.id) || answer.contains(&canary.text) {
                    report.leak(field, format!("{} saw the {} of {}", principal.name, canary.what, canary.at));
                }
                if canary.is_in(&cursors) {
                    let what =
                        format!("{} can read the {} of {} out of a cursor", principal.name, canary.what, canary.at);
                    report.leak(field, what);
                }
            }
            if answer.contains("\"INTERNAL\"") {
                report.leak(field, format!("{} was answered INTERNAL: {text}", principal.name));
            }
            let Some((answered, worked)) = was.as_ref().and_then(|was| was.get(place)) else { continue };
            if answered != answer {
                let what = format!("{} was answered otherwise after what she may not see: {text}", principal.name);
                report.leak(field, what);
            } else if worked != work && self.layers == Layers::Both {
                let differs = worked
                    .iter()
                    .find(|one| !work.contains(one))
                    .or_else(|| work.iter().find(|one| !worked.contains(one)));
                let told = differs.map(|sent| format!("{} rows of {}", sent.rows, sent.sql)).unwrap_or_default();
                let what =
                    format!("{} was worked for otherwise after what she may not see ({told}): {text}", principal.name);
                report.leak(field, what);
            }
        }
    }

    /// The places of all branches.
    async fn paths(&self) -> Result<BTreeMap<Uuid, Path>> {
        let now = self.readers.clock.now();
        let sql = "select id, path from branch";
        let rows: Vec<(Uuid, String)> = self.owner.query(&SEEDER, now, sql, []).await?;
        rows.into_iter().map(|(key, path)| Ok((key, Path::parse(&path)?))).collect()
    }

    /// Whether somebody may see a canary.
    fn may(&self, principal: &Principal, canary: &Canary, paths: &BTreeMap<Uuid, Path>) -> bool {
        let is_root = |reach: &Reach| reach.subtrees.iter().any(Path::is_root);
        let shares = |reach: &Reach| {
            canary.shared_with.is_some_and(|branch| paths.get(&branch).is_some_and(|path| reach.covers(branch, path)))
        };
        let covers = |reach: &Reach| match canary.branch {
            _ if shares(reach) => true,
            _ if canary.cooperative.is_some_and(|own| reach.cooperatives.contains(&own)) => true,
            Some(branch) => paths.get(&branch).is_some_and(|path| reach.covers(branch, path)),
            None => is_root(reach),
        };
        match &principal.actor {
            Actor::Anonymous | Actor::System(_) => false,
            Actor::Staff(staff) => match self.layers {
                Layers::Both => covers(&staff.reach(canary.see)),
                Layers::PoliciesAlone => covers(&Reach::of(staff.assignments())),
            },
            Actor::Partner(client) => canary.partner == Some(client.partner),
        }
    }

    /// Name what was inserted in everything that takes an id or a slug: whoever may not see it is answered, and is worked
    /// for, exactly as if there were no such thing; and nothing of it changes.
    async fn probe(&self, canaries: &[Canary], report: &mut Report) -> Result<()> {
        let paths = self.paths().await?;
        let untouched = self.fingerprint(canaries).await?;
        for kind in Kind::ALL.iter().copied() {
            let canaries: Vec<&Canary> =
                canaries.iter().filter(|canary| canary.kind == kind && !canary.is_mark()).collect();
            for probes in self.cases.groups(kind) {
                for principal in &self.principals {
                    let forbidden: Vec<&Canary> =
                        canaries.iter().copied().filter(|canary| !self.may(principal, canary, &paths)).collect();
                    self.probe_all(principal, &forbidden, &probes, report).await;
                }
            }
        }
        if self.fingerprint(canaries).await? != untouched {
            report.leak("Mutation", "somebody changed what she may not see".to_owned());
        }
        Ok(())
    }

    /// Name things of one kind in probes that are asked together, each as if it did not exist.
    async fn probe_all(&self, principal: &Principal, canaries: &[&Canary], probes: &[&Probe], report: &mut Report) {
        let Some(any) = canaries.first() else { return };
        let by_slug = probes[0].by_slug;
        let text = if probes[0].is_shared { cases::together(probes) } else { probes[0].text.clone() };
        // Whoever may not change it knows its version all the same.
        let text = text.replace(cases::NO_VERSION, "1");
        let fields = || probes.iter().map(|probe| probe.field.as_str());
        let absent = any.absent(by_slug);
        let nothing = match self.layers {
            // The first try pays for what is kept for a while, and the audit's first line of the minute.
            Layers::Both => {
                self.try_one(principal, &text, &absent).await;
                Some(self.try_one(principal, &text, &absent).await)
            }
            Layers::PoliciesAlone => None,
        };
        for canary in canaries {
            fields().for_each(|field| *report.asked.entry(field.to_owned()).or_default() += 1);
            let there = canary.named(by_slug);
            if nothing.is_some() && !probes[0].is_shared {
                // As above: a refusal is written down for each thing that is tried.
                self.try_one(principal, &text, &there).await;
            }
            let (answer, work) = self.try_one(principal, &text, &there).await;
            let (name, what, at) = (&principal.name, canary.what, canary.at);
            let leak = match &nothing {
                None => continue,
                Some((nothing, _)) if answer.replace(&there, "•") != nothing.replace(&absent, "•") => {
                    format!("{name} tells the {what} of {at} from nothing: {answer}")
                }
                Some((_, usual)) if work != *usual => {
                    format!("{name} is worked for otherwise when the {what} is there")
                }
                Some(_) if answer.contains("\"INTERNAL\"") => format!("{name} was answered {answer}"),
                Some(_) => continue,
            };
            report.leak(&fields().collect::<Vec<_>>().join(", "), leak);
        }
    }

    /// What is answered to a probe, and the work that it makes: the statements with the number of their rows, and how many
    /// passwords were checked.
    async fn try_one(&self, principal: &Principal, text: &str, name: &str) -> (String, (Vec<Sent>, u64)) {
        let checks = self.auth.passwords.checks();
        self.server.record();
        let answer = self.send(principal, Request::new(text.replace(cases::NAME, name))).await;
        (answer, (self.server.recorded(), self.auth.passwords.checks() - checks))
    }

    /// What stands in the rows that were inserted.
    async fn fingerprint(&self, canaries: &[Canary]) -> Result<Vec<i64>> {
        let now = self.readers.clock.now();
        let mut versions = Vec::new();
        for canary in canaries {
            let Some(table) = &canary.table else { continue };
            let sql = format!("select cast(version as bigint) from {table} where id = $1");
            let rows: Vec<i64> = self.owner.query(&SEEDER, now, sql, [canary.key.into()]).await?;
            versions.push(rows.first().copied().unwrap_or_default());
        }
        Ok(versions)
    }
}

/// What the cursors of an answer stand for, a character for each byte.
fn cursors(answer: &str) -> String {
    let parts = answer.split("ursor\":\"").skip(1);
    let cursors = parts.filter_map(|rest| URL_SAFE_NO_PAD.decode(rest.split('"').next()?).ok());
    cursors.flatten().map(char::from).collect()
}

/// Whether a database has policies.
pub fn has_policies(db: &Db) -> bool {
    db.backend() == DbBackend::Postgres
}
