//! What a partner's programs reach beyond what is published: the agreements that their partner is party to, and their
//! programmes from the approval on.

use domain::codes::Coded;
use domain::programme::ProgrammeStatus;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};
use uuid::Uuid;

/// The agreements that a partner is party to, from the signature on: a statement that answers their keys.
pub fn agreements(partner: Uuid) -> SelectStatement {
    Query::select()
        .expr(Expr::cust("party.agreement_id"))
        .from_as(Alias::new("agreement_party"), Alias::new("party"))
        .and_where(Expr::cust("party.partner_id").eq(partner))
        .and_where(Expr::cust("party.published"))
        .to_owned()
}

/// The programmes of those agreements, from the approval on: a statement that answers their keys.
pub fn programmes(partner: Uuid) -> SelectStatement {
    let reached = ProgrammeStatus::ALL.iter().filter(|status| domain::partner_client::reaches_programme(**status));
    let linked = Query::select()
        .expr(Expr::cust("linked.programme_id"))
        .from_as(Alias::new("agreement_programme"), Alias::new("linked"))
        .and_where(Expr::cust("linked.agreement_id").in_subquery(agreements(partner)))
        .to_owned();
    Query::select()
        .expr(Expr::cust("run.id"))
        .from_as(Alias::new("programme"), Alias::new("run"))
        .and_where(Expr::cust("run.id").in_subquery(linked))
        .and_where(Expr::cust("run.status").is_in(reached.map(|status| status.as_str())))
        .to_owned()
}
