/** Runs in the page: shows a reply as an application does that uses React, by the hook that it is given. */
import { createElement, StrictMode, useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import { createParlanceClient, type MessageView, type ParlanceClient } from '../../client/sdk/index.ts';

export interface ReplyRequest {
  readonly url: string;
  readonly token: string;
  readonly messageId: string;
}

interface ReplyProps {
  readonly useReply: (client: ParlanceClient, messageId: string) => MessageView | undefined;
  readonly client: ParlanceClient;
  readonly messageId: string;
}

declare global {
  /**
   * Given by the test: the text that stands in the page after React has changed it, and the status that the hook
   * returned.
   */
  var onShown: (text: string, status: string | undefined) => Promise<void>;
  var showReply: (request: ReplyRequest) => void;
  var leaveReply: () => void;
}

const Reply = ({ useReply, client, messageId }: ReplyProps) => {
  const view = useReply(client, messageId);
  const paragraph = useRef<HTMLParagraphElement>(null);
  useEffect(() => void onShown(paragraph.current?.textContent ?? '', view?.status), [view]);
  return createElement('p', { ref: paragraph }, view?.text);
};

/** In strict mode, as applications are developed: React mounts, unmounts and mounts again. */
export const offerReplies = (useReply: ReplyProps['useReply']): void => {
  const root = createRoot(document.body);
  globalThis.showReply = ({ url, token, messageId }) => {
    const client = createParlanceClient({ url, auth: token });
    root.render(createElement(StrictMode, {}, createElement(Reply, { useReply, client, messageId })));
  };
  globalThis.leaveReply = () => root.unmount();
};
