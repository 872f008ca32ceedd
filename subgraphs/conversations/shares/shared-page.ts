/**
 * The page of a shared conversation: HTML without a script, readable without being signed in. A page shows a bounded
 * part of the conversation and links to the parts before and after it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { encodeCursor } from '#kernel/subgraph-server/paging.ts';
import { escapeHtml } from '../transcripts/escape-html.ts';
import { type PageWords, pageWords } from '../transcripts/page-words.ts';
import { renderMarkdown } from '../transcripts/render-markdown.ts';
import { closePage, openPage, pageDate, policyWithPictures, transcriptPolicy } from '../transcripts/transcript-page.ts';
import {
  findSharedConversation,
  readSharedMessages,
  type SharedConversation,
  type SharedMessage,
  type SharedViewServices,
} from './shared-conversation.ts';
import type { SharedAttachment, SharedCitation } from './shared-files.ts';

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

/** The size of a file as people read it. */
const sizeOf = (words: PageWords, bytes: number): string => {
  const [unit, divisor] = bytes < 1_000_000 ? (['kilobyte', 1_000] as const) : (['megabyte', 1_000_000] as const);
  const form = { style: 'unit', unit, maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(words.language, form).format(bytes / divisor);
};

const showAttachment = (words: PageWords, { name, mediaType, byteSize, url, previewUrl }: SharedAttachment): string => {
  const picture =
    previewUrl === null ? '' : `<img src="${escapeHtml(previewUrl)}" alt="${escapeHtml(name)}" loading="lazy"><br>`;
  const facts = escapeHtml(`${mediaType}, ${sizeOf(words, byteSize)}`);
  return `<li>${picture}<a href="${escapeHtml(url)}" rel="nofollow">${escapeHtml(name)}</a> <small>${facts}</small></li>`;
};

const showCitation = (words: PageWords, { index, fileName, page, heading, quote }: SharedCitation): string => {
  const place = [fileName, page === null ? '' : `${words.page} ${page}`, heading].filter((part) => part !== '');
  return `<p>[${index}] ${escapeHtml(place.join(', '))}</p>\n<blockquote>${escapeHtml(quote)}</blockquote>`;
};

const showFilesOf = (words: PageWords, { attachments, citations }: SharedMessage): string => {
  const files = attachments.map((each) => showAttachment(words, each)).join('\n');
  const passages = citations.map((each) => showCitation(words, each)).join('\n');
  const parts = [
    files === '' ? '' : `<p class="note">${escapeHtml(words.attached)}</p>\n<ul>\n${files}\n</ul>\n`,
    passages === '' ? '' : `<details><summary>${escapeHtml(words.sources)}</summary>\n${passages}\n</details>\n`,
  ];
  return parts.join('');
};

const showMessage = (words: PageWords, message: SharedMessage): string => {
  const { role, content, modelId } = message;
  const author = role === 'USER' ? words.question : words.reply;
  const by = role === 'USER' || modelId === null ? author : `${author} · ${modelId}`;
  const text = content.length > shownCharacters ? `${content.slice(0, shownCharacters).toWellFormed()} …` : content;
  const shown = text.trim() === '' ? `<p class="note">${escapeHtml(words.empty)}</p>` : renderMarkdown(text);
  const files = showFilesOf(words, message);
  return `<article class="${role === 'USER' ? 'user' : 'reply'}" dir="auto">\n<h2>${escapeHtml(by)}</h2>\n${shown}\n${files}</article>\n`;
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

/** Throws the faults of safety and of knowledge while they cannot be asked. */
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
  const { edges } = await readSharedMessages(services, shared, { first: pageSize, after });
  const title = shared.title ?? words.untitled;
  const policy = shared.withFiles ? policyWithPictures(services.blobs.publicOrigin) : transcriptPolicy;
  const parts = [openPage(words, title, policy), headOf(words, title, shared), '<main>\n'];
  for (const { node } of edges) {
    parts.push(showMessage(words, node));
    // Streams of this process go on between two messages.
    await nextTurn();
  }
  parts.push('</main>\n', linksOf(words, page, pages), closePage);
  return { isFound: true, html: parts.join(''), policy };
};
