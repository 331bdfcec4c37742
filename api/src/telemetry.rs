//! Logs, traces and metrics. They stand around the executor: nothing hooks every field.
//!
//! Traces and metrics leave by OTLP when `OTEL_EXPORTER_OTLP_ENDPOINT` is set; metrics are served as Prometheus text
//! besides. Names of operations are the client's words, so at most so many of them become labels.

use crate::config::{LogFormat, Settings};
use crate::platform::database::connection;
use crate::platform::database::fault::StartFault;
use domain::codes::Coded;
use domain::fault::Code;
use opentelemetry::metrics::{Counter, Histogram, MeterProvider, UpDownCounter};
use opentelemetry::trace::{TraceContextExt, TraceId, TracerProvider};
use opentelemetry::{KeyValue, global};
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::collections::HashSet;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::{EnvFilter, LevelFilter, Targets};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// What must be flushed before the program ends, and what the server counts with.
pub struct Telemetry {
    /// What the server counts.
    pub metrics: Metrics,
    /// What `/metrics` shows.
    pub registry: prometheus::Registry,
    tracer: Option<SdkTracerProvider>,
    meter: SdkMeterProvider,
}

/// So many names of operations become labels; all others are `other`.
const MOST_OPERATIONS: usize = 200;

/// What the server counts; cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    latency: Histogram<f64>,
    errors: Counter<u64>,
    in_flight: UpDownCounter<i64>,
    operations: Arc<Mutex<HashSet<Arc<str>>>>,
}

fn resource() -> Resource {
    let name = std::env::var("OTEL_SERVICE_NAME").unwrap_or_else(|_| "unfm".to_owned());
    Resource::builder().with_service_name(name).build()
}

fn is_switched_off() -> bool {
    std::env::var("OTEL_SDK_DISABLED").is_ok_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Set up logs, and traces where an endpoint is set.
///
/// # Errors
/// One sentence, when the endpoint cannot be used.
pub fn start(settings: &Settings) -> Result<Telemetry, StartFault> {
    let telemetry = build(settings)?;
    let filter = EnvFilter::new(&settings.log);
    let terminal = std::io::stderr().is_terminal();
    let format = settings.log_format.unwrap_or(if terminal { LogFormat::Text } else { LogFormat::Json });
    let traces = telemetry.tracer.as_ref().map(|provider| {
        global::set_text_map_propagator(TraceContextPropagator::new());
        // What is logged is another question than what is traced.
        let traced = Targets::new().with_default(LevelFilter::INFO).with_target(connection::SPANS, LevelFilter::DEBUG);
        tracing_opentelemetry::layer().with_tracer(provider.tracer("unfm")).with_filter(traced)
    });
    let registry = tracing_subscriber::registry().with(traces);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => registry.with(lines.with_ansi(terminal).with_target(false).with_filter(filter)).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true).with_filter(filter)).try_init(),
    };
    started.map_err(|error| StartFault(format!("Logs cannot be set up: {error}.")))?;
    Ok(telemetry)
}

