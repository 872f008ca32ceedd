/** Names that sends and those who prepare them share. */

/** Routes by what is asked, and serves replies again; for the sends that name it. */
export const autoPolicy = 'chaos-auto';
