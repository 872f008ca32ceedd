/** Operations drawn by chance, each with the result that it must have. */
import type { Random } from '#tests/support/random.ts';
import type { Expected } from './check.ts';
import { authorOf, isInStock, nameOf, pageOf, priceOf, type SubgraphName, shippingOf, titleOf } from './world.ts';

export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly expected: Expected;
}

/** A stream: event number `seq`, from 1 to `last`, must be `event(seq)`. */
export interface StreamOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly last: number;
  event(seq: number): Expected;
  /** Whether it goes on after its source was lost. */
  readonly isResumable: boolean;
}

type ObjectFields = Readonly<Record<string, Expected>>;

const leaf = (value: unknown, ...owners: SubgraphName[]): Expected => ({ kind: 'leaf', value, owners });
const object = (fields: ObjectFields, ...owners: SubgraphName[]): Expected => ({ kind: 'object', fields, owners });

const authorFields = (book: string, ...names: ('id' | 'name' | 'motto')[]): Expected => {
  const author = authorOf(book);
  const all = { id: leaf(author, 'catalog'), name: leaf(nameOf(author), 'people'), motto: leaf(null, 'people') };
  return object(Object.fromEntries(names.map((name) => [name, all[name]])), 'catalog');
};

/** What can be asked of a book: text and value. */
const bookFields: readonly { readonly key: string; readonly text: string; of(book: string): Expected }[] = [
  { key: 'id', text: 'id', of: (book) => leaf(book, 'catalog') },
  { key: 'title', text: 'title', of: (book) => leaf(titleOf(book), 'catalog') },
  { key: 'cost', text: 'cost: price', of: (book) => leaf(priceOf(book), 'catalog') },
  { key: 'inStock', text: 'inStock', of: (book) => leaf(isInStock(book), 'stock') },
  { key: 'shipping', text: 'shipping', of: (book) => leaf(shippingOf(priceOf(book)), 'stock') },
  { key: 'author', text: 'author { id name }', of: (book) => authorFields(book, 'id', 'name') },
  { key: 'by', text: 'by: author { ...By motto }', of: (book) => authorFields(book, 'name', 'motto') },
];

interface BookSelection {
  readonly text: string;
  readonly fragments: string;
  of(book: string): Expected;
}

const drawSelection = (random: Random): BookSelection => {
  const drawn = bookFields.filter(() => random.next() < 0.5);
  const fields = drawn.length > 0 ? drawn : bookFields;
  return {
    text: `{ ${fields.map(({ text }) => text).join(' ')} }`,
    fragments: fields.some(({ key }) => key === 'by') ? 'fragment By on Author { name }' : '',
    of: (book) => object(Object.fromEntries(fields.map(({ key, of }) => [key, of(book)])), 'catalog'),
  };
};

const drawBook = (random: Random): string => `b${random.between(0, 9999)}`;

const list = (selection: BookSelection, from: number, first: number): Expected => ({
  kind: 'list',
  owners: ['catalog'],
  items: Array.from({ length: first }, (_, index) => selection.of(`b${from + index}`)),
});

const drawBooks = (random: Random): Operation => {
  const selection = drawSelection(random);
  const from = random.between(0, 9999);
  const first = random.between(1, 12);
  return {
    query: `query Books($from: Int!, $first: Int!) { books(from: $from, first: $first) ${selection.text} } ${selection.fragments}`,
    variables: { from, first },
    expected: object({ books: list(selection, from, first) }),
  };
};

const drawPair = (random: Random): Operation => {
  const selection = drawSelection(random);
  const [one, other] = [drawBook(random), drawBook(random)];
  const withOther = random.next() < 0.5;
  const { text, fragments } = selection;
  return {
    query: `query ($one: ID!, $other: ID!, $with: Boolean!) { one: book(id: $one) ${text}
      other: book(id: $other) @include(if: $with) ${text} } ${fragments}`,
    variables: { one, other, with: withOther },
    expected: object({ one: selection.of(one), ...(withOther ? { other: selection.of(other) } : {}) }),
  };
};

const drawRefused = (random: Random): Operation => {
  const selection = drawSelection(random);
  const book = drawBook(random);
  const [field, code] = random.pick([
    ['refuse(code: "QUOTA_EXCEEDED")', 'QUOTA_EXCEEDED'],
    ['refuse(code: "A_CODE_OF_ITS_OWN")', 'INTERNAL_SERVER_ERROR'],
    ['crash', 'INTERNAL_SERVER_ERROR'],
  ] as const);
  return {
    query: `query ($book: ID!) { no: ${field} book(id: $book) ${selection.text} } ${selection.fragments}`,
    variables: { book },
    expected: object({ no: { kind: 'refused', code, owners: ['catalog'] }, book: selection.of(book) }),
  };
};

let nonces = 0;

const drawMutation = (random: Random): Operation => {
  const selection = drawSelection(random);
  const book = drawBook(random);
  nonces += 1;
  const nonce = `n${nonces}`;
  const taken = (...owners: SubgraphName[]) => ({ nonce: leaf(nonce, ...owners), times: leaf(1, ...owners) });
  return {
    query: `mutation ($book: ID!, $nonce: ID!) { order(book: $book, nonce: $nonce) { nonce times book ${selection.text} }
      restock(book: $book, nonce: $nonce) { nonce times } } ${selection.fragments}`,
    variables: { book, nonce },
    expected: object({
      order: object({ ...taken('catalog'), book: selection.of(book) }, 'catalog'),
      restock: object(taken('stock'), 'stock'),
    }),
  };
};

export const drawOperation = (random: Random): Operation => {
  const chance = random.next();
  if (chance < 0.4) return drawBooks(random);
  if (chance < 0.75) return drawPair(random);
  return chance < 0.85 ? drawRefused(random) : drawMutation(random);
};

export const drawStream = (random: Random): StreamOperation => {
  const isResumable = random.next() < 0.75;
  const selection = random.next() < 0.5 ? drawSelection(random) : undefined;
  const book = drawBook(random);
  // Some are long, so that there is always one when a source is lost.
  const last = random.between(1, random.pick([10, 80]));
  const field = isResumable ? 'pages' : 'ticks';
  return {
    query: `subscription ($book: ID!, $last: Int!) { ${field}(book: $book, last: $last) { seq text
      ${selection ? `book ${selection.text}` : ''} } } ${selection?.fragments ?? ''}`,
    variables: { book, last },
    last,
    isResumable,
    event: (seq) =>
      object({
        [field]: object({
          seq: leaf(seq, 'catalog'),
          text: leaf(pageOf(book, seq), 'catalog'),
          ...(selection ? { book: selection.of(book) } : {}),
        }),
      }),
  };
};

/** Documents that are refused as a whole, and their codes. */
export const faultyDocuments = [
  ['{ book(id: 1', 'GRAPHQL_PARSE_FAILED'],
  ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ['query ($id: ID!) { book(id: $id) { id } }', 'BAD_USER_INPUT'],
  [
    `{ ${'a: __typename '.repeat(2)}${Array.from({ length: 40 }, (_, index) => `a${index}: __typename`).join(' ')} }`,
    'OPERATION_TOO_COMPLEX',
  ],
] as const;
