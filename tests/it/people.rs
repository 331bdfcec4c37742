//! People, their roles, and the tree of branches that these hold at.

use domain::id::founding;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::mail::MailServer;
use tests::person::Person;
use tests::{Answer, World};
use unfm::platform::graphql::global_id::{GlobalId, Kind};

const INVITE: &str = "mutation($input: UserInviteInput!) { userInvite(input: $input) {
    user { id version status email assignments { id version role branch { slug } } } userErrors { code field } } }";
const ACCEPT: &str = "mutation($token: String!) { userInvitationAccept(input: { token: $token,
    password: \"une phrase bien longue\" }) { userErrors { code field } } }";
const ASSIGN: &str = "mutation($input: RoleAssignInput!) { roleAssign(input: $input) {
    assignment { id version role branch { slug } } userErrors { code field } } }";
const REVOKE: &str = "mutation($input: RoleRevokeInput!) { roleRevoke(input: $input) {
    assignment { id version revokedAt } userErrors { code field } } }";
const DISABLE: &str = "mutation($input: UserTransitionInput!) { userDisable(input: $input) {
    user { version status } userErrors { code field } } }";
const LOCK: &str = "mutation($input: UserTransitionInput!) { userLock(input: $input) {
    user { version status } userErrors { code field } } }";
const ENABLE: &str = "mutation($input: UserTransitionInput!) { userEnable(input: $input) {
    user { version status } userErrors { code field } } }";
const BRANCH: &str =
    "branch { id version slug status parent { slug } province { code } region { code } } userErrors { code field }";

fn branch(slug: &str) -> String {
    GlobalId::new(Kind::Branch, founding("branch", slug)).to_string()
}

fn user(email: &str) -> String {
    GlobalId::new(Kind::User, founding("user", email)).to_string()
}

fn assignment(email: &str) -> String {
    GlobalId::new(Kind::RoleAssignment, founding("role_assignment", email)).to_string()
}

fn role(role: &str, at: &str, includes_descendants: bool) -> Value {
    json!({"role": role, "branchId": branch(at), "includesDescendants": includes_descendants})
}

async fn invite(person: &Person<'_>, email: &str, assignment: Value) -> Answer {
    let input = json!({"email": email, "displayName": "Nouvelle collègue", "assignment": assignment});
    person.does(INVITE, input).await
}

async fn accept(world: &World, token: &str) -> String {
    world.ask(ACCEPT, json!({"token": token})).await.outcome()
}

async fn comes_in(world: &World, address: &str, email: &str) -> Value {
    let query =
        "mutation($email: String!) { sessionCreate(input: { email: $email, password: \"une phrase bien longue\" }) {
        session { accessToken refreshToken } enrolmentToken userErrors { code } } }";
    let body = json!({"query": query, "variables": {"email": email}});
    let answer = world.send(world.http().post(format!("{address}/graphql")).json(&body)).await;
    answer.data()["sessionCreate"].clone()
}

async fn an_invitation_becomes_a_login_and_its_email_works_once(world: World) {
    let mail = MailServer::new().await;
    let khouribga = world.person("khouribga").await;
    let invited =
        invite(&khouribga, " Nouvelle@Unfm.example ", role("PROGRAMME_OFFICER", "khouribga", true)).await;
    assert_eq!(invited.outcome(), "done", "{}: {}", world.on, invited.text);
    let person = &invited.data()["userInvite"]["user"];
    assert_eq!(
        (&person["status"], &person["email"]),
        (&json!("INVITED"), &json!("nouvelle@unfm.example")),
        "{}",
        world.on
    );
    assert_eq!(person["assignments"][0]["branch"]["slug"], "khouribga", "{}", world.on);
    assert_eq!(mail.mailer().deliver(&world.db, world.clock.now()).await.unwrap(), 1, "{}", world.on);
    let token = mail.taken()[0].token("/invitation");

    assert!(
        comes_in(&world, &world.url(""), "nouvelle@unfm.example").await["session"].is_null(),
        "{}: not yet",
        world.on
    );
    assert_eq!(accept(&world, "made up").await, "TOKEN_INVALID token", "{}", world.on);
    assert_eq!(accept(&world, &token).await, "done", "{}", world.on);
    assert_eq!(accept(&world, &token).await, "TOKEN_INVALID token", "{}: once", world.on);
    let session = comes_in(&world, &world.url(""), "nouvelle@unfm.example").await;
    let token = session["session"]["accessToken"].as_str().unwrap();
    let viewer = world
        .ask_as(token, "{ viewer { assignments { role } } programmes(first: 0) { totalCount } }", json!({}))
        .await;
    assert_eq!(viewer.data()["viewer"]["assignments"], json!([{"role": "PROGRAMME_OFFICER"}]), "{}", world.on);
    // The invitation, her acceptance, and the role that is hers now, in both names.
    let noted = "select count(*) from audit_entry e join branch b on b.id = e.branch_id
        where b.slug = 'khouribga' and e.action in ('userInvite', 'userInvitationAccept')";
    assert_eq!(world.raw_as_owner(noted).await, Ok(4), "{}", world.on);
}

async fn an_invitation_is_sent_again_and_whoever_sends_too_many_is_told(world: World) {
    const RESEND: &str = "mutation($input: UserTransitionInput!) { userInvitationResend(input: $input) {
        user { version status } userErrors { code message } } }";
    let (mail, khouribga) = (MailServer::new().await, world.person("khouribga").await);
    // What strangers ask for her address takes nothing of it.
    for _ in 0..5 {
        let reset = "mutation($email: String!) { passwordResetRequest(input: {email: $email}) { userErrors { code } } }";
        world.ask(reset, json!({"email": "nouvelle@unfm.example"})).await.data();
    }
    let invited = invite(&khouribga, "nouvelle@unfm.example", role("DATA_ENTRY", "khouribga", false)).await;
    let person = invited.data()["userInvite"]["user"].clone();
    let again = async |by: &Person<'_>| by.does(RESEND, json!({"id": person["id"], "expectedVersion": person["version"]})).await;
    assert_eq!(again(&khouribga).await.outcome(), "done", "{}", world.on);
    assert_eq!(again(&khouribga).await.outcome(), "done", "{}", world.on);
    let refused = again(&khouribga).await;
    assert_eq!(refused.outcome(), "RATE_LIMITED", "{}: three within an hour", world.on);
    assert_eq!(refused.body["errors"][0]["extensions"]["retryAfter"], 3600, "{}: {}", world.on, refused.text);
    assert_eq!(again(&world.person("mdiq").await).await.outcome(), "NOT_FOUND", "{}", world.on);

    mail.mailer().deliver(&world.db, world.clock.now()).await.unwrap();
    let tokens: Vec<String> = mail.taken().iter().map(|email| email.token("/invitation")).collect();
    assert_eq!(tokens.len(), 3, "{}", world.on);
    assert_eq!(accept(&world, &tokens[1]).await, "done", "{}", world.on);
    for used in &tokens {
        assert_eq!(accept(&world, used).await, "TOKEN_INVALID token", "{}", world.on);
    }
    assert!(comes_in(&world, &world.url(""), "nouvelle@unfm.example").await["session"].is_object(), "{}", world.on);
    world.at("2026-11-23T13:00:01Z");
    let late = again(&world.person("khouribga").await).await;
    assert!(late.outcome().starts_with("CONFLICT"), "{}: she has taken it up: {}", world.on, late.text);
}

