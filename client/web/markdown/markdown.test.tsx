/** What a text becomes, however it arrives. */
import fc from 'fast-check';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import type { MarkdownDocument } from '../../../contracts/markdown/block.ts';
import { createTextReader } from '../../../contracts/markdown/text-reader.ts';
import { CitationsContext } from './cited-text.tsx';
import { cutMarkdown, markdownText, versionsOf } from './generated-markdown.fixture.ts';
import { Markdown } from './markdown.tsx';

const wholeOf = (text: string): MarkdownDocument => createTextReader().read(text, false);

/** Without the names of classes. */
const htmlOf = (text: string, isGrowing = false): string =>
  renderToStaticMarkup(<Markdown text={text} isGrowing={isGrowing} />)
    .replaceAll(/ (?:class|dir|data-level)="[^"]*"/g, '')
    .replace(/^<div>(.*)<\/div>$/s, '$1');

test('a text that arrives in any pieces gives the blocks of the whole', () => {
  fc.assert(
    fc.property(cutMarkdown, ([text, cuts]) => {
      const reader = createTextReader();
      for (const version of versionsOf(text, cuts)) reader.read(version, true);
      expect(reader.read(text, false)).toEqual(wholeOf(text));
    }),
    { numRuns: 2_000 },
  );
});

test('a text that starts anew in the middle of anything gives the blocks of the new one', () => {
  fc.assert(
    fc.property(cutMarkdown, markdownText, ([text, cuts], before) => {
      const reader = createTextReader();
      for (const version of [...versionsOf(before, cuts), `\`\`\`\n${before}`]) reader.read(version, true);
      for (const version of versionsOf(text, cuts)) reader.read(version, true);
      expect(reader.read(text, false)).toEqual(wholeOf(text));
    }),
    { numRuns: 500 },
  );
});

test('blocks before the end of a growing text remain the same objects', () => {
  const reader = createTextReader();
  const text = '# Title\n\n- one\n- two\n\n```\ncode\n```\n\nlast';
  const before = reader.read(text, true).blocks;
  const after = reader.read(`${text} words **and\nmore`, true).blocks;
  expect(after.map((block, index) => block === before[index])).toEqual([true, true, true, false]);
});

test.each([
  ['# One\n\nTwo *three* **four**', '<h3>One</h3><p>Two <em>three</em> <strong>four</strong></p>'],
  ['### One\n\n# Two\n\n### Three', '<h3>One</h3><h3>Two</h3><h4>Three</h4>'],
  ['a\n- b\n- c', '<p>a</p><ul><li>b</li><li>c</li></ul>'],
  ['3. a\n\n4. b', '<ol start="3"><li><p>a</p></li><li><p>b</p></li></ol>'],
  ['- a\n  - b\n\n    c', '<ul><li>a<ul><li><p>b</p><p>c</p></li></ul></li></ul>'],
  ['> a\nb\n\nc', '<blockquote><p>a\nb</p></blockquote><p>c</p>'],
  ['a  \nb\\\nc', '<p>a<br/>b<br/>c</p>'],
  ['***a*** *b **c***', '<p><em><strong>a</strong></em> <em>b <strong>c</strong></em></p>'],
  ['snake_case_name 2*3*4', '<p>snake_case_name 2<em>3</em>4</p>'],
  ['`` a`b `` and ~~c~~', '<p><code>a`b</code> and <del>c</del></p>'],
  ['costs $5 or $10', '<p>costs $5 or $10</p>'],
  ['&lt;b&gt; &#65; &nope;', '<p>&lt;b&gt; A &amp;nope;</p>'],
])('reads %j', (text, html) => {
  expect(htmlOf(text)).toBe(html);
});

test.each([
  ['a **bold', '<p>a <strong>bold</strong></p>'],
  ['a **bold*', '<p>a <strong>bold</strong></p>'],
  ['a **bold** and **', '<p>a <strong>bold</strong> and </p>'],
  ['a *b **c', '<p>a <em>b <strong>c</strong></em></p>'],
  ['***a', '<p><em><strong>a</strong></em></p>'],
  ['a ~~b', '<p>a <del>b</del></p>'],
  ['use `**kwargs', '<p>use <code>**kwargs</code></p>'],
  ['2*3 and ~5 and snake_case', '<p>2*3 and ~5 and snake_case</p>'],
  ['a \\*', '<p>a *</p>'],
  ['**a\nb', '<p><strong>a\nb</strong></p>'],
  ['**a\n', '<p><strong>a</strong></p>'],
  ['**a\n\n', '<p>**a</p>'],
  ['**a\n\nb', '<p>**a</p><p>b</p>'],
  ['# **a', '<h3><strong>a</strong></h3>'],
  ['# **a\n', '<h3>**a</h3>'],
  ['- a\n- > *b', '<ul><li>a</li><li><blockquote><p><em>b</em></p></blockquote></li></ul>'],
  ['[^1]: _a', '<p><sup>1</sup> <em>a</em></p>'],
])('while %j grows, what has begun in it is shown as it will be', (text, html) => {
  expect(htmlOf(text, true)).toBe(html);
});

