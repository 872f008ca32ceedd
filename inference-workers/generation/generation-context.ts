/** What all generations of a worker share: the ports, the models, the tools, and the time limits. */
import type { Blobs } from '#kernel/blobs/blobs.ts';
import type { Broker } from '#kernel/broker/broker.ts';
import type { Logger } from '#kernel/log.ts';
import type { Detectors } from '#kernel/screening/detectors.ts';
import { renewEveryMs, type StreamLog } from '#kernel/stream-log/stream-log.ts';
import type { ModelRegistry } from '../providers/registry.ts';
import type { Reuse } from '../reuse/reuse-turn.ts';
import type { ToolRunner } from '../tools/tool-runner.ts';

export interface GenerationSettings {
  /** Milliseconds that text waits for more before it is appended, at most; the first text never waits. */
  readonly coalesceMs: number;
  /** Pending characters that are appended without waiting for more. */
  readonly coalesceChars: number;
  /** Milliseconds from the request to a model until its first token. */
  readonly firstTokenTimeoutMs: number;
  /** Milliseconds between two tokens. */
  readonly stallTimeoutMs: number;
  /** Times that one model is asked again before its first token, after transient faults. */
  readonly retries: number;
  /** Milliseconds before the first retry; doubled each time, with full jitter. */
  readonly retryBackoffMs: number;
  /** Longest `Retry-After` that is respected; after a longer one the next model is asked at once. */
  readonly retryAfterMaxMs: number;
  /** Milliseconds between two renewals of the lease while nothing is appended. */
  readonly renewEveryMs: number;
  /** Milliseconds for which a stream log that does not respond is retried. */
  readonly logOutageMs: number;
  /** Hosts of tools that need no public address (kernel/tool-connections). */
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
  /** Where attached files are; undefined: prompts leave them out. */
  readonly blobs: Blobs | undefined;
  readonly registry: ModelRegistry;
  readonly tools: ToolRunner;
  /** The caches; undefined where there are none. */
  readonly reuse: Reuse | undefined;
  /** Screen replies beside the rules, where a policy wants that. */
  readonly detectors: Detectors;
  readonly logger: Logger;
  readonly settings: GenerationSettings;
}
