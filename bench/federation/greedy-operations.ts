/**
 * Operations that cost as much as one may cause, over the measured graph. Each gives one that nobody has sent before.
 */
import { operations } from './graph.ts';

const list = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => item(index)).join(' ');
const product = 'id name price description inStock shipping reviews { id body stars author { id name handle } }';
const types = '__schema { types { name fields { name args { name } type { name fields { name type { name } } } } } }';

export const greedyOperations: Readonly<Record<string, (number: number) => string>> = {
  'a comment of 60 kB': (number) => `# ${number} ${'long '.repeat(12_000)}\n${operations.light}`,
  'a comment of 680 kB': (number) => `# ${number} ${'long '.repeat(136_000)}\n${operations.light}`,
  'a new name over everything': (number) =>
    `query N${number} { ${list(18, (index) => `a${index}: top(first: 5, from: ${index}) { ${product} }`)} }`,
  'a new value over everything': (number) =>
    `{ ${list(18, (index) => `a${index}: top(first: 5, from: ${number + index}) { ${product} }`)} }`,
  'the same field 450 times': (number) => `{ a${number}: top(first: 1) { ${list(450, () => 'reviews { id }')} } }`,
  '20 schemas': (number) => `{ ${list(20, (index) => `a${number}_${index}: ${types}`)} }`,
  'one schema': (number) => `{ a${number}: ${types} }`,
};
