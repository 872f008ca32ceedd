/** The tenant itself: its name, plan, budget and limits. */
import { formatCount, formatMoment, formatUsd } from '../../formats/format.ts';
import { useChanges } from '../../reads/use-changes.ts';
import { useRead } from '../../reads/use-read.ts';
import { useLanguage } from '../../translations/translation.ts';
import { holdsAny, useAccess } from '../access/access.ts';
import {
  GrantTenantQuotaDocument,
  RenameTenantDocument,
  SetBudgetDocument,
  SetPlanDocument,
  SetSharingDocument,
  SetTenantQuotaDocument,
  SharingDocument,
  TenantSettingsDocument,
  type TenantSettingsQuery,
  TenantUsageChangedDocument,
} from '../generated/graphql.ts';
import { Figures } from '../parts/figures.tsx';
import { Page, Section } from '../parts/page.tsx';
import styles from '../parts/parts.module.css';
import { useWords } from '../translations/words.ts';
import { SharingSwitch } from './sharing-switch.tsx';
import { BudgetForm, NameForm, PlanForm } from './tenant-forms.tsx';
import { TenantGrant, TenantLimits } from './tenant-limits.tsx';

/** A minute and a day end with the clock alone. Everything else is announced. */
const everyMs = 60_000;

const changes = [
  RenameTenantDocument,
  SetBudgetDocument,
  SetTenantQuotaDocument,
  SetPlanDocument,
  GrantTenantQuotaDocument,
  SharingDocument,
  SetSharingDocument,
].map((document) => ({ document }));

const useFigures = (tenant: TenantSettingsQuery['tenant']) => {
  const w = useWords();
  const language = useLanguage();
  const { budget, quota } = tenant;
  const windowOf = (id: 'tenant.day' | 'tenant.minute', { usedTokens, limitTokens }: typeof quota.day) => ({
    label: w(id),
    value: formatCount(usedTokens, language),
    more: w('tenant.ofTokens', { limit: formatCount(limitTokens, language) }),
  });
  const money = budget && {
    label: w('tenant.spent'),
    value: formatUsd(budget.spentUsd, language),
    more:
      budget.monthlyUsd === null
        ? w('overview.noBudget')
        : w('tenant.ofBudget', {
            budget: formatUsd(budget.monthlyUsd, language),
            reserved: formatUsd(budget.reservedUsd, language),
          }),
  };
  return [
    { label: w('tenant.plan'), value: tenant.plan },
    ...(money ? [money] : []),
    windowOf('tenant.day', quota.day),
    windowOf('tenant.minute', quota.minute),
  ];
};

interface SettingsProps {
  readonly tenant: TenantSettingsQuery['tenant'];
  readonly onChanged: () => Promise<void>;
}

const Settings = ({ tenant, onChanged }: SettingsProps) => {
  const w = useWords();
  const access = useAccess();
  const figures = useFigures(tenant);
  const needs = (words: string) => <p className={styles['notice']}>{words}</p>;
  return (
    <>
      <Figures figures={figures} />
      <Section title={w('tenant.name')}>
        {holdsAny(access, ['ADMIN']) ? (
          <NameForm key={tenant.name} name={tenant.name} onChanged={onChanged} />
        ) : (
          needs(w('tenant.needsAdmin'))
        )}
      </Section>
      <Section title={w('tenant.sharing')} intro={w('tenant.sharing.intro')}>
        {holdsAny(access, ['ADMIN']) ? <SharingSwitch /> : needs(w('tenant.needsAdmin'))}
      </Section>
      <Section title={w('tenant.budget')} intro={w('tenant.budget.intro')}>
        {holdsAny(access, ['BILLING_ADMIN']) ? (
          <BudgetForm
            key={tenant.budget?.monthlyUsd}
            monthlyUsd={tenant.budget?.monthlyUsd ?? undefined}
            onChanged={onChanged}
          />
        ) : (
          needs(w('tenant.needsBilling'))
        )}
      </Section>
      <Section title={w('tenant.quota')} intro={w('tenant.quota.intro')}>
        {holdsAny(access, ['BILLING_ADMIN']) ? <TenantLimits onChanged={onChanged} /> : needs(w('tenant.needsBilling'))}
      </Section>
      <Section title={w('tenant.plan')}>
        {holdsAny(access, ['tenants:write']) ? (
          <PlanForm key={tenant.plan} plan={tenant.plan} onChanged={onChanged} />
        ) : (
          needs(w('tenant.needsOperator'))
        )}
      </Section>
      <Section title={w('tenant.grant')} intro={w('tenant.grant.intro')}>
        {holdsAny(access, ['tenants:write']) ? (
          <TenantGrant onChanged={onChanged} />
        ) : (
          needs(w('tenant.grantNeedsOperator'))
        )}
      </Section>
    </>
  );
};

export const TenantPage = () => {
  const w = useWords();
  const language = useLanguage();
  const { data, fault, refetch } = useRead(TenantSettingsDocument, {}, { everyMs });
  const isManager = holdsAny(useAccess(), ['ADMIN', 'BILLING_ADMIN']);
  useChanges(TenantUsageChangedDocument, {}, () => void refetch(), { isOff: !isManager });
  return (
    <Page
      title="tenant.title"
      intro={
        data
          ? w('tenant.since', { time: formatMoment(data.tenant.createdAt, language), id: data.tenant.id })
          : undefined
      }
      operations={[
        { document: TenantSettingsDocument },
        ...(isManager ? [{ document: TenantUsageChangedDocument }] : []),
        ...changes,
      ]}
      fault={fault}
      retry={refetch}
    >
      {data ? <Settings tenant={data.tenant} onChanged={refetch} /> : null}
    </Page>
  );
};
