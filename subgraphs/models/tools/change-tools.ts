/**
 * Reads and changes a tenant's tools. Invariants: a stored tool can be described to every provider and be called, as
 * far as that can be checked without the network. Its secret leaves this service once, to the administrator who created
 * it, and sealed to other services.
 */
import { randomBytes } from 'node:crypto';
import type { Identity } from '#contracts/identity.ts';
import { policiesChangedTopic } from '#contracts/routing-signals.ts';
import type { ToolApproval } from '#contracts/tool-approval.ts';
import { toolSecretPurpose } from '#contracts/tool-secret.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Sealer } from '#kernel/sealing/sealer.ts';
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
  /** Undefined: as it is; for a new tool NEVER. */
  readonly approval: ToolApproval | undefined;
}

/** A tool, with its secret if that was just created. */
export interface RegisteredTool {
  readonly tool: ToolRow;
  readonly secret: string | undefined;
}

/** What providers accept as the name of a function. */
const namePattern = /^[a-zA-Z0-9_-]{1,64}$/;
/** OpenAI's limit for the description of a function. */
const maxDescriptionCharacters = 1_024;
/** About 2,000 tokens of every prompt. */
const maxParameterCharacters = 8_192;
const maxUrlCharacters = 2_048;
/** All tools are in every job and every prompt, and models choose badly among more. */
const maxTools = 32;
/** Milliseconds. Meanwhile a reader waits, and the reply occupies its worker. */
const maxTimeoutMs = 60_000;
/** Bytes of a key, as many as the output of its hash, SHA-256. */
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
  if (description.trim() === '' || description.length > maxDescriptionCharacters) {
    refuse('description', `A description has 1 to ${maxDescriptionCharacters} characters: the model decides by it.`);
  }
  if (parameters.length > maxParameterCharacters) {
    refuse('parameters', `The parameters have at most ${maxParameterCharacters} characters: they are in every prompt.`);
  }
  if (!areParameters(parameters)) {
    refuse('parameters', 'The parameters are the JSON text of a JSON Schema whose "type" is "object".');
  }
  if (url.length > maxUrlCharacters || !isCallable(url)) {
    refuse(
      'url',
      `A url begins with https:// or http://, has no user in it and at most ${maxUrlCharacters} characters.`,
    );
  }
  if (timeoutMs < 1 || timeoutMs > maxTimeoutMs) {
    refuse('timeoutMs', `"timeoutMs" is between 1 and ${maxTimeoutMs}.`);
  }
};

/** In the format of Standard Webhooks. */
const createSecret = (): string => `whsec_${randomBytes(secretBytes).toString('base64')}`;

interface Services {
  readonly database: Database;
  readonly signals: Signals;
  readonly sealer: Sealer;
}

/** As it is stored, and as jobs carry it. */
const sealed = ({ sealer }: Services, tenantId: string, name: string, secret: string): string =>
  sealer.seal(secret, toolSecretPurpose(tenantId, name));

const noSuchTool = (): AppError => new AppError('NOT_FOUND', 'There is no tool with this name.');

/** Adds a tool, or replaces all but the secret of the one with its name. Throws BAD_USER_INPUT. */
export const upsertTool = async (
  services: Services,
  { tenantId }: Identity,
  input: ToolInput,
): Promise<RegisteredTool> => {
  check(input);
  const { name } = input;
  const registered = await services.database.forTenant(tenantId).transactional(async (em) => {
    const own = await em.findOne(ToolEntity, { name });
    const approval = input.approval ?? own?.approval ?? 'NEVER';
    if (own) return { tool: em.assign(own, { ...input, approval }), secret: undefined };
    if ((await em.count(ToolEntity, {})) >= maxTools) refuse('name', `A tenant has at most ${maxTools} tools.`);
    const secret = createSecret();
    const stored = sealed(services, tenantId, name, secret);
    return { tool: em.create(ToolEntity, { tenantId, ...input, approval, secret: stored }), secret };
  });
  await services.signals.publish(policiesChangedTopic, { tenantId });
  return registered;
};

/** Throws NOT_FOUND. The former secret still signs the calls of replies whose turns were sent before, and no others. */
export const rotateToolSecret = async (
  services: Services,
  { tenantId }: Identity,
  name: string,
): Promise<RegisteredTool> => {
  const secret = createSecret();
  const tool = await services.database.forTenant(tenantId).transactional(async (em) => {
    const own = await em.findOne(ToolEntity, { name });
    if (!own) throw noSuchTool();
    return em.assign(own, { secret: sealed(services, tenantId, name, secret) });
  });
  await services.signals.publish(policiesChangedTopic, { tenantId });
  return { tool, secret };
};

/** Throws NOT_FOUND. */
export const deleteTool = async (
  services: Omit<Services, 'sealer'>,
  { tenantId }: Identity,
  name: string,
): Promise<void> => {
  const deleted = await services.database.forTenant(tenantId).nativeDelete(ToolEntity, { name });
  if (deleted === 0) throw noSuchTool();
  await services.signals.publish(policiesChangedTopic, { tenantId });
};

/** By name, as they are in the database now. */
export const readTools = (database: Database, tenantId: string): Promise<ToolRow[]> =>
  database.forTenant(tenantId).find(ToolEntity, {}, { orderBy: { name: 'asc' } });
