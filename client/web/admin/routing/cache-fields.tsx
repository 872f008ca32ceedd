/** The fields of a policy that say for how long replies are kept, and for whom. */
import type { CacheShare, RoutingQuery, UpsertRoutingPolicyMutationVariables } from '../generated/graphql.ts';
import { CheckBox, type FormValues, Select, TextField } from '../parts/form.tsx';
import { useWords } from '../translations/words.ts';

const shares: readonly CacheShare[] = ['USER', 'TENANT'];
const longestSeconds = 3_600;

type CacheInput = Pick<
  UpsertRoutingPolicyMutationVariables['input'],
  'requestCacheSeconds' | 'similarCacheSeconds' | 'usesCuratedReplies' | 'cacheShare'
>;

export const cacheInput = (values: FormValues): CacheInput => ({
  requestCacheSeconds: values.number('requestCacheSeconds') ?? null,
  similarCacheSeconds: values.number('similarCacheSeconds') ?? null,
  usesCuratedReplies: values.isChecked('usesCuratedReplies'),
  cacheShare: shares.find((share) => share === values.text('cacheShare')) ?? 'USER',
});

/** @param policy undefined for a new one */
export const CacheFields = ({ policy }: { readonly policy: RoutingQuery['routingPolicies'][number] | undefined }) => {
  const w = useWords();
  const seconds = { type: 'number', min: 1, max: longestSeconds } as const;
  return (
    <>
      <TextField
        name="requestCacheSeconds"
        label={w('routing.requestCache')}
        hint={w('routing.requestCacheHint')}
        defaultValue={policy?.requestCacheSeconds ?? ''}
        {...seconds}
      />
      <TextField
        name="similarCacheSeconds"
        label={w('routing.similarCache')}
        hint={w('routing.similarCacheHint')}
        defaultValue={policy?.similarCacheSeconds ?? ''}
        {...seconds}
      />
      <Select
        name="cacheShare"
        label={w('routing.cacheShare')}
        choices={shares.map((value) => ({ value, label: w(`routing.cacheShare.${value}`) }))}
        defaultValue={policy?.cacheShare ?? 'USER'}
      />
      <CheckBox
        name="usesCuratedReplies"
        label={w('routing.usesCurated')}
        defaultChecked={policy?.usesCuratedReplies ?? false}
      />
    </>
  );
};
