/** A long reply as models write them: sections with paragraphs, lists, code and tables. The same at each run. */

const sentence = (number: number): string =>
  `Sentence ${number} of the reply says *something* about \`value${number}\`, with **weight** and a [source](https://example.org/${number}).`;

const paragraph = (number: number): string => [0, 1, 2, 3].map((offset) => sentence(number * 10 + offset)).join(' ');

const list = (number: number): string =>
  [0, 1, 2, 3, 4].map((item) => `- item ${item} of list ${number}, *short*\n  - with \`detail\` ${item}`).join('\n');

const code = (number: number): string => {
  const lines = Array.from(
    { length: 14 },
    (_, line) => `  const line${line} = compute(${number}, "${line}"); // step ${line}`,
  );
  return ['```ts', `export const part${number} = () => {`, ...lines, '};', '```'].join('\n');
};

const table = (number: number): string => {
  const rows = Array.from({ length: 6 }, (_, row) => `| ${row} | \`cell ${number}\` | ${row * number} |`);
  return ['| row | cell | product |', '|---|:-:|--:|', ...rows].join('\n');
};

const section = (number: number): string =>
  [`## Section ${number}`, paragraph(number), list(number), paragraph(number + 1), code(number), table(number)].join(
    '\n\n',
  );

export const markdownText = (length: number): string => {
  let text = '';
  for (let number = 1; text.length < length; number += 1) text += `${section(number)}\n\n`;
  return text.slice(0, length);
};
