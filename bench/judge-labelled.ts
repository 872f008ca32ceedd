/**
 * `node bench/judge-labelled.ts`: how the labelled prompts are judged, by language and half: the class, the shares that
 * the goals are about, and the language. `-- --show` lists the misjudged prompts of the half that is not held out.
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

const { values } = parseArgs({ options: { show: { type: 'boolean', default: false } } });
const prompts = readLabelledPrompts();
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

const row = (name: string, part: readonly LabelledPrompt[]): string => {
  const matrix = confusionOf(part);
  const cells = complexities.map((actual) => complexities.map((judged) => matrix[actual][judged]).join('/'));
  const languages = part.map(({ text, language }) => ({ language, told: judgeQuestion(text).language }));
  const known = languages.filter(({ told }) => told !== undefined);
  const right = known.filter(({ told, language }) => told === language);
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
