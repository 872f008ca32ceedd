/**
 * Changes a tenant's tools. Invariants: a stored tool can be told to every provider and be called, as far as that can be said without the
 * network; its secret leaves this service towards the administrator who made it, once, and towards other services.
 */
import { randomBytes } from 'node:crypto';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import { policiesChangedTopic } from '#kernel/messages/routing-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { ToolEntity, type ToolRow } from '../entities.ts';
import { areParameters } from './check-parameters.ts';

export interface ToolInput {
  readonly name: string;
  readonly description: string;
  /** JSON text of a JSON Schema. */
  readonly parameters: string;
  readonly url: string;
  readonly timeoutMs: number;
  readonly enabled: boolean;
}

/** A tool, with its secret where that was made just now. */
export interface RegisteredTool {
  readonly tool: ToolRow;
  readonly secret: string | undefined;
}

/** What providers take as the name of a function. */
const namePattern = /^[a-zA-Z0-9_-]{1,64}$/;
/** OpenAI's bound for the description of a function. */
const mostDescriptionCharacters = 1_024;
/** About 2,000 tokens of every prompt. */
const mostParameterCharacters = 8_192;
const mostUrlCharacters = 2_048;
/** All of them are in every job and every prompt, and models choose badly among more. */
const mostTools = 32;
/** Milliseconds: a reader waits for as long, and a worker keeps a place for it. */
const longestTimeoutMs = 60_000;
/** Bytes of a key: those of the hash that it is for, SHA-256. */
const secretBytes = 32;

const refuse = (argument: string, sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument: `input.${argument}` });
};

const isCallable = (text: string): boolean => {
  const url = URL.parse(text);
  return (url?.protocol === 'https:' || url?.protocol === 'http:') && url.username === '' && url.password === '';
};

const check = ({ name, description, parameters, url, timeoutMs }: ToolInput): void => {
  if (!namePattern.test(name)) {
    refuse('name', 'A name has up to 64 letters, digits, hyphens and underscores, such as "look_up_order".');
  }
  if (description.trim() === '' || description.length > mostDescriptionCharacters) {
    refuse('description', `A description has 1 to ${mostDescriptionCharacters} characters: the model decides by it.`);
  }
  if (parameters.length > mostParameterCharacters) {
    refuse(
      'parameters',
      `The parameters have at most ${mostParameterCharacters} characters: they are in every prompt.`,
    );
  }
  if (!areParameters(parameters)) {
    refuse('parameters', 'The parameters are the JSON text of a JSON Schema whose "type" is "object".');
  }
  if (url.length > mostUrlCharacters || !isCallable(url)) {
    refuse(
      'url',
      `A url begins with https:// or http://, has no user in it and at most ${mostUrlCharacters} characters.`,
    );
  }
  if (timeoutMs < 1 || timeoutMs > longestTimeoutMs) {
    refuse('timeoutMs', `"timeoutMs" is between 1 and ${longestTimeoutMs}.`);
  }
};

/** As Standard Webhooks writes a key. */
const createSecret = (): string => `whsec_${randomBytes(secretBytes).toString('base64')}`;

interface Services {
  readonly database: Database;
  readonly signals: Signals;
}

const noSuchTool = (): AppError => new AppError('NOT_FOUND', 'There is no tool with this name.');

/** Adds a tool, or replaces all of the one with its name but its secret. */
export const upsertTool = async (
  services: Services,
  { tenantId }: Identity,
  input: ToolInput,
): Promise<RegisteredTool> => {
  check(input);
  const { name } = input;
  const registered = await services.database.forTenant(tenantId).transactional(async (em) => {
    const own = await em.findOne(ToolEntity, { name });
    if (own) return { tool: em.assign(own, input), secret: undefined };
    if ((await em.count(ToolEntity, {})) >= mostTools) refuse('name', `A tenant has at most ${mostTools} tools.`);
    const secret = createSecret();
    return { tool: em.create(ToolEntity, { tenantId, ...input, secret }), secret };
  });
  await services.signals.publish(policiesChangedTopic, { tenantId });
  return registered;
};

/** Throws NOT_FOUND. The former secret signs what is on its way already, and nothing that is sent from now on. */
export const rotateToolSecret = async (
  services: Services,
  { tenantId }: Identity,
  name: string,
): Promise<RegisteredTool> => {
  const secret = createSecret();
  const tool = await services.database.forTenant(tenantId).transactional(async (em) => {
    const own = await em.findOne(ToolEntity, { name });
    if (!own) throw noSuchTool();
    return em.assign(own, { secret });
  });
  await services.signals.publish(policiesChangedTopic, { tenantId });
  return { tool, secret };
};

/** Throws NOT_FOUND. */
export const deleteTool = async (services: Services, { tenantId }: Identity, name: string): Promise<void> => {
  const deleted = await services.database.forTenant(tenantId).nativeDelete(ToolEntity, { name });
  if (deleted === 0) throw noSuchTool();
  await services.signals.publish(policiesChangedTopic, { tenantId });
};

/** By name, as the database has them now. */
export const readTools = (database: Database, tenantId: string): Promise<ToolRow[]> =>
  database.forTenant(tenantId).find(ToolEntity, {}, { orderBy: { name: 'asc' } });
