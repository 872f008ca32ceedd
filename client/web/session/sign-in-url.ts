/** The gateway's way to sign in, and back to a path of this application. */
export const signInUrl = (returnTo: string): string => `/auth/sign-in?${new URLSearchParams({ returnTo })}`;
