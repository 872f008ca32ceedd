/**
 * An export of the reader: the newest that there is, which may have been begun before the page was loaded, or the one
 * that is begun here. Invariant: what is begun here is shown, however late the list of former ones comes.
 */
import { type ExportState, ExportsDocument, type ExportsQuery, type ParlanceFault } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useAttempt } from './use-attempt.ts';
import { useLeaving } from './use-leaving.ts';

/** Former exports that are looked through. */
const mostRead = 50;

export interface OwnExport {
  readonly state: ExportState | undefined;
  readonly fault: ParlanceFault | undefined;
  /** Whether it is being made. */
  readonly isBusy: boolean;
  begin(start: (options: FollowOptions) => Promise<ExportState>): void;
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (state: ExportState) => void;
}

/** @param conversationId of what is exported; null for everything */
export const useExport = (conversationId: string | null): OwnExport => {
  const client = useParlance();
  const leaving = useLeaving();
  const [attempt, fault, isBusy] = useAttempt();
  const [state, setState] = useState<ExportState>();
  const hasBegun = useRef(false);
  const follow = useCallback(
    (start: (options: FollowOptions) => Promise<ExportState>) =>
      attempt(() => start({ signal: leaving(), onProgress: setState })),
    [attempt, leaving],
  );
  useEffect(() => {
    const isOwn = ({ node }: ExportsQuery['exports']['edges'][number]): boolean =>
      (node.conversation?.id ?? null) === conversationId &&
      (conversationId !== null || node.format === null) &&
      (node.status === 'QUEUED' || node.status === 'RUNNING' || node.status === 'READY');
    let isLeft = false;
    // Where the list cannot be read, a new export can be made as ever.
    client.query(ExportsDocument, { last: mostRead }).then(
      ({ exports }) => {
        const found = exports.edges.findLast(isOwn)?.node;
        if (found && !hasBegun.current && !isLeft) void follow((options) => client.followExport(found, options));
      },
      () => undefined,
    );
    return () => {
      isLeft = true;
    };
  }, [client, conversationId, follow]);
  return {
    state,
    fault,
    isBusy,
    begin(start) {
      hasBegun.current = true;
      setState(undefined);
      void follow(start);
    },
  };
};
