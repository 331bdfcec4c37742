//! The GraphQL face of refusals: every code that the platform can give.

use async_graphql::Enum;

/// What was refused. Clients branch on codes and never on messages; a code, once published, keeps its meaning. New ones
/// may come.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::fault::Code")]
pub enum ErrorCode {
    /// The credentials do not hold.
    Unauthenticated,
    /// The thing is within reach and the action is not permitted.
    Forbidden,
    /// There is no such thing within reach.
    NotFound,
    /// The request is not well formed.
    BadRequest,
    /// An argument cannot be used.
    BadUserInput,
    /// The request asks for more than one request may.
    LimitExceeded,
    /// There were too many requests.
    RateLimited,
    /// The request took too long.
    Timeout,
    /// The service cannot answer now.
    Unavailable,
    /// The document cannot be read.
    GraphqlParseFailed,
    /// The document does not fit the schema.
    GraphqlValidationFailed,
    /// No document is kept under this hash; the client sends it whole. The message is fixed by the protocol.
    PersistedQueryNotFound,
    /// Documents are not kept here. The message is fixed by the protocol.
    PersistedQueryNotSupported,
    /// Only documents known beforehand are answered here, and this is none of them.
    DocumentNotTrusted,
    /// The media type is not one that is understood here.
    UnsupportedMediaType,
    /// The request is too large.
    PayloadTooLarge,
    /// A failure of ours.
    Internal,
    /// Nobody may come in with these credentials.
    InvalidCredentials,
    /// The thing was changed in the meantime.
    Conflict,
    /// A text is needed in Arabic or in French.
    TextRequired,
    /// A text is too long.
    TextTooLong,
    /// A text holds characters that cannot be shown safely.
    TextUnsafe,
    /// An amount, a quantity or a share cannot be used.
    AmountInvalid,
    /// Amounts do not sum to their whole.
    SumMismatch,
    /// Opening hours overlap, are too many or cannot be read.
    HoursInvalid,
    /// A date or a period cannot be used.
    DateInvalid,
    /// The thing cannot go from its status to that one.
    StatusInvalid,
    /// The branch cannot stand there in the tree.
    BranchPlaceInvalid,
    /// The identity in the register of cooperatives is needed first.
    RegisterIdentityRequired,
    /// The cooperative has too few members.
    MembersTooFew,
    /// The trade item number fails its check digit.
    GtinInvalid,
    /// An agreement in force is needed first, or a programme that funds itself.
    AgreementRequired,
    /// The assignment does not fit its role.
    AssignmentInvalid,
    /// Whoever asks may not give or take away this role there.
    RoleNotGrantable,
    /// The association would be left without a national administrator.
    LastNationalAdmin,
    /// Another person must decide about it.
    FourEyesRequired,
    /// The code of the second factor is needed too.
    TotpRequired,
    /// The second factor must be set up first.
    TotpEnrolmentRequired,
    /// The code of the second factor is not right, or was used before.
    TotpInvalid,
    /// The password is too short or too long.
    PasswordInvalid,
    /// It is no address that mail can be sent to.
    EmailInvalid,
    /// The link or token has had its time, was used, or never was.
    TokenInvalid,
    /// The key was used before, for another input.
    IdempotencyKeyReused,
    /// The branch was closed.
    BranchClosed,
    /// The branch still has branches below it that work.
    BranchNotEmpty,
    /// What was asked for is none of the things that may be asked for.
    ScopeInvalid,
    /// It is neither an address nor a network.
    AddressInvalid,
    /// What is said of a member does not fit together.
    MemberInvalid,
}
