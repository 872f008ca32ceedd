/**
 * The page of a shared conversation: HTML without a script, readable without being signed in. A page shows a bounded
 * part of the conversation and links to the parts before and after it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { encodeCursor } from '#kernel/subgraph-server/paging.ts';
import { escapeHtml } from '../transcripts/escape-html.ts';
import { type PageWords, pageWords } from '../transcripts/page-words.ts';
import { renderMarkdown } from '../transcripts/render-markdown.ts';
import { closePage, openPage, pageDate, transcriptPolicy } from '../transcripts/transcript-page.ts';
import {
  findSharedConversation,
  readSharedMessages,
  type SharedConversation,
  type SharedMessage,
  type SharedViewServices,
} from './shared-conversation.ts';

export interface SharedPage {
  /** Whether a share stands behind the token. */
  readonly isFound: boolean;
  readonly html: string;
  /** The content security policy that goes with it. */
  readonly policy: string;
}

export interface SharedPageRequest {
  readonly token: string;
  /** As browsers send it. */
  readonly language: string;
  /** Counts from 1. */
  readonly page: number;
}

/** Messages of a page. */
const pageSize = 40;
/** Characters of a message that a page shows. */
const shownCharacters = 200_000;

const showMessage = (words: PageWords, { role, content, modelId }: SharedMessage): string => {
  const author = role === 'USER' ? words.question : words.reply;
  const by = role === 'USER' || modelId === null ? author : `${author} · ${modelId}`;
  const text = content.length > shownCharacters ? `${content.slice(0, shownCharacters).toWellFormed()} …` : content;
  const shown = text.trim() === '' ? `<p class="note">${escapeHtml(words.empty)}</p>` : renderMarkdown(text);
  return `<article class="${role === 'USER' ? 'user' : 'reply'}" dir="auto">\n<h2>${escapeHtml(by)}</h2>\n${shown}\n</article>\n`;
};

const headOf = (words: PageWords, title: string, { sharedAt, expiresAt }: SharedConversation): string => {
  const times = [words.shared(pageDate(words, sharedAt))];
  if (expiresAt !== null) times.push(words.expires(pageDate(words, expiresAt)));
  return `<header>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(times.join(', '))}</p>
<p>${escapeHtml(words.caution)}</p>
</header>
`;
};

const linksOf = (words: PageWords, page: number, pages: number): string => {
  const earlier =
    page > 1 ? `<a rel="prev" href="?page=${page - 1}">${escapeHtml(words.earlier)}</a>` : '<span></span>';
  const later = page < pages ? `<a rel="next" href="?page=${page + 1}">${escapeHtml(words.later)}</a>` : '';
  return pages > 1 ? `<nav>${earlier}${later}</nav>\n` : '';
};

const nothingShared = (words: PageWords): SharedPage => ({
  isFound: false,
  html: `${openPage(words, words.goneTitle)}<main><h1>${escapeHtml(words.goneTitle)}</h1>\n<p>${escapeHtml(words.gone)}</p></main>\n${closePage}`,
  policy: transcriptPolicy,
});

/** Throws the fault of safety while it cannot be asked. */
export const renderSharedPage = async (
  services: SharedViewServices,
  { token, language, page: asked }: SharedPageRequest,
): Promise<SharedPage> => {
  const words = pageWords(language);
  const shared = await findSharedConversation(services, token);
  if (shared === null) return nothingShared(words);
  const pages = Math.ceil(shared.messageCount / pageSize);
  const page = Math.min(Math.max(1, Math.trunc(asked)), pages);
  const after = page === 1 ? null : encodeCursor((page - 1) * pageSize);
  const { edges } = await readSharedMessages(services.database, shared, { first: pageSize, after });
  const title = shared.title ?? words.untitled;
  const parts = [openPage(words, title), headOf(words, title, shared), '<main>\n'];
  for (const { node } of edges) {
    parts.push(showMessage(words, node));
    // Streams of this process go on between two messages.
    await nextTurn();
  }
  parts.push('</main>\n', linksOf(words, page, pages), closePage);
  return { isFound: true, html: parts.join(''), policy: transcriptPolicy };
};
