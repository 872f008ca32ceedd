/** Which files are refused, and as what. */
import { expect, test } from 'vitest';
import { docxOf, openDocumentOf, pdfOf, pdfText, pngOfSize, xlsxOf, zipOf } from '../sample-files.fixture.ts';
import { read } from './read-file.fixture.ts';

test.each([
  [
    'UNSUPPORTED_TYPE',
    'a program that calls itself text',
    'a.txt',
    Buffer.concat([Buffer.from('7f454c46', 'hex'), Buffer.alloc(2_000)]),
  ],
  [
    'UNSUPPORTED_TYPE',
    'an archive',
    'a.docx',
    zipOf([{ name: 'a.zip', content: zipOf([{ name: 'b', content: 'c' }]) }]),
  ],
  [
    'UNSUPPORTED_TYPE',
    'an old office file',
    'a.doc',
    Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]),
  ],
  [
    'UNSUPPORTED_TYPE',
    'noise',
    'a.txt',
    Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * index * 31 + (index >> 3)) % 29)),
  ],
  [
    'ENCRYPTED',
    'an office file with a password',
    'a.docx',
    Buffer.concat([
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      Buffer.alloc(600),
      Buffer.from('EncryptedPackage', 'utf16le'),
    ]),
  ],
  [
    'ENCRYPTED',
    'an ODT with a password',
    'a.odt',
    openDocumentOf('text', '<text:p>x</text:p>', '<manifest:encryption-data/>'),
  ],
  [
    'ENCRYPTED',
    'a PDF with a password',
    'a.pdf',
    pdfOf([pdfText('x')], {
      trailer: `/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${'11'.repeat(32)}> /U <${'22'.repeat(32)}> >>`,
    }),
  ],
  ['DAMAGED', 'a PDF that breaks off', 'a.pdf', Buffer.from('%PDF-1.7\n1 0 obj\n<< /Type /Cat')],
  ['DAMAGED', 'a DOCX whose XML breaks off', 'a.docx', docxOf('<w:p><w:t>x')],
  [
    'DAMAGED',
    'a DOCX that names entities',
    'a.docx',
    zipOf([
      {
        name: '[Content_Types].xml',
        content:
          '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
      },
      { name: 'word/document.xml', content: '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><d><t>&b;</t></d>' },
    ]),
  ],
  ['DAMAGED', 'elements nested 100,000 deep', 'a.docx', docxOf('<w:p>'.repeat(100_000) + '</w:p>'.repeat(100_000))],
  ['DAMAGED', 'a picture that breaks off', 'a.png', pngOfSize(64).subarray(0, 60)],
  ['NO_TEXT', 'a scan', 'a.pdf', pdfOf(['0 0 10 10 re f'])],
  ['NO_TEXT', 'white space', 'a.txt', Buffer.from(' \n\t\u00a0\n')],
  ['TOO_LARGE', 'too many pages', 'a.pdf', pdfOf(Array.from({ length: 11 }, () => pdfText('x')))],
  ['TOO_LARGE', 'too many characters', 'a.txt', Buffer.from('word '.repeat(3_000))],
  [
    'TOO_LARGE',
    'a cell that stands in many rows',
    'a.xlsx',
    xlsxOf('<row><c t="s"><v>0</v></c></row>'.repeat(50), ['x'.repeat(5_000)]),
  ],
  ['TOO_LARGE', 'a picture of 256 megapixels', 'a.png', pngOfSize(16_000)],
])('refuses as %s %s', async (code, _, name, content) => {
  expect((await read(name, content)).extraction).toMatchObject({ code, message: expect.stringMatching(/\.$/) });
});

test('100,000 nested elements of HTML are read in their order', async () => {
  const deep = Buffer.from(`<html><body>${'<div>'.repeat(100_000)}core${'</div>'.repeat(100_000)}`);
  expect((await read('a.html', deep)).pages).toEqual([{ page: null, text: 'core' }]);
});
