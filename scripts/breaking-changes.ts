/** What the public schema breaks of its promise. */
import { buildSchema, findBreakingChanges } from 'graphql';

/**
 * The breaking changes from one SDL to another that nobody declared, in graphql-js's words.
 * @param declared one change a line; lines that are none are ignored.
 */
export const undeclaredBreakingChanges = (promised: string, current: string, declared: string): readonly string[] => {
  const lines = new Set(declared.split('\n').map((line) => line.trim()));
  return findBreakingChanges(buildSchema(promised), buildSchema(current))
    .map(({ description }) => description)
    .filter((description) => !lines.has(description));
};
