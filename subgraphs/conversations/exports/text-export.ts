/**
 * Writes a conversation for people, as Markdown or as one HTML page without scripts: the current branch, then what
 * branches off from it, with reasoning, tool calls and the instructions.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Passage } from '#contracts/passages.ts';
import type { Conversation, Message } from '../entities.ts';
import { citationsOf } from '../messages/citations.ts';
import { escapeHtml } from '../transcripts/escape-html.ts';
import { type PageWords, pageWords } from '../transcripts/page-words.ts';
import { renderMarkdown } from '../transcripts/render-markdown.ts';
import { closePage, openPage, pageDate } from '../transcripts/transcript-page.ts';
import type { ExportContext } from './json-export.ts';
import { readSegment, readTree, type Segment } from './read-messages.ts';

/** How the parts of a conversation are written in one format. */
interface TextWriter {
  open(title: string, date: string, instructions: string | null): string;
  message(message: Message, author: string): string;
  /** Before the messages that branch off below the message with this number; 0: from the beginning. */
  branch(heading: string): string;
  readonly close: string;
}

/** A fence that the text does not close. */
const fenced = (text: string): string => {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
};

const sourceOf = (words: PageWords, { index, fileName, page }: Passage): string =>
  `[${index}] ${fileName}${page === undefined ? '' : `, ${words.page} ${page}`}`;

/** Where the text links to a file; undefined for one that is not beside it. */
type PathOf = (fileId: string) => string | undefined;

/** A path as a link has it: brackets would end a link of Markdown. */
const hrefOf = (path: string): string =>
  path.split('/').map(encodeURIComponent).join('/').replaceAll('(', '%28').replaceAll(')', '%29');

/** The files of a question, each written by `write`; '' where it has none. */
const filesOf = (
  words: PageWords,
  { attachments }: Message,
  write: (name: string, fileId: string) => string,
): string =>
  attachments?.length
    ? `${words.attached}: ${attachments.map(({ name, fileId }) => write(name, fileId)).join(', ')}`
    : '';

/** Text of strangers as Markdown that shows it, whatever it says. */
const literal = (text: string): string => text.replaceAll(/[\\`*_{}[\]<>#|~!]/g, '\\$&').replaceAll(/\s+/g, ' ');

const markdownWriter = (words: PageWords, pathOf: PathOf): TextWriter => ({
  open: (title, date, instructions) =>
    `# ${title.replaceAll(/\s+/g, ' ')}\n\n${date}\n\n${instructions === null ? '' : `## ${words.instructions}\n\n${instructions}\n\n`}`,
  message(message, author) {
    const { content, reasoning, toolCalls } = message;
    const thought = reasoning == null ? '' : `**${words.reasoning}**\n\n${fenced(reasoning)}\n\n`;
    const calls = (toolCalls ?? []).map((call) => {
      const result = 'result' in call ? `\n\n${fenced(call.result)}` : '';
      return `**${words.toolCall}: ${call.name}**\n\n${fenced(call.arguments)}${result}\n\n`;
    });
    const files = filesOf(words, message, (name, fileId) => {
      const path = pathOf(fileId);
      return path === undefined ? literal(name) : `[${literal(name)}](${hrefOf(path)})`;
    });
    const sources = citationsOf(message).map(
      (passage) => `${literal(sourceOf(words, passage))}\n\n${fenced(passage.text)}\n\n`,
    );
    const text = content.trim() === '' ? `*${words.empty}*` : content;
    return `## ${author}\n\n${thought}${calls.join('')}${text}\n\n${files === '' ? '' : `${files}\n\n`}${sources.join('')}`;
  },
  branch: (heading) => `---\n\n# ${heading}\n\n`,
  close: '',
});

const details = (summary: string, content: string): string =>
  `<details><summary>${escapeHtml(summary)}</summary>\n<pre><code>${escapeHtml(content)}</code></pre></details>\n`;

const htmlWriter = (words: PageWords, pathOf: PathOf): TextWriter => ({
  open: (title, date, instructions) =>
    `${openPage(words, title)}<header>\n<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(date)}</p>\n</header>\n<main>\n${instructions === null ? '' : details(words.instructions, instructions)}`,
  message(message, author) {
    const { role, content, reasoning, toolCalls } = message;
    const calls = (toolCalls ?? []).map((call) => {
      const result = 'result' in call ? `\n\n${call.result}` : '';
      return details(`${words.toolCall}: ${call.name}`, `${call.arguments}${result}`);
    });
    const thought = reasoning == null ? '' : details(words.reasoning, reasoning);
    const text = content.trim() === '' ? `<p class="note">${escapeHtml(words.empty)}</p>` : renderMarkdown(content);
    const files = filesOf(words, message, (name, fileId) => {
      const path = pathOf(fileId);
      return path === undefined ? escapeHtml(name) : `<a href="${escapeHtml(hrefOf(path))}">${escapeHtml(name)}</a>`;
    });
    const attached = files === '' ? '' : `<p class="note">${files}</p>\n`;
    const sources = citationsOf(message).map((passage) => details(sourceOf(words, passage), passage.text));
    const side = role === 'USER' ? 'user' : 'reply';
    return `<article class="${side}" dir="auto">\n<h2>${escapeHtml(author)}</h2>\n${thought}${calls.join('')}${text}\n${attached}${sources.join('')}</article>\n`;
  },
  branch: (heading) => `<hr>\n<h2>${escapeHtml(heading)}</h2>\n`,
  close: `</main>\n${closePage}`,
});

const authorOf = (words: PageWords, { role, modelId, createdAt }: Message): string => {
  const time = createdAt.toISOString().slice(0, 16).replace('T', ' ');
  const name = role === 'USER' ? words.question : modelId == null ? words.reply : `${words.reply} · ${modelId}`;
  return `${name} · ${time} UTC`;
};

interface TextOptions {
  readonly format: 'MARKDOWN' | 'HTML';
  /** Of the words around the texts. */
  readonly language: string;
  /** Default: the text stands alone. */
  readonly pathOf?: PathOf;
}

export async function* writeText(
  { services, onMessages }: ExportContext,
  conversation: Conversation,
  { format, language, pathOf = () => undefined }: TextOptions,
): AsyncGenerator<string> {
  const words = pageWords(language);
  const writer = format === 'HTML' ? htmlWriter(words, pathOf) : markdownWriter(words, pathOf);
  const { current, others } = await readTree(services, conversation);
  const title = conversation.title ?? words.untitled;
  yield writer.open(title, pageDate(words, conversation.createdAt), conversation.systemPrompt ?? null);

  async function* write(segment: Segment): AsyncGenerator<string> {
    for await (const page of readSegment(services, conversation.tenantId, segment)) {
      for (const message of page) {
        yield writer.message(message, authorOf(words, message));
        // Streams of this process go on between two messages.
        await nextTurn();
      }
      onMessages(page.length);
    }
  }
  for (const segment of current) yield* write(segment);
  for (const segment of others) {
    yield writer.branch(words.branchAt(segment.fromDepth));
    yield* write(segment);
  }
  yield writer.close;
}
