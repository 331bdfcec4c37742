//! The leak matrix: everything that the schema offers is asked in the name of every kind of actor, on a scratch database
//! in which marks were planted in what is not public of several branches. Whatever shows a mark to somebody who may not
//! see it, or answers her otherwise because it is there, or works otherwise, is a leak.
//!
//! What is asked is found by introspection: a field, an argument or an input that the questions do not know how to fill is
//! a fault of the check itself, and so is a mark that nobody ever gets to see.

mod planting;
mod questions;
mod scratch;

pub use scratch::Scratch;

use crate::node;
use crate::platform::clock::Clock;
use crate::platform::database::db::Db;
use crate::platform::database::pool::Sent;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::keys::Keys;
use crate::platform::loading::reader::{Facts, OnCommit, Readers};
use crate::schema::Schema;
use crate::session::mail::Mailer;
use crate::session::mutation::AuthServices;
use crate::session::rights::Rights;
use async_graphql::{Request, ValidationMode};
use domain::access::{Purpose, Role};
use domain::actor::Actor;
use domain::branch::Path;
use domain::codes::Coded;
use domain::id::founding;
use domain::partner_client::{ClientScope, PartnerClient};
use domain::user::{Assignment, Reach, Staff};
use planting::{Mark, Target, plant};
use questions::{Probe, Question, Questions};
use sea_orm::{DbBackend, Statement};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use uuid::Uuid;

/// In whose name the scratch database is prepared and looked at.
static SEEDER: Actor = Actor::System(Purpose::Seed);

/// Somebody in whose name everything is asked.
struct Asker {
    name: String,
    actor: Actor,
}

/// Which walls are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walls {
    /// Both: roles and reach.
    Both,
    /// The database's alone: reach, whatever the role.
    SecondAlone,
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
    marks: usize,
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

    /// A table for people: a line for each field of the roots, and what leaked where.
    pub fn table(&self) -> String {
        let mut text = format!("{:<44} {:>8}  verdict\n", "field", "asked");
        for (field, times) in &self.asked {
            let verdict = self.leaks.get(field).map_or("tight".to_owned(), |leaks| format!("LEAKS ({})", leaks.len()));
            let _ = writeln!(text, "{field:<44} {times:>8}  {verdict}");
        }
        let all: u64 = self.asked.values().sum();
        let _ = writeln!(text, "{all} questions by {} actors about {} planted things", self.actors, self.marks);
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
pub async fn run(owner: &Db, server: &Db, keys: Keys, now: jiff::Timestamp, walls: Walls) -> Result<Report> {
    let check = Check::new(owner, server, keys, now, walls).await?;
    check.run().await
}

struct Check<'c> {
    owner: &'c Db,
    server: &'c Db,
    readers: Readers,
    auth: AuthServices,
    schema: Schema,
    questions: Questions,
    askers: Vec<Asker>,
    walls: Walls,
}

/// What was answered to one asker: by the text of the question.
type Answers = BTreeMap<usize, String>;

impl<'c> Check<'c> {
    async fn new(owner: &'c Db, server: &'c Db, keys: Keys, now: jiff::Timestamp, walls: Walls) -> Result<Self> {
        let schema = crate::schema::build(ValidationMode::Fast);
        let questions = Questions::of(&schema).await?;
        let passwords = crate::platform::password::Passwords::new(argon2::Params::DEFAULT)?;
        let auth = AuthServices { passwords, rights: Rights::new(None), post: Mailer::silent(), is_demo_mode: true };
        let readers = Readers {
            db: server.clone(),
            clock: Clock::fixed(now),
            keys,
            facts: Facts::default(),
            on_commit: OnCommit::default(),
        };
        let askers = askers(owner, now).await?;
        Ok(Self { owner, server, readers, auth, schema, questions, askers, walls })
    }

    async fn run(self) -> Result<Report> {
        let now = self.readers.clock.now();
        let mut report =
            Report { blind: self.questions.unknown().to_vec(), actors: self.askers.len(), ..Report::default() };
        let reads = self.questions.reads();
        let (mut seen, mut all) = (BTreeSet::new(), Vec::new());
        let mut before = self.ask_all(&reads, &mut report).await;
        for target in Target::all() {
            let marks = self.owner.write(&SEEDER, now, async |tx| plant(tx, &target).await).await?;
            let after = self.ask_all(&reads, &mut report).await;
            all.extend(marks);
            for (asker, (was, is)) in self.askers.iter().zip(before.iter().zip(&after)) {
                self.compare(asker, &target, &all, (was, is), &reads, &mut seen, &mut report).await?;
            }
            report.marks = all.len();
            if !report.leaks.is_empty() {
                // Whatever is asked further would tell of the same hole.
                return Ok(report);
            }
            before = after;
        }
        for kind in Kind::ALL.iter().copied() {
            if !node::is_open(kind) && !all.iter().any(|mark| mark.kind == kind) {
                report.blind.push(format!("no {} was planted", kind.name()));
            }
        }
        for mark in &all {
            if !seen.contains(&mark.key) && self.walls == Walls::Both {
                report.blind.push(format!("nobody ever saw the {} that was planted at {}", mark.what, mark.at));
            }
        }
        self.probe(&all, &mut report).await?;
        Ok(report)
    }

