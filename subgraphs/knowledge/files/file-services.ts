/** What the use cases of files work with. */
import type { Blobs } from '#kernel/blobs/blobs.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { OutboxRelay } from '#kernel/outbox/relay.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { FindLimits } from '../plans.ts';

export interface FileServices {
  readonly database: Database;
  readonly blobs: Blobs;
  readonly signals: Signals;
  /** Publishes jobs. */
  readonly relay: OutboxRelay;
  readonly findLimits: FindLimits;
  /** Seconds for which signed URLs hold. */
  readonly uploadSeconds: number;
  readonly downloadSeconds: number;
  readonly logger: Logger;
}
