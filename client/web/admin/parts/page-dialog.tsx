/**
 * A dialog over a page of the console. What happens in it is said in it, because everything outside of an open dialog
 * is out of reach, for the eye and for a screen reader.
 */

import { Dialog, type DialogProps } from '../../design/dialog.tsx';
import { Notices } from '../../notices/notices.tsx';

export const PageDialog = ({ children, ...dialog }: DialogProps) => (
  <Dialog {...dialog}>
    <Notices>{children}</Notices>
  </Dialog>
);
