/**
 * Cookies of web pages. Over https their names have the prefix `__Host-`: browsers then take them only from this host,
 * over TLS, for every path. Over plain http, at a loopback address only, browsers would refuse that prefix.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Cookies {
  /** The name of the session's cookie. */
  readonly session: string;
  /** The beginning of the names of cookies for sign-ins that are under way. */
  readonly pending: string;
  set(response: ServerResponse, name: string, cookie: { readonly value: string; readonly maxAgeSeconds: number }): void;
  clear(response: ServerResponse, name: string): void;
}

/** Of the cookies of one request; more are not looked at. Browsers send no more than 180 for a host. */
const mostCookies = 200;

export const createCookies = (publicUrl: URL): Cookies => {
  const isSecure = publicUrl.protocol === 'https:';
  const prefix = isSecure ? '__Host-' : '';
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  const append = (response: ServerResponse, cookie: string): void => {
    response.appendHeader('set-cookie', `${cookie}; ${attributes}`);
  };
  return {
    session: `${prefix}parlance-session`,
    pending: `${prefix}parlance-sign-in-`,
    set: (response, name, { value, maxAgeSeconds }) => append(response, `${name}=${value}; Max-Age=${maxAgeSeconds}`),
    clear: (response, name) => append(response, `${name}=; Max-Age=0`),
  };
};

/** The cookies of a request. Of several with one name the first counts, which is the one with the longest path. */
export const readCookies = ({ headers }: IncomingMessage): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  for (const pair of (headers.cookie ?? '').split(';', mostCookies)) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    if (at > 0 && !found.has(name)) found.set(name, pair.slice(at + 1).trim());
  }
  return found;
};
