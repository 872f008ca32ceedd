/** The way from what a page shows to the operation behind it, filled in, in the explorer of the API. */
import { Icon } from '../../design/icon.tsx';
import styles from '../parts/parts.module.css';

export interface ShownOperation {
  /** The text of a document. */
  readonly document: { toString(): string };
  readonly variables?: Readonly<Record<string, unknown>>;
}

const explorerUrl = ({ document, variables }: ShownOperation): string => {
  const query = document.toString().trim();
  return `/explorer?${new URLSearchParams({ query, ...(variables ? { variables: JSON.stringify(variables, null, 2) } : {}) })}`;
};

const nameOf = (text: string): string => /\b(?:query|mutation|subscription)\s+(\w+)/.exec(text)?.[1] ?? 'GraphQL';

export interface OperationLinksProps {
  readonly label: string;
  readonly operations: readonly ShownOperation[];
}

export const OperationLinks = ({ label, operations }: OperationLinksProps) => (
  <nav className={styles['operations']} aria-label={label}>
    <Icon name="tool" size={15} />
    {operations.map((operation) => (
      <a key={operation.document.toString()} href={explorerUrl(operation)} target="_blank" rel="noreferrer">
        {nameOf(operation.document.toString())}
      </a>
    ))}
  </nav>
);
