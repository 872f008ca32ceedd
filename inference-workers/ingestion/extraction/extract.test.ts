/** What is read of files of each type. */
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { docxOf, openDocumentOf, paragraph, pdfOf, pdfText, pptxSample, xlsxOf } from '../sample-files.fixture.ts';
import { extract } from './extract.ts';
import { limits, read } from './read-file.fixture.ts';

const table = `<w:tbl><w:tr><w:tc>${paragraph('Part')}</w:tc><w:tc>${paragraph('E-4711')}</w:tc></w:tr></w:tbl>`;
const word = docxOf(
  paragraph('Before') +
    paragraph('Terms', 'Heading1') +
    paragraph('Text &amp; more') +
    table +
    '<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>',
);
const rows =
  '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>when</t></is></c></row>' +
  '<row r="2"><c r="A2"><v>12.5</v></c><c r="B2" t="b"><v>1</v></c><c r="C2" s="1"><v>46356</v></c><c r="D2" s="2"><v>46356.5868055556</v></c><c r="E2" s="3"><v>46356</v></c></row>';
const email = Buffer.from(
  [
    'From: =?utf-8?Q?J=C3=BCrgen?= <j@example.com>',
    'Subject: =?utf-8?B?R3LDvMOfZQ==?=',
    'Content-Type: multipart/mixed; boundary="b"',
    '',
    '--b',
    'Content-Type: multipart/alternative; boundary=c',
    '',
    '--c',
    'Content-Type: text/plain; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'Gr=FC=DFe aus K=F6ln, in einer =',
    'Zeile',
    '--c',
    'Content-Type: text/html',
    '',
    '<p>the same</p>',
    '--c--',
    '--b',
    'Content-Type: application/pdf; name=x.pdf',
    'Content-Disposition: attachment; filename="offer.pdf"',
    '',
    'JVBERg==',
    '--b--',
  ].join('\r\n'),
);
const html = Buffer.from(
  '<!DOCTYPE html><html><head><title>no</title></head><body><h1>One</h1><p>a<b>b</b> c</p><script>evil()</script><ul><li>x<li>y</ul><h2>Two</h2><table><tr><td>1</td><td>2</td></tr></table></body></html>',
);

