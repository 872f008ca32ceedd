/** Opens what makes exports and imports in the background, and what deletes the files of old exports. */
import type { Ports } from '#kernel/ports.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import type { SubgraphServices } from '#kernel/subgraph-server/run-subgraph.ts';
import type { ChangeFeed } from './conversations/change-feed.ts';
import { createAccountEntries } from './exports/account-entries.ts';
import { createUsageLoader } from './exports/billed-usage.ts';
import { createExportWork } from './exports/export-work.ts';
import { startExportPurge } from './exports/purge-exports.ts';
import type { OwnFiles } from './files/own-files.ts';
import { createImportWork } from './imports/import-work.ts';
import { createTextScreening } from './imports/screen-texts.ts';
import type { TransferKind } from './transfer-entities.ts';
import { startTransferRunner, type TransferRunner, type TransferWork } from './transfers/transfer-runner.ts';

export interface TransferOptions extends Pick<SubgraphServices, 'database' | 'access' | 'logger'> {
  readonly ports: Pick<Ports, 'streamLog' | 'signals' | 'blobs'>;
  readonly usage: SubgraphClient;
  readonly safety: SubgraphClient;
  readonly knowledge: SubgraphClient;
  readonly files: OwnFiles;
  readonly changes: ChangeFeed;
  readonly maxContentLength: number;
  readonly maxStoredBytes: number;
}

export interface Transfers extends TransferRunner {
  /** Deletes the files of exports that are due, at once. Never rejects: the sweep repeats what fails. */
  purge(): Promise<void>;
}

/** On closing, what is being made goes back to the queue. */
export const openTransfers = (options: TransferOptions): Transfers => {
  const { database, access, logger, ports, usage, safety, knowledge, files } = options;
  const { streamLog, signals, blobs } = ports;
  const shared = { database, streamLog, signals, blobs, access, logger };
  const exporting = createExportWork({
    ...{ ...shared, files },
    accountEntries: createAccountEntries({ usage, knowledge }),
    loadUsage: createUsageLoader(usage),
  });
  const works: Readonly<Record<TransferKind, TransferWork>> = {
    CONVERSATION_EXPORT: exporting,
    DATA_EXPORT: exporting,
    IMPORT: createImportWork({ ...options, blobs, screenTexts: createTextScreening(safety) }),
  };
  const purge = startExportPurge(shared);
  const runner = startTransferRunner(shared, (kind) => works[kind]);
  return {
    wake: runner.wake,
    purge: purge.sweep,
    async [Symbol.asyncDispose]() {
      await runner[Symbol.asyncDispose]();
      await purge[Symbol.asyncDispose]();
    },
  };
};
