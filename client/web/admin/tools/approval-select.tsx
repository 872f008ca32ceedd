/** When users have to allow calls, as a field of a form. */
import type { ToolApproval } from '../generated/graphql.ts';
import { Select } from '../parts/form.tsx';
import { useWords } from '../translations/words.ts';

const approvals: readonly ToolApproval[] = ['NEVER', 'AFTER_UNTRUSTED', 'ALWAYS'];

/** The value of the field `approval`. */
export const approvalIn = (text: string): ToolApproval | undefined => approvals.find((one) => one === text);

export const ApprovalSelect = ({ chosen }: { readonly chosen: ToolApproval }) => {
  const w = useWords();
  const choices = approvals.map((value) => ({ value, label: w(`tools.approval.${value}`) }));
  return <Select name="approval" label={w('tools.approval')} choices={choices} defaultValue={chosen} />;
};
