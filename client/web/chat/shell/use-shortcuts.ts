/** The keys of the whole page. They are listed in the settings (settings/keyboard-help.tsx). */
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { composerId, searchId } from '../frame/element-ids.ts';

export interface Shortcuts {
  readonly openHelp: () => void;
  readonly openSide: () => void;
}

const focus = (id: string): void => document.getElementById(id)?.focus();

export const useShortcuts = ({ openHelp, openSide }: Shortcuts): void => {
  const [, navigate] = useLocation();
  useEffect(() => {
    const take = (event: KeyboardEvent): void => {
      const hasModifier = event.ctrlKey || event.metaKey;
      const actions: Readonly<Record<string, () => void>> = {
        k: () => {
          openSide();
          requestAnimationFrame(() => focus(searchId));
        },
        '/': openHelp,
      };
      const shifted: Readonly<Record<string, () => void>> = {
        o: () => navigate('/'),
        i: () => focus(composerId),
      };
      const action = hasModifier ? (event.shiftKey ? shifted : actions)[event.key.toLowerCase()] : undefined;
      if (!action) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', take);
    return () => removeEventListener('keydown', take);
  }, [navigate, openHelp, openSide]);
};
