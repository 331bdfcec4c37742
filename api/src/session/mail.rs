//! E-mails, most of them with links: each waits as a row in the outbox until it is sent. The token that its link carries is made when
//! it is sent, so that no secret waits in the database, and so that an e-mail to an address that nobody has costs whoever
//! asks for it the same work.

use super::lifetime::{after, epoch};
use super::one_time::{self, Purpose};
use crate::config::{Mode, Settings};
use crate::platform::database::db::Db;
use crate::platform::database::fault::StartFault;
use crate::platform::error::{Error, Result};
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::transaction::Tx;
use domain::actor::Actor;
use domain::codes::Coded;
use domain::text::{Locale, LocalizedText};
use domain::{calendar, codes};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use uuid::Uuid;

/// So many e-mails of a kind are sent to one address within an hour.
const HOURLY: i64 = 3;
/// So many e-mails of a kind wait at most: whoever asks for more is answered as ever, and they are not written down.
const WAITING: i64 = 5_000;
/// So many e-mails are looked at in one round.
const AT_ONCE: i64 = 50;
/// For which an address has its share.
const PERIOD: SignedDuration = SignedDuration::from_hours(1);
/// After so many tries an e-mail is given up.
const TRIES: i32 = 8;
/// A mail server that does not answer is not waited for any longer.
const PATIENCE: Duration = Duration::from_secs(20);

codes! {
    /// What an e-mail is about.
    MailKind {
        /// An invitation.
        Invitation = "INVITATION",
        /// Another password.
        Reset = "RESET",
        /// Another address.
        Email = "EMAIL",
        /// An agreement that ends soon.
        AgreementAlert = "AGREEMENT_ALERT",
        /// A product that a market sells at another price than its cooperative asks.
        PriceDiffers = "PRICE_DIFFERS",
        /// A product that is off sale, since a sign or an authorisation has expired.
        ProductWithdrawn = "PRODUCT_WITHDRAWN",
    }
}

impl MailKind {
    /// What the token is for that its link carries, if it carries one.
    fn purpose(self) -> Option<Purpose> {
        match self {
            Self::Invitation => Some(Purpose::Invitation),
            Self::Reset => Some(Purpose::Reset),
            Self::Email => Some(Purpose::Email),
            Self::AgreementAlert | Self::ProductWithdrawn | Self::PriceDiffers => None,
        }
    }
}

/// In whose name e-mails are written.
static PLATFORM: Actor = Actor::System(domain::access::Purpose::Authenticate);

/// Put an e-mail into the outbox, unless the address had its share of the kind within the last hour, or too many wait;
/// whether it was.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn queue(tx: &Tx<'_>, kind: Purpose, recipient: &str, user: Option<Uuid>) -> Result<bool> {
    let text = "insert into mail (id, kind, recipient, user_id, queued_at, next_at, attempts)
        select $7, $1, $2, $3, $4, $4, 0
        where (select count(*) from mail where recipient = $2 and kind = $1 and queued_at > $5) < $6
        and (select count(*) from (select 1 from mail where sent_at is null and kind = $1 limit $8) waiting) < $8";
    let now = tx.now().as_microsecond();
    let values = [
        kind.as_str().into(),
        recipient.into(),
        user.into(),
        now.into(),
        after(tx.now(), -PERIOD).into(),
        HOURLY.into(),
        Uuid::now_v7().into(),
        WAITING.into(),
    ];
    tx.execute(text, values).await.map(|queued| queued == 1)
}

/// Put an e-mail into the outbox that tells somebody of an agreement or a product.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn queue_about(
    tx: &Tx<'_>,
    (kind, about): (MailKind, Uuid),
    (user, recipient): (Uuid, &str),
) -> Result<()> {
    let text = "insert into mail (id, kind, recipient, user_id, agreement_id, product_id, queued_at, next_at, attempts)
        select $1, $2, $3, $4, $5, $6, $7, $7, 0
        where $2 <> $8 or not exists (select 1 from mail
          where kind = $2 and recipient = $3 and product_id = $6 and sent_at is null)";
    let of = |others: &[MailKind]| others.contains(&kind).then_some(about);
    let values = [
        Uuid::now_v7().into(),
        kind.as_str().into(),
        recipient.into(),
        user.into(),
        of(&[MailKind::AgreementAlert]).into(),
        of(&[MailKind::ProductWithdrawn, MailKind::PriceDiffers]).into(),
        tx.now().as_microsecond().into(),
        // It says how prices are when it is sent: one that waits says it too.
        MailKind::PriceDiffers.as_str().into(),
    ];
    tx.execute(text, values).await.map(drop)
}

