/**
 * Where a sign-in returns to: a path of our own pages and nothing else, so that a link to our sign-in leads nobody to
 * another site. Browsers read a backslash as a slash and drop tabs and line breaks, so none of them is accepted.
 */

/** Characters: it travels in a cookie. */
const longest = 512;

/** The path as it is when it is safe; else `/`. */
export const returnPathOf = (given: string | null): string => {
  const isLocal = given !== null && /^\/(?![/\\])[!-[\]-~]*$/.test(given) && given.length <= longest;
  if (!isLocal) return '/';
  const here = 'http://here.invalid';
  return URL.canParse(given, here) && new URL(given, here).origin === here ? given : '/';
};
