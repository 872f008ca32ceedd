/** Files that are dropped on an element or pasted into it. Text that is pasted stays text. */
import type { ClipboardEvent, DragEvent } from 'react';

export const useDroppedFiles = (onFiles: (files: readonly File[]) => void) => ({
  onDragOver: (event: DragEvent) => {
    if (event.dataTransfer.types.includes('Files')) event.preventDefault();
  },
  onDrop: (event: DragEvent) => {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    onFiles([...event.dataTransfer.files]);
  },
  onPaste: (event: ClipboardEvent) => {
    const { files } = event.clipboardData;
    // Office programs put a picture of a text beside the text.
    if (files.length === 0 || event.clipboardData.types.includes('text/plain')) return;
    event.preventDefault();
    onFiles([...files]);
  },
});
