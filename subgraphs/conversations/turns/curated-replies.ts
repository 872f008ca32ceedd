/**
 * Finds the curated reply to a first question, where its policy uses such. Models gets the key of the question and not
 * its text; what it finds is compared here. Invariant: a subgraph that does not respond costs a reply from a cache, and
 * no turn.
 */
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { ReuseTerms } from '#contracts/reuse.ts';
import { askTheSame, canonicalQuestion, questionKey } from '#contracts/similar-questions/canonical-question.ts';
import type { Logger } from '#kernel/log.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';

export interface CuratedReplies {
  /** The terms with the curated reply, where there is one. Never rejects. */
  addTo(terms: ReuseTerms, asked: { readonly identity: Identity; readonly question: string }): Promise<ReuseTerms>;
}

/** Milliseconds after which a model is asked instead. */
const deadlineMs = 500;

const query = 'query Find($key: String!) { findCuratedReply(key: $key) { id questions reply } }';
const data = z.object({
  findCuratedReply: z.object({ id: z.string(), questions: z.array(z.string()), reply: z.string() }).nullable(),
});

export const createCuratedReplies = (models: SubgraphClient, logger: Logger): CuratedReplies => ({
  async addTo(terms, { identity, question }) {
    const asked = canonicalQuestion(question);
    if (asked === undefined) return terms;
    try {
      const variables = { key: questionKey(asked) };
      const { findCuratedReply: found } = await models.call({ identity, query, variables, data, deadlineMs });
      const isMeant = (text: string): boolean => {
        const canonical = canonicalQuestion(text);
        return canonical !== undefined && askTheSame(canonical, asked);
      };
      if (found === null || !found.questions.some(isMeant)) return terms;
      return { ...terms, curated: { id: found.id, reply: found.reply } };
    } catch (err) {
      logger.warn({ err }, 'curated replies could not be looked up: a model is asked');
      return terms;
    }
  },
});
