//! How people look after what they come in with: passwords, e-mails, the second factor.

use serde_json::{Value, json};
use tests::World;
use tests::mail::MailServer;
use totp_rs::{Builder, Secret};

const SIGN_IN: &str = "mutation($email: String!, $password: String!, $totp: String) {
    sessionCreate(input: { email: $email, password: $password, totp: $totp }) {
      session { accessToken refreshToken } enrolmentToken userErrors { code field } } }";
const RESET_REQUEST: &str = "mutation($email: String!) {
    passwordResetRequest(input: { email: $email }) { userErrors { code field } } }";
const RESET: &str = "mutation($token: String!, $password: String!) {
    passwordReset(input: { token: $token, newPassword: $password }) { userErrors { code field } } }";
const CHANGE: &str = "mutation($old: String!, $new: String!) {
    passwordChange(input: { currentPassword: $old, newPassword: $new }) { userErrors { code field } } }";
const ENROL: &str =
    "mutation($input: TotpEnrolInput!) { totpEnrol(input: $input) { secret uri userErrors { code field } } }";
const CONFIRM: &str = "mutation($input: TotpConfirmInput!) { totpConfirm(input: $input) {
    recoveryCodes session { accessToken } userErrors { code field } } }";
const DEMO: &str = "marhaba-demo";
const EMAIL: &str = "khouribga@unfm.example";

/// The code that an authenticator shows at an instant.
fn code(secret: &str, at: &str) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let time = at.parse::<jiff::Timestamp>().unwrap().as_second();
    Builder::new().with_secret(secret.as_bytes().to_vec()).build().unwrap().generate(time.unsigned_abs()).to_string()
}

async fn sign_in(world: &World, email: &str, password: &str, totp: Option<&str>) -> Value {
    let variables = json!({"email": email, "password": password, "totp": totp});
    world.ask(SIGN_IN, variables).await.data()["sessionCreate"].clone()
}

fn is_in(answer: &Value) -> bool {
    answer["session"]["accessToken"].is_string()
}

fn only_error(answer: &Value) -> String {
    assert_eq!(answer["userErrors"].as_array().map(Vec::len), Some(1), "{answer}");
    answer["userErrors"][0]["code"].as_str().unwrap().to_owned()
}