    /// Ask every question in the name of every asker.
    async fn ask_all(&self, reads: &[Question], report: &mut Report) -> Vec<Answers> {
        let mut all = Vec::new();
        for asker in &self.askers {
            let mut answers = Answers::new();
            for (place, question) in reads.iter().enumerate() {
                *report.asked.entry(question.field.clone()).or_default() += 1;
                answers.insert(place, self.ask(asker, &question.text).await);
            }
            all.push(answers);
        }
        all
    }

    async fn ask(&self, asker: &Asker, text: &str) -> String {
        let reader = self.readers.reader(asker.actor.clone(), Vec::new());
        let answer = self.schema.execute(Request::new(text).data(reader).data(self.auth.clone())).await;
        serde_json::to_string(&answer).unwrap_or_default()
    }

    /// Look at what one asker was answered before and after a planting.
    #[expect(clippy::too_many_arguments, reason = "one place that looks at all of it")]
    async fn compare(
        &self,
        asker: &Asker,
        target: &Target,
        marks: &[Mark],
        (was, is): (&Answers, &Answers),
        reads: &[Question],
        seen: &mut BTreeSet<Uuid>,
        report: &mut Report,
    ) -> Result<()> {
        let paths = self.paths().await?;
        let may = |mark: &Mark| self.may(asker, mark, &paths);
        let may_see_any = marks.iter().filter(|mark| mark.target == target.name).any(may);
        let forbidden: Vec<&Mark> = marks.iter().filter(|mark| !may(mark)).collect();
        for (place, answer) in is {
            let field = &reads[*place].field;
            for mark in marks.iter().filter(|mark| may(mark)) {
                if answer.contains(&mark.id) {
                    seen.insert(mark.key);
                }
            }
            for mark in &forbidden {
                if answer.contains(&mark.id) || answer.contains(&mark.text) {
                    report.leak(field, format!("{} saw the {} of {}", asker.name, mark.what, mark.at));
                }
            }
            if answer.contains("\"INTERNAL\"") {
                report.leak(field, format!("{} was answered INTERNAL: {}", asker.name, reads[*place].text));
            }
            if !may_see_any && was.get(place) != Some(answer) {
                let text = &reads[*place].text;
                report.leak(field, format!("{} was answered otherwise after {}: {text}", asker.name, target.name));
            }
        }
        Ok(())
    }

    /// The places of all branches.
    async fn paths(&self) -> Result<BTreeMap<Uuid, Path>> {
        let now = self.readers.clock.now();
        let sql = "select id, path from branch";
        let rows = self.owner.ask(&SEEDER, now, Statement::from_string(self.owner.backend(), sql)).await?;
        rows.iter()
            .map(|row| Ok((row.try_get_by_index::<Uuid>(0)?, Path::parse(&row.try_get_by_index::<String>(1)?)?)))
            .collect()
    }

    /// Whether somebody may see what was planted.
    fn may(&self, asker: &Asker, mark: &Mark, paths: &BTreeMap<Uuid, Path>) -> bool {
        let is_root = |reach: &Reach| reach.subtrees.iter().any(Path::is_root);
        let covers = |reach: &Reach| match mark.branch {
            Some(branch) => paths.get(&branch).is_some_and(|path| reach.covers(branch, path)),
            None => is_root(reach),
        };
        match &asker.actor {
            Actor::Anonymous | Actor::System(_) => false,
            Actor::Staff(staff) => match self.walls {
                Walls::Both => covers(&staff.reach(mark.see)),
                Walls::SecondAlone => covers(&Reach::of(staff.assignments())),
            },
            Actor::Partner(client) => mark.partner == Some(client.partner),
        }
    }