/// Put an e-mail into the outbox that an administrator asked for; she is told when it will not be sent.
///
/// # Errors
/// RATE_LIMITED, or the database's refusal.
pub(crate) async fn queue_or_tell(tx: &Tx<'_>, kind: Purpose, recipient: &str, user: Uuid) -> Result<()> {
    if queue(tx, kind, recipient, Some(user)).await? {
        return Ok(());
    }
    let text = "select min(queued_at) from mail where recipient = $1 and kind = $3 and queued_at > $2";
    let values = [recipient.into(), after(tx.now(), -PERIOD).into(), kind.as_str().into()];
    let oldest = tx.query_one::<Option<i64>>(text, values).await?;
    let next = oldest.flatten().map_or(0, |oldest| oldest - after(tx.now(), -PERIOD));
    Err(Error::rate_limited(SignedDuration::from_micros(next).unsigned_abs()))
}

/// How e-mails are delivered.
#[derive(Clone)]
enum Way {
    /// Over SMTP, from this address.
    Smtp(Box<(AsyncSmtpTransport<Tokio1Executor>, Mailbox)>),
    /// In demo mode without SMTP, into the log.
    Log,
    /// Not at all: they wait.
    None,
}

/// What sends e-mails; cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    way: Way,
    app_url: String,
    /// Told when an e-mail was put into the outbox.
    waiting: Arc<Notify>,
}

impl Mailer {
    /// The mailer as the settings have it.
    ///
    /// # Errors
    /// One sentence, when they cannot be used.
    pub fn new(settings: &Settings) -> Result<Self, StartFault> {
        let way = match (&settings.smtp_url, &settings.mail_from) {
            (Some(url), Some(from)) => {
                let wrong = || StartFault("UNFM_SMTP_URL is no address of a mail server.".to_owned());
                let transport =
                    AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret()).map_err(|_| wrong())?;
                let from: Mailbox =
                    from.parse().map_err(|_| StartFault("UNFM_MAIL_FROM is no address of a sender.".to_owned()))?;
                Way::Smtp(Box::new((transport.timeout(Some(PATIENCE)).build(), from)))
            }
            _ if settings.mode() == Mode::Demo => Way::Log,
            _ => Way::None,
        };
        let app_url = settings.links_lead_to();
        Ok(Self { way, app_url, waiting: Arc::default() })
    }

    /// A mailer that sends nothing.
    pub(crate) fn silent() -> Self {
        Self { way: Way::None, app_url: String::new(), waiting: Arc::default() }
    }

    /// Try whether the mail server takes e-mails, without sending one; nothing where there is none.
    ///
    /// # Errors
    /// One sentence, without the address or the password of the server.
    pub async fn try_server(&self) -> Option<Result<(), String>> {
        let Way::Smtp(smtp) = &self.way else { return None };
        Some(match smtp.0.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("the mail server does not take e-mails".to_owned()),
            Err(error) => Err(Unsent::of(&error).sentence()),
        })
    }

    /// Say that an e-mail waits.
    pub fn tell(&self) {
        self.waiting.notify_one();
    }

    /// Until an e-mail waits, or for so long.
    pub async fn wait(&self, most: Duration) {
        // Whichever comes first; other instances and failed tries make no sound.
        let _ = tokio::time::timeout(most, self.waiting.notified()).await;
    }

    /// Send all e-mails that wait, invitations before the others; how many were sent.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn deliver(&self, db: &Db, now: Timestamp) -> Result<u32> {
        if matches!(self.way, Way::None) {
            return Ok(0);
        }
        let text = "select number from mail where sent_at is null and next_at <= $1
            order by case kind when 'INVITATION' then 0 else 1 end, number limit $2";
        let mut sent = 0;
        loop {
            let values = [now.as_microsecond().into(), AT_ONCE.into()];
            let waiting: Vec<i64> = db.query(&PLATFORM, now, text, values).await?;
            if waiting.is_empty() {
                return Ok(sent);
            }
            // Each that is taken up waits until later, so the next round finds others.
            for number in waiting {
                let taken = db.write(&PLATFORM, now, async |tx| take_up(tx, number).await).await?;
                let Some(email) = taken else { continue };
                match self.send(&email).await {
                    Ok(()) => {
                        db.write(&PLATFORM, now, async |tx| close(tx, number).await).await?;
                        sent += 1;
                    }
                    Err(unsent) => {
                        let why = unsent.sentence();
                        tracing::warn!(email = number, error = why, "an e-mail could not be sent; it is tried again");
                        // The others would wait for the same server, one after another.
                        if unsent == Unsent::NoServer {
                            return Ok(sent);
                        }
                    }
                }
            }
        }
    }

    async fn send(&self, email: &Email) -> Result<(), Unsent> {
        let link = format!("{}{}", self.app_url, email.content.path());
        let (transport, from) = match &self.way {
            Way::Smtp(smtp) => smtp.as_ref(),
            Way::Log => {
                tracing::info!("an e-mail to {}: {link}", email.recipient);
                return Ok(());
            }
            Way::None => return Err(Unsent::NoServer),
        };
        // What the mail library says of an address holds the address: it stays out of the log.
        let to = email.recipient.parse().map_err(|_| Unsent::Email("its address cannot be used".to_owned()))?;
        let message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(email.content.subject())
            .header(ContentType::TEXT_PLAIN)
            .body(email.content.body(&link))
            .map_err(|error| Unsent::Email(error.to_string()))?;
        let answer = transport.send(message).await;
        answer.map(drop).map_err(|error| Unsent::of(&error))
    }
}

