/** How providers are given the pictures of a prompt. */
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { requestBody as anthropicBody } from '../anthropic/request-body.ts';
import { requestBody as completionsBody } from '../chat-completions/request-body.ts';

const none: ReadonlySet<never> = new Set();
const picture = { type: 'file', mediaType: 'image/jpeg', data: { type: 'data', data: Buffer.from('jpeg') } } as const;
const call: LanguageModelV4CallOptions = {
  prompt: [
    { role: 'user', content: [picture, { type: 'text', text: 'What is this?' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'A test.' }] },
    { role: 'user', content: [{ type: 'text', text: 'Sure?' }] },
  ],
};
const base64 = Buffer.from('jpeg').toString('base64');

test('chat completions get parts where there is a picture, and plain text elsewhere', () => {
  expect(JSON.parse(completionsBody('m', call, none)).messages).toEqual([
    {
      role: 'user',
      content: [
        { type: 'image_url', image_url: { url: `data:image/jpeg;base64,${base64}` } },
        { type: 'text', text: 'What is this?' },
      ],
    },
    { role: 'assistant', content: 'A test.' },
    { role: 'user', content: 'Sure?' },
  ]);
});

test("Anthropic's messages get the picture as a block", () => {
  expect(JSON.parse(anthropicBody('m', call, none)).messages[0]).toEqual({
    role: 'user',
    content: [
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: base64 } },
      { type: 'text', text: 'What is this?' },
    ],
  });
});
