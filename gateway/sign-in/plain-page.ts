/**
 * Small pages of plain words, for sign-in and the development issuer. They load nothing, run only the script that they
 * were made with, and are readable in light and dark. Invariant: text from outside goes through `escapeHtml`.
 */
import { createHash } from 'node:crypto';

export interface PlainPage {
  readonly html: string;
  /** Its content security policy. */
  readonly policy: string;
}

export interface PlainPageParts {
  readonly title: string;
  /** HTML below the title. */
  readonly content: string;
  readonly script?: string;
}

const style = `:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;
padding:0 1.25rem}h1{font-size:1.4rem}h2{font-size:1rem;margin:1.5rem 0 .5rem}a,button{font:inherit}
button{display:block;width:100%;text-align:start;padding:.6rem .8rem;margin:.4rem 0;cursor:pointer}
small{opacity:.75}`;

const replacements: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => replacements[character] ?? '');

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export const renderPage = ({ title, content, script }: PlainPageParts): PlainPage => ({
  html: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
<main>
<h1>${escapeHtml(title)}</h1>
${content}
</main>
${script === undefined ? '' : `<script>${script}</script>`}
</html>
`,
  // Without form-action: a form's target may lead to another origin, which browsers count as a target too.
  policy: [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    ...(script === undefined ? [] : [`script-src ${hashOf(script)}`]),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
});
