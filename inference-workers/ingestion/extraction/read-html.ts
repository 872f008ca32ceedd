/**
 * The text of an HTML page, a piece for each heading. Scripts, styles and what a browser does not show are left out.
 * Events instead of a tree, so that nesting costs nothing.
 */
import { Parser } from 'htmlparser2';
import type { PageCollector } from './page-collector.ts';

const hidden: ReadonlySet<string> = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'svg',
  'head',
  'iframe',
  'object',
]);
const blocks: ReadonlySet<string> = new Set(
  'address article aside blockquote br dd div dl dt fieldset figcaption figure footer form header hr li main nav ol p pre section table tr ul'.split(
    ' ',
  ),
);
const headings = /^h[1-6]$/;

export const readHtml = (html: string, collector: PageCollector): null => {
  let heading: string | undefined;
  let text = '';
  let title: string | undefined;
  let hiddenDepth = 0;
  const end = (): void => {
    collector.add({ page: null, ...(heading === undefined ? {} : { heading }), text });
    text = '';
  };
  const breakLine = (): void => {
    if (!text.endsWith('\n')) text += '\n';
  };
  const parser = new Parser({
    onopentag(name) {
      if (hidden.has(name)) hiddenDepth += 1;
      else if (headings.test(name)) {
        end();
        title = '';
      } else if (name === 'li') {
        breakLine();
        text += '- ';
      } else if (name === 'td' || name === 'th') text += text.endsWith('\n') || text === '' ? '' : ' | ';
      else if (blocks.has(name)) breakLine();
    },
    ontext(piece) {
      if (hiddenDepth > 0) return;
      collector.expect(piece.length);
      const flat = piece.replaceAll(/\s+/g, ' ');
      if (title === undefined) text += flat;
      else title += flat;
    },
    onclosetag(name) {
      if (hidden.has(name)) hiddenDepth = Math.max(0, hiddenDepth - 1);
      else if (headings.test(name) && title !== undefined) {
        heading = title.trim();
        title = undefined;
      } else if (blocks.has(name)) breakLine();
    },
  });
  parser.end(html);
  if (title !== undefined) text = `${title}\n${text}`;
  end();
  return null;
};
