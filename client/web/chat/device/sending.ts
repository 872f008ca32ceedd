/** How questions are sent from this device. */
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
