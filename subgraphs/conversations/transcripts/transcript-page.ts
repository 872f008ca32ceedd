/**
 * The HTML of pages that show a conversation: without scripts, and with nothing to be fetched but pictures.
 * Invariant: the policy that goes with a page allows its own style, the pictures that it shows, and nothing else.
 */
import { createHash } from 'node:crypto';
import { escapeHtml } from './escape-html.ts';
import type { PageWords } from './page-words.ts';

/** The colours of the web client. */
const style = `:root{color-scheme:light dark;--soft:light-dark(#58616b,#a5adb7);--line:light-dark(#d5dade,#3a4149);
--accent:light-dark(#1b6b58,#5fc4a8);--raised:light-dark(#f3f5f6,#20242a)}
*{box-sizing:border-box}body{font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;max-width:46rem;
margin:0 auto;padding:2.5rem 1.25rem 4rem;background:light-dark(#fff,#141619);color:light-dark(#191c20,#e6e9ec);
overflow-wrap:anywhere}h1{font-size:1.6rem;line-height:1.25;margin:0 0 .4rem}
h2{font-size:.85rem;color:var(--soft);font-weight:600;margin:0 0 .4rem}h3,h4,h5,h6{margin:1.2rem 0 .4rem}
header p,footer,.note{color:var(--soft);font-size:.9rem;margin:.2rem 0}a{color:var(--accent)}
article{margin:1.75rem 0 0}article.user{background:var(--raised);border-radius:12px;padding:.8rem 1rem}
pre,.wide{overflow-x:auto}pre{background:var(--raised);border-radius:8px;padding:.8rem 1rem}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.9em}
blockquote{margin:.8rem 0;padding-left:1rem;border-left:3px solid var(--line)}table{border-collapse:collapse}
th,td{border:1px solid var(--line);padding:.3rem .6rem;text-align:start}th.right,td.right{text-align:right}
th.center,td.center{text-align:center}img{max-width:100%;max-height:24rem;border-radius:8px}details{margin:.5rem 0}summary{cursor:pointer;color:var(--soft)}
hr{border:0;border-top:1px solid var(--line)}nav{display:flex;justify-content:space-between;margin-top:2rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
@media print{body{max-width:none;padding:0}article{break-inside:avoid-page}}`;

const styleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

const policyOf = (pictures: string): string =>
  [
    "default-src 'none'",
    `style-src ${styleHash}`,
    // The empty icon, without which browsers ask for /favicon.ico.
    `img-src data:${pictures}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** The content security policy of every page that loads nothing. */
export const transcriptPolicy = policyOf('');

/** Of a page that also shows pictures of its own origin, which may lead to that of the blob store. */
export const policyWithPictures = (blobOrigin: string | undefined): string =>
  policyOf(blobOrigin === undefined ? " 'self'" : ` 'self' ${blobOrigin}`);

/** Everything before the content. The policy stands in the page too, for a page that was saved as a file. */
export const openPage = (words: PageWords, title: string, policy = transcriptPolicy): string => `<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${escapeHtml(policy.replace("; frame-ancestors 'none'", ''))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
`;

export const closePage = '</body>\n</html>\n';

/** A date as people read it, in UTC. */
export const pageDate = (words: PageWords, date: Date): string =>
  new Intl.DateTimeFormat(words.language, { dateStyle: 'long', timeZone: 'UTC' }).format(date);