/// Why an e-mail cannot be sent, without addresses.
#[derive(Debug, PartialEq, Eq)]
enum Unsent {
    /// The mail server cannot be reached.
    NoServer,
    /// This one cannot be sent.
    Email(String),
}

impl Unsent {
    fn of(error: &lettre::transport::smtp::Error) -> Self {
        match error.status() {
            Some(status) => Self::Email(format!("the mail server answered {status}")),
            None => Self::NoServer,
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NoServer => "the mail server cannot be reached".to_owned(),
            Self::Email(why) => why.clone(),
        }
    }
}

/// An e-mail that is about to be sent.
struct Email {
    recipient: String,
    content: Content,
}

/// What an e-mail says.
enum Content {
    /// A link that is used once.
    Link { purpose: Purpose, token: String },
    /// An agreement that ends soon.
    Ending { slug: String, object: Option<LocalizedText>, ends_on: Date },
    /// A product that markets sell at other prices than are asked: the market, its price and the asked one, in centimes.
    Priced { slug: String, name: LocalizedText, prices: Vec<(LocalizedText, i64, i64)> },
    /// A product that is off sale since a day.
    Withdrawn { slug: String, name: LocalizedText, valid_until: Date },
}

impl Content {
    fn path(&self) -> String {
        match self {
            Self::Link { purpose: Purpose::Invitation, token } => format!("/invitation#{token}"),
            Self::Link { purpose: Purpose::Reset | Purpose::Enrolment, token } => format!("/password-reset#{token}"),
            Self::Link { purpose: Purpose::Email, token } => format!("/email-confirmation#{token}"),
            Self::Ending { slug, .. } => format!("/agreements/{slug}"),
            Self::Withdrawn { slug, .. } | Self::Priced { slug, .. } => format!("/products/{slug}"),
        }
    }

