/** The limits that the tenant sets for itself, and the highest that its operator allows it. */
import { useParlance } from '@parlance/react';
import { GrantTenantQuotaDocument, SetTenantQuotaDocument } from '../generated/graphql.ts';
import { useWords } from '../translations/words.ts';
import { LimitsForm } from './limits-form.tsx';

interface Changed {
  readonly onChanged: () => Promise<void>;
}

export const TenantLimits = ({ onChanged }: Changed) => {
  const w = useWords();
  const client = useParlance();
  return (
    <LimitsForm
      label={w('tenant.quota')}
      submit={w('tenant.setQuota')}
      done={w('tenant.quotaSet')}
      restore={{
        label: w('tenant.restore'),
        question: w('tenant.restoreSure'),
        consequence: w('tenant.restoreMore'),
        done: w('tenant.restored'),
      }}
      set={async (input) => {
        await client.mutate(SetTenantQuotaDocument, { input });
        await onChanged();
      }}
    />
  );
};

/** For the operator. What is granted applies at once, and lowers what the tenant has set above it. */
export const TenantGrant = ({ onChanged }: Changed) => {
  const w = useWords();
  const client = useParlance();
  return (
    <LimitsForm
      label={w('tenant.grant')}
      submit={w('tenant.setGrant')}
      done={w('tenant.granted')}
      restore={{
        label: w('tenant.revokeGrant'),
        question: w('tenant.revokeGrantSure'),
        consequence: w('tenant.revokeGrantMore'),
        done: w('tenant.grantRevoked'),
      }}
      set={async (input) => {
        await client.mutate(GrantTenantQuotaDocument, { input });
        await onChanged();
      }}
    />
  );
};
