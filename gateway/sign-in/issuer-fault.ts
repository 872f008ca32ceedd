/** What went wrong between the gateway and the issuer, by what people can do about it. */
import {
  AuthorizationResponseError,
  OperationProcessingError,
  PARSE_ERROR,
  RESPONSE_IS_NOT_CONFORM,
  RESPONSE_IS_NOT_JSON,
  ResponseBodyError,
} from 'oauth4webapi';

/** `away`: it may work later; `denied`: the person decided so; `refused`: a new sign-in is needed. */
export type IssuerFaultKind = 'away' | 'denied' | 'refused';

export class IssuerFault extends Error {
  override readonly name = 'IssuerFault';
  readonly kind: IssuerFaultKind;
  constructor(kind: IssuerFaultKind, cause: unknown) {
    super(`the issuer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.kind = kind;
  }
}

/** Errors of OAuth 2.0 (RFC 6749, 4.1.2.1 and 5.2) that are about the issuer, or about our own configuration. */
const notAboutThePerson: ReadonlySet<string> = new Set([
  ...['server_error', 'temporarily_unavailable', 'slow_down', 'invalid_client', 'unauthorized_client'],
]);
/** Responses that no working issuer sends, such as the error page of a proxy. */
const unreadable: ReadonlySet<unknown> = new Set([PARSE_ERROR, RESPONSE_IS_NOT_CONFORM, RESPONSE_IS_NOT_JSON]);

const kindOf = (fault: unknown): IssuerFaultKind => {
  if (fault instanceof AuthorizationResponseError) {
    if (fault.error === 'access_denied') return 'denied';
    return notAboutThePerson.has(fault.error) ? 'away' : 'refused';
  }
  if (fault instanceof ResponseBodyError) {
    return fault.status >= 500 || fault.status === 429 || notAboutThePerson.has(fault.error) ? 'away' : 'refused';
  }
  if (fault instanceof OperationProcessingError) return unreadable.has(fault.code) ? 'away' : 'refused';
  return 'away';
};

export const issuerFaultOf = (fault: unknown): IssuerFault =>
  fault instanceof IssuerFault ? fault : new IssuerFault(kindOf(fault), fault);

/** As above for a refresh: only the issuer's word about the refresh token itself ends a session. */
export const refreshFaultOf = (fault: unknown): IssuerFault => {
  const isRefused = fault instanceof ResponseBodyError && fault.error === 'invalid_grant';
  return new IssuerFault(isRefused ? 'refused' : 'away', fault);
};