    /// Nobody knows yet which language she reads: an e-mail is in two.
    fn subject(&self) -> &'static str {
        let purpose = match self {
            Self::Link { purpose, .. } => purpose,
            Self::Ending { .. } => return "اتفاقية تنتهي قريبا – Une convention arrive à échéance",
            Self::Priced { .. } => return "ثمن يختلف عن ثمنكِ – Un prix n'est pas le vôtre",
            Self::Withdrawn { .. } => return "منتوج سُحب من البيع – Un produit est retiré de la vente",
        };
        match purpose {
            Purpose::Invitation => "دعوة إلى منصة الاتحاد الوطني لنساء المغرب – Invitation à la plateforme de l'UNFM",
            Purpose::Reset | Purpose::Enrolment => "إعادة تعيين كلمة السر – Réinitialisation du mot de passe",
            Purpose::Email => "تأكيد البريد الإلكتروني – Confirmation de l'adresse électronique",
        }
    }

    fn body(&self, link: &str) -> String {
        let purpose = match self {
            Self::Link { purpose, .. } => purpose,
            Self::Priced { name, prices, .. } => {
                let lines = |locale, asked: &str| -> String {
                    let amount = |centimes: &i64| domain::decimal::Decimal::new((*centimes).into(), 2);
                    let line = |(market, price, wanted): &(LocalizedText, i64, i64)| {
                        format!(
                            "{}: {} MAD ({asked} {} MAD)\n",
                            market.resolve(&[locale]).1,
                            amount(price),
                            amount(wanted)
                        )
                    };
                    prices.iter().map(line).collect()
                };
                return format!(
                    "يباع هذا المنتوج بثمن غير الذي طلبتِه: {}\n{}{link}\n\n\
                     Ce produit est vendu à un autre prix que celui que vous demandez : {}\n{}{link}\n",
                    name.resolve(&[Locale::Ar]).1,
                    lines(Locale::Ar, "المطلوب"),
                    name.resolve(&[Locale::Fr]).1,
                    lines(Locale::Fr, "demandé"),
                );
            }
            Self::Withdrawn { name, valid_until, .. } => {
                let named = |locale| name.resolve(&[locale]).1;
                return format!(
                    "سُحب هذا المنتوج من البيع: علامة الجودة أو الترخيص الصحي كان صالحا إلى غاية {valid_until}. يعود بعد تجديده:\n\
                     {}\n{link}\n\n\
                     Ce produit est retiré de la vente : un signe de qualité ou l'autorisation sanitaire était valable \
                     jusqu'au {valid_until}. Il revient une fois renouvelé :\n{}\n{link}\n",
                    named(Locale::Ar),
                    named(Locale::Fr)
                );
            }
            Self::Ending { object, ends_on, .. } => {
                let named = |locale| object.as_ref().map_or("", |object| object.resolve(&[locale]).1);
                return format!(
                    "تنتهي هذه الاتفاقية يوم {ends_on}، ما لم تجدد أو يمدد أجلها:\n{}\n{link}\n\n\
                     Cette convention prend fin le {ends_on}, sauf renouvellement ou avenant :\n{}\n{link}\n",
                    named(Locale::Ar),
                    named(Locale::Fr)
                );
            }
        };
        match purpose {
            Purpose::Invitation => format!(
                "تمت دعوتكِ للعمل على منصة الاتحاد الوطني لنساء المغرب. الرابط صالح لمدة سبعة أيام ويُستعمل مرة واحدة:\n{link}\n\n\
                 Vous êtes invitée à travailler sur la plateforme de l'Union nationale des femmes du Maroc. Le lien est \
                 valable sept jours et sert une seule fois :\n{link}\n"
            ),
            Purpose::Reset | Purpose::Enrolment => format!(
                "طُلب تعيين كلمة سر جديدة لحسابكِ. الرابط صالح لمدة ثلاثين دقيقة ويُستعمل مرة واحدة. إن لم تطلبي ذلك فتجاهلي هذه \
                 الرسالة:\n{link}\n\n\
                 Un nouveau mot de passe a été demandé pour votre compte. Le lien est valable trente minutes et sert une \
                 seule fois. Si vous n'avez rien demandé, ignorez ce message :\n{link}\n"
            ),
            Purpose::Email => format!(
                "سيُستعمل هذا العنوان للدخول إلى منصة الاتحاد الوطني لنساء المغرب بعد أن تؤكديه بكلمة سركِ. الرابط صالح لمدة أربع \
                 وعشرين ساعة:\n{link}\n\n\
                 Cette adresse servira à vous connecter à la plateforme de l'UNFM une fois que vous l'aurez confirmée avec votre \
                 mot de passe. Le lien est valable vingt-quatre heures :\n{link}\n"
            ),
        }
    }
}

