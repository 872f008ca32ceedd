/**
 * A subgraph's response, checked to be a GraphQL response. Invariant: nothing past this point checks the shape of a
 * response, only whether its data fits the schema.
 */

export interface SubgraphError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface SubgraphResponse {
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly errors: readonly SubgraphError[];
  /** True when others hold the same data, so that it must be copied before it is changed. */
  readonly isShared: boolean;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPath = (value: unknown): value is (string | number)[] =>
  Array.isArray(value) && value.every((element) => typeof element === 'string' || typeof element === 'number');

const errorOf = (value: unknown): SubgraphError | undefined => {
  if (!isObject(value) || typeof value['message'] !== 'string') return undefined;
  const { message, path, extensions } = value;
  return { message, ...(isPath(path) ? { path } : {}), ...(isObject(extensions) ? { extensions } : {}) };
};

const noErrors: readonly SubgraphError[] = [];

/** Undefined when the value is not a GraphQL response. */
export const responseOf = (value: unknown): SubgraphResponse | undefined => {
  if (!isObject(value)) return undefined;
  const { data, errors } = value;
  if (data !== undefined && data !== null && !isObject(data)) return undefined;
  if (errors === undefined || errors === null) {
    return data === undefined ? undefined : { data: data ?? undefined, errors: noErrors, isShared: false };
  }
  if (!Array.isArray(errors)) return undefined;
  const read = errors.map(errorOf).filter((error) => error !== undefined);
  if (read.length < errors.length || (read.length === 0 && data === undefined)) return undefined;
  return { data: data ?? undefined, errors: read, isShared: false };
};

/** Undefined when the text is not a GraphQL response. */
export const parseResponse = (text: string): SubgraphResponse | undefined => {
  try {
    return responseOf(JSON.parse(text));
  } catch {
    return undefined;
  }
};
