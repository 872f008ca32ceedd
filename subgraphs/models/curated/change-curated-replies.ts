/**
 * Reads and changes a tenant's curated replies. Invariant: every stored question can be compared with what people ask,
 * and a question has one reply.
 */
import { v7 as uuidv7, validate } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import { canonicalQuestion, longestQuestion, questionKey } from '#contracts/similar-questions/canonical-question.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { type CuratedReply, CuratedReplyEntity } from '../entities.ts';

export interface CuratedReplyInput {
  readonly id?: string | null | undefined;
  readonly questions: readonly string[];
  readonly reply: string;
}

/** A reply to a question that somebody asks, as the job carries it. */
export interface FoundCuratedReply {
  readonly id: string;
  /** One of them may be the question. */
  readonly questions: string[];
  readonly reply: string;
}

const maxReplies = 500;
const maxQuestions = 20;
const longestReply = 20_000;

const refuse = (argument: string, sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument: `input.${argument}` });
};

const keyOf = (question: string): string => {
  const canonical = canonicalQuestion(question);
  return canonical === undefined
    ? refuse(
        'questions',
        `A question is one sentence of at most ${longestQuestion} characters in English, German, French, Spanish, Italian or Portuguese, with enough words to recognize the language. Write it out, or leave it away.`,
      )
    : questionKey(canonical);
};

const notFound = (): AppError => new AppError('NOT_FOUND', 'There is no such curated reply.');

/** Newest first. */
export const readCuratedReplies = (database: Database, tenantId: string): Promise<CuratedReply[]> =>
  database.forTenant(tenantId).find(CuratedReplyEntity, {}, { orderBy: { id: 'desc' } });

/** Adds a reply, or replaces the one with the id. Throws BAD_USER_INPUT and NOT_FOUND. */
export const upsertCuratedReply = async (
  database: Database,
  { tenantId }: Identity,
  { id, questions, reply }: CuratedReplyInput,
): Promise<CuratedReply> => {
  if (questions.length === 0 || questions.length > maxQuestions) {
    refuse('questions', `A curated reply has 1 to ${maxQuestions} questions.`);
  }
  if (reply.trim() === '' || reply.length > longestReply) {
    refuse('reply', `A reply has 1 to ${longestReply} characters.`);
  }
  const keys = [...new Set(questions.map(keyOf))];
  const fields = { questions: [...questions], keys, reply };
  return database.forTenant(tenantId).transactional(async (em) => {
    const all = await em.find(CuratedReplyEntity, {});
    const own = all.find((one) => one.id === id);
    if (id != null && !own) throw notFound();
    if (all.some((one) => one !== own && one.keys.some((key) => keys.includes(key)))) {
      refuse('questions', 'Another curated reply has one of these questions. Change that one, or remove the question.');
    }
    if (own) return em.assign(own, fields);
    if (all.length >= maxReplies) refuse('questions', `A tenant has at most ${maxReplies} curated replies.`);
    return em.create(CuratedReplyEntity, { tenantId, id: uuidv7(), ...fields });
  });
};

/** Throws NOT_FOUND. */
export const deleteCuratedReply = async (database: Database, { tenantId }: Identity, id: string): Promise<void> => {
  const deleted = validate(id) ? await database.forTenant(tenantId).nativeDelete(CuratedReplyEntity, { id }) : 0;
  if (deleted === 0) throw notFound();
};

/** The reply whose questions may ask what a question of this key asks; the caller compares them. */
export const findCuratedReply = async (
  database: Database,
  tenantId: string,
  key: string,
): Promise<FoundCuratedReply | null> =>
  database.forTenant(tenantId).findOne(CuratedReplyEntity, { keys: { $contains: [key] } });