    /// Name what was planted in everything that takes an id or a slug: whoever may not see it is answered, and is worked
    /// for, exactly as if there were no such thing; and nothing of it changes.
    async fn probe(&self, marks: &[Mark], report: &mut Report) -> Result<()> {
        let paths = self.paths().await?;
        let (untouched, mut warm) = (self.fingerprint(marks).await?, BTreeSet::new());
        for probe in self.questions.probes() {
            for mark in marks.iter().filter(|mark| mark.kind == probe.kind) {
                for asker in self.askers.iter().filter(|asker| !self.may(asker, mark, &paths)) {
                    *report.asked.entry(probe.field.clone()).or_default() += 1;
                    let (there, absent) = (mark.named(probe.by_slug), mark.absent(probe.by_slug));
                    if warm.insert((&probe.field, &asker.name)) {
                        // What is kept for a while, and the audit's first line of the minute, is not compared.
                        self.try_one(asker, probe, &absent).await;
                    }
                    let (one, other) =
                        (self.try_one(asker, probe, &there).await, self.try_one(asker, probe, &absent).await);
                    if self.walls == Walls::SecondAlone {
                        continue;
                    }
                    if one.0.replace(&there, "•") != other.0.replace(&absent, "•") {
                        let what =
                            format!("{} tells the {} of {} from nothing: {}", asker.name, mark.what, mark.at, one.0);
                        report.leak(&probe.field, what);
                    } else if one.1 != other.1 {
                        let what = format!("{} is worked for otherwise when the {} is there", asker.name, mark.what);
                        report.leak(&probe.field, what);
                    } else if one.0.contains("\"INTERNAL\"") {
                        report.leak(&probe.field, format!("{} was answered {}", asker.name, one.0));
                    }
                }
            }
        }
        if self.fingerprint(marks).await? != untouched {
            report.leak("Mutation", "somebody changed what she may not see".to_owned());
        }
        Ok(())
    }

    /// What is answered to a probe, and the work that it makes: the statements with the number of their rows, and how many
    /// passwords were checked.
    async fn try_one(&self, asker: &Asker, probe: &Probe, name: &str) -> (String, (Vec<Sent>, u64)) {
        let checks = self.auth.passwords.checks();
        self.server.record();
        let answer = self.ask(asker, &probe.text.replace(questions::NAME, name)).await;
        (answer, (self.server.recorded(), self.auth.passwords.checks() - checks))
    }

    /// What stands in the rows that were planted.
    async fn fingerprint(&self, marks: &[Mark]) -> Result<Vec<i64>> {
        let now = self.readers.clock.now();
        let mut versions = Vec::new();
        for mark in marks {
            let Some(table) = &mark.table else { continue };
            let sql = format!("select cast(version as bigint) from {table} where id = $1");
            let statement = Statement::from_sql_and_values(self.owner.backend(), sql, [mark.key.into()]);
            let rows = self.owner.ask(&SEEDER, now, statement).await?;
            versions.push(rows.first().map_or(Ok(0), |row| row.try_get_by_index(0))?);
        }
        Ok(versions)
    }
}

/// Everybody in whose name is asked: nobody, each role in two provinces, an administrator and an auditor above them, and
/// each demo partner.
async fn askers(owner: &Db, now: jiff::Timestamp) -> Result<Vec<Asker>> {
    let sql = "select id, path from branch where slug = $1";
    let path = async |slug: &str| {
        let statement = Statement::from_sql_and_values(owner.backend(), sql, [slug.into()]);
        let rows = owner.ask(&SEEDER, now, statement).await?;
        let row = rows.first().ok_or_else(|| Error::internal(format!("the demo world has no branch {slug}")))?;
        Ok::<_, Error>((row.try_get_by_index::<Uuid>(0)?, Path::parse(&row.try_get_by_index::<String>(1)?)?))
    };
    let mut askers = vec![Asker { name: "anybody".to_owned(), actor: Actor::Anonymous }];
    let today = domain::calendar::today(now);
    let mut staff = |role: Role, slug: &str, (branch, path): (Uuid, Path), cooperative: Option<&str>| {
        let user = founding("user", if slug == "khouribga" { "khouribga@unfm.example" } else { "mdiq@unfm.example" });
        let assignment = Assignment {
            key: founding("role_assignment", "khouribga@unfm.example"),
            role,
            branch,
            path,
            includes_descendants: cooperative.is_none(),
            valid_from: today,
            valid_to: None,
            cooperative: cooperative.map(|slug| founding("cooperative", slug)),
        };
        let actor = Actor::Staff(Staff::on(today, user, Uuid::nil(), vec![assignment]));
        askers.push(Asker { name: format!("{role} at {slug}"), actor });
    };
    for (slug, cooperative) in [("khouribga", "demo-argan"), ("mdiq-fnideq", "demo-mdiq-miel")] {
        let place = path(slug).await?;
        for role in Role::ALL.iter().copied().filter(|role| *role != Role::NationalAdmin) {
            let own = (role == Role::CooperativeRep).then_some(cooperative);
            staff(role, slug, place.clone(), own);
        }
    }
    staff(Role::BranchAdmin, "region-05", path("region-05").await?, None);
    for role in [Role::NationalAdmin, Role::Auditor] {
        staff(role, "national", path("national").await?, None);
    }
    for partner in ["unfpa", "indh", "ocp-foundation"] {
        let client = PartnerClient {
            client: founding("partner_client", &format!("{partner}-demo")),
            partner: founding("partner", partner),
            scopes: ClientScope::ALL.to_vec(),
        };
        askers.push(Asker { name: format!("the program of {partner}"), actor: Actor::Partner(client) });
    }
    Ok(askers)
}

/// Whether a database can show the second wall.
pub fn has_second_wall(db: &Db) -> bool {
    db.backend() == DbBackend::Postgres
}
