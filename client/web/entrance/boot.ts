/**
 * Runs in the page's head, before anything is drawn: sets the theme of this device, so that no other flashes up, and
 * says whether somebody was signed in, so that the page does not begin with a welcome for strangers.
 */
const read = (key: string): string | null => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
};

const theme = read('parlance.theme');
document.documentElement.dataset['theme'] = theme === '"light"' || theme === '"dark"' ? theme.slice(1, -1) : 'system';
if (read('parlance.signed-in') !== null) document.documentElement.dataset['signedIn'] = '';