async fn a_password_is_changed_by_whoever_knows_it_and_other_sessions_end(world: World) {
    let (here, _) = world.sign_in(EMAIL).await;
    let (elsewhere, _) = world.sign_in(EMAIL).await;
    let change = async |old: &str, new: &str| {
        world.ask_as(&here, CHANGE, json!({"old": old, "new": new})).await.data()["passwordChange"].clone()
    };
    let wrong = change("not her password", "short").await;
    let expected = json!([{"code": "INVALID_CREDENTIALS", "field": ["currentPassword"]}, {"code": "PASSWORD_INVALID", "field": ["newPassword"]}]);
    assert_eq!(wrong["userErrors"], expected, "{}: all faults at once", world.on);
    assert_eq!(only_error(&change(DEMO, &"x".repeat(257)).await), "PASSWORD_INVALID");
    assert_eq!(only_error(&change(DEMO, DEMO).await), "PASSWORD_UNCHANGED");
    assert_eq!(change(DEMO, "une phrase bien longue").await["userErrors"], json!([]), "{}", world.on);
    let who = "{ viewer { user { email } } }";
    assert_eq!(world.ask_as(&here, who, json!({})).await.status, 200, "{}", world.on);
    assert_eq!(world.ask_as(&elsewhere, who, json!({})).await.status, 401, "{}", world.on);
    assert!(!is_in(&sign_in(&world, EMAIL, DEMO, None).await), "{}", world.on);
    assert!(is_in(&sign_in(&world, EMAIL, "une phrase bien longue", None).await), "{}", world.on);
    assert_eq!(world.ask(CHANGE, json!({"old": DEMO, "new": DEMO})).await.code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn guessing_at_a_password_from_within_is_delayed_as_at_the_door() {
    let world = World::sqlite().await;
    let (token, _) = world.sign_in(EMAIL).await;
    for _ in 0..3 {
        let guessed = world.ask_as(&token, CHANGE, json!({"old": "a guess", "new": "une phrase bien longue"})).await;
        assert_eq!(only_error(&guessed.data()["passwordChange"]), "INVALID_CREDENTIALS");
    }
    assert_eq!(
        world.ask_as(&token, CHANGE, json!({"old": DEMO, "new": "une phrase bien longue"})).await.code(),
        "RATE_LIMITED"
    );
}

async fn a_forgotten_password_is_chosen_anew_with_an_email_that_works_once_and_for_half_an_hour(world: World) {
    let mail = MailServer::new().await;
    let mailer = mail.mailer();
    let (inside, _) = world.sign_in(EMAIL).await;
    let mut answers = Vec::new();
    for email in [EMAIL, "nobody@unfm.example", "  KHOURIBGA@unfm.example "] {
        let before = world.db.statements();
        let answer = world.ask(RESET_REQUEST, json!({"email": email})).await;
        answers.push((answer.text, world.db.statements() - before));
    }
    answers.dedup();
    assert_eq!(
        answers.len(),
        1,
        "{}: the same bytes and the same work for known and unknown: {answers:?}",
        world.on
    );
    let refused = world.ask(RESET_REQUEST, json!({"email": "no address"})).await;
    assert_eq!(only_error(&refused.data()["passwordResetRequest"]), "EMAIL_INVALID");

    assert_eq!(mailer.deliver(&world.db, world.clock.now()).await.unwrap(), 2, "{}", world.on);
    assert_eq!(mailer.deliver(&world.db, world.clock.now()).await.unwrap(), 0, "{}: nothing is sent twice", world.on);
    let arrived = mail.taken();
    assert!(arrived.iter().all(|email| email.to == EMAIL), "{arrived:?}");
    let (first, second) = (arrived[0].token("/password-reset"), arrived[1].token("/password-reset"));
    let reset = async |token: &str, password: &str| {
        let answer = world.ask(RESET, json!({"token": token, "password": password})).await;
        answer.data()["passwordReset"]["userErrors"].clone()
    };
    let refused = json!([{"code": "TOKEN_INVALID", "field": ["token"]}]);
    assert_eq!(reset("made up", "une phrase bien longue").await, refused, "{}", world.on);
    assert_eq!(
        reset(&first, "short").await[0]["code"],
        "PASSWORD_INVALID",
        "{}: and the token still holds",
        world.on
    );
    world.at("2026-11-23T12:29:59Z");
    assert_eq!(reset(&first, "une phrase bien longue").await, json!([]), "{}", world.on);
    assert_eq!(reset(&first, "une autre phrase longue").await, refused, "{}: once", world.on);
    assert_eq!(reset(&second, "une autre phrase longue").await, refused, "{}: nor the other one", world.on);
    world.ask(RESET_REQUEST, json!({"email": EMAIL})).await.data();
    assert_eq!(mailer.deliver(&world.db, world.clock.now()).await.unwrap(), 1, "{}", world.on);
    let third = mail.taken()[0].token("/password-reset");
    world.at("2026-11-23T12:59:59Z");
    assert_eq!(reset(&third, "une autre phrase longue").await, refused, "{}: too late", world.on);
    assert!(is_in(&sign_in(&world, EMAIL, "une phrase bien longue", None).await), "{}", world.on);
    let who = world.ask_as(&inside, "{ viewer { user { email } } }", json!({})).await;
    assert_eq!(who.status, 401, "{}: all sessions end", world.on);
    let hashed = format!("select count(*) from one_time_token where hash = '{first}'");
    assert_eq!(world.raw_as_owner(&hashed).await, Ok(0), "{}", world.on);
}

async fn another_address_is_hers_once_she_confirms_it_with_her_password(world: World) {
    let change = "mutation($input: UserEmailChangeInput!) { userEmailChange(input: $input) { user { email } userErrors { code field } } }";
    let confirm = "mutation($token: String!, $password: String!) { userEmailConfirm(input: { token: $token, password: $password }) {
        userErrors { code field } } }";
    let mail = MailServer::new().await;
    let id = |email: &str| {
        use unfm::platform::graphql::global_id::{GlobalId, Kind};
        GlobalId::new(Kind::User, domain::id::founding("user", email)).to_string()
    };
    let finance = "finance.khouribga@unfm.example";
    let (khouribga, mdiq) = (world.person("khouribga").await, world.person("mdiq").await);
    let (inside, _) = world.sign_in(finance).await;
    let wanted = |email: &str| json!({"id": id(finance), "expectedVersion": 1, "email": email});
    assert_eq!(mdiq.does(change, wanted("a@unfm.example")).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(khouribga.does(change, wanted("no address")).await.outcome(), "EMAIL_INVALID email", "{}", world.on);
    // A free address and one that somebody has are answered alike.
    let mut answers = Vec::new();
    for email in ["Nouvelle.Adresse@unfm.example", "mdiq@unfm.example"] {
        answers.push(khouribga.does(change, wanted(email)).await.text);
    }
    assert_eq!(answers[0], answers[1], "{}", world.on);
    assert_eq!(mail.mailer().deliver(&world.db, world.clock.now()).await.unwrap(), 2, "{}", world.on);
    let arrived = mail.taken();
    let token = |to: &str| arrived.iter().find(|email| email.to == to).unwrap().token("/email-confirmation");
    let (free, taken) = (token("nouvelle.adresse@unfm.example"), token("mdiq@unfm.example"));
    let confirms = async |token: &str, password: &str| {
        world.ask(confirm, json!({"token": token, "password": password})).await.outcome()
    };
    assert_eq!(confirms(&taken, DEMO).await, "TOKEN_INVALID token", "{}", world.on);
    assert_eq!(confirms("made up", DEMO).await, "TOKEN_INVALID token", "{}", world.on);
    assert_eq!(confirms(&free, "not her password").await, "INVALID_CREDENTIALS password", "{}", world.on);
    assert_eq!(confirms(&free, DEMO).await, "done", "{}", world.on);
    assert_eq!(confirms(&free, DEMO).await, "TOKEN_INVALID token", "{}: once", world.on);
    assert_eq!(world.ask_as(&inside, "{ about { version } }", json!({})).await.status, 401, "{}", world.on);
    assert!(!is_in(&sign_in(&world, finance, DEMO, None).await), "{}", world.on);
    assert!(is_in(&sign_in(&world, "nouvelle.adresse@unfm.example", DEMO, None).await), "{}", world.on);
}

async fn whoever_comes_in_by_credentials_that_change_meanwhile_is_not_in(world: World) {
    let (inside, _) = world.sign_in(EMAIL).await;
    let enrolled = world.ask_as(&inside, ENROL, json!({"input": {"password": DEMO}})).await.data()["totpEnrol"].clone();
    let secret = enrolled["secret"].as_str().unwrap().to_owned();
    // Two come in by the old password while it is changed.
    let many = futures_util::future::join_all((0..2).map(|_| sign_in(&world, EMAIL, DEMO, None)));
    let change = world.ask_as(&inside, CHANGE, json!({"old": DEMO, "new": "une phrase bien longue"}));
    let (came, changed) = tokio::join!(many, change);
    assert_eq!(changed.data()["passwordChange"]["userErrors"], json!([]), "{}", world.on);
    let who = "{ viewer { user { email } } }";
    for answer in came {
        if let Some(token) = answer["session"]["accessToken"].as_str() {
            assert_eq!(world.ask_as(token, who, json!({})).await.status, 401, "{}", world.on);
        }
    }
    assert_eq!(world.ask_as(&inside, who, json!({})).await.status, 200, "{}", world.on);

    // Another factor ends what was given out before as well, whoever holds it, but where it was confirmed.
    let (elsewhere, refresh) = {
        let session = sign_in(&world, EMAIL, "une phrase bien longue", None).await["session"].clone();
        let text = |name: &str| session[name].as_str().unwrap().to_owned();
        (text("accessToken"), text("refreshToken"))
    };
    let confirm = json!({"input": {"totp": code(&secret, "2026-11-23T12:00:00Z")}});
    let confirmed = world.ask_as(&inside, CONFIRM, confirm).await;
    assert_eq!(confirmed.data()["totpConfirm"]["userErrors"], json!([]), "{}: {}", world.on, confirmed.text);
    assert_eq!(world.ask_as(&elsewhere, who, json!({})).await.status, 401, "{}", world.on);
    assert_eq!(world.ask_as(&inside, who, json!({})).await.status, 200, "{}", world.on);
    let again = "mutation($token: String!) { sessionRefresh(input: {refreshToken: $token}) { userErrors { code } } }";
    assert_eq!(world.ask(again, json!({"token": refresh})).await.outcome(), "TOKEN_INVALID", "{}", world.on);
}

async fn nobody_is_sent_mail_without_end(world: World) {
    let mail = MailServer::new().await;
    let mailer = mail.mailer();
    for _ in 0..5 {
        world.ask(RESET_REQUEST, json!({"email": EMAIL})).await.data();
    }
    assert_eq!(mailer.deliver(&world.db, world.clock.now()).await.unwrap(), 3, "{}", world.on);
    world.at("2026-11-23T13:00:01Z");
    world.ask(RESET_REQUEST, json!({"email": EMAIL})).await.data();
    assert_eq!(mailer.deliver(&world.db, world.clock.now()).await.unwrap(), 1, "{}", world.on);
}

async fn the_outbox_is_emptied_invitations_first_and_a_dead_server_is_asked_once(world: World) {
    // More than are looked at in one round, most of them to nobody.
    for place in 0..70 {
        world.ask(RESET_REQUEST, json!({"email": format!("nobody{place}@unfm.example")})).await.data();
    }
    world.ask(RESET_REQUEST, json!({"email": EMAIL})).await.data();
    world.ask(RESET_REQUEST, json!({"email": "mdiq@unfm.example"})).await.data();
    let national = world.person("national").await;
    let invite = "mutation($input: UserInviteInput!) { userInvite(input: $input) { userErrors { code } } }";
    let branch = unfm::platform::graphql::global_id::GlobalId::new(
        unfm::platform::graphql::global_id::Kind::Branch,
        domain::id::founding("branch", "khouribga"),
    );
    let role = json!({"role": "DATA_ENTRY", "branchId": branch.to_string(), "includesDescendants": false});
    let input = json!({"email": "last@unfm.example", "displayName": "La dernière", "assignment": role});
    assert_eq!(national.does(invite, input).await.outcome(), "done", "{}", world.on);

    let dead = ["--smtp-url", "smtp://127.0.0.1:9", "--mail-from", "a@unfm.example", "--app-url", "https://a.unfm.example"];
    let dead = unfm::session::mail::Mailer::new(&unfm::config::Cli::of(&dead).unwrap().settings).unwrap();
    assert_eq!(dead.deliver(&world.db, world.clock.now()).await.unwrap(), 0, "{}", world.on);
    let tried = "select count(*) from mail where attempts > 0";
    assert_eq!(world.raw_as_owner(tried).await, Ok(1), "{}: the others do not wait for it one by one", world.on);

    world.at("2026-11-23T12:01:00Z");
    let mail = MailServer::new().await;
    assert_eq!(mail.mailer().deliver(&world.db, world.clock.now()).await.unwrap(), 3, "{}", world.on);
    assert_eq!(mail.taken().first().map(|email| email.to.clone()).as_deref(), Some("last@unfm.example"), "{}", world.on);
    assert_eq!(world.raw_as_owner("select count(*) from mail where sent_at is null").await, Ok(0), "{}", world.on);
}

async fn an_email_that_could_not_be_sent_is_tried_again_and_two_instances_send_one(world: World) {
    let flags = [
        "--smtp-url",
        "smtp://127.0.0.1:9",
        "--mail-from",
        "a@unfm.example",
        "--app-url",
        "https://admin.unfm.example",
    ];
    let broken = unfm::session::mail::Mailer::new(&unfm::config::Cli::of(&flags).unwrap().settings).unwrap();
    world.ask(RESET_REQUEST, json!({"email": EMAIL})).await.data();
    let now = || world.clock.now();
    assert_eq!(broken.deliver(&world.db, now()).await.unwrap(), 0, "{}", world.on);
    let mail = MailServer::new().await;
    let mailer = mail.mailer();
    assert_eq!(mailer.deliver(&world.db, now()).await.unwrap(), 0, "{}: not at once", world.on);
    world.at("2026-11-23T12:01:00Z");
    let other = mail.mailer();
    let (one, two) = tokio::join!(mailer.deliver(&world.db, now()), other.deliver(&world.owner, now()));
    assert_eq!((one.unwrap() + two.unwrap(), mail.taken().len()), (1, 1), "{}", world.on);
}

async fn the_login_with_a_second_factor_comes_in_with_a_code_that_is_used_once(world: World) {
    let logins = unfm::seed::demo_logins(&world.db, &world.keys(), world.clock.now()).await.unwrap();
    let (email, secret) = logins.second_factor;
    let now = "2026-11-23T12:00:00Z";
    assert_eq!(only_error(&sign_in(&world, email, DEMO, None).await), "TOTP_REQUIRED", "{}", world.on);
    let right = code(&secret, now);
    let (one, other) =
        tokio::join!(sign_in(&world, email, DEMO, Some(&right)), sign_in(&world, email, DEMO, Some(&right)));
    assert!(is_in(&one) ^ is_in(&other), "{}: one of two at once: {one} {other}", world.on);
    assert_eq!(only_error(&sign_in(&world, email, DEMO, Some(&right)).await), "TOTP_INVALID", "{}", world.on);
    let later = "2026-11-23T12:00:30Z";
    world.at(later);
    let next = code(&secret, later);
    assert_eq!(only_error(&sign_in(&world, email, "wrong", Some(&next)).await), "INVALID_CREDENTIALS");
    world.at("2026-11-23T12:00:35Z");
    assert_eq!(only_error(&sign_in(&world, email, DEMO, Some("000000")).await), "TOTP_INVALID", "{}", world.on);
    world.at("2026-11-23T12:00:45Z");
    assert!(is_in(&sign_in(&world, email, DEMO, Some(&next)).await), "{}", world.on);
}

#[tokio::test]
async fn guessing_at_codes_is_delayed() {
    let world = World::sqlite().await;
    for _ in 0..3 {
        assert_eq!(only_error(&sign_in(&world, "totp@unfm.example", DEMO, Some("000000")).await), "TOTP_INVALID");
    }
    let variables = json!({"email": "totp@unfm.example", "password": DEMO, "totp": "000000"});
    assert_eq!(world.ask(SIGN_IN, variables).await.code(), "RATE_LIMITED");
}

async fn a_second_factor_is_set_up_kept_through_a_reset_and_replaced_with_a_recovery_code(world: World) {
    let (token, _) = world.sign_in(EMAIL).await;
    let enrol =
        async |input: Value| world.ask_as(&token, ENROL, json!({"input": input})).await.data()["totpEnrol"].clone();
    let confirm = async |totp: &str| {
        world.ask_as(&token, CONFIRM, json!({"input": {"totp": totp}})).await.data()["totpConfirm"].clone()
    };
    let now = "2026-11-23T12:00:00Z";
    assert_eq!(only_error(&enrol(json!({})).await), "INVALID_CREDENTIALS", "{}: a token is not enough", world.on);
    let begun = enrol(json!({"password": DEMO})).await;
    let secret = begun["secret"].as_str().unwrap();
    assert!(
        begun["uri"].as_str().unwrap().starts_with("otpauth://totp/UNFM:khouribga%40unfm.example?secret="),
        "{begun}"
    );
    assert!(is_in(&sign_in(&world, EMAIL, DEMO, None).await), "{}: not before it is confirmed", world.on);
    assert_eq!(only_error(&confirm("000000").await), "TOTP_INVALID", "{}", world.on);
    let confirmed = confirm(&code(secret, now)).await;
    assert_eq!(confirmed["session"], Value::Null, "{}: she is in already", world.on);
    let recovery: Vec<&str> =
        confirmed["recoveryCodes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(recovery.len(), 10);
    assert_eq!(only_error(&sign_in(&world, EMAIL, DEMO, None).await), "TOTP_REQUIRED", "{}", world.on);
    assert_eq!(
        only_error(&sign_in(&world, EMAIL, DEMO, Some(&code(secret, now))).await),
        "TOTP_INVALID",
        "{}: used",
        world.on
    );
    let lower = recovery[0].to_lowercase().replace('-', " ");
    assert!(is_in(&sign_in(&world, EMAIL, DEMO, Some(&lower)).await), "{}", world.on);
    assert_eq!(
        only_error(&sign_in(&world, EMAIL, DEMO, Some(recovery[0])).await),
        "TOTP_INVALID",
        "{}: once",
        world.on
    );

    assert_eq!(only_error(&enrol(json!({"password": DEMO})).await), "TOTP_REQUIRED", "{}", world.on);
    let anew = enrol(json!({"password": DEMO, "totp": recovery[1]})).await;
    let other = anew["secret"].as_str().unwrap();
    assert_ne!(other, secret);
    assert!(confirm(&code(other, now)).await["recoveryCodes"].is_array(), "{}", world.on);
    assert_eq!(
        only_error(&sign_in(&world, EMAIL, DEMO, Some(recovery[2])).await),
        "TOTP_INVALID",
        "{}: old codes ended",
        world.on
    );
    let stored = format!(
        "select count(*) from user_secret where totp_secret like '%{other}%' or recovery_hashes like '%{}%'",
        recovery[3]
    );
    assert_eq!(world.raw_as_owner(&stored).await, Ok(0), "{}", world.on);
}

async fn what_has_had_its_time_is_thrown_away_and_nothing_else(world: World) {
    let (token, _) = world.sign_in(EMAIL).await;
    assert_eq!(only_error(&sign_in(&world, "nobody@unfm.example", "wrong", None).await), "INVALID_CREDENTIALS");
    world.ask(RESET_REQUEST, json!({"email": EMAIL})).await.data();
    assert_eq!(MailServer::new().await.mailer().deliver(&world.db, world.clock.now()).await.unwrap(), 1);
    let register =
        "mutation($input: CooperativeRegisterInput!) { cooperativeRegister(input: $input) { cooperative { id } } }";
    let branch = unfm::platform::graphql::global_id::GlobalId::new(
        unfm::platform::graphql::global_id::Kind::Branch,
        domain::id::founding("branch", "khouribga"),
    );
    let input = json!({"branchId": branch.to_string(), "name": {"fr": "Une fois"}, "sector": "OTHER", "legalForm": "COOPERATIVE",
        "provinceCode": "05.311", "idempotencyKey": "once"});
    world.ask_as(&token, register, json!({"input": input})).await.data();
    let sweep = async || unfm::session::housekeeping::sweep(&world.db, world.clock.now()).await.unwrap();
    assert_eq!(sweep().await, 0, "{}", world.on);
    // The failures under two names a day later; the e-mail's token after half an hour.
    world.at("2026-11-24T12:00:01Z");
    assert_eq!(sweep().await, 3, "{}", world.on);
    // The e-mail and the key after a week.
    world.at("2026-11-30T12:00:01Z");
    assert_eq!(sweep().await, 2, "{}", world.on);
    world.at("2026-12-07T12:00:01Z");
    assert_eq!(sweep().await, 1, "{}: the refresh token", world.on);
    world.at("2027-03-01T12:00:01Z");
    assert_eq!(sweep().await, 2, "{}: the session, and the place that she signed in from", world.on);
}

tests::on_each_database!(another_address_is_hers_once_she_confirms_it_with_her_password, whoever_comes_in_by_credentials_that_change_meanwhile_is_not_in, the_outbox_is_emptied_invitations_first_and_a_dead_server_is_asked_once, a_password_is_changed_by_whoever_knows_it_and_other_sessions_end, a_forgotten_password_is_chosen_anew_with_an_email_that_works_once_and_for_half_an_hour, nobody_is_sent_mail_without_end, an_email_that_could_not_be_sent_is_tried_again_and_two_instances_send_one, the_login_with_a_second_factor_comes_in_with_a_code_that_is_used_once, a_second_factor_is_set_up_kept_through_a_reset_and_replaced_with_a_recovery_code, what_has_had_its_time_is_thrown_away_and_nothing_else);
