/**
 * The wire formats of results in parts. In `deferSpec=20220824` each part carries its path. In `incrementalSpec=v0.2`
 * (specs.apollo.dev/incremental/v0.2, as graphql-js 17.0.0-alpha.9) a part is announced as pending with the data that
 * contains it, delivers only what was not delivered before, and is completed, with errors when it has no data.
 */
import type { GraphQLResponse } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { PendingPart } from '../execution/deferred-operation.ts';
import { takeUndelivered } from './undelivered-fields.ts';

/** One part as clients may see it. `data` is undefined or null when there is none. */
export interface FormattedPart extends PendingPart {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

interface WithExtensions {
  readonly extensions?: Record<string, unknown>;
}

/** The parts of one deferred fragment. */
export interface FormattedFragment extends WithExtensions {
  readonly parts: readonly FormattedPart[];
  readonly pending: readonly PendingPart[];
  readonly hasNext: boolean;
}

export interface FormattedInParts {
  readonly first: WithExtensions & Pick<FormattedPart, 'data' | 'errors'>;
  readonly pending: readonly PendingPart[];
  readonly rest: AsyncIterable<FormattedFragment>;
}

export interface PartFormat {
  /** The parameter of multipart/mixed with which clients request the format, in lower case. */
  readonly parameter: string;
  /** The same, as Apollo Server writes it. */
  readonly mediaType: string;
  bodyOf(result: FormattedInParts): GraphQLResponse['body'];
}

const named = (label: string | undefined) => (label === undefined ? {} : { label });

const deferSpec20220824: PartFormat = {
  parameter: 'deferspec=20220824',
  mediaType: 'multipart/mixed; deferSpec=20220824',
  bodyOf: ({ first, rest }) => ({
    kind: 'incremental',
    initialResult: { ...first, hasNext: true },
    subsequentResults: (async function* () {
      for await (const { parts, pending: _announcements, ...remaining } of rest) {
        yield { incremental: parts.map(({ id: _, label, ...part }) => ({ ...part, ...named(label) })), ...remaining };
      }
    })(),
  }),
};

const incrementalSpecV02: PartFormat = {
  parameter: 'incrementalspec=v0.2',
  mediaType: 'multipart/mixed; incrementalSpec=v0.2',
  bodyOf({ first, pending, rest }) {
    const ids = new Map<string, string>();
    const idOf = ({ id, path }: PendingPart): string => {
      const key = JSON.stringify([id, ...path]);
      const known = ids.get(key) ?? String(ids.size);
      ids.set(key, known);
      return known;
    };
    const announce = (parts: readonly PendingPart[]) =>
      parts.map((part) => ({ id: idOf(part), path: part.path, ...named(part.label) }));
    // A part needs a delivered object that contains it, so data exists wherever parts do.
    const data = first.data ?? {};
    const deliver = (part: FormattedPart) => {
      const id = idOf(part);
      const { errors } = part;
      if (!part.data) return { incremental: [], completed: { id, ...(errors ? { errors } : {}) } };
      const [head = { subPath: [], data: {} }, ...others] = takeUndelivered(data, part.path, part.data);
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
        for await (const { parts, pending: more, ...remaining } of rest) {
          const delivered = parts.map(deliver);
          const incremental = delivered.flatMap((one) => one.incremental);
          yield {
            ...(more.length > 0 ? { pending: announce(more) } : {}),
            ...(incremental.length > 0 ? { incremental } : {}),
            completed: delivered.map(({ completed }) => completed),
            ...remaining,
          };
        }
      })(),
    };
  },
};

const formats = [deferSpec20220824, incrementalSpecV02];

/** A client that names no format reads the older one, which was there before the formats had names. */
const formatOf = (parameters: readonly string[]): PartFormat | undefined =>
  parameters.some((parameter) => parameter.includes('spec='))
    ? formats.find(({ parameter }) => parameters.includes(parameter))
    : deferSpec20220824;

/**
 * The client's preferred format, the first among equals; undefined when it accepts none. A weight of 0 is a refusal.
 */
export const acceptedFormat = (accept: string | undefined): PartFormat | undefined => {
  const ranges = (accept ?? '')
    .toLowerCase()
    .split(',')
    .flatMap((range) => {
      const [type, ...parameters] = range.split(';').map((part) => part.trim().replaceAll('"', ''));
      const format = type === 'multipart/mixed' ? formatOf(parameters) : undefined;
      const weight = parameters.find((parameter) => parameter.startsWith('q='));
      return format ? { format, weight: weight === undefined ? 1 : Number(weight.slice(2)) } : [];
    });
  return ranges.filter(({ weight }) => weight > 0).toSorted((one, other) => other.weight - one.weight)[0]?.format;
};
