/**
 * Checks a value that a model wrote against a bounded schema. Invariants: it never throws, and never takes more than a
 * bounded number of steps, whatever schema and value are: each look of the validator at a subschema counts, and so does
 * each character that a pattern reads.
 */
import { format, type OutputUnit, validate } from '@cfworker/json-schema';
import type { BoundedSchema, TextRule } from './bounded-schema.ts';

/** What does not fit, one sentence for each place, for the model; empty where the value fits. */
export type Misfits = readonly string[];

/** Steps of one check: at most some tenths of a second, of a value that is made for it. */
const maxSteps = 400_000;
const maxMisfits = 8;
const maxMisfitCharacters = 300;
/** Cheap steps that count as one. */
const charactersPerStep = 32;

class BudgetSpent extends Error {}

const ruleNames = 'parlance-rule-';
const lengthOf = (text: string): number => {
  let pairs = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 0xd800 && code <= 0xdbff) pairs += 1;
  }
  return text.length - pairs;
};

/** Values in a value, itself included. */
const countValues = (value: unknown): number => {
  let count = 0;
  const open = [value];
  for (let one = open.pop(); open.length > 0 || one !== undefined; one = open.pop()) {
    count += 1;
    if (typeof one === 'object' && one !== null) for (const inner of Object.values(one)) open.push(inner);
  }
  return count;
};

interface Prepared {
  /** As the validator reads it. */
  readonly schema: object;
  readonly rules: readonly TextRule[];
}

/** The schema for one check, whose subschemas call `spend` whenever the validator looks at one. */
const prepare = (bounded: BoundedSchema, spend: (steps: number) => void): Prepared => {
  const rules: TextRule[] = [];
  const copy = ({ rest, weight, text, single, lists, maps }: BoundedSchema): object => {
    const entries: [string, unknown][] = Object.entries(rest);
    for (const [keyword, inner] of Object.entries(single)) entries.push([keyword, copy(inner)]);
    for (const [keyword, inner] of Object.entries(lists)) entries.push([keyword, inner.map(copy)]);
    for (const [keyword, inner] of Object.entries(maps)) {
      entries.push([keyword, Object.fromEntries([...inner].map(([name, one]) => [name, copy(one)]))]);
    }
    // The validator has no other place for rules of our own.
    if (text !== undefined) entries.push(['format', `${ruleNames}${rules.push(text) - 1}`]);
    const schema = Object.fromEntries(entries);
    // It reads this keyword once whenever it looks at a subschema.
    return Object.defineProperty(schema, '$recursiveRef', {
      get: () => {
        spend(weight);
        return undefined;
      },
    });
  };
  return { schema: copy(bounded), rules };
};

const isText = (rule: TextRule, text: string, spend: (steps: number) => void): boolean => {
  spend(Math.ceil(text.length / charactersPerStep));
  const length = lengthOf(text);
  if (length < rule.least || length > rule.most) return false;
  return rule.pattern === undefined || rule.pattern(text, (states) => spend(states / charactersPerStep));
};

const wordsOf = (
  { keyword, keywordLocation, error }: Pick<OutputUnit, 'keyword' | 'keywordLocation' | 'error'>,
  rules: readonly TextRule[],
): string => {
  const rule = keyword === 'format' ? rules[Number(/\d+/.exec(error)?.[0])] : undefined;
  if (rule !== undefined) return `The text has to have ${rule.words}.`;
  return keywordLocation.endsWith('/additionalProperties/not') ? 'This property is not allowed.' : error;
};

/** Keywords whose faults only say that others follow. */
const summaries = new Set(['properties', 'items', 'prefixItems', 'allOf', 'additionalProperties']);

/** @param value of JSON, not deeper than `maxJsonLevels` */
export const checkValue = (bounded: BoundedSchema, value: unknown): Misfits => {
  let left = maxSteps;
  const spend = (steps: number): void => {
    left -= steps;
    if (left < 0) throw new BudgetSpent();
  };
  const { schema, rules } = prepare(bounded, spend);
  for (const [index, rule] of rules.entries()) {
    format[`${ruleNames}${index}`] = (text) => isText(rule, text, spend);
  }
  try {
    spend(countValues(value));
    const { valid, errors } = validate(value, schema, '2020-12', Object.create(null));
    if (valid) return [];
    const telling = errors.filter(({ keyword }) => !summaries.has(keyword));
    return (telling.length > 0 ? telling : errors)
      .map((fault) =>
        `${fault.instanceLocation}: ${wordsOf(fault, rules)}`.slice(0, maxMisfitCharacters).toWellFormed(),
      )
      .slice(0, maxMisfits);
  } catch {
    return ['#: It is too large to be checked.'];
  } finally {
    for (const index of rules.keys()) delete format[`${ruleNames}${index}`];
  }
};
