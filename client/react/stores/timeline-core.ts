/** What the parts of a timeline share: the branch that they change, and the state that they show. */
import type { ParlanceClient, ParlanceError } from '@parlance/client';
import type { Branch } from './branch.ts';
import type { ChangeHub } from './change-hub.ts';
import type { TimelineEntry } from './timeline-entry.ts';

export interface TimelineState {
  /**
   * `loading` until the end of the branch is there; then `ready`. `missing`: there is no such conversation. `failed`:
   * it cannot be read, and `error` says why.
   */
  readonly status: 'loading' | 'ready' | 'missing' | 'failed';
  /** Oldest first. An entry stays the same object while its message does. */
  readonly messages: readonly TimelineEntry[];
  readonly hasOlder: boolean;
  readonly isLoadingOlder: boolean;
  /** Why what is shown may be out of date, or undefined. */
  readonly error: ParlanceError | undefined;
}

export interface TimelineCore {
  readonly client: ParlanceClient;
  readonly hub: ChangeHub;
  readonly conversationId: string;
  readonly branch: Branch;
  readonly state: () => TimelineState;
  readonly isWatched: () => boolean;
  /** Shows the branch as it is now, with other changes of the state. */
  readonly show: (change?: Partial<TimelineState>) => void;
}

export const initialState: TimelineState = {
  status: 'loading',
  messages: [],
  hasOlder: false,
  isLoadingOlder: false,
  error: undefined,
};