async fn an_email_is_too_late_after_a_week(world: World) {
    let mail = MailServer::new().await;
    let khouribga = world.person("khouribga").await;
    invite(&khouribga, "nouvelle@unfm.example", role("DATA_ENTRY", "khouribga", false)).await;
    mail.mailer().deliver(&world.db, world.clock.now()).await.unwrap();
    let token = mail.taken()[0].token("/invitation");
    world.at("2026-11-30T12:00:00Z");
    assert_eq!(accept(&world, &token).await, "TOKEN_INVALID token", "{}", world.on);
}

async fn inviting_a_known_address_answers_as_for_an_unknown_one_and_adds_the_role_when_it_is_taken_up(world: World) {
    let mail = MailServer::new().await;
    let mdiq = world.person("mdiq").await;
    // Her rights are read once a second, and the audit begins a line once a minute: not in one of the two.
    invite(&mdiq, "before@unfm.example", role("DATA_ENTRY", "mdiq-fnideq", false)).await.data();
    let mut answers = Vec::new();
    for email in ["programmes.khouribga@unfm.example", "nobody.at.all.khouribga@unfm.example"] {
        let before = world.db.statements();
        let answer = invite(&mdiq, email, role("DATA_ENTRY", "mdiq-fnideq", false)).await;
        let mut person = answer.data()["userInvite"].clone();
        for place in ["/user/id", "/user/email", "/user/assignments/0/id"] {
            *person.pointer_mut(place).unwrap() = Value::Null;
        }
        answers.push((person, world.db.statements() - before));
    }
    assert_eq!(answers[0], answers[1], "{}", world.on);
    mail.mailer().deliver(&world.db, world.clock.now()).await.unwrap();
    let arrived = mail.taken();
    let email = arrived.iter().find(|email| email.to.starts_with("programmes")).unwrap();
    assert_eq!(accept(&world, &email.token("/invitation")).await, "done", "{}", world.on);
    // One login, both roles, and the password that it had.
    let programmes = world.person("programmes.khouribga").await;
    let viewer = programmes.asks("{ viewer { assignments { role branch { slug } } } }", json!({})).await;
    let held = viewer.data()["viewer"]["assignments"].as_array().unwrap();
    let held: BTreeSet<&str> = held.iter().map(|one| one["branch"]["slug"].as_str().unwrap()).collect();
    assert_eq!(held, BTreeSet::from(["khouribga", "mdiq-fnideq"]), "{}", world.on);
    let waiting = "select count(*) from staff_user where status = 'INVITED' and email like 'programmes%'";
    assert_eq!(world.raw_as_owner(waiting).await, Ok(0), "{}", world.on);
}

async fn who_lost_the_right_to_invite_has_invited_nobody(world: World) {
    let mail = MailServer::new().await;
    let khouribga = world.person("khouribga").await;
    invite(&khouribga, "nouvelle@unfm.example", role("DATA_ENTRY", "khouribga", false)).await;
    mail.mailer().deliver(&world.db, world.clock.now()).await.unwrap();
    let token = mail.taken()[0].token("/invitation");
    let region = world.person("region05").await;
    let input = json!({"id": assignment("khouribga@unfm.example"), "expectedVersion": 1});
    assert_eq!(region.does(REVOKE, input).await.outcome(), "done", "{}", world.on);
    assert_eq!(accept(&world, &token).await, "TOKEN_INVALID token", "{}", world.on);
}

async fn nobody_gives_more_than_her_role_may_nor_elsewhere_nor_to_herself(world: World) {
    let own = "khouribga@unfm.example";
    let khouribga = world.person("khouribga").await;
    let national = world.person("national").await;
    let market = world.person("market.khouribga").await;
    let auditor = world.person("auditor").await;
    let not_grantable = "ROLE_NOT_GRANTABLE assignment.role";
    let somebody = "finance.khouribga@unfm.example";
    for (person, to, given, expected) in [
        (&khouribga, somebody, role("DATA_ENTRY", "khouribga", true), "done"),
        (&khouribga, somebody, role("BRANCH_ADMIN", "khouribga", true), not_grantable),
        (&khouribga, somebody, role("AUDITOR", "khouribga", true), not_grantable),
        (&khouribga, somebody, role("COUNSELLOR", "khouribga", true), not_grantable),
        (&khouribga, somebody, role("DATA_ENTRY", "mdiq-fnideq", true), "NOT_FOUND"),
        (&khouribga, somebody, role("DATA_ENTRY", "region-05", true), "NOT_FOUND"),
        (&khouribga, own, role("DATA_ENTRY", "khouribga", true), not_grantable),
        (&khouribga, "mdiq@unfm.example", role("DATA_ENTRY", "khouribga", true), "NOT_FOUND"),
        (&khouribga, "nobody@unfm.example", role("DATA_ENTRY", "khouribga", true), "NOT_FOUND"),
        (&market, somebody, role("DATA_ENTRY", "khouribga", true), "NOT_FOUND"),
        (&auditor, somebody, role("DATA_ENTRY", "khouribga", true), "FORBIDDEN"),
        (&national, somebody, role("AUDITOR", "khouribga", true), "done"),
        (&national, somebody, role("COUNSELLOR", "khouribga", false), "done"),
        (&national, somebody, role("NATIONAL_ADMIN", "khouribga", true), "ASSIGNMENT_INVALID assignment.branchId"),
        (
            &national,
            somebody,
            role("COOPERATIVE_REP", "khouribga", true),
            "ASSIGNMENT_INVALID assignment.cooperativeId, ASSIGNMENT_INVALID assignment.includesDescendants",
        ),
    ] {
        let input = json!({"userId": user(to), "assignment": given});
        let answer = person.does(ASSIGN, input).await;
        assert_eq!(answer.outcome(), expected, "{}: {to} {given}", world.on);
    }
    // A representative is of a cooperative of that branch, within reach.
    for (cooperative, expected) in [("demo-argan", "done"), ("demo-mdiq-miel", "NOT_FOUND")] {
        let mut given = role("COOPERATIVE_REP", "khouribga", false);
        given["cooperativeId"] =
            GlobalId::new(Kind::Cooperative, founding("cooperative", cooperative)).to_string().into();
        assert_eq!(invite(&khouribga, "rep@unfm.example", given).await.outcome(), expected, "{}", world.on);
    }
    let faulty =
        json!({"email": "no address", "displayName": " ", "assignment": role("AUDITOR", "khouribga", true)});
    let answer = khouribga.does(INVITE, faulty).await;
    assert_eq!(
        answer.outcome(),
        format!("EMAIL_INVALID email, TEXT_REQUIRED displayName, {not_grantable}"),
        "{}",
        world.on
    );
    for (person, expected) in [(&market, "FORBIDDEN"), (&auditor, "FORBIDDEN")] {
        let answer = invite(person, "x@unfm.example", role("DATA_ENTRY", "khouribga", false)).await;
        assert_eq!(answer.outcome(), expected, "{}", world.on);
    }
}

