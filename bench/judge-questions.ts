/**
 * `node bench/judge-questions.ts`: how the labelled prompts are judged, by language and half (class, language, and the
 * shares that the goals are about), and how long a judgement takes. `-- --show` lists the misjudged prompts that are
 * not held out.
 */
import { parseArgs } from 'node:util';
import { complexities } from '../contracts/complexity/complexity.ts';
import { judgeQuestion } from '../contracts/complexity/judge-question.ts';
import {
  confusionOf,
  judgeLabelled,
  type LabelledPrompt,
  readLabelledPrompts,
  shareJudgedSimple,
} from '../contracts/complexity/labelled-prompts.fixture.ts';
import { type Figure, percentile, table } from './figures.ts';

const { values } = parseArgs({ options: { show: { type: 'boolean', default: false } } });
const prompts = readLabelledPrompts();
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

const row = (name: string, part: readonly LabelledPrompt[]): string => {
  const matrix = confusionOf(part);
  const cells = complexities.map((actual) => complexities.map((judged) => matrix[actual][judged]).join('/'));
  const languages = part.map(({ text, language }) => ({ language, judged: judgeQuestion(text).language }));
  const known = languages.filter(({ judged }) => judged !== undefined);
  const right = known.filter(({ judged, language }) => judged === language);
  return [
    `| ${name} | ${cells.join(' | ')}`,
    percent(shareJudgedSimple(matrix, 'COMPLEX')),
    percent(shareJudgedSimple(matrix, 'SIMPLE')),
    `${right.length} right, ${known.length - right.length} wrong, ${part.length - known.length} unknown |`,
  ].join(' | ');
};

const lines = [
  '| prompts | simple: S/M/C | moderate | complex | complex as simple | simple as simple | language |',
  '|---|---|---|---|---|---|---|',
  ...[...new Set(prompts.map(({ language }) => language))].map((language) =>
    row(
      language,
      prompts.filter((prompt) => prompt.language === language),
    ),
  ),
  row(
    'half in view',
    prompts.filter(({ isHeldOut }) => !isHeldOut),
  ),
  row(
    'held out',
    prompts.filter(({ isHeldOut }) => isHeldOut),
  ),
  row('all', prompts),
];
process.stdout.write(`${lines.join('\n')}\n`);

/** What any rules on words have to do: the words in lower case, without accents. */
const foldAndSplit = (text: string): number => text.normalize('NFKD').toLowerCase().split(/\P{L}/u).length;

/** Medians of turns, in us, so that whatever else the machine does slows down both. */
const timeInTurn = (texts: readonly string[]): { readonly judging: number; readonly folding: number } => {
  const times = { judging: [] as number[], folding: [] as number[] };
  for (let turn = 0; turn < 60; turn += 1) {
    for (const text of texts) {
      const start = performance.now();
      foldAndSplit(text);
      const folded = performance.now();
      judgeQuestion(text);
      const judged = performance.now();
      // The first turns compile.
      if (turn < 20) continue;
      times.folding.push(1000 * (folded - start));
      times.judging.push(1000 * (judged - folded));
    }
  }
  return { judging: percentile(times.judging, 0.5), folding: percentile(times.folding, 0.5) };
};

const byLanguage = Map.groupBy(prompts, ({ language }) => language);
const longTexts = (length: number): readonly string[] =>
  [...byLanguage.values()].map((own) => {
    const text = own.map((prompt) => prompt.text).join(' ');
    return text.repeat(Math.ceil(length / text.length)).slice(0, length);
  });
const figures: Figure[] = (
  [
    ['a labelled prompt', prompts.map(({ text }) => text), {}],
    ['10,000 characters', longTexts(10_000), { atMost: 1000 }],
    ['100,000 characters', longTexts(100_000), {}],
  ] as const
).flatMap(([name, texts, goal]) => {
  const { judging, folding } = timeInTurn(texts);
  return [
    { name: `${name}: judging`, value: judging, unit: 'us', ...goal },
    { name: `${name}: baseline, folding and splitting alone`, value: folding, unit: 'us' },
  ];
});
process.stdout.write(`\n${table(figures)}\n\n`);

if (values.show) {
  for (const prompt of prompts.filter(({ isHeldOut }) => !isHeldOut)) {
    const judged = judgeLabelled(prompt);
    const { language, signals } = judgeQuestion(prompt.text);
    if (judged === prompt.complexity && language === prompt.language) continue;
    const rules = signals.map(({ rule, points }) => `${rule} ${points}`).join(', ');
    const text = JSON.stringify(prompt.text.slice(0, 100));
    process.stdout.write(`${prompt.language} ${prompt.complexity} as ${judged}, ${language}: ${text} (${rules})\n`);
  }
}
