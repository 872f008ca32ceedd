/** The type Citation: a passage of a document that a reply stands on, and the citations of a message. */
import { listSize } from '#kernel/subgraph-server/list-sizes.ts';
import { citationsOf } from '../messages/citations.ts';
import type { ConversationsBuilder } from './builder.ts';
import type { ConversationsTypes } from './types.ts';

export const addCitationType = (
  builder: ConversationsBuilder,
  { Message, Citation, File }: ConversationsTypes,
): void => {
  Citation.implement({
    description: 'A passage of a document: "[n]" in the text of a reply stands for the one whose index is n.',
    fields: (t) => ({
      index: t.exposeInt('index', { description: 'Its number in the reply, from 1.' }),
      file: t.field({
        type: File,
        description: 'The document. Its status is DELETED where it is gone, or you may not read it any more.',
        resolve: ({ fileId }) => ({ id: fileId }),
      }),
      fileName: t.exposeString('fileName', { description: 'Name of the document at the time of the reply.' }),
      page: t.int({
        nullable: true,
        description: 'Page, slide or sheet, from 1; null where the document has none.',
        resolve: ({ page }) => page ?? null,
      }),
      heading: t.exposeString('heading', { description: 'The headings that the passage stands under; may be empty.' }),
      quote: t.exposeString('text', { description: 'The passage, word for word.' }),
      score: t.exposeFloat('score', { description: 'How well it fits the question: from 0 to 1.' }),
    }),
  });
  builder.objectField(Message, 'citations', (t) =>
    t.field({
      type: [Citation],
      directives: listSize(4),
      description:
        'What "[1]", "[2]" in the content stand for, by their index; so far, while it is being written. Empty where it cites nothing.',
      resolve: (message) => [...citationsOf(message)],
    }),
  );
};