async fn a_role_that_is_taken_away_ends_at_once_here_and_within_a_second_elsewhere(world: World) {
    let other = world.also_served(&[]).await;
    let khouribga = world.person("khouribga").await;
    let finance = world.person("finance.khouribga").await;
    let may = async |address: &str| {
        let body = json!({"query": "{ viewer { permissions } }"});
        let request = world.http().post(format!("{address}/graphql")).bearer_auth(&finance.token).json(&body);
        !world.send(request).await.data()["viewer"]["permissions"].as_array().unwrap().is_empty()
    };
    assert!(may(&world.url("")).await && may(&other).await, "{}", world.on);
    let key = assignment("finance.khouribga@unfm.example");
    let revoke = async |version: i32| {
        let input = json!({"id": key, "expectedVersion": version});
        khouribga.does(REVOKE, input).await.outcome()
    };
    assert_eq!(revoke(7).await, "CONFLICT expectedVersion", "{}", world.on);
    assert_eq!(revoke(1).await, "done", "{}", world.on);
    assert!(!may(&world.url("")).await, "{}: at once", world.on);
    world.at("2026-11-23T12:00:01Z");
    assert!(!may(&other).await, "{}: within a second", world.on);
    assert_eq!(revoke(2).await, "STATUS_INVALID", "{}", world.on);
    for (email, expected) in [("khouribga@unfm.example", "ROLE_NOT_GRANTABLE"), ("mdiq@unfm.example", "NOT_FOUND")]
    {
        let input = json!({"id": assignment(email), "expectedVersion": 1});
        assert_eq!(
            khouribga.does(REVOKE, input).await.outcome(),
            expected,
            "{}",
            world.on
        );
    }
}

async fn a_login_is_switched_off_by_whoever_governs_all_its_roles(world: World) {
    let khouribga = world.person("khouribga").await;
    let national = world.person("national").await;
    let finance = world.person("finance.khouribga").await;
    let to = async |person: &Person<'_>, mutation: &str, email: &str, version: i32| {
        let input = json!({"id": user(email), "expectedVersion": version});
        person.does(mutation, input).await.outcome()
    };
    assert_eq!(to(&khouribga, DISABLE, "mdiq@unfm.example", 1).await, "NOT_FOUND", "{}", world.on);
    assert_eq!(to(&khouribga, DISABLE, "nobody@unfm.example", 1).await, "NOT_FOUND", "{}", world.on);
    assert_eq!(to(&khouribga, DISABLE, "khouribga@unfm.example", 1).await, "FORBIDDEN", "{}: herself", world.on);
    assert_eq!(to(&khouribga, DISABLE, "finance.khouribga@unfm.example", 1).await, "done", "{}", world.on);
    assert_eq!(
        finance.asks("{ viewer { permissions } }", json!({})).await.status,
        401,
        "{}: at once",
        world.on
    );
    assert_eq!(to(&khouribga, ENABLE, "finance.khouribga@unfm.example", 2).await, "done", "{}", world.on);
    let (token, refresh) = world.sign_in("finance.khouribga@unfm.example").await;
    // For a time it is locked: nobody stays in, and nobody comes in.
    assert_eq!(to(&khouribga, LOCK, "finance.khouribga@unfm.example", 3).await, "done", "{}", world.on);
    let who = world.ask_as(&token, "{ viewer { permissions } }", json!({})).await;
    assert_eq!(who.status, 401, "{}", world.on);
    let come_in = "mutation { sessionCreate(input: {email: \"finance.khouribga@unfm.example\", password: \"marhaba-demo\"}) {
        userErrors { code } } }";
    assert_eq!(world.ask(come_in, json!({})).await.outcome(), "INVALID_CREDENTIALS", "{}", world.on);
    assert_eq!(to(&khouribga, LOCK, "finance.khouribga@unfm.example", 4).await, "STATUS_INVALID", "{}", world.on);
    assert_eq!(to(&khouribga, ENABLE, "finance.khouribga@unfm.example", 4).await, "done", "{}", world.on);
    let again = "mutation($token: String!) { sessionRefresh(input: {refreshToken: $token}) { userErrors { code } } }";
    let again = world.ask(again, json!({"token": refresh})).await.outcome();
    assert_eq!(again, "TOKEN_INVALID", "{}: what was given out before is over", world.on);
    world.sign_in("finance.khouribga@unfm.example").await;
    // Whoever works elsewhere too is not one province's to switch off.
    let input = json!({"userId": user("finance.khouribga@unfm.example"), "assignment": role("DATA_ENTRY", "mdiq-fnideq", false)});
    assert_eq!(national.does(ASSIGN, input).await.outcome(), "done");
    assert_eq!(to(&khouribga, DISABLE, "finance.khouribga@unfm.example", 5).await, "FORBIDDEN", "{}", world.on);
    assert_eq!(to(&national, DISABLE, "finance.khouribga@unfm.example", 5).await, "done", "{}", world.on);
}

