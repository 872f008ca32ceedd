import { describe, expect, test } from 'vitest';
import { arrangeTree } from './arrange-tree.ts';
import { readChatgpt } from './chatgpt-source.ts';
import { readLibrechat } from './librechat-source.ts';
import type { SourceConversation } from './source-conversation.ts';

/** Texts of the messages with those of their parents, the text of the head, and the reasons of what is not there. */
const treeOf = (conversation: SourceConversation | undefined) => {
  if (!conversation) throw new Error('it is of another source');
  const { messages, head, leftOut } = arrangeTree(conversation);
  const textAt = (place: number | undefined) => (place === undefined ? undefined : messages[place]?.message.content);
  return {
    messages: messages.map(({ message, above }) => [message.role, message.content, textAt(above)]),
    head: textAt(head),
    leftOut: leftOut.toSorted(),
  };
};

/** A node of `mapping`, as ChatGPT writes it. */
const chatgptNode = (id: string, parent: string | null, message: object | null) => ({
  [id]: { id, parent, children: [], message: message && { id, status: 'finished_successfully', ...message } },
});
const said = (role: string, text: string, more: object = {}) => ({
  author: { role, name: null, metadata: {} },
  create_time: 1_756_000_001.5,
  content: { content_type: 'text', parts: [text] },
  recipient: 'all',
  metadata: {},
  ...more,
});
const chatgpt = (nodes: object, more: object = {}) => ({
  ...{ title: 'Pasta', create_time: 1_756_000_000.123, update_time: 1_756_000_400.654 },
  ...{ mapping: nodes, current_node: 'a2', conversation_id: 'c-1', id: 'c-1', is_archived: false },
  ...more,
});

describe('ChatGPT', () => {
  const nodes = {
    ...chatgptNode('root', null, null),
    ...chatgptNode('sys', 'root', said('system', '', { metadata: { is_visually_hidden_from_conversation: true } })),
    ...chatgptNode('u1', 'sys', said('user', 'first')),
    ...chatgptNode('thought', 'u1', {
      ...said('assistant', ''),
      content: { content_type: 'thoughts', thoughts: [{ summary: 'Hm', content: 'Let me see.' }] },
    }),
    ...chatgptNode('call', 'thought', said('assistant', 'search("x")', { recipient: 'browser' })),
    ...chatgptNode('tool', 'call', said('tool', 'found')),
    ...chatgptNode('a1', 'tool', said('assistant', 'reply one', { metadata: { model_slug: 'gpt-4o' } })),
    ...chatgptNode('a2', 'u1', said('assistant', 'reply two', { status: 'in_progress' })),
    ...chatgptNode('u2', 'a1', {
      ...said('user', ''),
      content: { content_type: 'multimodal_text', parts: [{ asset_pointer: 'file://1' }, 'what is this?'] },
    }),
    ...chatgptNode('u3', 'a1', {
      ...said('user', ''),
      content: { content_type: 'multimodal_text', parts: [{ asset_pointer: 'file://2' }] },
    }),
    ...chatgptNode('a3', 'u2', {
      ...said('assistant', ''),
      content: { content_type: 'code', language: 'python', text: 'print(1)' },
    }),
    ...chatgptNode('broken', 'u2', { author: 'nobody' }),
  };

  test('its tree is kept, without what people were not shown', () => {
    expect(treeOf(readChatgpt(chatgpt(nodes)))).toEqual({
      messages: [
        ['USER', 'first', undefined],
        ['ASSISTANT', 'reply one', 'first'],
        ['USER', 'what is this?', 'reply one'],
        ['ASSISTANT', '```python\nprint(1)\n```', 'what is this?'],
        ['ASSISTANT', 'reply two', 'first'],
      ],
      head: 'reply two',
      leftOut: ['NOT_A_MESSAGE', 'NOT_A_MESSAGE', 'NOT_A_MESSAGE', 'NOT_A_MESSAGE', 'NOT_TEXT', 'UNREADABLE'],
    });
  });

  test('times, models and states are kept', () => {
    const conversation = readChatgpt(chatgpt(nodes));
    expect(conversation).toMatchObject({ source: 'CHATGPT', sourceId: 'c-1', title: 'Pasta', archived: false });
    expect(conversation?.createdAt?.toISOString()).toBe('2025-08-24T01:46:40.123Z');
    const messages = new Map(conversation?.nodes.map(({ id, message }) => [id, message]));
    expect(messages.get('a1')).toMatchObject({ modelId: 'gpt-4o', status: 'COMPLETED', finishReason: 'STOP' });
    expect(messages.get('a2')).toMatchObject({ status: 'PARTIAL', finishReason: 'ERROR' });
    expect(messages.get('u1')?.createdAt?.toISOString()).toBe('2025-08-24T01:46:41.500Z');
  });

  test('what is no conversation of it is not taken for one', () => {
    expect(readChatgpt({ conversationId: '1', messages: [] })).toBeUndefined();
    expect(readChatgpt(null)).toBeUndefined();
    expect(() => readChatgpt({ mapping: [] })).toThrow();
    expect(() => readChatgpt({ mapping: {} })).toThrow('no id');
  });
});

