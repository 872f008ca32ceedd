/**
 * `node bench/reuse-pairs.ts`: which of the labelled pairs of questions get the same reply, by language and half. A
 * pair of different questions that does is a false hit. `-- --show` lists the pairs that were judged wrongly and are
 * not held out.
 */
import { parseArgs } from 'node:util';
import { askTheSame, canonicalQuestion } from '../contracts/similar-questions/canonical-question.ts';
import { type LabelledPair, readLabelledPairs } from '../contracts/similar-questions/labelled-pairs.fixture.ts';

const { values } = parseArgs({ options: { show: { type: 'boolean', default: false } } });
const pairs = readLabelledPairs();

const isHit = ({ one, other }: LabelledPair): boolean => {
  const [first, second] = [canonicalQuestion(one), canonicalQuestion(other)];
  return first !== undefined && second !== undefined && askTheSame(first, second);
};

const row = (name: string, part: readonly LabelledPair[]): string => {
  const different = part.filter(({ difference }) => difference !== undefined);
  const same = part.filter(({ difference }) => difference === undefined);
  const [wrong, right] = [different, same].map((half) => half.filter(isHit).length);
  const share = ((100 * (right ?? 0)) / same.length).toFixed(0);
  return `| ${name} | ${different.length} | ${wrong} | ${same.length} | ${right} (${share}%) |`;
};

const lines = [
  '| pairs | different | false hits | same | hits |',
  '|---|---|---|---|---|',
  ...[...new Set(pairs.map(({ language }) => language))].map((language) =>
    row(
      language,
      pairs.filter((pair) => pair.language === language),
    ),
  ),
  row(
    'half in view',
    pairs.filter(({ isHeldOut }) => !isHeldOut),
  ),
  row(
    'held out',
    pairs.filter(({ isHeldOut }) => isHeldOut),
  ),
  row('all', pairs),
];
process.stdout.write(`${lines.join('\n')}\n`);

if (values.show) {
  for (const pair of pairs) {
    if (pair.isHeldOut || isHit(pair) === (pair.difference === undefined)) continue;
    const forms = [pair.one, pair.other].map((text) => JSON.stringify(canonicalQuestion(text)));
    process.stdout.write(`${pair.difference ?? 'same'} ${pair.one} | ${pair.other}\n  ${forms.join('\n  ')}\n`);
  }
}