async fn the_association_is_never_without_a_national_administrator(world: World) {
    let (national, second) = (world.person("national").await, world.person("national2").await);
    // Each takes the other's role away at the same time: one of the two stays.
    let one = json!({"input": {"id": assignment("national@unfm.example"), "expectedVersion": 1}});
    let other = json!({"input": {"id": assignment("national2@unfm.example"), "expectedVersion": 1}});
    let (one, other) = tokio::join!(second.asks(REVOKE, one), national.asks(REVOKE, other));
    let outcomes = BTreeSet::from([one.outcome(), other.outcome()]);
    assert!(outcomes.contains("done") && outcomes.len() == 2, "{}: {outcomes:?}", world.on);
    let left = "select count(*) from role_assignment where role = 'NATIONAL_ADMIN' and revoked_at is null";
    assert_eq!(world.raw_as_owner(left).await, Ok(1), "{}", world.on);
}

async fn outside_demo_mode_a_role_that_demands_it_comes_in_with_a_second_factor_only(world: World) {
    let mail = MailServer::new().await;
    let production = world.also_served(&["--mode", "production", "--allow-sqlite", "--keys-dir", "unused"]).await;
    let khouribga = world.person("khouribga").await;
    for (email, given) in
        [("officer@unfm.example", "PROGRAMME_OFFICER"), ("finance@unfm.example", "FINANCE_OFFICER")]
    {
        assert_eq!(invite(&khouribga, email, role(given, "khouribga", false)).await.outcome(), "done");
        mail.mailer().deliver(&world.db, world.clock.now()).await.unwrap();
        assert_eq!(accept(&world, &mail.taken()[0].token("/invitation")).await, "done", "{}", world.on);
    }
    let demo = json!({"query": "mutation { sessionCreate(input: { email: \"khouribga@unfm.example\", password: \"marhaba-demo\" }) { userErrors { code } } }"});
    let demo = world.send(world.http().post(format!("{production}/graphql")).json(&demo)).await;
    assert_eq!(demo.data()["sessionCreate"]["userErrors"][0]["code"], "INVALID_CREDENTIALS", "{}", world.on);
    let token = world
        .http()
        .post(format!("{production}/graphql"))
        .bearer_auth(&khouribga.token)
        .json(&json!({"query": "{ about { version } }"}));
    assert_eq!(world.send(token).await.status, 401, "{}: nor with a token", world.on);

    assert!(comes_in(&world, &production, "officer@unfm.example").await["session"].is_object(), "{}", world.on);
    let refused = comes_in(&world, &production, "finance@unfm.example").await;
    assert_eq!(
        (&refused["session"], &refused["userErrors"][0]["code"]),
        (&Value::Null, &json!("TOTP_ENROLMENT_REQUIRED")),
        "{}",
        world.on
    );
    let ticket = refused["enrolmentToken"].as_str().unwrap();
    let second = comes_in(&world, &production, "finance@unfm.example").await;
    let second = second["enrolmentToken"].as_str().unwrap();
    let enrol = "mutation($input: TotpEnrolInput!) { totpEnrol(input: $input) { secret userErrors { code } } }";
    let begun = world.ask(enrol, json!({"input": {"enrolmentToken": ticket}})).await;
    let secret = totp_rs::Secret::try_from_base32(begun.data()["totpEnrol"]["secret"].as_str().unwrap()).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret.as_bytes().to_vec()).build().unwrap();
    let code = totp.generate(world.clock.now().as_second().unsigned_abs()).to_string();
    let confirm = "mutation($input: TotpConfirmInput!) { totpConfirm(input: $input) { session { accessToken } userErrors { code } } }";
    let input = json!({"input": {"enrolmentToken": ticket, "totp": code}});
    let confirmed = world.ask(confirm, input.clone()).await;
    let access = confirmed.data()["totpConfirm"]["session"]["accessToken"]
        .as_str()
        .unwrap_or_else(|| panic!("{}", confirmed.text))
        .to_owned();
    assert_eq!(world.ask_as(&access, "{ viewer { permissions } }", json!({})).await.status, 200, "{}", world.on);
    let again = world.ask(confirm, input).await;
    assert_eq!(again.data()["totpConfirm"]["userErrors"][0]["code"], "TOKEN_INVALID", "{}", world.on);
    // Nor does another token that was given before replace what she has set up.
    for ticket in [second, "made up"] {
        let late = world.ask(enrol, json!({"input": {"enrolmentToken": ticket}})).await;
        assert_eq!(late.data()["totpEnrol"]["userErrors"][0]["code"], "TOKEN_INVALID", "{}", world.on);
    }
}

