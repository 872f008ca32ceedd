/** How questions are sent from this device. */
import type { ReasoningEffort } from '@parlance/client';
import { createStored } from '../../preferences/stored.ts';

/** What Enter does in the composer. `enter`: sends; `modifier`: breaks the line, and with Ctrl or Command it sends. */
export const sendKeys = ['enter', 'modifier'] as const;
export type SendKey = (typeof sendKeys)[number];

export const sendKeyStored = createStored<SendKey>(
  'parlance.send-key',
  (stored) => sendKeys.find((key) => key === stored) ?? 'enter',
);

/** What becomes of a question that is sent while a reply is being written. */
export const busyPolicyStored = createStored<'ENQUEUE' | 'INTERRUPT'>('parlance.busy', (stored) =>
  stored === 'INTERRUPT' ? 'INTERRUPT' : 'ENQUEUE',
);

/** How much models think before they reply. `AUTO`: as each does by itself. */
export const efforts = ['AUTO', 'NONE', 'LOW', 'MEDIUM', 'HIGH'] as const satisfies readonly (
  | 'AUTO'
  | ReasoningEffort
)[];
export type Effort = (typeof efforts)[number];

export const effortStored = createStored<Effort>(
  'parlance.effort',
  (stored) => efforts.find((effort) => effort === stored) ?? 'AUTO',
);

/** What of it goes with a turn. */
export const chosenEffort = (): { readonly reasoningEffort?: ReasoningEffort } => {
  const effort = effortStored.get();
  return effort === 'AUTO' ? {} : { reasoningEffort: effort };
};
