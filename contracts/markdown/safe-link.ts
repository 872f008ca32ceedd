/**
 * Which addresses of a text become links. A model, or whoever wrote into its prompt, chose them: only absolute
 * addresses of these schemes do, and none that would run a script or lead to a page of this application.
 */

const allowed: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:', 'tel:']);

const maxLength = 2_000;

/** The address as the browser will read it; undefined where it is not to be a link. */
export const safeLink = (target: string): string | undefined => {
  if (target.length > maxLength || !URL.canParse(target)) return undefined;
  const { protocol, href } = new URL(target);
  return allowed.has(protocol) ? href : undefined;
};
