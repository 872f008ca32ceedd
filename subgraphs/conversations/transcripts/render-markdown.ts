/**
 * Markdown as HTML, by the reader of the web client: elements of a fixed set, links of safe schemes only, images as
 * links, so that nothing is fetched from where a text says, and HTML in a text is text. The work is linear in the
 * length of the text.
 */
import type { Block, Definitions, List, ListItem, Table } from '#contracts/markdown/block.ts';
import type { Inline } from '#contracts/markdown/inline.ts';
import { parseInline } from '#contracts/markdown/inline-parser.ts';
import { createTextReader } from '#contracts/markdown/text-reader.ts';
import { escapeHtml } from './escape-html.ts';

const tags = { emphasis: 'em', strong: 'strong', strike: 'del' } as const;

const link = (href: string, content: string): string =>
  `<a href="${escapeHtml(href)}" rel="noopener noreferrer nofollow ugc">${content}</a>`;

const renderOne = (inline: Inline): string => {
  switch (inline.kind) {
    case 'text':
      return escapeHtml(inline.text);
    case 'code':
    case 'math':
      return `<code>${escapeHtml(inline.text)}</code>`;
    case 'break':
      return '<br>';
    case 'note':
      return `<sup>${escapeHtml(inline.label)}</sup>`;
    case 'image':
      return link(inline.href, escapeHtml(inline.alt === '' ? inline.href : inline.alt));
    case 'link':
      return link(inline.href, inline.children.map(renderOne).join(''));
    default:
      return `<${tags[inline.kind]}>${inline.children.map(renderOne).join('')}</${tags[inline.kind]}>`;
  }
};

/** Renders the blocks of one text. */
const createRenderer = (definitions: Definitions) => {
  const inline = (text: string): string => parseInline(text, definitions).map(renderOne).join('');

  const item = ({ checked, children }: ListItem, loose: boolean): string => {
    const box = checked === undefined ? '' : `<span aria-hidden="true">${checked ? '☑' : '☐'}</span> `;
    const content = children.map((each) => (each.kind === 'paragraph' && !loose ? inline(each.text) : block(each)));
    return `<li>${box}${content.join('\n')}</li>`;
  };
  const list = ({ start, loose, children }: List): string => {
    const items = children.map((each) => item(each, loose)).join('\n');
    return start === undefined ? `<ul>\n${items}\n</ul>` : `<ol start="${start}">\n${items}\n</ol>`;
  };
  const table = ({ columns, children }: Table): string => {
    const rows = children.map(({ children: cells }, at) => {
      const tag = at === 0 ? 'th' : 'td';
      const shown = cells.map(({ at: column, text }) => {
        const side = columns[column];
        return `<${tag}${side === undefined ? '' : ` class="${side}"`}>${inline(text)}</${tag}>`;
      });
      return `<tr>${shown.join('')}</tr>`;
    });
    return `<div class="wide"><table>\n${rows.join('\n')}\n</table></div>`;
  };
  const block = (given: Block): string => {
    switch (given.kind) {
      case 'paragraph':
        return `<p>${inline(given.text)}</p>`;
      case 'heading': {
        // The page and the message have the first two levels.
        const tag = `h${Math.min(6, given.depth + 2)}`;
        return `<${tag}>${inline(given.text)}</${tag}>`;
      }
      case 'code':
        return `<pre><code>${given.children.map(({ text }) => `${escapeHtml(text)}\n`).join('')}</code></pre>`;
      case 'math':
        return `<pre><code>${escapeHtml(given.text)}</code></pre>`;
      case 'quote':
        return `<blockquote>${given.children.map(block).join('\n')}</blockquote>`;
      case 'list':
        return list(given);
      case 'table':
        return table(given);
      case 'footnote':
        return `<p><sup>${escapeHtml(given.label)}</sup> ${inline(given.text)}</p>`;
      case 'rule':
        return '<hr>';
    }
  };
  return block;
};

export const renderMarkdown = (text: string): string => {
  const { blocks, definitions } = createTextReader().read(text, false);
  return blocks.map(createRenderer(definitions)).join('\n');
};
