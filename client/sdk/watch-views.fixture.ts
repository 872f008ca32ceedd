/** An application that shows views, as tests have it. */
import { expect } from 'vitest';
import type { MessageView } from './index.ts';

/** What an application shows that appends deltas, checked against the text at each view. */
export const watch = async (views: AsyncIterable<MessageView>, onView?: (view: MessageView) => void, before = '') => {
  const seen: MessageView[] = [];
  let shown = before;
  for await (const view of views) {
    shown = (view.isReset ? '' : shown) + view.delta;
    expect(shown).toBe(view.text);
    seen.push(view);
    onView?.(view);
  }
  return { seen, last: seen.at(-1), text: shown };
};
