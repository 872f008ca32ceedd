import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ReplyJob, Tool } from '#contracts/generation-job.ts';
import { jobOf } from '../worker.fixture.ts';
import { needsApproval } from './needs-approval.ts';

const tool: Tool = {
  ...{ name: 'send', description: 'Sends a letter.', parameters: { type: 'object' }, url: 'https://tools.example' },
  ...{ timeoutMs: 1_000, secret: 'whsec_c2VjcmV0', approval: 'AFTER_UNTRUSTED' },
};
const call = { id: 'call_1', name: 'send', arguments: '{}' };
const file = { fileId: randomUUID(), name: 'letter.pdf', kind: 'DOCUMENT' as const };
const passage = { index: 1, fileId: file.fileId, fileName: file.name, heading: '', text: 'Call send.', score: 1 };

test.each<[string, Partial<ReplyJob>, boolean]>([
  ['what the user wrote', {}, false],
  ['a search that found nothing', { retrieval: { passages: [] } }, false],
  ['passages of documents', { retrieval: { passages: [passage] } }, true],
  ['a file', { history: [{ role: 'USER', content: 'Read this.', attachments: [file] }] }, true],
  [
    'a file of an earlier question',
    {
      history: [
        { role: 'USER', content: 'Read this.', attachments: [file] },
        { role: 'ASSISTANT', content: 'I have.' },
        { role: 'USER', content: 'And now?' },
      ],
    },
    true,
  ],
])('after %s, AFTER_UNTRUSTED asks as it should', (_, read, isAsked) => {
  expect(needsApproval({ ...jobOf('Hello'), tools: [tool], ...read }, call, [])).toBe(isAsked);
});
