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

/** The colours of the web client, which stands on the same origin. */
const style = `:root{color-scheme:light dark;--soft:light-dark(#58616b,#a5adb7);--accent:light-dark(#1b6b58,#5fc4a8)}
*{box-sizing:border-box}body{font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;max-width:29rem;
margin:0 auto;padding:14vh 1.25rem 3rem;background:light-dark(#fff,#141619);color:light-dark(#191c20,#e6e9ec)}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem}h2{font-size:.85rem;color:var(--soft);margin:1.5rem 0 .4rem}
p{margin:0 0 1rem;color:var(--soft)}a{color:var(--accent)}small{color:var(--soft)}
button{font:inherit;display:flex;justify-content:space-between;align-items:baseline;gap:1rem;width:100%;
text-align:start;padding:.7rem .9rem;margin:.45rem 0;border:1px solid light-dark(#d5dade,#3a4149);
border-radius:10px;background:light-dark(#fff,#20242a);color:inherit;cursor:pointer}
button:hover{border-color:var(--accent)}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}`;

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
<link rel="icon" href="data:,">
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
    // The empty icon, without which browsers ask for /favicon.ico.
    'img-src data:',
    ...(script === undefined ? [] : [`script-src ${hashOf(script)}`]),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
});
