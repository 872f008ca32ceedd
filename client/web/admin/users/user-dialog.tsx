/** One user: role, access, quota, sessions and keys, as far as the reader may change them. */
import { useParlance } from '@parlance/react';
import { Button, ButtonRow } from '../../design/button.tsx';
import { useTranslate } from '../../translations/translation.ts';
import { holdsAny, useAccess } from '../access/access.ts';
import { useAction } from '../api/use-action.ts';
import {
  DeleteUserDocument,
  type Role,
  SetRoleDocument,
  SetUserActiveDocument,
  SetUserQuotaDocument,
  type UserRowFragment,
} from '../generated/graphql.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { FaultView } from '../parts/fault-view.tsx';
import { Form, type FormValues, Select, TextField } from '../parts/form.tsx';
import { Section } from '../parts/page.tsx';
import { PageDialog } from '../parts/page-dialog.tsx';
import styles from '../parts/parts.module.css';
import { useWords } from '../translations/words.ts';
import { UserAccess } from './user-access.tsx';

export interface UserDialogProps {
  readonly user: UserRowFragment;
  readonly name: string;
  readonly onChanged: () => Promise<void>;
  readonly onClose: () => void;
}

type PartProps = Omit<UserDialogProps, 'onClose'>;

const roles: readonly Role[] = ['USER', 'ADMIN', 'BILLING_ADMIN'];

const RoleForm = ({ user, name, onChanged }: PartProps) => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  const submit = async (values: FormValues) => {
    const role = roles.find((known) => known === values.text('role')) ?? null;
    const task = async () => {
      await client.mutate(SetRoleDocument, { userId: user.id, role });
      await onChanged();
    };
    await action.run(task, role ? w('users.roleSet', { name, role }) : w('users.roleOfTokens', { name }));
  };
  const choices = [{ value: '', label: w('users.tokenRoles') }, ...roles.map((role) => ({ value: role, label: role }))];
  return (
    <Form
      label={w('users.role')}
      submit={w('users.setRole')}
      action={action}
      onSubmit={(values) => void submit(values)}
    >
      <Select
        name="role"
        label={w('users.role')}
        hint={w('users.roleHint')}
        choices={choices}
        defaultValue={user.assignedRole ?? ''}
      />
    </Form>
  );
};

const ActiveSwitch = ({ user, name, onChanged }: PartProps) => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  const set = (isActive: boolean) =>
    void action.run(
      async () => {
        await client.mutate(SetUserActiveDocument, { userId: user.id, isActive });
        await onChanged();
      },
      w(isActive ? 'users.activated' : 'users.deactivated', { name }),
    );
  return (
    <ButtonRow>
      {user.isActive ? (
        <ConfirmButton
          label={w('users.deactivate')}
          question={w('users.deactivateSure', { name })}
          consequence={w('users.deactivateMore')}
          isDisabled={action.isRunning}
          act={() => set(false)}
        />
      ) : (
        <Button disabled={action.isRunning} onClick={() => set(true)}>
          {w('users.activate')}
        </Button>
      )}
      <FaultView fault={action.fault} />
    </ButtonRow>
  );
};

const Deletion = ({ user, name, onChanged }: PartProps) => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  const remove = () =>
    void action.run(
      async () => {
        await client.mutate(DeleteUserDocument, { id: user.id });
        await onChanged();
      },
      w('users.deleted', { name }),
    );
  return (
    <ButtonRow>
      <ConfirmButton
        label={w('users.delete')}
        question={w('users.deleteSure', { name })}
        consequence={w('users.deleteMore')}
        isDisabled={action.isRunning}
        act={remove}
      />
      <FaultView fault={action.fault} />
    </ButtonRow>
  );
};

const QuotaForm = ({ user, name, onChanged }: PartProps) => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  const submit = (values: FormValues) => {
    const limits = { tokensPerDay: values.number('day') ?? null, tokensPerMinute: values.number('minute') ?? null };
    void action.run(
      async () => {
        await client.mutate(SetUserQuotaDocument, { input: { userId: user.id, ...limits } });
        await onChanged();
      },
      w('users.quotaSet', { name }),
    );
  };
  const { day, minute } = user.quota;
  const field = { type: 'number', min: 0, step: 1 } as const;
  return (
    <Form label={w('users.quota')} submit={w('users.setQuota')} action={action} onSubmit={submit}>
      <TextField
        name="day"
        label={w('users.perDay')}
        hint={w('users.quotaHint')}
        defaultValue={day.limitTokens}
        {...field}
      />
      <TextField name="minute" label={w('users.perMinute')} defaultValue={minute.limitTokens} {...field} />
    </Form>
  );
};

export const UserDialog = ({ user, name, onChanged, onClose }: UserDialogProps) => {
  const w = useWords();
  const t = useTranslate();
  const access = useAccess();
  const isAdmin = holdsAny(access, ['ADMIN']);
  const isOwn = user.id === access.userId;
  const part = { user, name, onChanged };
  return (
    <PageDialog title={name} closeLabel={t('close')} wide onClose={onClose}>
      <div className={styles['parts']}>
        {isAdmin && !isOwn ? (
          <Section title={w('users.access')}>
            <RoleForm {...part} />
            <ActiveSwitch {...part} />
            <Deletion {...part} />
          </Section>
        ) : (
          <p className={styles['notice']}>{w(isOwn ? 'users.notYourself' : 'users.needsAdmin')}</p>
        )}
        {holdsAny(access, ['BILLING_ADMIN']) ? (
          <Section title={w('users.quota')}>
            <QuotaForm key={`${user.quota.day.limitTokens}/${user.quota.minute.limitTokens}`} {...part} />
          </Section>
        ) : (
          <p className={styles['notice']}>{w('users.needsBilling')}</p>
        )}
        {isAdmin ? <UserAccess userId={user.id} /> : null}
      </div>
    </PageDialog>
  );
};
