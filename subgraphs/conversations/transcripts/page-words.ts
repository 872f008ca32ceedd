/** The words of pages that show a conversation, in the languages of the web client. */

export interface PageWords {
  readonly language: string;
  readonly untitled: string;
  readonly question: string;
  readonly reply: string;
  readonly instructions: string;
  readonly reasoning: string;
  readonly toolCall: string;
  /** In front of the number of a page. */
  readonly page: string;
  /** In front of the names of files. */
  readonly attached: string;
  /** Above the passages that a reply cites. */
  readonly sources: string;
  /** Above another branch, which begins with the message of this number. */
  readonly branchAt: (depth: number) => string;
  /** Of a shared conversation: when it was shared, and that nobody vouches for it. */
  readonly shared: (date: string) => string;
  readonly expires: (date: string) => string;
  readonly caution: string;
  readonly earlier: string;
  readonly later: string;
  readonly empty: string;
  readonly goneTitle: string;
  readonly gone: string;
}

const english: PageWords = {
  language: 'en',
  untitled: 'Conversation',
  question: 'Question',
  reply: 'Reply',
  instructions: 'Instructions',
  reasoning: 'Reasoning',
  toolCall: 'Tool call',
  page: 'page',
  attached: 'Attached',
  sources: 'Sources',
  branchAt: (depth) => `Another branch, from message ${depth} on`,
  shared: (date) => `Shared on ${date}`,
  expires: (date) => `can be read until ${date}`,
  caution: 'This is a copy of a conversation with a language model. Replies may be wrong.',
  earlier: 'Earlier messages',
  later: 'Later messages',
  empty: 'There is no text in this message.',
  goneTitle: 'Nothing is shared here',
  gone: 'The link is incomplete, or the conversation is no longer shared.',
};

const german: PageWords = {
  language: 'de',
  untitled: 'Unterhaltung',
  question: 'Frage',
  reply: 'Antwort',
  instructions: 'Anweisungen',
  reasoning: 'Gedankengang',
  toolCall: 'Werkzeugaufruf',
  page: 'Seite',
  attached: 'Angehängt',
  sources: 'Quellen',
  branchAt: (depth) => `Ein anderer Zweig, ab Nachricht ${depth}`,
  shared: (date) => `Geteilt am ${date}`,
  expires: (date) => `lesbar bis ${date}`,
  caution: 'Dies ist die Kopie einer Unterhaltung mit einem Sprachmodell. Antworten können falsch sein.',
  earlier: 'Frühere Nachrichten',
  later: 'Spätere Nachrichten',
  empty: 'Diese Nachricht hat keinen Text.',
  goneTitle: 'Hier ist nichts geteilt',
  gone: 'Der Link ist unvollständig, oder die Unterhaltung wird nicht mehr geteilt.',
};

/** @param language such as `de` or `de-AT`; any other than German gets English. */
export const pageWords = (language: string): PageWords => (/^de\b/i.test(language) ? german : english);
