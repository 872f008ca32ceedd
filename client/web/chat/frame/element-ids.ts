/** Ids of the elements that keys of the keyboard and links lead to. There is one of each in a page. */
export const composerId = 'composer';
export const mainId = 'main';
export const searchId = 'search';
