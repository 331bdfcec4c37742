//! Logs, traces and metrics. They stand around the executor: nothing hooks every field.
//!
//! Traces and metrics leave by OTLP when `OTEL_EXPORTER_OTLP_ENDPOINT` is set; metrics are served as Prometheus text
//! besides. Names of operations are the client's words, so at most so many of them become labels.

use crate::config::{LogFormat, Settings};
use crate::platform::db::StartFault;
use opentelemetry::metrics::{Counter, Histogram, MeterProvider, UpDownCounter};
use opentelemetry::trace::TracerProvider;
use opentelemetry::{KeyValue, global};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::collections::HashSet;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
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
    operations: Arc<Mutex<HashSet<String>>>,
}

fn endpoint() -> Option<String> {
    std::env::var("OTEL_EXPORTER_OTLP_ENDPOINT").ok().filter(|endpoint| !endpoint.is_empty())
}

fn resource() -> Resource {
    let name = std::env::var("OTEL_SERVICE_NAME").unwrap_or_else(|_| "unfm".to_owned());
    Resource::builder().with_service_name(name).build()
}

/// Set up logs, and traces where an endpoint is set.
///
/// # Errors
/// One sentence, when the endpoint cannot be used.
pub fn start(settings: &Settings) -> Result<Telemetry, StartFault> {
    let telemetry = build()?;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,opentelemetry=warn"));
    let terminal = std::io::stderr().is_terminal();
    let format = settings.log_format.unwrap_or(if terminal { LogFormat::Text } else { LogFormat::Json });
    let traces = telemetry.tracer.as_ref().map(|provider| {
        global::set_text_map_propagator(TraceContextPropagator::new());
        tracing_opentelemetry::layer().with_tracer(provider.tracer("unfm"))
    });
    let registry = tracing_subscriber::registry().with(filter).with(traces);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => registry.with(lines.with_ansi(terminal).with_target(false)).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
    started.map_err(|error| StartFault(format!("Logs cannot be set up: {error}.")))?;
    Ok(telemetry)
}

/// Metrics, and traces where an endpoint is set, without touching the process's logs.
///
/// # Errors
/// One sentence, when the endpoint cannot be used.
pub fn build() -> Result<Telemetry, StartFault> {
    let fault = |error: &dyn std::fmt::Display| StartFault(format!("Telemetry cannot be set up: {error}."));
    let registry = prometheus::Registry::new();
    let reader =
        opentelemetry_prometheus::exporter().with_registry(registry.clone()).build().map_err(|error| fault(&error))?;
    let mut meter = SdkMeterProvider::builder().with_resource(resource()).with_reader(reader);
    let mut tracer = None;
    if endpoint().is_some() {
        let spans = opentelemetry_otlp::SpanExporter::builder().with_http().build().map_err(|error| fault(&error))?;
        tracer = Some(SdkTracerProvider::builder().with_resource(resource()).with_batch_exporter(spans).build());
        let metrics =
            opentelemetry_otlp::MetricExporter::builder().with_http().build().map_err(|error| fault(&error))?;
        meter = meter.with_periodic_exporter(metrics);
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

impl Metrics {
    /// An operation begins.
    pub fn begin(&self) {
        self.in_flight.add(1, &[]);
    }

    /// An operation ends.
    pub fn end(&self, kind: &'static str, name: Option<&str>, took: Duration, codes: &[String]) {
        self.in_flight.add(-1, &[]);
        let labels = [KeyValue::new("type", kind), KeyValue::new("operation", self.label(name))];
        self.latency.record(took.as_secs_f64(), &labels);
        for code in codes {
            self.errors.add(1, &[KeyValue::new("code", code.clone())]);
        }
    }

    /// The label of an operation's name: the name itself while few are known.
    fn label(&self, name: Option<&str>) -> String {
        let Some(name) = name else { return "anonymous".to_owned() };
        let mut known = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(name) {
            return name.to_owned();
        }
        if known.len() >= MOST_OPERATIONS || name.len() > 80 {
            return "other".to_owned();
        }
        known.insert(name.to_owned());
        name.to_owned()
    }
}