/// Take up an e-mail for sending, so that no other instance does; nothing, when one has, or when there is nobody to write
/// to. Each try waits longer than the one before.
async fn take_up(tx: &Tx<'_>, number: i64) -> Result<Option<Email>> {
    let now = tx.now().as_microsecond();
    let text = "select kind, recipient, user_id, attempts, coalesce(agreement_id, product_id) from mail
        where number = $1 and sent_at is null and next_at <= $2";
    type Row = (EnumValue<MailKind>, String, Option<Uuid>, i32, Option<Uuid>);
    let row = tx.query_one::<Row>(text, [number.into(), now.into()]).await?;
    let Some((EnumValue(kind), recipient, user, attempts, about)) = row else { return Ok(None) };
    let later = SignedDuration::from_mins(1_i64 << attempts.clamp(0, TRIES));
    let text = "update mail set attempts = attempts + 1, next_at = $3
        where number = $1 and attempts = $2 and sent_at is null";
    if tx.execute(text, [number.into(), attempts.into(), after(tx.now(), later).into()]).await? == 0 {
        return Ok(None);
    }
    let holder = match (kind, user) {
        (
            MailKind::Email | MailKind::AgreementAlert | MailKind::ProductWithdrawn | MailKind::PriceDiffers,
            Some(user),
        ) => person(tx, "id", user.into(), "ACTIVE").await?,
        (MailKind::Invitation, Some(user)) => person(tx, "id", user.into(), "INVITED").await?,
        (MailKind::Reset, _) => person(tx, "email", recipient.clone().into(), "ACTIVE").await?,
        _ => None,
    };
    let Some(holder) = holder.filter(|_| attempts < TRIES) else {
        close(tx, number).await?;
        return Ok(None);
    };
    let content = match kind.purpose() {
        Some(purpose) => {
            let epoch = epoch(tx, holder).await?;
            let token = match purpose {
                Purpose::Email => one_time::give_for_email(tx, holder, &recipient, epoch).await?,
                purpose => one_time::give(tx, holder, purpose, epoch).await?,
            };
            Some(Content::Link { purpose, token })
        }
        None if kind == MailKind::ProductWithdrawn => withdrawn(tx, about).await?,
        None if kind == MailKind::PriceDiffers => priced(tx, about).await?,
        None => ending(tx, about).await?,
    };
    match content {
        Some(content) => Ok(Some(Email { recipient, content })),
        None => {
            close(tx, number).await?;
            Ok(None)
        }
    }
}

/// What is said of an agreement that ends soon; nothing, when it was renewed or ended since.
async fn ending(tx: &Tx<'_>, agreement: Option<Uuid>) -> Result<Option<Content>> {
    let text =
        "select slug, object, ends_on from agreement where id = $1 and status = 'SIGNED' and ends_on is not null";
    type Row = (String, Option<Json<LocalizedText>>, Day);
    let row = tx.query_one::<Row>(text, [agreement.into()]).await?;
    Ok(row.filter(|(_, _, ends_on)| ends_on.0 >= calendar::today(tx.now())).map(|(slug, object, ends_on)| {
        Content::Ending { slug, object: object.map(|object| object.0), ends_on: ends_on.0 }
    }))
}

/// What is said of a product that is off sale; nothing, when it was renewed since.
async fn withdrawn(tx: &Tx<'_>, product: Option<Uuid>) -> Result<Option<Content>> {
    let text = "select slug, name, valid_until from product where id = $1 and published and valid_until < $2";
    let values = [product.into(), Day(calendar::today(tx.now())).into()];
    let row = tx.query_one::<(String, Json<LocalizedText>, Day)>(text, values).await?;
    Ok(row.map(|(slug, name, until)| Content::Withdrawn { slug, name: name.0, valid_until: until.0 }))
}

/// What is said of a product whose prices are not those that are asked; nothing, when they are by now.
async fn priced(tx: &Tx<'_>, product: Option<Uuid>) -> Result<Option<Content>> {
    let text = "select p.slug, p.name, m.name, l.price, s.asked_price from stock_level s
        join product p on p.id = s.product_id join market m on m.id = s.market_id
        join listing l on l.market_id = s.market_id and l.variant_id = s.variant_id
        where s.product_id = $1 and l.price <> s.asked_price order by m.number, l.number limit 50";
    type Row = (String, Json<LocalizedText>, Json<LocalizedText>, i64, i64);
    let rows = tx.query::<Row>(text, [product.into()]).await?;
    let named = rows.first().map(|(slug, name, ..)| (slug.clone(), name.0.clone()));
    let prices = rows.into_iter().map(|(_, _, market, price, asked)| (market.0, price, asked)).collect();
    Ok(named.map(|(slug, name)| Content::Priced { slug, name, prices }))
}

/// The login that an e-mail is for.
async fn person(tx: &Tx<'_>, column: &str, value: sea_orm::Value, status: &str) -> Result<Option<Uuid>> {
    let text = format!("select id from staff_user where {column} = $1 and status = $2");
    tx.query_one(text, [value, status.into()]).await
}

/// An e-mail is sent, or given up.
async fn close(tx: &Tx<'_>, number: i64) -> Result<()> {
    let text = "update mail set sent_at = $2 where number = $1";
    tx.execute(text, [number.into(), tx.now().as_microsecond().into()]).await.map(drop)
}
