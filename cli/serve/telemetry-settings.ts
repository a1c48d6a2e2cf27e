/** Where traces and metrics are sent, as the environment says by the variables that OpenTelemetry names. */
import type { Variables } from '../environment.ts';
import { UsageError } from '../usage-error.ts';

export interface TelemetrySettings {
  readonly tracesUrl: string;
  readonly metricsUrl: string;
  readonly serviceName: string;
  /** Milliseconds between two sendings of the metrics. */
  readonly metricsEveryMs: number;
}

const EVERY_MS = 60_000;

/** Null when nothing is to be sent. Throws UsageError for an address that is none. */
export function telemetryOf(variables: Variables): TelemetrySettings | null {
  const endpoint = variables['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (!endpoint || variables['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return null;
  const every = Number(variables['OTEL_METRIC_EXPORT_INTERVAL'] ?? EVERY_MS);
  return {
    tracesUrl: addressOf(variables, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', '/v1/traces'),
    metricsUrl: addressOf(variables, 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', '/v1/metrics'),
    serviceName: variables['OTEL_SERVICE_NAME'] || 'upkeep',
    metricsEveryMs: Number.isFinite(every) && every >= 1_000 ? every : EVERY_MS,
  };
}

/** The variable of its own, else the common one with a path. */
function addressOf(variables: Variables, own: string, path: string): string {
  const [name, suffix] = variables[own] ? [own, ''] : ['OTEL_EXPORTER_OTLP_ENDPOINT', path];
  const text = variables[name] ?? '';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`${name} is ${JSON.stringify(text)}: expected the address of a collector, such as http://localhost:4318`);
  if (/^grpc$/i.test(variables['OTEL_EXPORTER_OTLP_PROTOCOL'] ?? ''))
    throw new UsageError(
      'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc": expected http/json, and in OTEL_EXPORTER_OTLP_ENDPOINT the port of HTTP, mostly 4318',
    );
  return text.replace(suffix === '' ? /$^/ : /\/$/, '') + suffix;
}
