/**
 * The part of React (which brings no types) that the example of docs/sdk.md and the page that shows it use, as
 * @types/react 19 has it.
 */
declare module 'react' {
  type SetStateAction<State> = State | ((last: State) => State);
  export function useState<State = undefined>(): [
    State | undefined,
    (value: SetStateAction<State | undefined>) => void,
  ];
  export function useEffect(effect: () => undefined | (() => void), dependencies?: readonly unknown[]): void;
  export function useRef<Value>(value: Value | null): { readonly current: Value | null };
  interface ReactElement {
    readonly type: unknown;
  }
  export function createElement<Props extends object>(
    type: string | symbol | ((props: Props) => ReactElement),
    props?: Props,
    ...children: (ReactElement | string | undefined)[]
  ): ReactElement;
  export const StrictMode: symbol;
}

declare module 'react-dom/client' {
  import type { ReactElement } from 'react';

  interface Root {
    render(element: ReactElement): void;
    unmount(): void;
  }
  export function createRoot(container: Element): Root;
}