async fn a_role_that_demands_a_second_factor_gives_nothing_in_a_session_without_one(world: World) {
    let mail = MailServer::new().await;
    let production = world.also_served(&["--mode", "production", "--allow-sqlite", "--keys-dir", "unused"]).await;
    let khouribga = world.person("khouribga").await;
    let officer = role("PROGRAMME_OFFICER", "khouribga", false);
    assert_eq!(invite(&khouribga, "officer@unfm.example", officer).await.outcome(), "done");
    mail.mailer().deliver(&world.db, world.clock.now()).await.unwrap();
    assert_eq!(accept(&world, &mail.taken()[0].token("/invitation")).await, "done", "{}", world.on);
    let session = comes_in(&world, &production, "officer@unfm.example").await["session"].clone();
    let token = session["accessToken"].as_str().unwrap();
    let asks = async |query: &str, variables: Value| {
        let body = json!({"query": query, "variables": variables});
        let request = world.http().post(format!("{production}/graphql")).bearer_auth(token).json(&body);
        world.send(request).await.data().clone()
    };
    let roles = async || {
        let viewer = asks("{ viewer { secondFactorRequired assignments { role } } }", json!({})).await["viewer"].clone();
        (viewer["secondFactorRequired"].as_bool().unwrap(), viewer["assignments"].as_array().unwrap().len())
    };
    let before = roles().await;
    assert_eq!(before, (false, 1), "{}", world.on);
    // From the second on in which she is given more: not after a quarter of an hour.
    let find = format!("select id from staff_user where email = '{}'", "officer@unfm.example");
    let id = world.text_as_owner(&find.replace("select id", "select cast(id as text)")).await;
    let key = match id {
        Ok(text) if text.len() == 36 => text.parse().unwrap(),
        _ => {
            let hex = world.text_as_owner(&find.replace("select id", "select hex(id)")).await.unwrap();
            uuid::Uuid::parse_str(&hex).unwrap()
        }
    };
    let userid = GlobalId::new(Kind::User, key).to_string();
    let more = json!({"userId": userid, "assignment": role("FINANCE_OFFICER", "khouribga", false)});
    assert_eq!(khouribga.does(ASSIGN, more).await.outcome(), "done", "{}", world.on);
    world.at("2026-11-23T12:00:01Z");
    assert_eq!(roles().await, (true, 1), "{}: she keeps what demands no second factor", world.on);

    let refresh = json!({"token": session["refreshToken"]});
    let again = "mutation($token: String!) { sessionRefresh(input: {refreshToken: $token}) {
        session { accessToken } userErrors { code } } }";
    let refused = asks(again, refresh.clone()).await;
    assert_eq!(refused["sessionRefresh"]["userErrors"][0]["code"], "TOTP_ENROLMENT_REQUIRED", "{}", world.on);

    let enrol = "mutation { totpEnrol(input: {password: \"une phrase bien longue\"}) { secret userErrors { code } } }";
    let begun = asks(enrol, json!({})).await;
    let secret = totp_rs::Secret::try_from_base32(begun["totpEnrol"]["secret"].as_str().unwrap()).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret.as_bytes().to_vec()).build().unwrap();
    let code = totp.generate(world.clock.now().as_second().unsigned_abs()).to_string();
    let confirm = "mutation($code: String!) { totpConfirm(input: { totp: $code }) { userErrors { code } } }";
    assert_eq!(asks(confirm, json!({"code": code})).await["totpConfirm"]["userErrors"], json!([]), "{}", world.on);
    world.at("2026-11-23T12:00:03Z");
    assert_eq!(roles().await, (false, 2), "{}: the session in which she set it up has it", world.on);
    let continued = asks(again, refresh).await;
    assert!(continued["sessionRefresh"]["session"].is_object(), "{}: the refusal used nothing up: {continued}", world.on);
}

async fn create(person: &Person<'_>, parent: &str, kind: &str, fr: &str) -> Answer {
    let query = format!("mutation($input: BranchCreateInput!) {{ branchCreate(input: $input) {{ {BRANCH} }} }}");
    let input = json!({"parentId": parent, "kind": kind, "name": {"fr": fr}});
    person.does(&query, input).await
}

async fn a_branch_is_made_below_ones_own_renamed_and_closed_from_above(world: World) {
    let khouribga = world.person("khouribga").await;
    let region = world.person("region05").await;
    let market = world.person("market.khouribga").await;
    let made = create(&khouribga, &branch("khouribga"), "LOCAL", "Oued Zem").await;
    assert_eq!(made.outcome(), "done", "{}: {}", world.on, made.text);
    let local = made.data()["branchCreate"]["branch"].clone();
    assert_eq!(
        (&local["parent"]["slug"], &local["province"]["code"]),
        (&json!("khouribga"), &json!("05.311")),
        "{}",
        world.on
    );
    assert_eq!(
        create(&khouribga, &branch("khouribga"), "PROVINCIAL", "x").await.outcome(),
        "BRANCH_PLACE_INVALID kind",
        "{}",
        world.on
    );
    assert_eq!(
        create(&khouribga, &branch("mdiq-fnideq"), "LOCAL", "x").await.outcome(),
        "NOT_FOUND",
        "{}",
        world.on
    );
    assert_eq!(
        create(&market, &branch("khouribga"), "LOCAL", "x").await.outcome(),
        "FORBIDDEN",
        "{}",
        world.on
    );
    // Two of one name: neither learns of the other.
    let twin = create(&region, &branch("khouribga"), "LOCAL", "Oued Zem").await;
    assert_ne!(twin.data()["branchCreate"]["branch"]["slug"], local["slug"], "{}", world.on);

    let rename = format!("mutation($input: BranchRenameInput!) {{ branchRename(input: $input) {{ {BRANCH} }} }}");
    let renamed = |id: &Value| json!({"input": {"id": id, "expectedVersion": 1, "name": {"ar": "وادي زم"}}});
    assert_eq!(khouribga.asks(&rename, renamed(&local["id"])).await.outcome(), "done", "{}", world.on);
    assert_eq!(
        khouribga.asks(&rename, renamed(&local["id"])).await.outcome(),
        "CONFLICT expectedVersion",
        "{}",
        world.on
    );
    assert_eq!(
        khouribga.asks(&rename, renamed(&branch("mdiq-fnideq").into())).await.outcome(),
        "NOT_FOUND",
        "{}",
        world.on
    );

    let close = format!("mutation($input: BranchCloseInput!) {{ branchClose(input: $input) {{ {BRANCH} }} }}");
    let closed = |id: &Value, version: i32| json!({"input": {"id": id, "expectedVersion": version}});
    let own = Value::from(branch("khouribga"));
    assert_eq!(
        khouribga.asks(&close, closed(&own, 1)).await.outcome(),
        "FORBIDDEN",
        "{}: one's own",
        world.on
    );
    assert_eq!(region.asks(&close, closed(&own, 1)).await.outcome(), "BRANCH_NOT_EMPTY", "{}", world.on);
    assert_eq!(khouribga.asks(&close, closed(&local["id"], 2)).await.outcome(), "done", "{}", world.on);
    assert_eq!(
        khouribga.asks(&close, closed(&local["id"], 3)).await.outcome(),
        "STATUS_INVALID",
        "{}",
        world.on
    );
    let inside = create(&khouribga, local["id"].as_str().unwrap(), "LOCAL", "x").await;
    assert_eq!(inside.outcome(), "BRANCH_CLOSED parentId", "{}", world.on);
}

