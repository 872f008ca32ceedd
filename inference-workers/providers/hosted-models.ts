/**
 * The models of one provider that is reached over HTTP: those of the catalogue, or those that the provider lists. A
 * provider without its key or address serves none, which is no fault. A provider that should list its models and does
 * not respond keeps those it had; that is logged where it had responded before or was never asked.
 */
import { type CatalogueProvider, findCatalogueModel, type ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Logger } from '#kernel/log.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { listModels } from './list-models.ts';
import { type CreateModel, findProviderAccess } from './provider-access.ts';
import type { ProviderConnections } from './provider-connections.ts';
import type { ServedModel } from './registry.ts';

export interface HostedSettings {
  /** The variables that the models file names. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly connections: ProviderConnections;
  /** Milliseconds within which a provider has to list its models. */
  readonly discoveryTimeoutMs: number;
  /** Aborted when the registry closes. */
  readonly closed: AbortSignal;
  readonly logger: Logger;
}

/** A provider that can be asked again for its models. */
export interface HostedProvider {
  /** Whether its models come from the list of its server, and so may change. */
  readonly isListed: boolean;
  /** Its current models. A model that it had before is the same object. Never rejects. */
  models(): Promise<readonly ServedModel[]>;
  /** Whether its server listed models that cannot be served, the last time. */
  readonly ignoresModels: boolean;
}

const noModels: HostedProvider = { isListed: false, models: async () => [], ignoresModels: false };

/** Names in a warning, and the characters of each. */
const namesShown = 10;
const charactersShown = 128;

const shownNames = (names: readonly string[]): readonly string[] =>
  names.slice(0, namesShown).map((name) => JSON.stringify(name.slice(0, charactersShown)).slice(1, -1));

/** Why a provider did not respond, without a stack: the fault is not ours. */
const reasonOf = (fault: unknown): string => {
  if (!(fault instanceof Error)) return String(fault);
  return fault.cause instanceof Error ? `${fault.message}: ${fault.cause.message}` : fault.message;
};

export const openHostedProvider = (
  provider: CatalogueProvider,
  file: ModelsFile,
  { environment, connections, discoveryTimeoutMs: timeoutMs, closed, logger }: HostedSettings,
): HostedProvider => {
  const access = findProviderAccess(provider, { environment, dispatcher: connections.dispatcher, logger });
  if (access === undefined) return noModels;
  const { baseUrl, apiKey } = access;

  const listed = file.models.filter((model) => model.provider === provider.name).map(({ id }) => id);
  const isListed =
    provider.discover === 'always' || (provider.discover === 'at-other-base-url' && access.isOtherBaseUrl);
  const serve = (modelId: string, create: CreateModel): ServedModel | undefined => {
    const model = findCatalogueModel(file, modelId);
    if (model === undefined) return undefined;
    const name = modelId.slice(provider.name.length + 1);
    const served = {
      modelId,
      provider: provider.name,
      pool: model.pool,
      model: create(name),
      countTokens: countO200kTokens,
    };
    return access.trimsPrefix ? { ...served, trimsPrefix: true } : served;
  };

  let ids = listed;
  let responds = true;
  let ignoredBefore = '';
  const warnOfIgnored = (ignored: readonly string[]): void => {
    const shown = shownNames(ignored);
    const summary = `${ignored.length} ${shown.join(' ')}`;
    if (ignored.length > 0 && summary !== ignoredBefore) {
      logger.warn(
        { provider: provider.name, models: shown, count: ignored.length },
        'the provider lists models that are ignored: too many, or with names that cannot be used',
      );
    }
    ignoredBefore = ignored.length > 0 ? summary : '';
  };
  const updateIds = async (): Promise<void> => {
    try {
      const { dispatcher } = connections;
      const { names, ignored } = await listModels({ baseUrl, apiKey, dispatcher, timeoutMs, closed });
      ids = names.map((name) => `${provider.name}/${name}`);
      responds = true;
      warnOfIgnored(ignored);
    } catch (fault) {
      if (!responds || closed.aborted) return;
      responds = false;
      logger.warn(
        { provider: provider.name, baseUrl, reason: reasonOf(fault) },
        'the provider does not list its models; it is asked again from time to time',
      );
    }
  };
  let known: ReadonlyMap<string, ServedModel> = new Map();
  let loading: Promise<CreateModel> | undefined;
  return {
    isListed,
    get ignoresModels() {
      return ignoredBefore !== '';
    },
    async models() {
      if (isListed) await updateIds();
      if (ids.length === 0) return [];
      loading ??= access.load();
      const create = await loading;
      const served = ids.flatMap((modelId) => known.get(modelId) ?? serve(modelId, create) ?? []);
      known = new Map(served.map((one) => [one.modelId, one]));
      return served;
    },
  };
};
