/** An application that shows views, for tests. */
import { expect } from 'vitest';
import type { MessageView } from './index.ts';

/** The text of an application that appends deltas, checked against the view's text at each view. */
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
