/**
 * The content security policies of a web application: its own scripts, styles and fonts, and connections to its own
 * gateway only. No page may load anything of a third party, and no text can become a script, since the policy requires
 * Trusted Types.
 */
import { createHash } from 'node:crypto';

const inlineScript = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;
const inlineStyle = /<style[^>]*>([\s\S]*?)<\/style>/g;

const hashesOf = (page: string, elements: RegExp): readonly string[] =>
  [...page.matchAll(elements)].map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);

/**
 * Of a page. Files are loaded from, and uploaded to, these origins too. Inline scripts and styles that the page was
 * built with are allowed by their hash. Style attributes are allowed, because formulas are set with them; they load
 * nothing that the other rules do not allow.
 */
export const pagePolicyOf = (page: string, fileOrigins: readonly string[] = []): string =>
  [
    "default-src 'none'",
    ["script-src 'self'", ...hashesOf(page, inlineScript)].join(' '),
    ["style-src-elem 'self'", ...hashesOf(page, inlineStyle)].join(' '),
    "style-src-attr 'unsafe-inline'",
    ["img-src 'self' data: blob:", ...fileOrigins].join(' '),
    "font-src 'self'",
    ["connect-src 'self'", ...fileOrigins].join(' '),
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');

/** Of everything else. A drawing that is opened by itself may style itself; nothing else may do anything. */
export const contentPolicyOf = (path: string): string =>
  path.endsWith('.svg')
    ? "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    : "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
