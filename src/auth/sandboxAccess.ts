import { DEVELOPMENT_TENANT_ID } from '../core/identity';
import type { ApiTokenSource } from './apiTokenSource';
import { signApiToken } from './signApiToken';

const TOKEN_SECONDS = 30 * 24 * 3600;

/** What the page for developers (Apollo Sandbox) comes with. */
export interface SandboxAccess {
  /** A token for its headers. Absent: whoever opens the page has to bring one. */
  readonly token?: string;
}

/** What decides on the page; `Config` has all of it. */
export interface SandboxOptions {
  readonly nodeEnv: string;
  readonly authIssuer: string;
  readonly authAudience: string;
}

/**
 * Decides on the page for developers. Outside production there always is one. Where tokens are
 * signed with a secret it has one in its headers: of the development tenant, scope
 * inventory:admin, good for 30 days. With public keys only somebody else can sign one.
 *
 * @returns undefined in production: no page
 */
export async function sandboxAccess(
  { nodeEnv, authIssuer, authAudience }: SandboxOptions,
  source: ApiTokenSource,
): Promise<SandboxAccess | undefined> {
  if (nodeEnv === 'production') return undefined;
  if (!('secret' in source)) return {};
  const token = await signApiToken(source.secret, {
    tenantId: DEVELOPMENT_TENANT_ID,
    subject: 'developer',
    scopes: ['inventory:admin'],
    issuer: authIssuer,
    audience: authAudience,
    expiresInSeconds: TOKEN_SECONDS,
  });
  return { token };
}