/// Metrics, and traces where an endpoint is set, without touching the process's logs.
///
/// # Errors
/// One sentence, when the endpoint cannot be used.
pub fn build(settings: &Settings) -> Result<Telemetry, StartFault> {
    let fault = |error: &dyn std::fmt::Display| StartFault(format!("Telemetry cannot be set up: {error}."));
    let registry = prometheus::Registry::new();
    let reader =
        opentelemetry_prometheus::exporter().with_registry(registry.clone()).build().map_err(|error| fault(&error))?;
    let mut meter = SdkMeterProvider::builder().with_resource(resource()).with_reader(reader);
    let mut tracer = None;
    if let Some(endpoint) = settings.otlp_endpoint.as_deref().filter(|_| !is_switched_off()) {
        let mut spans = opentelemetry_otlp::SpanExporter::builder().with_http();
        let mut metrics = opentelemetry_otlp::MetricExporter::builder().with_http();
        // What is said here would win over an address of the signal's own.
        if std::env::var_os("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").is_none() {
            spans = spans.with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')));
        }
        if std::env::var_os("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT").is_none() {
            metrics = metrics.with_endpoint(format!("{}/v1/metrics", endpoint.trim_end_matches('/')));
        }
        let spans = spans.build().map_err(|error| fault(&error))?;
        tracer = Some(SdkTracerProvider::builder().with_resource(resource()).with_batch_exporter(spans).build());
        meter = meter.with_periodic_exporter(metrics.build().map_err(|error| fault(&error))?);
    }
    let meter = meter.build();
    let instruments = meter.meter("unfm");
    let metrics = Metrics {
        latency: instruments
            .f64_histogram("graphql_operation_duration_seconds")
            .with_description("How long operations took, from the whole request to the whole answer.")
            .with_boundaries(vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
            .build(),
        errors: instruments.u64_counter("graphql_errors").with_description("Errors in answers, by code.").build(),
        in_flight: instruments.i64_up_down_counter("graphql_in_flight").with_description("Operations at work.").build(),
        operations: Arc::default(),
    };
    Ok(Telemetry { metrics, registry, tracer, meter })
}

impl Telemetry {
    /// Send what has not been sent; at most a few seconds.
    pub fn finish(&self) {
        if let Some(tracer) = &self.tracer
            && let Err(error) = tracer.shutdown_with_timeout(Duration::from_secs(3))
        {
            tracing::warn!(%error, "the last spans were not sent");
        }
        // The Prometheus reader has nothing to send; the OTLP one sends its last.
        let _ = self.meter.shutdown();
    }
}

/// An operation at work. It is counted as in flight until this is dropped, also when the client goes away.
pub struct AtWork<'m> {
    metrics: &'m Metrics,
    kind: &'static str,
    begun: Instant,
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.metrics.in_flight.add(-1, &[]);
    }
}

impl AtWork<'_> {
    /// The operation has its answer, with errors of these codes.
    pub fn answered(self, name: Option<&str>, codes: &[Code]) {
        let labels = [KeyValue::new("type", self.kind), KeyValue::new("operation", self.metrics.label(name))];
        self.metrics.latency.record(self.begun.elapsed().as_secs_f64(), &labels);
        self.metrics.refused(codes);
    }
}

impl Metrics {
    /// An operation begins.
    pub fn begin(&self, kind: &'static str, begun: Instant) -> AtWork<'_> {
        self.in_flight.add(1, &[]);
        AtWork { metrics: self, kind, begun }
    }

    /// An answer has errors of these codes.
    pub fn refused(&self, codes: &[Code]) {
        for code in codes {
            self.errors.add(1, &[KeyValue::new("code", code.as_str())]);
        }
    }

    /// The label of an operation's name: the name itself while few are known.
    fn label(&self, name: Option<&str>) -> Arc<str> {
        let Some(name) = name else { return "anonymous".into() };
        let mut known = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(name) {
            return known.clone();
        }
        if known.len() >= MOST_OPERATIONS || name.len() > 80 {
            return "other".into();
        }
        let name: Arc<str> = name.into();
        known.insert(name.clone());
        name
    }
}

/// The id under which an operation is found in the traces, when they are kept.
pub fn trace_id(span: &tracing::Span) -> Option<String> {
    let id = span.context().span().span_context().trace_id();
    (id != TraceId::INVALID).then(|| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Cli;

    #[test]
    fn names_of_operations_become_labels_while_they_are_few() {
        let telemetry = build(&Cli::of(&[]).unwrap().settings).unwrap();
        let label = |name: &str| telemetry.metrics.label(Some(name)).to_string();
        for number in 0..MOST_OPERATIONS {
            assert_eq!(label(&format!("Op{number}")), format!("Op{number}"));
        }
        assert_eq!((label("Op7"), label("OneMore")), ("Op7".to_owned(), "other".to_owned()));
        assert_eq!(&*telemetry.metrics.label(None), "anonymous");
    }

    #[test]
    fn an_operation_is_in_flight_until_its_client_has_gone() {
        let telemetry = build(&Cli::of(&[]).unwrap().settings).unwrap();
        let in_flight = || {
            let families = telemetry.registry.gather();
            let family = families.iter().find(|family| family.name() == "graphql_in_flight").unwrap();
            family.get_metric()[0].get_gauge().get_value()
        };
        let at_work = telemetry.metrics.begin("query", Instant::now());
        assert_eq!(in_flight(), 1.0);
        drop(at_work);
        assert_eq!(in_flight(), 0.0);
    }
}
