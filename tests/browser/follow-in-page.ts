/** Runs in the page: sends with the SDK and gives back what a page would show. Served as it is, without its types. */
import { createParlanceClient, type MessageView } from '../../client/sdk/index.ts';

export interface PageRequest {
  readonly url: string;
  readonly token: string;
  readonly conversationId: string;
  readonly content: string;
  readonly transport: 'auto' | 'websocket' | 'events';
}

export interface PageReply {
  readonly messageId: string;
  /** What is there when each delta is appended. */
  readonly appended: string;
  readonly last: MessageView | undefined;
}

declare global {
  /** Given by the test; resolves when it has done what it does at this view. */
  var onView: (seq: number) => Promise<void>;
  var followInPage: (request: PageRequest) => Promise<PageReply>;
}

globalThis.followInPage = async ({ url, token, conversationId, content, transport }) => {
  const client = createParlanceClient({ url, auth: async () => token, transport });
  const sent = client.send({ conversationId, content });
  let appended = '';
  let last: MessageView | undefined;
  for await (const view of sent) {
    appended = (view.isReset ? '' : appended) + view.delta;
    last = view;
    void onView(view.seq);
  }
  client.close();
  return { messageId: sent.messageId, appended, last };
};
