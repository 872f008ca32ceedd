/**
 * Where a sign-in returns to: a path of our own pages and nothing else, so that a link to our sign-in leads nobody to
 * another site. The platform's own parser decides what a browser would make of it: it reads a backslash as a slash and
 * drops tabs and line breaks.
 */

/** Characters: it travels in a cookie. */
const longest = 512;

/** The path as it is when it is safe; else `/`. */
export const returnPathOf = (given: string | null): string => {
  if (given === null || !/^\/[!-~]*$/.test(given) || given.length > longest) return '/';
  const here = 'http://here.invalid';
  return URL.canParse(given, here) && new URL(given, here).origin === here ? given : '/';
};
