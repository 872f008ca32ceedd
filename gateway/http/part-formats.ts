/**
 * How an answer in parts is told. `deferSpec=20220824`: each part says its place. `incrementalSpec=v0.2`
 * (specs.apollo.dev/incremental/v0.2, as graphql-js 17.0.0-alpha.9): a part is announced as pending with the data that
 * it hangs below, gives only what was not told before, and is completed, with errors when it has no data.
 */
import type { GraphQLResponse } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { PartPlace } from '../execution/deferred-operation.ts';
import { untold } from './untold-data.ts';

/** One part as clients may see it; `data` is undefined or null where there is none. */
export interface FormattedPart extends PartPlace {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

interface Told {
  readonly extensions?: Record<string, unknown>;
}

/** The parts of one deferred fragment. */
export interface FormattedFragment extends Told {
  readonly parts: readonly FormattedPart[];
  readonly pending: readonly PartPlace[];
  readonly hasNext: boolean;
}

export interface FormattedInParts {
  readonly first: Told & Pick<FormattedPart, 'data' | 'errors'>;
  readonly pending: readonly PartPlace[];
  readonly rest: AsyncIterable<FormattedFragment>;
}

export interface PartFormat {
  /** The parameter of multipart/mixed by which clients ask for it, in lower case. */
  readonly parameter: string;
  /** The same, as Apollo Server knows it. */
  readonly mediaType: string;
  bodyOf(result: FormattedInParts): GraphQLResponse['body'];
}

const named = (label: string | undefined) => (label === undefined ? {} : { label });

const placed: PartFormat = {
  parameter: 'deferspec=20220824',
  mediaType: 'multipart/mixed; deferSpec=20220824',
  bodyOf: ({ first, rest }) => ({
    kind: 'incremental',
    initialResult: { ...first, hasNext: true },
    subsequentResults: (async function* () {
      for await (const { parts, pending: _unsaid, ...told } of rest) {
        yield { incremental: parts.map(({ id: _, label, ...part }) => ({ ...part, ...named(label) })), ...told };
      }
    })(),
  }),
};

const announced: PartFormat = {
  parameter: 'incrementalspec=v0.2',
  mediaType: 'multipart/mixed; incrementalSpec=v0.2',
  bodyOf({ first, pending, rest }) {
    const ids = new Map<string, string>();
    const idOf = ({ id, path }: PartPlace): string => {
      const key = JSON.stringify([id, ...path]);
      const known = ids.get(key) ?? String(ids.size);
      ids.set(key, known);
      return known;
    };
    const announce = (places: readonly PartPlace[]) =>
      places.map((place) => ({ id: idOf(place), path: place.path, ...named(place.label) }));
    // Parts hang below an object that was told, so where there are any there is data.
    const data = first.data ?? {};
    const deliver = (part: FormattedPart) => {
      const id = idOf(part);
      const { errors } = part;
      if (!part.data) return { incremental: [], completed: { id, ...(errors ? { errors } : {}) } };
      const [head = { subPath: [], data: {} }, ...others] = untold(data, part.path, part.data);
      const entries = errors || Object.keys(head.data).length > 0 ? [head, ...others] : others;
      return {
        incremental: entries.map((entry, index) => ({
          id,
          ...(entry.subPath.length === 0 ? {} : { subPath: entry.subPath }),
          data: entry.data,
          ...(errors && index === 0 ? { errors } : {}),
        })),
        completed: { id },
      };
    };
    return {
      kind: 'incremental',
      initialResult: { ...first, data, pending: announce(pending), hasNext: true },
      subsequentResults: (async function* () {
        for await (const { parts, pending: more, ...told } of rest) {
          const delivered = parts.map(deliver);
          const incremental = delivered.flatMap((one) => one.incremental);
          yield {
            ...(more.length > 0 ? { pending: announce(more) } : {}),
            ...(incremental.length > 0 ? { incremental } : {}),
            completed: delivered.map(({ completed }) => completed),
            ...told,
          };
        }
      })(),
    };
  },
};

const formats = [placed, announced];

/** The format that a client wants most, the first of equals; undefined when it takes none. A weight of 0 is a refusal. */
export const acceptedFormat = (accept: string | undefined): PartFormat | undefined => {
  const ranges = (accept ?? '')
    .toLowerCase()
    .split(',')
    .flatMap((range) => {
      const [type, ...parameters] = range.split(';').map((part) => part.trim().replaceAll('"', ''));
      const format = formats.find(({ parameter }) => type === 'multipart/mixed' && parameters.includes(parameter));
      const weight = parameters.find((parameter) => parameter.startsWith('q='));
      return format ? { format, weight: weight === undefined ? 1 : Number(weight.slice(2)) } : [];
    });
  return ranges.filter(({ weight }) => weight > 0).toSorted((one, other) => other.weight - one.weight)[0]?.format;
};
