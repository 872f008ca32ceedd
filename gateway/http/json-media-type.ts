/**
 * The media type of a whole result: of the two that GraphQL over HTTP defines, the one that the client's Accept header
 * prefers, and `application/json` for a client that has no preference. It is the one that Apollo Server selects.
 */
const names = ['application/json', 'application/graphql-response+json'] as const;

interface Preference {
  readonly weight: number;
  /** Higher for a range that says more. */
  readonly precision: number;
  /** Of the range in the header. */
  readonly position: number;
}

interface Range extends Preference {
  readonly type: string;
}

const rangesOf = (accept: string): readonly Range[] =>
  accept.split(',').map((text, position) => {
    const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    const precision = type === '*/*' ? 0 : type.endsWith('/*') ? 1 : 2;
    return { type, weight: weight === undefined ? 1 : Number(weight.slice(2)), precision, position };
  });

const preferenceFor = (name: string, ranges: readonly Range[]): Preference | undefined =>
  ranges
    .filter(({ type }) => type === name || type === 'application/*' || type === '*/*')
    .toSorted((one, other) => other.precision - one.precision)[0];

/** Negative when the first one comes first. */
const compare = (one: Preference, other: Preference): number =>
  other.weight - one.weight || other.precision - one.precision || one.position - other.position;

const preferred = (accept: string): string => {
  const ranges = rangesOf(accept);
  const [first] = names
    .flatMap((name) => {
      const preference = preferenceFor(name, ranges);
      return preference && preference.weight > 0 ? { name, preference } : [];
    })
    .toSorted((one, other) => compare(one.preference, other.preference));
  return first?.name ?? names[0];
};

/** With its charset. */
export const jsonMediaType = (accept: string | undefined): string =>
  `${accept === undefined ? names[0] : preferred(accept)}; charset=utf-8`;
