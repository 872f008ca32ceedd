/**
 * What every generation of a worker shares: the ports, the models, the tools, and the times within which things must
 * happen.
 */
import type { Broker } from '#kernel/broker/broker.ts';
import type { Logger } from '#kernel/log.ts';
import { renewEveryMs, type StreamLog } from '#kernel/stream-log/stream-log.ts';
import type { ModelRegistry } from '../providers/registry.ts';
import type { ToolRunner } from '../tools/tool-runner.ts';

export interface GenerationSettings {
  /** Milliseconds that text waits for more at most before it is appended; the first text never waits. */
  readonly coalesceMs: number;
  /** Characters of text that are appended without waiting for more. */
  readonly coalesceChars: number;
  /** Milliseconds from the request to a model until its first token. */
  readonly firstTokenTimeoutMs: number;
  /** Milliseconds between two tokens. */
  readonly stallTimeoutMs: number;
  /** Times that one model is asked again before its first token, after faults that pass. */
  readonly retries: number;
  /** Milliseconds before the first of these; doubled each time, with full jitter. */
  readonly retryBackoffMs: number;
  /** Longest `Retry-After` that is waited for; a longer one means the next model at once. */
  readonly retryAfterMaxMs: number;
  /** Milliseconds between the renewals of a silent lease. */
  readonly renewEveryMs: number;
  /** Milliseconds for which a stream log that does not answer is tried again. */
  readonly logOutageMs: number;
  /** Hosts of tools that need not be public (tools/tool-agent.ts). */
  readonly privateToolHosts: readonly string[];
}

export const defaultGenerationSettings: GenerationSettings = {
  coalesceMs: 15,
  coalesceChars: 2_000,
  firstTokenTimeoutMs: 60_000,
  stallTimeoutMs: 30_000,
  retries: 2,
  retryBackoffMs: 250,
  retryAfterMaxMs: 5_000,
  renewEveryMs,
  logOutageMs: 30_000,
  privateToolHosts: [],
};

export interface GenerationContext {
  readonly broker: Broker;
  readonly streamLog: StreamLog;
  readonly registry: ModelRegistry;
  readonly tools: ToolRunner;
  readonly logger: Logger;
  readonly settings: GenerationSettings;
}