async fn a_branch_is_opened_again_and_its_province_follows_when_it_moves(world: World) {
    let (khouribga, region) = (world.person("khouribga").await, world.person("region05").await);
    let national = world.person("national").await;
    let local = create(&khouribga, &branch("khouribga"), "LOCAL", "Oued Zem").await;
    let id = local.data()["branchCreate"]["branch"]["id"].as_str().unwrap().to_owned();
    let mutation = |name: &str, input: &str| format!("mutation($input: {input}!) {{ {name}(input: $input) {{ {BRANCH} }} }}");
    let (close, reopen) = (mutation("branchClose", "BranchCloseInput"), mutation("branchReopen", "BranchReopenInput"));
    let at = |version: i32| json!({"id": id, "expectedVersion": version});
    let given = json!({"userId": user("finance.khouribga@unfm.example"),
        "assignment": {"role": "DATA_ENTRY", "branchId": id, "includesDescendants": false}});
    let held = khouribga.does(ASSIGN, given).await.data()["roleAssign"]["assignment"]["id"].clone();
    assert_eq!(khouribga.does(&reopen, at(1)).await.outcome(), "STATUS_INVALID", "{}", world.on);
    assert_eq!(khouribga.does(&close, at(1)).await.outcome(), "done", "{}", world.on);
    // A role at a closed branch is taken away as any other: opening it again brings nothing of it back.
    let revoked = khouribga.does(REVOKE, json!({"id": held, "expectedVersion": 1})).await;
    assert_eq!(revoked.outcome(), "done", "{}: {}", world.on, revoked.text);
    assert_eq!(khouribga.does(&reopen, at(2)).await.outcome(), "done", "{}", world.on);
    let left = "select count(*) from role_assignment a join branch b on b.id = a.branch_id
        where b.slug = 'oued-zem' and a.revoked_at is null";
    assert_eq!(world.raw_as_owner(left).await, Ok(0), "{}", world.on);

    let relocate = mutation("branchMove", "BranchMoveInput");
    let input = json!({"id": id, "expectedVersion": 3, "parentId": branch("mdiq-fnideq")});
    assert_eq!(region.does(&relocate, input.clone()).await.outcome(), "NOT_FOUND", "{}", world.on);
    let moved = national.does(&relocate, input).await;
    let moved = &moved.data()["branchMove"]["branch"];
    let place = (&moved["parent"]["slug"], &moved["province"]["code"], &moved["region"]["code"]);
    assert_eq!(place, (&json!("mdiq-fnideq"), &json!("01.573"), &json!("01")), "{}", world.on);

    // Where it stood is told to whoever reaches it, day by day.
    world.at("2026-12-01T12:00:00Z");
    let (national, khouribga) = (world.person("national").await, world.person("khouribga").await);
    let back = json!({"id": id, "expectedVersion": 4, "parentId": branch("region-01")});
    assert_eq!(national.does(&relocate, back).await.outcome(), "done", "{}", world.on);
    let look = "query($id: ID!) { branch(id: $id) { places { from until parent { slug } } } }";
    let places = async |person: &Person<'_>| person.asks(look, json!({"id": id})).await.data()["branch"]["places"].clone();
    let expected = json!([{"from": "2026-12-01", "until": null, "parent": {"slug": "region-01"}},
        {"from": "2026-11-23", "until": "2026-12-01", "parent": {"slug": "mdiq-fnideq"}}]);
    assert_eq!(places(&national).await, expected, "{}", world.on);
    assert_eq!(places(&khouribga).await, json!([]), "{}", world.on);
}

