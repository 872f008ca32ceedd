/** Whether people of the tenant may share conversations by links. */
import { useParlance } from '@parlance/react';
import { Button, ButtonRow } from '../../design/button.tsx';
import { useRead } from '../../reads/use-read.ts';
import { useAction } from '../api/use-action.ts';
import { SetSharingDocument, SharingDocument } from '../generated/graphql.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { FaultView } from '../parts/fault-view.tsx';
import { useWords } from '../translations/words.ts';

export const SharingSwitch = () => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  const { data, fault, refetch } = useRead(SharingDocument, {});
  const set = (isAllowed: boolean) =>
    void action.run(
      async () => {
        await client.mutate(SetSharingDocument, { isAllowed });
        await refetch();
      },
      w(isAllowed ? 'tenant.sharingAllowed' : 'tenant.sharingForbidden'),
    );
  return (
    <>
      <FaultView fault={fault ?? action.fault} />
      {data ? <p>{w(data.sharingAllowed ? 'tenant.sharingIs' : 'tenant.sharingIsNot')}</p> : null}
      <ButtonRow>
        {data?.sharingAllowed === false ? (
          <Button disabled={action.isRunning} onClick={() => set(true)}>
            {w('tenant.allowSharing')}
          </Button>
        ) : (
          <ConfirmButton
            label={w('tenant.forbidSharing')}
            question={w('tenant.forbidSharingSure')}
            consequence={w('tenant.forbidSharingMore')}
            isDisabled={action.isRunning || data === undefined}
            act={() => set(false)}
          />
        )}
      </ButtonRow>
    </>
  );
};
