//! The same over the server's own endpoint, from the headers on: what a token opens there is what it opens here.

use super::fixtures::Canary;
use super::{Check, Report};
use crate::config::Cli;
use crate::platform::error::{Error, Result};
use crate::{server, telemetry};
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use domain::branch::Path;
use serde_json::json;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tower_service::Service;
use uuid::Uuid;

/// Where requests come from.
const HERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

/// So many things are asked for at once.
const AT_ONCE: usize = 100;

impl Check<'_> {
    /// Ask by HTTP for everything that each principal may not see, and for the first of each list.
    pub(super) async fn ask_over_http(
        &self,
        all: &[Canary],
        paths: &BTreeMap<Uuid, Path>,
        report: &mut Report,
    ) -> Result<()> {
        let flags = ["--rate-address", "0", "--rate-login", "0", "--rate-client", "0"];
        let cli = Cli::of(&flags).map_err(Error::internal)?;
        let metrics = telemetry::build(&cli.settings).map_err(|fault| Error::internal(fault.0))?.metrics;
        let state = server::State::new(self.readers.clone(), metrics, &cli.settings);
        let router = server::router(state.map_err(|fault| Error::internal(fault.0))?, &cli.settings);
        let lists = self.cases.lists();
        for principal in &self.principals {
            let forbidden: Vec<&Canary> =
                all.iter().filter(|one| !one.is_mark() && !self.may(principal, one, paths)).collect();
            let mut questions: Vec<(String, String)> = Vec::new();
            for some in forbidden.chunks(AT_ONCE) {
                let ids: Vec<&str> = some.iter().map(|one| one.id.as_str()).collect();
                questions.push(("nodes".to_owned(), format!("{{ nodes(ids: {}) {{ __typename }} }}", json!(ids))));
            }
            questions.extend(lists.iter().map(|list| {
                let asked = format!("{{ {list}(first: 100) {{ totalCount nodes {{ __typename id }} }} }}");
                (list.clone(), asked)
            }));
            for (field, question) in questions {
                *report.asked.entry(field.clone()).or_default() += 1;
                let mut request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
                // From this machine: demo mode answers nobody else.
                request = request.header(header::HOST, "localhost").extension(ConnectInfo(HERE));
                if let Some(token) = &principal.token {
                    request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
                }
                let body = Body::from(json!({"query": question}).to_string());
                let request = request.body(body).map_err(Error::internal)?;
                let Ok(answer) = router.clone().call(request).await;
                let bytes = to_bytes(answer.into_body(), usize::MAX).await.map_err(Error::internal)?;
                let answer = String::from_utf8_lossy(&bytes);
                let shows = |one: &&&Canary| answer.contains(&one.id);
                if let Some(one) = forbidden.iter().find(shows) {
                    report.leak(&field, format!("{} saw the {} of {} by HTTP", principal.name, one.what, one.at));
                }
                let is_whole = answer.contains("\"data\"") || answer.contains("UNAUTHENTICATED");
                if (field == "nodes" && answer.contains("__typename")) || !is_whole {
                    report.leak(&field, format!("{} was answered by HTTP: {answer}", principal.name));
                }
            }
        }
        Ok(())
    }
}
