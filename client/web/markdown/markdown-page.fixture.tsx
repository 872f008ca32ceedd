/** Runs in a page of a test: shows the versions of a text one after another, and says what stands there at the end. */
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import '../design/tokens.css';
import { Markdown } from './markdown.tsx';
import './shown-versions.fixture.ts';

const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

const settledHtml = (place: HTMLElement): string => {
  const copy = document.createElement('div');
  copy.append(...[...place.childNodes].map((node) => node.cloneNode(true)));
  for (const formula of copy.querySelectorAll('[data-math]')) formula.replaceChildren();
  for (const span of copy.querySelectorAll('[data-scope]')) span.replaceWith(...span.childNodes);
  copy.normalize();
  return copy.innerHTML;
};

globalThis.showVersions = async (versions) => {
  const place = document.createElement('main');
  document.body.replaceChildren(place);
  const root = createRoot(place);
  for (const version of versions) {
    flushSync(() => root.render(<Markdown text={version} isGrowing />));
    await frame();
  }
  flushSync(() => root.render(<Markdown text={versions.at(-1) ?? ''} />));
  const html = settledHtml(place);
  root.unmount();
  return html;
};
