/**
 * A URL as it may be shown to people and in logs: without its user, query and fragment, which may
 * hold secrets. Of what is no URL only the scheme.
 */
export function shownUrl(text: string): string {
  if (!URL.canParse(text)) return `${/^[a-z][a-z0-9+.-]*:/i.exec(text)?.[0] ?? ''}…`;
  const { protocol, host, pathname, search } = new URL(text);
  const query = search === '' ? '' : '?…';
  return host === '' ? `${protocol}…` : `${protocol}//${host}${pathname}${query}`;
}
