/** Calls SQL functions by the names of their arguments, so that a call reads as what it is and outlives their order. */
import type { EntityManager } from '@mikro-orm/sql';
import type { Database } from './database.ts';

export interface FunctionCall {
  /** With its schema: `conversations.store_turn`. */
  readonly name: string;
  /** By the names of the function's arguments; one that is left out has its default. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Columns of its rows, as SQL. Default: all. One value is a column with the function's name. */
  readonly columns?: string;
}

/** What is called -> its statement. There are as many as calls in the code. */
const statements = new Map<string, string>();

const statementOf = ({ name, parameters, columns = '*' }: FunctionCall): string => {
  const names = Object.keys(parameters);
  const key = `${columns} ${name} ${names.join()}`;
  const known = statements.get(key);
  if (known !== undefined) return known;
  const sql = `select ${columns} from ${name}(${names.map((argument) => `${argument} => ?`).join(', ')})`;
  statements.set(key, sql);
  return sql;
};

/** In one round trip, which is its own transaction (`Database.call`). */
export const callFunction = (database: Pick<Database, 'call'>, call: FunctionCall): Promise<readonly unknown[]> =>
  database.call(statementOf(call), Object.values(call.parameters));

/** In the session, and the transaction, of an EntityManager. */
export const callFunctionIn = (em: EntityManager, call: FunctionCall): Promise<readonly unknown[]> =>
  em.execute<unknown[]>(statementOf(call), Object.values(call.parameters));
