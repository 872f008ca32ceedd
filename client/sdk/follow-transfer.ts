/**
 * Begins an export or import and follows it to its end. Invariant: what it resolves with has ended, READY or FAILED
 * with the reason; a connection that breaks meanwhile changes nothing, because the first event after it has the present
 * state.
 */
import type { Notices } from './follow-changes.ts';
import {
  ExportChangedDocument,
  type ExportChangedSubscription,
  ExportConversationDocument,
  type ExportFormat,
  ExportMyDataDocument,
  type ExportStateFragment,
  ImportChangedDocument,
  type ImportChangedSubscription,
  ImportConversationsDocument,
  type ImportStateFragment,
} from './generated/graphql.ts';
import type { Requests } from './requests.ts';
import type { StreamRequest } from './transports/transport.ts';

export interface TransferOptions<State> {
  /** Called with each state, the first one included. */
  readonly onProgress?: (state: State) => void;
  /** Stops following. The export or import goes on. */
  readonly signal?: AbortSignal;
}

export interface ExportOptions extends TransferOptions<ExportStateFragment> {
  /** Language of the words around the texts. */
  readonly language?: string;
}

interface Changed<State> {
  readonly kind: 'CHANGED';
  readonly state: State;
}

export interface TransferServices {
  readonly requests: Pick<Requests, 'mutate'>;
  readonly changesOf: <Data, Change>(
    request: StreamRequest,
    changeOf: (data: Data) => Change,
    signal: AbortSignal | undefined,
  ) => Notices<Change>;
}

const isOver = (status: ExportStateFragment['status']): boolean => status !== 'QUEUED' && status !== 'RUNNING';

const followToEnd = async <State extends { readonly status: ExportStateFragment['status'] }>(
  begun: State,
  changes: (signal: AbortSignal) => Notices<Changed<State>>,
  { onProgress, signal }: TransferOptions<State>,
): Promise<State> => {
  onProgress?.(begun);
  if (isOver(begun.status)) return begun;
  const ended = new AbortController();
  try {
    for await (const notice of changes(signal ? AbortSignal.any([signal, ended.signal]) : ended.signal)) {
      if (notice.kind !== 'CHANGED') continue;
      onProgress?.(notice.state);
      if (isOver(notice.state.status)) return notice.state;
    }
  } finally {
    ended.abort();
  }
  return begun;
};

export interface Transfers {
  /** Goes on with an export that was begun before, such as one of `ExportsDocument`. Resolves at its end, likewise. */
  followExport(
    begun: ExportStateFragment,
    options?: TransferOptions<ExportStateFragment>,
  ): Promise<ExportStateFragment>;
  /** Resolves when the file can be downloaded at `downloadUrl`, or the export FAILED. */
  exportConversation(
    conversation: { readonly id: string; readonly format: ExportFormat },
    options?: ExportOptions,
  ): Promise<ExportStateFragment>;
  /** An archive of everything that is the user's; likewise. */
  exportMyData(options?: ExportOptions): Promise<ExportStateFragment>;
  /** @param fileId of a file that was uploaded with the purpose IMPORT */
  importConversations(fileId: string, options?: TransferOptions<ImportStateFragment>): Promise<ImportStateFragment>;
}

export const createTransfers = ({ requests, changesOf }: TransferServices): Transfers => {
  const followExport: Transfers['followExport'] = (begun, options = {}) =>
    followToEnd(
      begun,
      (signal) =>
        changesOf(
          { query: ExportChangedDocument.toString(), variables: { id: begun.id } },
          ({ exportChanged: state }: ExportChangedSubscription) => ({ kind: 'CHANGED' as const, state }),
          signal,
        ),
      options,
    );
  return {
    followExport,
    async exportConversation(conversation, { language, ...options } = {}) {
      const variables = { ...conversation, ...(language === undefined ? {} : { language }) };
      return followExport((await requests.mutate(ExportConversationDocument, variables)).exportConversation, options);
    },
    async exportMyData({ language, ...options } = {}) {
      const variables = language === undefined ? {} : { language };
      return followExport((await requests.mutate(ExportMyDataDocument, variables)).exportMyData, options);
    },
    async importConversations(fileId, options = {}) {
      const begun = (await requests.mutate(ImportConversationsDocument, { fileId })).importConversations;
      return followToEnd(
        begun,
        (signal) =>
          changesOf(
            { query: ImportChangedDocument.toString(), variables: { id: begun.id } },
            ({ importChanged: state }: ImportChangedSubscription) => ({ kind: 'CHANGED' as const, state }),
            signal,
          ),
        options,
      );
    },
  };
};