async fn an_invitation_is_taken_back_and_a_name_is_corrected(world: World) {
    let mail = MailServer::new().await;
    let (khouribga, mdiq) = (world.person("khouribga").await, world.person("mdiq").await);
    let cancel = INVITE.replace("UserInviteInput", "UserTransitionInput").replace("userInvite(", "userInvitationCancel(");
    let invited = invite(&khouribga, "erreur@unfm.example", role("DATA_ENTRY", "khouribga", false)).await;
    let id = invited.data()["userInvite"]["user"]["id"].clone();
    mail.mailer().deliver(&world.db, world.clock.now()).await.unwrap();
    let token = mail.taken()[0].token("/invitation");
    let input = json!({"id": id, "expectedVersion": 1});
    assert_eq!(mdiq.does(&cancel, input.clone()).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(khouribga.does(&cancel, input.clone()).await.outcome(), "done", "{}", world.on);
    assert_eq!(khouribga.does(&cancel, input).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(accept(&world, &token).await, "TOKEN_INVALID token", "{}", world.on);
    let left = "select count(*) from staff_user where email = 'erreur@unfm.example'";
    assert_eq!(world.raw_as_owner(left).await, Ok(0), "{}", world.on);
    let again = invite(&khouribga, "erreur@unfm.example", role("DATA_ENTRY", "khouribga", false)).await;
    assert_eq!(again.outcome(), "done", "{}: the address is free", world.on);
    let working = json!({"id": user("finance.khouribga@unfm.example"), "expectedVersion": 1});
    assert_eq!(khouribga.does(&cancel, working).await.outcome(), "STATUS_INVALID", "{}", world.on);

    let rename = "mutation($input: UserRenameInput!) { userRename(input: $input) { user { displayName version } userErrors { code field } } }";
    let input = |name: &str, version: i32| json!({"id": user("finance.khouribga@unfm.example"), "expectedVersion": version, "displayName": name});
    assert_eq!(mdiq.does(rename, input("x", 1)).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(khouribga.does(rename, input(" ", 1)).await.outcome(), "TEXT_REQUIRED displayName", "{}", world.on);
    let renamed = khouribga.does(rename, input("Nom corrigé (démo)", 1)).await;
    assert_eq!(renamed.data()["userRename"]["user"], json!({"displayName": "Nom corrigé (démo)", "version": 2}), "{}", world.on);
}

async fn a_branch_that_is_moved_takes_its_data_from_one_reach_to_another(world: World) {
    let national = world.person("national").await;
    let region = world.person("region05").await;
    let count = async |person: &Person<'_>| {
        let answer = person.asks("{ cooperatives(first: 0) { totalCount } }", json!({})).await;
        answer.data()["cooperatives"]["totalCount"].as_i64().unwrap()
    };
    let before = count(&region).await;
    assert!(before > 0);
    let relocate = format!("mutation($input: BranchMoveInput!) {{ branchMove(input: $input) {{ {BRANCH} }} }}");
    let moved = |id: &str, version: i32, parent: &str| json!({"input": {"id": branch(id), "expectedVersion": version, "parentId": branch(parent)}});
    for (person, input, expected) in [
        (&region, moved("khouribga", 1, "region-01"), "NOT_FOUND"),
        (&region, moved("mdiq-fnideq", 1, "region-05"), "NOT_FOUND"),
        (&national, moved("region-05", 1, "khouribga"), "BRANCH_PLACE_INVALID parentId"),
        (&national, moved("khouribga", 1, "mdiq-fnideq"), "BRANCH_PLACE_INVALID parentId"),
        (&national, moved("khouribga", 1, "region-01"), "done"),
        (&national, moved("khouribga", 1, "region-05"), "CONFLICT expectedVersion"),
    ] {
        assert_eq!(
            person.asks(&relocate, input.clone()).await.outcome(),
            expected,
            "{}: {input}",
            world.on
        );
    }
    assert_eq!(count(&region).await, 0, "{}: at once", world.on);
    let own = world.person("khouribga").await;
    assert_eq!(count(&own).await, before, "{}: her branch is hers wherever it stands", world.on);
    assert_eq!(
        national.asks(&relocate, moved("khouribga", 2, "region-05")).await.outcome(),
        "done",
        "{}",
        world.on
    );
    assert_eq!(count(&region).await, before, "{}", world.on);
    let places =
        "select count(*) from branch_place p join branch b on b.id = p.branch_id where b.slug = 'khouribga'";
    assert_eq!(world.raw_as_owner(places).await, Ok(1), "{}: both on one day", world.on);
}

async fn she_is_told_by_which_role_she_may_or_what_is_missing_and_nothing_of_what_is_out_of_reach(world: World) {
    let explain = async |login: &str, permission: &str, slug: &str| {
        let id = GlobalId::new(Kind::Cooperative, founding("cooperative", slug)).to_string();
        let query = format!(
            "{{ viewer {{ explain(permission: {permission}, id: \"{id}\") {{ allowed reason assignment {{ role }} rolesThatAllow }} }} }}"
        );
        let person = world.person(login).await;
        person.asks(&query, json!({})).await.data()["viewer"]["explain"].clone()
    };
    let granted = explain("khouribga", "MANAGE_COOPERATIVES", "demo-argan").await;
    assert_eq!(granted["assignment"]["role"], "BRANCH_ADMIN", "{}: {granted}", world.on);
    let missing = explain("market.khouribga", "MANAGE_COOPERATIVES", "demo-argan").await;
    let expected = json!({"allowed": false, "reason": "ROLE_MISSING", "assignment": null,
        "rolesThatAllow": ["NATIONAL_ADMIN", "BRANCH_ADMIN", "DATA_ENTRY"]});
    assert_eq!(missing, expected, "{}", world.on);
    let foreign = explain("khouribga", "MANAGE_COOPERATIVES", "demo-mdiq-miel").await;
    assert_eq!((&foreign["reason"], &foreign["allowed"]), (&json!("OUT_OF_REACH"), &json!(false)), "{}", world.on);
    assert_eq!(foreign, explain("khouribga", "MANAGE_COOPERATIVES", "nowhere").await, "{}", world.on);
}

async fn instances_tell_each_other_by_redis_at_once(world: World) {
    let Some(redis) = World::redis().await else { return };
    let flags = ["--redis-url", redis.as_str()];
    let (one, other) = (world.also_served(&flags).await, world.also_served(&flags).await);
    let khouribga = world.person("khouribga").await;
    let finance = world.person("finance.khouribga").await;
    let status = async |address: &str| {
        let body = json!({"query": "{ viewer { permissions } }"});
        world.send(world.http().post(format!("{address}/graphql")).bearer_auth(&finance.token).json(&body)).await.status
    };
    assert_eq!((status(&one).await, status(&other).await), (200, 200), "{}", world.on);
    let input = json!({"input": {"id": user("finance.khouribga@unfm.example"), "expectedVersion": 1}});
    let body = json!({"query": DISABLE, "variables": input});
    let disable = world.http().post(format!("{one}/graphql")).bearer_auth(&khouribga.token).json(&body);
    assert_eq!(world.send(disable).await.outcome(), "done", "{}", world.on);
    // The clock stands still: only the other instance's word can make this one forget.
    let told = async {
        while status(&other).await != 401 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), told).await.expect(world.on);
}

async fn the_last_national_administrator_is_one_who_stays_and_can_sign_in(world: World) {
    let mail = MailServer::new().await;
    let national = world.person("national").await;
    let other = json!({"id": assignment("national2@unfm.example"), "expectedVersion": 1});
    assert_eq!(national.does(REVOKE, other).await.outcome(), "done", "{}", world.on);
    let mut limited = role("NATIONAL_ADMIN", "national", true);
    limited["validTo"] = json!("2026-12-31");
    let second = json!({"userId": user("auditor@unfm.example"), "assignment": limited});
    assert_eq!(national.does(ASSIGN, second).await.outcome(), "done", "{}", world.on);
    assert_eq!(invite(&national, "jamais@unfm.example", role("NATIONAL_ADMIN", "national", true)).await.outcome(), "done");
    mail.mailer().deliver(&world.db, world.clock.now()).await.unwrap();
    // One whose role ends, and one who has never come in, are not enough.
    let auditor = world.person("auditor").await;
    let first = json!({"id": assignment("national@unfm.example"), "expectedVersion": 1});
    assert_eq!(auditor.does(REVOKE, first.clone()).await.outcome(), "LAST_NATIONAL_ADMIN", "{}", world.on);
    let login = json!({"id": user("national@unfm.example"), "expectedVersion": 1});
    assert_eq!(auditor.does(DISABLE, login).await.outcome(), "LAST_NATIONAL_ADMIN", "{}", world.on);
    assert_eq!(accept(&world, &mail.taken()[0].token("/invitation")).await, "done", "{}", world.on);
    assert_eq!(auditor.does(REVOKE, first).await.outcome(), "done", "{}", world.on);
}

async fn the_same_role_is_given_once(world: World) {
    let mail = MailServer::new().await;
    let khouribga = world.person("khouribga").await;
    let somebody = user("finance.khouribga@unfm.example");
    let assign = async |given: Value| {
        khouribga.does(ASSIGN, json!({"userId": somebody, "assignment": given})).await.outcome()
    };
    let (twice, later) = (role("DATA_ENTRY", "khouribga", false), "2027-01-01");
    let (one, other) = tokio::join!(assign(twice.clone()), assign(twice.clone()));
    let held = "ROLE_ALREADY_HELD assignment.role";
    assert_eq!(BTreeSet::from([&*one, &*other]), BTreeSet::from(["done", held]), "{}", world.on);
    let mut next = twice.clone();
    next["validFrom"] = json!(later);
    assert_eq!(assign(next).await, held, "{}: she holds it without an end", world.on);
    // Invited to it besides, she holds it once all the same: taking it away leaves nothing.
    assert_eq!(invite(&khouribga, "finance.khouribga@unfm.example", twice).await.outcome(), "done", "{}", world.on);
    mail.mailer().deliver(&world.db, world.clock.now()).await.unwrap();
    assert_eq!(accept(&world, &mail.taken()[0].token("/invitation")).await, "done", "{}", world.on);
    let count = "select count(*) from role_assignment a join staff_user u on u.id = a.user_id
        where u.email = 'finance.khouribga@unfm.example' and a.role = 'DATA_ENTRY' and a.revoked_at is null";
    assert_eq!(world.raw_as_owner(count).await, Ok(1), "{}", world.on);
}

async fn nobody_invites_herself(world: World) {
    let mail = MailServer::new().await;
    let held = |viewer: &Answer| viewer.data()["viewer"]["assignments"].as_array().unwrap().len();
    for (login, given) in [
        ("khouribga", role("PROGRAMME_OFFICER", "khouribga", false)),
        ("national", role("COUNSELLOR", "khouribga", false)),
    ] {
        let person = world.person(login).await;
        let asks = async || person.asks("{ viewer { assignments { role } } }", json!({})).await;
        let before = held(&asks().await);
        // Whether the address has a login nobody learns here, not even whose it is.
        assert_eq!(invite(&person, &format!("{login}@unfm.example"), given).await.outcome(), "done", "{}", world.on);
        mail.mailer().deliver(&world.db, world.clock.now()).await.unwrap();
        let token = mail.taken()[0].token("/invitation");
        assert_eq!(accept(&world, &token).await, "TOKEN_INVALID token", "{}: {login}", world.on);
        assert_eq!(held(&asks().await), before, "{}: {login}", world.on);
    }
}

async fn what_others_have_given_her_does_not_go_with_her_inviter(world: World) {
    let mail = MailServer::new().await;
    let (khouribga, region) = (world.person("khouribga").await, world.person("region05").await);
    let invited = invite(&khouribga, "nouvelle@unfm.example", role("DATA_ENTRY", "khouribga", false)).await;
    let person = invited.data()["userInvite"]["user"]["id"].clone();
    let more = json!({"userId": person, "assignment": role("PROGRAMME_OFFICER", "khouribga", false)});
    assert_eq!(region.does(ASSIGN, more).await.outcome(), "done", "{}", world.on);
    mail.mailer().deliver(&world.db, world.clock.now()).await.unwrap();
    let token = mail.taken()[0].token("/invitation");
    let input = json!({"id": assignment("khouribga@unfm.example"), "expectedVersion": 1});
    assert_eq!(region.does(REVOKE, input).await.outcome(), "done", "{}", world.on);
    assert_eq!(accept(&world, &token).await, "done", "{}", world.on);
    let session = comes_in(&world, &world.url(""), "nouvelle@unfm.example").await;
    let token = session["session"]["accessToken"].as_str().unwrap_or_else(|| panic!("{session}")).to_owned();
    let viewer = world.ask_as(&token, "{ viewer { assignments { role } } }", json!({})).await;
    assert_eq!(viewer.data()["viewer"]["assignments"], json!([{"role": "PROGRAMME_OFFICER"}]), "{}", world.on);

    // Written down with what changed, in her name and in the name of whoever gave it.
    let query = "{ auditEntries(first: 10) { nodes { action client actor { displayName } changes { name after } } } }";
    let entries = region.asks(query, json!({})).await;
    let taken: Vec<&Value> = entries.data()["auditEntries"]["nodes"].as_array().unwrap().iter()
        .filter(|entry| entry["action"] == "userInvitationAccept" && !entry["changes"].as_array().unwrap().is_empty())
        .collect();
    let actors: BTreeSet<&str> = taken.iter().map(|entry| entry["actor"]["displayName"].as_str().unwrap()).collect();
    assert_eq!(actors.len(), 2, "{}: {taken:?}", world.on);
    assert!(actors.contains("Nouvelle collègue"), "{}: {actors:?}", world.on);
    for entry in taken {
        assert!(entry["changes"].as_array().unwrap().contains(&json!({"name": "role", "after": "\"PROGRAMME_OFFICER\""})), "{entry}");
        // Whoever gave it was not there.
        let is_hers = entry["actor"]["displayName"] == "Nouvelle collègue";
        assert_eq!(entry["client"].is_string(), is_hers, "{}: {entry}", world.on);
    }
}

tests::on_each_database!(a_branch_is_opened_again_and_its_province_follows_when_it_moves, an_invitation_is_taken_back_and_a_name_is_corrected, a_role_that_demands_a_second_factor_gives_nothing_in_a_session_without_one, the_last_national_administrator_is_one_who_stays_and_can_sign_in, the_same_role_is_given_once, nobody_invites_herself, what_others_have_given_her_does_not_go_with_her_inviter, an_invitation_is_sent_again_and_whoever_sends_too_many_is_told, instances_tell_each_other_by_redis_at_once, an_invitation_becomes_a_login_and_its_email_works_once, an_email_is_too_late_after_a_week, inviting_a_known_address_answers_as_for_an_unknown_one_and_adds_the_role_when_it_is_taken_up, who_lost_the_right_to_invite_has_invited_nobody, nobody_gives_more_than_her_role_may_nor_elsewhere_nor_to_herself, a_role_that_is_taken_away_ends_at_once_here_and_within_a_second_elsewhere, a_login_is_switched_off_by_whoever_governs_all_its_roles, the_association_is_never_without_a_national_administrator, outside_demo_mode_a_role_that_demands_it_comes_in_with_a_second_factor_only, a_branch_is_made_below_ones_own_renamed_and_closed_from_above, a_branch_that_is_moved_takes_its_data_from_one_reach_to_another, she_is_told_by_which_role_she_may_or_what_is_missing_and_nothing_of_what_is_out_of_reach);
