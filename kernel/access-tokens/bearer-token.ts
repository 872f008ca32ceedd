/** Finds the bearer token (RFC 6750) in a request header or in the payload of a graphql-ws ConnectionInit. */

const pattern = /^bearer +([\w.~+/-]+=*)$/i;

/** The token of `Bearer <token>`; undefined for anything else. */
export const parseBearer = (header: string | undefined): string | undefined => header?.trim().match(pattern)?.[1];

/**
 * Accepts `authorization` or `Authorization` with the scheme, or `token` with or without it, or `headers` with any of
 * these, as explorers send it. Empty text counts as absent: undefined.
 */
export const tokenFromConnectionParams = (
  params: Readonly<Record<string, unknown>> | undefined,
): string | undefined => {
  if (params === undefined) return undefined;
  for (const name of ['authorization', 'Authorization', 'token']) {
    const value = params[name];
    if (typeof value === 'string' && value !== '') return parseBearer(value) ?? value;
  }
  const { headers } = params;
  return typeof headers === 'object' && headers !== null
    ? tokenFromConnectionParams({ ...headers, headers: undefined })
    : undefined;
};
