/**
 * The scalars of the contract, as options for Pothos. Invariant: a value that is accepted means what it says, wherever
 * the server stands, and fits the tables; any other is BAD_USER_INPUT, as a literal and as a variable alike.
 */
import { Decimal } from 'decimal.js';
import { type ASTNode, GraphQLError, Kind, type ValueNode } from 'graphql';

const refuse = (sentence: string, node?: ASTNode): never => {
  throw new GraphQLError(sentence, { nodes: node ?? null, extensions: { code: 'BAD_USER_INPUT' } });
};

const literal = (node: ValueNode): unknown => (node.kind === Kind.STRING ? node.value : undefined);

/** RFC 3339: the offset is required, because a time without one means another moment on each server. */
const dateTimePattern =
  /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
/** The years of four digits; PostgreSQL has no year 0. */
const [earliest, latest] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];

/** Whether the month has this day: one that it does not have would become a day of the next month. */
const isDay = (day: string): boolean => {
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
};

const parseDateTime = (value: unknown, node?: ASTNode): Date => {
  const day = typeof value === 'string' ? dateTimePattern.exec(value)?.[1] : undefined;
  const moment = new Date(day !== undefined && isDay(day) ? String(value) : Number.NaN);
  return moment.getTime() >= earliest && moment.getTime() <= latest
    ? moment
    : refuse('A DateTime is an ISO 8601 string with its offset, such as "2026-01-31T12:00:00Z".', node);
};

const parseDecimal = (value: unknown, node?: ASTNode): string =>
  typeof value === 'string' && /^-?\d{1,30}(\.\d{1,30})?$/.test(value)
    ? new Decimal(value).toFixed()
    : refuse('A Decimal is a string such as "12.50".', node);

export const dateTimeOptions = {
  description: 'A moment: ISO 8601 with milliseconds, in UTC, e.g. "2026-01-31T12:00:00.000Z".',
  serialize: (value: Date) => value.toISOString(),
  parseValue: (value: unknown) => parseDateTime(value),
  parseLiteral: (node: ValueNode) => parseDateTime(literal(node), node),
};

export const decimalOptions = {
  description: 'An exact decimal number as a string, e.g. "0.000150". Money is in US dollars.',
  serialize: (value: string) => new Decimal(value).toFixed(),
  parseValue: (value: unknown) => parseDecimal(value),
  parseLiteral: (node: ValueNode) => parseDecimal(literal(node), node),
};