test.each([
  [
    'a PDF by pages',
    'a.pdf',
    pdfOf([pdfText('Hello', 'World'), pdfText('Page two')]),
    { mediaType: 'application/pdf', kind: 'DOCUMENT', pageCount: 2 },
    [
      { page: 1, text: 'Hello\nWorld' },
      { page: 2, text: 'Page two' },
    ],
  ],
  [
    'a DOCX by headings',
    'a.bin',
    word,
    { kind: 'DOCUMENT', pageCount: null },
    [
      { page: null, text: 'Before' },
      { page: null, heading: 'Terms', text: 'Text & more\nPart | E-4711' },
    ],
  ],
  [
    'an XLSX with dates',
    'a.xlsx',
    xlsxOf(rows, ['Amount']),
    { kind: 'DATA', pageCount: 1 },
    [{ page: 1, heading: 'Sales', text: 'Amount |  | when\n12.5 | TRUE | 2026-11-30 | 2026-11-30 14:05 | 46356' }],
  ],
  [
    'a PPTX in its order',
    'a.pptx',
    pptxSample(),
    { kind: 'DOCUMENT', pageCount: 2 },
    [
      { page: 1, heading: 'First', text: 'shown first' },
      { page: 2, heading: 'Second', text: 'shown last' },
    ],
  ],
  [
    'an ODT by headings',
    'a.odt',
    openDocumentOf('text', '<text:h>Head</text:h><text:p>a<text:tab/>b</text:p>'),
    { kind: 'DOCUMENT' },
    [{ page: null, heading: 'Head', text: 'a\tb' }],
  ],
  [
    'an ODS by sheets',
    'a.ods',
    openDocumentOf(
      'spreadsheet',
      '<table:table table:name="T"><table:table-row><table:table-cell table:number-columns-repeated="1000000"><text:p>x</text:p></table:table-cell><table:table-cell><text:p>30.11.2026</text:p></table:table-cell></table:table-row></table:table>',
    ),
    { kind: 'DATA', pageCount: 1 },
    [{ page: 1, heading: 'T', text: 'x | 30.11.2026' }],
  ],
  [
    'HTML without what browsers hide',
    'a.html',
    html,
    { mediaType: 'text/html' },
    [
      { page: null, heading: 'One', text: 'ab c\n- x\n- y' },
      { page: null, heading: 'Two', text: '1 | 2' },
    ],
  ],
  [
    'an e-mail',
    'a.eml',
    email,
    { mediaType: 'message/rfc822' },
    [
      { page: null, text: 'From: Jürgen <j@example.com>\nSubject: Grüße' },
      { page: null, text: 'Grüße aus Köln, in einer Zeile' },
      { page: null, text: 'Attachment: offer.pdf' },
    ],
  ],
  [
    'CSV with quotes',
    'a.csv',
    Buffer.from('a;b\n"x; ""y""\n2";3\n'),
    { mediaType: 'text/csv', kind: 'DATA' },
    [{ page: null, text: 'a | b\nx; "y"\n2 | 3' }],
  ],
  [
    'JSON as it is',
    'a.json',
    Buffer.from('{"a": [1, 2]}'),
    { mediaType: 'application/json', kind: 'DATA' },
    [{ page: null, text: '{"a": [1, 2]}' }],
  ],
  [
    'Markdown by headings',
    'a.md',
    Buffer.from('# A\nb\n```\n# no heading\n```\n'),
    { mediaType: 'text/markdown' },
    [{ page: null, heading: 'A', text: 'b\n```\n# no heading\n```' }],
  ],
  [
    'source code as text',
    'a.py',
    Buffer.from('def f():\n    return 1\n'),
    { mediaType: 'text/plain', kind: 'TEXT' },
    [{ page: null, text: 'def f():\n    return 1' }],
  ],
  [
    'SVG as text',
    'a.svg',
    Buffer.from('<svg xmlns="x"><script>1</script></svg>'),
    { mediaType: 'text/plain', kind: 'TEXT' },
    [{ page: null, text: '<svg xmlns="x"><script>1</script></svg>' }],
  ],
] as const)('reads %s', async (...[, name, content, extraction, pages]) => {
  const found = await read(name, content);
  expect(found.extraction).toMatchObject(extraction);
  expect(found.pages).toEqual(pages);
});

test.each([
  ['windows-1252', Buffer.from('Der Bär trägt Gänsefüßchen, „süß“ – für 5 €.'.normalize(), 'utf8').toString('utf8')],
  ['utf-16le', 'Zwölf Boxkämpfer'],
  ['shift_jis', '日本語の文章です。これは文字コードの検出のための例文です。漢字とかなが混ざっています。'],
  ['windows-1251', 'Съешь же ещё этих мягких французских булок, да выпей чаю. Это обычный русский текст.'],
])('finds out that a text is %s', async (encoding, text) => {
  const iconv = (await import('node:child_process')).execFileSync('iconv', ['-f', 'utf-8', '-t', encoding], {
    input: text,
  });
  const { pages } = await read('a.txt', iconv);
  expect(pages).toEqual([{ page: null, text }]);
});

test('a picture keeps its size and loses where it was taken; models and lists get smaller ones, upright', async () => {
  await using directory = await createDirectory();
  const path = join(directory.path, 'upload');
  const photo = sharp({ create: { width: 3_000, height: 1_000, channels: 3, background: '#336699' } });
  // Orientation 6: to be turned by a quarter.
  await photo
    .withExif({ IFD0: { Artist: 'Ada' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toFile(path);
  expect((await sharp(path).metadata()).exif).toBeDefined();
  const task = { path, directory: directory.path, name: 'a.png', declaredType: 'image/png', limits };
  expect(await extract(task)).toEqual({ mediaType: 'image/jpeg', kind: 'IMAGE', pageCount: null, textLength: null });
  const sizes = await Promise.all(
    ['file', 'model.jpg', 'preview.webp'].map(async (name) => {
      const { width, height, format, exif, orientation } = await sharp(join(directory.path, name)).metadata();
      return [width, height, format, exif, orientation];
    }),
  );
  expect(sizes).toEqual([
    [1_000, 3_000, 'jpeg', undefined, undefined],
    [523, 1_568, 'jpeg', undefined, undefined],
    [171, 512, 'webp', undefined, undefined],
  ]);
});
