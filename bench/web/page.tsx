/**
 * Runs in the page: shows a text that grows by a piece every hundredth of a second, in one of two ways, and counts
 * frames and long tasks meanwhile.
 */
import { createRoot } from 'react-dom/client';
import WholeMarkdown from 'react-markdown';
import remarkGfm from 'remark-gfm';
import '../../client/web/design/tokens.css';
import { Markdown } from '../../client/web/markdown/markdown.tsx';
import type { GrowthWay } from './growth.ts';

const pieceEveryMs = 10;
const plugins = [remarkGfm];

const show = (way: GrowthWay, text: string, isGrowing: boolean) =>
  way === 'ours' ? (
    <Markdown text={text} isGrowing={isGrowing} />
  ) : (
    <WholeMarkdown remarkPlugins={plugins}>{text}</WholeMarkdown>
  );

globalThis.growText = async (way, text, pieces) => {
  const place = document.createElement('main');
  document.body.replaceChildren(place);
  const root = createRoot(place);
  const longTasks: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  });
  observer.observe({ type: 'longtask' });
  let frames = 0;
  let isOver = false;
  const countFrame = (): void => {
    frames += 1;
    scrollTo(0, document.body.scrollHeight);
    if (!isOver) requestAnimationFrame(countFrame);
  };
  requestAnimationFrame(countFrame);
  const startedAt = performance.now();
  const length = Math.ceil(text.length / pieces);
  for (let sent = 0; sent < pieces; ) {
    // All that are due, as a socket that was not read would hand them over.
    const due = Math.min(pieces, Math.floor((performance.now() - startedAt) / pieceEveryMs) + 1);
    if (due > sent) {
      sent = due;
      root.render(show(way, text.slice(0, sent * length), true));
    }
    const wait = startedAt + sent * pieceEveryMs - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
  }
  root.render(show(way, text, false));
  await new Promise((resolve) => requestAnimationFrame(resolve));
  const durationMs = performance.now() - startedAt;
  isOver = true;
  observer.disconnect();
  root.unmount();
  return { frames, durationMs, longTasks };
};
