//! Every refusal that the platform can give: stable codes, and their messages in the request's language.

use crate::codes;

codes! {
    /// The code of an error. Clients branch on codes and never on messages; a code, once published, keeps its meaning. New ones may be added.
    Code as "ErrorCode" {
        /// The access token is missing, has expired or does not hold.
        Unauthenticated = "UNAUTHENTICATED",
        /// The thing is within reach and the action is not permitted.
        Forbidden = "FORBIDDEN",
        /// The object does not exist, or is out of the caller's reach.
        NotFound = "NOT_FOUND",
        /// The request is not well formed.
        BadRequest = "BAD_REQUEST",
        /// An argument cannot be used.
        BadUserInput = "BAD_USER_INPUT",
        /// The request asks for more than one request may.
        LimitExceeded = "LIMIT_EXCEEDED",
        /// There were too many requests.
        RateLimited = "RATE_LIMITED",
        /// The request took too long.
        Timeout = "TIMEOUT",
        /// The service cannot answer now.
        Unavailable = "UNAVAILABLE",
        /// The document cannot be read.
        GraphqlParseFailed = "GRAPHQL_PARSE_FAILED",
        /// The document does not fit the schema.
        GraphqlValidationFailed = "GRAPHQL_VALIDATION_FAILED",
        /// No document is kept under this hash; the client sends it whole. The message is fixed by the protocol.
        PersistedQueryNotFound = "PERSISTED_QUERY_NOT_FOUND",
        /// Documents are not kept here. The message is fixed by the protocol.
        PersistedQueryNotSupported = "PERSISTED_QUERY_NOT_SUPPORTED",
        /// Only documents known beforehand are answered here, and this is none of them.
        DocumentNotTrusted = "DOCUMENT_NOT_TRUSTED",
        /// The media type is not one that is understood here.
        UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE",
        /// The request is too large.
        PayloadTooLarge = "PAYLOAD_TOO_LARGE",
        /// The server failed; the request was not at fault.
        Internal = "INTERNAL",
        /// The credentials sign nobody in.
        InvalidCredentials = "INVALID_CREDENTIALS",
        /// The thing was changed in the meantime.
        Conflict = "CONFLICT",
        /// A text is needed in Arabic or in French.
        TextRequired = "TEXT_REQUIRED",
        /// A text is too long.
        TextTooLong = "TEXT_TOO_LONG",
        /// A text holds characters that cannot be shown safely.
        TextUnsafe = "TEXT_UNSAFE",
        /// An amount, a quantity or a share cannot be used.
        AmountInvalid = "AMOUNT_INVALID",
        /// Amounts do not sum to their whole.
        SumMismatch = "SUM_MISMATCH",
        /// Opening hours overlap, are too many or cannot be read.
        HoursInvalid = "HOURS_INVALID",
        /// A date or a period cannot be used.
        DateInvalid = "DATE_INVALID",
        /// The thing cannot go from its status to that one.
        StatusInvalid = "STATUS_INVALID",
        /// The branch may not be placed there in the tree.
        BranchPlaceInvalid = "BRANCH_PLACE_INVALID",
        /// The identity in the register of cooperatives is needed first.
        RegisterIdentityRequired = "REGISTER_IDENTITY_REQUIRED",
        /// The cooperative has too few members.
        MembersTooFew = "MEMBERS_TOO_FEW",
        /// The trade item number fails its check digit.
        GtinInvalid = "GTIN_INVALID",
        /// Something is missing before the product can be submitted.
        ProductIncomplete = "PRODUCT_INCOMPLETE",
        /// The cooperative has no consignment contract with the market that is in force.
        ContractRequired = "CONTRACT_REQUIRED",
        /// The cooperative has another consignment contract with the market for some of these days.
        ContractOverlaps = "CONTRACT_OVERLAPS",
        /// Less is on hand.
        StockInsufficient = "STOCK_INSUFFICIENT",
        /// An agreement in force is needed first, or a programme that funds itself.
        AgreementRequired = "AGREEMENT_REQUIRED",
        /// Something is missing before the agreement can be signed.
        AgreementIncomplete = "AGREEMENT_INCOMPLETE",
        /// The payer is needed before a contribution is confirmed.
        PayerRequired = "PAYER_REQUIRED",
        /// The amount is more than what is left.
        BudgetExceeded = "BUDGET_EXCEEDED",
        /// More than the call for funding lets its partner pay.
        CeilingExceeded = "CEILING_EXCEEDED",
        /// Less of the tranche before it is justified than it demands.
        TrancheUnjustified = "TRANCHE_UNJUSTIFIED",
        /// The text is no target of the Sustainable Development Goals.
        SdgTargetInvalid = "SDG_TARGET_INVALID",
        /// The figure does not fit the unit of its indicator.
        FigureInvalid = "FIGURE_INVALID",
        /// The indicator is not followed by this group.
        DisaggregationInvalid = "DISAGGREGATION_INVALID",
        /// The branch takes no part in the programme.
        NotParticipating = "NOT_PARTICIPATING",
        /// Branches below have not submitted yet.
        SubmissionsMissing = "SUBMISSIONS_MISSING",
        /// No figures were entered.
        FiguresMissing = "FIGURES_MISSING",
        /// The period overlaps with another one.
        PeriodOverlaps = "PERIOD_OVERLAPS",
        /// The text is no SHA-256 in hexadecimal digits.
        DigestInvalid = "DIGEST_INVALID",
        /// A steering committee has one chair.
        ChairInvalid = "CHAIR_INVALID",
        /// The quorum is none, or more than have a vote.
        QuorumInvalid = "QUORUM_INVALID",
        /// Too few of those who have a vote were present to decide.
        QuorumMissing = "QUORUM_MISSING",
        /// The file cannot be read as a sheet.
        FileInvalid = "FILE_INVALID",
        /// The file cannot be read as a picture.
        ImageInvalid = "IMAGE_INVALID",
        /// Where a shelter is does not belong into the directory.
        ShelterConfidential = "SHELTER_CONFIDENTIAL",
        /// She has not consented to that.
        ConsentRequired = "CONSENT_REQUIRED",
        /// Something is missing before the menu can be reviewed.
        MenuIncomplete = "MENU_INCOMPLETE",
        /// A column of the sheet is missing, unknown or stands there twice.
        ColumnInvalid = "COLUMN_INVALID",
        /// The same thing is named twice.
        DuplicateEntry = "DUPLICATE_ENTRY",
        /// The assignment does not fit its role.
        AssignmentInvalid = "ASSIGNMENT_INVALID",
        /// Whoever asks may not give or take away this role there.
        RoleNotGrantable = "ROLE_NOT_GRANTABLE",
        /// The person holds the role there already, on some of these days.
        RoleAlreadyHeld = "ROLE_ALREADY_HELD",
        /// Another cooperative of the same branch has this identity in the register.
        RegisterIdentityTaken = "REGISTER_IDENTITY_TAKEN",
        /// The association would be left without a national administrator.
        LastNationalAdmin = "LAST_NATIONAL_ADMIN",
        /// Another person must decide about it.
        FourEyesRequired = "FOUR_EYES_REQUIRED",
        /// The code of the second factor is needed too.
        TotpRequired = "TOTP_REQUIRED",
        /// The second factor must be set up first.
        TotpEnrolmentRequired = "TOTP_ENROLMENT_REQUIRED",
        /// The code of the second factor is not right, or was used before.
        TotpInvalid = "TOTP_INVALID",
        /// The password is too short or too long.
        PasswordInvalid = "PASSWORD_INVALID",
        /// The new password is the current one.
        PasswordUnchanged = "PASSWORD_UNCHANGED",
        /// The text is not an e-mail address.
        EmailInvalid = "EMAIL_INVALID",
        /// The link or token has expired, was used, or never existed.
        TokenInvalid = "TOKEN_INVALID",
        /// The key was used before, for another input.
        IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
        /// The branch was closed.
        BranchClosed = "BRANCH_CLOSED",
        /// The branch still has branches below it that work.
        BranchNotEmpty = "BRANCH_NOT_EMPTY",
        /// The scope is not one that a credential can have.
        ScopeInvalid = "SCOPE_INVALID",
        /// The text is neither an IP address nor a network.
        AddressInvalid = "ADDRESS_INVALID",
        /// The values of a member contradict each other.
        MemberInvalid = "MEMBER_INVALID",
    }
}

/// One refusal: its code and the place in the input that it is about, as a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What was refused.
    pub code: Code,
    /// Where: names of input fields, list positions as decimal strings; empty when it is about the whole.
    pub field: Vec<String>,
    /// The figures or codes that it turns on, in no language: `3 < 5`, `DRAFT → SIGNED`.
    pub detail: Option<String>,
}

/// All refusals of a form at once.
pub type Faults = Vec<Fault>;

impl Fault {
    /// A refusal of the whole.
    pub fn new(code: Code) -> Self {
        Self { code, field: Vec::new(), detail: None }
    }

    /// The refusal of a change of status.
    pub fn status(from: impl std::fmt::Display, to: impl std::fmt::Display) -> Self {
        Self::new(Code::StatusInvalid).with_detail(format!("{from} → {to}"))
    }

    /// The same refusal, with the figures or codes that it turns on.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// The same refusal, below a field of the input.
    #[must_use]
    pub fn at(mut self, field: &str) -> Self {
        self.field.insert(0, field.to_owned());
        self
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code, self.field.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_its_place_from_the_outside_in() {
        assert_eq!(Fault::new(Code::TextTooLong).at("fr").at("name").field, ["name", "fr"]);
    }
}
