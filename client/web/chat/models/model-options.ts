/** What a reply may be written by: the tenant's policies, then the models. */
import { useModels, usePolicies } from '@parlance/react';
import { useMemo } from 'react';
import { useTranslate } from '../../translations/translation.ts';

/** What a reply may be written by. */
export interface ModelOption {
  readonly id: string;
  readonly name: string;
  readonly detail: string;
}

export interface ModelOptions {
  readonly models: readonly ModelOption[];
  readonly policiesAndModels: readonly ModelOption[];
}

export const useModelOptions = (): ModelOptions => {
  const t = useTranslate();
  const { value: models } = useModels();
  const { value: policies } = usePolicies();
  return useMemo(() => {
    const modelOptions = (models ?? []).map(({ id, displayName, price }) => ({
      id,
      name: displayName,
      detail: t('model.price', { input: price.input, output: price.output }),
    }));
    const policyOptions = (policies ?? []).map(({ name, description }) => ({
      id: name,
      name,
      detail: description ?? t('model.policy'),
    }));
    return { models: modelOptions, policiesAndModels: [...policyOptions, ...modelOptions] };
  }, [models, policies, t]);
};