const message = (messageId: string, parentMessageId: string, text: string, more: object = {}) => ({
  ...{ _id: `db-${messageId}`, __v: 0, messageId, parentMessageId, conversationId: 'l-1', text, endpoint: 'openAI' },
  ...{ isCreatedByUser: messageId.startsWith('u'), sender: messageId.startsWith('u') ? 'User' : 'GPT-4', error: false },
  ...{ createdAt: '2024-05-01T16:35:11.530Z', unfinished: false, model: 'gpt-4-turbo', ...more },
});
const none = '00000000-0000-0000-0000-000000000000';
const librechat = (more: object) => ({
  ...{ conversationId: 'l-1', endpoint: 'openAI', title: 'venv', exportAt: '13:18:04 GMT-0400', branches: true },
  options: { presetId: null, model: 'gpt-4-turbo', promptPrefix: 'You are an expert.' },
  ...more,
});

describe('LibreChat', () => {
  const expected = {
    messages: [
      ['USER', 'first', undefined],
      ['ASSISTANT', 'reply one', 'first'],
      ['USER', 'second', 'reply one'],
      ['ASSISTANT', 'reply two', 'first'],
    ],
    head: 'reply two',
    leftOut: ['EMPTY'],
  };
  test('a list of messages is read by their parents', () => {
    const messages = [
      message('u1', none, 'first'),
      message('a1', 'u1', 'reply one'),
      message('u2', 'a1', 'second'),
      message('a3', 'u2', ''),
      message('a2', 'u1', 'reply two'),
    ];
    const conversation = readLibrechat(librechat({ recursive: false, messages }));
    expect(treeOf(conversation)).toEqual(expected);
    expect(conversation).toMatchObject({ sourceId: 'l-1', title: 'venv', systemPrompt: 'You are an expert.' });
  });

  test('messages within messages are read as a tree, under both names that versions give it', () => {
    const second = message('u2', 'a1', 'second', { children: [message('a3', 'u2', '', { children: [] })] });
    const tree = [
      message('u1', none, 'first', {
        children: [message('a1', 'u1', 'reply one', { children: [second] }), message('a2', 'u1', 'reply two')],
      }),
    ];
    expect(treeOf(readLibrechat(librechat({ recursive: true, messages: tree })))).toEqual(expected);
    expect(treeOf(readLibrechat(librechat({ recursive: true, messagesTree: tree })))).toEqual(expected);
  });

  test('parts of newer versions are read: texts and thoughts, and that there was something else', () => {
    const content = [
      { type: 'think', think: 'Hm.' },
      { type: 'text', text: { value: 'Yes.' } },
      { type: 'tool_call', tool_call: {} },
    ];
    const picture = [{ type: 'image_file', image_file: {} }];
    const messages = [
      message('a1', none, '', { content, unfinished: true }),
      message('a2', 'a1', '', { content: picture }),
    ];
    const conversation = readLibrechat(librechat({ messages }));
    expect(conversation?.nodes).toMatchObject([
      { message: { content: 'Yes.', reasoning: 'Hm.', status: 'PARTIAL', modelId: 'gpt-4-turbo' } },
      { leftOut: 'NOT_TEXT' },
    ]);
  });

  test('a conversation of 10,000 messages within each other is read', () => {
    // Written as text: JSON.stringify does not nest so deep.
    const texts = Array.from({ length: 10_000 }, (_, at) =>
      JSON.stringify(message(`u${at + 1}`, '', `text ${at + 1}`)),
    );
    const tree = `${texts.map((text) => `${text.slice(0, -1)},"children":[`).join('')}${']}'.repeat(texts.length)}`;
    const arranged = treeOf(readLibrechat({ ...librechat({}), messagesTree: [JSON.parse(tree)] }));
    expect([arranged.messages.length, arranged.head]).toEqual([10_000, 'text 10000']);
  });
});

test('no source can make a circle, or a message that is there twice', () => {
  const text = { role: 'USER' as const, status: 'COMPLETED' as const, createdAt: undefined };
  const node = (id: string, parentId: string | undefined) => ({ id, parentId, message: { ...text, content: id } });
  const nodes = [node('a', undefined), node('b', 'c'), node('c', 'b'), node('d', 'd'), node('a', 'b'), node('e', '?')];
  const conversation = { source: 'CHATGPT' as const, sourceId: '1', title: undefined, createdAt: undefined };
  expect(treeOf({ ...conversation, updatedAt: undefined, currentId: 'b', nodes })).toEqual({
    messages: [
      ['USER', 'a', undefined],
      ['USER', 'e', undefined],
    ],
    head: 'e',
    leftOut: ['UNREADABLE', 'UNREADABLE', 'UNREADABLE', 'UNREADABLE'],
  });
});
