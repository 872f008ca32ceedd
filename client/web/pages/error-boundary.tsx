/**
 * Shows something else in place of a part that cannot be rendered. Invariant: the page is never blank. A part of the
 * application that is not on the server any more, because there was a release, reloads the page once.
 */
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { reloadOnce } from './reload-once.ts';

export interface ErrorBoundaryProps {
  readonly fallback: ReactNode;
  /** Another key tries again. */
  readonly resetKey?: string;
  readonly children: ReactNode;
}

interface State {
  readonly failedKey: string | undefined;
}

/** The browsers' words for a module that cannot be loaded. */
const isMissingModule = (fault: unknown): boolean =>
  fault instanceof Error && /dynamically imported module|module script failed|preload CSS/i.test(fault.message);

export class ErrorBoundary extends Component<ErrorBoundaryProps, State> {
  override state: State = { failedKey: undefined };

  static getDerivedStateFromError(): Partial<State> {
    return { failedKey: '' };
  }

  override componentDidCatch(fault: Error, _info: ErrorInfo): void {
    this.setState({ failedKey: this.props.resetKey ?? '' });
    if (isMissingModule(fault)) reloadOnce();
  }

  override componentDidUpdate(): void {
    const { failedKey } = this.state;
    if (failedKey !== undefined && failedKey !== '' && failedKey !== this.props.resetKey) {
      this.setState({ failedKey: undefined });
    }
  }

  override render(): ReactNode {
    return this.state.failedKey === undefined ? this.props.children : this.props.fallback;
  }
}
