/** By Wix identity type: the field that holds the id, and how the ledger names the kind. */
const ACTORS: Readonly<Record<string, readonly [field: string, kind: string]>> = {
  ANONYMOUS_VISITOR: ['anonymousVisitorId', 'visitor'],
  MEMBER: ['memberId', 'member'],
  WIX_USER: ['wixUserId', 'wix_user'],
  APP: ['appId', 'app'],
};

const ACTOR_ID_MAX = 100;

/**
 * Who acts, as the ledger names them: `visitor:…`, `member:…`, `wix_user:…` or `app:…`.
 *
 * @param identity Wix' `identity` object, unchecked
 * @returns undefined when it names nobody
 */
export function actorOf(identity: unknown): string | undefined {
  if (typeof identity !== 'object' || identity === null) return undefined;
  const fields = identity as Readonly<Record<string, unknown>>;
  const type = fields['identityType'];
  const known = typeof type === 'string' && Object.hasOwn(ACTORS, type) ? ACTORS[type] : undefined;
  if (!known) return undefined;
  const [field, kind] = known;
  const id = fields[field];
  const isId = typeof id === 'string' && id.length > 0 && id.length <= ACTOR_ID_MAX;
  return isId ? `${kind}:${id}` : undefined;
}
