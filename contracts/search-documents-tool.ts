/**
 * The built-in tool with which a model searches the collections that its reply may draw on. Invariant: a call says what
 * is looked for and nothing else; which collections are searched, and in whose name, the job says.
 */

/** Characters of what is looked for. */
export const longestSearch = 1_000;
/** Searches of one reply: enough for a search that is refined, and an end for a model that goes in circles. */
export const mostSearches = 6;

export const searchDocumentsTool = {
  name: 'search_documents',
  description:
    "Searches the documents of the user's organisation that this conversation may draw on, and returns numbered passages. Call it where the passages so far do not answer the question: with the words that such a document would use, with an identifier as it is written, or in the language of the documents. Cite what you use of a passage by its number in square brackets, such as [2].",
  parameters: {
    type: 'object',
    properties: {
      query: {
        type: 'string',
        minLength: 1,
        maxLength: longestSearch,
        description: 'What is looked for: a question or a few words, complete without the conversation.',
      },
    },
    required: ['query'],
    additionalProperties: false,
  },
} as const;