test('so it is in the cell that is being written', () => {
  const cells = (text: string) => [...htmlOf(text, true).matchAll(/<td>(.*?)<\/td>/g)].map(([, cell]) => cell);
  const table = '| a | b |\n|---|---|\n| **x';
  expect(cells(table)).toEqual(['<strong>x</strong>', '']);
  expect(cells(`${table} | *y`)).toEqual(['**x', '<em>y</em>']);
  expect(cells(`${table} |\n`)).toEqual(['**x', '']);
});

test('a table has the alignment of its columns, and as many cells in each row', () => {
  const html = htmlOf('| a | b |\n|:--|--:|\n| 1 | `x\\|y` | 3 |\n| 2');
  expect(html).toContain('<th data-align="left" scope="col">a</th><th data-align="right" scope="col">b</th>');
  expect(html).toContain('<td data-align="left">1</td><td data-align="right"><code>x|y</code></td></tr>');
  expect(html).toContain('<tr><td data-align="left">2</td><td data-align="right"></td></tr>');
});

test('links have safe schemes only, and images are links', () => {
  const html = htmlOf(
    '[a](https://a.example) [b](javascript:alert(1)) [c](data:text/html,x) [d](/settings) <https://d.example> ' +
      '![e](https://e.example/e.png) [f][g] [h]( JaVaScRiPt:alert(1))\n\n[g]: vbscript:x\n[h]: https://h.example',
  );
  expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
    'https://a.example/',
    'https://d.example/',
    'https://e.example/e.png',
  ]);
  expect(html).not.toMatch(/<img|script:|data:/);
  expect(html.match(/rel="noopener noreferrer nofollow"/g)).toHaveLength(3);
});

test('HTML in a text is text', () => {
  const html = htmlOf('<script>alert(1)</script>\n\n<img src=x onerror=alert(1)> <a href="javascript:x">y</a>');
  expect(html).not.toMatch(/<(script|img|a)/);
  expect(html).toContain('&lt;script&gt;');
});

test('a link that is defined later is a link', () => {
  expect(htmlOf('see [the docs][d]\n\n[d]: https://docs.example')).toContain('href="https://docs.example/"');
});

const repeated = (piece: string, length = 100_000): string => piece.repeat(Math.ceil(length / piece.length));

/**
 * Each is far from the times that a search without a bound would take (minutes), so that a slow machine passes.
 */
test.each([
  ['one letter', repeated('a')],
  ['brackets', repeated('[')],
  ['links within links', repeated('[a](')],
  ['images', repeated('![')],
  ['openers of emphasis', repeated('*a ')],
  ['emphasis of two kinds', repeated('_a*')],
  ['backticks', repeated('`')],
  ['code spans of many lengths', Array.from({ length: 400 }, (_, index) => '`'.repeat(index)).join('a')],
  ['dollars', repeated('$a')],
  ['quotations within quotations', repeated('>')],
  ['lists within lists', repeated('- ')],
  ['lists that are indented', Array.from({ length: 440 }, (_, index) => `${' '.repeat(index)}- a`).join('\n')],
  ['items', repeated('- a\n')],
  ['a wide table', `${repeated('|a', 3_000)}\n${repeated('|-', 3_000)}\n${repeated(`${repeated('|b', 3_000)}\n`)}`],
  ['definitions', Array.from({ length: 4_000 }, (_, index) => `[a${index}]: https://b.example`).join('\n')],
  ['ampersands', repeated('&')],
  ['backslashes', repeated('\\(')],
])('100 kB of %s neither hang nor overflow', (_, text) => {
  const html = renderToStaticMarkup(<Markdown text={text} />);
  renderToStaticMarkup(<Markdown text={text} isGrowing />);
  expect(html.length).toBeLessThan(20_000_000);
  const reader = createTextReader();
  for (let end = 0; end < text.length; end += 5_000) reader.read(text.slice(0, end), true);
});

test('a number that stands for a passage is a button, and every other one stays text', () => {
  const citations = {
    numbers: new Set([1, 2]),
    label: (number: number) => `Passage ${number}`,
    onOpen: () => undefined,
  };
  const html = renderToStaticMarkup(
    <CitationsContext value={citations}>
      <Markdown text={'It is **blocked [1]**[2], not [3] or `a[1]`.'} />
    </CitationsContext>,
  ).replaceAll(/ (?:class|dir|type)="[^"]*"/g, '');
  const button = (number: number) => `<button aria-label="Passage ${number}">${number}</button>`;
  expect(html).toContain(`<strong>blocked ${button(1)}</strong>${button(2)}, not [3] or <code>a[1]</code>.`);
  expect(htmlOf('See [1].')).toBe('<p>See [1].</p>');
});
