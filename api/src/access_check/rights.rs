//! Which permission each change asks for, as a second table beside the code: whoever does not hold it is refused.

use domain::access::Permission;

/// Changes, with the field of their input, that name what is published anywhere: somebody is led to a service wherever it is.
pub(super) const OF_PUBLISHED: [&str; 1] = ["referralPropose(serviceId)"];

/// Changes in which a branch names a programme or an agreement that it takes part in, to make something of its own. Everything
/// else is refused to it as to a stranger.
pub(super) const OF_PARTICIPANTS: [&str; 6] = [
    "activityAdd(programmeId)",
    "indicatorValuesRecord(programmeId)",
    "sheetImport(programmeId)",
    "submissionWaive(programmeId)",
    "programmeCreate(agreementIds)",
    "marketCreate(agreementId)",
];

/// The permission that a mutation asks for; none, where it is about whoever asks, or lets her in. Nothing: it is not in the table.
pub(super) fn permission(mutation: &str) -> Option<Option<Permission>> {
    use Permission as P;
    Some(match mutation {
        "branchCreate" | "branchRename" | "branchMove" | "branchClose" | "branchReopen" => Some(P::ManageBranches),
        "cooperativeRegister" | "cooperativeRename" | "cooperativeEdit" | "cooperativeMove" => {
            Some(P::ManageCooperatives)
        }
        "cooperativeVerify"
        | "cooperativeActivate"
        | "cooperativeSuspend"
        | "cooperativeReinstate"
        | "cooperativeStrikeOff" => Some(P::DecideCooperatives),
        "registerDisputeDecide" => Some(P::DecideRegisterDisputes),
        "membershipAdd" | "membershipEnd" | "membershipEdit" | "documentAdd" | "documentEdit" | "documentEnd" => {
            Some(P::ManageMembers)
        }
        "productCreate" | "productEdit" | "productSubmit" | "productArchive" | "productChangeWithdraw" => {
            Some(P::ManageProducts)
        }
        "photoAdd" | "photoEdit" | "photoRemove" | "photoOrder" => Some(P::ManageProducts),
        "productPublish" | "productReject" | "productChangeAccept" | "productChangeDecline" => Some(P::DecideProducts),
        "marketCreate" | "marketEdit" | "openingHoursSet" | "openingExceptionSet" => Some(P::ManageMarkets),
        "marketPrepare" | "marketOpen" | "marketSuspend" | "marketClose" => Some(P::DecideMarkets),
        "supportServiceCreate" | "supportServiceEdit" | "supportServicesImport" => Some(P::ManageSupportServices),
        "supportServiceVerify" | "supportServiceRetire" => Some(P::DecideSupportServices),
        "shelterSet" => Some(P::ManageShelters),
        "referralPropose" | "referralSend" | "referralAccept" | "referralDecline" | "referralComplete" | "referralRevoke" => {
            Some(P::ManageReferrals)
        }
        "botMenuEdit" | "botMenuImport" => Some(P::ManageBotMenu),
        "botMenuReview" | "botMenuPublish" => Some(P::DecideBotMenu),
        "saleRecord"
        | "salesReplay"
        | "saleVoid"
        | "saleVoidConfirm"
        | "saleVoidDecline"
        | "saleDiscrepancyResolve"
        | "dayClose" => Some(P::ManageSales),
        "listingSet" => Some(P::ManageListings),
        "consignmentContractCreate"
        | "consignmentContractEnd"
        | "deliveryRecord"
        | "stockCountRecord"
        | "stockRemovalRecord"
        | "stockTransferRecord" => Some(P::ManageStock),
        "deliveryCountersign" | "deliveryDispute" => Some(P::ManageCountersignatures),
        "stockCountConfirm" | "stockCountDecline" => Some(P::DecideStock),
        "partnerCreate" | "partnerEdit" | "fundingCallAdd" | "fundingCallEdit" => Some(P::ManagePartners),
        "holidayAdd" | "holidayConfirm" => Some(P::ManageCategories),
        "agreementCreate"
        | "agreementEdit"
        | "agreementAmend"
        | "agreementRenew"
        | "agreementBranchesSet"
        | "steeringCommitteeSet"
        | "steeringMeetingRecord"
        | "steeringMeetingEdit"
        | "agreementDocumentAdd"
        | "agreementDocumentEdit"
        | "agreementPartyAdd"
        | "agreementPartyRemove"
        | "contributionAdd"
        | "contributionReverse"
        | "budgetLineAdd"
        | "budgetLineTransfer"
        | "expenseRecord"
        | "expenseReverse"
        | "trancheAdd"
        | "trancheReceive"
        | "trancheReverse"
        | "contributionDeclare" => Some(P::ManageAgreements),
        "agreementNegotiate"
        | "agreementSign"
        | "agreementTerminate"
        | "agreementAmendmentSign"
        | "agreementAmendmentWithdraw"
        | "contributionConfirm"
        | "expenseConfirm"
        | "trancheJustify" => Some(P::DecideAgreements),
        "programmeCreate" | "programmeEdit" | "programmeIndicatorAdd" => Some(P::ManageProgrammes),
        "activityAdd"
        | "activityEdit"
        | "activityCancel"
        | "participationRecord"
        | "indicatorValuesRecord"
        | "sheetImport"
        | "indicatorDefine"
        | "indicatorTargetSet"
        | "submissionWaive" => Some(P::ManageIndicators),
        "submissionSubmit" | "submissionApprove" | "submissionReturn" | "submissionUnlock" => Some(P::DecideIndicators),
        "programmeSubmit" | "programmeReturn" | "programmeApprove" | "programmeActivate" | "programmeSuspend"
        | "programmeResume" | "programmeComplete" | "programmeClose" | "programmeCancel" => Some(P::DecideProgrammes),
        "partnerClientCreate" | "partnerClientRotate" | "partnerClientRevoke" => Some(P::ManagePartnerClients),
        "userInvite"
        | "userInvitationResend"
        | "userInvitationCancel"
        | "userRename"
        | "userEmailChange"
        | "userDisable"
        | "userEnable"
        | "userLock"
        | "roleAssign"
        | "roleRevoke" => Some(P::ManageUsers),
        "sessionCreate"
        | "sessionRefresh"
        | "sessionEnd"
        | "sessionEndAll"
        | "passwordChange"
        | "passwordResetRequest"
        | "passwordReset"
        | "totpEnrol"
        | "totpConfirm"
        | "userEmailConfirm"
        | "userInvitationAccept"
        // Anybody talks to the bot.
        | "botTurn" => None,
        // Of a planted fault, which the check must find without this table but for the one that it is about.
        "plantedDecision" => Some(P::DecideCooperatives),
        planted if planted.starts_with("planted") => None,
        _ => return None,
    })
}
